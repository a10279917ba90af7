/* LINK: venues/deribit venues/deribit_members venues/deribit_message */
/* LINK: venues/deribit_names venues/deribit_read venues/deribit_rest */
/* LINK: venues/deribit_ticker venues/deribit_funding codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol */
/* LINK: core/must core/out core/span core/err core/time */
#include "deribit.h"

#include "venues/deribit.h"

/* --- one message of each kind --------------------------------------------- */

#define NOTE(channel, data)                                                    \
	"{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{"        \
	"\"channel\":\"" channel "\",\"data\":" data "}}"
/* 2026-11-23T00:00:00.213Z */
#define TIME "1795392000213"
#define SAYS "timestamp=2026-11-23T00:00:00.213000Z "

struct kind {
	const char *message;
	const char *said;
	/* Blank-separated: what it cannot do without. */
	const char *required;
	/* What changes nothing, there or not. */
	const char *idle;
};

static const struct kind kinds[] = {
	{ NOTE("trades.BTC-PERPETUAL.100ms",
	      "[{\"timestamp\":" TIME ",\"price\":96225.5,\"direction\":"
	      "\"buy\",\"index_price\":96220.11,\"instrument_name\":"
	      "\"BTC-PERPETUAL\",\"trade_seq\":301962622,\"amount\":1.0e3,"
	      "\"mark_price\":96224.87,\"tick_direction\":0,"
	      "\"starbase_match_id\":8812345678901,\"trade_id\":"
	      "\"423456789\",\"contracts\":1.0e2,\"starbase_timestamp\":"
	      "1795392000212987654}]"),
	    "trade BTC-PERPETUAL trade_id=423456789 price=96225.5 "
	    "quantity=1000 quote_quantity=1000 " SAYS "buy seq=301962622\n",
	    "method params channel data timestamp price direction trade_seq "
	    "amount trade_id",
	    "jsonrpc index_price instrument_name mark_price tick_direction "
	    "starbase_match_id contracts starbase_timestamp" },
	{ NOTE("trades.BTC_USDC-PERPETUAL.100ms",
	      "[{\"trade_seq\":7,\"trade_id\":\"ETH-8\",\"timestamp\":" TIME
	      ",\"tick_direction\":2,\"price\":96225.50,"
	      "\"instrument_name\":\"BTC_USDC-PERPETUAL\","
	      "\"direction\":\"sell\",\"amount\":0.02,"
	      "\"block_trade_id\":\"BLOCK-1\",\"liquidation\":\"T\"}]"),
	    "trade BTC_USDC-PERPETUAL trade_id=ETH-8 price=96225.50 "
	    "quantity=0.02 quote_quantity=1924.5100 " SAYS "sell seq=7\n"
	    "liquidation BTC_USDC-PERPETUAL sell price=96225.50 "
	    "quantity=0.02 value=1924.5100 instrument_type=perpetual "
	    "timestamp=2026-11-23T00:00:00.213000Z venue_trade_id=ETH-8\n",
	    "method params channel data trade_seq trade_id timestamp price "
	    "direction amount",
	    "jsonrpc tick_direction instrument_name block_trade_id" },
	{ NOTE("book.BTC-27NOV26.100ms",
	      "{\"type\":\"snapshot\",\"timestamp\":" TIME ","
	      "\"instrument_name\":\"BTC-27NOV26\",\"change_id\":297217,"
	      "\"bids\":[[\"new\",96225.0,2.5e3],[\"new\",96190.5,10.0]],"
	      "\"asks\":[[\"new\",96225.5,10]]}"),
	    "orderbook BTC-27NOV26 last_update_id=297217 "
	    "bids= 96225.0*2500,96190.5*10.0 asks= 96225.5*10 " SAYS
	    "full depth_levels=3 is_valid=yes\n",
	    "method params channel data timestamp change_id bids asks",
	    "jsonrpc type instrument_name" },
	{ NOTE("book.BTC-PERPETUAL.100ms",
	      "{\"type\":\"change\",\"timestamp\":" TIME ",\"prev_change_id\":"
	      "297217,\"instrument_name\":\"BTC-PERPETUAL\",\"change_id\":"
	      "297219,\"bids\":[[\"change\",96225.0,2.5e3],[\"delete\","
	      "96190.5,0.0],[\"delete\",96190,3]],\"asks\":[]}"),
	    "orderbook BTC-PERPETUAL last_update_id=297219 "
	    "bids= 96225.0*2500,96190.5*0.0,96190*0 asks= " SAYS
	    "delta prev_update_id=297217 depth_levels=3 is_valid=yes\n",
	    "method params channel data timestamp prev_change_id change_id "
	    "bids asks",
	    "jsonrpc type instrument_name" },
	{ NOTE("ticker.BTC-PERPETUAL.100ms",
	      "{\"funding_8h\":0.00001742,\"current_funding\":6.55e-6,"
	      "\"best_ask_price\":92284.0,\"best_bid_price\":92283.5,"
	      "\"best_ask_amount\":186520.0,\"best_bid_amount\":117660.0,"
	      "\"interest_value\":0.0028213400122472977,"
	      "\"mark_price\":92281.78,\"open_interest\":1.13232937e9,"
	      "\"max_price\":93666.5,\"last_price\":92283.5,"
	      "\"instrument_name\":\"BTC-PERPETUAL\",\"index_price\":"
	      "92263.55,\"stats\":{\"volume_usd\":1092371540.0,\"volume\":"
	      "11897.27640428,\"price_change\":2.3275,\"low\":89277.5,"
	      "\"high\":93612.0},\"state\":\"open\",\"timestamp\":" TIME "}"),
	    "ticker BTC-PERPETUAL last_price=92283.5 high_price=93612.0 "
	    "low_price=89277.5 volume=11897.27640428 "
	    "quote_volume=1092371540.0 price_change_percent=2.3275 "
	    "best_bid_price=92283.5 best_bid_quantity=117660.0 "
	    "best_ask_price=92284.0 best_ask_quantity=186520.0 "
	    "timestamp=2026-11-23T00:00:00.213000Z\n"
	    "funding_rate BTC-PERPETUAL funding_rate=0.00000655 "
	    "mark_price=92281.78 index_price=92263.55 premium_index=18.23 "
	    "timestamp=2026-11-23T00:00:00.213000Z\n"
	    "open_interest BTC-PERPETUAL open_interest=1132329370 "
	    "open_interest_value_usd=1132329370 instrument_type=perpetual "
	    "timestamp=2026-11-23T00:00:00.213000Z\n",
	    "method params channel data timestamp",
	    "jsonrpc funding_8h interest_value max_price instrument_name "
	    "state" },
	{ NOTE("ticker.BTC-27NOV26-100000-C.100ms",
	      "{\"timestamp\":" TIME ",\"stats\":{\"volume\":0.1,"
	      "\"price_change\":null,\"low\":null,\"high\":\"\"},"
	      "\"open_interest\":8.0,\"mark_price\":0.005718,\"greeks\":"
	      "{\"price\":[1],\"vega\":0.5},\"instrument_name\":"
	      "\"BTC-27NOV26-100000-C\",\"last_price\":null,"
	      "\"best_bid_price\":0.0,\"best_bid_amount\":0.0,"
	      "\"best_ask_price\":null,\"best_ask_amount\":0.0}"),
	    "ticker BTC-27NOV26-100000-C volume=0.1 "
	    "timestamp=2026-11-23T00:00:00.213000Z\n"
	    "open_interest BTC-27NOV26-100000-C open_interest=8.0 "
	    "instrument_type=option "
	    "timestamp=2026-11-23T00:00:00.213000Z\n",
	    "method params channel data timestamp",
	    "jsonrpc price_change low high mark_price greeks price vega "
	    "instrument_name last_price best_ask_price "
	    "best_bid_price best_ask_amount" },
	{ NOTE("chart.trades.ETH_BTC.1D",
	      "{\"tick\":1795392000000,\"open\":0.03,\"high\":3.1e-2,\"low\":"
	      "0.029,\"close\":0.0305,\"volume\":12.5,\"cost\":0.38}"),
	    "kline ETH_BTC open_time=2026-11-23T00:00:00.000000Z "
	    "close_time=2026-11-23T23:59:59.999000Z interval=1d "
	    "open_price=0.03 high_price=0.031 low_price=0.029 "
	    "close_price=0.0305 volume=12.5 quote_volume=0.38\n",
	    "method params channel data tick open high low close volume",
	    "jsonrpc" },
	{ NOTE("quote.BTC_USDC",
	      "{\"timestamp\":" TIME ",\"instrument_name\":\"BTC_USDC\","
	      "\"best_ask_price\":2,\"best_bid_price\":1.5,"
	      "\"best_ask_amount\":1e1,\"best_bid_amount\":3}"),
	    "quote BTC_USDC 1.5*3 2*10 1795392000213000000\n",
	    "method params channel data", "jsonrpc instrument_name" },
	{ NOTE("instrument.state.any.any",
	      "{\"instrument_name\":\"SOL_USDC-27NOV26\",\"state\":"
	      "\"created\",\"timestamp\":1}"),
	    "changed SOL_USDC-27NOV26 created\n",
	    "method params channel data instrument_name state",
	    "jsonrpc timestamp" },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{"
	  "\"type\":\"test_request\"}}",
	    "send {\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"public/test\","
	    "\"params\":{}}\n",
	    "method params type", "jsonrpc" },
};

