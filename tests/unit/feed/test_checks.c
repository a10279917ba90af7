/* LINK: feed/market feed/market_% book/book book/sync */
/* LINK: venues/binance_usdm venues/binance_usdm_message */
/* LINK: venues/binance_scaled */
/* LINK: venues/binance_usdm_names venues/binance_usdm_funding */
/* LINK: venues/binance_members venues/binance_message venues/binance_read */
/* LINK: venues/binance_scaled */
/* LINK: venues/binance_request venues/binance_rest */
/* LINK: venues/okx venues/okx_bars venues/okx_book venues/okx_contracts */
/* LINK: venues/okx_funding venues/okx_members venues/okx_message */
/* LINK: venues/okx_names venues/okx_read venues/okx_rest */
/* LINK: venues/deribit venues/deribit_members venues/deribit_message */
/* LINK: venues/deribit_names venues/deribit_read venues/deribit_rest */
/* LINK: venues/deribit_ticker venues/deribit_funding */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath codec/crc32 model/model model/symbol */
/* LINK: model/frame core/must core/out core/span core/err core/arena */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "feed/market.h"

/*
 * What the scheduler asks of a market: funding that was paid against funding
 * that was published, books that are wrong, best prices.  Records are noted as
 * words: f a rate, F one from REST with its rate, g a gap that is open, G one
 * that was made good, x an invalid book, e:live an event.
 */
enum {
	WORDS = 4096,
	HOUR_S = 3600,
};

/* A time that is paid at, of all venues. */
#define T0_MS 1795420800000LL

struct world {
	struct arena arena;
	struct market_host host;
	struct market *market;
	char words[WORDS];
	size_t len;
	int64_t now;
	/* Kept over a restart. */
	int64_t told;
};

static void
say(struct world *w, const char *format, ...)
{
	va_list args;

	if (w->len > 0)
		w->words[w->len++] = ' ';
	va_start(args, format);
	w->len +=
	    (size_t)vsnprintf(w->words + w->len, WORDS - w->len, format, args);
	va_end(args);
	assert_true(w->len < WORDS - 1);
}

static void
expect(struct world *w, const char *words)
{
	w->words[w->len] = '\0';
	assert_string_equal(w->words, words);
	w->len = 0;
}

static void
say_rate(struct world *w, const struct funding_rate *f)
{
	char text[64];
	struct out o;

	if (f->backfill != BOOL_TRUE) {
		say(w, "f");
		return;
	}
	out_init(&o, text, sizeof(text));
	dec_write(&f->funding_rate, &o);
	say(w, "F%s", out_cstr(&o));
}

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct world *w = h->owner;
	const struct orderbook *b = rec;
	const struct gap *g = rec;
	const struct event *e = rec;

	if (id == RECORD_funding_rate) {
		say_rate(w, rec);
	} else if (id == RECORD_gap) {
		say(w, "%c:%.*s", g->healed == BOOL_TRUE ? 'G' : 'g',
		    (int)g->data_type.len, g->data_type.at);
		if (g->healed == BOOL_TRUE)
			assert_int_equal(g->from_id % 60000, 0);
	} else if (id == RECORD_orderbook) {
		say(w, b->is_valid == BOOL_FALSE ? "x" : "b");
	} else if (id == RECORD_event) {
		say(w, "e:%.*s", (int)e->state.len, e->state.at);
	}
}

static void
on_want_book(struct market_host *h, unsigned s)
{
	(void)s;
	say(h->owner, "?book");
}

static void
on_want_trades(struct market_host *h, unsigned s, int64_t first, int64_t last)
{
	(void)h;
	(void)s;
	(void)first;
	(void)last;
}

static void
on_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	(void)h;
	(void)s;
	(void)c;
	(void)interval;
	(void)epoch;
}

static int64_t
on_last_funding(struct market_host *h, unsigned s)
{
	struct world *w = h->owner;

	assert_int_equal(s, 0);
	return w->told > 0 ? w->told : SEQ_NULL;
}

static void
on_funded(struct market_host *h, unsigned s, int64_t told)
{
	struct world *w = h->owner;

	assert_int_equal(s, 0);
	w->told = told;
}

