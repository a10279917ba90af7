#include "venues/okx.h"

#include <string.h>

#include "codec/url.h"

enum {
	/* 40 calls in 2 s of books, 20 of trades (4.3.1, 4.3.2), and some to
	 * spare.  Weights add up to the same: 1200 a minute. */
	BOOK_GAP_MS = 60,
	BOOK_WEIGHT = 1,
	TRADES_GAP_MS = 120,
	TRADES_WEIGHT = 2,
	/* OKX 4.4 */
	CODE_LIMITED = 50011,
};

void
okx_book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call)
{
	call->weight = BOOK_WEIGHT;
	call->gap_ms = BOOK_GAP_MS;
	OUT_LITERAL(path, "/api/v5/market/books?instId=");
	url_encode(path, symbol_native(s));
	OUT_LITERAL(path, "&sz=");
	out_u64(path, limit > OKX_BOOK_MAX ? OKX_BOOK_MAX : limit);
}

static uint32_t
page_rows(const struct trades_ask *ask)
{
	return ask->limit > OKX_TRADES_MAX ? OKX_TRADES_MAX : ask->limit;
}

/*
 * `after` means older than: the newest trades below that id, so the oldest page
 * of what is wanted ends a page above its first id.
 */
bool
okx_trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call)
{
	uint32_t rows = page_rows(ask);
	int64_t after = ask->last + 1;

	if (ask->source > 0)
		return false;
	if (ask->last - ask->first >= rows)
		after = ask->first + rows;
	call->weight = TRADES_WEIGHT;
	call->gap_ms = TRADES_GAP_MS;
	OUT_LITERAL(path, "/api/v5/market/history-trades?instId=");
	url_encode(path, symbol_native(s));
	/* By trade id; 2 would be by time. */
	OUT_LITERAL(path, "&type=1&after=");
	out_i64(path, after);
	OUT_LITERAL(path, "&limit=");
	out_u64(path, rows);
	return true;
}

static enum err
body_error(int64_t code)
{
	if (code == 0)
		return ERR_OK;
	return code == CODE_LIMITED ? ERR_LIMITED : ERR_REJECTED;
}

enum err
okx_body(const struct json *j, int *data)
{
	struct okx_members m;
	int64_t code;
	enum err e;

	*data = -1;
	e = okx_members(j, 0, &m);
	if (e == ERR_OK)
		e = json_i64(j, okx_at(&m, OKX_CODE), &code);
	if (e == ERR_OK)
		e = body_error(code);
	if (e != ERR_OK)
		return e;
	*data = okx_at(&m, OKX_DATA);
	if (json_none(j, *data))
		return ERR_MISSING;
	return json_type(j, *data) == JSON_ARRAY ? ERR_OK : ERR_TYPE;
}

/* The rows in ascending order of id: the reply has the newest first. */
struct rows {
	int at[OKX_TRADES_MAX];
	int64_t id[OKX_TRADES_MAX];
	int count;
};

static enum err
read_id(const struct json *j, int row, int64_t *id)
{
	struct okx_members m;
	enum err e = okx_members(j, row, &m);

	return e == ERR_OK ? okx_id(j, okx_at(&m, OKX_TRADE_ID), id) : e;
}

static enum err
sort_rows(const struct json *j, int data, struct rows *r)
{
	int row = json_first(j, data);

	r->count = json_size(j, data);
	if (r->count > OKX_TRADES_MAX)
		return ERR_FULL;
	for (int i = r->count; i-- > 0;) {
		enum err e = read_id(j, row, &r->id[i]);

		if (e == ERR_OK && i + 1 < r->count && r->id[i] >= r->id[i + 1])
			e = ERR_PROTOCOL;
		if (e != ERR_OK)
			return e;
		r->at[i] = row;
		row = json_next(j, row);
	}
	return ERR_OK;
}

/*
 * A page that reaches the first id, or begins below it, has every trade from
 * there on.  One that begins above it may have been cut short.
 */
static void
begin_page(const struct rows *r, const struct trades_ask *ask,
    struct trades_page *page)
{
	*page = (struct trades_page){ ask->first, ask->first - 1 };
	if (r->count > 0 && r->id[0] > ask->first && r->id[0] <= ask->last)
		*page = (struct trades_page){ r->id[0], r->id[0] - 1 };
}

static enum err
tell_row(const struct json *j, int row, const struct symbol *s,
    const struct origin *from, struct venue_host *h)
{
	char product[DEC_TEXT_MAX];
	struct okx_members m;
	struct facts f;
	struct trade t;
	enum err e = okx_members(j, row, &m);

	if (e == ERR_OK)
		e = okx_trade(j, &m, s, from, &t, product, &f);
	if (e != ERR_OK)
		return e;
	t.backfill = BOOL_TRUE;
	h->record(h, s, CHANNEL_TRADE, RECORD_trade, &t, &f);
	return ERR_OK;
}

enum err
okx_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page)
{
	struct rows r;
	int data;
	enum err e = okx_body(j, &data);

	*page = (struct trades_page){ ask->first, ask->first - 1 };
	if (e == ERR_OK)
		e = sort_rows(j, data, &r);
	if (e != ERR_OK)
		return e;
	begin_page(&r, ask, page);
	for (int i = 0; i < r.count; i++) {
		/* Known already, or not asked for. */
		if (r.id[i] < ask->first || r.id[i] > ask->last)
			continue;
		e = tell_row(j, r.at[i], s, from, h);
		if (e != ERR_OK)
			return e;
		page->last = r.id[i];
	}
	return ERR_OK;
}

void
okx_error(struct json *j, struct venue_error *e)
{
	struct okx_members m;

	memset(e, 0, sizeof(*e));
	if (okx_members(j, 0, &m) != ERR_OK ||
	    json_i64(j, okx_at(&m, OKX_CODE), &e->code) != ERR_OK)
		return;
	e->text = json_text(j, okx_at(&m, OKX_MSG));
}
