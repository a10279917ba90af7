/* LINK: model/emit model/subject model/subject_p% model/model */
/* LINK: codec/decimal */
/* LINK: core/out core/span core/time core/must core/err */
#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/emit.h"

#include "random_record.h"

enum {
	JSON_MAX = 65536,
};

#define TIME 1795428434567000000
#define TIME_TEXT "2026-11-23T10:07:14.567000Z"

static char memory[JSON_MAX];

static struct dec
dec(const char *text)
{
	struct dec d;

	assert_int_equal(dec_parse(span_of(text), &d), ERR_OK);
	return d;
}

static const char *
json(enum record_id id, const void *rec)
{
	struct out o;

	out_init(&o, memory, sizeof(memory));
	record_json(id, rec, &o);
	return out_cstr(&o);
}

static const char *
subject(enum record_id id, const void *rec)
{
	struct subject_plan plan;
	struct out o;

	out_init(&o, memory, sizeof(memory));
	assert_int_equal(
	    subject_plan_read(&plan, SUBJECT_DEFAULT, "market", &o), ERR_OK);
	out_init(&o, memory, SUBJECT_MAX);
	record_subject(&plan, id, rec, &o);
	return out_cstr(&o);
}

static const char *
msgid(enum record_id id, const void *rec)
{
	struct out o;

	out_init(&o, memory, MSGID_MAX);
	record_msgid(id, rec, &o);
	return out_cstr(&o);
}

static struct trade
a_trade(void)
{
	struct trade t;

	record_init(RECORD_trade, &t);
	t.symbol_name = SPAN("BTC-USDT");
	t.native_symbol = SPAN("BTCUSDT");
	t.trade_id = SPAN("123");
	t.price = dec("1.50000000");
	t.quantity = dec("2.0");
	t.quote_quantity = dec("3.000000000");
	t.timestamp = TIME;
	t.collected_at = TIME + 1234;
	t.side = SIDE_SELL;
	return t;
}

static void
trade(void **state)
{
	struct trade t = a_trade();

	(void)state;
	assert_string_equal(json(RECORD_trade, &t),
	    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
	    "\"trade_id\":\"123\",\"price\":\"1.50000000\","
	    "\"quantity\":\"2.0\",\"quote_quantity\":\"3.000000000\","
	    "\"timestamp\":\"" TIME_TEXT "\",\"side\":\"sell\","
	    "\"collected_at\":\"2026-11-23T10:07:14.567001Z\","
	    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}");
	assert_string_equal(
	    subject(RECORD_trade, &t), "market.binance.btc-usdt.trade");
	assert_string_equal(
	    msgid(RECORD_trade, &t), "binance:BTCUSDT:trade:123");
	t.backfill = BOOL_TRUE;
	assert_non_null(strstr(json(RECORD_trade, &t),
	    ",\"native_symbol\":\"BTCUSDT\",\"backfill\":true}"));
	t.backfill = BOOL_FALSE;
	assert_non_null(strstr(json(RECORD_trade, &t), ",\"backfill\":false}"));
}

static void
nothing_known(void **state)
{
	struct kline k;

	(void)state;
	record_init(RECORD_kline, &k);
	assert_string_equal(json(RECORD_kline, &k),
	    "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
	    "\"open_time\":null,\"close_time\":null,\"interval\":null,"
	    "\"open_price\":null,\"high_price\":null,\"low_price\":null,"
	    "\"close_price\":null,\"volume\":null,\"quote_volume\":null,"
	    "\"trade_count\":null,\"taker_buy_volume\":null,"
	    "\"taker_buy_quote_volume\":null,\"is_closed\":null,"
	    "\"collected_at\":null,\"timestamp\":null,"
	    "\"market_type\":\"spot\",\"native_symbol\":null}");
}

