/*
 * file_world.h -- the file sink in a scratch folder, with a host that plays the
 * hub: it offers numbered frames from the confirmed position and notes what the
 * sink says, as words: c5 (confirmed up to frame 5), r (rewind), y (ready), u
 * (up), d:ERROR (down).
 */
#ifndef MPEDGE_TESTS_FILE_WORLD_H
#define MPEDGE_TESTS_FILE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/options.h"
#include "model/emit.h"
#include "sinks/sink.h"
#include "said.h"

enum {
	/* Bytes of the journal that a frame takes. */
	STEP = 10,
	CONTENT = 4 * 1024 * 1024,
};

struct world {
	struct loop loop;
	struct options options;
	struct arena arena;
	struct sink_host host;
	struct sink sink;
	char dir[64];
	struct said said;
	/* The next frame to offer and the first not confirmed. */
	uint64_t next;
	uint64_t confirmed;
	bool rewound;
	/* Letters in each frame. */
	size_t wide;
	char why[256];
};

static inline void
on_confirm(struct sink_host *h, uint64_t position)
{
	struct world *w = h->owner;

	assert_true(position % STEP == 0);
	assert_true(position / STEP > w->confirmed);
	assert_true(position / STEP <= w->next);
	w->confirmed = position / STEP;
	say_number(&w->said, "c", w->confirmed);
}

static inline void
on_rewind(struct sink_host *h)
{
	struct world *w = h->owner;

	w->rewound = true;
	w->next = w->confirmed;
	say(&w->said, "r", "");
}

static inline void
on_ready(struct sink_host *h)
{
	say(&((struct world *)h->owner)->said, "y", "");
}

static inline void
on_up(struct sink_host *h)
{
	say(&((struct world *)h->owner)->said, "u", "");
}

static inline void
on_down(struct sink_host *h, enum err e, const char *why)
{
	struct world *w = h->owner;

	assert_true(why[0] != '\0');
	snprintf(w->why, sizeof(w->why), "%s", why);
	say(&w->said, "d:", err_name(e));
}

/* Record number i. */
static inline void
record_of(
    const struct world *w, uint64_t i, struct event *e, char *text, size_t size)
{
	size_t wide = w->wide < size - 32 ? w->wide : size - 32;

	snprintf(text, size, "number %u ", (unsigned)i);
	memset(text + strlen(text), 'x', wide + 1);
	text[8 + wide] = '\0';
	record_init(RECORD_event, e);
	e->connection = SPAN("test:0a");
	e->state = SPAN("live");
	e->reason = span_of(text);
	e->timestamp = 1795392000LL * NS_PER_S + (int64_t)i;
}

static inline enum err
offer(struct world *w)
{
	char text[4096];
	struct event e;
	struct sink_frame f = { .position = w->next * STEP,
		.next = (w->next + 1) * STEP,
		.sequence = w->next,
		.id = RECORD_event };
	union record rec;
	enum err err;

	record_of(w, w->next, &e, text, sizeof(text));
	memcpy(&rec, &e, sizeof(e));
	f.record = &rec;
	err = sink_file.take(&w->sink, &f);
	if (err == ERR_OK)
		w->next++;
	return err;
}

static inline void
offer_all(struct world *w, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(offer(w), ERR_OK);
}

static inline void
flush(struct world *w)
{
	sink_file.flush(&w->sink);
}

/* The lines of records from..to-1, as they must stand in a file. */
static inline struct span
lines(const struct world *w, uint64_t from, uint64_t to)
{
	static char memory[CONTENT];
	char text[4096];
	struct event e;
	struct out o;

	out_init(&o, memory, sizeof(memory));
	for (uint64_t i = from; i < to; i++) {
		record_of(w, i, &e, text, sizeof(text));
		record_json(RECORD_event, &e, &o);
		out_char(&o, '\n');
	}
	assert_false(o.full);
	return out_done(&o);
}

static inline const char *
path_of(const struct world *w, const char *suffix)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/r.jsonl%s", w->dir, suffix);
	return path;
}

/* The file path+suffix holds exactly the records from..to-1. */
static inline void
expect_file(struct world *w, const char *suffix, uint64_t from, uint64_t to)
{
	static char content[CONTENT];
	struct span want = lines(w, from, to);
	int fd = open(path_of(w, suffix), O_RDONLY);
	size_t len = 0;
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, content + len, sizeof(content) - len)) > 0)
		len += (size_t)n;
	close(fd);
	assert_int_equal(len, want.len);
	assert_memory_equal(content, want.at, len);
}

static inline void
write_file(struct world *w, const void *bytes, size_t len)
{
	int fd = open(path_of(w, ""), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static inline enum err
open_at(struct world *w, const char *path)
{
	struct sink_setup setup = { .options = &w->options,
		.arena = &w->arena,
		.loop = &w->loop,
		.host = &w->host };
	struct out why;
	enum err e;

	arena_fini(&w->arena);
	assert_int_equal(arena_init(&w->arena, 8 << 20), ERR_OK);
	snprintf(
	    w->options.file.path, sizeof(w->options.file.path), "%s", path);
	memset(&w->sink, 0, sizeof(w->sink));
	w->sink.type = &sink_file;
	w->sink.host = &w->host;
	w->sink.loop = &w->loop;
	w->next = w->confirmed;
	out_init(&why, w->why, sizeof(w->why));
	e = sink_file.open(&w->sink, &setup, &why);
	assert_non_null(out_cstr(&why));
	return e;
}

static inline void
open_sink(struct world *w)
{
	assert_int_equal(open_at(w, path_of(w, "")), ERR_OK);
	expect_said(&w->said, "u");
}

static inline int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	if (w == NULL || arena_init(&w->arena, 4096) != ERR_OK)
		return -1;
	snprintf(w->dir, sizeof(w->dir), "%s/mpedge-file.XXXXXX", top);
	if (mkdtemp(w->dir) == NULL)
		return -1;
	loop_init(&w->loop);
	w->host = (struct sink_host){ .owner = w,
		.confirm = on_confirm,
		.rewind = on_rewind,
		.ready = on_ready,
		.up = on_up,
		.down = on_down };
	w->options.file.keep = 2;
	*state = w;
	return 0;
}

static inline void
clear(struct world *w)
{
	char suffix[16];

	unlink(path_of(w, ""));
	for (int i = 1; i < 6; i++) {
		snprintf(suffix, sizeof(suffix), ".%d", i);
		unlink(path_of(w, suffix));
	}
}

static inline int
end(void **state)
{
	struct world *w = *state;

	clear(w);
	rmdir(w->dir);
	arena_fini(&w->arena);
	free(w);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
