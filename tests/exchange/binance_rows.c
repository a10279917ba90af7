#include "binance_rest.h"

#include "ledger.h"

enum { ROW_BYTES = 512 };

char *
binance_trade_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	p = binance_number(p, "id", t->id);
	*p++ = ',';
	p = binance_price(p, "price", s, t->price);
	*p++ = ',';
	p = binance_qty(p, "qty", s, t->qty);
	*p++ = ',';
	p = binance_amount(p, s->inverse ? "baseQty" : "quoteQty",
	    symbol_quote(s, t->price, t->qty), s->quote_unit);
	p = PUT(p, ",\"time\":");
	p = binance_time(p, t->time, micro);
	p = PUT(p, ",\"isBuyerMaker\":");
	return put_bool(p, t->maker);
}

char *
binance_agg_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro)
{
	p = binance_number(p, "a", t->number);
	*p++ = ',';
	p = binance_price(p, "p", s, t->price);
	*p++ = ',';
	p = binance_qty(p, "q", s, t->qty);
	*p++ = ',';
	p = binance_number(p, "f", t->id - t->count + 1);
	*p++ = ',';
	p = binance_number(p, "l", t->id);
	p = PUT(p, ",\"T\":");
	p = binance_time(p, t->time, micro);
	p = PUT(p, ",\"m\":");
	return put_bool(p, t->maker);
}

/* The rows end at p. */
static void
reply_rows(struct rest_call *k, char *p)
{
	*p++ = ']';
	k->body.len = (size_t)(p - k->body.data);
	call_reply(k, 200, "");
}

void
binance_reply_trades(
    struct rest_call *k, int64_t from, int64_t limit, row_writer *row)
{
	const struct market *m = &k->sim->market;
	const struct symbol *s = k->symbol;
	int64_t end = call_time(k, "endTime", INT64_MAX);
	const struct trade *t;
	int64_t written = 0;
	char *p;

	if (from < 0)
		from = s->trade_next - limit;
	if (from < symbol_oldest(m, s))
		from = symbol_oldest(m, s);
	p = buf_room(&k->body, (size_t)(limit + 1) * ROW_BYTES);
	*p++ = '[';
	for (int64_t id = from; written < limit && (t = symbol_trade(m, s, id));
	     id++) {
		if (t->time > end)
			break;
		if (t->none)
			continue;
		if (written++)
			*p++ = ',';
		p = row(p, s, t, k->micro);
	}
	reply_rows(k, p);
}

/* The first fill of the first trade wanted. */
static int64_t
first_wanted(const struct rest_call *k, int64_t limit)
{
	const struct market *m = &k->sim->market;
	const struct symbol *s = k->symbol;
	int64_t number = request_number(k->request, "fromId", -1);
	int64_t start = call_time(k, "startTime", -1);
	int64_t id = symbol_oldest(m, s);
	const struct trade *t;

	if (number < 0 && start < 0)
		number = s->trade_count - limit;
	/* A trade has one id at least. */
	if (s->trade_first + number > id)
		id = s->trade_first + number;
	for (; (t = symbol_trade(m, s, id)); id++)
		if (!t->none && t->number >= number && t->time >= start)
			break;
	return id;
}

void
binance_reply_agg_trades(struct rest_call *k, int64_t limit, row_writer *row)
{
	const struct market *m = &k->sim->market;
	int64_t end = call_time(k, "endTime", INT64_MAX);
	int64_t id = first_wanted(k, limit);
	int64_t written = 0;
	struct trade t;
	char *p = buf_room(&k->body, (size_t)(limit + 1) * ROW_BYTES);

	*p++ = '[';
	for (; written < limit && symbol_whole(m, k->symbol, id, &t);
	     id = t.id + 1) {
		if (t.time > end)
			break;
		if (t.none)
			continue;
		if (written++)
			*p++ = ',';
		p = row(p, k->symbol, &t, k->micro);
	}
	reply_rows(k, p);
}

