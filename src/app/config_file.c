#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ini.h>

#include "app/config_parts.h"

/* A file as inih reads it, line by line. */
struct input {
	int fd;
	int failed;
	size_t start;
	size_t end;
	char bytes[1024];
};

static bool
fill(struct input *in)
{
	ssize_t n;

	do {
		n = read(in->fd, in->bytes, sizeof(in->bytes));
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		in->failed = errno;
	in->start = 0;
	in->end = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* As fgets, but without its memory. */
static char *
next_line(char *line, int size, void *stream)
{
	struct input *in = stream;
	int len = 0;

	while (len + 1 < size) {
		if (in->start == in->end && !fill(in))
			break;
		line[len++] = in->bytes[in->start++];
		if (line[len - 1] == '\n')
			break;
	}
	line[len] = '\0';
	return len > 0 ? line : NULL;
}

int
config_name_file(struct config_reader *r, const char *path)
{
	struct config_origins *from = r->origins;
	size_t len = strlen(path);

	if (from->file_count == CONFIG_FILES_MAX || len >= CONFIG_PATH_MAX)
		return -1;
	memcpy(from->files[from->file_count], path, len + 1);
	return (int)from->file_count++;
}

static unsigned
current(const struct config_reader *r)
{
	return r->open[r->depth - 1];
}

/* --- one line ------------------------------------------------------------- */

/* Notes that the file at hand has this key; has it had it before? */
static bool
is_again(struct config_reader *r, size_t i, const struct config_origin *at)
{
	uint32_t bit = (uint32_t)1 << at->file;
	bool again = (r->given[i] & bit) != 0;

	r->given[i] |= bit;
	return again;
}

static void
tell_again(struct config_reader *r, size_t i, const struct config_origin *at)
{
	struct option_desc d = option_at(i);

	config_complain(r, at, d.section, d.key);
	out_text(r->errors, "stands a second time; keep one of them\n");
}

/* Twice in one file is an error, but for lists. */
static void
set_option(struct config_reader *r, size_t i, const char *value,
    const struct config_origin *at)
{
	const struct config_origin *was = &r->origins->of[i];
	bool again = is_again(r, i, at);

	if (again && option_at(i).type != OPTION_TYPE_LIST) {
		tell_again(r, i, at);
		return;
	}
	/* What was wrong with it has been told. */
	(void)config_set(r, i, value, at,
	    again && was->source == CONFIG_FILE && was->file == at->file);
}

static void
set_alias(struct config_reader *r, const struct rename *alias,
    const char *value, const struct config_origin *at)
{
	int i = alias->section == NULL
		    ? -1
		    : config_find(span_of(alias->section), span_of(alias->key));

	if (i >= 0 && is_again(r, (size_t)i, at)) {
		tell_again(r, (size_t)i, at);
		return;
	}
	(void)config_set_renamed(r, alias, value, at);
}

/* KEY_file of a SECRET: which, or -1. */
static int
find_secret(const char *section, const char *key)
{
	static const char tail[] = "_file";
	struct span k = span_of(key);
	int i;

	if (k.len < sizeof(tail) ||
	    strcmp(key + k.len - (sizeof(tail) - 1), tail) != 0)
		return -1;
	k.len -= sizeof(tail) - 1;
	i = config_find(span_of(section), k);
	return i >= 0 && option_at((size_t)i).type == OPTION_TYPE_SECRET ? i
									 : -1;
}

static bool
find_alias(const char *section, const char *key, struct rename *alias)
{
	size_t len = strlen(section);

	*alias = (struct rename){ 0 };
	while (rename_next(RENAME_ALIASES, alias)) {
		if (span_starts(span_of(alias->name), section) &&
		    alias->name[len] == '.' &&
		    strcmp(alias->name + len + 1, key) == 0)
			return true;
	}
	return false;
}

static void include(
    struct config_reader *r, const char *path, const struct config_origin *at);

static int
on_pair(void *user, const char *section, const char *key, const char *value,
    int line)
{
	struct config_reader *r = user;
	struct config_origin at = {
		.source = CONFIG_FILE, .file = current(r), .line = line
	};
	struct rename alias;
	int i = config_find(span_of(section), span_of(key));

	if (i >= 0) {
		set_option(r, (size_t)i, value, &at);
	} else if (strcmp(key, "include") == 0) {
		include(r, value, &at);
	} else if ((i = find_secret(section, key)) >= 0) {
		if (is_again(r, (size_t)i, &at))
			tell_again(r, (size_t)i, &at);
		else
			secrets_from(r, (size_t)i, value, &at);
	} else if (find_alias(section, key, &alias)) {
		set_alias(r, &alias, value, &at);
	} else {
		config_unknown(r, &at, section, key);
	}
	return 1;
}

/* --- whole files ---------------------------------------------------------- */

/* What inih itself could not read. */
static void
line_error(struct config_reader *r, unsigned file, int line)
{
	struct config_origin at = {
		.source = CONFIG_FILE, .file = file, .line = line
	};

	config_place(r, &at);
	out_text(r->errors,
	    "neither [section], key = value nor a comment, or longer than "
	    "2046 bytes (a list may stand on several lines with the same "
	    "key)\n");
}

static void
unreadable(struct config_reader *r, const char *path, int why)
{
	r->failed = true;
	out_text(r->errors, path);
	out_text(r->errors, ": cannot be read: ");
	out_text(r->errors, strerror(why));
	out_char(r->errors, '\n');
}

/* Is the file being read already?  Else it is from now on. */
static bool
enter(struct config_reader *r, int fd, int file)
{
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) != 0)
		return false;
	for (unsigned i = 0; fd >= 0 && i < r->depth; i++) {
		if (r->device[i] == (uint64_t)st.st_dev &&
		    r->inode[i] == (uint64_t)st.st_ino)
			return false;
	}
	r->device[r->depth] = fd >= 0 ? (uint64_t)st.st_dev : 0;
	r->inode[r->depth] = fd >= 0 ? (uint64_t)st.st_ino : 0;
	r->open[r->depth++] = (unsigned)file;
	return true;
}

