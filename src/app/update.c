#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/lines.h"
#include "app/update_parts.h"

static const char usage_text[] =
    "usage: mpedge update [--root FOLDER] [--disk DISK] [--slot A|B] "
    "FILE|URL\n"
    "       mpedge update --box URL [--token-file FILE] [--user NAME] "
    "[--ca-file FILE] FILE\n";

/* --- words ---------------------------------------------------------------- */

static void
write_to(int fd, const struct out *o)
{
	/* Nobody to tell: the exit status says it. */
	if (lines_write(fd, out_done(o)) != ERR_OK)
		return;
}

void
update_say(const char *what, uint64_t number, const char *unit)
{
	char text[512];
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "mpedge update: ");
	out_text(&o, what);
	out_char(&o, ' ');
	out_u64(&o, number);
	out_text(&o, unit);
	out_char(&o, '\n');
	write_to(STDOUT_FILENO, &o);
}

static int
tell(const struct update *u, enum update_end end)
{
	char text[1024];
	struct out o;

	out_init(&o, text, sizeof(text));
	update_sentence(end, out_done(&u->why), &o);
	lines_complain("update", out_cstr(&o), "");
	return update_ends[end].exit;
}

static int
usage(const char *what)
{
	lines_complain("update", what, usage_text);
	return COMMAND_USAGE;
}

/* root and path, with NUL. */
static const char *
below(const struct update *u, const char *path, char *text)
{
	struct out o;

	out_init(&o, text, UPDATE_PATH_MAX);
	out_text(&o, u->root);
	out_text(&o, path);
	if (o.full)
		text[UPDATE_PATH_MAX - 1] = '\0';
	else
		(void)out_cstr(&o);
	return text;
}

/* --- the bundle ----------------------------------------------------------- */

enum update_end
update_cannot(
    struct update *u, enum update_end end, const char *what, const char *why)
{
	out_text(&u->why, what);
	OUT_LITERAL(&u->why, ": ");
	out_text(&u->why, why);
	return end;
}

static enum update_end
read_head(struct update *u)
{
	size_t used = 0;
	ssize_t n;
	enum err e;

	u->in = open(u->source_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (u->in < 0)
		return update_cannot(
		    u, UPDATE_fetch, u->source_path, strerror(errno));
	n = pread(u->in, u->slot.block, sizeof(u->head), 0);
	if (n < 0)
		return update_cannot(
		    u, UPDATE_fetch, u->source_path, strerror(errno));
	e = bundle_gather(u->head, sizeof(u->head), &u->head_len,
	    (const char *)u->slot.block, (size_t)n, &used);
	return e == ERR_OK ? UPDATE_done : UPDATE_malformed;
}

/* Neither more nor less than the head says. */
static enum update_end
check_size(struct update *u)
{
	struct stat st;
	uint64_t want = u->head_len + u->bundle.size;

	if (fstat(u->in, &st) != 0)
		return update_cannot(
		    u, UPDATE_fetch, u->source_path, strerror(errno));
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size == want)
		return UPDATE_done;
	OUT_LITERAL(&u->why, "it has ");
	out_u64(&u->why, (uint64_t)st.st_size);
	OUT_LITERAL(&u->why, " bytes instead of ");
	out_u64(&u->why, want);
	return UPDATE_damaged;
}

/* Hand the image over, block by block. */
static enum update_end
each_block(struct update *u, const char *what,
    enum update_end (*take)(struct update *u, size_t len))
{
	uint64_t size = u->bundle.size, told = 0;

	for (uint64_t at = 0; at < size; at += UPDATE_BLOCK) {
		size_t len = size - at < UPDATE_BLOCK ? (size_t)(size - at)
						      : UPDATE_BLOCK;
		enum err e =
		    update_read_at(u->in, u->slot.block, len, u->head_len + at);
		enum update_end end;

		if (e != ERR_OK)
			return update_cannot(
			    u, UPDATE_damaged, u->source_path, err_text(e));
		end = take(u, len);
		if (end != UPDATE_done)
			return end;
		if ((at + len) * 10 / size > told) {
			told = (at + len) * 10 / size;
			update_say(what, told * 10, " %");
		}
	}
	return UPDATE_done;
}

static enum update_end
take_sum(struct update *u, size_t len)
{
	tls_sum_add(&u->slot.sum, u->slot.block, len);
	return UPDATE_done;
}

static enum update_end
take_block(struct update *u, size_t len)
{
	return update_slot_add(&u->slot, u->slot.block, len, &u->why);
}

/* Before anything on the disk is touched. */
static enum update_end
check_image(struct update *u)
{
	uint8_t sum[TLS_SUM_BYTES];
	enum update_end end;

	tls_sum_start(&u->slot.sum);
	end = each_block(u, "checked", take_sum);
	tls_sum_end(&u->slot.sum, sum);
	if (end == UPDATE_done &&
	    memcmp(sum, u->bundle.sha256, sizeof(sum)) != 0)
		return UPDATE_damaged;
	return end;
}

/* --- the box -------------------------------------------------------------- */

