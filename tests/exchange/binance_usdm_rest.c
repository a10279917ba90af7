#include "binance_usdm.h"

#include <stdio.h>

enum {
	DEPTH_DEFAULT = 500,
	DEPTH_MAX = 1000,
	TRADES_DEFAULT = 500,
	TRADES_MAX = 1000,
	OLD_TRADES_DEFAULT = 100,
	OLD_TRADES_MAX = 500,
	KLINES_DEFAULT = 500,
	KLINES_MAX = 1500,
	ROW_BYTES = 2048,
};

static int64_t
depth_weight(int64_t limit)
{
	return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
}

static void
get_depth(struct rest_call *k)
{
	int64_t limit = call_limit(k, DEPTH_DEFAULT, DEPTH_MAX);
	long long now = k->sim->wall_us / 1000;
	char times[96];

	if (!call_admit(k, depth_weight(limit)) || !call_symbol(k))
		return;
	snprintf(times, sizeof(times), "\"E\":%lld,\"T\":%lld,", now, now - 2);
	binance_reply_book(k, limit, times);
}

static char *
write_trade_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	*p++ = '{';
	p = binance_trade_row(p, s, t, micro);
	return PUT(p, ",\"isRPITrade\":false}");
}

static char *
write_agg_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	*p++ = '{';
	p = binance_agg_row(p, s, t, micro);
	*p++ = ',';
	p = binance_qty(p, "nq", s, t->qty);
	*p++ = '}';
	return p;
}

static void
get_trades(struct rest_call *k)
{
	if (call_admit(k, 5) && call_symbol(k))
		binance_reply_trades(k, -1,
		    call_limit(k, TRADES_DEFAULT, TRADES_MAX), write_trade_row);
}

static void
get_historical_trades(struct rest_call *k)
{
	char key[128];

	if (!call_admit(k, 20))
		return;
	if (k->sim->opt.key_required &&
	    !request_header(k->request, "X-MBX-APIKEY", key, sizeof(key))) {
		call_fail(k, 401, -2014, "API-key format invalid.");
		return;
	}
	if (call_symbol(k))
		binance_reply_trades(k,
		    request_number(k->request, "fromId", -1),
		    call_limit(k, OLD_TRADES_DEFAULT, OLD_TRADES_MAX),
		    write_trade_row);
}

static void
get_agg_trades(struct rest_call *k)
{
	if (call_admit(k, 20) && call_symbol(k))
		binance_reply_agg_trades(k,
		    call_limit(k, TRADES_DEFAULT, TRADES_MAX), write_agg_row);
}

static int64_t
klines_weight(int64_t limit)
{
	return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10;
}

static void
get_klines(struct rest_call *k)
{
	int64_t limit = call_limit(k, KLINES_DEFAULT, KLINES_MAX);

	if (call_admit(k, klines_weight(limit)) && call_symbol(k))
		binance_reply_klines(k, limit, false);
}

static void
add_day(struct rest_call *k, const struct symbol *s)
{
	char *p = buf_room(&k->body, ROW_BYTES);

	*p++ = '{';
	p = binance_day_row(p, s, k->sim->wall_us, false);
	*p++ = ',';
	p = binance_qty(p, "lastQty", s, s->day.last.qty);
	*p++ = '}';
	k->body.len = (size_t)(p - k->body.data);
}

static void
get_day(struct rest_call *k)
{
	const struct market *m = &k->sim->market;
	char name[NAME_MAX_BYTES];
	bool one = request_query(k->request, "symbol", name, sizeof(name));

	if (!call_admit(k, one ? 1 : 40) || (one && !call_symbol(k)))
		return;
	if (one) {
		add_day(k, k->symbol);
		call_reply(k, 200, "");
		return;
	}
	for (int i = 0; i < m->count; i++) {
		buf_text(&k->body, i ? "," : "[");
		add_day(k, &m->symbol[i]);
	}
	buf_text(&k->body, "]");
	call_reply(k, 200, "");
}

/* Both families take symbols of both kinds; each lists its own. */
static const struct rest_route routes[] = {
	{ "/fapi/v1/ping", binance_get_ping },
	{ "/fapi/v1/time", binance_get_time },
	{ "/fapi/v1/exchangeInfo", usdm_get_info },
	{ "/fapi/v1/depth", get_depth },
	{ "/fapi/v1/trades", get_trades },
	{ "/fapi/v1/historicalTrades", get_historical_trades },
	{ "/fapi/v1/aggTrades", get_agg_trades },
	{ "/fapi/v1/klines", get_klines },
	{ "/fapi/v1/premiumIndex", usdm_get_premium },
	{ "/fapi/v1/fundingRate", usdm_get_funding },
	{ "/fapi/v1/fundingInfo", usdm_get_funding_info },
	{ "/fapi/v1/openInterest", usdm_get_interest },
	{ "/fapi/v1/ticker/24hr", get_day },
	{ "/dapi/v1/exchangeInfo", usdm_get_coin_info },
	{ "/dapi/v1/depth", get_depth },
	{ "/dapi/v1/trades", get_trades },
	{ "/dapi/v1/historicalTrades", get_historical_trades },
	{ "/dapi/v1/aggTrades", get_agg_trades },
	{ "/dapi/v1/klines", get_klines },
	{ "/dapi/v1/openInterest", usdm_get_interest },
};

/* Times are always milliseconds, and nothing says how long to wait. */
static const struct rest_venue venue = {
	.routes = routes,
	.count = sizeof(routes) / sizeof(*routes),
};

void
usdm_request(struct sim *sim, struct conn *c, const struct request *r)
{
	binance_request(sim, c, r, &venue);
}
