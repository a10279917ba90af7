#include "venues/venue.h"

#include <string.h>

#include "codec/url.h"
#include "venues/deribit.h"

enum {
	/*
	 * At least 10 (5.2).  A connection that is silent for a minute is
	 * replaced, or half of one where the box is told so: two of them may be
	 * late then before that happens in vain.
	 */
	HEARTBEAT_S = 15,
	/* A channel with its quotes and a comma. */
	CHANNEL_MAX = SYMBOL_MAX + sizeof("\"chart.trades..720\","),
	/* Of a request, around the channels. */
	HEAD_MAX = 128,
	TAIL_MAX = 8,
	/* The venue takes 500, of which fewer fit into a frame. */
	NAMES_MAX = (DERIBIT_REQUEST_MAX - HEAD_MAX - TAIL_MAX) / CHANNEL_MAX,
	DEPTH_MAX = 10000,
	TRADES_MAX = 1000,
	REST_GAP_MS = 100,
};

_Static_assert(NAMES_MAX >= 100 && NAMES_MAX <= 500,
    "a request has a sensible number of names");

static void
out_request(const char *method, int64_t id, struct out *o)
{
	OUT_LITERAL(o, "{\"jsonrpc\":\"2.0\",\"id\":");
	out_i64(o, id);
	OUT_LITERAL(o, ",\"method\":\"public/");
	out_text(o, method);
	OUT_LITERAL(o, "\",\"params\":{");
}

static void
greeting(int64_t id, struct out *o)
{
	out_request("set_heartbeat", id, o);
	OUT_LITERAL(o, "\"interval\":");
	out_u64(o, HEARTBEAT_S);
	OUT_LITERAL(o, "}}");
}

static void
out_channel(const char *kind, const struct stream *s, struct out *o)
{
	out_text(o, kind);
	out_span(o, symbol_native(s->symbol));
}

static void
stream_name(const struct stream *s, struct out *o)
{
	const char *resolution;

	switch (s->channel) {
	case CHANNEL_TRADE:
		out_channel("trades.", s, o);
		OUT_LITERAL(o, ".100ms");
		break;
	case CHANNEL_BOOK:
		out_channel("book.", s, o);
		OUT_LITERAL(o, ".100ms");
		break;
	case CHANNEL_TICKER:
		out_channel("ticker.", s, o);
		OUT_LITERAL(o, ".100ms");
		break;
	case CHANNEL_KLINE:
		out_channel("chart.trades.", s, o);
		out_char(o, '.');
		resolution = deribit_resolution(s->interval);
		out_text(o, resolution == NULL ? s->interval : resolution);
		break;
	case CHANNEL_QUOTE:
		out_channel("quote.", s, o);
		break;
	case CHANNEL_STATUS:
		OUT_LITERAL(o, "instrument.state.");
		out_text(o, s->group);
		OUT_LITERAL(o, ".any");
		break;
	case CHANNEL_FUNDING:
	case CHANNEL_INTEREST:
	case CHANNEL_LIQUIDATION:
	case CHANNEL_COUNT:
		break;
	}
}

static void
subscribe(const struct stream *const *streams, size_t n, bool on, int64_t id,
    struct out *o, size_t *taken)
{
	size_t i;

	out_request(on ? "subscribe" : "unsubscribe", id, o);
	OUT_LITERAL(o, "\"channels\":[");
	for (i = 0; i < n && i < NAMES_MAX; i++) {
		if (i > 0 && o->size - o->len < CHANNEL_MAX + TAIL_MAX)
			break;
		if (i > 0)
			out_char(o, ',');
		/* symbol_set lets no byte in that a string must escape. */
		out_char(o, '"');
		stream_name(streams[i], o);
		out_char(o, '"');
	}
	OUT_LITERAL(o, "]}}");
	*taken = i;
}

/* One call gives the changes of all instruments. */
static const char *
group(const struct symbol *s, enum channel c)
{
	(void)s;
	(void)c;
	return "any";
}

