/* LINK: venues/okx venues/okx_% venues/instrument_parts model/instrument */
/* LINK: codec/crc32 */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: core/must core/out core/span core/err core/time */

/* What OKX sends: messages of each channel, answers, REST replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/emit.h"
#include "venues/okx.h"

enum {
	TOKENS = 8192,
	LEVELS = 64,
	TEXT = 64 * 1024,
	SYMBOLS = 7,
	MEMBERS_MAX = 32,
};

static const struct venue *const venue = &venue_okx;

/* What the venue said while it read one message. */
struct heard {
	struct venue_host host;
	struct symbol symbols[SYMBOLS];
	struct json json;
	struct level levels[LEVELS];
	char text[TEXT];
	struct out out;
	unsigned records;
	enum channel channel;
	struct facts facts;
	/* Set while a page of trades is read. */
	const struct trades_page *page;
	int64_t page_first;
	unsigned acks;
	int64_t ack_id;
	enum err ack_err;
	char ack_name[200];
	char ack_text[300];
	unsigned shutdowns;
	unsigned changes;
	char changed[200];
};

static const struct origin from = { .seen = { 1795392000999999000LL },
	.epoch = 1 };

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	struct heard *w = h->owner;

	for (unsigned i = 0; i < SYMBOLS; i++) {
		if (span_eq(symbol_native(&w->symbols[i]), native))
			return &w->symbols[i];
	}
	return NULL;
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	struct heard *w = h->owner;

	assert_non_null(s);
	w->records++;
	w->channel = c;
	w->facts = f == NULL ? (struct facts){ 0 } : *f;
	if (w->page != NULL)
		w->page_first = w->page->first;
	record_json(id, rec, &w->out);
	out_char(&w->out, '\n');
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	struct heard *w = h->owner;

	w->acks++;
	w->ack_id = id;
	w->ack_err = e;
	snprintf(w->ack_name, sizeof(w->ack_name), "%.*s", (int)name.len,
	    name.at == NULL ? "-" : name.at);
	if (name.at == NULL)
		memcpy(w->ack_name, "-", 2);
	snprintf(w->ack_text, sizeof(w->ack_text), "%.*s", (int)text.len,
	    text.at == NULL ? "" : text.at);
}

static void
on_shutdown(struct venue_host *h)
{
	((struct heard *)h->owner)->shutdowns++;
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	struct heard *w = h->owner;
	size_t len = strlen(w->changed);

	w->changes++;
	snprintf(w->changed + len, sizeof(w->changed) - len, "%.*s=%.*s ",
	    (int)native.len, native.at, (int)state.len, state.at);
}

static void
add_symbol(struct symbol *s, const char *native)
{
	char unified[SYMBOL_MAX + 1];
	struct out o;

	out_init(&o, unified, sizeof(unified));
	venue->unified(span_of(native), &o);
	assert_int_equal(
	    symbol_set(s, VENUE_okx, 0, span_of(native), out_done(&o)), ERR_OK);
	venue->describe(s);
}

static int
set_up(void **state)
{
	static const char *const names[SYMBOLS] = { "BTC-USDT", "BTC-USDT-SWAP",
		"BTC-USD-SWAP", "BTC-USDT-261225", "BTC-USD-261225-100000-C",
		"BTC-USD_UM_XPERP-310404", "ETH-USDT" };
	struct heard *w = calloc(1, sizeof(*w));

	json_init(&w->json, calloc(1, json_pool_bytes(TOKENS)), TOKENS);
	for (unsigned i = 0; i < SYMBOLS; i++)
		add_symbol(&w->symbols[i], names[i]);
	/* As the instrument list tells. */
	w->symbols[1].contract_value = dec_make(1, 2);
	w->symbols[2].contract_value = dec_make(100, 0);
	w->host = (struct venue_host){ .owner = w,
		.find = on_find,
		.record = on_record,
		.ack = on_ack,
		.shutdown = on_shutdown,
		.changed = on_changed,
		.levels = w->levels,
		.levels_max = LEVELS };
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct heard *w = *state;

	free(w->json.tokens);
	free(w);
	return 0;
}

static void
forget(struct heard *w)
{
	out_init(&w->out, w->text, sizeof(w->text));
	w->records = 0;
	w->acks = 0;
	w->shutdowns = 0;
	w->changes = 0;
	w->changed[0] = '\0';
}

/* From memory of its own, so that a read past the end is seen. */
static enum err
hear_bytes(struct heard *w, const char *text, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len);
	enum err e;

	memcpy(copy, text, len);
	forget(w);
	e = json_parse(&w->json, copy, len);
	if (e == ERR_OK)
		e = venue->message(&w->json, &from, &w->host);
	out_cstr(&w->out);
	assert_false(w->out.full);
	free(copy);
	return e;
}

static enum err
hear(struct heard *w, const char *text)
{
	return hear_bytes(w, text, strlen(text));
}

#define NAMES(unified)                                                         \
	"{\"exchange_name\":\"okx\",\"symbol_name\":\"" unified "\","
#define COLLECTED "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
#define ENDS(market, native)                                                   \
	"\"market_type\":\"" market "\",\"native_symbol\":\"" native "\"}\n"
#define ORDER_ENDS(market, native)                                             \
	"\"market_type\":\"" market "\",\"native_symbol\":\"" native           \
	"\",\"venue_trade_id\":null}\n"

/* --- each channel ----------------------------------------------------------
 */

/* The message is head, row and "]}"; words of what a row must have, blanks
 * around each. */