static struct world *
open_world(const struct venue *v, const char *native)
{
	struct world *w = calloc(1, sizeof(*w));
	struct market_setup setup = { .venue = v,
		.symbols_max = 1,
		.book_limit = 10,
		.book_capacity = 32,
		.book_publish = 4,
		.buffers = 4,
		.buffer_bytes = 4096,
		.tokens = 2048,
		.levels = 64 };
	unsigned number;

	w->now = T0_MS * NS_PER_MS - 100 * NS_PER_S;
	w->host = (struct market_host){ .owner = w,
		.record = on_record,
		.want_book = on_want_book,
		.want_trades = on_want_trades,
		.alive = on_alive,
		.last_funding = on_last_funding,
		.funded = on_funded };
	assert_int_equal(arena_init(&w->arena, market_bytes(&setup)), ERR_OK);
	w->market = market_new(&w->arena, &setup, &w->host);
	assert_int_equal(market_add(w->market, span_of(native),
			     SPAN("BTC-USDT-PERP"), &number),
	    ERR_OK);
	for (enum channel c = 0; c < CHANNEL_COUNT; c++)
		market_want(w->market, number, c);
	return w;
}

static void
close_world(struct world *w)
{
	arena_fini(&w->arena);
	free(w);
}

static void
hear(struct world *w, const char *format, ...)
{
	struct origin from = { { w->now }, 1 };
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(
	    market_message(w->market, span_of(text), &from), ERR_OK);
}

static struct market_paid
history(struct world *w, enum err expected, const char *format, ...)
{
	struct origin from = { { w->now }, 0 };
	struct market_paid found;
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(
	    market_funding_history(w->market, 0, span_of(text), &from, &found),
	    expected);
	return found;
}

static void
pass(struct world *w, int64_t seconds)
{
	w->now += seconds * NS_PER_S;
}

/* --- Binance USD-M ----------------------------------------------------------
 */

static void
mark_price(struct world *w, int64_t next_ms)
{
	hear(w,
	    "{\"e\":\"markPriceUpdate\",\"E\":%lld,\"s\":\"BTCUSDT\","
	    "\"p\":\"1\",\"i\":\"1\",\"r\":\"0.0001\",\"T\":%lld}",
	    (long long)(w->now / NS_PER_MS), (long long)next_ms);
}

#define ROW                                                                    \
	"{\"symbol\":\"BTCUSDT\",\"fundingRate\":\"%s\","                      \
	"\"fundingTime\":%lld,\"markPrice\":\"\"}"

/* Paid a few milliseconds late, as the venue does. */
static void
paid_and_seen(void **state)
{
	struct world *w = open_world(&venue_binance_usdm, "BTCUSDT");
	struct market_paid found;

	(void)state;
	/* Nothing was seen: nothing is known of anything. */
	pass(w, 8 * HOUR_S);
	found = history(w, ERR_OK, "[" ROW "]", "0.0003", T0_MS);
	assert_int_equal(found.rows, 0);
	w->now -= 8 * HOUR_S * NS_PER_S;
	mark_price(w, T0_MS);
	mark_price(w, T0_MS);
	pass(w, 200);
	mark_price(w, T0_MS + 8 * HOUR_S * 1000);
	w->len = 0;
	found = history(w, ERR_OK, "[" ROW "," ROW "]", "0.0002",
	    T0_MS - 8 * HOUR_S * 1000, "0.0003", T0_MS + 5);
	assert_int_equal(found.rows, 1);
	assert_int_equal(found.missed, 0);
	expect(w, "");
	/* Judged once. */
	found = history(w, ERR_OK, "[" ROW "]", "0.0003", T0_MS + 5);
	assert_int_equal(found.rows, 0);
	close_world(w);
}

static void
paid_and_not_seen(void **state)
{
	struct world *w = open_world(&venue_binance_usdm, "BTCUSDT");
	int64_t step = 8 * HOUR_S * 1000;
	struct market_paid found;

	(void)state;
	mark_price(w, T0_MS);
	/* The stream was silent for 17 hours. */
	pass(w, 17 * HOUR_S);
	mark_price(w, T0_MS + 3 * step);
	w->len = 0;
	found = history(w, ERR_OK, "[" ROW "," ROW "," ROW "]", "0.0001", T0_MS,
	    "0.0002", T0_MS + step, "-0.0003", T0_MS + 2 * step);
	assert_int_equal(found.rows, 3);
	assert_int_equal(found.missed, 2);
	expect(w, "F0.0002 G:funding_rate F-0.0003 G:funding_rate");
	close_world(w);
}

/* Another run, that knows what this one keeps. */
static struct world *
restart(struct world *w)
{
	struct world *next = open_world(&venue_binance_usdm, "BTCUSDT");

	next->now = w->now;
	next->told = w->told;
	close_world(w);
	return next;
}

