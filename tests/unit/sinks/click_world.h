/*
 * click_world.h -- the sink for ClickHouse before a server that answers what
 * the test has planned, with a host that plays the hub: frames are numbered
 * from 1, each takes STEP bytes of the journal; what the sink says are words:
 * c5 (confirmed up to frame 5), k5 (border 5 kept), r (rewind), u (up),
 * d:ERROR (down).
 */
#ifndef MPEDGE_TESTS_CLICK_WORLD_H
#define MPEDGE_TESTS_CLICK_WORLD_H

#include "../net/net_world.h"

#include <fcntl.h>

#include "core/arena.h"
#include "model/emit.h"
#include "model/row.h"
#include "sinks/clickhouse_sink.h"
#include "said.h"

enum {
	STEP = 10,
	REQUESTS = 64,
	TARGET = 3072,
	BODY = 64 * 1024,
};

struct request {
	char target[TARGET];
	char head[1024];
	char *body;
	size_t len;
};

struct planned {
	/* 0: the connection is dropped. */
	int status;
	int code;
	const char *body;
};

struct world {
	struct loop loop;
	struct conn_world shared;
	struct server server;
	struct options options;
	struct arena arena;
	struct sink_host host;
	struct sink sink;
	char dir[64];
	struct said said;
	uint64_t next;
	uint64_t confirmed;
	int64_t border;
	/* Frames that are there. */
	uint64_t head;
	bool rewound;
	char why[256];
	/* Of the server. */
	bool old;
	bool refuses_packed;
	/* Columns that its table of trades lacks; a grant to add them. */
	uint32_t lacks;
	bool may_not_add;
	struct request requests[REQUESTS];
	unsigned count;
	const struct planned *plan;
	unsigned plan_count;
	unsigned plan_next;
	char in[2 * BODY];
	size_t in_len;
};

static struct world *the_world;

/* core/time has the clocks too, which are net_world's here. */
void
out_time(struct out *o, struct wall t)
{
	out_i64(o, t.ns);
}

static inline void
on_confirm(struct sink_host *h, uint64_t position)
{
	struct world *w = h->owner;

	assert_true(position / STEP > w->confirmed);
	w->confirmed = position / STEP;
	say_number(&w->said, "c", w->confirmed);
}

static inline void
on_rewind(struct sink_host *h)
{
	struct world *w = h->owner;

	w->next = w->confirmed;
	say(&w->said, "r", "");
}

static inline void
on_ready(struct sink_host *h)
{
	(void)h;
}

static inline int64_t
on_border(struct sink_host *h)
{
	return ((struct world *)h->owner)->border;
}

static inline void
on_border_keep(struct sink_host *h, int64_t n)
{
	struct world *w = h->owner;

	w->border = n;
	say_number(&w->said, "k", (uint64_t)n);
}

static inline void
on_up(struct sink_host *h)
{
	struct world *w = h->owner;

	if (w->why[0] != '\0')
		say(&w->said, "u", "");
	w->why[0] = '\0';
}

static inline void
on_down(struct sink_host *h, enum err e, const char *why)
{
	struct world *w = h->owner;

	snprintf(w->why, sizeof(w->why), "%s", why);
	say(&w->said, "d:", err_name(e));
}

/* Frames 1, 2, 3 ...: trades, each third a kline, each seventh an event. */
static inline enum record_id
frame_of(uint64_t i, union record *rec, char text[32])
{
	snprintf(text, 32, "%u", (unsigned)i);
	if (i % 7 == 0) {
		record_init(RECORD_event, &rec->event);
		rec->event.connection = span_of(text);
		rec->event.timestamp = (int64_t)i;
		return RECORD_event;
	}
	if (i % 3 == 0) {
		record_init(RECORD_kline, &rec->kline);
		rec->kline.interval = span_of(text);
		/* More decimals than the column has. */
		rec->kline.volume = (struct dec){ .kind = DEC_TEXT,
			.text = "0.0000000000000000001",
			.len = 21 };
		return RECORD_kline;
	}
	record_init(RECORD_trade, &rec->trade);
	rec->trade.trade_id = span_of(text);
	rec->trade.price = dec_make((int64_t)i, 2);
	return RECORD_trade;
}