static const struct kind {
	const char *head;
	const char *row;
	const char *record;
	enum channel channel;
	int64_t first;
	int64_t last;
	const char *required;
} kinds[] = {
	{ "{\"arg\":{\"channel\":\"trades\",\"instId\":\"BTC-USDT-SWAP\"},"
	  "\"data\":[",
	    "{\"instId\":\"BTC-USDT-SWAP\",\"tradeId\":\"2978601964\","
	    "\"px\":\"96225.9\",\"sz\":\"5\",\"side\":\"buy\","
	    "\"ts\":\"1795392000776\",\"count\":\"3\",\"source\":\"0\","
	    "\"seqId\":344430848209}",
	    NAMES("BTC-USDT-PERP") "\"trade_id\":\"2978601964\","
				   "\"price\":\"96225.9\",\"quantity\":\"5\","
				   "\"quote_quantity\":\"4811.295\","
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "776000Z\",\"side\":\"buy\"," COLLECTED ENDS(
				       "perpetual", "BTC-USDT-SWAP"),
	    CHANNEL_TRADE, 2978601962, 2978601964, " tradeId px sz side ts " },
	{ "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},"
	  "\"action\":\"update\",\"data\":[",
	    "{\"asks\":[[\"96225.9\",\"0.41500000\",\"0\",\"13\"]],"
	    "\"bids\":[[\"96225.8\",\"0\",\"0\",\"0\"],"
	    "[\"96225.70\",\"1\",\"2\"]],"
	    "\"ts\":\"1795392000101\",\"checksum\":-855196043,"
	    "\"prevSeqId\":123456,\"seqId\":123457}",
	    NAMES("BTC-USDT") "\"last_update_id\":123457,"
			      "\"bids\":[{\"price\":\"96225.8\","
			      "\"quantity\":\"0\"},{\"price\":\"96225.70\","
			      "\"quantity\":\"1\"}],"
			      "\"asks\":[{\"price\":\"96225.9\","
			      "\"quantity\":\"0.41500000\"}],"
			      "\"timestamp\":\"2026-11-23T00:00:00.101000Z\","
			      "\"update_type\":\"delta\","
			      "\"first_update_id\":null,"
			      "\"prev_update_id\":123456,"
			      "\"depth_levels\":3,"
			      "\"is_valid\":true," COLLECTED ENDS(
				  "spot", "BTC-USDT"),
	    CHANNEL_BOOK, 0, 0, " asks bids ts " },
	{ "{\"arg\":{\"channel\":\"tickers\",\"instId\":\"BTC-USDT\"},"
	  "\"data\":[",
	    "{\"instType\":\"SPOT\",\"instId\":\"BTC-USDT\","
	    "\"last\":\"96250.01\",\"lastSz\":\"0.001\","
	    "\"askPx\":\"96250.01\",\"askSz\":\"0.5\","
	    "\"bidPx\":\"96250.00\",\"bidSz\":\"1.5\","
	    "\"open24h\":\"96345.00\",\"high24h\":\"97000\","
	    "\"low24h\":\"95000\",\"volCcy24h\":\"118518518.5\","
	    "\"vol24h\":\"1234.5\",\"sodUtc0\":\"96000\","
	    "\"sodUtc8\":\"96100\",\"ts\":\"1795392000123\"}",
	    NAMES("BTC-USDT") "\"last_price\":\"96250.01\","
			      "\"open_price\":\"96345.00\","
			      "\"high_price\":\"97000\","
			      "\"low_price\":\"95000\",\"volume\":\"1234.5\","
			      "\"quote_volume\":\"118518518.5\","
			      "\"price_change\":\"-94.99\","
			      "\"price_change_percent\":null,"
			      "\"weighted_avg_price\":null,"
			      "\"last_quantity\":\"0.001\","
			      "\"best_bid_price\":\"96250.00\","
			      "\"best_bid_quantity\":\"1.5\","
			      "\"best_ask_price\":\"96250.01\","
			      "\"best_ask_quantity\":\"0.5\","
			      "\"open_time\":null,\"close_time\":null,"
			      "\"first_trade_id\":null,"
			      "\"last_trade_id\":null,\"trade_count\":null,"
			      "\"timestamp\":\"2026-11-23T00:00:00."
			      "123000Z\"," COLLECTED ENDS("spot", "BTC-USDT"),
	    CHANNEL_TICKER, 0, 0, " ts " },
	{ "{\"arg\":{\"channel\":\"funding-rate\",\"instId\":"
	  "\"BTC-USDT-SWAP\"},\"data\":[",
	    "{\"instType\":\"SWAP\",\"instId\":\"BTC-USDT-SWAP\","
	    "\"method\":\"current_period\",\"formulaType\":\"withRate\","
	    "\"fundingRate\":\"0.0000875\",\"fundingTime\":"
	    "\"1795420800000\",\"nextFundingRate\":\"0.0001\","
	    "\"nextFundingTime\":\"1795449600000\",\"minFundingRate\":"
	    "\"-0.00375\",\"maxFundingRate\":\"0.00375\",\"interestRate\":"
	    "\"0.0001\",\"impactValue\":\"20000\",\"settState\":"
	    "\"settled\",\"settFundingRate\":\"0.0000699\",\"premium\":"
	    "\"-0.0000123\",\"ts\":\"1795392004402\"}",
	    NAMES("BTC-USDT-PERP") "\"funding_rate\":\"0.0000875\","
				   "\"estimated_rate\":\"0.0001\","
				   "\"next_funding_time\":"
				   "\"2026-11-23T08:00:00.000000Z\","
				   "\"mark_price\":null,\"index_price\":null,"
				   "\"premium_index\":null,"
				   "\"funding_interval\":\"8h\","
				   "\"timestamp\":"
				   "\"2026-11-23T00:00:04."
				   "402000Z\"," COLLECTED ENDS(
				       "perpetual", "BTC-USDT-SWAP"),
	    CHANNEL_FUNDING, 0, 0, " fundingRate ts " },
	{ "{\"arg\":{\"channel\":\"open-interest\",\"instId\":"
	  "\"BTC-USDT-SWAP\"},\"data\":[",
	    "{\"instType\":\"SWAP\",\"instId\":\"BTC-USDT-SWAP\","
	    "\"oi\":\"2216113.01\",\"oiCcy\":\"22161.1301\","
	    "\"oiUsd\":\"2133000000.97000804609092\","
	    "\"ts\":\"1795392000085\"}",
	    NAMES("BTC-USDT-PERP") "\"open_interest\":\"2216113.01\","
				   "\"open_interest_value\":\"22161.1301\","
				   "\"open_interest_value_usd\":"
				   "\"2133000000.97000804609092\","
				   "\"instrument_type\":\"SWAP\","
				   "\"timestamp\":"
				   "\"2026-11-23T00:00:00."
				   "085000Z\"," COLLECTED ENDS(
				       "perpetual", "BTC-USDT-SWAP"),
	    CHANNEL_INTEREST, 0, 0, " oi ts " },
	{ "{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":"
	  "\"SWAP\"},\"data\":[{\"instType\":\"SWAP\",\"instId\":"
	  "\"BTC-USD-SWAP\",\"instFamily\":\"BTC-USD\",\"uly\":\"BTC-USD\","
	  "\"details\":[",
	    "{\"side\":\"sell\",\"posSide\":\"long\",\"bkPx\":\"96000.5\","
	    "\"sz\":\"13\",\"bkLoss\":\"0\",\"ccy\":\"\","
	    "\"ts\":\"1795392351375\"}",
	    NAMES("BTC-USD-PERP") "\"side\":\"sell\",\"price\":\"96000.5\","
				  "\"quantity\":\"13\",\"value\":\"1300\","
				  "\"instrument_type\":\"SWAP\","
				  "\"timestamp\":\"2026-11-23T00:05:51."
				  "375000Z\"," COLLECTED ORDER_ENDS(
				      "perpetual", "BTC-USD-SWAP"),
	    CHANNEL_LIQUIDATION, 0, 0, " side bkPx sz ts " },
};

enum {
	KINDS = sizeof(kinds) / sizeof(kinds[0]),
};

static const char *
message_of(const struct kind *k, const char *row)
{
	static char text[4096];
	bool nested = k->channel == CHANNEL_LIQUIDATION;

	snprintf(
	    text, sizeof(text), "%s%s%s", k->head, row, nested ? "]}]}" : "]}");
	return text;
}

static void
test_each_kind(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		assert_int_equal(hear(w, message_of(k, k->row)), ERR_OK);
		assert_string_equal(w->text, k->record);
		assert_int_equal(w->channel, k->channel);
		assert_int_equal(w->facts.first, k->first);
		assert_int_equal(w->facts.last, k->last);
	}
}

/* The root's members the other way round, and some that nobody knows. */
static void
test_root_order(void **state)
{
	struct heard *w = *state;
	char text[4096];

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		const char *data = strstr(k->head, "\"data\":");

		snprintf(text, sizeof(text),
		    "{ \"new\":{\"arg\":[1,{}],\"data\":\"\\\"\"},\n%s%s%s,%.*s"
		    "\"eventual\":1e-5 }",
		    data, k->row,
		    k->channel == CHANNEL_LIQUIDATION ? "]}]" : "]",
		    (int)(data - k->head - 1), k->head + 1);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_string_equal(w->text, k->record);
	}
}

