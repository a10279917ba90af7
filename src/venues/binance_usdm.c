#include "venues/binance.h"

#include "codec/url.h"

/* Base paths of the WebSocket; a stream asked for on the wrong one is
 * acknowledged and silent for ever (3.1). */
enum {
	ROUTE_PUBLIC,
	ROUTE_MARKET,
	ROUTE_COUNT,
	ON_PUBLIC = 1 << ROUTE_PUBLIC,
	ON_MARKET = 1 << ROUTE_MARKET,
};

enum {
	DEPTH_MAX = 1000,
	TRADES_MAX = 1000,
	/* fromId of historicalTrades and aggTrades (3.4.1). */
	HISTORY_MAX = 500,
	HISTORY_WEIGHT = 20,
	AGGREGATES_WEIGHT = 20,
	NEWEST_WEIGHT = 5,
	INTEREST_WEIGHT = 1,
	/*
	 * REST has no rows for ids that were no trades and for fills off the
	 * book, a few in a row; historicalTrades reach back a month and
	 * aggTrades a year.
	 */
	ABSENT_MAX = 1000,
};

/* The limits there are, and what they weigh (3.4.2). */
static const struct {
	uint32_t limit;
	uint32_t weight;
} depths[] = {
	{ 5, 2 },
	{ 10, 2 },
	{ 20, 2 },
	{ 50, 2 },
	{ 100, 5 },
	{ 500, 10 },
	{ DEPTH_MAX, 20 },
};

/* What each call for trades answers with. */
static const struct binance_rows from_id = { .absent_max = ABSENT_MAX };
static const struct binance_rows newest = { .newest = true };
static const struct binance_rows aggregates = { .aggregate = true,
	.absent_max = ABSENT_MAX };

/* Aggregates come on the other route than trades (3.1). */
static unsigned
usdm_route(const struct stream *s)
{
	if (s->channel == CHANNEL_TRADE && s->trades == BINANCE_USDM_AGG_TRADE)
		return ROUTE_MARKET;
	return venue_binance_usdm.channels[s->channel].route;
}

/*
 * Without a snapshot there is no book, and the depth and openInterest of this
 * host are not known to take symbols of COIN-M (3.2); dated contracts are not
 * funded (3.4.5).
 */
static bool
usdm_has(const struct symbol *s, enum channel c)
{
	switch (c) {
	case CHANNEL_BOOK:
	case CHANNEL_INTEREST:
		return !s->inverse;
	case CHANNEL_FUNDING:
		return s->market == MARKET_PERPETUAL;
	case CHANNEL_TRADE:
	case CHANNEL_KLINE:
	case CHANNEL_TICKER:
	case CHANNEL_LIQUIDATION:
	case CHANNEL_QUOTE:
	case CHANNEL_STATUS:
		return true;
	case CHANNEL_COUNT:
		break;
	}
	return false;
}

/* Both platforms together (3.2). */
static const char *
usdm_group(const struct symbol *s, enum channel c)
{
	(void)s;
	(void)c;
	return "all";
}

static void
usdm_stream_name(const struct stream *s, struct out *o)
{
	static const char *const tails[CHANNEL_COUNT] = {
		[CHANNEL_BOOK] = "@depth@100ms",
		[CHANNEL_KLINE] = "@kline_",
		[CHANNEL_TICKER] = "@ticker",
		[CHANNEL_FUNDING] = "@markPrice@1s",
		[CHANNEL_LIQUIDATION] = "!forceOrder@arr",
		[CHANNEL_QUOTE] = "@bookTicker",
		[CHANNEL_STATUS] = "!contractInfo",
	};
	static const char *const trades[] = {
		[BINANCE_USDM_TRADE] = "@trade",
		[BINANCE_USDM_AGG_TRADE] = "@aggTrade",
	};

	if (s->symbol != NULL)
		binance_lower(o, symbol_native(s->symbol));
	if (s->channel == CHANNEL_TRADE)
		out_text(o, trades[s->trades]);
	else if (tails[s->channel] != NULL)
		out_text(o, tails[s->channel]);
	if (s->channel == CHANNEL_KLINE)
		out_text(o, s->interval);
}

static void
usdm_subscribe(const struct stream *const *streams, size_t n, bool on,
    int64_t id, struct out *o, size_t *taken)
{
	binance_subscribe(usdm_stream_name, streams, n, on, id, o, taken);
}

static void
put_call(struct out *path, const char *what, const struct symbol *s)
{
	out_text(path, what);
	OUT_LITERAL(path, "?symbol=");
	url_encode(path, symbol_native(s));
}

static void
put_number(struct out *path, const char *name, int64_t value)
{
	out_char(path, '&');
	out_text(path, name);
	out_char(path, '=');
	out_i64(path, value);
}

static void
usdm_book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call)
{
	unsigned i = 0;

	while (depths[i].limit < limit && depths[i].limit < DEPTH_MAX)
		i++;
	call->weight = depths[i].weight;
	put_call(path, "/fapi/v1/depth", s);
	put_number(path, "limit", depths[i].limit);
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* historicalTrades may ask for an API key (3.4.1); trades are the newest. */
static bool
usdm_trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call)
{
	bool aggregate = ask->trades == BINANCE_USDM_AGG_TRADE;

	if (s->inverse || ask->source > (aggregate ? 0U : 1U))
		return false;
	if (ask->source == 1) {
		call->weight = NEWEST_WEIGHT;
		put_call(path, "/fapi/v1/trades", s);
		put_number(path, "limit", TRADES_MAX);
		return true;
	}
	call->weight = aggregate ? AGGREGATES_WEIGHT : HISTORY_WEIGHT;
	put_call(path,
	    aggregate ? "/fapi/v1/aggTrades" : "/fapi/v1/historicalTrades", s);
	put_number(path, "fromId", ask->first);
	put_number(path, "limit",
	    smaller(ask->limit, aggregate ? TRADES_MAX : HISTORY_MAX));
	return true;
}

