#define _GNU_SOURCE
#include <stdlib.h>

#include "binance_rest.h"
#include "binance_spot.h"

enum {
	DEPTH_DEFAULT = 100,
	DEPTH_MAX = 5000,
	ROWS_DEFAULT = 500,
	ROWS_MAX = 1000,
	DAY_BYTES = 2048,
};

static void
add_symbol_info(struct buf *b, const struct symbol *s)
{
	buf_print(b,
	    "{\"symbol\":\"%s\",\"status\":\"%s\",\"baseAsset\":\"%s\","
	    "\"baseAssetPrecision\":8,\"quoteAsset\":\"%s\","
	    "\"quotePrecision\":8,\"quoteAssetPrecision\":8,"
	    "\"orderTypes\":[\"LIMIT\",\"MARKET\"],"
	    "\"isSpotTradingAllowed\":true,",
	    s->name, s->gone ? "BREAK" : "TRADING", s->base, s->quote);
	binance_add_filters(b, s);
	buf_text(b, "\"permissions\":[],\"permissionSets\":[[\"SPOT\"]],"
		    "\"defaultSelfTradePreventionMode\":\"EXPIRE_MAKER\"}");
}

/* symbol=A or symbols=["A","B"]; false: one of them is not known. */
static bool
list_infos(struct rest_call *k, char *list)
{
	const char *comma = "";
	char *state = NULL;

	for (char *name = strtok_r(list, "[]\", ", &state); name;
	     name = strtok_r(NULL, "[]\", ", &state)) {
		struct symbol *s =
		    market_find(&k->sim->market, name, strlen(name));

		if (!s)
			return false;
		buf_text(&k->body, comma);
		add_symbol_info(&k->body, s);
		comma = ",";
	}
	return true;
}

static void
get_exchange_info(struct rest_call *k)
{
	const struct market *m = &k->sim->market;
	static char list[URL_MAX];

	if (!call_admit(k, 20))
		return;
	binance_add_limits(k);
	buf_text(&k->body,
	    ",{\"rateLimitType\":\"RAW_REQUESTS\",\"interval\":\"MINUTE\","
	    "\"intervalNum\":5,\"limit\":300000}],"
	    "\"exchangeFilters\":[],\"symbols\":[");
	if (request_query(k->request, "symbol", list, sizeof(list)) ||
	    request_query(k->request, "symbols", list, sizeof(list))) {
		if (!list_infos(k, list)) {
			call_fail(k, 400, -1121, "Invalid symbol.");
			return;
		}
	} else {
		for (int i = 0; i < m->count; i++) {
			buf_text(&k->body, i ? "," : "");
			add_symbol_info(&k->body, &m->symbol[i]);
		}
	}
	buf_text(&k->body, "]}");
	call_reply(k, 200, "");
}

static int64_t
depth_weight(int64_t limit)
{
	return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
}

static void
get_depth(struct rest_call *k)
{
	int64_t limit = call_limit(k, DEPTH_DEFAULT, DEPTH_MAX);

	if (call_admit(k, depth_weight(limit)) && call_symbol(k))
		binance_reply_book(k, limit, "");
}

static char *
write_trade_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	*p++ = '{';
	p = binance_trade_row(p, s, t, micro);
	return PUT(p, ",\"isBestMatch\":true}");
}

static char *
write_agg_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	*p++ = '{';
	p = binance_agg_row(p, s, t, micro);
	return PUT(p, ",\"M\":true}");
}

static void
get_trades(struct rest_call *k)
{
	if (call_admit(k, 25) && call_symbol(k))
		binance_reply_trades(k, -1,
		    call_limit(k, ROWS_DEFAULT, ROWS_MAX), write_trade_row);
}

static void
get_historical_trades(struct rest_call *k)
{
	if (call_admit(k, 25) && call_symbol(k))
		binance_reply_trades(k,
		    request_number(k->request, "fromId", -1),
		    call_limit(k, ROWS_DEFAULT, ROWS_MAX), write_trade_row);
}

static void
get_agg_trades(struct rest_call *k)
{
	if (call_admit(k, 4) && call_symbol(k))
		binance_reply_agg_trades(
		    k, call_limit(k, ROWS_DEFAULT, ROWS_MAX), write_agg_row);
}

static void
get_klines(struct rest_call *k)
{
	if (call_admit(k, 2) && call_symbol(k))
		binance_reply_klines(
		    k, call_limit(k, ROWS_DEFAULT, ROWS_MAX), true);
}

static void
get_day(struct rest_call *k)
{
	char *p;

	if (!call_admit(k, 2) || !call_symbol(k))
		return;
	p = buf_room(&k->body, DAY_BYTES);
	*p++ = '{';
	p = binance_day_row(p, k->symbol, k->sim->wall_us, k->micro);
	*p++ = '}';
	k->body.len = (size_t)(p - k->body.data);
	call_reply(k, 200, "");
}

static const struct rest_route routes[] = {
	{ "/api/v3/ping", binance_get_ping },
	{ "/api/v3/time", binance_get_time },
	{ "/api/v3/exchangeInfo", get_exchange_info },
	{ "/api/v3/depth", get_depth },
	{ "/api/v3/trades", get_trades },
	{ "/api/v3/historicalTrades", get_historical_trades },
	{ "/api/v3/aggTrades", get_agg_trades },
	{ "/api/v3/klines", get_klines },
	{ "/api/v3/ticker/24hr", get_day },
};

static const struct rest_venue venue = {
	.routes = routes,
	.count = sizeof(routes) / sizeof(*routes),
	.micro = true,
	.retry_after = true,
};

void
binance_spot_request(struct sim *sim, struct conn *c, const struct request *r)
{
	binance_request(sim, c, r, &venue);
}