static void
orderbook(void **state)
{
	struct level levels[3];
	struct orderbook b;

	(void)state;
	levels[0] = (struct level){ dec("0.00001000"), dec("0.00000000") };
	levels[1] = (struct level){ dec("12"), dec("1e-3") };
	levels[2] =
	    (struct level){ dec("2435429280.97000804609092"), DEC_NONE };
	record_init(RECORD_orderbook, &b);
	b.symbol_name = SPAN("BTC-USDT");
	b.native_symbol = SPAN("BTCUSDT");
	b.bids = (struct levels){ levels, 2 };
	b.asks = (struct levels){ levels + 2, 1 };
	b.update_type = UPDATE_DELTA;
	b.first_update_id = 101;
	b.last_update_id = 105;
	b.depth_levels = 3;
	b.is_valid = BOOL_TRUE;
	b.timestamp = TIME;
	assert_string_equal(json(RECORD_orderbook, &b),
	    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
	    "\"last_update_id\":105,\"bids\":["
	    "{\"price\":\"0.00001000\",\"quantity\":\"0.00000000\"},"
	    "{\"price\":\"12\",\"quantity\":\"0.001\"}],\"asks\":["
	    "{\"price\":\"2435429280.97000804609092\",\"quantity\":null}],"
	    "\"timestamp\":\"" TIME_TEXT "\",\"update_type\":\"delta\","
	    "\"first_update_id\":101,\"prev_update_id\":null,"
	    "\"depth_levels\":3,\"is_valid\":true,\"collected_at\":null,"
	    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}");
	assert_string_equal(
	    subject(RECORD_orderbook, &b), "market.binance.btc-usdt.orderbook");
	assert_string_equal(
	    msgid(RECORD_orderbook, &b), "binance:BTCUSDT:orderbook:101-105");
	b.prev_update_id = 99;
	b.first_update_id = SEQ_NULL;
	assert_string_equal(
	    msgid(RECORD_orderbook, &b), "binance:BTCUSDT:orderbook:p99-105");
	b.prev_update_id = SEQ_NULL;
	assert_string_equal(
	    msgid(RECORD_orderbook, &b), "binance:BTCUSDT:orderbook:--105");
	b.last_update_id = SEQ_NULL;
	assert_string_equal(msgid(RECORD_orderbook, &b),
	    "binance:BTCUSDT:orderbook:t1795428434567000000");
	b.last_update_id = 105;
	b.update_type = UPDATE_SNAPSHOT;
	b.collected_at = 6;
	assert_string_equal(
	    msgid(RECORD_orderbook, &b), "binance:BTCUSDT:orderbook:s105:6");
	b.is_valid = BOOL_FALSE;
	assert_string_equal(msgid(RECORD_orderbook, &b),
	    "binance:BTCUSDT:orderbook:x1795428434567000000");
	b.timestamp = TIME_NULL;
	b.collected_at = 7;
	assert_string_equal(
	    msgid(RECORD_orderbook, &b), "binance:BTCUSDT:orderbook:x7");
}

