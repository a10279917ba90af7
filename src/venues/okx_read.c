#include "venues/okx.h"

/* OKX 4.3.1 */
static const struct okx_pick trade_picks[] = {
	OKX_PICK(trade, price, DEC, PX, true),
	OKX_PICK(trade, quantity, DEC, SZ, true),
	OKX_PICK(trade, timestamp, TIME, TS, true),
};

/*
 * OKX 4.3.4.  An instrument that nobody has traded or quoted has empty texts
 * in every place but ts.
 */
static const struct okx_pick ticker_picks[] = {
	OKX_PICK(ticker, last_price, DEC, LAST, false),
	OKX_PICK(ticker, open_price, DEC, OPEN_24H, false),
	OKX_PICK(ticker, high_price, DEC, HIGH_24H, false),
	OKX_PICK(ticker, low_price, DEC, LOW_24H, false),
	OKX_PICK(ticker, last_quantity, DEC, LAST_SZ, false),
	OKX_PICK(ticker, best_bid_price, DEC, BID_PX, false),
	OKX_PICK(ticker, best_bid_quantity, DEC, BID_SZ, false),
	OKX_PICK(ticker, best_ask_price, DEC, ASK_PX, false),
	OKX_PICK(ticker, best_ask_quantity, DEC, ASK_SZ, false),
	OKX_PICK(ticker, timestamp, TIME, TS, true),
};

/* A pair is in base and quote; of contracts the first one counts contracts and
 * the second one is in base. */
static const struct okx_pick spot_volumes[] = {
	OKX_PICK(ticker, volume, DEC, VOL_24H, false),
	OKX_PICK(ticker, quote_volume, DEC, VOL_CCY_24H, false),
};
static const struct okx_pick contract_volumes[] = {
	OKX_PICK(ticker, volume, DEC, VOL_CCY_24H, false),
};

/* The places in a row of a candle (4.3.3). */
enum candle {
	CANDLE_TS,
	CANDLE_OPEN,
	CANDLE_HIGH,
	CANDLE_LOW,
	CANDLE_CLOSE,
	/* Contracts, or base for spot. */
	CANDLE_VOL,
	/* Base, or quote for spot. */
	CANDLE_VOL_CCY,
	/* Quote. */
	CANDLE_VOL_CCY_QUOTE,
	CANDLE_CONFIRM,
	CANDLE_PLACES
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum err
okx_symbol(const struct okx_push *p, int token, const struct symbol **s)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	enum err e;

	if (json_none(p->j, token))
		return ERR_MISSING;
	e = json_string(p->j, token, buf, sizeof(buf), &native);
	if (e == ERR_OK)
		*s = p->h->find(p->h, native);
	return e;
}

enum err
okx_each(const struct okx_push *p,
    enum err (*read)(const struct okx_push *p, int row))
{
	enum err first = ERR_OK;
	int row = json_first(p->j, p->data);

	for (int i = json_size(p->j, p->data); i > 0; i--) {
		enum err e = read(p, row);

		if (first == ERR_OK)
			first = e;
		row = json_next(p->j, row);
	}
	return first;
}

enum err
okx_row(const struct okx_push *p, int row, struct okx_members *m,
    const struct symbol **s)
{
	enum err e = okx_members(p->j, row, m);
	int inst;

	*s = NULL;
	if (e != ERR_OK)
		return e;
	inst = okx_at(m, OKX_INST_ID);
	return okx_symbol(p, json_none(p->j, inst) ? p->inst : inst, s);
}

/*
 * The ids that a trade covers: an aggregate of `count` fills has the id of the
 * last one; without a count it is a fill.
 */
static enum err
covered(const struct json *j, const struct okx_members *m, struct facts *f)
{
	int64_t count = 1;
	enum err e = okx_id(j, okx_at(m, OKX_TRADE_ID), &f->last);

	if (e != ERR_OK)
		return e;
	e = json_i64(j, okx_at(m, OKX_COUNT), &count);
	if (e != ERR_OK && e != ERR_MISSING)
		return e;
	if (count < 1 || count - 1 > f->last)
		return ERR_RANGE;
	f->first = f->last - count + 1;
	return ERR_OK;
}

enum err
okx_trade(const struct json *j, const struct okx_members *m,
    const struct symbol *s, const struct origin *from, struct trade *t,
    char *product, struct facts *f)
{
	enum err e;

	*f = (struct facts){ 0 };
	record_init(RECORD_trade, t);
	OKX_NAME_RECORD(t, s, from);
	e = okx_pick(j, m, trade_picks, COUNT(trade_picks), t);
	if (e == ERR_OK)
		e = covered(j, m, f);
	if (e == ERR_OK)
		e = okx_side(j, okx_at(m, OKX_SIDE), &t->side);
	if (e != ERR_OK)
		return e;
	t->trade_id = json_text(j, okx_at(m, OKX_TRADE_ID));
	symbol_value(s, &t->price, &t->quantity, product, &t->quote_quantity);
	return ERR_OK;
}