static void
funding_times_over_a_restart(void **state)
{
	struct world *w = open_world(&venue_binance_usdm, "BTCUSDT");
	int64_t step = 8 * HOUR_S * 1000;
	struct market_paid found;
	int64_t told;

	(void)state;
	mark_price(w, T0_MS - step);
	pass(w, 30);
	mark_price(w, T0_MS);
	told = w->told;
	assert_true(told > 0);
	pass(w, 30);
	/* Far ahead is no funding time. */
	mark_price(w, T0_MS + 100 * step);
	assert_int_equal(w->told, told);
	/* Down while two were paid, of which one had been told. */
	w = restart(w);
	pass(w, 9 * HOUR_S);
	found = history(w, ERR_OK, "[" ROW "," ROW "," ROW "," ROW "]",
	    "0.0001", T0_MS - 2 * step, "0.0002", T0_MS - step, "0.0003", T0_MS,
	    "-0.0004", T0_MS + step);
	assert_int_equal(found.rows, 3);
	assert_int_equal(found.missed, 1);
	expect(w, "F-0.0004 G:funding_rate");
	/* What was made good is so for the next run too. */
	w = restart(w);
	mark_price(w, T0_MS + 2 * step);
	w->len = 0;
	found = history(w, ERR_OK, "[" ROW "," ROW "]", "0.0003", T0_MS,
	    "-0.0004", T0_MS + step);
	assert_int_equal(found.rows, 2);
	assert_int_equal(found.missed, 0);
	expect(w, "");
	/* Days later nothing of it is left but the last. */
	pass(w, 50 * HOUR_S);
	mark_price(w, T0_MS + 8 * step);
	told = w->told;
	w = restart(w);
	pass(w, 8 * HOUR_S);
	found = history(w, ERR_OK, "[" ROW "," ROW "," ROW "]", "1", T0_MS, "2",
	    T0_MS + 7 * step, "3", T0_MS + 8 * step);
	assert_int_equal(found.rows, 1);
	assert_int_equal(found.missed, 0);
	assert_int_equal(w->told, told);
	close_world(w);
}

static void
histories_that_are_none(void **state)
{
	struct world *w = open_world(&venue_binance_usdm, "BTCUSDT");

	(void)state;
	mark_price(w, T0_MS);
	pass(w, 200);
	w->len = 0;
	history(w, ERR_TYPE, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}");
	history(w, ERR_PROTOCOL,
	    "[{\"symbol\":\"ETHUSDT\",\"fundingRate\":\"1\","
	    "\"fundingTime\":%lld}]",
	    T0_MS);
	history(w, ERR_SYNTAX, "[{\"symbol\":\"BTCUSDT\"");
	expect(w, "");
	close_world(w);
}

/* --- OKX ---------------------------------------------------------------------
 */

static void
okx_says_what_was_realized(void **state)
{
	struct world *w = open_world(&venue_okx, "BTC-USDT-SWAP");
	struct market_paid found;

	(void)state;
	hear(w,
	    "{\"arg\":{\"channel\":\"funding-rate\",\"instId\":\"BTC-USDT-"
	    "SWAP\"},\"data\":[{\"instId\":\"BTC-USDT-SWAP\",\"fundingRate\":"
	    "\"0.0001\",\"fundingTime\":\"%lld\",\"nextFundingTime\":\"%lld\","
	    "\"nextFundingRate\":\"\",\"ts\":\"%lld\"}]}",
	    T0_MS, T0_MS + 8 * HOUR_S * 1000, (long long)(w->now / NS_PER_MS));
	expect(w, "f");
	pass(w, 9 * HOUR_S);
	/* Newest first. */
	found = history(w, ERR_OK,
	    "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"instId\":\"BTC-USDT-"
	    "SWAP\",\"fundingRate\":\"0.0002\",\"realizedRate\":\"0.00025\","
	    "\"fundingTime\":\"%lld\"},{\"instId\":\"BTC-USDT-SWAP\","
	    "\"fundingRate\":\"0.0001\",\"realizedRate\":\"0.0001\","
	    "\"fundingTime\":\"%lld\"}]}",
	    T0_MS + 8 * HOUR_S * 1000, T0_MS);
	assert_int_equal(found.rows, 2);
	expect(w, "F0.00025 G:funding_rate");
	history(w, ERR_LIMITED,
	    "{\"code\":\"50011\",\"msg\":\"Too Many Requests\",\"data\":[]}");
	close_world(w);
}

/* --- Deribit -----------------------------------------------------------------
 */