static void
parse(struct config_reader *r, int fd, const char *text)
{
	unsigned file = current(r);
	struct input in = { .fd = fd };
	int status;

	if (text != NULL)
		status = ini_parse_string(text, on_pair, r);
	else
		status = ini_parse_stream(next_line, &in, on_pair, r);
	/* To inih an error looks like the end: a folder would be empty. */
	if (in.failed != 0)
		unreadable(r, r->origins->files[file], in.failed);
	else if (status > 0)
		line_error(r, file, status);
	r->depth--;
}

void
config_read_file(struct config_reader *r, const char *path, const char *text)
{
	int file = config_name_file(r, path);
	int fd = -1;

	if (file < 0) {
		unreadable(r, path, ENAMETOOLONG);
		return;
	}
	if (text == NULL) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			unreadable(r, path, errno);
			return;
		}
	}
	if (enter(r, fd, file))
		parse(r, fd, text);
	if (fd >= 0)
		close(fd);
}

/* --- include -------------------------------------------------------------- */

/* From the folder of the file that says so. */
static void
write_path(struct config_reader *r, const char *path, struct out *o)
{
	const char *from = r->origins->files[current(r)];
	const char *slash = strrchr(from, '/');

	if (path[0] != '/' && slash != NULL)
		out_bytes(o, from, (size_t)(slash + 1 - from));
	out_text(o, path);
	out_cstr(o);
}

static void
cannot(struct config_reader *r, const struct config_origin *at,
    const char *path, const char *why)
{
	config_complain(r, at, "include", NULL);
	out_text(r->errors, path);
	out_text(r->errors, why);
	out_char(r->errors, '\n');
}

/* "a.ini -> b.ini -> a.ini" */
static void
tell_cycle(
    struct config_reader *r, const struct config_origin *at, const char *path)
{
	config_complain(r, at, "include", NULL);
	OUT_LITERAL(r->errors, "goes round in a circle: ");
	for (unsigned i = 0; i < r->depth; i++) {
		out_text(r->errors, r->origins->files[r->open[i]]);
		OUT_LITERAL(r->errors, " -> ");
	}
	out_text(r->errors, path);
	out_char(r->errors, '\n');
}

static void
include_open(struct config_reader *r, int fd, const char *path,
    const struct config_origin *at)
{
	struct stat st;
	int file;

	/* A device or a pipe may never end. */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		cannot(r, at, path, ": is not a file");
		return;
	}
	if (r->depth == CONFIG_DEPTH_MAX) {
		cannot(r, at, path, ": stands too deep; at most 8 files");
		return;
	}
	file = config_name_file(r, path);
	if (file < 0)
		cannot(r, at, path, ": is one too many; at most 32 files");
	else if (!enter(r, fd, file))
		tell_cycle(r, at, path);
	else
		parse(r, fd, NULL);
}

static void
include(
    struct config_reader *r, const char *path, const struct config_origin *at)
{
	char text[CONFIG_PATH_MAX];
	struct out o;
	int fd;

	out_init(&o, text, sizeof(text));
	write_path(r, path, &o);
	if (o.full) {
		cannot(r, at, path, ": is too long a path");
		return;
	}
	fd = open(text, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		int why = errno;

		config_complain(r, at, "include", NULL);
		unreadable(r, text, why);
		return;
	}
	include_open(r, fd, text, at);
	close(fd);
}
