#include "venues/deribit.h"

enum {
	/* Most rows that one call may ask for (5.4.1). */
	ROWS_MAX = 1000,
	/* Rows of combos carry their legs: a page of them is smaller. */
	COMBO_ROWS_MAX = 200,
};

struct row {
	int64_t seq;
	int token;
};

struct rows {
	struct row at[ROWS_MAX];
	unsigned count;
};

uint32_t
deribit_page(
    const struct symbol *s, const struct trades_ask *ask, int64_t *last)
{
	uint32_t most = s->kind[0] == 'c' ? COMBO_ROWS_MAX : ROWS_MAX;
	uint32_t limit = ask->limit;

	if (limit == 0 || limit > most)
		limit = most;
	*last = ask->last;
	if (ask->last - ask->first >= limit)
		*last = ask->first + limit - 1;
	return limit;
}

/*
 * {"error":{"code":10028,"message":"too_many_requests"}}.  MISSING when there
 * is no error.
 */
static enum err
read_error(const struct json *j, const struct deribit_members *root,
    int64_t *code, struct span *text)
{
	struct deribit_members m;
	int error = deribit_word(root, DERIBIT_ERROR);
	enum err e = deribit_members(j, error, &m);

	if (e == ERR_OK)
		e = deribit_i64(j, deribit_word(&m, DERIBIT_CODE), code);
	if (e == ERR_OK)
		*text = json_text(j, deribit_word(&m, DERIBIT_MESSAGE));
	return e;
}

void
deribit_error(struct json *j, struct venue_error *e)
{
	struct deribit_members root;

	memset(e, 0, sizeof(*e));
	if (deribit_members(j, 0, &root) == ERR_OK &&
	    read_error(j, &root, &e->code, &e->text) != ERR_OK)
		e->code = 0;
}

/* The members of "result", or what the body says instead. */
static enum err
read_result(const struct json *j, struct deribit_members *m)
{
	struct deribit_members root;
	struct span text;
	int64_t code;
	enum err e = deribit_members(j, 0, &root);

	if (e != ERR_OK)
		return e;
	if (!json_none(j, deribit_word(&root, DERIBIT_ERROR))) {
		e = read_error(j, &root, &code, &text);
		if (e == ERR_OK && code == DERIBIT_TOO_MANY)
			return ERR_LIMITED;
		return ERR_REJECTED;
	}
	return deribit_members(j, deribit_word(&root, DERIBIT_RESULT), m);
}

/* Is the object about s, as far as it says? */
static enum err
check_name(const struct json *j, const struct deribit_members *m,
    const struct symbol *s)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	int token = deribit_word(m, DERIBIT_INSTRUMENT_NAME);
	enum err e;

	if (json_none(j, token))
		return ERR_OK;
	e = deribit_text(j, token, buf, sizeof(buf), &native);
	if (e == ERR_OK && !span_eq(native, symbol_native(s)))
		e = ERR_PROTOCOL;
	return e;
}

enum err
deribit_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h, struct orderbook *snapshot)
{
	struct deribit_members m;
	uint32_t used = 0;
	enum err e = read_result(j, &m);

	record_init(RECORD_orderbook, snapshot);
	DERIBIT_NAME(snapshot, s, from);
	snapshot->update_type = UPDATE_SNAPSHOT;
	snapshot->is_valid = BOOL_TRUE;
	snapshot->backfill = BOOL_TRUE;
	if (e == ERR_OK)
		e = check_name(j, &m, s);
	if (e == ERR_OK)
		e = deribit_id(j, deribit_word(&m, DERIBIT_CHANGE_ID),
		    &snapshot->last_update_id);
	if (e == ERR_OK) {
		e = deribit_time(j, deribit_word(&m, DERIBIT_TIMESTAMP),
		    &snapshot->timestamp);
		e = e == ERR_MISSING ? ERR_OK : e;
	}
	if (e == ERR_OK)
		e = deribit_levels(j, deribit_word(&m, DERIBIT_BIDS), true, h,
		    &used, &snapshot->bids);
	if (e == ERR_OK)
		e = deribit_levels(j, deribit_word(&m, DERIBIT_ASKS), true, h,
		    &used, &snapshot->asks);
	snapshot->depth_levels = used;
	return e;
}

/* --- trades --------------------------------------------------------------- */

/* Into its place among the rows before it: nearly always the last one. */
static enum err
add_row(struct rows *rows, int64_t seq, int token)
{
	unsigned at = rows->count;

	if (rows->count == ROWS_MAX)
		return ERR_FULL;
	for (; at > 0 && rows->at[at - 1].seq > seq; at--)
		rows->at[at] = rows->at[at - 1];
	if (at > 0 && rows->at[at - 1].seq == seq)
		return ERR_PROTOCOL;
	rows->at[at] = (struct row){ seq, token };
	rows->count++;
	return ERR_OK;
}

/*
 * The rows by trade_seq.  One that was not asked for says that the venue has
 * not understood the range, and then nothing follows from what is not there.
 */
static enum err
sort_rows(const struct json *j, int trades, const struct symbol *s,
    int64_t first, int64_t last, struct rows *rows)
{
	int row = json_first(j, trades);

	if (json_none(j, trades))
		return ERR_MISSING;
	if (json_type(j, trades) != JSON_ARRAY)
		return ERR_TYPE;
	for (; row >= 0; row = json_next(j, row)) {
		struct deribit_members m;
		int64_t seq = 0;
		enum err e = deribit_members(j, row, &m);

		if (e == ERR_OK)
			e = check_name(j, &m, s);
		if (e == ERR_OK)
			e = deribit_id(
			    j, deribit_word(&m, DERIBIT_TRADE_SEQ), &seq);
		if (e == ERR_OK && (seq < first || seq > last))
			e = ERR_PROTOCOL;
		if (e == ERR_OK)
			e = add_row(rows, seq, row);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/*
 * Asked for are as many ids as a page has rows, so that all of them fit,
 * whatever their order is.  When the venue says that there are more it may have
 * left out older ones: then nothing is known about what is below the lowest.
 */
enum err
deribit_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page)
{
	struct deribit_members m;
	struct rows rows = { .count = 0 };
	enum err unknown = ERR_OK;
	bool more = false;
	int64_t last;
	enum err e = read_result(j, &m);

	*page = (struct trades_page){ ask->first, ask->first - 1 };
	deribit_page(s, ask, &last);
	if (e == ERR_OK)
		e = sort_rows(j, deribit_word(&m, DERIBIT_TRADES), s,
		    ask->first, last, &rows);
	if (e != ERR_OK)
		return e;
	e = json_bool(j, deribit_word(&m, DERIBIT_HAS_MORE), &more);
	if (e != ERR_OK && e != ERR_MISSING)
		return e;
	if (more && rows.count > 0)
		page->first = rows.at[0].seq;
	for (unsigned i = 0; i < rows.count; i++) {
		e = deribit_members(j, rows.at[i].token, &m);
		if (e == ERR_OK)
			e = deribit_trade(j, &m, s, from, h, BOOL_TRUE);
		if (e == ERR_UNKNOWN)
			unknown = e;
		else if (e != ERR_OK)
			return e;
		page->last = rows.at[i].seq;
	}
	return unknown;
}
