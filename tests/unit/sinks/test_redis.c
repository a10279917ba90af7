/* LINK: net/conn_count core/metrics */
/* LINK: sinks/redis% book/book codec/resp model/model model/frame model/emit */
/* LINK: net/conn net/tcp net/tls net/tls_link net/tls_words gen/ca_roots */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: core/arena core/err core/fifo core/log core/loop core/must core/out */
/* LINK: core/span */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include "redis_world.h"

#define BTC "m:binance:BTC-USDT"

/* --- greeting --- */

static void
greets_in_version_3(void **state)
{
	struct world *w = *state;

	strcpy(w->options.redis.password, "s3cret");
	w->options.redis.db = 3;
	open_sink(w);
	expect_command(w, "HELLO 3 AUTH default s3cret SETNAME box");
	answer(w, "%1\r\n$5\r\nproto\r\n");
	expect_silence(w);
	answer(w, ":3\r\n");
	expect_command(w, "SELECT 3");
	expect_said(&w->said, "");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "u");
	assert_int_equal(w->sink.counts.connects, 1);
}

static void
greets_in_version_2(void **state)
{
	struct world *w = *state;

	strcpy(w->options.redis.user, "joe");
	strcpy(w->options.redis.password, "s3cret");
	w->options.redis.db = 3;
	open_sink(w);
	expect_command(w, "HELLO 3 AUTH joe s3cret SETNAME box");
	answer(w, "-ERR unknown command `HELLO`, with args: `s3cret`\r\n");
	expect_command(w, "AUTH joe s3cret");
	answer(w, "+OK\r\n");
	expect_command(w, "CLIENT SETNAME box");
	answer(w, "-ERR unknown command\r\n");
	expect_command(w, "SELECT 3");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "u");
}

static void
refused_greetings(void **state)
{
	static const struct {
		const char *reply;
		const char *said;
		const char *why;
	} cases[] = {
		{ "-WRONGPASS invalid s3cret\r\n", "d:auth", "WRONGPASS: " },
		{ "-NOAUTH HELLO must be called\r\n", "d:auth", "NOAUTH: " },
		{ "-LOADING s3cret\r\n", "d:down", "LOADING: " },
		{ "-MOVED 1 10.0.0.1:6379\r\n", "d:unsupported", "MOVED: " },
	};
	struct world *w = *state;

	strcpy(w->options.redis.password, "s3cret");
	open_sink(w);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		expect_command(w, "HELLO 3 AUTH default s3cret SETNAME box");
		answer(w, cases[i].reply);
		expect_said(&w->said, cases[i].said);
		assert_memory_equal(w->why, cases[i].why, strlen(cases[i].why));
		assert_null(strstr(w->why, "s3cret"));
		/* Not at once: half of the pause at least. */
		expect_silence(w);
		assert_int_equal(w->server.accepted, i + 1);
		pass_ms(w, REDIS_PAUSE_MAX_MS);
	}
	expect_command(w, "HELLO 3 AUTH");
	answer(w, "-ERR unknown command\r\n");
	expect_command(w, "AUTH s3cret");
	answer(w, "-ERR invalid password s3cret\r\n");
	expect_said(&w->said, "d:auth");
	assert_null(strstr(w->why, "s3cret"));
}

/* The same reason again is told once. */
static void
told_once(void **state)
{
	struct world *w = *state;

	open_sink(w);
	for (int i = 0; i < 3; i++) {
		expect_command(w, "HELLO 3");
		answer(w, "-NOAUTH Authentication required\r\n");
		pass_ms(w, REDIS_PAUSE_MAX_MS);
	}
	expect_said(&w->said, "d:auth");
	assert_int_equal(w->sink.counts.errors, 3);
}

/* --- values --- */

