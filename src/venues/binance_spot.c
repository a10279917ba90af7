#include "venues/venue.h"

#include <string.h>

#include "codec/url.h"
#include "venues/binance.h"

/* Binance REST API, order book: the weight of a call by its limit. */
static const struct {
	uint32_t limit;
	uint32_t weight;
} depth_weights[] = {
	{ 100, 5 },
	{ 500, 25 },
	{ 1000, 50 },
	{ 5000, 250 },
};

enum {
	DEPTH_MAX = 5000,
	TRADES_MAX = 1000,
	TRADES_WEIGHT = 25,
};

/*
 * Quote assets, longest first where one ends with another.  Only the fallback:
 * the instrument list knows better (exchangeInfo).
 */
static const char *const quotes[] = { "FDUSD", "USDT", "USDC", "TUSD", "BUSD",
	"USD1", "USDP", "USDE", "EURI", "BIDR", "BVND", "IDRT", "DOGE", "BKRW",
	"EUR", "TRY", "BRL", "JPY", "ARS", "MXN", "PLN", "RON", "ZAR", "UAH",
	"GBP", "AUD", "RUB", "NGN", "CZK", "COP", "IDR", "BTC", "ETH", "BNB",
	"TRX", "XRP", "DAI", "PAX", "VAI", "SOL", "DOT", "UST", "USD" };

static void
spot_native(struct span unified, struct out *o)
{
	for (size_t i = 0; i < unified.len; i++) {
		if (unified.at[i] != '-')
			out_char(o, unified.at[i]);
	}
}

static void
spot_unified(struct span native, struct out *o)
{
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		struct span quote = span_of(quotes[i]);
		struct span base = native;

		if (native.len <= quote.len)
			continue;
		base.len = native.len - quote.len;
		if (memcmp(native.at + base.len, quote.at, quote.len) != 0)
			continue;
		out_span(o, base);
		out_char(o, '-');
		out_span(o, quote);
		return;
	}
	out_span(o, native);
}

static void
spot_stream_name(const struct stream *s, struct out *o)
{
	binance_lower(o, symbol_native(s->symbol));
	switch (s->channel) {
	case CHANNEL_TRADE:
		OUT_LITERAL(o, "@trade");
		break;
	case CHANNEL_BOOK:
		OUT_LITERAL(o, "@depth@100ms");
		break;
	case CHANNEL_KLINE:
		OUT_LITERAL(o, "@kline_");
		out_text(o, s->interval);
		break;
	case CHANNEL_TICKER:
		OUT_LITERAL(o, "@ticker");
		break;
	case CHANNEL_FUNDING:
	case CHANNEL_INTEREST:
	case CHANNEL_LIQUIDATION:
	case CHANNEL_QUOTE:
	case CHANNEL_STATUS:
	case CHANNEL_COUNT:
		break;
	}
}

static void
spot_subscribe(const struct stream *const *streams, size_t n, bool on,
    int64_t id, struct out *o, size_t *taken)
{
	binance_subscribe(spot_stream_name, streams, n, on, id, o, taken);
}

static void
spot_book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call)
{
	size_t rows = sizeof(depth_weights) / sizeof(depth_weights[0]);

	if (limit > DEPTH_MAX)
		limit = DEPTH_MAX;
	for (size_t i = rows; i-- > 0;) {
		if (limit <= depth_weights[i].limit)
			call->weight = depth_weights[i].weight;
	}
	OUT_LITERAL(path, "/api/v3/depth?symbol=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&limit=");
	out_u64(path, limit);
}

static bool
spot_trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call)
{
	if (ask->source > 0)
		return false;
	call->weight = TRADES_WEIGHT;
	OUT_LITERAL(path, "/api/v3/historicalTrades?symbol=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&fromId=");
	out_i64(path, ask->first);
	OUT_LITERAL(path, "&limit=");
	out_u64(path, ask->limit > TRADES_MAX ? TRADES_MAX : ask->limit);
	return true;
}

/* From fromId on, as many as there are (2.4.1): every id has a row. */
static enum err
spot_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page)
{
	static const struct binance_rows rows = { .absent_max = INT64_MAX };

	return binance_trades_reply(j, s, ask, &rows, from, h, page);
}

static void
spot_describe(struct symbol *s)
{
	s->market = MARKET_SPOT;
	s->unit = UNIT_BASE;
	memcpy(s->kind, "SPOT", sizeof("SPOT"));
}

static const char *const spot_routes[] = { "stream" };
static const char *const spot_trades[] = { "trade", NULL };

const struct venue venue_binance_spot = {
	.id = VENUE_binance_spot,
	.chain = CHAIN_SPAN,
	.streams_max = 1024,
	.names_max = BINANCE_NAMES_MAX,
	.sends_per_s = 5,
	.connects_per_5min = 300,
	.weight_per_min = 6000,
	.weight_header = "x-mbx-used-weight-1m",
	.routes = spot_routes,
	.route_count = 1,
	.channels = { [CHANNEL_TRADE] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_BOOK] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_KLINE] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_TICKER] = { OFFER_STREAM, 0, 0, 1 } },
	.trade_kinds = spot_trades,
	.intervals = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
	.rest_headers = "X-MBX-TIME-UNIT: MICROSECOND\r\n",
	.native = spot_native,
	.unified = spot_unified,
	.describe = spot_describe,
	.stream_name = spot_stream_name,
	.subscribe = spot_subscribe,
	.message = binance_spot_message,
	.book_call = spot_book_call,
	.book_reply = binance_book_reply,
	.trades_call = spot_trades_call,
	.trades_reply = spot_trades_reply,
	.error = binance_error,
	.book_limit_max = DEPTH_MAX,
	.trades_limit_max = TRADES_MAX,
};
