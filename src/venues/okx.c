#include "venues/okx.h"

enum {
	/*
	 * Streams in one request: with names of SYMBOL_MAX bytes each takes up
	 * to ARG_MAX, all together less than 16 KiB.  The venue takes 64 KB
	 * (4.2).
	 */
	NAMES_MAX = 140,
	/* {"channel":"liquidation-orders","instType":""}, and as many bytes as
	 * the longest name has. */
	ARG_MAX = 48 + SYMBOL_MAX,
	/* ]} */
	FRAME_TAIL = 2,
	/* No limit is documented (4.2); as many as Binance has. */
	STREAMS_MAX = 1024,
	/* 4.2: "fewer than 30". */
	BOOKS_MAX = 25,
	/* 4.2: three a second. */
	CONNECT_GAP_MS = 400,
	CONNECTS_PER_5MIN = 3 * 300,
	SENDS_PER_HOUR = 480,
	/* Not documented for requests; connections may come as fast. */
	SENDS_PER_S = 3,
	/* okx_rest.c has the weights. */
	WEIGHT_PER_MIN = 1200,
	/*
	 * The venue closes a connection on which nothing went for 30 s, so the
	 * ping must be there before: 25 s is the ceiling, and would leave a
	 * stalled link 5 s.
	 */
	KEEPALIVE_MS = 20 * 1000,
};

/* Bits of struct venue_channel routes. */
enum {
	ON_PUBLIC = 1 << OKX_PUBLIC,
	ON_BUSINESS = 1 << OKX_BUSINESS,
};

static const char *const routes[] = { "public", "business" };
static const char *const trade_kinds[] = {
	[OKX_TRADES] = "trades",
	[OKX_TRADES_ALL] = "trades-all",
	NULL,
};

static void
out_channel(const struct stream *s, struct out *o)
{
	const struct okx_bar *bar;

	switch (s->channel) {
	case CHANNEL_TRADE:
		out_text(o, trade_kinds[s->trades]);
		break;
	case CHANNEL_BOOK:
		OUT_LITERAL(o, "books");
		break;
	case CHANNEL_KLINE:
		OUT_LITERAL(o, "candle");
		bar = okx_bar_interval(s->interval);
		out_text(o, bar == NULL ? s->interval : bar->native);
		break;
	case CHANNEL_TICKER:
		OUT_LITERAL(o, "tickers");
		break;
	case CHANNEL_FUNDING:
		OUT_LITERAL(o, "funding-rate");
		break;
	case CHANNEL_INTEREST:
		OUT_LITERAL(o, "open-interest");
		break;
	case CHANNEL_LIQUIDATION:
		OUT_LITERAL(o, "liquidation-orders");
		break;
	case CHANNEL_STATUS:
		OUT_LITERAL(o, "instruments");
		break;
	case CHANNEL_QUOTE:
	case CHANNEL_COUNT:
		break;
	}
}

static void
out_target(const struct stream *s, struct out *o)
{
	if (s->symbol != NULL)
		out_span(o, symbol_native(s->symbol));
	else
		out_text(o, s->group);
}

/* "trades:BTC-USDT", "liquidation-orders:SWAP"; okx_message.c makes the same of
 * what an answer says. */
static void
okx_stream_name(const struct stream *s, struct out *o)
{
	out_channel(s, o);
	out_char(o, ':');
	out_target(s, o);
}

/* symbol_set lets no byte in that a string must escape. */
static void
out_arg(const struct stream *s, struct out *o)
{
	OUT_LITERAL(o, "{\"channel\":\"");
	out_channel(s, o);
	out_text(
	    o, s->symbol != NULL ? "\",\"instId\":\"" : "\",\"instType\":\"");
	out_target(s, o);
	OUT_LITERAL(o, "\"}");
}

static void
okx_subscribe(const struct stream *const *streams, size_t n, bool on,
    int64_t id, struct out *o, size_t *taken)
{
	size_t i;

	OUT_LITERAL(o, "{\"id\":\"");
	out_i64(o, id);
	OUT_LITERAL(o, "\",\"op\":\"");
	out_text(o, on ? "subscribe" : "unsubscribe");
	OUT_LITERAL(o, "\",\"args\":[");
	for (i = 0; i < n && i < NAMES_MAX; i++) {
		if (i > 0 && o->size - o->len < 1 + ARG_MAX + FRAME_TAIL)
			break;
		if (i > 0)
			out_char(o, ',');
		out_arg(streams[i], o);
	}
	OUT_LITERAL(o, "]}");
	*taken = i;
}

/* Bare text, and the venue may ask as well (4.2). */
static bool
okx_plain(struct span text)
{
	return span_is(text, "pong") || span_is(text, "ping");
}

static unsigned
okx_route(const struct stream *s)
{
	if (s->channel == CHANNEL_KLINE ||
	    (s->channel == CHANNEL_TRADE && s->trades == OKX_TRADES_ALL))
		return OKX_BUSINESS;
	return OKX_PUBLIC;
}

const struct venue venue_okx = {
	.id = VENUE_okx,
	.chain = CHAIN_PREV,
	.books_in_stream = true,
	.streams_max = STREAMS_MAX,
	.books_max = BOOKS_MAX,
	.names_max = NAMES_MAX,
	.sends_per_s = SENDS_PER_S,
	.sends_per_hour = SENDS_PER_HOUR,
	.connects_per_5min = CONNECTS_PER_5MIN,
	.connect_gap_ms = CONNECT_GAP_MS,
	.weight_per_min = WEIGHT_PER_MIN,
	.routes = routes,
	.route_count = OKX_ROUTES,
	.channels = { [CHANNEL_TRADE] = { OFFER_STREAM, 0, OKX_PUBLIC,
			  ON_PUBLIC },
	    [CHANNEL_BOOK] = { OFFER_STREAM, 0, OKX_PUBLIC, ON_PUBLIC },
	    [CHANNEL_KLINE] = { OFFER_STREAM, 0, OKX_BUSINESS, ON_BUSINESS },
	    [CHANNEL_TICKER] = { OFFER_STREAM, 0, OKX_PUBLIC, ON_PUBLIC },
	    [CHANNEL_FUNDING] = { OFFER_STREAM, 0, OKX_PUBLIC, ON_PUBLIC },
	    [CHANNEL_INTEREST] = { OFFER_STREAM, 0, OKX_PUBLIC, ON_PUBLIC },
	    [CHANNEL_LIQUIDATION] = { OFFER_GROUP, 0, OKX_PUBLIC, ON_PUBLIC },
	    [CHANNEL_STATUS] = { OFFER_GROUP, 0, OKX_PUBLIC, ON_PUBLIC } },
	.trade_kinds = trade_kinds,
	.intervals = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 2d 3d 5d 1w 1M 3M",
	.keepalive_ms = KEEPALIVE_MS,
	.keepalive = "ping",
	.native = okx_native,
	.unified = okx_unified,
	.describe = okx_describe,
	.has = okx_has,
	.group = okx_group,
	.route = okx_route,
	.stream_name = okx_stream_name,
	.subscribe = okx_subscribe,
	.plain = okx_plain,
	.message = okx_message,
	.checksum = okx_checksum,
	.book_call = okx_book_call,
	.book_reply = okx_book_reply,
	.trades_call = okx_trades_call,
	.trades_reply = okx_trades_reply,
	.funding_call = okx_funding_call,
	.funding_reply = okx_funding_reply,
	.error = okx_error,
	.book_limit_max = OKX_BOOK_MAX,
	.trades_limit_max = OKX_TRADES_MAX,
};