/* --- members in any order, missing, twice, of another type -----------------
 */

struct member {
	struct span key;
	/* With its quotes. */
	struct span value;
};

static struct span
value_at(const char *start)
{
	const char *at = start;
	int deep = 0;

	do {
		if (*at == '"')
			at = strchr(at + 1, '"');
		deep += (*at == '[' || *at == '{') - (*at == ']' || *at == '}');
		at++;
	} while (deep > 0 || (*at != ',' && *at != '}'));
	return (struct span){ start, (size_t)(at - start) };
}

/* Of an object without blanks or escapes. */
static unsigned
split(const char *row, struct member *members)
{
	unsigned n = 0;

	for (const char *at = row; *at != '}';) {
		struct member *m = &members[n++];

		assert_true(n <= MEMBERS_MAX);
		m->key.at = at + 2;
		m->key.len = (size_t)(strchr(m->key.at, '"') - m->key.at);
		m->value = value_at(m->key.at + m->key.len + 2);
		at = m->value.at + m->value.len;
	}
	return n;
}

/* The object again, begun at member `first`, without member `skip`, with
 * `value` for member `change`, member `twice` once more. */
static const char *
join(const struct member *members, unsigned n, unsigned first, int skip,
    int change, const char *value, int twice)
{
	static char text[4096];
	struct out o;
	const char *comma = "{";

	out_init(&o, text, sizeof(text));
	for (unsigned i = 0; i < n + (twice >= 0); i++) {
		unsigned k = i < n ? (i + first) % n : (unsigned)twice;

		if ((int)k == skip)
			continue;
		out_text(&o, comma);
		comma = ",";
		out_char(&o, '"');
		out_span(&o, members[k].key);
		out_text(&o, "\":");
		if ((int)k == change)
			out_text(&o, value);
		else
			out_span(&o, members[k].value);
	}
	out_char(&o, '}');
	return out_cstr(&o);
}

static bool
has_word(const char *words, struct span word)
{
	char text[64];

	snprintf(text, sizeof(text), " %.*s ", (int)word.len, word.at);
	return strstr(words, text) != NULL;
}

/* Members that no channel looks at. */
static const char unknown[] =
    " source sodUtc0 sodUtc8 method formulaType minFundingRate maxFundingRate "
    "interestRate impactValue settState settFundingRate premium posSide "
    "bkLoss ccy "
    "instFamily uly ";

static void
try_values(struct heard *w, const struct kind *k, const struct member *members,
    unsigned n, unsigned i)
{
	static const char *const values[] = { "null", "\"\"", "{}", "[]",
		"\"x\"", "1e999", "-1", "true", "99999999999999999999", "[[]]",
		"[[\"1\"]]", "[[\"1\",\"-2\"]]", "[1]", "\"\\u0000\"",
		"[[\"\",\"1\"]]", "[null]" };
	bool required = has_word(k->required, members[i].key);

	for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		enum err e = hear(w, message_of(k, join(members, n, 0, -1,
						       (int)i, values[v], -1)));

		if (v < 2)
			assert_int_equal(e, required ? ERR_MISSING : ERR_OK);
		if (has_word(unknown, members[i].key)) {
			assert_int_equal(e, ERR_OK);
			assert_string_equal(w->text, k->record);
		} else if (required && v < 6 &&
			   !(k->channel == CHANNEL_BOOK && v == 3)) {
			/* An empty side of a book is one. */
			assert_int_not_equal(e, ERR_OK);
		}
		assert_int_equal(w->records,
		    e == ERR_OK && has_word(" instId ", members[i].key) &&
			    v >= 2
			? 0
			: e == ERR_OK);
	}
}

static void
test_members(void **state)
{
	struct heard *w = *state;

	for (unsigned c = 0; c < KINDS; c++) {
		const struct kind *k = &kinds[c];
		struct member members[MEMBERS_MAX];
		unsigned n = split(k->row, members);

		for (unsigned i = 0; i < n; i++) {
			bool required = has_word(k->required, members[i].key);
			bool known = !has_word(unknown, members[i].key);
			enum err e;

			e = hear(w, message_of(k,
					join(members, n, i, -1, -1, NULL, -1)));
			assert_int_equal(e, ERR_OK);
			assert_string_equal(w->text, k->record);
			e = hear(w, message_of(k, join(members, n, 0, (int)i,
						      -1, NULL, -1)));
			assert_int_equal(e, required ? ERR_MISSING : ERR_OK);
			assert_int_equal(w->records, !required);
			e = hear(w, message_of(k, join(members, n, 0, -1, -1,
						      NULL, (int)i)));
			assert_int_equal(e, known ? ERR_SYNTAX : ERR_OK);
			assert_int_equal(w->records, !known);
			try_values(w, k, members, n, i);
		}
	}
}

static void
test_prefixes_and_flips(void **state)
{
	struct heard *w = *state;

	for (unsigned c = 0; c < KINDS; c++) {
		const struct kind *k = &kinds[c];
		char text[4096];
		size_t len;

		snprintf(text, sizeof(text), "%s", message_of(k, k->row));
		len = strlen(text);
		for (size_t i = 0; i < len; i++) {
			assert_int_not_equal(hear_bytes(w, text, i), ERR_OK);
			assert_int_equal(w->records, 0);
		}
		for (size_t i = 0; i < len * 8; i++) {
			enum err e;

			text[i / 8] ^= (char)(1 << i % 8);
			e = hear_bytes(w, text, len);
			assert_true(w->records <= (e == ERR_OK));
			text[i / 8] ^= (char)(1 << i % 8);
		}
	}
}

/* --- what is special in each -----------------------------------------------
 */

#define TRADES(channel, rows)                                                  \
	"{\"arg\":{\"channel\":\"" channel                                     \
	"\",\"instId\":\"BTC-USDT\"},\"data\":[" rows "]}"
#define FILL(rest)                                                             \
	"{\"instId\":\"BTC-USDT\",\"px\":\"2.50\",\"sz\":\"0.10\","            \
	"\"side\":\"sell\",\"ts\":\"1795392000776\"," rest "}"

static void
test_trade_ids(void **state)
{
	static const struct {
		const char *rest;
		enum err e;
		int64_t first;
		int64_t last;
	} rows[] = {
		{ "\"tradeId\":\"10\"", ERR_OK, 10, 10 },
		{ "\"tradeId\":\"10\",\"count\":\"\"", ERR_OK, 10, 10 },
		{ "\"tradeId\":\"10\",\"count\":null", ERR_OK, 10, 10 },
		{ "\"tradeId\":\"10\",\"count\":\"1\"", ERR_OK, 10, 10 },
		{ "\"tradeId\":\"10\",\"count\":11", ERR_OK, 0, 10 },
		{ "\"tradeId\":10,\"count\":\"4\"", ERR_OK, 7, 10 },
		{ "\"tradeId\":\"10\",\"count\":\"12\"", ERR_RANGE, 0, 0 },
		{ "\"tradeId\":\"10\",\"count\":\"0\"", ERR_RANGE, 0, 0 },
		{ "\"tradeId\":\"10\",\"count\":\"-1\"", ERR_RANGE, 0, 0 },
		{ "\"tradeId\":\"10\",\"count\":\"1.5\"", ERR_SYNTAX, 0, 0 },
		{ "\"tradeId\":\"-10\"", ERR_RANGE, 0, 0 },
		{ "\"tradeId\":\"9223372036854775807\"", ERR_RANGE, 0, 0 },
		{ "\"tradeId\":\"1e3\"", ERR_SYNTAX, 0, 0 },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), TRADES("trades", FILL("%s")),
		    rows[i].rest);
		assert_int_equal(hear(w, text), rows[i].e);
		assert_int_equal(w->records, rows[i].e == ERR_OK);
		if (rows[i].e != ERR_OK)
			continue;
		assert_int_equal(w->facts.first, rows[i].first);
		assert_int_equal(w->facts.last, rows[i].last);
		assert_non_null(strstr(w->text, "\"quote_quantity\":"
						"\"0.2500\""));
	}
}

