#include "app/fleet.h"

#include <errno.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/lines.h"

enum {
	LINE_BYTES = 4096,
	NAMES_BYTES = 256 * 1024,
	SECONDS_MAX = 3600,
};

int
fleet_fail(const char *what, const char *more)
{
	lines_complain("fleet", what, more);
	return COMMAND_FAILED;
}

static int
usage(const char *what)
{
	(void)fleet_fail(what,
	    "\nusage: mpedge fleet [--json] [--watch] [--interval SECONDS] "
	    "[--timeout SECONDS]\n                    [--token-file FILE] "
	    "[--ca-file FILE] [-f FILE]... [URL]...\n       URL is that of a "
	    "status page, FILE has one a line");
	return COMMAND_USAGE;
}

/* --- the boxes ------------------------------------------------------------ */

static int
add_box(struct fleet *f, const char *source)
{
	struct fleet_box *b;

	if (f->count == FLEET_BOXES_MAX)
		return usage("at most 1024 boxes");
	b = &f->boxes[f->count];
	if (page_url_read(source, "/status.json", &b->url, b->path) != ERR_OK) {
		(void)fleet_fail(source,
		    ": is no address such as http://127.0.0.1:8080 or "
		    "https://box.example/mpedge");
		return COMMAND_USAGE;
	}
	b->source = source;
	f->secure = f->secure || b->url.secure;
	f->count++;
	return 0;
}

/* Kept, since boxes point at it. */
static const char *
keep_name(struct fleet *f, struct span name)
{
	char *at = f->names + f->names_len;

	if (f->names_len + name.len + 1 > NAMES_BYTES)
		return NULL;
	memcpy(at, name.at, name.len);
	at[name.len] = '\0';
	f->names_len += name.len + 1;
	return at;
}

static int
add_line(struct fleet *f, struct span line)
{
	const char *comment =
	    line.len > 0 ? memchr(line.at, '#', line.len) : NULL;
	const char *name;

	if (comment != NULL)
		line.len = (size_t)(comment - line.at);
	line = span_trim(line);
	if (line.len == 0)
		return 0;
	if (memchr(line.at, '\0', line.len) != NULL)
		return usage("a file of URLs is text");
	name = keep_name(f, line);
	return name != NULL ? add_box(f, name)
			    : usage("the files are too long");
}

static int
add_file(struct fleet *f, const char *path)
{
	char buf[LINE_BYTES];
	struct lines l;
	struct span line;
	int status = 0;
	enum err e = lines_open(&l, path, buf, sizeof(buf));

	if (e != ERR_OK) {
		fleet_fail(path, ": cannot be read");
		return COMMAND_USAGE;
	}
	while (status == 0 && (e = lines_next(&l, &line)) == ERR_OK)
		status = add_line(f, line);
	lines_close(&l);
	if (status == 0 && e != ERR_CLOSED) {
		fleet_fail(path, e == ERR_FULL ? ": a line is too long"
					       : ": cannot be read");
		return COMMAND_USAGE;
	}
	return status;
}

/* --- options -------------------------------------------------------------- */

static bool
read_seconds(const char *text, uint64_t *seconds)
{
	return span_u64(span_of(text), seconds) == ERR_OK && *seconds > 0 &&
	       *seconds <= SECONDS_MAX;
}

/* An option with a value; *status is then 0 or what is wrong. */
static bool
valued(struct fleet *f, const char *word, const char *next, int *status)
{
	*status = 0;
	if (strcmp(word, "--interval") == 0) {
		if (!read_seconds(next, &f->interval_s))
			*status = usage("--interval takes 1 to 3600");
	} else if (strcmp(word, "--timeout") == 0) {
		if (!read_seconds(next, &f->timeout_s))
			*status = usage("--timeout takes 1 to 3600");
	} else if (strcmp(word, "--token-file") == 0) {
		f->token_file = next;
	} else if (strcmp(word, "--ca-file") == 0) {
		f->ca_file = next;
	} else if (strcmp(word, "-f") != 0) {
		return false;
	}
	if (*status == 0 && next == NULL)
		*status = usage("an option needs a value");
	if (*status == 0 && strcmp(word, "-f") == 0)
		*status = add_file(f, next);
	return true;
}

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] <= ' ' || s.at[i] > '~')
			return false;
	}
	return s.len > 0 && s.len <= FLEET_TOKEN_MAX;
}

/* The first line of the file, as the boxes have it. */
static int
read_token(struct fleet *f)
{
	char buf[1024];
	struct lines l;
	struct span line;
	struct out o;
	bool good = false;

	if (f->token_file == NULL)
		return 0;
	if (lines_open(&l, f->token_file, buf, sizeof(buf)) == ERR_OK) {
		good = lines_next(&l, &line) == ERR_OK && is_token(line);
		out_init(&o, f->headers, sizeof(f->headers));
		OUT_LITERAL(&o, "Authorization: Bearer ");
		if (good)
			out_span(&o, line);
		OUT_LITERAL(&o, "\r\n");
		out_cstr(&o);
		lines_close(&l);
	}
	if (good)
		return 0;
	fleet_fail(f->token_file,
	    ": its first line is no token (1 to 255 letters without blanks)");
	return COMMAND_USAGE;
}

int
fleet_arguments(struct fleet *f)
{
	int status = 0;

	f->interval_s = 5;
	f->timeout_s = 5;
	f->names = arena_take(&f->arena, "names", 1, NAMES_BYTES);
	for (int i = 0; i < f->in->argc && status == 0; i++) {
		const char *word = f->in->argv[i];
		const char *next =
		    i + 1 < f->in->argc ? f->in->argv[i + 1] : NULL;

		if (strcmp(word, "--json") == 0)
			f->json = true;
		else if (strcmp(word, "--watch") == 0)
			f->watch = true;
		else if (valued(f, word, next, &status))
			i++;
		else if (word[0] == '-')
			status = usage("an option is not known");
		else
			status = add_box(f, word);
	}
	if (status == 0 && f->count == 0)
		status = usage("no URL is given");
	return status == 0 ? read_token(f) : status;
}
