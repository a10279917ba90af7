#include "codec/url.h"
#include "venues/deribit.h"

enum {
	GAP_MS = 250,
};

void
deribit_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call)
{
	*call = (struct venue_call){ .weight = 1, .gap_ms = GAP_MS };
	OUT_LITERAL(
	    path, "/api/v2/public/get_funding_rate_history?instrument_name=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&start_timestamp=");
	out_i64(path, from / NS_PER_MS);
	OUT_LITERAL(path, "&end_timestamp=");
	out_i64(path, to / NS_PER_MS);
}

/* An hour, by its end. */
static enum err
tell_row(const struct json *j, int row, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	struct funding_rate f;
	int index = json_member(j, row, "index_price");
	enum err e;

	record_init(RECORD_funding_rate, &f);
	DERIBIT_NAME(&f, s, from);
	f.backfill = BOOL_TRUE;
	f.funding_interval = SPAN("1h");
	e = json_dec(j, json_member(j, row, "interest_1h"), &f.funding_rate);
	if (e == ERR_OK)
		e = deribit_time(
		    j, json_member(j, row, "timestamp"), &f.timestamp);
	if (e == ERR_OK && !json_none(j, index))
		e = json_dec(j, index, &f.index_price);
	if (e == ERR_OK)
		h->record(h, s, CHANNEL_FUNDING, RECORD_funding_rate, &f, NULL);
	return e;
}

enum err
deribit_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	struct deribit_members root;
	struct venue_error said;
	int result;
	enum err e = deribit_members(j, 0, &root);

	if (e != ERR_OK)
		return e;
	deribit_error(j, &said);
	if (said.code != 0)
		return said.code == DERIBIT_TOO_MANY ? ERR_LIMITED
						     : ERR_REJECTED;
	result = deribit_word(&root, DERIBIT_RESULT);
	if (json_none(j, result))
		return ERR_MISSING;
	if (json_type(j, result) != JSON_ARRAY)
		return ERR_TYPE;
	for (int row = json_first(j, result); row >= 0 && e == ERR_OK;
	     row = json_next(j, row))
		e = tell_row(j, row, s, from, h);
	return e;
}