/* What init knows, where the command line does not say it. */
static enum update_end
read_facts(struct update *u)
{
	char path[UPDATE_PATH_MAX], text[8192] = "";
	struct span all, disk = span_of(u->disk), slot = span_of(u->slot_name);
	struct out o;
	int fd =
	    open(below(u, "/run/mpedge/facts", path), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

	if (fd >= 0)
		close(fd);
	all = (struct span){ text, n > 0 ? (size_t)n : 0 };
	if (disk.len == 0)
		disk = update_value(all, "disk");
	if (slot.len == 0)
		slot = update_value(all, "slot");
	out_init(&o, u->disk_path, sizeof(u->disk_path));
	out_span(&o, disk);
	(void)out_cstr(&o);
	if (disk.len > 0 && !o.full &&
	    (span_is(slot, "A") || span_is(slot, "B"))) {
		u->slot.running = slot.at[0];
		return UPDATE_done;
	}
	return update_cannot(
	    u, UPDATE_no_box, path, "does not tell disk and slot");
}

static enum update_end
judge(struct update *u)
{
	char slot_file[UPDATE_PATH_MAX], key_file[UPDATE_PATH_MAX];
	enum update_end end = update_box_read(&u->box,
	    below(u, "/etc/mpedge/slot.conf", slot_file),
	    below(u, "/etc/mpedge/update.pem", key_file), &u->why);

	if (end == UPDATE_done)
		end = read_head(u);
	if (end == UPDATE_done)
		end = update_judge(&u->box,
		    (struct span){ u->head, u->head_len }, &u->bundle, &u->why);
	return end == UPDATE_done ? check_size(u) : end;
}

static enum update_end
install(struct update *u)
{
	enum update_end end = judge(u);

	if (end == UPDATE_done)
		end = read_facts(u);
	if (end == UPDATE_done)
		end = update_file_open(
		    &u->file, u->disk_path, &u->disk_ops, &u->why);
	if (end == UPDATE_done)
		end = update_slot_look(
		    &u->slot, &u->disk_ops, u->slot.running, &u->why);
	if (end == UPDATE_done)
		end = update_slot_fits(&u->slot, u->bundle.size, &u->why);
	if (end == UPDATE_done)
		end = check_image(u);
	if (end == UPDATE_done)
		end = update_slot_begin(&u->slot, u->bundle.size, &u->why);
	if (end == UPDATE_done)
		end = each_block(u, "written", take_block);
	if (end == UPDATE_done)
		end = update_slot_end(&u->slot, u->bundle.sha256, &u->why);
	update_file_close(&u->file);
	return end;
}

static void
say_installed(struct update *u)
{
	OUT_LITERAL(&u->why, "slot ");
	out_char(&u->why, bootenv_other(u->slot.running));
	OUT_LITERAL(&u->why, " has ");
	out_span(&u->why, u->bundle.version);
}

static enum update_end
fetch(struct update *u)
{
	char path[UPDATE_PATH_MAX];
	enum update_end end;
	struct out o;

	out_init(&o, u->source_path, sizeof(u->source_path));
	if (strstr(u->source, "://") == NULL) {
		out_text(&o, u->source);
		(void)out_cstr(&o);
		return o.full ? UPDATE_fetch : UPDATE_done;
	}
	out_text(&o, below(u, "/data/update/fetched", path));
	(void)out_cstr(&o);
	end = update_fetch(u, u->source_path);
	if (end != UPDATE_done)
		(void)unlink(u->source_path);
	return end;
}

/* --- the command ---------------------------------------------------------- */

static bool
read_arguments(struct update *u, int argc, char **argv)
{
	const struct {
		const char *name;
		const char **to;
	} words[] = {
		{ "--root", &u->root },
		{ "--disk", &u->disk },
		{ "--slot", &u->slot_name },
		{ "--box", &u->box_url },
		{ "--token-file", &u->token_file },
		{ "--user", &u->user },
		{ "--ca-file", &u->ca_file },
	};

	for (int i = 0; i < argc; i++) {
		size_t w = 0;

		while (w < sizeof(words) / sizeof(words[0]) &&
		       strcmp(argv[i], words[w].name) != 0)
			w++;
		if (w < sizeof(words) / sizeof(words[0])) {
			if (++i == argc)
				return false;
			*words[w].to = argv[i];
		} else if (argv[i][0] == '-' || u->source != NULL) {
			return false;
		} else {
			u->source = argv[i];
		}
	}
	return u->source != NULL;
}

int
update_main(struct update *u, int argc, char **argv)
{
	enum update_end end;

	u->root = "";
	u->in = u->file.fd = u->file.direct = -1;
	out_init(&u->why, u->why_text, sizeof(u->why_text));
	if (!read_arguments(u, argc, argv))
		return usage("one FILE or URL is expected");
	if (u->box_url != NULL)
		return tell(u, update_push(u));
	end = fetch(u);
	if (end == UPDATE_done)
		end = install(u);
	if (end == UPDATE_done)
		say_installed(u);
	if (u->in >= 0)
		close(u->in);
	if (strstr(u->source, "://") != NULL)
		(void)unlink(u->source_path);
	return tell(u, end);
}
