/* LINK: model/row model/marketprism model/ddl model/model codec/rowbinary */
/* LINK: codec/decimal core/out core/span core/must core/err codec/utf8 */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/ddl.h"
#include "model/row.h"

#include "random_record.h"

enum {
	ROUNDS = 200,
	ROW_MAX = 64 * 1024,
};

static char memory[ROW_MAX];
static struct out o;

static void
begin_row(void)
{
	out_init(&o, memory, sizeof(memory));
}

/* The bytes written are these, put together piece by piece. */
static void
expect(const char *bytes, size_t len)
{
	assert_false(o.full);
	assert_int_equal(o.len, len);
	assert_memory_equal(memory, bytes, len);
}

#define EXPECT(literal) expect(literal, sizeof(literal) - 1)

/* 1 and 2.5 at 10^-18. */
#define ONE "\x00\x00\x64\xa7\xb3\xb6\xe0\x0d\0\0\0\0\0\0\0\0"
#define TWO_AND_A_HALF "\x00\x00\x7a\x22\xc1\xc8\xb1\x22\0\0\0\0\0\0\0\0"
/* 2^32 ns. */
#define TIME "\0\0\0\0\x01\0\0\0"

static struct dec
dec(const char *text)
{
	struct dec d;

	assert_int_equal(dec_parse(span_of(text), &d), ERR_OK);
	return d;
}

static void
a_trade(void **state)
{
	struct trade t;

	(void)state;
	record_init(RECORD_trade, &t);
	t.exchange_name = VENUE_okx;
	t.symbol_name = SPAN("BTC-USDT");
	t.trade_id = SPAN("77");
	t.price = dec("1.00");
	t.quantity = dec("2.5");
	t.timestamp = INT64_C(1) << 32;
	t.side = SIDE_SELL;
	t.market_type = MARKET_PERPETUAL;
	t.backfill = BOOL_TRUE;
	begin_row();
	assert_int_equal(record_row(RECORD_trade, &t, 0, &o), 0);
	EXPECT("\x03okx"
	       "\x08"
	       "BTC-USDT"
	       "\0\x02"
	       "77"
	       "\0" ONE "\0" TWO_AND_A_HALF "\x01"
	       "\0" TIME "\0\x04sell"
	       "\x01"
	       "\x09perpetual"
	       "\x01"
	       "\0\x01"
	       "\x01");
}

static void
a_book(void **state)
{
	struct level levels[2] = { { dec("1"), dec("2.5") },
		{ dec("2.5"), dec("1") } };
	struct orderbook b;

	(void)state;
	record_init(RECORD_orderbook, &b);
	b.symbol_name = SPAN("A-B");
	b.last_update_id = 258;
	b.bids = (struct levels){ levels, 2 };
	b.update_type = UPDATE_DELTA;
	b.is_valid = BOOL_FALSE;
	begin_row();
	assert_int_equal(record_row(RECORD_orderbook, &b, 0, &o), 0);
	EXPECT("\x07"
	       "binance"
	       "\x03"
	       "A-B"
	       "\0\x02\x01\0\0\0\0\0\0"
	       "\x02" ONE TWO_AND_A_HALF TWO_AND_A_HALF ONE "\0"
	       "\x01"
	       "\x05"
	       "delta"
	       "\x01\x01\x01"
	       "\0\0"
	       "\x01"
	       "\x04spot"
	       "\x01\x01\x01");
}

/* What does not fit is null, and stands behind with all its digits. */
static void
unfit_numbers(void **state)
{
	static const char json[] = "{\"price\":\"0.0000000000000000001\","
				   "\"quantity\":\"123456789012345678901.5\"}";
	struct trade t;

	(void)state;
	record_init(RECORD_trade, &t);
	t.price = dec("0.0000000000000000001");
	t.quantity = dec("123456789012345678901.5");
	begin_row();
	assert_int_equal(record_row(RECORD_trade, &t, 0, &o), 2);
	assert_int_equal(sizeof(json) - 1, 0x46);
	EXPECT("\x07"
	       "binance"
	       "\0"
	       "\x01\x01\x01\x01\x01\x01\x01"
	       "\x04spot"
	       "\x01\x01"
	       "\0\x46"
	       "{\"price\":\"0.0000000000000000001\","
	       "\"quantity\":\"123456789012345678901.5\"}");
}

