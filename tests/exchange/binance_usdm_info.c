#include "binance_usdm.h"

#include "contracts.h"
#include "ledger.h"

enum {
	ROW_BYTES = 512,
	RATES_DEFAULT = 100,
	RATES_MAX = 1000,
	/* fundingRate and fundingInfo together. */
	FUNDING_CALLS = 500,
	FUNDING_WINDOW_MS = 300000,
	/* How much history of funding there is. */
	HISTORY_HOURS = 24 * 60,
	LISTED_DAYS = 400,
};

#define HOUR_MS INT64_C(3600000)

/* --- exchangeInfo --- */

static void
add_info(struct rest_call *k, const struct symbol *s)
{
	struct buf *b = &k->body;
	int64_t now = k->sim->wall_us;

	buf_print(b,
	    "{\"symbol\":\"%s\",\"pair\":\"%s\",\"contractType\":\"%s\","
	    "\"deliveryDate\":%lld,\"onboardDate\":%lld,\"%s\":\"%s\",",
	    s->name, s->pair, usdm_contract_type(s, now),
	    (long long)usdm_delivery(s),
	    (long long)(now / 1000 - LISTED_DAYS * 24 * HOUR_MS),
	    s->inverse ? "contractStatus" : "status",
	    s->gone ? "CLOSE" : "TRADING");
	if (s->inverse)
		buf_print(b, "\"contractSize\":%lld,",
		    (long long)(s->contract / UNIT));
	buf_print(b,
	    "\"baseAsset\":\"%s\",\"quoteAsset\":\"%s\",\"marginAsset\":\"%s\","
	    "\"baseAssetPrecision\":8,\"quotePrecision\":8,"
	    "\"underlyingType\":\"COIN\",\"underlyingSubType\":[],"
	    "\"liquidationFee\":\"0.012500\",\"marketTakeBound\":\"0.05\",",
	    s->base, s->quote, s->settle);
	binance_add_filters(b, s);
	buf_text(b, "\"orderTypes\":[\"LIMIT\",\"MARKET\",\"STOP\"],"
		    "\"timeInForce\":[\"GTC\",\"IOC\",\"FOK\",\"GTX\"]}");
}

/* Announced, but not yet there: its type is not known. */
static void
add_pending(struct rest_call *k)
{
	int64_t now = k->sim->wall_us / 1000;

	buf_print(&k->body,
	    "{\"symbol\":\"SOONUSDT\",\"pair\":\"SOONUSDT\","
	    "\"contractType\":\"\",\"deliveryDate\":4133404800000,"
	    "\"onboardDate\":%lld,\"status\":\"PENDING_TRADING\","
	    "\"baseAsset\":\"SOON\",\"quoteAsset\":\"USDT\","
	    "\"marginAsset\":\"USDT\",\"baseAssetPrecision\":8,"
	    "\"quotePrecision\":8,\"underlyingType\":\"COIN\","
	    "\"underlyingSubType\":[],\"filters\":[],\"orderTypes\":[],"
	    "\"timeInForce\":[]}",
	    (long long)(now + 24 * HOUR_MS));
}

static void
reply_info(struct rest_call *k, bool inverse)
{
	const struct market *m = &k->sim->market;
	const char *comma = "";

	if (!call_admit(k, 1))
		return;
	binance_add_limits(k);
	buf_text(&k->body, "],\"exchangeFilters\":[],\"assets\":[],"
			   "\"symbols\":[");
	for (int i = 0; i < m->count; i++) {
		if (m->symbol[i].inverse != inverse)
			continue;
		buf_text(&k->body, comma);
		add_info(k, &m->symbol[i]);
		comma = ",";
	}
	if (!inverse) {
		buf_text(&k->body, comma);
		add_pending(k);
	}
	buf_text(&k->body, "]}");
	call_reply(k, 200, "");
}

void
usdm_get_info(struct rest_call *k)
{
	reply_info(k, false);
}

void
usdm_get_coin_info(struct rest_call *k)
{
	reply_info(k, true);
}

/* --- marks and funding --- */

static char *
put_premium(char *p, const struct symbol *s)
{
	const struct mark *m = &s->mark;

	p = PUT(p, "{\"symbol\":\"");
	p = put_text(p, s->name);
	p = PUT(p, "\",");
	p = binance_amount(p, "markPrice", m->mark, 1);
	*p++ = ',';
	p = binance_amount(p, "indexPrice", m->index, 1);
	*p++ = ',';
	p = binance_amount(
	    p, "estimatedSettlePrice", m->index + s->price_unit / 2, 1);
	*p++ = ',';
	if (s->funding_hours)
		p = binance_amount(p, "lastFundingRate", m->rate, 1);
	else
		p = PUT(p, "\"lastFundingRate\":\"\"");
	p = PUT(p, ",\"interestRate\":\"0.00010000\",");
	p = binance_number(p, "nextFundingTime", m->next / 1000);
	*p++ = ',';
	p = binance_number(p, "time", m->time / 1000);
	*p++ = '}';
	return p;
}

