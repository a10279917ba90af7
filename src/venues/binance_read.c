#include "venues/binance.h"

/* Binance streams: trade */
static const struct binance_pick trade_picks[] = {
	BINANCE_PICK(trade, 'p', DEC, price, true),
	BINANCE_PICK(trade, 'q', DEC, quantity, true),
	BINANCE_PICK(trade, 'T', TIME, timestamp, true),
};

/* Binance streams: kline, the object k */
static const struct binance_pick kline_picks[] = {
	BINANCE_PICK(kline, 't', TIME, open_time, true),
	BINANCE_PICK(kline, 'T', TIME, close_time, true),
	BINANCE_PICK(kline, 'o', DEC, open_price, true),
	BINANCE_PICK(kline, 'h', DEC, high_price, true),
	BINANCE_PICK(kline, 'l', DEC, low_price, true),
	BINANCE_PICK(kline, 'c', DEC, close_price, true),
	BINANCE_PICK(kline, 'v', DEC, volume, true),
	BINANCE_PICK(kline, 'q', DEC, quote_volume, false),
	BINANCE_PICK(kline, 'n', ID, trade_count, false),
	BINANCE_PICK(kline, 'V', DEC, taker_buy_volume, false),
	BINANCE_PICK(kline, 'Q', DEC, taker_buy_quote_volume, false),
	BINANCE_PICK(kline, 'x', BOOL, is_closed, true),
};

