#include "venues/deribit.h"

static const struct deribit_pick ticker_picks[] = {
	DERIBIT_PICK(ticker, LAST_PRICE, last_price, false),
	DERIBIT_PICK(ticker, BEST_BID_PRICE, best_bid_price, false),
	DERIBIT_PICK(ticker, BEST_BID_AMOUNT, best_bid_quantity, false),
	DERIBIT_PICK(ticker, BEST_ASK_PRICE, best_ask_price, false),
	DERIBIT_PICK(ticker, BEST_ASK_AMOUNT, best_ask_quantity, false),
};

/* The object stats. */
static const struct deribit_pick stats_picks[] = {
	DERIBIT_PICK(ticker, HIGH, high_price, false),
	DERIBIT_PICK(ticker, LOW, low_price, false),
	DERIBIT_PICK(ticker, VOLUME, volume, false),
	DERIBIT_PICK(ticker, VOLUME_USD, quote_volume, false),
	DERIBIT_PICK(ticker, PRICE_CHANGE, price_change_percent, false),
};

static const struct deribit_pick funding_picks[] = {
	DERIBIT_PICK(funding_rate, CURRENT_FUNDING, funding_rate, false),
	DERIBIT_PICK(funding_rate, MARK_PRICE, mark_price, false),
	DERIBIT_PICK(funding_rate, INDEX_PRICE, index_price, false),
};

static const struct deribit_pick quote_picks[] = {
	DERIBIT_PICK(quote, BEST_BID_PRICE, bid_price, false),
	DERIBIT_PICK(quote, BEST_BID_AMOUNT, bid_quantity, false),
	DERIBIT_PICK(quote, BEST_ASK_PRICE, ask_price, false),
	DERIBIT_PICK(quote, BEST_ASK_AMOUNT, ask_quantity, false),
};

/* A side without orders has been written as two zeros. */
static void
drop_empty(struct dec *price, struct dec *quantity)
{
	if (dec_zero(quantity))
		*price = *quantity = DEC_NONE;
}

/* BTC-PERPETUAL, BTC_USDC-PERPETUAL, not ETH_BTC: see deribit.h. */
static bool
is_quoted_in_dollars(const struct symbol *s)
{
	for (unsigned i = 0; i < s->native_len; i++) {
		const char *quote = &s->native[i + 1];

		if (s->native[i] == '-')
			break;
		if (s->native[i] == '_')
			return quote[0] == 'U' && quote[1] == 'S' &&
			       quote[2] == 'D';
	}
	return true;
}

static enum err
read_stats(
    const struct json *j, int stats, const struct symbol *s, struct ticker *t)
{
	struct deribit_members m;
	enum err e = deribit_members(j, stats, &m);

	if (e == ERR_MISSING)
		return ERR_OK;
	if (e == ERR_OK)
		e = deribit_pick(
		    j, &m, stats_picks, DERIBIT_COUNT(stats_picks), t);
	if (e == ERR_OK && !is_quoted_in_dollars(s))
		t->quote_volume = DEC_NONE;
	return e;
}

static enum err
build_ticker(const struct deribit_event *ev, const struct deribit_members *m,
    const struct symbol *s, struct ticker *t)
{
	enum err e;

	record_init(RECORD_ticker, t);
	DERIBIT_NAME(t, s, ev->from);
	e = deribit_pick(
	    ev->j, m, ticker_picks, DERIBIT_COUNT(ticker_picks), t);
	if (e != ERR_OK)
		return e;
	drop_empty(&t->best_bid_price, &t->best_bid_quantity);
	drop_empty(&t->best_ask_price, &t->best_ask_quantity);
	return read_stats(ev->j, deribit_word(m, DERIBIT_STATS), s, t);
}

static enum err
build_funding(const struct deribit_event *ev, const struct deribit_members *m,
    const struct symbol *s, struct funding_rate *f)
{
	enum err e;

	record_init(RECORD_funding_rate, f);
	DERIBIT_NAME(f, s, ev->from);
	e = deribit_pick(
	    ev->j, m, funding_picks, DERIBIT_COUNT(funding_picks), f);
	if (e != ERR_OK)
		return e;
	if (f->mark_price.kind != DEC_NULL && f->index_price.kind != DEC_NULL &&
	    dec_sub(&f->mark_price, &f->index_price, &f->premium_index) !=
		ERR_OK)
		f->premium_index = DEC_NONE;
	return ERR_OK;
}

