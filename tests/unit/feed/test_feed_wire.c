/* LINK: feed/feed_wire feed/feed_states core/log core/time core/out */
/* LINK: core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"
#include "feed/feed_internal.h"

/*
 * Messages of one connection on their way to the market, which this file stands
 * in for, as it does for the connection.
 */
struct world {
	struct loop loop;
	struct hub hub;
	struct opt_venue options;
	struct source source;
	struct lane lane;
	struct feed_stream stream;
	struct feed feed;
	struct ws_events events;
	unsigned heard;
	uint32_t epoch;
	enum err verdict;
	int64_t wait_ms;
};

static struct world *w;

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	(void)l;
	t->due = due;
	t->armed = true;
}

void
conn_kick(struct conn *c)
{
	(void)c;
}

void
conn_open(struct conn *c, const struct conn_events *events, const char *host,
    uint16_t port, struct tls_peer *peer)
{
	(void)c;
	(void)host;
	(void)port;
	(void)peer;
	assert_ptr_equal(events->owner, &w->feed);
}

void
feed_goto(struct feed *f, enum feed_state to, const char *why)
{
	(void)why;
	f->state = to;
}

void
feed_step(struct feed *f, enum feed_event ev, const char *why)
{
	(void)f;
	(void)ev;
	(void)why;
	fail();
}

void
feed_fail(struct feed *f, enum err e, const char *what)
{
	(void)f;
	(void)e;
	(void)what;
	fail();
}

bool
source_may_connect(struct source *s, int64_t *wait_ms)
{
	(void)s;
	*wait_ms = w->wait_ms;
	return w->wait_ms == 0;
}

enum err
market_message(struct market *m, struct span text, const struct origin *from)
{
	(void)m;
	assert_int_equal(text.len, 2);
	assert_true(from->seen.ns == w->loop.wall.ns);
	w->epoch = from->epoch;
	w->heard++;
	return w->verdict;
}

void
histogram_add(struct histogram *h, int64_t ns)
{
	(void)h;
	(void)ns;
}

void
tcp_random(void *buf, size_t len)
{
	memset(buf, 7, len);
}

enum err
ws_open(struct ws *ws, const struct ws_events *events, const char *host,
    uint16_t port, const char *path, const uint8_t key[16])
{
	(void)ws;
	(void)host;
	(void)port;
	(void)path;
	(void)key;
	w->events = *events;
	return ERR_OK;
}

enum err
ws_feed(struct ws *ws, const void *in, size_t len)
{
	(void)ws;
	(void)in;
	(void)len;
	return ERR_OK;
}

enum err
ws_drain(struct ws *ws, void *buf, size_t size, size_t *len)
{
	(void)ws;
	(void)buf;
	(void)size;
	*len = 0;
	return ERR_OK;
}

enum err
ws_send(struct ws *ws, const char *text, size_t len)
{
	(void)ws;
	(void)text;
	(void)len;
	return ERR_OK;
}

static int
begin(void **state)
{
	static struct world world;

	(void)state;
	memset(&world, 0, sizeof(world));
	w = &world;
	log_level(LOG_ERROR);
	w->loop.now.ns = 1000 * NS_PER_S;
	w->loop.wall.ns = 1795392000LL * NS_PER_S;
	w->source.loop = &w->loop;
	w->source.hub = &w->hub;
	w->source.options = &w->options;
	w->lane.count = 1;
	w->feed.source = &w->source;
	w->feed.lane = &w->lane;
	w->feed.streams = &w->stream;
	return 0;
}

static void
connect(void)
{
	feed_connect(&w->feed);
	feed_upgrade(&w->feed);
	w->feed.state = FEED_LIVE;
}

static void
hear(void)
{
	w->events.message(w->events.owner, SPAN("{}"));
}

static void
each_connection_has_an_epoch(void **state)
{
	(void)state;
	w->stream.seen = w->stream.doubted = true;
	w->wait_ms = 500;
	feed_connect(&w->feed);
	assert_true(w->feed.deadline.armed);
	assert_int_equal(w->feed.epoch, 0);
	w->wait_ms = 0;
	connect();
	hear();
	assert_int_equal(w->epoch, 1);
	assert_false(w->stream.seen || w->stream.doubted);
	connect();
	hear();
	assert_int_equal(w->epoch, 2);
	assert_int_equal(w->feed.metrics.messages, 2);
}

static void
a_message_that_cannot_be_read(void **state)
{
	(void)state;
	connect();
	w->verdict = ERR_SYNTAX;
	hear();
	assert_int_equal(w->source.skipped[ERR_SYNTAX].messages, 1);
	assert_true(w->feed.last_message.ns == w->loop.now.ns);
}

/* A snapshot that was asked for before would make a book of a connection that
 * ends, or after the books were told to be stopped. */
static void
nothing_is_heard_after_the_goodbye(void **state)
{
	(void)state;
	connect();
	hear();
	w->feed.state = FEED_CLOSING;
	hear();
	assert_int_equal(w->heard, 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
		TEST(each_connection_has_an_epoch),
		TEST(a_message_that_cannot_be_read),
		TEST(nothing_is_heard_after_the_goodbye),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
