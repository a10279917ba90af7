#include "app/commands.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/lines.h"
#include "app/offline.h"
#include "core/must.h"
#include "model/emit.h"

enum {
	RECORD_BYTES = 4 * 1024 * 1024,
	TABLE_BYTES = 64 * 1024,
	FILES_MAX = 256,
	NAME_WIDTH = 36,
	NUMBER_WIDTH = 12,
};

/* One file in memory, cut into messages. */
struct bench_file {
	const char *name;
	char *text;
	size_t size;
	struct span *lines;
	size_t count;
	uint64_t bytes;
};

/* What one way of running a file took. */
struct bench_time {
	uint64_t messages;
	uint64_t bytes;
	int64_t ns;
};

struct bench {
	struct offline offline;
	bool write_json;
	struct out json;
	uint64_t records;
	struct out table;
	struct bench_file files[FILES_MAX];
	unsigned file_count;
};

static void
on_record(void *owner, enum record_id id, const void *rec)
{
	struct bench *b = owner;

	b->records++;
	if (!b->write_json)
		return;
	out_reset(&b->json);
	record_json(id, rec, &b->json);
	must(!b->json.full);
}

static int64_t
cpu_ns(void)
{
	struct timespec t;

	must(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) == 0);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void
one_round(struct bench *b, const struct bench_file *f)
{
	struct origin from = { .seen = { NS_PER_S }, .epoch = 1 };

	for (size_t i = 0; i < f->count; i++) {
		/* What is skipped takes its time too. */
		enum err e =
		    market_message(b->offline.market, f->lines[i], &from);

		(void)e;
	}
}

static struct bench_time
measure(struct bench *b, const struct bench_file *f, bool write_json)
{
	struct bench_time t = { 0 };
	int64_t start;

	b->write_json = write_json;
	/* Warms the caches and adds the symbols. */
	one_round(b, f);
	start = cpu_ns();
	do {
		one_round(b, f);
		t.messages += f->count;
		t.bytes += f->bytes;
		t.ns = cpu_ns() - start;
	} while (t.ns < BENCH_MS * NS_PER_MS);
	return t;
}

/* --- the table ------------------------------------------------------------ */

static void
cell(struct out *o, uint64_t whole, int tenths)
{
	char buf[32];
	struct out c;

	out_init(&c, buf, sizeof(buf));
	out_u64(&c, whole);
	if (tenths >= 0) {
		out_char(&c, '.');
		out_u64(&c, (uint64_t)tenths);
	}
	for (size_t i = c.len; i < NUMBER_WIDTH; i++)
		out_char(o, ' ');
	out_span(o, out_done(&c));
}

static void
head(struct out *o)
{
	static const char *const names[] = { "messages", "bytes/msg", "msg/s",
		"MB/s", "ns/msg", "json msg/s", "json MB/s", "json ns/msg" };

	OUT_LITERAL(o, "decode + normalize (no books, no continuity), "
		       "then the same with the record as JSON; CPU time\n");
	for (size_t i = 0; i < NAME_WIDTH; i++)
		out_char(o, ' ');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		for (size_t k = strlen(names[i]); k < NUMBER_WIDTH; k++)
			out_char(o, ' ');
		out_text(o, names[i]);
	}
	out_char(o, '\n');
}

static void
cells(struct out *o, const struct bench_time *t)
{
	uint64_t us = (uint64_t)t->ns / NS_PER_US + 1;
	uint64_t tenths = t->bytes * 10 / us;

	cell(o, t->messages * 1000000 / us, -1);
	cell(o, tenths / 10, (int)(tenths % 10));
	cell(o, (uint64_t)t->ns / t->messages, -1);
}

static void
row(struct out *o, const char *name, uint64_t messages, uint64_t bytes,
    const struct bench_time *plain, const struct bench_time *json)
{
	const char *slash = strrchr(name, '/');
	size_t start = o->len;

	out_text(o, slash == NULL ? name : slash + 1);
	while (o->len < start + NAME_WIDTH)
		out_char(o, ' ');
	cell(o, messages, -1);
	cell(o, bytes / messages, -1);
	cells(o, plain);
	cells(o, json);
	out_char(o, '\n');
}

static void
add(struct bench_time *sum, const struct bench_time *t)
{
	sum->messages += t->messages;
	sum->bytes += t->bytes;
	sum->ns += t->ns;
}

static void
run(struct bench *b)
{
	struct bench_time plain_sum = { 0 };
	struct bench_time json_sum = { 0 };
	uint64_t messages = 0;
	uint64_t bytes = 0;

	head(&b->table);
	for (unsigned i = 0; i < b->file_count; i++) {
		const struct bench_file *f = &b->files[i];
		struct bench_time plain;
		struct bench_time json;

		if (f->count == 0)
			continue;
		plain = measure(b, f, false);
		json = measure(b, f, true);
		row(&b->table, f->name, f->count, f->bytes, &plain, &json);
		add(&plain_sum, &plain);
		add(&json_sum, &json);
		messages += f->count;
		bytes += f->bytes;
	}
	if (messages > 0)
		row(&b->table, "total", messages, bytes, &plain_sum, &json_sum);
}