enum {
	KINDS = sizeof(kinds) / sizeof(kinds[0]),
};

static void
test_each_kind(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		assert_int_equal(hear(w, kinds[i].message), ERR_OK);
		assert_string_equal(w->text, kinds[i].said);
	}
}

/* --- members in any order, missing, twice, of another type -----------------
 */

/* A member of some object of a message, as a piece of its text. */
struct member {
	struct span key;
	struct span value;
	/* Without a comma. */
	struct span all;
};

static struct span
value_of(const char *at, const char *end)
{
	const char *start = at;
	bool quoted = false;
	int deep = 0;

	for (; at < end; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == '{' || *at == '['))
			deep++;
		else if (!quoted && deep > 0 && (*at == '}' || *at == ']'))
			deep--;
		else if (!quoted && deep == 0 && strchr(",}]", *at) != NULL)
			break;
	}
	return (struct span){ start, (size_t)(at - start) };
}

/* The members of all objects, in the order of their keys. */
static unsigned
members_of(const char *text, struct member *members)
{
	const char *end = text + strlen(text);
	unsigned n = 0;

	for (const char *at = text; at < end; at++) {
		const char *quote;
		struct member *m = &members[n];

		if (*at != '"')
			continue;
		quote = strchr(at + 1, '"');
		if (quote[1] == ':') {
			m->key =
			    (struct span){ at + 1, (size_t)(quote - at - 1) };
			m->value = value_of(quote + 2, end);
			m->all = (struct span){ at,
				(size_t)(m->value.at + m->value.len - at) };
			n++;
		}
		at = quote;
	}
	return n;
}

