#include "codec/url.h"
#include "venues/binance.h"

enum {
	/* 500 calls in 5 minutes, which fundingInfo shares (3.4.5). */
	GAP_MS = 1000,
	ROWS = 100,
};

void
binance_usdm_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call)
{
	*call = (struct venue_call){ .weight = 1, .gap_ms = GAP_MS };
	OUT_LITERAL(path, "/fapi/v1/fundingRate?symbol=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&startTime=");
	out_i64(path, from / NS_PER_MS);
	OUT_LITERAL(path, "&endTime=");
	out_i64(path, to / NS_PER_MS);
	OUT_LITERAL(path, "&limit=");
	out_u64(path, ROWS);
}

static enum err
tell_row(const struct json *j, int row, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	char buf[SYMBOL_MAX + 1];
	struct funding_rate f;
	struct span native;
	int mark = json_member(j, row, "markPrice");
	enum err e = json_string(
	    j, json_member(j, row, "symbol"), buf, sizeof(buf), &native);

	if (e == ERR_OK && !span_eq(native, symbol_native(s)))
		e = ERR_PROTOCOL;
	record_init(RECORD_funding_rate, &f);
	BINANCE_NAME(&f, s, from);
	f.backfill = BOOL_TRUE;
	if (e == ERR_OK)
		e = json_dec(
		    j, json_member(j, row, "fundingRate"), &f.funding_rate);
	if (e == ERR_OK)
		e = binance_time(
		    j, json_member(j, row, "fundingTime"), &f.timestamp);
	/* Empty in old rows (3.4.5). */
	if (e == ERR_OK && !json_none(j, mark))
		e = json_dec(j, mark, &f.mark_price);
	if (e == ERR_OK)
		h->record(h, s, CHANNEL_FUNDING, RECORD_funding_rate, &f, NULL);
	return e;
}

enum err
binance_usdm_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	int row = json_first(j, 0);
	enum err e = ERR_OK;

	if (json_type(j, 0) != JSON_ARRAY)
		return ERR_TYPE;
	for (; row >= 0 && e == ERR_OK; row = json_next(j, row))
		e = tell_row(j, row, s, from, h);
	return e;
}