static void
newest_value(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_trade(w, "BTC-USDT", 1);
	offer_trade(w, "BTC-USDT", 2);
	offer_trade(w, "ETH-USDT", 7);
	offer_trade(w, "BTC-USDT", 3);
	assert_false(sink_redis.idle(&w->sink));
	expect_command(w, "SET " BTC ":trade {\"exchange_name\":\"binance\","
			  "\"symbol_name\":\"BTC-USDT\",\"trade_id\":\"3\"");
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	expect_silence(w);
	answer(w, "+OK\r\n");
	expect_said(&w->said, "");
	/* While that is on its way: another flush, later. */
	offer_trade(w, "BTC-USDT", 4);
	answer(w, "+OK\r\n");
	expect_said(&w->said, "c4");
	expect_silence(w);
	pass_ms(w, 50);
	expect_command(w, "SET " BTC ":trade");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "c5");
	assert_true(sink_redis.idle(&w->sink));
	assert_int_equal(w->sink.counts.coalesced, 2);
	assert_int_equal(w->sink.counts.confirmed, 5);
	assert_int_equal(w->sink.counts.in_flight, 0);
	/* What is not kept is confirmed all the same. */
	offer(w, RECORD_event,
	    &(struct event){ .connection = SPAN("x"), .state = SPAN("y") });
	pass_ms(w, 50);
	expect_said(&w->said, "c6");
}

/* A record of an older time, as REST brings it, is no newer value. */
static void
older_is_not_newer(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_trade(w, "BTC-USDT", 9);
	offer_trade(w, "BTC-USDT", 5);
	expect_command(w, "SET " BTC ":trade {\"exchange_name\":\"binance\","
			  "\"symbol_name\":\"BTC-USDT\",\"trade_id\":\"9\"");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "c2");
}

static void
intervals_have_their_keys(void **state)
{
	struct world *w = *state;
	struct kline k;

	open_ready(w);
	record_init(RECORD_kline, &k);
	k.symbol_name = SPAN("BTC-USDT-PERP");
	k.interval = SPAN("1M");
	offer(w, RECORD_kline, &k);
	expect_command(w, "SET m:binance:BTC-USDT-PERP:kline:1M {");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "c1");
}

/* It lives ttl_s from when it was received, also when it is written late. */
static void
values_expire(void **state)
{
	struct world *w = *state;
	char *px;

	open_sink(w);
	expect_command(w, "HELLO 3");
	offer_trade(w, "BTC-USDT", 1);
	pass_ms(w, 400);
	offer_trade(w, "ETH-USDT", 1);
	answer(w, "%0\r\n");
	assert_true(next_command(w));
	assert_non_null(px = strstr(w->server.in, "\r\nPX\r\n$5\r\n99600\r\n"));
	assert_true(next_command(w));
	answer(w, "+OK\r\n+OK\r\n");
	expect_said(&w->said, "u c2");
	server_drop(&w->server, true);
	turns(w, 4);
	expect_said(&w->said, "d:reset");
	/* After that long there is nothing to write. */
	pass_ms(w, 100000);
	expect_command(w, "HELLO 3");
	answer(w, "%0\r\n");
	expect_silence(w);
	expect_said(&w->said, "u");
}

/* --- what goes wrong --- */