static void
test_trade_rows(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, TRADES("trades", FILL("\"tradeId\":\"5\"") "," FILL(
					 "\"tradeId\":\"6\""))),
	    ERR_OK);
	assert_int_equal(w->records, 2);
	assert_int_equal(w->facts.last, 6);
	/* One that cannot be read does not take the others with it. */
	assert_int_equal(
	    hear(w, TRADES("trades", FILL("\"tradeId\":\"5\"") ",{},7," FILL(
					 "\"tradeId\":\"6\""))),
	    ERR_MISSING);
	assert_int_equal(w->records, 2);
	assert_int_equal(w->facts.last, 6);
	assert_int_equal(hear(w, TRADES("trades", "")), ERR_OK);
	assert_int_equal(w->records, 0);
	/* A row's own name is nearer to the truth than the subscription's. */
	assert_int_equal(
	    hear(w, TRADES("trades",
			"{\"instId\":\"ETH-USDT\",\"px\":\"1\",\"sz\":\"1\","
			"\"side\":\"buy\",\"ts\":\"1\",\"tradeId\":\"1\"}")),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"native_symbol\":\"ETH-USDT\""));
	assert_int_equal(
	    hear(w, TRADES("trades", "{\"px\":\"1\",\"sz\":\"1\",\"side\":"
				     "\"buy\",\"ts\":\"1\",\"tradeId\":"
				     "\"1\"}")),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"native_symbol\":\"BTC-USDT\""));
	assert_int_equal(
	    hear(w, TRADES("trades", "{\"px\":\"1\",\"sz\":\"1\",\"side\":"
				     "\"BUY\",\"ts\":\"1\",\"tradeId\":"
				     "\"1\"}")),
	    ERR_SYNTAX);
}

/* Only the kind that is collected: both number the same fills. */
static void
test_trade_kinds(void **state)
{
	struct heard *w = *state;
	static const char trades[] = TRADES("trades", FILL("\"tradeId\":5"));
	static const char all[] = TRADES("trades-all", FILL("\"tradeId\":5"));

	assert_int_equal(hear(w, trades), ERR_OK);
	assert_int_equal(w->records, 1);
	assert_int_equal(hear(w, all), ERR_OK);
	assert_int_equal(w->records, 0);
	w->host.trades = OKX_TRADES_ALL;
	assert_int_equal(hear(w, trades), ERR_OK);
	assert_int_equal(w->records, 0);
	assert_int_equal(hear(w, all), ERR_OK);
	assert_int_equal(w->records, 1);
	assert_int_equal(w->facts.first, 5);
}

/* Contracts whose value no list has told are worth what nobody knows. */
static void
test_values_of_contracts(void **state)
{
	static const struct {
		const char *native;
		const char *value;
	} rows[] = {
		{ "BTC-USDT-SWAP", "\"quote_quantity\":\"0.050\"" },
		{ "BTC-USD-SWAP", "\"quote_quantity\":\"200\"" },
		{ "BTC-USDT-261225", "\"quote_quantity\":null" },
		{ "BTC-USD-261225-100000-C", "\"quote_quantity\":null" },
		{ "ETH-USDT", "\"quote_quantity\":\"5.0\"" },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"arg\":{\"channel\":\"trades\",\"instId\":\"%s\"},"
		    "\"data\":[{\"px\":\"2.5\",\"sz\":\"2\",\"side\":\"buy\","
		    "\"ts\":\"1\",\"tradeId\":\"1\"}]}",
		    rows[i].native);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_non_null(strstr(w->text, rows[i].value));
	}
}

#define BOOK(channel, action, row)                                             \
	"{\"arg\":{\"channel\":\"" channel "\",\"instId\":\"BTC-USDT\"},"      \
	"\"action\":\"" action "\",\"data\":[" row "]}"
#define SIDES "\"asks\":[],\"bids\":[],\"ts\":\"1795392000101\""

static void
test_books(void **state)
{
	static const char *const channels[] = { "books", "books-l2-tbt",
		"books50-l2-tbt" };
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
		    BOOK("%s", "snapshot",
			"{" SIDES ",\"prevSeqId\":-1,\"seqId\":7,"
			"\"checksum\":0}"),
		    channels[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_non_null(
		    strstr(w->text, "\"update_type\":\"snapshot\""));
		assert_non_null(strstr(w->text, "\"last_update_id\":7,"));
		assert_non_null(strstr(w->text, "\"prev_update_id\":null,"));
		assert_non_null(strstr(w->text, "\"depth_levels\":0,"));
		assert_null(strstr(w->text, "backfill"));
		assert_false(w->facts.has_checksum);
	}
	/* Before 2023: a checksum, and no ids. */
	assert_int_equal(hear(w, BOOK("books", "update",
				     "{" SIDES ",\"checksum\":-1309458453}")),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"last_update_id\":null,"));
	assert_true(w->facts.has_checksum);
	assert_int_equal(w->facts.checksum, -1309458453);
	/* Ids that run backwards are a reset, not an error. */
	assert_int_equal(hear(w, BOOK("books", "update",
				     "{" SIDES ",\"seqId\":\"3\","
				     "\"prevSeqId\":\"7\"}")),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"last_update_id\":3,"));
	assert_non_null(strstr(w->text, "\"prev_update_id\":7,"));
	assert_int_equal(hear(w, BOOK("books", "update", "")), ERR_OK);
	assert_int_equal(w->records, 0);
	assert_int_equal(
	    hear(w, BOOK("books", "replace", "{" SIDES "}")), ERR_UNKNOWN);
	assert_int_equal(hear(w, "{\"arg\":{\"channel\":\"books\",\"instId\":"
				 "\"BTC-USDT\"},\"data\":[{" SIDES "}]}"),
	    ERR_MISSING);
	assert_int_equal(hear(w, BOOK("books", "update",
				     "{" SIDES ",\"checksum\":4294967296}")),
	    ERR_RANGE);
	assert_int_equal(
	    hear(w, BOOK("books", "update", "{" SIDES ",\"seqId\":-2}")),
	    ERR_RANGE);
}

