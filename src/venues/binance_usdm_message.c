#include "venues/binance.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Member st, since COIN-M shares the connections (3.2). */
enum {
	ST_USDM = 1,
	ST_COINM = 2,
};

static const struct binance_pick quote_picks[] = {
	BINANCE_PICK(quote, 'b', DEC, bid_price, false),
	BINANCE_PICK(quote, 'B', DEC, bid_quantity, false),
	BINANCE_PICK(quote, 'a', DEC, ask_price, false),
	BINANCE_PICK(quote, 'A', DEC, ask_quantity, false),
};

/* P is an estimate of the settlement price and not of a rate (3.4.5). */
static const struct binance_pick funding_picks[] = {
	BINANCE_PICK(funding_rate, 'r', DEC, funding_rate, true),
	BINANCE_PICK(funding_rate, 'T', TIME, next_funding_time, true),
	BINANCE_PICK(funding_rate, 'p', DEC, mark_price, true),
	BINANCE_PICK(funding_rate, 'i', DEC, index_price, false),
	BINANCE_PICK(funding_rate, 'E', TIME, timestamp, true),
};

/*
 * A message that says it is of the other platform than its symbol is not read:
 * its quantities would be taken for something else.  It says nothing in what
 * was recorded before 2026-06.
 */
static enum err
check_platform(const struct json *j, const struct binance_members *m,
    const struct symbol *s)
{
	int token = binance_word(m, BINANCE_ST);
	int64_t st;
	enum err e;

	if (token < 0 || json_none(j, token))
		return ERR_OK;
	e = json_i64(j, token, &st);
	if (e == ERR_OK && st != (s->inverse ? ST_COINM : ST_USDM))
		e = ERR_UNSUPPORTED;
	return e;
}

static enum err
find(const struct json *j, const struct binance_members *m,
    struct venue_host *h, const struct symbol **s)
{
	enum err e = binance_find(j, m, h, s);

	if (e == ERR_OK && *s != NULL)
		e = check_platform(j, m, *s);
	return e;
}

/* When it was matched, else when it was sent. */
static enum err
matched_at(const struct json *j, const struct binance_members *m, int64_t *time)
{
	enum err e = binance_time(j, binance_letter(m, 'T'), time);

	return e == ERR_MISSING ? binance_time(j, binance_letter(m, 'E'), time)
				: e;
}