static void
refused_values(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_trade(w, "BTC-USDT", 1);
	offer_trade(w, "ETH-USDT", 1);
	expect_command(w, "SET " BTC ":trade");
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	answer(w, "+OK\r\n-OOM command not allowed\r\n");
	expect_said(&w->said, "d:space");
	assert_memory_equal(w->why, "OOM: ", 5);
	/* Waits, takes, and then tries one alone. */
	offer_trade(w, "BTC-USDT", 2);
	expect_silence(w);
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	expect_silence(w);
	answer(w, "-LOADING Redis is loading\r\n");
	expect_said(&w->said, "d:down");
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "SET " BTC ":trade");
	answer(w,
	    "-MISCONF Redis is configured to save RDB snapshots, but it is "
	    "currently unable to persist to disk.\r\n");
	expect_said(&w->said, "d:io");
	assert_memory_equal(w->why, "MISCONF: ", 9);
	assert_non_null(strstr(w->why, "stop-writes-on-bgsave-error"));
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	expect_silence(w);
	answer(w, "-MISCONF again\r\n");
	expect_said(&w->said, "");
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "SET " BTC ":trade");
	expect_silence(w);
	answer(w, "+OK\r\n");
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "u c3");
	assert_int_equal(w->server.accepted, 1);
	/* A replica is left: the name may lead to its master by now. */
	offer_trade(w, "BTC-USDT", 3);
	pass_ms(w, 50);
	expect_command(w, "SET " BTC ":trade");
	answer(w, "-READONLY You can't write against a replica\r\n");
	expect_said(&w->said, "d:rejected");
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "HELLO 3");
	assert_int_equal(w->server.accepted, 2);
}

/* Everything is written again: the server may have lost it. */
static void
server_that_is_silent(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_trade(w, "ETH-USDT", 1);
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "c1");
	offer_trade(w, "BTC-USDT", 1);
	pass_ms(w, 50);
	expect_command(w, "SET " BTC ":trade");
	pass_ms(w, 900);
	expect_said(&w->said, "");
	pass_ms(w, 200);
	expect_said(&w->said, "d:late");
	for (int i = 2; i < 1000; i++)
		offer_trade(w, "BTC-USDT", i);
	pass_ms(w, REDIS_PAUSE_MAX_MS);
	expect_command(w, "HELLO 3");
	answer(w, "%0\r\n");
	expect_command(w, "SET " BTC ":trade {\"exchange_name\":\"binance\","
			  "\"symbol_name\":\"BTC-USDT\",\"trade_id\":\"999\"");
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	answer(w, "+OK\r\n+OK\r\n");
	expect_said(&w->said, "u c1000");
	assert_int_equal(w->sink.counts.coalesced, 997);
}

static void
greeting_that_is_not_answered(void **state)
{
	struct world *w = *state;

	open_sink(w);
	expect_command(w, "HELLO 3");
	pass_ms(w, 1100);
	expect_said(&w->said, "d:late");
}

static void
idle_connection(void **state)
{
	struct world *w = *state;

	open_ready(w);
	pass_ms(w, REDIS_PING_MS);
	expect_command(w, "PING");
	answer(w, "+PONG\r\n");
	expect_said(&w->said, "");
	pass_ms(w, REDIS_PING_MS);
	expect_command(w, "PING");
	pass_ms(w, 1100);
	expect_said(&w->said, "d:late");
}