static bool
is_among(struct span key, const char *list)
{
	struct span rest = span_of(list);
	struct span word;

	while ((word = span_word(&rest, " ")).at != NULL) {
		if (span_eq(word, key))
			return true;
	}
	return false;
}

/* text with `piece` of it replaced. */
static const char *
replaced(const char *text, struct span piece, const char *by)
{
	static char buf[8192];
	struct out o;

	out_init(&o, buf, sizeof(buf));
	out_bytes(&o, text, (size_t)(piece.at - text));
	out_text(&o, by);
	out_text(&o, piece.at + piece.len);
	return out_cstr(&o);
}

/* The member and the comma on one side of it. */
static struct span
with_comma(const char *text, struct span all)
{
	if (all.at[all.len] == ',')
		all.len++;
	else if (all.at > text && all.at[-1] == ',')
		all = (struct span){ all.at - 1, all.len + 1 };
	return all;
}

static void
try_without(struct heard *w, const struct kind *k, const struct member *m)
{
	enum err e =
	    hear(w, replaced(k->message, with_comma(k->message, m->all), ""));
	bool required = is_among(m->key, k->required);

	assert_int_equal(e, required ? ERR_MISSING : ERR_OK);
	if (required)
		assert_string_equal(w->text, "");
	else if (is_among(m->key, k->idle))
		assert_string_equal(w->text, k->said);
	else
		assert_string_not_equal(w->text, k->said);
}

static void
try_values(struct heard *w, const struct kind *k, const struct member *m)
{
	static const char *const values[] = { "null", "\"\"", "{}", "[]",
		"\"x\"", "1e999", "-1", "true", "99999999999999999999", "[[]]",
		"[[1]]", "[[\"new\",1]]", "[[\"new\",1,-2]]", "[{}]", "[1]",
		"[[\"NEW\",1,2]]", "\"\\u0000\"", "0.5", "-1e-3" };
	/* One without a value changes nothing until it gets one. */
	bool idle =
	    is_among(m->key, k->idle) && !is_among(m->value, "null \"\" 0.0");
	bool required = is_among(m->key, k->required);

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		enum err e = hear(w, replaced(k->message, m->value, values[i]));

		/* Null and empty: not there. */
		if (required && i < 2)
			assert_int_equal(e, ERR_MISSING);
		if (!required && i < 2)
			assert_int_equal(e, ERR_OK);
		/* Another name is another instrument. */
		if (e == ERR_OK && idle && w->text[0] != '\0')
			assert_string_equal(w->text, k->said);
		if (e != ERR_OK && e != ERR_UNKNOWN)
			assert_string_equal(w->text, "");
	}
}

static void
test_members(void **state)
{
	struct heard *w = *state;
	struct member members[64];

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		unsigned n = members_of(k->message, members);

		assert_true(n >= 3);
		for (unsigned m = 0; m < n; m++) {
			try_without(w, k, &members[m]);
			try_values(w, k, &members[m]);
		}
	}
}

/* A member at the front of its object, and one more that nobody knows. */
static void
test_order(void **state)
{
	struct heard *w = *state;
	struct member members[64];
	char text[8192];
	char moved[8192];

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		unsigned n = members_of(k->message, members);

		for (unsigned m = 0; m < n; m++) {
			struct span all = members[m].all;
			const char *open = all.at;
			int deep = 0;

			/* Back to the bracket of its object. */
			while (deep > 0 || *open != '{') {
				deep += (*open == '}' || *open == ']') -
					(*open == '{' || *open == '[');
				open--;
			}
			snprintf(moved, sizeof(moved),
			    "{ \"new\" : {\"asks\":[1,{\"id\":[]}]} ,%.*s,"
			    "\"n\":[[\"bids\"]],",
			    (int)all.len, all.at);
			snprintf(text, sizeof(text), "%s",
			    replaced(
				k->message, with_comma(k->message, all), ""));
			strcpy(text,
			    replaced(text,
				(struct span){ text + (open - k->message), 1 },
				moved));
			/* It was the only one: no comma behind it. */
			while (strstr(text, ",}") != NULL)
				strcpy(text,
				    replaced(text,
					(struct span){ strstr(text, ",}"), 1 },
					""));
			assert_int_equal(hear(w, text), ERR_OK);
			assert_string_equal(w->text, k->said);
		}
	}
}

static void
test_member_twice(void **state)
{
	struct heard *w = *state;
	struct member members[64];
	struct deribit_members m;
	char text[512];

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];
		unsigned n = members_of(k->message, members);

		for (unsigned c = 0; c < n; c++) {
			enum err e;

			if (!is_among(members[c].key, k->required))
				continue;
			snprintf(text, sizeof(text), "\"%.*s\":1,\"",
			    (int)members[c].key.len, members[c].key.at);
			e = hear(w,
			    replaced(k->message,
				(struct span){ members[c].all.at, 1 }, text));
			assert_int_equal(e, ERR_SYNTAX);
			assert_string_equal(w->text, "");
		}
	}
	/* Also where the message is not read. */
	assert_int_equal(heard_text(w, "{\"id\":1,\"id\":1}", 15), ERR_OK);
	assert_int_equal(deribit_members(&w->json, 0, &m), ERR_SYNTAX);
}