static char *
write_bar_row(char *p, const struct symbol *s, const struct bar *b, bool micro)
{
	const int64_t prices[] = { b->open, b->high, b->low, b->close };

	*p++ = '[';
	p = binance_time(p, b->open_time * 1000, micro);
	for (int i = 0; i < 4; i++) {
		p = PUT(p, ",\"");
		p = put_price(p, s, prices[i]);
		*p++ = '"';
	}
	p = PUT(p, ",\"");
	p = put_qty(p, s, b->volume);
	p = PUT(p, "\",");
	p = binance_close_time(p, b->close_time, micro);
	p = PUT(p, ",\"");
	p = put_amount(p, b->quote * s->quote_unit);
	p = PUT(p, "\",");
	p = put_int(p, b->count);
	p = PUT(p, ",\"");
	p = put_qty(p, s, b->taker_volume);
	p = PUT(p, "\",\"");
	p = put_amount(p, b->taker_quote * s->quote_unit);
	return PUT(p, "\",\"0\"]");
}

void
binance_reply_klines(struct rest_call *k, int64_t limit, bool seconds)
{
	int64_t start = call_time(k, "startTime", -1);
	int64_t end = call_time(k, "endTime", INT64_MAX);
	int64_t written = 0;
	char name[8] = "";
	int interval;
	struct series *r;
	char *p;

	request_query(k->request, "interval", name, sizeof(name));
	interval = binance_interval(name, seconds);
	if (interval < 0) {
		call_fail(k, 400, -1120, "Invalid interval.");
		return;
	}
	r = bars_want(
	    &k->sim->market, k->symbol, interval, k->sim->wall_us / 1000);
	p = buf_room(&k->body, (size_t)(limit + 1) * ROW_BYTES);
	*p++ = '[';
	for (int64_t i = r->count > BARS_KEPT ? r->count - BARS_KEPT : 0;
	     i < r->count && written < limit; i++) {
		const struct bar *b = &r->ring[i & (BARS_KEPT - 1)];

		if (start < 0 && i < r->count - limit)
			continue;
		if (b->open_time * 1000 < start || b->open_time * 1000 > end)
			continue;
		if (written++)
			*p++ = ',';
		p = write_bar_row(p, k->symbol, b, k->micro);
	}
	reply_rows(k, p);
}

char *
binance_day_row(char *p, const struct symbol *s, int64_t now, bool micro)
{
	const struct day *d = &s->day;
	struct day_text text;

	binance_day_text(s, &text);
	p = PUT(p, "\"symbol\":\"");
	p = put_text(p, s->name);
	p = PUT(p, "\",");
	p = binance_price(p, "priceChange", s, text.change);
	p = PUT(p, ",\"priceChangePercent\":\"");
	p = binance_percent(p, text.percent);
	p = PUT(p, "\",");
	p = binance_amount(p, "weightedAvgPrice", text.average, 1);
	*p++ = ',';
	p = binance_price(p, "lastPrice", s, d->last.price);
	*p++ = ',';
	p = binance_price(p, "openPrice", s, d->open);
	*p++ = ',';
	p = binance_price(p, "highPrice", s, d->high);
	*p++ = ',';
	p = binance_price(p, "lowPrice", s, d->low);
	*p++ = ',';
	p = binance_qty(p, "volume", s, d->volume);
	*p++ = ',';
	p = binance_amount(p, "quoteVolume", d->quote, s->quote_unit);
	p = PUT(p, ",\"openTime\":");
	p = binance_time(p, d->began, micro);
	p = PUT(p, ",\"closeTime\":");
	p = binance_time(p, now, micro);
	*p++ = ',';
	p = binance_number(p, "firstId", d->first_id);
	*p++ = ',';
	p = binance_number(p, "lastId", d->last.id);
	*p++ = ',';
	return binance_number(p, "count", d->count);
}