static void
unfit_levels(void **state)
{
	static const char json[] =
	    "{\"asks\":[{\"price\":\"1\",\"quantity\":\"2.5\"},"
	    "{\"price\":\"0.0000000000000000001\",\"quantity\":\"1\"}]}";
	struct level levels[2] = { { dec("1"), dec("2.5") },
		{ dec("1e-19"), dec("1") } };
	struct orderbook b;

	(void)state;
	record_init(RECORD_orderbook, &b);
	b.asks = (struct levels){ levels, 2 };
	begin_row();
	assert_int_equal(record_row(RECORD_orderbook, &b, 0, &o), 1);
	assert_non_null(memmem(o.at, o.len, json, sizeof(json) - 1));
	/* exchange, symbol, id, no bids, no asks */
	assert_memory_equal(o.at,
	    "\x07"
	    "binance"
	    "\0\x01\0\0",
	    12);
}

/* --- a reader of our own -------------------------------------------------
 */

struct reader {
	const unsigned char *at;
	size_t left;
};

static const unsigned char *
take(struct reader *r, size_t n)
{
	const unsigned char *at = r->at;

	assert_true(n <= r->left);
	r->at += n;
	r->left -= n;
	return at;
}

static uint64_t
take_length(struct reader *r)
{
	uint64_t n = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char c = *take(r, 1);

		n |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return n;
	}
}

static void
skip_type(struct reader *r, const char *type)
{
	uint64_t n;

	if (strncmp(type, "LowCardinality(", 15) == 0) {
		skip_type(r, type + 15);
	} else if (strncmp(type, "Nullable(", 9) == 0) {
		unsigned char null = *take(r, 1);

		assert_true(null <= 1);
		if (!null)
			skip_type(r, type + 9);
	} else if (strncmp(type, "String", 6) == 0) {
		take(r, take_length(r));
	} else if (strncmp(type, "Bool", 4) == 0) {
		assert_true(*take(r, 1) <= 1);
	} else if (strncmp(type, "Int64", 5) == 0 ||
		   strncmp(type, "DateTime64(9", 12) == 0) {
		take(r, 8);
	} else if (strncmp(type, "Decimal(38, 18)", 15) == 0) {
		take(r, 16);
	} else {
		assert_memory_equal(type, "Array(Tuple(price Decimal", 25);
		n = take_length(r);
		take(r, 32 * n);
	}
}

/* Any record is a row that ends where its columns' types say. */
static void
every_record_is_read_by_its_types(void **state)
{
	static struct maker m;

	(void)state;
	m.seed = 42;
	for (unsigned i = 0; i < ROUNDS * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		const struct record_desc *d = &records[id];
		union record rec;
		struct reader r;

		m.fill = (enum fill)(i / RECORD_COUNT % 3);
		make_record(&m, id, &rec);
		begin_row();
		record_row(id, &rec, 0, &o);
		assert_false(o.full);
		r = (struct reader){ (const unsigned char *)memory, o.len };
		for (size_t k = 0; k < d->field_count; k++)
			skip_type(&r, types[d->fields[k].type].clickhouse);
		skip_type(&r, "Nullable(String)");
		assert_int_equal(r.left, 0);
	}
}

/* A row without room says so, whatever the room. */
static void
no_room(void **state)
{
	static struct maker m;
	union record rec;
	size_t len;

	(void)state;
	m.seed = 7;
	m.fill = FILL_SET;
	make_record(&m, RECORD_orderbook, &rec);
	begin_row();
	record_row(RECORD_orderbook, &rec, 0, &o);
	len = o.len;
	for (size_t room = 0; room < len; room++) {
		out_init(&o, memory, room);
		record_row(RECORD_orderbook, &rec, 0, &o);
		assert_true(o.full);
		assert_true(o.len <= room);
	}
}

static void
columns(void **state)
{
	(void)state;
	begin_row();
	record_columns(RECORD_event, 0, &o);
	EXPECT("exchange_name,connection,state,reason,timestamp,unfit");
}

/* --- the tables of the service replaced ----------------------------------
 */