void
usdm_get_premium(struct rest_call *k)
{
	const struct market *m = &k->sim->market;
	char name[NAME_MAX_BYTES];
	bool one = request_query(k->request, "symbol", name, sizeof(name));
	char *p;

	if (!call_admit(k, one ? 1 : 10) || (one && !call_symbol(k)))
		return;
	p = buf_room(&k->body, (size_t)(m->count + 1) * ROW_BYTES);
	if (one) {
		p = put_premium(p, k->symbol);
	} else {
		*p++ = '[';
		for (int i = 0; i < m->count; i++) {
			if (i)
				*p++ = ',';
			p = put_premium(p, &m->symbol[i]);
		}
		*p++ = ']';
	}
	k->body.len = (size_t)(p - k->body.data);
	call_reply(k, 200, "");
}

static bool
admit_funding(struct rest_call *k)
{
	if (!call_admit(k, 0))
		return false;
	if (limits_rate(k->sim, 0, FUNDING_CALLS, FUNDING_WINDOW_MS))
		return true;
	call_limited(k, 429, -1);
	return false;
}

static char *
put_rate(char *p, const struct rest_call *k, int64_t ms)
{
	const struct symbol *s = k->symbol;

	p = PUT(p, "{\"symbol\":\"");
	p = put_text(p, s->name);
	p = PUT(p, "\",");
	p = binance_number(p, "fundingTime", ms);
	*p++ = ',';
	p = binance_amount(
	    p, "fundingRate", funding_rate(&k->sim->market, s, ms), 1);
	*p++ = ',';
	p = binance_amount(p, "markPrice", s->mark.mark, 1);
	return PUT(p, ",\"rateType\":\"Regular\"}");
}

/* Ascending: with startTime from there on, else the newest. */
void
usdm_get_funding(struct rest_call *k)
{
	int64_t limit = call_limit(k, RATES_DEFAULT, RATES_MAX);
	int64_t now = k->sim->wall_us / 1000;
	int64_t start = call_time(k, "startTime", -1) / 1000;
	int64_t end = call_time(k, "endTime", now * 1000) / 1000;
	int64_t every, at;
	char *first, *p;

	if (!admit_funding(k) || !call_symbol(k))
		return;
	p = first = buf_room(&k->body, (size_t)(limit + 1) * ROW_BYTES);
	*p++ = '[';
	if (k->symbol->funding_hours) {
		every = k->symbol->funding_hours * HOUR_MS;
		end = funding_before(k->symbol, end < now ? end : now);
		at = funding_before(k->symbol, now - HISTORY_HOURS * HOUR_MS);
		if (start > 0 && start > at)
			at = funding_before(k->symbol, start + every - 1);
		if (start <= 0 && at < end - (limit - 1) * every)
			at = end - (limit - 1) * every;
		for (; at <= end && limit > 0; at += every, limit--) {
			if (p > first + 1)
				*p++ = ',';
			p = put_rate(p, k, at);
		}
	}
	*p++ = ']';
	k->body.len = (size_t)(p - k->body.data);
	call_reply(k, 200, "");
}

/* Only those whose interval is not the usual one. */
void
usdm_get_funding_info(struct rest_call *k)
{
	const struct market *m = &k->sim->market;
	const char *comma = "";

	if (!admit_funding(k))
		return;
	buf_text(&k->body, "[");
	for (int i = 0; i < m->count; i++) {
		const struct symbol *s = &m->symbol[i];

		if (!s->funding_hours || s->funding_hours == 8)
			continue;
		buf_print(&k->body,
		    "%s{\"symbol\":\"%s\","
		    "\"adjustedFundingRateCap\":\"0.02000000\","
		    "\"adjustedFundingRateFloor\":\"-0.02000000\","
		    "\"fundingIntervalHours\":%d,\"disclaimer\":false,"
		    "\"updateTime\":%lld}",
		    comma, s->name, s->funding_hours,
		    (long long)(k->sim->wall_us / 1000 - 24 * HOUR_MS));
		comma = ",";
	}
	buf_text(&k->body, "]");
	call_reply(k, 200, "");
}

void
usdm_get_interest(struct rest_call *k)
{
	const struct symbol *s;
	char qty[NUMBER_MAX];

	if (!call_admit(k, 1) || !call_symbol(k))
		return;
	s = k->symbol;
	*put_qty(qty, s, s->interest.qty) = '\0';
	buf_print(&k->body, "{\"openInterest\":\"%s\",\"symbol\":\"%s\",", qty,
	    s->name);
	if (s->inverse)
		buf_print(&k->body, "\"pair\":\"%s\",\"contractType\":\"%s\",",
		    s->pair, usdm_contract_type(s, k->sim->wall_us));
	buf_print(
	    &k->body, "\"time\":%lld}", (long long)(s->interest.time / 1000));
	call_reply(k, 200, "");
}