/* --- the files ------------------------------------------------------------ */

static enum err
read_all(int fd, char *to, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, to + done, size - done);

		if (n <= 0)
			return ERR_IO;
		done += (size_t)n;
	}
	return ERR_OK;
}

/* REST replies in a session are not messages. */
static bool
is_message(struct span line)
{
	return line.len > 0 && line.at[0] == '{' &&
	       !span_starts(line, "{\"lastUpdateId\"");
}

static void
cut(struct bench_file *f)
{
	struct span rest = { f->text, f->size };
	struct span line;

	while ((line = span_word(&rest, "\r\n")).at != NULL) {
		if (!is_message(line))
			continue;
		f->lines[f->count++] = line;
		f->bytes += line.len;
	}
}

static size_t
count_lines(const char *text, size_t size)
{
	size_t n = 1;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\n';
	return n;
}

static enum err
load(struct arena *a, struct bench_file *f)
{
	int fd = open(f->name, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return ERR_IO;
	f->text = arena_take(a, "file", 1, f->size + 1);
	e = read_all(fd, f->text, f->size);
	close(fd);
	if (e != ERR_OK)
		return e;
	f->lines = arena_take(
	    a, "lines", count_lines(f->text, f->size), sizeof(*f->lines));
	cut(f);
	return ERR_OK;
}

/* --- the command ---------------------------------------------------------- */

static int
complain(const char *what, const char *about, int code)
{
	char buf[512];
	struct out o;
	enum err e;

	out_init(&o, buf, sizeof(buf));
	OUT_LITERAL(&o, "mpedge bench: ");
	out_text(&o, what);
	if (about != NULL) {
		OUT_LITERAL(&o, ": ");
		out_text(&o, about);
	}
	OUT_LITERAL(&o, "\nusage: mpedge bench --venue NAME FILE...\n");
	e = lines_write(STDERR_FILENO, out_done(&o));
	/* Where else could this be told? */
	(void)e;
	return code;
}

/* Sizes of all files, so that one arena holds them and their lines. */
static enum err
size_up(struct bench *b, size_t *extra)
{
	*extra = RECORD_BYTES + TABLE_BYTES + 4096;
	for (unsigned i = 0; i < b->file_count; i++) {
		struct stat st;

		if (stat(b->files[i].name, &st) != 0 || !S_ISREG(st.st_mode))
			return ERR_IO;
		b->files[i].size = (size_t)st.st_size;
		/* A line takes a span, and has two bytes at least. */
		*extra += b->files[i].size * (1 + sizeof(struct span)) + 256;
	}
	return ERR_OK;
}

static int
start(struct bench *b, const char *venue)
{
	struct arena *a = &b->offline.arena;
	size_t extra;
	enum err e = size_up(b, &extra);

	if (e == ERR_OK)
		e = offline_init(&b->offline, venue, NULL, extra);
	if (e == ERR_UNKNOWN)
		return complain("no such venue", venue, COMMAND_USAGE);
	if (e != ERR_OK)
		return complain("cannot read", NULL, COMMAND_FAILED);
	for (unsigned i = 0; i < b->file_count; i++) {
		if (load(a, &b->files[i]) != ERR_OK)
			return complain(
			    "cannot read", b->files[i].name, COMMAND_FAILED);
	}
	out_init(
	    &b->json, arena_take(a, "record", 1, RECORD_BYTES), RECORD_BYTES);
	out_init(
	    &b->table, arena_take(a, "table", 1, TABLE_BYTES), TABLE_BYTES);
	arena_seal(a);
	b->offline.owner = b;
	b->offline.record = on_record;
	market_raw(b->offline.market, true);
	return 0;
}

int
bench_main(int argc, char **argv)
{
	struct bench b;
	const char *venue = NULL;
	int code;

	memset(&b, 0, sizeof(b));
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--venue") == 0 && i + 1 < argc)
			venue = argv[++i];
		else if (strncmp(argv[i], "--", 2) == 0)
			return complain(
			    "not understood", argv[i], COMMAND_USAGE);
		else if (b.file_count < FILES_MAX)
			b.files[b.file_count++].name = argv[i];
		else
			return complain("too many files", NULL, COMMAND_USAGE);
	}
	if (venue == NULL || b.file_count == 0)
		return complain(
		    "which venue, and which files?", NULL, COMMAND_USAGE);
	code = start(&b, venue);
	if (code != 0)
		return code;
	run(&b);
	if (lines_write(STDOUT_FILENO, out_done(&b.table)) != ERR_OK)
		code = COMMAND_FAILED;
	offline_fini(&b.offline);
	return code;
}