static enum err
read_each(struct json *j, const struct binance_members *m, char id_letter,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct binance_trade t;
	enum err e = find(j, m, h, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	/* Of these nothing but the id is promised. */
	if (json_is(j, binance_letter(m, 'X'), "NA")) {
		e = binance_id(j, binance_letter(m, id_letter), &t.id);
		if (e == ERR_OK)
			h->skip(h, s, t.id, t.id);
		return e;
	}
	e = binance_trade(j, m, id_letter, s, from, &t);
	if (e != ERR_OK)
		return e;
	if (binance_trade_is_one(&t))
		binance_trade_tell(h, s, &t);
	else
		h->skip(h, s, t.id, t.id);
	return ERR_OK;
}

static enum err
read_trade(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	return h->trades == BINANCE_USDM_TRADE ? read_each(j, m, 't', from, h)
					       : ERR_OK;
}

/* Aggregates have ids of their own: a. */
static enum err
read_aggregate(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	return h->trades == BINANCE_USDM_AGG_TRADE
		   ? read_each(j, m, 'a', from, h)
		   : ERR_OK;
}

static enum err
read_depth(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct orderbook b;
	enum err e = find(j, m, h, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	e = binance_delta(j, m, s, from, h, &b);
	if (e == ERR_OK)
		e = binance_id(
		    j, binance_word(m, BINANCE_PU), &b.prev_update_id);
	if (e == ERR_OK)
		e = matched_at(j, m, &b.timestamp);
	if (e == ERR_OK)
		h->record(h, s, CHANNEL_BOOK, RECORD_orderbook, &b, NULL);
	return e;
}

static enum err
read_quote(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct quote q = { DEC_NONE, DEC_NONE, DEC_NONE, DEC_NONE, TIME_NULL };
	enum err e = find(j, m, h, &s);

	(void)from;
	if (e != ERR_OK || s == NULL)
		return e;
	e = binance_pick(j, m, quote_picks, COUNT(quote_picks), &q);
	if (e == ERR_OK)
		e = matched_at(j, m, &q.time);
	if (e == ERR_OK)
		h->quote(h, s, &q);
	return e;
}

static enum err
read_kline(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	enum err e = find(j, m, h, &s);

	return e != ERR_OK || s == NULL ? e : binance_kline(j, m, s, from, h);
}

static enum err
read_ticker(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	enum err e = find(j, m, h, &s);

	return e != ERR_OK || s == NULL ? e : binance_ticker(j, m, s, from, h);
}

/* Dated contracts are not funded: r is there and empty, T is 0 (3.4.5). */
static bool
is_funded(const struct json *j, const struct binance_members *m)
{
	int rate = binance_letter(m, 'r');
	int64_t next;

	if (rate >= 0 && json_none(j, rate))
		return false;
	return json_i64(j, binance_letter(m, 'T'), &next) != ERR_OK ||
	       next != 0;
}

static enum err
read_mark(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct funding_rate f;
	enum err e = find(j, m, h, &s);

	if (e != ERR_OK || s == NULL || !is_funded(j, m))
		return e;
	record_init(RECORD_funding_rate, &f);
	BINANCE_NAME(&f, s, from);
	e = binance_pick(j, m, funding_picks, COUNT(funding_picks), &f);
	if (e != ERR_OK)
		return e;
	if (f.index_price.kind == DEC_NULL ||
	    dec_sub(&f.mark_price, &f.index_price, &f.premium_index) != ERR_OK)
		f.premium_index = DEC_NONE;
	h->record(h, s, CHANNEL_FUNDING, RECORD_funding_rate, &f, NULL);
	return ERR_OK;
}

static enum err
order_side(const struct json *j, int token, uint8_t *side)
{
	if (json_none(j, token))
		return ERR_MISSING;
	if (json_is(j, token, "SELL"))
		*side = SIDE_SELL;
	else if (json_is(j, token, "BUY"))
		*side = SIDE_BUY;
	else
		return ERR_UNKNOWN;
	return ERR_OK;
}

/* The value of `better`, or that of `other` where it is zero or not there. */
static enum err
first_of(const struct json *j, int better, int other, struct dec *d)
{
	enum err e = json_dec(j, better, d);

	if (e == ERR_MISSING || (e == ERR_OK && dec_zero(d)))
		e = json_dec(j, other, d);
	return e;
}

/*
 * While it is FILLED or partly so, the order has an average price ap and a
 * quantity z that was filled at it: what was liquidated.  Before the first fill
 * both are 0, and the order's own price and quantity are all there is.
 */
static enum err
read_order(const struct json *j, const struct binance_members *o,
    struct liquidation *l)
{
	enum err e = order_side(j, binance_letter(o, 'S'), &l->side);

	if (e == ERR_OK)
		e = first_of(j, binance_word(o, BINANCE_AP),
		    binance_letter(o, 'p'), &l->price);
	if (e == ERR_OK)
		e = first_of(j, binance_letter(o, 'z'), binance_letter(o, 'q'),
		    &l->quantity);
	if (e == ERR_OK)
		e = binance_time(j, binance_letter(o, 'T'), &l->timestamp);
	return e;
}

static void
set_kind(const struct symbol *s, struct span *instrument_type)
{
	if (s->kind[0] != '\0')
		*instrument_type = span_of(s->kind);
}

/* The symbol is in o; st may be there or beside it (3.4.7). */
static enum err
read_liquidation(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	char text[DEC_TEXT_MAX];
	struct binance_members o;
	struct liquidation l;
	int order = binance_letter(m, 'o');
	enum err e = ERR_MISSING;

	if (!json_none(j, order))
		e = binance_members(j, order, &o);
	if (e == ERR_OK)
		e = find(j, &o, h, &s);
	if (e == ERR_OK && s != NULL)
		e = check_platform(j, m, s);
	if (e != ERR_OK || s == NULL)
		return e;
	record_init(RECORD_liquidation, &l);
	BINANCE_NAME(&l, s, from);
	set_kind(s, &l.instrument_type);
	e = read_order(j, &o, &l);
	if (e != ERR_OK)
		return e;
	symbol_value(s, &l.price, &l.quantity, text, &l.value);
	h->record(h, s, CHANNEL_LIQUIDATION, RECORD_liquidation, &l, NULL);
	return ERR_OK;
}

/* Listed, settled, or its brackets changed; also of symbols not collected. */
static enum err
read_listing(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	enum err e = binance_native(j, binance_letter(m, 's'), buf, &native);

	(void)from;
	if (e == ERR_OK && native.len > SYMBOL_MAX)
		e = ERR_FULL;
	if (e == ERR_OK)
		h->changed(
		    h, native, json_text(j, binance_word(m, BINANCE_CS)));
	return e;
}

static const struct binance_event events[] = {
	{ { "depthUpdate", 11 }, read_depth },
	{ { "bookTicker", 10 }, read_quote },
	{ { "trade", 5 }, read_trade },
	{ { "aggTrade", 8 }, read_aggregate },
	{ { "markPriceUpdate", 15 }, read_mark },
	{ { "kline", 5 }, read_kline },
	{ { "24hrTicker", 10 }, read_ticker },
	{ { "forceOrder", 10 }, read_liquidation },
	{ { "contractInfo", 12 }, read_listing },
	{ { "serverShutdown", 14 }, binance_shutdown },
	{ { "24hrMiniTicker", 14 }, NULL },
};

static const struct binance_dialect dialect = {
	.events = events,
	.count = COUNT(events),
};

enum err
binance_usdm_message(
    struct json *j, const struct origin *from, struct venue_host *h)
{
	return binance_message(&dialect, j, from, h);
}