/* Each key has a slot of its own, and nothing else gets one. */
static void
test_words(void **state)
{
	static const char *const words[DERIBIT_WORDS] = { "none", "id",
		"method", "params", "result", "error", "code", "message",
		"channel", "data", "type", "timestamp", "instrument_name",
		"price", "amount", "direction", "trade_seq", "trade_id",
		"liquidation", "bids", "asks", "change_id", "prev_change_id",
		"tick", "open", "high", "low", "close", "volume", "cost",
		"stats", "volume_usd", "price_change", "open_interest",
		"best_bid_price", "best_bid_amount", "best_ask_price",
		"best_ask_amount", "index_price", "mark_price", "last_price",
		"current_funding", "state", "trades", "has_more" };
	struct heard *w = *state;
	struct deribit_members m;
	char text[64];

	for (unsigned i = 1; i < DERIBIT_WORDS; i++) {
		snprintf(text, sizeof(text), "{\"a\":0,\"%s\":1}", words[i]);
		assert_int_equal(heard_text(w, text, strlen(text)), ERR_OK);
		assert_int_equal(deribit_members(&w->json, 0, &m), ERR_OK);
		assert_int_equal(m.words, UINT64_C(1) << i);
		assert_int_equal(deribit_word(&m, (enum deribit_word)i), 4);
		/* One byte more, less, or another one. */
		for (size_t at = 7; text[at] != '"'; at++) {
			char c = text[at];

			text[at] = c == 'z' ? 'y' : 'z';
			assert_int_equal(
			    heard_text(w, text, strlen(text)), ERR_OK);
			assert_int_equal(
			    deribit_members(&w->json, 0, &m), ERR_OK);
			assert_int_equal(m.words, 0);
			text[at] = c;
		}
	}
	assert_int_equal(heard_text(w, "{\"\":1,\"amountx\":2}", 18), ERR_OK);
	assert_int_equal(deribit_members(&w->json, 0, &m), ERR_OK);
	assert_int_equal(m.words, 0);
}

/* --- bytes -----------------------------------------------------------------
 */

static void
test_prefixes(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		const char *text = kinds[i].message;

		for (size_t len = 0; len < strlen(text); len++) {
			assert_int_not_equal(hear_bytes(w, text, len), ERR_OK);
			assert_string_equal(w->text, "");
		}
	}
}

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static void
test_flipped_bytes(void **state)
{
	struct heard *w = *state;
	char text[2048];

	for (unsigned i = 0; i < KINDS; i++) {
		unsigned most = lines_of(kinds[i].said);

		snprintf(text, sizeof(text), "%s", kinds[i].message);
		for (size_t at = 0; text[at] != '\0'; at++) {
			char c = text[at];

			for (unsigned bit = 0; bit < 8; bit++) {
				enum err e;

				text[at] = (char)(c ^ 1 << bit);
				e = hear_bytes(
				    w, text, strlen(kinds[i].message));
				assert_true(lines_of(w->text) <= most);
				/* Another flag costs no trade. */
				if (e != ERR_OK && e != ERR_UNKNOWN)
					assert_string_equal(w->text, "");
			}
			text[at] = c;
		}
	}
}

/* --- numbers ---------------------------------------------------------------
 */

static void
test_numbers(void **state)
{
	static const struct {
		const char *seq;
		const char *time;
		enum err err;
	} rows[] = {
		{ "301962622", "1.795392000213e12", ERR_OK },
		{ "3.01962622e8", "1795392000213.0", ERR_OK },
		{ "301962622.000", "1795392000213000E-3", ERR_OK },
		{ "30196262.2E+1", "17953920002.13e2", ERR_OK },
		{ "301962622.5", TIME, ERR_RANGE },
		{ "-1", TIME, ERR_RANGE },
		{ "1e19", TIME, ERR_RANGE },
		{ "2305843009213693953", TIME, ERR_RANGE },
		{ "true", TIME, ERR_SYNTAX },
		{ "1", "1795392000213.5", ERR_RANGE },
		{ "1", "-1", ERR_RANGE },
		{ "1", "9223372036855", ERR_RANGE },
		{ "1", "1795392000213000", ERR_RANGE },
		{ "1", "{}", ERR_SYNTAX },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
		    NOTE("trades.BTC-27NOV26.100ms",
			"[{\"timestamp\":%s,\"price\":9.62255e4,"
			"\"direction\":\"sell\",\"instrument_name\":"
			"\"BTC-27NOV26\",\"trade_seq\":%s,\"amount\":1E+2,"
			"\"trade_id\":\"x\"}]"),
		    rows[i].time, rows[i].seq);
		assert_int_equal(hear(w, text), rows[i].err);
		assert_string_equal(
		    w->text, rows[i].err != ERR_OK
				 ? ""
				 : "trade BTC-27NOV26 trade_id=x price=96225.5 "
				   "quantity=100 quote_quantity=100 " SAYS
				   "sell seq=301962622\n");
	}
}

/* --- trades ----------------------------------------------------------------
 */

