/*
 * redis_world.h -- the redis sink, a clock that the test moves, and a server
 * that says what the test tells it.  What the sink says to the hub is noted as
 * words: c5 (confirmed up to frame 5), u (up), d:ERROR (down).
 */
#ifndef MPEDGE_TESTS_REDIS_WORLD_H
#define MPEDGE_TESTS_REDIS_WORLD_H

#include "../net/net_world.h"

#include "core/arena.h"
#include "core/log.h"
#include "core/options.h"
#include "sinks/redis_sink.h"
#include "said.h"

enum {
	STEP = 10,
	COMMAND = 4096,
};

/* With the clocks of core/time, which are the test's here. */
void
out_time(struct out *o, struct wall t)
{
	out_i64(o, t.ns);
}

struct world {
	struct loop loop;
	struct conn_world shared;
	struct server server;
	struct options options;
	struct arena arena;
	struct sink_host host;
	struct sink sink;
	struct said said;
	char why[256];
	/* The next frame. */
	uint64_t frame;
	uint64_t confirmed;
	/* The book's unified name. */
	const char *symbol;
	/* The newest command the server got. */
	char command[COMMAND];
};

static inline void
on_confirm(struct sink_host *h, uint64_t position)
{
	struct world *w = h->owner;

	assert_true(position / STEP > w->confirmed);
	assert_true(position / STEP <= w->frame);
	w->confirmed = position / STEP;
	say_number(&w->said, "c", w->confirmed);
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

/* The server's answers come from the test alone. */
static inline void
hear(struct server *s)
{
	assert_true(s->in_len < sizeof(s->in));
}

static inline void
turns(struct world *w, int n)
{
	for (int i = 0; i < n; i++) {
		loop_turn(&w->loop, 2);
		sink_redis.flush(&w->sink);
	}
}

static inline void
pass_ms(struct world *w, int64_t ms)
{
	clock_ns += ms * NS_PER_MS;
	turns(w, 4);
}

/* One whole command of the server's input, its words with blanks between. */
static inline bool
next_command(struct world *w)
{
	struct server *s = &w->server;
	struct resp r;
	struct resp_item item;
	size_t at = s->in_done;
	size_t used, len = 0;

	resp_init(&r);
	w->command[0] = '\0';
	while (at < s->in_len) {
		enum err e =
		    resp_feed(&r, s->in + at, s->in_len - at, &used, &item);

		if (e != ERR_OK)
			return false;
		at += used;
		if (item.type == '$')
			len += (size_t)snprintf(w->command + len, COMMAND - len,
			    "%s%.*s", len > 0 ? " " : "", (int)item.text.len,
			    item.text.at);
		if (item.done) {
			s->in_done = at;
			if (s->in_done == s->in_len)
				s->in_done = s->in_len = 0;
			return true;
		}
	}
	return false;
}

/* The next command begins with these words. */
static inline void
expect_command(struct world *w, const char *begins)
{
	for (int i = 0; i < 2000; i++) {
		if (next_command(w)) {
			assert_true(strlen(w->command) >= strlen(begins));
			w->command[strlen(begins)] = '\0';
			assert_string_equal(w->command, begins);
			return;
		}
		turns(w, 1);
	}
	fail_msg("no command %s", begins);
}

static inline void
expect_silence(struct world *w)
{
	turns(w, 10);
	if (next_command(w))
		fail_msg("unexpected command %s", w->command);
}

static inline void
answer(struct world *w, const char *bytes)
{
	size_t n = 0;

	assert_int_equal(
	    tcp_send(w->server.client.fd, bytes, strlen(bytes), &n), ERR_OK);
	assert_int_equal(n, strlen(bytes));
	turns(w, 6);
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

	out_init(&why, text, sizeof(text));
	w->options.redis.port = w->server.address.port;
	w->sink.type = &sink_redis;
	w->sink.host = &w->host;
	w->sink.loop = &w->loop;
	assert_int_equal(sink_redis.open(&w->sink, &setup, &why), ERR_OK);
}

/* Open, connected and greeted. */
static inline void
open_ready(struct world *w)
{
	open_sink(w);
	expect_command(w, "HELLO 3 SETNAME box");
	answer(w, "%2\r\n$5\r\nproto\r\n:3\r\n$7\r\nmodules\r\n*0\r\n");
	expect_said(&w->said, "u");
}

static inline void
offer(struct world *w, enum record_id id, const void *rec)
{
	union record any;
	struct sink_frame f = { .position = w->frame * STEP,
		.next = (w->frame + 1) * STEP,
		.sequence = w->frame,
		.id = id,
		.record = &any,
		.seen = w->loop.wall };

	memcpy(&any, rec, records[id].size);
	assert_int_equal(sink_redis.take(&w->sink, &f), ERR_OK);
	w->frame++;
}

static inline void
offer_trade(struct world *w, const char *symbol, int id)
{
	struct trade t;
	char number[16];

	snprintf(number, sizeof(number), "%d", id);
	record_init(RECORD_trade, &t);
	t.symbol_name = span_of(symbol);
	t.native_symbol = SPAN("N");
	t.trade_id = span_of(number);
	t.price = dec_make(5, 0);
	t.timestamp = 1700000000 * NS_PER_S + id;
	offer(w, RECORD_trade, &t);
}

static inline void
offer_book(struct world *w, enum update_type type, int64_t id, bool valid)
{
	struct level bid = { dec_make(99, 0), dec_make(id, 0) };
	struct level ask = { dec_make(101, 0), dec_make(3, 0) };
	struct orderbook b;

	record_init(RECORD_orderbook, &b);
	b.symbol_name = span_of(w->symbol);
	b.native_symbol = SPAN("BTCUSDT");
	b.update_type = (uint8_t)type;
	b.is_valid = valid ? BOOL_TRUE : BOOL_FALSE;
	b.last_update_id = id;
	if (valid) {
		b.bids = (struct levels){ &bid, 1 };
		b.asks = (struct levels){ &ask, 1 };
	}
	offer(w, RECORD_orderbook, &b);
}

static inline int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct opt_redis *o = &w->options.redis;

	log_level(LOG_ERROR);
	w->symbol = "BTC-USDT";
	loop_init(&w->loop);
	w->shared.loop = &w->loop;
	server_start(&w->server, &w->loop);
	w->server.data = hear;
	assert_int_equal(arena_init(&w->arena, 16 << 20), ERR_OK);
	w->host = (struct sink_host){
		.owner = w, .confirm = on_confirm, .up = on_up, .down = on_down
	};
	*o = (struct opt_redis){ .host = "redis.example",
		.client_name = "box",
		.prefix = "m:",
		.types = "trade kline orderbook bbo",
		.stream_types = "trade",
		.ttl_s = 100,
		.levels = 2,
		.keys = 8,
		.books = 2,
		.flush_ms = 50,
		.pipeline = 4,
		.timeout_ms = 1000,
		.stream_maxlen = 9,
		.queue_bytes = 4096 };
	w->options.venue[0].book_limit = 100;
	w->options.venue[0].book_publish = 100;
	*state = w;
	return 0;
}

static inline int
end(void **state)
{
	struct world *w = *state;

	sink_redis.close(&w->sink);
	server_stop(&w->server);
	arena_fini(&w->arena);
	free(w);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