/* Rows of frames from..to-1 of one type, as they must be sent. */
static inline struct span
rows_of(enum record_id id, uint64_t from, uint64_t to)
{
	static char memory[BODY];
	struct out o;

	out_init(&o, memory, sizeof(memory));
	for (uint64_t i = from; i < to; i++) {
		union record rec;
		char text[32];

		if (frame_of(i, &rec, text) == id)
			record_row(id, &rec, 0, &o);
	}
	return out_done(&o);
}

/* Offer what is there, and end the turn. */
static inline void
offer(struct world *w)
{
	while (w->next < w->head) {
		union record rec;
		char text[32];
		struct sink_frame f = { .position = w->next * STEP,
			.next = (w->next + 1) * STEP,
			.sequence = w->next + 1,
			.record = &rec };

		f.id = frame_of(f.sequence, &rec, text);
		if (sink_clickhouse.take(&w->sink, &f) != ERR_OK)
			break;
		w->next++;
	}
	sink_clickhouse.flush(&w->sink);
}

static inline void
turns(struct world *w, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		offer(w);
		loop_turn(&w->loop, 1);
	}
}

static inline void
later(struct world *w, int64_t ms)
{
	clock_ns += ms * NS_PER_MS;
	turns(w, 40);
}

static inline void
answer(struct world *w, const struct planned *p)
{
	char text[1024];
	size_t sent;

	if (p->status == 0) {
		server_drop(&w->server, true);
		return;
	}
	snprintf(text, sizeof(text),
	    "HTTP/1.1 %d x\r\nContent-Length: %u\r\n\r\n%s", p->status,
	    (unsigned)strlen(p->body), p->body);
	if (p->code > 0)
		snprintf(text, sizeof(text),
		    "HTTP/1.1 %d x\r\nX-ClickHouse-Exception-Code: %d\r\n"
		    "Content-Length: %u\r\n\r\n%s",
		    p->status, p->code, (unsigned)strlen(p->body), p->body);
	assert_int_equal(
	    tcp_send(w->server.client.fd, text, strlen(text), &sent), ERR_OK);
}

/* Of what is compressed only inserts name their statement in the address. */
static inline bool
is_packed_probe(const struct request *r)
{
	return strstr(r->head, "Content-Encoding") != NULL &&
	       strstr(r->target, "INSERT") == NULL;
}

/* What is asked of columns: those of trades, of other tables none. */
static inline bool
answer_columns(struct world *w, const char *body)
{
	static const struct planned denied = { 500, 497, "Code: 497. no" };
	struct planned names = { 200, 0, "" };
	char text[512];
	struct out o;

	if (strncmp(body, "ALTER", 5) == 0 && w->may_not_add) {
		answer(w, &denied);
		return true;
	}
	if (strncmp(body, "SELECT name", 11) != 0)
		return false;
	if (strstr(body, "= 'trades'") != NULL && w->lacks != 0) {
		out_init(&o, text, sizeof(text));
		record_columns(RECORD_trade, w->lacks, &o);
		names.body = out_cstr(&o);
		for (size_t i = 0; i < o.len; i++)
			text[i] = text[i] == ',' ? '\n' : text[i];
	}
	answer(w, &names);
	return true;
}

/* A whole request is in w->in, of which head bytes are its head. */
static inline void
requested(struct world *w, size_t head, size_t body)
{
	static const struct planned fine = { 200, 0, "" };
	static const struct planned today = { 200, 0, "26.7.2.1\t1\t1\t1\n" };
	static const struct planned unknown = { 500, 89, "Code: 89. no" };
	static const struct planned then = { 200, 0, "18.16.1\t0\t0\t0\n" };
	struct request *r = &w->requests[w->count];
	const char *end = memchr(w->in + 5, ' ', head);

	assert_true(w->count < REQUESTS);
	assert_memory_equal(w->in, "POST ", 5);
	assert_true((size_t)(end - w->in) - 5 < TARGET);
	assert_true((size_t)(w->in + head - end) < sizeof(r->head));
	memset(r, 0, sizeof(*r));
	memcpy(r->target, w->in + 5, (size_t)(end - w->in) - 5);
	memcpy(r->head, end, (size_t)(w->in + head - end));
	r->body = malloc(body + 1);
	memcpy(r->body, w->in + head, body);
	r->body[body] = '\0';
	r->len = body;
	w->count++;
	w->in_len = 0;
	if (w->refuses_packed && w->plan_next >= w->plan_count &&
	    strstr(r->head, "Content-Encoding") != NULL)
		answer(w, &unknown);
	else if (strncmp(r->body, "SELECT version()", 16) == 0 ||
		 is_packed_probe(r))
		answer(w, w->old ? &then : &today);
	else if (answer_columns(w, r->body))
		return;
	else if (w->plan_next < w->plan_count)
		answer(w, &w->plan[w->plan_next++]);
	else
		answer(w, &fine);
}