static void
names_of_the_others(void **state)
{
	union record r;

	(void)state;
	record_init(RECORD_kline, &r);
	r.kline.symbol_name = SPAN("BTC-USDT");
	r.kline.native_symbol = SPAN("BTCUSDT");
	r.kline.interval = SPAN("1M");
	r.kline.open_time = TIME;
	r.kline.timestamp = 5;
	assert_string_equal(
	    subject(RECORD_kline, &r), "market.binance.btc-usdt.kline.1M");
	assert_string_equal(msgid(RECORD_kline, &r),
	    "binance:BTCUSDT:kline:1M:1795428434567000000:5");
	/* Without a time the last one of a bar must not be a repetition. */
	r.kline.timestamp = TIME_NULL;
	r.kline.volume = dec("1.50");
	r.kline.is_closed = BOOL_FALSE;
	assert_string_equal(msgid(RECORD_kline, &r),
	    "binance:BTCUSDT:kline:1M:1795428434567000000:1.50:open");
	r.kline.is_closed = BOOL_TRUE;
	assert_string_equal(msgid(RECORD_kline, &r),
	    "binance:BTCUSDT:kline:1M:1795428434567000000:1.50:closed");
	record_init(RECORD_ticker, &r);
	r.ticker.native_symbol = SPAN("BTCUSDT");
	assert_string_equal(
	    msgid(RECORD_ticker, &r), "binance:BTCUSDT:ticker:-");
	r.ticker.timestamp = 9;
	assert_string_equal(
	    msgid(RECORD_ticker, &r), "binance:BTCUSDT:ticker:9");
	record_init(RECORD_funding_rate, &r);
	r.funding_rate.native_symbol = SPAN("A");
	r.funding_rate.timestamp = 9;
	assert_string_equal(
	    msgid(RECORD_funding_rate, &r), "binance:A:funding_rate:9");
	record_init(RECORD_open_interest, &r);
	r.open_interest.native_symbol = SPAN("A");
	r.open_interest.timestamp = 9;
	assert_string_equal(
	    msgid(RECORD_open_interest, &r), "binance:A:open_interest:9");
	record_init(RECORD_liquidation, &r);
	r.liquidation.native_symbol = SPAN("A");
	r.liquidation.timestamp = 9;
	r.liquidation.side = SIDE_BUY;
	r.liquidation.price = dec("1.5");
	r.liquidation.quantity = dec("20");
	assert_string_equal(msgid(RECORD_liquidation, &r),
	    "binance:A:liquidation:9:buy:1.5:20");
	r.liquidation.venue_trade_id = SPAN("ETH-1 2");
	assert_string_equal(msgid(RECORD_liquidation, &r),
	    "binance:A:liquidation:9:buy:1.5:20:ETH-1x202");
}

static void
names_of_our_own(void **state)
{
	union record r;

	(void)state;
	record_init(RECORD_gap, &r);
	r.gap.data_type = SPAN("trade");
	r.gap.native_symbol = SPAN("BTCUSDT");
	r.gap.from_id = 3;
	r.gap.to_id = 8;
	assert_string_equal(subject(RECORD_gap, &r), "market.binance.all.gap");
	assert_string_equal(
	    msgid(RECORD_gap, &r), "binance:BTCUSDT:gap:trade:3-8");
	/* Two of these are two holes. */
	r.gap.data_type = SPAN("orderbook");
	r.gap.to_id = SEQ_NULL;
	r.gap.timestamp = 5;
	assert_string_equal(
	    msgid(RECORD_gap, &r), "binance:BTCUSDT:gap:orderbook:3--:5");
	r.gap.from_id = SEQ_NULL;
	r.gap.timestamp = 6;
	assert_string_equal(
	    msgid(RECORD_gap, &r), "binance:BTCUSDT:gap:orderbook:---:6");
	r.gap.from_id = 3;
	r.gap.to_id = 8;
	r.gap.data_type = SPAN("journal");
	r.gap.native_symbol = SPAN_NULL;
	r.gap.reason = SPAN("nats");
	r.gap.timestamp = 77;
	assert_string_equal(
	    msgid(RECORD_gap, &r), "binance::gap:journal:3-8:nats:77");
	record_init(RECORD_event, &r);
	r.event.connection = SPAN("binance 1");
	r.event.state = SPAN("live");
	r.event.timestamp = 4;
	assert_string_equal(
	    subject(RECORD_event, &r), "market.binance.binancex201.event");
	assert_string_equal(
	    msgid(RECORD_event, &r), "binance:binancex201:event:4:live");
	record_init(RECORD_coverage, &r);
	r.coverage.exchange_name = VENUE_binance_usdm;
	r.coverage.connection = SPAN("binance_usdm:1");
	r.coverage.data_type = SPAN("funding_rate");
	r.coverage.from_time = 60;
	r.coverage.timestamp = 121;
	assert_string_equal(subject(RECORD_coverage, &r),
	    "market.binance.binance_usdm:1.coverage");
	assert_string_equal(msgid(RECORD_coverage, &r),
	    "binance_usdm:binance_usdm:1:coverage:funding_rate:121");
}