static void
test_book_rows(void **state)
{
	struct heard *w = *state;
	char text[8192];
	struct out o;

	assert_int_equal(hear(w, BOOK("books", "update",
				     "{" SIDES ",\"seqId\":5},{" SIDES
				     ",\"seqId\":6,\"prevSeqId\":5}")),
	    ERR_OK);
	assert_int_equal(w->records, 2);
	/* Nothing continues a book behind what could not be read. */
	assert_int_equal(hear(w, BOOK("books", "update",
				     "{\"seqId\":5},{" SIDES
				     ",\"seqId\":6,\"prevSeqId\":5}")),
	    ERR_MISSING);
	assert_int_equal(w->records, 0);
	out_init(&o, text, sizeof(text));
	out_text(&o, "{\"arg\":{\"channel\":\"books\",\"instId\":\"BTC-USDT\"},"
		     "\"action\":\"snapshot\",\"data\":[{\"ts\":\"1\","
		     "\"bids\":[[\"1\",\"1\"]");
	for (int i = 0; i < LEVELS; i++)
		out_text(&o, ",[\"1\",\"1\",\"0\",\"1\"]");
	out_text(&o, "],\"asks\":[]}]}");
	assert_int_equal(hear(w, out_cstr(&o)), ERR_FULL);
	assert_int_equal(w->records, 0);
}

#define CANDLE(bar, native, row)                                               \
	"{\"arg\":{\"channel\":\"candle" bar "\",\"instId\":\"" native         \
	"\"},\"data\":[" row "]}"
#define BAR(open, confirm)                                                     \
	"[\"" open "\",\"96200.0\",\"96260.5\",\"96190\",\"96250.01\","        \
	"\"1250\",\"12.50\",\"1203000.5\"," confirm "]"

static void
test_candles(void **state)
{
	struct heard *w = *state;

	assert_int_equal(hear(w, CANDLE("1H", "BTC-USDT-SWAP",
				     BAR("1795392000000", "\"1\""))),
	    ERR_OK);
	assert_string_equal(w->text,
	    NAMES("BTC-USDT-PERP") "\"open_time\":"
				   "\"2026-11-23T00:00:00.000000Z\","
				   "\"close_time\":"
				   "\"2026-11-23T00:59:59.999000Z\","
				   "\"interval\":\"1h\","
				   "\"open_price\":\"96200.0\","
				   "\"high_price\":\"96260.5\","
				   "\"low_price\":\"96190\","
				   "\"close_price\":\"96250.01\","
				   "\"volume\":\"12.50\","
				   "\"quote_volume\":\"1203000.5\","
				   "\"trade_count\":null,"
				   "\"taker_buy_volume\":null,"
				   "\"taker_buy_quote_volume\":null,"
				   "\"is_closed\":true," COLLECTED
				   "\"timestamp\":null," ENDS(
				       "perpetual", "BTC-USDT-SWAP"));
	assert_int_equal(w->channel, CHANNEL_KLINE);
	/* Of a pair the first volume is in base and the second in quote. */
	assert_int_equal(hear(w, CANDLE("1Mutc", "BTC-USDT",
				     BAR("1795392000000", "\"0\"") "," BAR(
					 "1795392000000", "1,\"new\""))),
	    ERR_OK);
	assert_int_equal(w->records, 2);
	assert_non_null(strstr(w->text, "\"volume\":\"1250\","
					"\"quote_volume\":\"12.50\""));
	assert_non_null(strstr(w->text, "\"interval\":\"1M\""));
	assert_non_null(strstr(w->text, "\"is_closed\":false"));
	assert_non_null(strstr(w->text, "\"is_closed\":true"));
}

static void
test_bad_candles(void **state)
{
	static const struct {
		const char *row;
		enum err e;
	} rows[] = {
		{ BAR("", "\"1\""), ERR_MISSING },
		{ BAR("-1", "\"1\""), ERR_RANGE },
		{ BAR("7258118400001", "\"1\""), ERR_RANGE },
		{ BAR("1795392000000", "\"2\""), ERR_RANGE },
		{ BAR("1795392000000", "true"), ERR_SYNTAX },
		{ BAR("1795392000000", "\"\""), ERR_MISSING },
		{ "[\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\",\"1\"]",
		    ERR_MISSING },
		{ "[]", ERR_MISSING },
		{ "{}", ERR_TYPE },
		{ "\"1\"", ERR_TYPE },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), CANDLE("1m", "BTC-USDT", "%s"),
		    rows[i].row);
		assert_int_equal(hear(w, text), rows[i].e);
		assert_int_equal(w->records, 0);
	}
	/* Each place but the quote volume is needed. */
	for (unsigned skip = 0; skip < 9; skip++) {
		struct out o;

		out_init(&o, text, sizeof(text));
		out_text(&o, "{\"arg\":{\"channel\":\"candle1m\",\"instId\":"
			     "\"BTC-USDT\"},\"data\":[[");
		for (unsigned i = 0; i < 9; i++) {
			out_text(&o, i > 0 ? ",\"" : "\"");
			out_text(&o, i == skip ? "" : "1");
			out_char(&o, '"');
		}
		out_text(&o, "]]}");
		assert_int_equal(hear(w, out_cstr(&o)),
		    skip == 6 || skip == 7 ? ERR_OK : ERR_MISSING);
	}
	/* Cut at the days of Hong Kong: never asked for. */
	assert_int_equal(
	    hear(w, CANDLE("1D", "BTC-USDT", BAR("1795392000000", "\"0\""))),
	    ERR_UNKNOWN);
	assert_int_equal(hear(w, CANDLE("", "BTC-USDT", "")), ERR_UNKNOWN);
}

static void
test_tickers(void **state)
{
	struct heard *w = *state;

	/* Contracts: the volume in coin, the one in contracts is not. */
	assert_int_equal(
	    hear(w, "{\"arg\":{\"channel\":\"tickers\",\"instId\":"
		    "\"BTC-USDT-SWAP\"},\"data\":[{\"last\":\"96250.1\","
		    "\"open24h\":\"96000\",\"vol24h\":\"12345\","
		    "\"volCcy24h\":\"123.45\",\"ts\":\"1795392000123\"}]}"),
	    ERR_OK);
	assert_non_null(
	    strstr(w->text, "\"volume\":\"123.45\",\"quote_volume\":null,"
			    "\"price_change\":\"250.1\""));
	/* Nobody has traded it. */
	assert_int_equal(
	    hear(w, "{\"arg\":{\"channel\":\"tickers\",\"instId\":"
		    "\"BTC-USDT\"},\"data\":[{\"last\":\"\",\"lastSz\":\"\","
		    "\"askPx\":\"\",\"askSz\":\"\",\"bidPx\":\"\",\"bidSz\":"
		    "\"\",\"open24h\":\"96000\",\"high24h\":null,"
		    "\"vol24h\":\"0\",\"volCcy24h\":\"0\","
		    "\"ts\":\"1795392000123\"}]}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"last_price\":null,"
					"\"open_price\":\"96000\","
					"\"high_price\":null,"
					"\"low_price\":null,"));
	assert_non_null(strstr(w->text, "\"volume\":\"0\",\"quote_volume\":"
					"\"0\",\"price_change\":null,"));
}