/* Binance streams: 24 hour ticker */
static const struct binance_pick ticker_picks[] = {
	BINANCE_PICK(ticker, 'c', DEC, last_price, true),
	BINANCE_PICK(ticker, 'o', DEC, open_price, true),
	BINANCE_PICK(ticker, 'h', DEC, high_price, true),
	BINANCE_PICK(ticker, 'l', DEC, low_price, true),
	BINANCE_PICK(ticker, 'v', DEC, volume, true),
	BINANCE_PICK(ticker, 'q', DEC, quote_volume, true),
	BINANCE_PICK(ticker, 'p', DEC, price_change, false),
	BINANCE_PICK(ticker, 'P', DEC, price_change_percent, false),
	BINANCE_PICK(ticker, 'w', DEC, weighted_avg_price, false),
	BINANCE_PICK(ticker, 'Q', DEC, last_quantity, false),
	BINANCE_PICK(ticker, 'b', DEC, best_bid_price, false),
	BINANCE_PICK(ticker, 'B', DEC, best_bid_quantity, false),
	BINANCE_PICK(ticker, 'a', DEC, best_ask_price, false),
	BINANCE_PICK(ticker, 'A', DEC, best_ask_quantity, false),
	BINANCE_PICK(ticker, 'O', TIME, open_time, false),
	BINANCE_PICK(ticker, 'C', TIME, close_time, false),
	BINANCE_PICK(ticker, 'F', TRADE_ID, first_trade_id, false),
	BINANCE_PICK(ticker, 'L', TRADE_ID, last_trade_id, false),
	BINANCE_PICK(ticker, 'n', ID, trade_count, false),
	BINANCE_PICK(ticker, 'E', TIME, timestamp, true),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum err
pick_trade_id(const struct json *j, int token, int64_t *id)
{
	enum err e = json_i64(j, token, id);

	if (e == ERR_OK && *id == -1) {
		*id = SEQ_NULL;
		return ERR_OK;
	}
	return e == ERR_OK ? binance_id(j, token, id) : e;
}

static enum err
pick_bool(const struct json *j, int token, uint8_t *to)
{
	bool value;
	enum err e = json_bool(j, token, &value);

	if (e == ERR_OK)
		*to = value ? BOOL_TRUE : BOOL_FALSE;
	return e;
}

static enum err
pick_one(const struct json *j, int token, enum binance_type type, void *to)
{
	switch (type) {
	case BINANCE_PICK_TIME:
		return binance_time(j, token, to);
	case BINANCE_PICK_ID:
		return binance_id(j, token, to);
	case BINANCE_PICK_TRADE_ID:
		return pick_trade_id(j, token, to);
	case BINANCE_PICK_DEC:
		return json_dec(j, token, to);
	case BINANCE_PICK_BOOL:
		return pick_bool(j, token, to);
	}
	return ERR_TYPE;
}

enum err
binance_pick(const struct json *j, const struct binance_members *m,
    const struct binance_pick *picks, size_t n, void *rec)
{
	for (size_t i = 0; i < n; i++) {
		const struct binance_pick *p = &picks[i];
		enum err e = pick_one(j, binance_letter(m, p->letter), p->type,
		    (char *)rec + p->offset);

		if (e == ERR_MISSING && !p->required)
			continue;
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
binance_native(const struct json *j, int token, char buf[SYMBOL_MAX + 1],
    struct span *native)
{
	if (json_none(j, token))
		return ERR_MISSING;
	return json_string(j, token, buf, SYMBOL_MAX + 1, native);
}

enum err
binance_find(const struct json *j, const struct binance_members *m,
    struct venue_host *h, const struct symbol **s)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	enum err e = binance_native(j, binance_letter(m, 's'), buf, &native);

	if (e == ERR_OK)
		*s = h->find(h, native);
	return e;
}

enum err
binance_trade(const struct json *j, const struct binance_members *m,
    char id_letter, const struct symbol *s, const struct origin *from,
    struct binance_trade *t)
{
	int token = binance_letter(m, id_letter);
	bool maker;
	enum err e;

	record_init(RECORD_trade, &t->record);
	BINANCE_NAME(&t->record, s, from);
	e = binance_pick(j, m, trade_picks, COUNT(trade_picks), &t->record);
	if (e == ERR_OK)
		e = binance_id(j, token, &t->id);
	if (e == ERR_OK)
		e = json_bool(j, binance_letter(m, 'm'), &maker);
	if (e != ERR_OK)
		return e;
	/* The buyer was the maker: then the taker sold. */
	t->record.side = maker ? SIDE_SELL : SIDE_BUY;
	t->record.trade_id = json_text(j, token);
	symbol_value(s, &t->record.price, &t->record.quantity, t->product,
	    &t->record.quote_quantity);
	return ERR_OK;
}

bool
binance_trade_is_one(const struct binance_trade *t)
{
	return !dec_zero(&t->record.price) && !dec_zero(&t->record.quantity);
}

void
binance_trade_tell(
    struct venue_host *h, const struct symbol *s, struct binance_trade *t)
{
	struct facts f = { .first = t->id, .last = t->id };

	h->record(h, s, CHANNEL_TRADE, RECORD_trade, &t->record, &f);
}

enum err
binance_delta(const struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h,
    struct orderbook *b)
{
	uint32_t used = 0;
	enum err e;

	record_init(RECORD_orderbook, b);
	BINANCE_NAME(b, s, from);
	b->update_type = UPDATE_DELTA;
	b->is_valid = BOOL_TRUE;
	e = binance_id(j, binance_letter(m, 'U'), &b->first_update_id);
	if (e == ERR_OK)
		e = binance_id(j, binance_letter(m, 'u'), &b->last_update_id);
	if (e == ERR_OK && b->first_update_id > b->last_update_id)
		e = ERR_RANGE;
	if (e == ERR_OK)
		e = binance_levels(
		    j, binance_letter(m, 'b'), h, &used, &b->bids);
	if (e == ERR_OK)
		e = binance_levels(
		    j, binance_letter(m, 'a'), h, &used, &b->asks);
	b->depth_levels = used;
	return e;
}

/*
 * What COIN-M says of a volume is contracts, and base units where the others
 * say quote units (3.4.3).  text[DEC_TEXT_MAX] is for the quote volume.
 */
static void
from_contracts(
    const struct symbol *s, struct dec *volume, struct dec *quote, char *text)
{
	struct dec contracts = *volume;

	*volume = *quote;
	symbol_value(s, &contracts, &contracts, text, quote);
}

static enum err
read_bar(const struct json *j, const struct binance_members *m, struct kline *k)
{
	struct binance_members bar;
	int object = binance_letter(m, 'k');
	int interval;
	enum err e;

	if (json_none(j, object))
		return ERR_MISSING;
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	e = binance_members(j, object, &bar);
	if (e == ERR_OK)
		e = binance_pick(j, &bar, kline_picks, COUNT(kline_picks), k);
	if (e != ERR_OK)
		return e;
	interval = binance_letter(&bar, 'i');
	if (json_type(j, interval) != JSON_STRING)
		return ERR_MISSING;
	k->interval = json_text(j, interval);
	if (k->interval.len == 0 ||
	    k->interval.len >= sizeof(((struct stream *)0)->interval))
		return ERR_RANGE;
	return ERR_OK;
}

enum err
binance_kline(struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h)
{
	char text[2][DEC_TEXT_MAX];
	struct kline k;
	enum err e;

	record_init(RECORD_kline, &k);
	BINANCE_NAME(&k, s, from);
	e = binance_time(j, binance_letter(m, 'E'), &k.timestamp);
	if (e == ERR_OK)
		e = read_bar(j, m, &k);
	if (e != ERR_OK)
		return e;
	if (s->inverse) {
		from_contracts(s, &k.volume, &k.quote_volume, text[0]);
		from_contracts(
		    s, &k.taker_buy_volume, &k.taker_buy_quote_volume, text[1]);
	}
	h->record(h, s, CHANNEL_KLINE, RECORD_kline, &k, NULL);
	return ERR_OK;
}

enum err
binance_ticker(struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h)
{
	char text[DEC_TEXT_MAX];
	struct ticker t;
	enum err e;

	record_init(RECORD_ticker, &t);
	BINANCE_NAME(&t, s, from);
	e = binance_pick(j, m, ticker_picks, COUNT(ticker_picks), &t);
	if (e != ERR_OK)
		return e;
	if (s->inverse)
		from_contracts(s, &t.volume, &t.quote_volume, text);
	h->record(h, s, CHANNEL_TICKER, RECORD_ticker, &t, NULL);
	return ERR_OK;
}