static void
june_trade(void **state)
{
	struct trade t;

	(void)state;
	record_init(RECORD_trade, &t);
	t.exchange_name = VENUE_okx;
	t.symbol_name = SPAN("A\tB\\C\nD");
	t.trade_id = SPAN("77");
	t.price = dec("0.10");
	t.timestamp = INT64_C(1700000000123456789);
	t.side = SIDE_SELL;
	begin_row();
	marketprism_row(RECORD_trade, &t, &o);
	EXPECT("okx\tA\\tB\\\\C\\nD\t77\t0.10\tnan\t1700000000.123\t1\t"
	       "1700000000.123\n");
	t.timestamp = TIME_NULL;
	t.collected_at = INT64_C(1700000001999999999);
	t.side = SIDE_BUY;
	begin_row();
	marketprism_row(RECORD_trade, &t, &o);
	EXPECT("okx\tA\\tB\\\\C\\nD\t77\t0.10\tnan\t1700000001.999\t0\t"
	       "1700000001.999\n");
	begin_row();
	marketprism_columns(RECORD_trade, &o);
	EXPECT("exchange_name,symbol_name,trade_id,price,quantity,trade_time,"
	       "is_buyer_maker,event_time");
}

static void
june_books(void **state)
{
	struct level levels[30];
	struct orderbook b;
	const char *p;
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < 30; i++)
		levels[i] = (struct level){ dec("1.50"), dec("2") };
	record_init(RECORD_orderbook, &b);
	b.bids = (struct levels){ levels, 30 };
	b.asks = (struct levels){ levels, 1 };
	b.timestamp = 0;
	begin_row();
	marketprism_row(RECORD_orderbook, &b, &o);
	assert_non_null(memmem(o.at, o.len, "\t[[1.50,2]]\n", 12));
	for (p = memory; p < memory + o.len; p++)
		count += *p == ']';
	assert_int_equal(count, MARKETPRISM_LEVELS + 1 + 2);
	assert_true(marketprism_has(RECORD_orderbook, &b));
	b.is_valid = BOOL_FALSE;
	assert_false(marketprism_has(RECORD_orderbook, &b));
	b.is_valid = BOOL_TRUE;
	b.update_type = UPDATE_DELTA;
	assert_false(marketprism_has(RECORD_orderbook, &b));
	assert_false(marketprism_has(RECORD_kline, &b));
	assert_null(marketprism_table(RECORD_gap));
	assert_string_equal(marketprism_table(RECORD_ticker), "tickers");
}

/* Every statement fits, has each column once, and the prefix. */
static void
statements(void **state)
{
	struct ddl d = { .database = "d", .prefix = "p_", .ttl_days = 30 };
	static char all[64 * 1024];

	(void)state;
	for (enum record_id id = 0; id < RECORD_COUNT; id++) {
		out_init(&o, memory, DDL_MAX);
		assert_true(ddl_table(&d, id, &o));
		assert_string_equal(out_cstr(&o), memory);
		assert_false(o.full);
		assert_non_null(strstr(memory, "TABLE IF NOT EXISTS d.p_"));
		assert_non_null(strstr(memory, "+ INTERVAL 30 DAY"));
		assert_non_null(strstr(memory, "\nORDER BY (exchange_name, "));
	}
	d.marketprism = true;
	out_init(&o, memory, DDL_MAX);
	assert_false(ddl_table(&d, RECORD_gap, &o));
	assert_int_equal(o.len, 0);
	assert_true(ddl_table(&d, RECORD_trade, &o));
	assert_non_null(strstr(out_cstr(&o), "d.p_trades (\n"));
	assert_non_null(strstr(memory, "price Float64,\n"));
	out_init(&o, all, sizeof(all));
	ddl_all(&d, &o);
	assert_non_null(strstr(out_cstr(&o), "d.p_tickers"));
	assert_null(strstr(all, "klines"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trade),
		cmocka_unit_test(a_book),
		cmocka_unit_test(unfit_numbers),
		cmocka_unit_test(unfit_levels),
		cmocka_unit_test(every_record_is_read_by_its_types),
		cmocka_unit_test(no_room),
		cmocka_unit_test(columns),
		cmocka_unit_test(june_trade),
		cmocka_unit_test(june_books),
		cmocka_unit_test(statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