#define ROW(name, seq, more)                                                   \
	"{\"timestamp\":" TIME ",\"price\":2,\"direction\":\"buy\","           \
	"\"instrument_name\":\"" name "\",\"trade_seq\":" seq ","              \
	"\"amount\":3,\"trade_id\":\"t" seq "\"" more "}"

static void
test_trades(void **state)
{
	struct heard *w = *state;

	assert_int_equal(hear(w, NOTE("trades.any.any.100ms", "[]")), ERR_OK);
	assert_string_equal(w->text, "");
	/* One that cannot be read leaves the others: a hole shows. */
	assert_int_equal(
	    hear(w, NOTE("trades.any.any.100ms",
			"[" ROW("BTC-PERPETUAL", "1", "") "," ROW("DOGE_USDC",
			    "1", "") ",5,{}," ROW("BTC-27NOV26-100000-C", "2",
			    ",\"iv\":41.01,\"legs\":[{\"price\":1}]") "]")),
	    ERR_TYPE);
	assert_string_equal(w->text,
	    "trade BTC-PERPETUAL trade_id=t1 price=2 quantity=3 "
	    "quote_quantity=3 " SAYS "buy seq=1\n"
	    "trade BTC-27NOV26-100000-C trade_id=t2 price=2 quantity=3 "
	    "quote_quantity=6 " SAYS "buy seq=2\n");
	assert_int_equal(
	    hear(w, NOTE("trades.x.100ms",
			"[" ROW("BTC-FS-27NOV26_PERP", "1", "") "]")),
	    ERR_OK);
	assert_non_null(strstr(w->text, " quote_quantity=3 "));
	assert_int_equal(hear(w, NOTE("trades.x.100ms",
				     "[" ROW("\\u0042TC_USDC", "1", "") "]")),
	    ERR_OK);
	assert_int_equal(w->records, 1);
	assert_int_equal(hear(w, NOTE("trades.x.100ms", "{}")), ERR_TYPE);
}

static void
test_liquidations(void **state)
{
	static const struct {
		const char *flag;
		bool taker;
		bool maker;
		enum err err;
	} rows[] = {
		{ "\"T\"", true, false, ERR_OK },
		{ "\"M\"", false, true, ERR_OK },
		{ "\"MT\"", true, true, ERR_OK },
		{ "\"none\"", false, false, ERR_UNKNOWN },
		{ "1", false, false, ERR_UNKNOWN },
		{ "null", false, false, ERR_OK },
		{ "\"\"", false, false, ERR_OK },
	};
	static const char buy[] = "liquidation BTC-PERPETUAL buy price=2 "
				  "quantity=3 value=3 "
				  "instrument_type=perpetual timestamp=";
	static const char sell[] = "liquidation BTC-PERPETUAL sell price=2 "
				   "quantity=3 value=3 "
				   "instrument_type=perpetual timestamp=";
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int wanted = 0; wanted < 2; wanted++) {
			bool taker = rows[i].taker && wanted;
			bool maker = rows[i].maker && wanted;

			w->unwanted[CHANNEL_LIQUIDATION] = !wanted;
			snprintf(text, sizeof(text),
			    NOTE("trades.x.100ms",
				"[" ROW("BTC-PERPETUAL", "1",
				    ",\"liquidation\":%s") "]"),
			    rows[i].flag);
			assert_int_equal(hear(w, text), rows[i].err);
			assert_int_equal(
			    w->records, 1 + (int)taker + (int)maker);
			assert_int_equal(strstr(w->text, buy) != NULL, taker);
			assert_int_equal(strstr(w->text, sell) != NULL, maker);
		}
	}
}

/* --- books -----------------------------------------------------------------
 */

#define BOOK(members)                                                          \
	NOTE("book.BTC-PERPETUAL.100ms",                                       \
	    "{\"timestamp\":" TIME                                             \
	    ",\"instrument_name\":\"BTC-PERPETUAL\"," members "}")
#define LEVELS "\"bids\":[],\"asks\":[[\"new\",1,2]]"

