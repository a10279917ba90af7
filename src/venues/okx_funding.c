#include "codec/url.h"
#include "venues/okx.h"

enum {
	/* 10 calls in 2 s (4.3.5); weights add up to 1200 a minute. */
	GAP_MS = 250,
	WEIGHT = 4,
	/* A day of the shortest interval, and some to spare. */
	ROWS = 30,
};

void
okx_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call)
{
	(void)from;
	(void)to;
	*call = (struct venue_call){ .weight = WEIGHT, .gap_ms = GAP_MS };
	OUT_LITERAL(path, "/api/v5/public/funding-rate-history?instId=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&limit=");
	out_u64(path, ROWS);
}

static enum err
tell_row(const struct json *j, int row, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	int realized = json_member(j, row, "realizedRate");
	struct funding_rate f;
	struct okx_members m;
	enum err e = okx_members(j, row, &m);

	record_init(RECORD_funding_rate, &f);
	OKX_NAME_RECORD(&f, s, from);
	f.backfill = BOOL_TRUE;
	if (e == ERR_OK &&
	    !span_eq(json_text(j, okx_at(&m, OKX_INST_ID)), symbol_native(s)))
		e = ERR_PROTOCOL;
	if (e == ERR_OK)
		e = json_dec(j,
		    json_none(j, realized) ? okx_at(&m, OKX_FUNDING_RATE)
					   : realized,
		    &f.funding_rate);
	if (e == ERR_OK)
		e = okx_time(j, okx_at(&m, OKX_FUNDING_TIME), &f.timestamp);
	if (e == ERR_OK)
		h->record(h, s, CHANNEL_FUNDING, RECORD_funding_rate, &f, NULL);
	return e;
}

enum err
okx_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	int data;
	enum err e = okx_body(j, &data);

	if (e != ERR_OK)
		return e;
	for (int row = json_first(j, data); row >= 0 && e == ERR_OK;
	     row = json_next(j, row))
		e = tell_row(j, row, s, from, h);
	return e;
}