static void
test_funding(void **state)
{
	static const struct {
		const char *rest;
		const char *interval;
	} rows[] = {
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795449600000\"",
		    "\"funding_interval\":\"8h\"" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795424400000\"",
		    "\"funding_interval\":\"1h\"" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795507200000\"",
		    "\"funding_interval\":\"24h\"" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795507200001\"",
		    "\"funding_interval\":null" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795510800000\"",
		    "\"funding_interval\":null" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":"
		  "\"1795392000000\"",
		    "\"funding_interval\":null" },
		{ "\"fundingTime\":\"1795420800000\",\"nextFundingTime\":\"\"",
		    "\"funding_interval\":null" },
		{ "\"fundingTime\":\"\",\"nextFundingTime\":\"1795420800000\"",
		    "\"next_funding_time\":null" },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"arg\":{\"channel\":\"funding-rate\",\"instId\":"
		    "\"BTC-USD_UM_XPERP-310404\"},\"data\":[{\"instType\":"
		    "\"FUTURES\",\"instId\":\"BTC-USD_UM_XPERP-310404\","
		    "\"fundingRate\":\"1.5E-5\",\"nextFundingRate\":\"\",%s,"
		    "\"ts\":\"1795392004402\"}]}",
		    rows[i].rest);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_non_null(strstr(w->text, rows[i].interval));
		assert_non_null(strstr(w->text, "\"estimated_rate\":null"));
		assert_non_null(strstr(w->text, "\"premium_index\":null"));
		assert_non_null(
		    strstr(w->text, "\"funding_rate\":\"0.000015\""));
	}
}

#define LIQUIDATIONS(rows)                                                     \
	"{\"arg\":{\"channel\":\"liquidation-orders\",\"instType\":\"SWAP\"}," \
	"\"data\":[" rows "]}"
#define ORDER(side)                                                            \
	"{\"side\":\"" side "\",\"bkPx\":\"2\",\"sz\":\"3\",\"ts\":\"1\"}"

static void
test_liquidations(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(
		w, LIQUIDATIONS(
		       "{\"instId\":\"IOST-USDT-SWAP\",\"details\":[" ORDER(
			   "buy") "]},"
				  "{\"instId\":\"BTC-USDT-SWAP\",\"details\":"
				  "[" ORDER("buy") "," ORDER(
				      "sell") "]},"
					      "{\"instId\":\"BTC-USD-SWAP\","
					      "\"details\":[]},"
					      "{\"instId\":\"BTC-USDT-261225\","
					      "\"instType\":"
					      "\"FUTURES\",\"details\":[" ORDER(
						  "sell") "]}")),
	    ERR_OK);
	assert_int_equal(w->records, 3);
	assert_non_null(strstr(w->text, "\"value\":\"0.06\","
					"\"instrument_type\":\"SWAP\""));
	assert_non_null(strstr(w->text, "\"value\":null,"
					"\"instrument_type\":\"FUTURES\""));
	assert_int_equal(
	    hear(w, LIQUIDATIONS("{\"instId\":\"BTC-USDT-SWAP\",\"details\":"
				 "[{},1," ORDER("up") "," ORDER("buy") "]}")),
	    ERR_MISSING);
	assert_int_equal(w->records, 1);
	assert_int_equal(
	    hear(w, LIQUIDATIONS("{\"instId\":\"BTC-USDT-SWAP\"}")),
	    ERR_MISSING);
	assert_int_equal(hear(w, LIQUIDATIONS("{\"instId\":\"BTC-USDT-SWAP\","
					      "\"details\":{}}")),
	    ERR_TYPE);
	/* There is none in arg to fall back to. */
	assert_int_equal(
	    hear(w, LIQUIDATIONS("{\"details\":[" ORDER("buy") "]}")),
	    ERR_MISSING);
}

static void
test_instruments(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"arg\":{\"channel\":\"instruments\",\"instType\":"
		    "\"SWAP\"},\"data\":[{\"instId\":\"SPACEX-USDT-SWAP\","
		    "\"state\":\"expired\",\"tickSz\":\"0.1\"},"
		    "{\"state\":\"preopen\",\"tickSz\":\"\",\"instIdCode\":"
		    "null,\"instId\":\"SPCX-USDT-SWAP\"},{\"instId\":\"X\"},"
		    "{\"instId\":\"\",\"state\":\"live\"},"
		    "{\"instId\":\"BTC-USDT-SWAP\",\"state\":\"live\"}]}"),
	    ERR_MISSING);
	assert_int_equal(w->records, 0);
	assert_int_equal(w->changes, 3);
	assert_string_equal(w->changed, "SPACEX-USDT-SWAP=expired "
					"SPCX-USDT-SWAP=preopen "
					"BTC-USDT-SWAP=live ");
}

/* --- what is no record -----------------------------------------------------
 */

static const struct {
	const char *text;
	enum err e;
} wrong_messages[] = {
	{ "[]", ERR_TYPE },
	{ "{}", ERR_MISSING },
	{ "{\"arg\":{}}", ERR_MISSING },
	{ "{\"arg\":{},\"data\":[]}", ERR_MISSING },
	{ "{\"arg\":[],\"data\":[]}", ERR_TYPE },
	{ "{\"arg\":\"\",\"data\":[]}", ERR_TYPE },
	{ "{\"data\":[]}", ERR_MISSING },
	{ "{\"arg\":{\"channel\":\"books\",\"channel\":\"books\"},"
	  "\"data\":[]}",
	    ERR_SYNTAX },
	{ "{\"arg\":{\"channel\":\"trades\"},\"data\":{}}", ERR_TYPE },
	{ "{\"arg\":{\"channel\":\"trades\"},\"data\":\"\"}", ERR_MISSING },
	{ "{\"arg\":{\"channel\":\"trades\"},\"data\":[{\"px\":1}]}",
	    ERR_MISSING },
	{ "{\"arg\":{\"channel\":\"trades\",\"instId\":[]},"
	  "\"data\":[{\"px\":1}]}",
	    ERR_SYNTAX },
	{ "{\"arg\":{\"channel\":\"books\"},\"action\":\"update\","
	  "\"data\":[{}]}",
	    ERR_MISSING },
	{ "{\"arg\":{\"channel\":\"bookss\"},\"data\":[]}", ERR_UNKNOWN },
	{ "{\"event\":\"surprise\"}", ERR_UNKNOWN },
	{ "{\"event\":[]}", ERR_UNKNOWN },
	{ "{\"event\":\"\"}", ERR_MISSING },
	{ "{\"event\"}", ERR_SYNTAX },
	{ "pong", ERR_SYNTAX },
	{ "{\"arg\":{},\"arg\":{}}", ERR_SYNTAX },
};

static void
test_not_collected(void **state)
{
	static const char *const channels[] = { "books5", "bbo-tbt",
		"books-elp", "books-elp-all", "status", "mark-price",
		"index-tickers" };
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"arg\":{\"channel\":\"%s\",\"instId\":\"BTC-USDT\"},"
		    "\"data\":[{\"asks\":[[\"1\",\"1\",\"0\",\"1\"]],"
		    "\"bids\":[],\"ts\":\"1\",\"seqId\":1}]}",
		    channels[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_int_equal(w->records + w->acks + w->shutdowns, 0);
	}
	for (unsigned i = 0;
	     i < sizeof(wrong_messages) / sizeof(wrong_messages[0]); i++)
		assert_int_equal(
		    hear(w, wrong_messages[i].text), wrong_messages[i].e);
	/* An instrument that is not collected: no record, no error. */
	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		/* The others take its name from another place. */
		if (k->channel == CHANNEL_BOOK ||
		    k->channel == CHANNEL_LIQUIDATION)
			continue;
		assert_int_equal(
		    hear(w, message_of(k, "{\"instId\":\"XRP-USDT\"}")),
		    ERR_OK);
		assert_int_equal(w->records, 0);
	}
	assert_int_equal(
	    hear(w, "{\"arg\":{\"channel\":\"books\",\"instId\":"
		    "\"XRP-USDT\"},\"action\":\"update\",\"data\":[{}]}"),
	    ERR_OK);
}