static void
ticker(struct world *w)
{
	hear(w,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{"
	    "\"channel\":\"ticker.BTC-PERPETUAL.100ms\",\"data\":{"
	    "\"instrument_name\":\"BTC-PERPETUAL\",\"timestamp\":%lld,"
	    "\"stats\":{},\"last_price\":1,\"open_interest\":5,"
	    "\"current_funding\":0.0001,\"funding_8h\":0.0002,"
	    "\"index_price\":1,\"mark_price\":1}}}",
	    (long long)(w->now / NS_PER_MS));
}

/* Funding is continuous: each hour must have had a rate. */
static void
deribit_counts_hours(void **state)
{
	struct world *w = open_world(&venue_deribit, "BTC-PERPETUAL");
	struct market_paid found;

	(void)state;
	ticker(w);
	pass(w, 2 * HOUR_S);
	ticker(w);
	pass(w, HOUR_S);
	w->len = 0;
	found = history(w, ERR_OK,
	    "{\"jsonrpc\":\"2.0\",\"result\":["
	    "{\"timestamp\":%lld,\"interest_1h\":1e-5,\"index_price\":1},"
	    "{\"timestamp\":%lld,\"interest_1h\":2e-5},"
	    "{\"timestamp\":%lld,\"interest_1h\":3e-5}]}",
	    T0_MS, T0_MS + HOUR_S * 1000, T0_MS + 2 * HOUR_S * 1000);
	assert_int_equal(found.rows, 3);
	expect(w, "F0.00002 G:funding_rate");
	history(w, ERR_LIMITED,
	    "{\"error\":{\"code\":10028,\"message\":\"too_many_requests\"}}");
	history(w, ERR_MISSING, "{\"jsonrpc\":\"2.0\"}");
	close_world(w);
}

/* --- books and best prices
 * -----------------------------------------------------
 */

static void
book(struct world *w, const char *type, int64_t prev, int64_t id)
{
	char chain[64] = "";

	if (prev >= 0)
		snprintf(chain, sizeof(chain), "\"prev_change_id\":%lld,",
		    (long long)prev);
	hear(w,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{"
	    "\"channel\":\"book.BTC-PERPETUAL.100ms\",\"data\":{\"type\":\"%s"
	    "\",\"timestamp\":1,%s\"instrument_name\":\"BTC-PERPETUAL\","
	    "\"change_id\":%lld,\"bids\":[[\"new\",100.5,2]],\"asks\":[["
	    "\"new\",101,2]]}}}",
	    type, chain, (long long)id);
}

/* The latest time there is. */
static void
funding_times_at_the_end(void **state)
{
	struct world *w = open_world(&venue_binance_usdm, "BTCUSDT");

	(void)state;
	hear(w,
	    "{\"e\":\"markPriceUpdate\",\"E\":1795392000000,\"s\":\"BTCUSDT\","
	    "\"p\":\"1\",\"i\":\"1\",\"r\":\"0.0001\",\"T\":9223372036854}");
	expect(w, "f");
	close_world(w);
	w = open_world(&venue_deribit, "BTC-PERPETUAL");
	hear(w, "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{"
		"\"channel\":\"ticker.BTC-PERPETUAL.100ms\",\"data\":{"
		"\"instrument_name\":\"BTC-PERPETUAL\",\"current_funding\":0,"
		"\"timestamp\":9223372036854}}}");
	expect(w, "f");
	close_world(w);
}

static void
a_wrong_book_is_asked_for_anew(void **state)
{
	struct world *w = open_world(&venue_deribit, "BTC-PERPETUAL");
	struct dec bid, ask;

	(void)state;
	market_best(w->market, 0, &bid, &ask);
	assert_int_equal(bid.kind, DEC_NULL);
	book(w, "snapshot", -1, 5);
	expect(w, "b e:live");
	market_best(w->market, 0, &bid, &ask);
	assert_int_equal(bid.mantissa, 1005);
	assert_int_equal(ask.mantissa, 101);
	market_book_wrong(w->market, 0, "audit", true, (struct wall){ w->now });
	expect(w, "x g:orderbook e:invalid ?book");
	/* What follows the wrong book is not applied. */
	book(w, "change", 5, 6);
	expect(w, "");
	book(w, "snapshot", -1, 9);
	expect(w, "b e:live");
	assert_true(market_book_live(w->market, 0));
	market_book_wrong(
	    w->market, 0, "audit", false, (struct wall){ w->now });
	expect(w, "x g:orderbook e:invalid");
	assert_false(market_book_live(w->market, 0));
	close_world(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paid_and_seen),
		cmocka_unit_test(paid_and_not_seen),
		cmocka_unit_test(funding_times_over_a_restart),
		cmocka_unit_test(histories_that_are_none),
		cmocka_unit_test(okx_says_what_was_realized),
		cmocka_unit_test(deribit_counts_hours),
		cmocka_unit_test(funding_times_at_the_end),
		cmocka_unit_test(a_wrong_book_is_asked_for_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