static const struct {
	const char *message;
	enum err err;
	const char *said;
} book_rows[] = {
	/* Before 2021 there was no type. */
	{ BOOK("\"change_id\":5," LEVELS), ERR_OK, " full depth" },
	{ BOOK("\"change_id\":5,\"prev_change_id\":null," LEVELS), ERR_OK,
	    " full depth" },
	{ BOOK("\"change_id\":5,\"prev_change_id\":3," LEVELS), ERR_OK,
	    " delta prev_update_id=3 " },
	/* The snapshot of an empty book. */
	{ BOOK("\"type\":\"snapshot\",\"change_id\":0,\"bids\":[],"
	       "\"asks\":[]"),
	    ERR_OK, "last_update_id=0 bids= asks= " },
	{ BOOK("\"type\":\"snapshot\",\"prev_change_id\":3,"
	       "\"change_id\":5," LEVELS),
	    ERR_OK, " full depth" },
	{ BOOK("\"type\":\"change\",\"change_id\":5," LEVELS), ERR_MISSING,
	    "" },
	{ BOOK("\"type\":\"reset\",\"change_id\":5," LEVELS), ERR_UNKNOWN, "" },
	{ BOOK("\"type\":7,\"change_id\":5," LEVELS), ERR_TYPE, "" },
	{ BOOK("\"change_id\":5,\"prev_change_id\":\"x\"," LEVELS), ERR_SYNTAX,
	    "" },
	{ BOOK("\"change_id\":-5," LEVELS), ERR_RANGE, "" },
	{ BOOK("\"change_id\":5,\"bids\":{},\"asks\":[]"), ERR_TYPE, "" },
	{ BOOK("\"change_id\":5,\"bids\":[{}],\"asks\":[]"), ERR_TYPE, "" },
	{ BOOK("\"change_id\":5,\"bids\":[[\"new\",1]],\"asks\":[]"), ERR_TYPE,
	    "" },
	{ BOOK("\"change_id\":5,\"bids\":[[1,2]],\"asks\":[]"), ERR_TYPE, "" },
	{ BOOK("\"change_id\":5,\"bids\":[[\"new\",null,1]],"
	       "\"asks\":[]"),
	    ERR_MISSING, "" },
	{ BOOK("\"change_id\":5,\"bids\":[[\"new\",1,-1]],"
	       "\"asks\":[]"),
	    ERR_RANGE, "" },
	{ BOOK("\"change_id\":5,\"bids\":[[\"mend\",1,1]],"
	       "\"asks\":[]"),
	    ERR_UNKNOWN, "" },
	/* Prices of combos may be negative. */
	{ BOOK("\"change_id\":5,\"bids\":[[\"new\",-1.5,1]],"
	       "\"asks\":[]"),
	    ERR_OK, "bids= -1.5*1 " },
	{ NOTE("book.BTC-PERPETUAL.none.20.100ms",
	      "{\"timestamp\":" TIME ",\"instrument_name\":"
	      "\"BTC-PERPETUAL\",\"change_id\":5,"
	      "\"bids\":[[1,2]],\"asks\":[]}"),
	    ERR_UNSUPPORTED, "" },
	{ NOTE("book.DOGE_USDC.none.20.100ms",
	      "{\"instrument_name\":\"DOGE_USDC\"}"),
	    ERR_OK, "" },
};

static void
test_books(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(book_rows) / sizeof(book_rows[0]);
	     i++) {
		assert_int_equal(
		    hear(w, book_rows[i].message), book_rows[i].err);
		assert_non_null(strstr(w->text, book_rows[i].said));
		assert_int_equal(w->records, book_rows[i].said[0] != '\0');
	}
}

static void
test_book_too_large(void **state)
{
	struct heard *w = *state;
	char text[4096];
	size_t len = 0;

	for (unsigned i = 0; i < HEARD_LEVELS; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "[\"new\",%u,1],", i + 1);
	for (unsigned more = 0; more < 2; more++) {
		char message[8192];

		snprintf(message, sizeof(message),
		    BOOK("\"change_id\":5,\"bids\":[%.*s],\"asks\":[%s]"),
		    (int)len - 1, text, more ? "[\"new\",100,1]" : "");
		assert_int_equal(hear(w, message), more ? ERR_FULL : ERR_OK);
		assert_int_equal(w->records, 1 - more);
	}
}

/* --- tickers and candles ---------------------------------------------------
 */

static void
test_wants(void **state)
{
	static const enum channel channels[] = { CHANNEL_TICKER,
		CHANNEL_FUNDING, CHANNEL_INTEREST };
	static const char *const lines[] = { "ticker ", "funding_rate ",
		"open_interest " };
	struct heard *w = *state;

	for (unsigned set = 0; set < 8; set++) {
		for (unsigned i = 0; i < 3; i++)
			w->unwanted[channels[i]] = !(set >> i & 1);
		assert_int_equal(hear(w, kinds[4].message), ERR_OK);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(
			    strstr(w->text, lines[i]) != NULL, set >> i & 1);
	}
}

static void
test_tickers(void **state)
{
	struct heard *w = *state;

	/* No funding is no record, and linear ones are no dollars. */
	assert_int_equal(
	    hear(w, NOTE("ticker.BTC_USDC-PERPETUAL.100ms",
			"{\"timestamp\":" TIME ",\"stats\":{\"volume_usd\":5},"
			"\"open_interest\":3,\"current_funding\":null,"
			"\"best_bid_amount\":0,\"best_bid_price\":7,"
			"\"best_ask_amount\":1}")),
	    ERR_OK);
	assert_string_equal(w->text,
	    "ticker BTC_USDC-PERPETUAL quote_volume=5 best_ask_quantity=1 "
	    "timestamp=2026-11-23T00:00:00.213000Z\n"
	    "open_interest BTC_USDC-PERPETUAL open_interest=3 "
	    "instrument_type=perpetual "
	    "timestamp=2026-11-23T00:00:00.213000Z\n");
	/* Quoted in bitcoin: dollars are another unit. */
	assert_int_equal(
	    hear(w, NOTE("ticker.ETH_BTC.100ms",
			"{\"timestamp\":" TIME ",\"stats\":{\"volume_usd\":5,"
			"\"volume\":2}}")),
	    ERR_OK);
	assert_string_equal(w->text, "ticker ETH_BTC volume=2 "
				     "timestamp=2026-11-23T00:00:00.213000Z\n");
	assert_int_equal(hear(w, NOTE("ticker.ETH_BTC.100ms",
				     "{\"timestamp\":" TIME ",\"stats\":[]}")),
	    ERR_TYPE);
	/* One number that is none: nothing of it is told. */
	assert_int_equal(hear(w, NOTE("ticker.BTC-PERPETUAL.100ms",
				     "{\"timestamp\":" TIME ",\"last_price\":1,"
				     "\"open_interest\":[]}")),
	    ERR_SYNTAX);
	assert_int_equal(w->records, 0);
	/* A premium below zero, and one that cannot be told. */
	assert_int_equal(
	    hear(w, NOTE("ticker.BTC-PERPETUAL.100ms",
			"{\"timestamp\":" TIME ",\"current_funding\":-1e-5,"
			"\"mark_price\":1.5,\"index_price\":2}")),
	    ERR_OK);
	assert_non_null(strstr(w->text,
	    "funding_rate BTC-PERPETUAL funding_rate=-0.00001 "
	    "mark_price=1.5 index_price=2 premium_index=-0.5 "));
	assert_int_equal(
	    hear(w, NOTE("ticker.BTC-PERPETUAL.100ms",
			"{\"timestamp\":" TIME ",\"current_funding\":0.0,"
			"\"mark_price\":1.5}")),
	    ERR_OK);
	assert_non_null(
	    strstr(w->text, " funding_rate=0.0 mark_price=1.5 timestamp="));
}