static enum err
build_interest(const struct deribit_event *ev, const struct deribit_members *m,
    const struct symbol *s, struct open_interest *i)
{
	enum err e;

	record_init(RECORD_open_interest, i);
	DERIBIT_NAME(i, s, ev->from);
	e = json_dec(
	    ev->j, deribit_word(m, DERIBIT_OPEN_INTEREST), &i->open_interest);
	if (e != ERR_OK)
		return e == ERR_MISSING ? ERR_OK : e;
	i->instrument_type = span_of(s->kind);
	if (s->unit == UNIT_QUOTE)
		i->open_interest_value_usd = i->open_interest;
	return ERR_OK;
}

/* All that one message gives; told when all of it could be read. */
struct bundle {
	struct ticker ticker;
	struct funding_rate funding;
	struct open_interest interest;
	bool has_ticker;
	bool has_funding;
	bool has_interest;
};

static enum err
build(const struct deribit_event *ev, const struct deribit_members *m,
    const struct symbol *s, struct bundle *b)
{
	struct venue_host *h = ev->h;
	enum err e = ERR_OK;

	b->has_ticker = h->wants(h, s, CHANNEL_TICKER);
	b->has_funding =
	    s->market == MARKET_PERPETUAL && h->wants(h, s, CHANNEL_FUNDING);
	b->has_interest = h->wants(h, s, CHANNEL_INTEREST);
	if (b->has_ticker)
		e = build_ticker(ev, m, s, &b->ticker);
	if (e == ERR_OK && b->has_funding) {
		e = build_funding(ev, m, s, &b->funding);
		b->has_funding = b->funding.funding_rate.kind != DEC_NULL;
	}
	if (e == ERR_OK && b->has_interest) {
		e = build_interest(ev, m, s, &b->interest);
		b->has_interest = b->interest.open_interest.kind != DEC_NULL;
	}
	return e;
}

enum err
deribit_ticker(const struct deribit_event *ev)
{
	struct venue_host *h = ev->h;
	const struct symbol *s = NULL;
	struct deribit_members m;
	struct bundle b;
	int64_t time;
	enum err e = deribit_members(ev->j, ev->data, &m);

	if (e == ERR_OK)
		e = deribit_find(ev, &m, &s);
	if (e != ERR_OK || s == NULL)
		return e;
	e = deribit_time(ev->j, deribit_word(&m, DERIBIT_TIMESTAMP), &time);
	if (e == ERR_OK)
		e = build(ev, &m, s, &b);
	if (e != ERR_OK)
		return e;
	if (b.has_ticker) {
		b.ticker.timestamp = time;
		h->record(h, s, CHANNEL_TICKER, RECORD_ticker, &b.ticker, NULL);
	}
	if (b.has_funding) {
		b.funding.timestamp = time;
		h->record(h, s, CHANNEL_FUNDING, RECORD_funding_rate,
		    &b.funding, NULL);
	}
	if (b.has_interest) {
		b.interest.timestamp = time;
		h->record(h, s, CHANNEL_INTEREST, RECORD_open_interest,
		    &b.interest, NULL);
	}
	return ERR_OK;
}

enum err
deribit_quote(const struct deribit_event *ev)
{
	const struct symbol *s = NULL;
	struct deribit_members m;
	struct quote q = { .time = TIME_NULL };
	enum err e = deribit_members(ev->j, ev->data, &m);

	if (e == ERR_OK)
		e = deribit_find(ev, &m, &s);
	if (e != ERR_OK || s == NULL)
		return e;
	e = deribit_time(ev->j, deribit_word(&m, DERIBIT_TIMESTAMP), &q.time);
	if (e == ERR_OK || e == ERR_MISSING)
		e = deribit_pick(
		    ev->j, &m, quote_picks, DERIBIT_COUNT(quote_picks), &q);
	if (e != ERR_OK)
		return e;
	drop_empty(&q.bid_price, &q.bid_quantity);
	drop_empty(&q.ask_price, &q.ask_quantity);
	ev->h->quote(ev->h, s, &q);
	return ERR_OK;
}