static bool
has(const struct symbol *s, enum channel c)
{
	switch (c) {
	case CHANNEL_FUNDING:
		return s->market == MARKET_PERPETUAL;
	case CHANNEL_INTEREST:
		/* A combo is made of contracts and has none of its own. */
		return s->market != MARKET_SPOT &&
		       strcmp(s->kind, "combo") != 0;
	case CHANNEL_LIQUIDATION:
		return s->market != MARKET_SPOT;
	case CHANNEL_TRADE:
	case CHANNEL_BOOK:
	case CHANNEL_KLINE:
	case CHANNEL_TICKER:
	case CHANNEL_STATUS:
		return true;
	case CHANNEL_QUOTE:
	case CHANNEL_COUNT:
		break;
	}
	return false;
}

static void
out_call(const char *method, const struct symbol *s, struct out *path,
    struct venue_call *call)
{
	*call = (struct venue_call){ .weight = 1, .gap_ms = REST_GAP_MS };
	OUT_LITERAL(path, "/api/v2/public/");
	out_text(path, method);
	OUT_LITERAL(path, "?instrument_name=");
	url_encode(path, symbol_native(s));
}

static void
book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call)
{
	/* What the venue takes (5.4.2). */
	static const uint32_t depths[] = { 1, 5, 10, 20, 50, 100, 1000,
		DEPTH_MAX };
	size_t i = 0;

	while (depths[i] < limit && depths[i] < DEPTH_MAX)
		i++;
	out_call("get_order_book", s, path, call);
	OUT_LITERAL(path, "&depth=");
	out_u64(path, depths[i]);
}

static bool
trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call)
{
	int64_t last;
	uint32_t limit = deribit_page(s, ask, &last);

	if (ask->source > 0)
		return false;
	out_call("get_last_trades_by_instrument", s, path, call);
	OUT_LITERAL(path, "&start_seq=");
	out_i64(path, ask->first);
	OUT_LITERAL(path, "&end_seq=");
	out_i64(path, last);
	OUT_LITERAL(path, "&count=");
	out_u64(path, limit);
	OUT_LITERAL(path, "&sorting=asc");
	return true;
}

static const char *const routes[] = { "v2" };
static const char *const trade_kinds[] = { "trade", NULL };

/*
 * Credits (5.2): a subscribe costs 3,000 of 10,000 a second, any other call 500
 * of as many; without a login less, the venue does not say how much, so half
 * and less is used.  Nor does it say how many channels a connection may have or
 * how often one may connect: 500 is what it takes in one request, and one
 * connection each five seconds cannot reach the 32 that an address may have
 * open, REST calls included.
 */
const struct venue venue_deribit = {
	.id = VENUE_deribit,
	.chain = CHAIN_PREV,
	.books_in_stream = true,
	.acks_each = true,
	.bars_open = true,
	.liquidations_late = true,
	.streams_max = 500,
	.names_max = NAMES_MAX,
	.sends_per_s = 2,
	.connects_per_5min = 60,
	.connect_gap_ms = 1000,
	.weight_per_min = 600,
	.routes = routes,
	.route_count = 1,
	.channels = { [CHANNEL_TRADE] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_BOOK] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_KLINE] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_TICKER] = { OFFER_STREAM, 0, 0, 1 },
	    [CHANNEL_FUNDING] = { OFFER_WITH, CHANNEL_TICKER, 0, 1 },
	    [CHANNEL_INTEREST] = { OFFER_WITH, CHANNEL_TICKER, 0, 1 },
	    [CHANNEL_LIQUIDATION] = { OFFER_WITH, CHANNEL_TRADE, 0, 1 },
	    [CHANNEL_STATUS] = { OFFER_GROUP, 0, 0, 1 } },
	.trade_kinds = trade_kinds,
	.intervals = "1m 3m 5m 10m 15m 30m 1h 2h 3h 6h 12h 1d",
	.native = deribit_native,
	.unified = deribit_unified,
	.describe = deribit_describe,
	.has = has,
	.group = group,
	.stream_name = stream_name,
	.subscribe = subscribe,
	.greeting = greeting,
	.message = deribit_message,
	.book_call = book_call,
	.book_reply = deribit_book_reply,
	.trades_call = trades_call,
	.trades_reply = deribit_trades_reply,
	.funding_call = deribit_funding_call,
	.funding_reply = deribit_funding_reply,
	.error = deribit_error,
	.book_limit_max = DEPTH_MAX,
	.trades_limit_max = TRADES_MAX,
};