/* A dated future has no funding, whatever stands there; nor has an option. */
static void
test_no_funding(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, NOTE("ticker.BTC-27NOV26.100ms",
			"{\"timestamp\":" TIME ",\"last_price\":1,"
			"\"current_funding\":0.1,\"open_interest\":1.5e3}")),
	    ERR_OK);
	assert_string_equal(w->text,
	    "ticker BTC-27NOV26 last_price=1 "
	    "timestamp=2026-11-23T00:00:00.213000Z\n"
	    "open_interest BTC-27NOV26 open_interest=1500 "
	    "open_interest_value_usd=1500 instrument_type=future "
	    "timestamp=2026-11-23T00:00:00.213000Z\n");
}

static const struct {
	const char *resolution;
	const char *interval;
	const char *close;
} bar_rows[] = {
	{ "1", "1m", "00:00:59.999" },
	{ "3", "3m", "00:02:59.999" },
	{ "5", "5m", "00:04:59.999" },
	{ "10", "10m", "00:09:59.999" },
	{ "15", "15m", "00:14:59.999" },
	{ "30", "30m", "00:29:59.999" },
	{ "60", "1h", "00:59:59.999" },
	{ "120", "2h", "01:59:59.999" },
	{ "180", "3h", "02:59:59.999" },
	{ "360", "6h", "05:59:59.999" },
	{ "720", "12h", "11:59:59.999" },
	{ "1D", "1d", "23:59:59.999" },
};

static void
test_candles(void **state)
{
	static const char *const wrong[] = { "chart.trades.BTC-PERPETUAL.2",
		"chart.trades.BTC-PERPETUAL.", "chart.trades.BTC-PERPETUAL",
		"chart.trades.", "chart.trades", "chart",
		"chart.marks.BTC-PERPETUAL.1", "chart.trades..1" };
	static const char bar[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":{"
	    "\"data\":{\"tick\":%s,\"open\":1,\"high\":2,\"low\":1,"
	    "\"close\":2,\"volume\":0},\"channel\":\"%s\"}}";
	struct heard *w = *state;
	char text[512];
	char name[64];

	for (unsigned i = 0; i < sizeof(bar_rows) / sizeof(bar_rows[0]); i++) {
		snprintf(name, sizeof(name), "chart.trades.BTC-PERPETUAL.%s",
		    bar_rows[i].resolution);
		snprintf(text, sizeof(text), bar, "1.795392e12", name);
		assert_int_equal(hear(w, text), ERR_OK);
		snprintf(text, sizeof(text),
		    "kline BTC-PERPETUAL open_time=2026-11-23T00:00:00.000000Z "
		    "close_time=2026-11-23T%s000Z interval=%s open_price=1 "
		    "high_price=2 low_price=1 close_price=2 volume=0\n",
		    bar_rows[i].close, bar_rows[i].interval);
		assert_string_equal(w->text, text);
		assert_string_equal(deribit_resolution(bar_rows[i].interval),
		    bar_rows[i].resolution);
		assert_true(
		    is_among(span_of(bar_rows[i].interval), venue->intervals));
	}
	assert_null(deribit_resolution("4h"));
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), bar, "1795392000000", wrong[i]);
		assert_int_equal(hear(w, text), ERR_UNKNOWN);
	}
	snprintf(text, sizeof(text), bar, "1795392000000",
	    "chart.trades.DOGE_USDC.1");
	assert_int_equal(hear(w, text), ERR_OK);
	assert_int_equal(w->records, 0);
	snprintf(text, sizeof(text), bar, "9223372036854",
	    "chart.trades.BTC-PERPETUAL.1D");
	assert_int_equal(hear(w, text), ERR_RANGE);
}

/* --- answers ---------------------------------------------------------------
 */