static const struct {
	const char *text;
	int64_t id;
	const char *name;
	enum err e;
	const char *words;
} answers[] = {
	{ "{\"id\":\"7\",\"event\":\"subscribe\",\"arg\":{\"channel\":"
	  "\"trades\",\"instId\":\"BTC-USDT-SWAP\"},\"connId\":"
	  "\"bfcb4b8e\"}",
	    7, "trades:BTC-USDT-SWAP", ERR_OK, "" },
	{ "{\"id\":\"8\",\"event\":\"unsubscribe\",\"arg\":{"
	  "\"instId\":\"BTC-USDT\",\"channel\":\"candle1m\"}}",
	    8, "candle1m:BTC-USDT", ERR_OK, "" },
	{ "{\"event\":\"subscribe\",\"arg\":{\"channel\":"
	  "\"liquidation-orders\",\"instType\":\"SWAP\"}}",
	    -1, "liquidation-orders:SWAP", ERR_OK, "" },
	{ "{\"event\":\"subscribe\",\"arg\":{\"channel\":"
	  "\"tickers\",\"instType\":\"SPOT\",\"instId\":\"A-B\"}}",
	    -1, "tickers:A-B", ERR_OK, "" },
	{ "{\"id\":\"s1\",\"event\":\"subscribe\",\"arg\":{"
	  "\"channel\":\"status\"}}",
	    -1, "status", ERR_OK, "" },
	{ "{\"id\":\"9\",\"event\":\"error\",\"code\":\"60018\","
	  "\"msg\":\"Wrong URL or channel:trades,instId:NO-SUCH "
	  "doesn't exist. Please use the correct URL.\"}",
	    9, "trades:NO-SUCH", ERR_REJECTED,
	    "Wrong URL or channel:trades,instId:NO-SUCH doesn't "
	    "exist. Please use the correct URL." },
	{ "{\"event\":\"error\",\"msg\":\"channel:"
	  "liquidation-orders,instType:FUTURES.\"}",
	    -1, "liquidation-orders:FUTURES", ERR_REJECTED,
	    "channel:liquidation-orders,instType:FUTURES." },
	{ "{\"id\":\"10\",\"event\":\"error\",\"code\":\"60012\","
	  "\"msg\":\"Illegal request: {\\\"op\\\": \\\"x\\\"}\"}",
	    10, "-", ERR_REJECTED, "Illegal request: {\"op\": \"x\"}" },
	{ "{\"event\":\"error\",\"code\":\"60014\"}", -1, "-", ERR_REJECTED,
	    "" },
	{ "{\"event\":\"error\",\"msg\":\"channel:,instId:\"}", -1, "-",
	    ERR_REJECTED, "channel:,instId:" },
	{ "{\"event\":\"error\",\"msg\":\"instId:BTC-USDT\"}", -1, "-",
	    ERR_REJECTED, "instId:BTC-USDT" },
	{ "{\"event\":\"error\",\"msg\":\"channel:books\"}", -1, "-",
	    ERR_REJECTED, "channel:books" },
};

static void
test_answers(void **state)
{
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		assert_int_equal(hear(w, answers[i].text), ERR_OK);
		assert_int_equal(w->acks, 1);
		assert_int_equal(w->ack_id, answers[i].id);
		assert_int_equal(w->ack_err, answers[i].e);
		assert_string_equal(w->ack_name, answers[i].name);
		assert_string_equal(w->ack_text, answers[i].words);
	}
	assert_int_equal(hear(w, "{\"event\":\"subscribe\"}"), ERR_MISSING);
	assert_int_equal(
	    hear(w, "{\"event\":\"subscribe\",\"arg\":{}}"), ERR_MISSING);
	assert_int_equal(
	    hear(w, "{\"event\":\"subscribe\",\"arg\":1}"), ERR_TYPE);
	/* Cut short it would be the name of another stream. */
	snprintf(text, sizeof(text),
	    "{\"event\":\"subscribe\",\"arg\":{\"channel\":\"%0200d\"}}", 0);
	assert_int_equal(hear(w, text), ERR_FULL);
	assert_int_equal(w->acks, 0);
}

static void
test_notices(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"event\":\"notice\",\"code\":\"64008\",\"msg\":\"The "
		    "connection will soon be closed for a service upgrade. "
		    "Please reconnect.\",\"connId\":\"a4d3ae55\"}"),
	    ERR_OK);
	assert_int_equal(w->shutdowns, 1);
	assert_int_equal(
	    hear(w, "{\"event\":\"notice\",\"code\":\"64009\"}"), ERR_OK);
	assert_int_equal(w->shutdowns, 0);
	assert_int_equal(hear(w, "{\"event\":\"notice\"}"), ERR_MISSING);
	assert_int_equal(
	    hear(w, "{\"event\":\"channel-conn-count\","
		    "\"channel\":\"account\",\"connCount\":\"1\"}"),
	    ERR_OK);
	assert_int_equal(w->shutdowns + w->acks + w->records, 0);
	assert_true(venue->plain(SPAN("pong")));
	assert_true(venue->plain(SPAN("ping")));
	assert_false(venue->plain(SPAN("pongs")));
	assert_false(venue->plain(SPAN("")));
}

/* --- replies ---------------------------------------------------------------
 */

static enum err
book_reply(struct heard *w, const char *text, struct orderbook *b)
{
	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
	return venue->book_reply(&w->json, &w->symbols[0], &from, &w->host, b);
}

static void
test_book_reply(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} wrong[] = {
		{ "[]", ERR_TYPE },
		{ "{}", ERR_MISSING },
		{ "{\"data\":[{" SIDES "}]}", ERR_MISSING },
		{ "{\"code\":\"0\",\"data\":[]}", ERR_MISSING },
		{ "{\"code\":\"0\"}", ERR_MISSING },
		{ "{\"code\":\"0\",\"data\":{}}", ERR_TYPE },
		{ "{\"code\":\"0\",\"data\":[[]]}", ERR_TYPE },
		{ "{\"code\":\"0\",\"data\":[{\"asks\":[],\"ts\":\"1\"}]}",
		    ERR_MISSING },
		{ "{\"code\":\"50011\",\"msg\":\"Too Many Requests\","
		  "\"data\":[]}",
		    ERR_LIMITED },
		{ "{\"code\":\"51001\",\"msg\":\"no such instrument\","
		  "\"data\":[]}",
		    ERR_REJECTED },
	};
	struct heard *w = *state;
	struct orderbook b;

	assert_int_equal(
	    book_reply(w,
		"{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"asks\":[[\"96250."
		"02\",\"1\",\"0\",\"2\"]],\"bids\":[[\"96250.01\",\"0.5\","
		"\"0\",\"1\"],[\"96250\",\"1\",\"3\"]],\"seqId\":1027024,"
		"\"prevSeqId\":5,\"ts\":\"1795392000101\"}]}",
		&b),
	    ERR_OK);
	assert_int_equal(b.last_update_id, 1027024);
	assert_int_equal(b.prev_update_id, SEQ_NULL);
	assert_int_equal(b.bids.count, 2);
	assert_int_equal(b.asks.count, 1);
	assert_int_equal(b.depth_levels, 3);
	assert_int_equal(b.update_type, UPDATE_SNAPSHOT);
	assert_int_equal(b.backfill, BOOL_TRUE);
	assert_int_equal(b.is_valid, BOOL_TRUE);
	assert_int_equal(b.timestamp, 1795392000101LL * NS_PER_MS);
	assert_int_equal(
	    book_reply(w, "{\"code\":0,\"data\":[{" SIDES "}]}", &b), ERR_OK);
	assert_int_equal(b.last_update_id, SEQ_NULL);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(book_reply(w, wrong[i].text, &b), wrong[i].e);
}