static void
what_nobody_asked_for(void **state)
{
	struct world *w = *state;

	open_ready(w);
	answer(w, ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nx\r\n");
	expect_said(&w->said, "");
	answer(w, "+OK\r\n");
	expect_said(&w->said, "d:protocol");
}

static void
not_redis(void **state)
{
	struct world *w = *state;

	open_sink(w);
	expect_command(w, "HELLO 3");
	answer(w, "HTTP/1.1 400 Bad Request\r\n");
	expect_said(&w->said, "d:protocol");
}

/* --- books --- */

static void
both_books(struct world *w, const char *command)
{
	char want[64];

	snprintf(want, sizeof(want), "%s " BTC ":orderbook", command);
	expect_command(w, want);
	snprintf(want, sizeof(want), "%s " BTC ":bbo", command);
	expect_command(w, want);
	answer(w, "+OK\r\n+OK\r\n");
}

static void
both_gone(struct world *w)
{
	/* No time has passed. */
	expect_command(w, "DEL " BTC ":bbo");
	expect_command(w, "DEL " BTC ":orderbook");
	answer(w, ":1\r\n:1\r\n");
}

static void
books(void **state)
{
	struct world *w = *state;

	open_ready(w);
	/* Not known yet. */
	offer_book(w, UPDATE_DELTA, 1, true);
	expect_silence(w);
	pass_ms(w, 50);
	offer_book(w, UPDATE_SNAPSHOT, 2, true);
	expect_command(w, "SET " BTC ":orderbook {\"exchange_name\":"
			  "\"binance\",\"symbol_name\":\"BTC-USDT\","
			  "\"last_update_id\":2,\"bids\":[{\"price\":\"99\","
			  "\"quantity\":\"2\"}],\"asks\":[{\"price\":");
	expect_command(w,
	    "SET " BTC ":bbo {\"exchange_name\":\"binance\","
	    "\"symbol_name\":\"BTC-USDT\",\"best_bid_price\":\"99\","
	    "\"best_bid_quantity\":\"2\",\"best_ask_price\":\"101\","
	    "\"best_ask_quantity\":\"3\",\"last_update_id\":2,");
	answer(w, "+OK\r\n+OK\r\n");
	offer_book(w, UPDATE_DELTA, 3, true);
	expect_silence(w);
	offer_book(w, UPDATE_DELTA, 4, true);
	offer_book(w, UPDATE_SNAPSHOT, 5, false);
	/* They were waiting: that is what they become, at once. */
	expect_command(w, "DEL " BTC ":orderbook");
	expect_command(w, "DEL " BTC ":bbo");
	answer(w, ":1\r\n:1\r\n");
	offer_book(w, UPDATE_DELTA, 6, true);
	pass_ms(w, 50);
	expect_silence(w);
	offer_book(w, UPDATE_SNAPSHOT, 7, true);
	pass_ms(w, 50);
	both_books(w, "SET");
	offer_book(w, UPDATE_SNAPSHOT, 8, false);
	both_gone(w);
}

/* A delta may be among what this sink was not offered. */
static void
hole_in_the_journal(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_book(w, UPDATE_SNAPSHOT, 1, true);
	both_books(w, "SET");
	w->frame += 3;
	offer_trade(w, "ETH-USDT", 1);
	expect_command(w, "DEL " BTC ":bbo");
	expect_command(w, "DEL " BTC ":orderbook");
	expect_command(w, "SET m:binance:ETH-USDT:trade");
	answer(w, ":1\r\n:1\r\n+OK\r\n");
	pass_ms(w, 50);
	offer_book(w, UPDATE_DELTA, 2, true);
	pass_ms(w, 50);
	expect_silence(w);
}

/* The journal brings what another process has seen last. */
static void
books_of_before(void **state)
{
	struct world *w = *state;

	open_ready(w);
	w->loop.wall.ns -= NS_PER_S;
	offer_book(w, UPDATE_SNAPSHOT, 1, true);
	expect_silence(w);
	offer_book(w, UPDATE_DELTA, 2, true);
	pass_ms(w, 50);
	expect_silence(w);
	offer_book(w, UPDATE_SNAPSHOT, 3, true);
	pass_ms(w, 50);
	both_books(w, "SET");
}

/* A list has told more of the symbol: its book goes on under the new name. */
static void
renamed(void **state)
{
	struct world *w = *state;

	open_ready(w);
	offer_book(w, UPDATE_SNAPSHOT, 1, true);
	both_books(w, "SET");
	w->symbol = "BTC-USDT-PERP";
	offer_book(w, UPDATE_DELTA, 2, true);
	expect_command(w, "DEL " BTC ":bbo");
	expect_command(w, "DEL " BTC ":orderbook");
	expect_command(w, "SET " BTC "-PERP:orderbook {\"exchange_name\":"
			  "\"binance\",\"symbol_name\":\"BTC-USDT-PERP\","
			  "\"last_update_id\":2,");
	expect_command(w, "SET " BTC "-PERP:bbo");
	answer(w, ":1\r\n:1\r\n+OK\r\n+OK\r\n");
	/* And back. */
	w->symbol = "BTC-USDT";
	offer_book(w, UPDATE_DELTA, 3, true);
	expect_command(w, "DEL " BTC "-PERP:bbo");
	expect_command(w, "DEL " BTC "-PERP:orderbook");
	expect_command(w, "SET " BTC ":orderbook {");
	expect_command(w, "SET " BTC ":bbo {");
}

/* --- no room --- */

static void
more_keys_than_room(void **state)
{
	struct world *w = *state;
	char name[16];

	open_ready(w);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "S%d", i);
		offer_trade(w, name, 1);
	}
	offer_book(w, UPDATE_SNAPSHOT, 1, true);
	assert_true(w->sink.counts.skipped >= 12);
	/* At most four are in flight. */
	for (int i = 0; i < 4; i++)
		expect_command(w, "SET m:binance:S");
	expect_silence(w);
	answer(w, "+OK\r\n");
	expect_command(w, "SET m:binance:S4:trade");
	expect_silence(w);
	answer(w, "+OK\r\n+OK\r\n+OK\r\n+OK\r\n");
	for (int i = 5; i < 8; i++)
		expect_command(w, "SET m:binance:S");
	answer(w, "+OK\r\n+OK\r\n+OK\r\n");
	expect_said(&w->said, "c21");
}

