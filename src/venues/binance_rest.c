#include "venues/binance.h"

#include <string.h>

enum {
	/* Too much weight used (2.5). */
	TOO_MANY_REQUESTS = -1003,
};

/* When the venue matched, else when it answered; spot says neither. */
static enum err
book_time(const struct json *j, const struct binance_members *m, int64_t *time)
{
	enum err e = binance_time(j, binance_letter(m, 'T'), time);

	if (e == ERR_MISSING)
		e = binance_time(j, binance_letter(m, 'E'), time);
	return e == ERR_MISSING ? ERR_OK : e;
}

enum err
binance_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h, struct orderbook *snapshot)
{
	struct binance_members m;
	uint32_t used = 0;
	enum err e;

	if (json_type(j, 0) != JSON_OBJECT)
		return ERR_TYPE;
	record_init(RECORD_orderbook, snapshot);
	BINANCE_NAME(snapshot, s, from);
	snapshot->update_type = UPDATE_SNAPSHOT;
	snapshot->is_valid = BOOL_TRUE;
	snapshot->backfill = BOOL_TRUE;
	e = binance_members(j, 0, &m);
	if (e == ERR_OK)
		e = binance_id(j, binance_word(&m, BINANCE_LAST_UPDATE_ID),
		    &snapshot->last_update_id);
	if (e == ERR_OK)
		e = binance_levels(j, binance_word(&m, BINANCE_BIDS), h, &used,
		    &snapshot->bids);
	if (e == ERR_OK)
		e = binance_levels(j, binance_word(&m, BINANCE_ASKS), h, &used,
		    &snapshot->asks);
	if (e == ERR_OK)
		e = book_time(j, &m, &snapshot->timestamp);
	snapshot->depth_levels = used;
	return e;
}

/* A row of historicalTrades or trades, whose members have names. */
static enum err
named_row(const struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from, struct binance_trade *t)
{
	struct trade *r = &t->record;
	int token = binance_word(m, BINANCE_ID);
	bool maker;
	enum err e;

	record_init(RECORD_trade, r);
	BINANCE_NAME(r, s, from);
	e = binance_id(j, token, &t->id);
	if (e == ERR_OK)
		e = json_dec(j, binance_word(m, BINANCE_PRICE), &r->price);
	if (e == ERR_OK)
		e = json_dec(j, binance_word(m, BINANCE_QTY), &r->quantity);
	if (e == ERR_OK)
		e = binance_time(
		    j, binance_word(m, BINANCE_TIME), &r->timestamp);
	if (e == ERR_OK)
		e = json_bool(
		    j, binance_word(m, BINANCE_IS_BUYER_MAKER), &maker);
	if (e != ERR_OK)
		return e;
	r->side = maker ? SIDE_SELL : SIDE_BUY;
	r->trade_id = json_text(j, token);
	/* quoteQty is not read: the product has the same digits as that of a
	 * trade of the stream. */
	symbol_value(
	    s, &r->price, &r->quantity, t->product, &r->quote_quantity);
	return ERR_OK;
}

static enum err
read_row(const struct json *j, int row, bool aggregate, const struct symbol *s,
    const struct origin *from, struct binance_trade *t)
{
	struct binance_members m;
	enum err e;

	if (json_type(j, row) != JSON_OBJECT)
		return ERR_TYPE;
	e = binance_members(j, row, &m);
	if (e != ERR_OK)
		return e;
	return aggregate ? binance_trade(j, &m, 'a', s, from, t)
			 : named_row(j, &m, s, from, t);
}

/* TYPE when it is no error body. */
static enum err
refusal(struct json *j)
{
	struct venue_error said;

	binance_error(j, &said);
	if (said.code == 0)
		return ERR_TYPE;
	return said.code == TOO_MANY_REQUESTS ? ERR_LIMITED : ERR_REJECTED;
}

/* The ids that a page with this first row says something about. */
static int64_t
first_said(
    const struct trades_ask *ask, const struct binance_rows *rows, int64_t id)
{
	bool begins_later = rows->newest || id - ask->first > rows->absent_max;

	return begins_later && id > ask->first ? id : ask->first;
}

enum err
binance_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct binance_rows *rows,
    const struct origin *from, struct venue_host *h, struct trades_page *page)
{
	struct binance_trade t;
	int64_t before = -1;
	int row = json_first(j, 0);

	*page = (struct trades_page){ ask->first, ask->first - 1 };
	if (json_type(j, 0) != JSON_ARRAY)
		return refusal(j);
	for (int i = json_size(j, 0); i > 0; i--) {
		enum err e = read_row(j, row, rows->aggregate, s, from, &t);

		if (e == ERR_OK && t.id <= before)
			e = ERR_PROTOCOL;
		if (e != ERR_OK)
			return e;
		if (before < 0)
			page->first = first_said(ask, rows, t.id);
		t.record.backfill = BOOL_TRUE;
		if (t.id >= page->first && binance_trade_is_one(&t))
			binance_trade_tell(h, s, &t);
		if (t.id >= page->first)
			page->last = t.id;
		before = t.id;
		row = json_next(j, row);
	}
	return ERR_OK;
}

/* "... IP banned until 1795392000123. ..." in milliseconds (2.5). */
static struct wall
banned_until(struct span text)
{
	static const char words[] = "banned until ";
	size_t len = sizeof(words) - 1;
	struct span digits = SPAN_NULL;
	uint64_t ms;

	for (size_t i = 0; i + len < text.len; i++) {
		if (memcmp(text.at + i, words, len) == 0) {
			digits.at = text.at + i + len;
			break;
		}
	}
	if (digits.at == NULL)
		return (struct wall){ 0 };
	while (digits.at + digits.len < text.at + text.len &&
	       digits.at[digits.len] >= '0' && digits.at[digits.len] <= '9')
		digits.len++;
	if (span_u64(digits, &ms) != ERR_OK || ms > INT64_MAX / NS_PER_MS)
		return (struct wall){ 0 };
	return (struct wall){ (int64_t)ms * NS_PER_MS };
}

void
binance_error(struct json *j, struct venue_error *e)
{
	struct binance_members m;

	memset(e, 0, sizeof(*e));
	if (json_type(j, 0) != JSON_OBJECT ||
	    binance_members(j, 0, &m) != ERR_OK)
		return;
	if (json_i64(j, binance_word(&m, BINANCE_CODE), &e->code) != ERR_OK)
		return;
	e->text = json_text(j, binance_word(&m, BINANCE_MSG));
	e->banned_until = banned_until(e->text);
}
