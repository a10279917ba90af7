#include "books.h"
#include "contracts.h"
#include "okx_rest.h"

enum {
	ROW_BYTES = 512,
	BOOK_MAX = 400,
	FULL_MAX = 5000,
	TRADES_USUAL = 100,
	TRADES_MAX = 500,
	HISTORY_MAX = 100,
	CANDLES_USUAL = 100,
	CANDLES_MAX = 300,
	FUNDING_MAX = 400,
	FUNDING_DAYS = 90,
	HOUR_MS = 3600000,
};

/* --- books --- */

static void
add_book(struct okx_rest *k, int64_t most, bool is_full)
{
	struct sim *sim = k->sim;
	struct side book[2];
	int64_t id;
	char *p;

	sim->stats.snapshots++;
	id = book_asked(sim, k->symbol, book);
	buf_text(&k->body, "{");
	okx_book(&k->body, k->symbol, book, (int)most, is_full);
	p = buf_room(&k->body, ROW_BYTES);
	p = okx_time(p, "ts", sim->wall_us);
	if (!is_full && !sim->faults.snap_bare)
		p = okx_bare(p, "seqId", id);
	p = okx_end(p);
	k->body.len = (size_t)(p - k->body.data);
	book_free(book);
	if (sim->faults.snap_delay_ms)
		k->conn->hold_us =
		    sim->now_us + sim->faults.snap_delay_ms * 1000;
}

void
okx_get_books(struct okx_rest *k)
{
	if (okx_call_symbol(k))
		add_book(k, okx_call_limit(k, "sz", 1, BOOK_MAX), false);
}

void
okx_get_books_full(struct okx_rest *k)
{
	if (okx_call_symbol(k))
		add_book(k, okx_call_limit(k, "sz", 1, FULL_MAX), true);
}

/* --- trades --- */

static char *
put_fill(char *p, const struct symbol *s, const struct trade *t)
{
	*p++ = '{';
	p = okx_text(p, "instId", s->name);
	p = okx_text(p, "side", t->maker ? "sell" : "buy");
	p = okx_amount(p, "sz", t->qty * s->lot_unit);
	p = okx_amount(p, "px", t->price * s->price_unit);
	p = okx_text(p, "source", okx_source(t));
	p = okx_int(p, "tradeId", t->id);
	p = okx_time(p, "ts", t->time);
	return okx_end(p);
}

/* Newest first, from this id down to that one. */
static void
add_trades(struct okx_rest *k, int64_t from, int64_t last, int64_t most)
{
	const struct market *m = &k->sim->market;

	for (int64_t id = from; id >= last && id > from - most; id--) {
		const struct trade *t = symbol_trade(m, k->symbol, id);
		char *p;

		if (!t)
			break;
		if (k->body.len)
			buf_text(&k->body, ",");
		p = put_fill(buf_room(&k->body, ROW_BYTES), k->symbol, t);
		k->body.len = (size_t)(p - k->body.data);
	}
}

void
okx_get_trades(struct okx_rest *k)
{
	int64_t most = okx_call_limit(k, "limit", TRADES_USUAL, TRADES_MAX);

	if (okx_call_symbol(k))
		add_trades(k, k->symbol->trade_next - 1, 0, most);
}

/* The newest id at or before this time. */
static int64_t
id_at(const struct okx_rest *k, int64_t time_us)
{
	const struct trade *t;
	int64_t id = k->symbol->trade_next - 1;

	while ((t = symbol_trade(&k->sim->market, k->symbol, id)) &&
	       t->time > time_us)
		id--;
	return id;
}

/* `after` is older than, `before` newer than, both without it; with `before`
 * alone it is still the newest page. */