static inline void
on_bytes(struct server *s)
{
	struct world *w = the_world;
	const char *end, *length;
	size_t head, body;

	assert_true(w->in_len + s->in_len < sizeof(w->in));
	memcpy(w->in + w->in_len, s->in, s->in_len);
	w->in_len += s->in_len;
	w->in[w->in_len] = '\0';
	s->in_len = 0;
	end = strstr(w->in, "\r\n\r\n");
	if (end == NULL)
		return;
	head = (size_t)(end - w->in) + 4;
	length = strstr(w->in, "Content-Length: ");
	body = length != NULL && length < end ? (size_t)atol(length + 16) : 0;
	if (w->in_len >= head + body)
		requested(w, head, body);
}

static inline void
plan(struct world *w, const struct planned *p, unsigned count)
{
	w->plan = p;
	w->plan_count = count;
	w->plan_next = 0;
}

static inline struct click_sink *
inside(struct world *w)
{
	return w->sink.state;
}

static inline void
forget(struct world *w)
{
	for (unsigned i = 0; i < w->count; i++)
		free(w->requests[i].body);
	w->count = 0;
}

static inline void
open_sink(struct world *w)
{
	struct sink_setup setup = { .options = &w->options,
		.arena = &w->arena,
		.loop = &w->loop,
		.host = &w->host,
		.world = &w->shared };
	char text[256];
	struct out why;

	arena_fini(&w->arena);
	assert_int_equal(arena_init(&w->arena, 64 << 20), ERR_OK);
	memset(&w->sink, 0, sizeof(w->sink));
	w->sink.type = &sink_clickhouse;
	w->sink.host = &w->host;
	w->sink.loop = &w->loop;
	w->next = w->confirmed;
	w->in_len = 0;
	out_init(&why, text, sizeof(text));
	assert_int_equal(sink_clickhouse.open(&w->sink, &setup, &why), ERR_OK);
}

/* With database and tables made, and that forgotten. */
static inline void
start(struct world *w)
{
	open_sink(w);
	turns(w, 120);
	assert_int_equal(inside(w)->phase, CLICK_COLLECT);
	forget(w);
	expect_said(&w->said, "");
}

static inline const char *
dead_path(const struct world *w)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/dead", w->dir);
	return path;
}

static inline int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct opt_clickhouse *o = &w->options.clickhouse;
	const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	if (w == NULL || arena_init(&w->arena, 4096) != ERR_OK)
		return -1;
	the_world = w;
	snprintf(w->dir, sizeof(w->dir), "%s/mpedge-click.XXXXXX", top);
	if (mkdtemp(w->dir) == NULL)
		return -1;
	loop_init(&w->loop);
	w->shared.loop = &w->loop;
	server_start(&w->server, &w->loop);
	w->server.data = on_bytes;
	w->host = (struct sink_host){ .owner = w,
		.confirm = on_confirm,
		.rewind = on_rewind,
		.ready = on_ready,
		.border = on_border,
		.border_keep = on_border_keep,
		.up = on_up,
		.down = on_down };
	snprintf(w->options.box.name, sizeof(w->options.box.name), "box");
	snprintf(o->url, sizeof(o->url), "http://click.example:%u/",
	    (unsigned)w->server.address.port);
	snprintf(o->database, sizeof(o->database), "d");
	snprintf(o->compress, sizeof(o->compress), "none");
	snprintf(o->schema, sizeof(o->schema), "mpedge");
	snprintf(o->dead_letter, sizeof(o->dead_letter), "%s", dead_path(w));
	o->create = true;
	o->rows = 100;
	o->interval_ms = 1000;
	o->buffer_bytes = 2 << 20;
	o->timeout_ms = 5000;
	o->retry_ms = 100;
	o->dead_letter_bytes = 1 << 20;
	*state = w;
	return 0;
}

static inline int
end(void **state)
{
	struct world *w = *state;

	if (w->sink.state != NULL)
		sink_clickhouse.close(&w->sink);
	server_stop(&w->server);
	assert_null(w->loop.timers);
	assert_null(w->loop.watches);
	unlink(dead_path(w));
	rmdir(w->dir);
	arena_fini(&w->arena);
	forget(w);
	free(w);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