static enum err
read_trade(const struct okx_push *p, int row)
{
	const struct symbol *s;
	struct okx_members m;
	char product[DEC_TEXT_MAX];
	struct facts f;
	struct trade t;
	enum err e = okx_row(p, row, &m, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	e = okx_trade(p->j, &m, s, p->from, &t, product, &f);
	if (e == ERR_OK)
		p->h->record(p->h, s, CHANNEL_TRADE, RECORD_trade, &t, &f);
	return e;
}

/* Both kinds number the same fills: the one not collected would repeat them. */
enum err
okx_read_trades(const struct okx_push *p)
{
	return p->h->trades == OKX_TRADES ? okx_each(p, read_trade) : ERR_OK;
}

enum err
okx_read_trades_all(const struct okx_push *p)
{
	return p->h->trades == OKX_TRADES_ALL ? okx_each(p, read_trade)
					      : ERR_OK;
}

static enum err
read_ticker(const struct okx_push *p, int row)
{
	const struct symbol *s;
	struct okx_members m;
	struct ticker t;
	enum err e = okx_row(p, row, &m, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	record_init(RECORD_ticker, &t);
	OKX_NAME_RECORD(&t, s, p->from);
	e = okx_pick(p->j, &m, ticker_picks, COUNT(ticker_picks), &t);
	if (e == ERR_OK && s->market == MARKET_SPOT)
		e = okx_pick(p->j, &m, spot_volumes, COUNT(spot_volumes), &t);
	else if (e == ERR_OK)
		e = okx_pick(
		    p->j, &m, contract_volumes, COUNT(contract_volumes), &t);
	if (e != ERR_OK)
		return e;
	if (t.last_price.kind == DEC_NULL || t.open_price.kind == DEC_NULL ||
	    dec_sub(&t.last_price, &t.open_price, &t.price_change) != ERR_OK)
		t.price_change = DEC_NONE;
	p->h->record(p->h, s, CHANNEL_TICKER, RECORD_ticker, &t, NULL);
	return ERR_OK;
}

enum err
okx_read_tickers(const struct okx_push *p)
{
	return okx_each(p, read_ticker);
}

/* The tokens of a row's places; columns added behind them are not looked at. */
static enum err
open_candle(const struct json *j, int row, int at[CANDLE_PLACES])
{
	int token = json_first(j, row);

	if (json_type(j, row) != JSON_ARRAY)
		return ERR_TYPE;
	if (json_size(j, row) < CANDLE_PLACES)
		return ERR_MISSING;
	for (int i = 0; i < CANDLE_PLACES; i++) {
		at[i] = token;
		token = json_next(j, token);
	}
	return ERR_OK;
}

static enum err
candle_prices(
    const struct json *j, const int at[CANDLE_PLACES], struct kline *k)
{
	enum err e = okx_time(j, at[CANDLE_TS], &k->open_time);

	if (e == ERR_OK)
		e = json_dec(j, at[CANDLE_OPEN], &k->open_price);
	if (e == ERR_OK)
		e = json_dec(j, at[CANDLE_HIGH], &k->high_price);
	if (e == ERR_OK)
		e = json_dec(j, at[CANDLE_LOW], &k->low_price);
	if (e == ERR_OK)
		e = json_dec(j, at[CANDLE_CLOSE], &k->close_price);
	return e;
}

/* The volume in base units, and in quote units behind it. */
static enum err
candle_volumes(const struct json *j, const int at[CANDLE_PLACES],
    const struct symbol *s, struct kline *k)
{
	int base = s->market == MARKET_SPOT ? CANDLE_VOL : CANDLE_VOL_CCY;
	enum err e = json_dec(j, at[base], &k->volume);

	if (e != ERR_OK)
		return e;
	e = json_dec(j, at[base + 1], &k->quote_volume);
	return e == ERR_MISSING ? ERR_OK : e;
}

static enum err
read_candle(const struct okx_push *p, const struct okx_bar *bar,
    const struct symbol *s, int row)
{
	int at[CANDLE_PLACES];
	int64_t confirm = 0;
	struct kline k;
	enum err e = open_candle(p->j, row, at);

	if (e != ERR_OK)
		return e;
	record_init(RECORD_kline, &k);
	OKX_NAME_RECORD(&k, s, p->from);
	e = candle_prices(p->j, at, &k);
	if (e == ERR_OK)
		e = candle_volumes(p->j, at, s, &k);
	if (e == ERR_OK)
		e = json_i64(p->j, at[CANDLE_CONFIRM], &confirm);
	if (e == ERR_OK && (confirm < 0 || confirm > 1))
		e = ERR_RANGE;
	if (e != ERR_OK)
		return e;
	k.is_closed = confirm == 1 ? BOOL_TRUE : BOOL_FALSE;
	k.interval = span_of(bar->interval);
	k.close_time = okx_bar_close(bar, k.open_time);
	p->h->record(p->h, s, CHANNEL_KLINE, RECORD_kline, &k, NULL);
	return ERR_OK;
}

enum err
okx_read_candles(const struct okx_push *p)
{
	static const char prefix[] = "candle";
	struct span native = p->channel;
	const struct okx_bar *bar;
	const struct symbol *s = NULL;
	int row = json_first(p->j, p->data);
	enum err first;

	native.at += sizeof(prefix) - 1;
	native.len -= sizeof(prefix) - 1;
	bar = okx_bar_native(native);
	if (bar == NULL)
		return ERR_UNKNOWN;
	first = okx_symbol(p, p->inst, &s);
	if (first != ERR_OK || s == NULL)
		return first;
	for (int i = json_size(p->j, p->data); i > 0; i--) {
		enum err e = read_candle(p, bar, s, row);

		if (first == ERR_OK)
			first = e;
		row = json_next(p->j, row);
	}
	return first;
}