static enum err
usdm_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page)
{
	const struct binance_rows *rows = &from_id;

	if (ask->trades == BINANCE_USDM_AGG_TRADE)
		rows = &aggregates;
	else if (ask->source == 1)
		rows = &newest;
	return binance_trades_reply(j, s, ask, rows, from, h, page);
}

static void
usdm_poll_call(const struct symbol *s, enum channel c, struct out *path,
    struct venue_call *call)
{
	(void)c;
	call->weight = INTEREST_WEIGHT;
	put_call(path, "/fapi/v1/openInterest", s);
}

/* A reply that names another symbol is not about this one. */
static enum err
check_symbol(const struct json *j, int token, const struct symbol *s)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	enum err e = binance_native(j, token, buf, &native);

	if (e == ERR_OK && !span_eq(native, symbol_native(s)))
		e = ERR_PROTOCOL;
	return e;
}

static enum err
usdm_poll_reply(struct json *j, const struct symbol *s, enum channel c,
    const struct origin *from, struct venue_host *h)
{
	struct binance_members m;
	struct open_interest i;
	enum err e = binance_members(j, 0, &m);

	if (e != ERR_OK)
		return e;
	record_init(RECORD_open_interest, &i);
	BINANCE_NAME(&i, s, from);
	i.backfill = BOOL_TRUE;
	if (s->kind[0] != '\0')
		i.instrument_type = span_of(s->kind);
	e = check_symbol(j, binance_word(&m, BINANCE_SYMBOL), s);
	if (e == ERR_OK)
		e = json_dec(j, binance_word(&m, BINANCE_OPEN_INTEREST),
		    &i.open_interest);
	if (e == ERR_OK)
		e = binance_time(
		    j, binance_word(&m, BINANCE_TIME), &i.timestamp);
	if (e == ERR_OK)
		h->record(h, s, c, RECORD_open_interest, &i, NULL);
	return e;
}

static const char *const usdm_routes[ROUTE_COUNT] = {
	[ROUTE_PUBLIC] = "public",
	[ROUTE_MARKET] = "market",
};
static const char *const usdm_trades[] = {
	[BINANCE_USDM_TRADE] = "trade",
	[BINANCE_USDM_AGG_TRADE] = "aggTrade",
	NULL,
};

const struct venue venue_binance_usdm = {
	.id = VENUE_binance_usdm,
	.chain = CHAIN_PREV,
	.streams_max = 1024,
	.names_max = BINANCE_NAMES_MAX,
	.sends_per_s = 10,
	/* Not documented for futures; the figure of spot (3.3). */
	.connects_per_5min = 300,
	.weight_per_min = 2400,
	.weight_header = "x-mbx-used-weight-1m",
	.routes = usdm_routes,
	.route_count = ROUTE_COUNT,
	/* The trade stream is in no document; where it comes may change. */
	.channels = { [CHANNEL_TRADE] = { OFFER_STREAM, 0, ROUTE_PUBLIC,
			  ON_PUBLIC | ON_MARKET },
	    [CHANNEL_BOOK] = { OFFER_STREAM, 0, ROUTE_PUBLIC, ON_PUBLIC },
	    [CHANNEL_KLINE] = { OFFER_STREAM, 0, ROUTE_MARKET, ON_MARKET },
	    [CHANNEL_TICKER] = { OFFER_STREAM, 0, ROUTE_MARKET, ON_MARKET },
	    [CHANNEL_FUNDING] = { OFFER_STREAM, 0, ROUTE_MARKET, ON_MARKET },
	    [CHANNEL_INTEREST] = { OFFER_POLL, 0, 0, 0 },
	    [CHANNEL_LIQUIDATION] = { OFFER_GROUP, 0, ROUTE_MARKET, ON_MARKET },
	    [CHANNEL_QUOTE] = { OFFER_STREAM, 0, ROUTE_PUBLIC, ON_PUBLIC },
	    [CHANNEL_STATUS] = { OFFER_GROUP, 0, ROUTE_MARKET, ON_MARKET } },
	.trade_kinds = usdm_trades,
	.intervals = "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
	.native = binance_usdm_native,
	.unified = binance_usdm_unified,
	.describe = binance_usdm_describe,
	.has = usdm_has,
	.route = usdm_route,
	.group = usdm_group,
	.stream_name = usdm_stream_name,
	.subscribe = usdm_subscribe,
	.message = binance_usdm_message,
	.book_call = usdm_book_call,
	.book_reply = binance_book_reply,
	.trades_call = usdm_trades_call,
	.trades_reply = usdm_trades_reply,
	.poll_call = usdm_poll_call,
	.poll_reply = usdm_poll_reply,
	.funding_call = binance_usdm_funding_call,
	.funding_reply = binance_usdm_funding_reply,
	.error = binance_error,
	.book_limit_max = DEPTH_MAX,
	.trades_limit_max = TRADES_MAX,
};