static void
test_answers(void **state)
{
	static const struct {
		const char *message;
		enum err err;
		const char *said;
	} rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":["
		  "\"trades.BTC-PERPETUAL.100ms\",\"book.BTC_USDC.100ms\"],"
		  "\"usIn\":1,\"usOut\":2,\"usDiff\":1,\"testnet\":false}",
		    ERR_OK,
		    "ack 5 trades.BTC-PERPETUAL.100ms ok\n"
		    "ack 5 book.BTC_USDC.100ms ok\nack 5 - ok\n" },
		{ "{\"result\":[],\"id\":6}", ERR_OK, "ack 6 - ok\n" },
		{ "{\"result\":\"ok\",\"id\":6.0}", ERR_OK, "ack 6 - ok\n" },
		{ "{\"result\":{\"version\":\"1.2.26\"},\"id\":7}", ERR_OK,
		    "ack 7 - ok\n" },
		{ "{\"result\":null,\"id\":8}", ERR_OK, "ack 8 - ok\n" },
		{ "{\"result\":[\"a\",1],\"id\":8}", ERR_TYPE, "" },
		{ "{\"result\":[]}", ERR_MISSING, "" },
		{ "{\"result\":[],\"id\":\"x\"}", ERR_SYNTAX, "" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":5,\"error\":{\"code\":13778,"
		  "\"message\":\"raw_subscriptions_not_available_for_"
		  "unauthorized\"},\"testnet\":false}",
		    ERR_OK,
		    "ack 5 - rejected raw_subscriptions_not_available_for_"
		    "unauthorized\n" },
		{ "{\"error\":{\"data\":{\"code\":1,\"id\":[]},\"message\":"
		  "\"too_many_requests\",\"code\":10028},\"id\":7}",
		    ERR_OK, "ack 7 - rejected too_many_requests\n" },
		/* A frame that was not JSON to them. */
		{ "{\"error\":{\"message\":\"Parse \\\"x\\\"\",\"code\":"
		  "-32700}}",
		    ERR_OK, "ack -1 - rejected Parse \"x\"\n" },
		{ "{\"id\":null,\"error\":{}}", ERR_OK,
		    "ack -1 - rejected \n" },
		{ "{\"id\":1,\"error\":\"x\"}", ERR_TYPE, "" },
		{ "{\"id\":1}", ERR_MISSING, "" },
		{ "{\"id\":1,\"id\":2,\"result\":[]}", ERR_SYNTAX, "" },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(hear(w, rows[i].message), rows[i].err);
		assert_string_equal(w->text, rows[i].said);
	}
}

static void
test_other_messages(void **state)
{
	static const struct {
		const char *message;
		enum err err;
	} rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"heartbeat\",\"params\":{"
		  "\"type\":\"heartbeat\"}}",
		    ERR_OK },
		{ "{\"method\":\"heartbeat\",\"params\":{\"type\":\"beat\"}}",
		    ERR_UNKNOWN },
		{ "{\"method\":\"heartbeat\",\"params\":[]}", ERR_TYPE },
		{ "{\"method\":\"goodbye\",\"params\":{}}", ERR_UNKNOWN },
		{ "{\"method\":{},\"params\":{}}", ERR_UNKNOWN },
		{ NOTE("platform_state", "{\"locked\":true}"), ERR_OK },
		{ NOTE("platform_state.public_methods_state",
		      "{\"allow_unauthenticated_public_requests\":true}"),
		    ERR_OK },
		{ NOTE("announcements", "{}"), ERR_OK },
		{ NOTE("perpetual.BTC-PERPETUAL.100ms", "{}"), ERR_OK },
		{ NOTE("incremental_ticker.BTC-PERPETUAL", "{}"), ERR_OK },
		{ NOTE("user.trades", "{}"), ERR_UNKNOWN },
		{ NOTE("tickers.BTC-PERPETUAL.100ms", "{}"), ERR_UNKNOWN },
		{ NOTE(".", "{}"), ERR_UNKNOWN },
		{ NOTE("", "{}"), ERR_MISSING },
		{ NOTE("book", "{}"), ERR_MISSING },
		{ NOTE("ticker.", "{}"), ERR_MISSING },
		{ "{\"method\":\"subscription\",\"params\":{\"channel\":5}}",
		    ERR_TYPE },
		{ "[]", ERR_TYPE },
		{ "{}", ERR_MISSING },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(hear(w, rows[i].message), rows[i].err);
		assert_string_equal(w->text, "");
	}
	/* Instruments that are not collected, in every channel. */
	for (unsigned i = 0; i < KINDS; i++) {
		char text[2048];
		char *at;

		snprintf(text, sizeof(text), "%s", kinds[i].message);
		if (strstr(text, "\"state\":\"created\"") != NULL ||
		    strstr(text, "heartbeat") != NULL)
			continue;
		while ((at = strstr(text, "BTC")) != NULL)
			memcpy(at, "XYZ", 3);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_string_equal(w->text, "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEARD_TEST(test_each_kind),
		HEARD_TEST(test_members),
		HEARD_TEST(test_order),
		HEARD_TEST(test_member_twice),
		HEARD_TEST(test_words),
		HEARD_TEST(test_prefixes),
		HEARD_TEST(test_flipped_bytes),
		HEARD_TEST(test_numbers),
		HEARD_TEST(test_trades),
		HEARD_TEST(test_liquidations),
		HEARD_TEST(test_books),
		HEARD_TEST(test_book_too_large),
		HEARD_TEST(test_wants),
		HEARD_TEST(test_tickers),
		HEARD_TEST(test_no_funding),
		HEARD_TEST(test_candles),
		HEARD_TEST(test_answers),
		HEARD_TEST(test_other_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