void
okx_get_history_trades(struct okx_rest *k)
{
	const struct request *r = k->request;
	int64_t most = okx_call_limit(k, "limit", HISTORY_MAX, HISTORY_MAX);
	int64_t type = request_number(r, "type", 1);
	int64_t after = request_number(r, "after", -1);
	int64_t before = request_number(r, "before", -1);
	int64_t newest;

	if (!okx_call_symbol(k))
		return;
	newest = k->symbol->trade_next - 1;
	if (type == 2) {
		after = after < 0 ? -1 : id_at(k, after * 1000 - 1) + 1;
		before = before < 0 ? -1 : id_at(k, before * 1000 + 999);
	}
	if (after >= 0 && after - 1 < newest)
		newest = after - 1;
	add_trades(k, newest, before + 1, most);
}

/* --- bars --- */

static void
add_candles(struct okx_rest *k, int64_t usual, bool closed_only)
{
	const struct request *r = k->request;
	int64_t most = okx_call_limit(k, "limit", usual, CANDLES_MAX);
	int64_t after = request_number(r, "after", INT64_MAX);
	int64_t before = request_number(r, "before", -1);
	char name[16] = "1m";
	struct series *bars;
	int interval;
	int64_t written = 0;

	if (!okx_call_symbol(k))
		return;
	request_query(r, "bar", name, sizeof(name));
	interval = okx_bar(name);
	if (interval < 0) {
		okx_fail(k, 400, "51000", "Parameter bar error");
		return;
	}
	bars = bars_want(
	    &k->sim->market, k->symbol, interval, k->sim->wall_us / 1000);
	for (int64_t i = bars->count - 1; i >= 0 && i > bars->count - BARS_KEPT;
	     i--) {
		const struct bar *b = &bars->ring[i & (BARS_KEPT - 1)];
		bool closed = i < bars->count - 1;
		char *p;

		if (written == most || b->open_time <= before)
			break;
		if (b->open_time >= after || (closed_only && !closed))
			continue;
		if (written++)
			buf_text(&k->body, ",");
		p = okx_candle(
		    buf_room(&k->body, ROW_BYTES), k->symbol, b, closed);
		k->body.len = (size_t)(p - k->body.data);
	}
}

void
okx_get_candles(struct okx_rest *k)
{
	add_candles(k, CANDLES_USUAL, false);
}

void
okx_get_history_candles(struct okx_rest *k)
{
	add_candles(k, CANDLES_USUAL, true);
}

/* --- funding --- */

static char *
put_paid(char *p, const struct okx_rest *k, int64_t ms)
{
	const struct symbol *s = k->symbol;
	int64_t rate = funding_rate(&k->sim->market, s, ms);

	*p++ = '{';
	p = okx_text(p, "formulaType", "withRate");
	p = okx_amount(p, "fundingRate", rate);
	p = okx_int(p, "fundingTime", ms);
	p = okx_text(p, "instId", s->name);
	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = okx_text(p, "method", "current_period");
	p = okx_amount(p, "realizedRate", rate);
	return okx_end(p);
}

/* Three months of them, newest first. */
void
okx_get_funding_history(struct okx_rest *k)
{
	int64_t most = okx_call_limit(k, "limit", FUNDING_MAX, FUNDING_MAX);
	int64_t after = request_number(k->request, "after", INT64_MAX);
	int64_t before = request_number(k->request, "before", -1);
	int64_t now = k->sim->wall_us / 1000;
	int64_t oldest = now - (int64_t)FUNDING_DAYS * 24 * HOUR_MS;
	int64_t step;

	if (!okx_call_symbol(k))
		return;
	step = (int64_t)k->symbol->funding_hours * HOUR_MS;
	if (step == 0) {
		okx_fail(k, 200, "51001", "Instrument ID doesn't exist.");
		return;
	}
	oldest = before > oldest ? before + 1 : oldest;
	for (int64_t at = funding_before(k->symbol, now);
	     at >= oldest && most > 0; at -= step) {
		char *p;

		if (at >= after)
			continue;
		if (k->body.len)
			buf_text(&k->body, ",");
		p = put_paid(buf_room(&k->body, ROW_BYTES), k, at);
		k->body.len = (size_t)(p - k->body.data);
		most--;
	}
}