static void
texts_that_need_care(void **state)
{
	char wide[TEXT_BYTES];
	char expected[TEXT_BYTES + 64];
	struct trade t = a_trade();

	(void)state;
	t.symbol_name = SPAN("a.b*c>d e\x7f\x01-\xc3\x84Z");
	assert_string_equal(subject(RECORD_trade, &t),
	    "market.binance.ax2ebx2acx3edx20ex7fx01-\xc3\x84z.trade");
	t.trade_id = SPAN("1\r\n 2");
	assert_string_equal(
	    msgid(RECORD_trade, &t), "binance:BTCUSDT:trade:1x0dx0ax202");
	t.trade_id = SPAN("say \"no\\yes\"\n");
	t.native_symbol = SPAN("\xc3\xa9\xff");
	t.symbol_name = SPAN("");
	assert_non_null(strstr(json(RECORD_trade, &t),
	    "\"symbol_name\":\"\",\"trade_id\":\"say \\\"no\\\\yes\\\"\\n\","));
	assert_non_null(strstr(json(RECORD_trade, &t),
	    "\"native_symbol\":\"\xc3\xa9\xef\xbf\xbd\"}"));
	for (size_t len = 0; len < sizeof(wide); len++) {
		memset(wide, 'w', sizeof(wide));
		t.trade_id = (struct span){ wide, len };
		snprintf(expected, sizeof(expected), ",\"trade_id\":\"%.*s\",",
		    (int)len, wide);
		assert_non_null(strstr(json(RECORD_trade, &t), expected));
		if (len == 0)
			continue;
		/* In the last byte, wherever that is in a word. */
		wide[len - 1] = '"';
		snprintf(expected, sizeof(expected),
		    ",\"trade_id\":\"%.*s\\\"\",", (int)len - 1, wide);
		assert_non_null(strstr(json(RECORD_trade, &t), expected));
	}
}

/* The same text whatever the room, and never a byte outside of it. */
static void
every_size_of_memory(void **state)
{
	static struct maker m = { .seed = 43 };
	struct guarded g = guarded_new(JSON_MAX);

	(void)state;
	for (int i = 0; i < 6 * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		union record rec;
		struct out o;
		size_t len;

		m.fill = (enum fill)(i / RECORD_COUNT % 3);
		make_record(&m, id, &rec);
		out_init(&o, memory, sizeof(memory));
		record_json(id, &rec, &o);
		assert_false(o.full);
		len = o.len;
		for (size_t size = 0; size <= len + 300; size++) {
			out_init(&o, g.end - size, size);
			record_json(id, &rec, &o);
			assert_int_equal(o.full, size < len);
			if (o.full)
				continue;
			assert_int_equal(o.len, len);
			assert_memory_equal(o.at, memory, len);
		}
	}
	guarded_free(&g);
}

/* What stands before it in the memory stays. */
static void
records_are_appended(void **state)
{
	struct trade t = a_trade();
	struct out o;

	(void)state;
	out_init(&o, memory, sizeof(memory));
	out_text(&o, "before");
	record_json(RECORD_trade, &t, &o);
	out_text(&o, "after");
	assert_memory_equal(memory, "before{\"exchange_name\"", 22);
	assert_memory_equal(memory + o.len - 6, "}after", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trade),
		cmocka_unit_test(nothing_known),
		cmocka_unit_test(orderbook),
		cmocka_unit_test(names_of_the_others),
		cmocka_unit_test(names_of_our_own),
		cmocka_unit_test(texts_that_need_care),
		cmocka_unit_test(every_size_of_memory),
		cmocka_unit_test(records_are_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