static enum err
trades_reply(struct heard *w, const char *text, int64_t first, int64_t last,
    struct trades_page *page)
{
	const struct trades_ask ask = {
		.first = first, .last = last, .limit = 100
	};
	enum err e;

	forget(w);
	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
	w->page = page;
	e = venue->trades_reply(
	    &w->json, &w->symbols[0], &ask, &from, &w->host, page);
	w->page = NULL;
	out_cstr(&w->out);
	return e;
}

#define REPLY(rows) "{\"code\":\"0\",\"msg\":\"\",\"data\":[" rows "]}"
#define ROW(id)                                                                \
	"{\"instId\":\"BTC-USDT\",\"side\":\"sell\",\"sz\":\"0.10\",\"px\":"   \
	"\"2.50\",\"tradeId\":\"" id "\",\"ts\":\"1795392000776\"}"

static void
test_trades_pages(void **state)
{
	static const struct {
		const char *reply;
		int64_t first;
		int64_t last;
		unsigned records;
		int64_t page_first;
		int64_t page_last;
	} rows[] = {
		{ REPLY(ROW("12") "," ROW("11") "," ROW("10")), 10, 12, 3, 10,
		    12 },
		/* What is older was had before. */
		{ REPLY(ROW("12") "," ROW("11") "," ROW("9")), 10, 12, 2, 10,
		    12 },
		/* The venue may have no more, or not yet. */
		{ REPLY(ROW("11") "," ROW("10")), 10, 14, 2, 10, 11 },
		/* It does not reach back. */
		{ REPLY(ROW("12") "," ROW("11")), 10, 12, 2, 11, 12 },
		{ REPLY(ROW("9") "," ROW("8")), 10, 12, 0, 10, 9 },
		{ REPLY(""), 10, 12, 0, 10, 9 },
		{ REPLY(ROW("13")), 10, 12, 0, 10, 9 },
		{ REPLY(ROW("13") "," ROW("12")), 12, 12, 1, 12, 12 },
	};
	struct heard *w = *state;
	struct trades_page page;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(trades_reply(w, rows[i].reply, rows[i].first,
				     rows[i].last, &page),
		    ERR_OK);
		assert_int_equal(w->records, rows[i].records);
		assert_int_equal(page.first, rows[i].page_first);
		assert_int_equal(page.last, rows[i].page_last);
		/* It was known before the first record. */
		if (w->records > 0)
			assert_int_equal(w->page_first, page.first);
	}
}

static void
test_trades_reply(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		unsigned records;
	} wrong[] = {
		{ "[]", ERR_TYPE, 0 },
		{ "{\"code\":\"50011\",\"msg\":\"Too Many Requests\","
		  "\"data\":[]}",
		    ERR_LIMITED, 0 },
		{ "{\"code\":\"51000\",\"data\":[]}", ERR_REJECTED, 0 },
		{ "{\"code\":\"x\",\"data\":[]}", ERR_SYNTAX, 0 },
		{ REPLY("1"), ERR_TYPE, 0 },
		{ REPLY("{}"), ERR_MISSING, 0 },
		{ REPLY("{\"tradeId\":\"10\"}"), ERR_MISSING, 0 },
		{ REPLY("{\"tradeId\":\"11\"}," ROW("10")), ERR_MISSING, 1 },
		/* Ascending ids, or equal ones, would be holes that are none.
		 */
		{ REPLY(ROW("10") "," ROW("11")), ERR_PROTOCOL, 0 },
		{ REPLY(ROW("10") "," ROW("10")), ERR_PROTOCOL, 0 },
	};
	struct heard *w = *state;
	struct trades_page page;
	const char *second;
	char text[16384];
	struct out o;

	assert_int_equal(
	    trades_reply(w, REPLY(ROW("11") "," ROW("10")), 10, 11, &page),
	    ERR_OK);
	second = strchr(w->text, '\n');
	assert_non_null(strstr(w->text, "\"trade_id\":\"10\""));
	assert_true(strstr(w->text, "\"trade_id\":\"10\"") < second);
	assert_true(strstr(w->text, "\"trade_id\":\"11\"") > second);
	assert_non_null(strstr(w->text, "\"quote_quantity\":\"0.2500\""));
	assert_non_null(strstr(w->text, "\"backfill\":true"));
	assert_int_equal(w->facts.first, 11);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
		    trades_reply(w, wrong[i].text, 10, 12, &page), wrong[i].e);
		assert_int_equal(w->records, wrong[i].records);
		assert_true(page.last < 11);
	}
	/* More rows than were asked for. */
	out_init(&o, text, sizeof(text));
	out_text(&o, "{\"code\":\"0\",\"data\":[");
	for (int i = 200; i >= 100; i--) {
		out_text(&o, "{\"tradeId\":");
		out_i64(&o, i);
		out_text(&o, i > 100 ? "}," : "}]}");
	}
	assert_int_equal(
	    trades_reply(w, out_cstr(&o), 10, 200, &page), ERR_FULL);
}

static void
test_error_bodies(void **state)
{
	static const struct {
		const char *text;
		int64_t code;
		const char *words;
	} rows[] = {
		{ "{\"code\":\"50011\",\"msg\":\"Too Many Requests\","
		  "\"data\":[]}",
		    50011, "Too Many Requests" },
		{ "{\"msg\":\"\",\"code\":50001}", 50001, "" },
		{ "{\"code\":\"0\",\"data\":[]}", 0, "" },
		{ "{\"msg\":\"x\"}", 0, "" },
		{ "{\"code\":\"1\",\"code\":\"2\"}", 0, "" },
		{ "[]", 0, "" },
	};
	struct heard *w = *state;
	struct venue_error e;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    json_parse(&w->json, rows[i].text, strlen(rows[i].text)),
		    ERR_OK);
		venue->error(&w->json, &e);
		assert_int_equal(e.code, rows[i].code);
		assert_int_equal(e.text.len, strlen(rows[i].words));
		assert_int_equal(e.banned_until.ns, 0);
		if (e.text.len > 0)
			assert_memory_equal(
			    e.text.at, rows[i].words, e.text.len);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind),
		TEST(test_root_order),
		TEST(test_members),
		TEST(test_prefixes_and_flips),
		TEST(test_trade_ids),
		TEST(test_trade_rows),
		TEST(test_trade_kinds),
		TEST(test_values_of_contracts),
		TEST(test_books),
		TEST(test_book_rows),
		TEST(test_candles),
		TEST(test_bad_candles),
		TEST(test_tickers),
		TEST(test_funding),
		TEST(test_liquidations),
		TEST(test_instruments),
		TEST(test_not_collected),
		TEST(test_answers),
		TEST(test_notices),
		TEST(test_book_reply),
		TEST(test_trades_pages),
		TEST(test_trades_reply),
		TEST(test_error_bodies),
	};

	return cmocka_run_group_tests_name("venues/okx", tests, NULL, NULL);
}