static void
streams_and_channels(void **state)
{
	struct world *w = *state;

	w->options.redis.streams = true;
	w->options.redis.publish = true;
	open_ready(w);
	offer_trade(w, "BTC-USDT", 1);
	expect_command(w, "SET " BTC ":trade {");
	expect_command(w, "XADD " BTC ":trade:stream MAXLEN ~ 9 * data "
			  "{\"exchange_name\":\"binance\"");
	expect_command(w, "PUBLISH " BTC ":trade {\"exchange_name\"");
	answer(w, "+OK\r\n$3\r\n1-1\r\n:0\r\n");
	expect_said(&w->said, "c1");
	/* Of many some have room; the others are counted. */
	for (int i = 2; i < 100; i++)
		offer_trade(w, "BTC-USDT", i);
	assert_true(w->sink.counts.skipped > 100);
	assert_true(w->sink.counts.skipped < 196);
	/* What was under way when the connection went is counted too. */
	uint64_t skipped = w->sink.counts.skipped;

	pass_ms(w, 50);
	expect_command(w, "SET " BTC ":trade {");
	expect_command(w, "XADD");
	expect_command(w, "PUBLISH");
	server_drop(&w->server, true);
	turns(w, 4);
	expect_said(&w->said, "d:reset");
	assert_int_equal(w->sink.counts.skipped, skipped + 3);
	assert_int_equal(w->confirmed, 1);
}

static void
more_than_the_memory(void **state)
{
	struct world *w = *state;
	struct sink_setup setup = { .options = &w->options,
		.arena = &w->arena,
		.loop = &w->loop,
		.host = &w->host,
		.world = &w->shared };
	char text[256];
	struct out why;

	out_init(&why, text, sizeof(text));
	w->options.redis.keys = 65536;
	assert_int_equal(sink_redis.open(&w->sink, &setup, &why), ERR_CONFIG);
	assert_memory_equal(text, "redis.keys", 10);
	w->options.redis.keys = 8;
	open_ready(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(greets_in_version_3),
		TEST(greets_in_version_2),
		TEST(refused_greetings),
		TEST(told_once),
		TEST(newest_value),
		TEST(older_is_not_newer),
		TEST(intervals_have_their_keys),
		TEST(values_expire),
		TEST(refused_values),
		TEST(server_that_is_silent),
		TEST(greeting_that_is_not_answered),
		TEST(idle_connection),
		TEST(what_nobody_asked_for),
		TEST(not_redis),
		TEST(books),
		TEST(hole_in_the_journal),
		TEST(books_of_before),
		TEST(renamed),
		TEST(more_keys_than_room),
		TEST(streams_and_channels),
		TEST(more_than_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
