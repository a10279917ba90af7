#include "venues/deribit.h"

#include <string.h>

enum {
	/* "ETH-311974188" */
	TRADE_ID_MAX = 64,
};

enum err
deribit_find(const struct deribit_event *ev, const struct deribit_members *m,
    const struct symbol **s)
{
	char buf[SYMBOL_MAX + 1];
	struct span native;
	int token = deribit_word(m, DERIBIT_INSTRUMENT_NAME);
	enum err e;

	if (json_none(ev->j, token)) {
		/* Instruments have no points in their names. */
		native = (struct span){ ev->channel.at, 0 };
		while (native.len < ev->channel.len &&
		       native.at[native.len] != '.')
			native.len++;
		if (native.len == 0)
			return ERR_MISSING;
	} else {
		e = deribit_text(ev->j, token, buf, sizeof(buf), &native);
		if (e != ERR_OK)
			return e;
	}
	*s = ev->h->find(ev->h, native);
	return ERR_OK;
}

/* --- trades --------------------------------------------------------------- */

static enum err
read_side(const struct json *j, int token, enum side *side)
{
	struct span text = json_text(j, token);

	if (json_none(j, token))
		return ERR_MISSING;
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	if (DERIBIT_IS(text, "buy"))
		*side = SIDE_BUY;
	else if (DERIBIT_IS(text, "sell"))
		*side = SIDE_SELL;
	else
		return ERR_SYNTAX;
	return ERR_OK;
}

/* Who was liquidated in a trade. */
struct forced {
	bool taker;
	bool maker;
};

/* The flag; UNKNOWN is told, but costs no trade. */
static enum err
read_flag(const struct json *j, int token, struct forced *f)
{
	struct span text = json_text(j, token);

	*f = (struct forced){ false, false };
	if (json_none(j, token))
		return ERR_OK;
	if (json_type(j, token) != JSON_STRING)
		return ERR_UNKNOWN;
	f->taker = DERIBIT_IS(text, "T") || DERIBIT_IS(text, "MT");
	f->maker = DERIBIT_IS(text, "M") || DERIBIT_IS(text, "MT");
	return f->taker || f->maker ? ERR_OK : ERR_UNKNOWN;
}

static void
tell_liquidation(const struct trade *t, enum side side, const struct symbol *s,
    struct venue_host *h)
{
	struct liquidation l;

	record_init(RECORD_liquidation, &l);
	l.exchange_name = t->exchange_name;
	l.symbol_name = t->symbol_name;
	l.native_symbol = t->native_symbol;
	l.market_type = t->market_type;
	l.collected_at = t->collected_at;
	l.side = (uint8_t)side;
	l.price = t->price;
	l.quantity = t->quantity;
	l.value = t->quote_quantity;
	l.instrument_type = span_of(s->kind);
	l.timestamp = t->timestamp;
	l.backfill = t->backfill;
	l.venue_trade_id = t->trade_id;
	h->record(h, s, CHANNEL_LIQUIDATION, RECORD_liquidation, &l, NULL);
}

enum err
deribit_trade(const struct json *j, const struct deribit_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h,
    enum tristate backfill)
{
	char id[TRADE_ID_MAX];
	char product[DEC_TEXT_MAX];
	struct facts f = { 0 };
	struct forced forced;
	enum side side = SIDE_NULL;
	struct trade t;
	enum err e;

	record_init(RECORD_trade, &t);
	DERIBIT_NAME(&t, s, from);
	e = deribit_id(j, deribit_word(m, DERIBIT_TRADE_SEQ), &f.first);
	if (e == ERR_OK)
		e = deribit_text(j, deribit_word(m, DERIBIT_TRADE_ID), id,
		    sizeof(id), &t.trade_id);
	if (e == ERR_OK)
		e = json_dec(j, deribit_word(m, DERIBIT_PRICE), &t.price);
	if (e == ERR_OK)
		e = deribit_amount(
		    j, deribit_word(m, DERIBIT_AMOUNT), &t.quantity);
	if (e == ERR_OK)
		e = deribit_time(
		    j, deribit_word(m, DERIBIT_TIMESTAMP), &t.timestamp);
	if (e == ERR_OK)
		e = read_side(j, deribit_word(m, DERIBIT_DIRECTION), &side);
	if (e != ERR_OK)
		return e;
	f.last = f.first;
	t.side = (uint8_t)side;
	t.backfill = (uint8_t)backfill;
	symbol_value(s, &t.price, &t.quantity, product, &t.quote_quantity);
	h->record(h, s, CHANNEL_TRADE, RECORD_trade, &t, &f);
	e = read_flag(j, deribit_word(m, DERIBIT_LIQUIDATION), &forced);
	if ((!forced.taker && !forced.maker) ||
	    !h->wants(h, s, CHANNEL_LIQUIDATION))
		return e;
	if (forced.taker)
		tell_liquidation(&t, side, s, h);
	if (forced.maker)
		tell_liquidation(
		    &t, side == SIDE_BUY ? SIDE_SELL : SIDE_BUY, s, h);
	return e;
}

/* Each row for itself; the first error is the message's. */
enum err
deribit_trades(const struct deribit_event *ev)
{
	enum err first = ERR_OK;
	int row = json_first(ev->j, ev->data);

	if (json_none(ev->j, ev->data))
		return ERR_MISSING;
	if (json_type(ev->j, ev->data) != JSON_ARRAY)
		return ERR_TYPE;
	for (; row >= 0; row = json_next(ev->j, row)) {
		struct deribit_members m;
		const struct symbol *s = NULL;
		enum err e = deribit_members(ev->j, row, &m);

		if (e == ERR_OK)
			e = deribit_find(ev, &m, &s);
		if (e == ERR_OK && s != NULL)
			e = deribit_trade(
			    ev->j, &m, s, ev->from, ev->h, BOOL_NULL);
		if (first == ERR_OK)
			first = e;
	}
	return first;
}

/* --- books ---------------------------------------------------------------- */

/* BTC-PERPETUAL.100ms, not BTC-PERPETUAL.none.20.100ms (5.4.2). */
static bool
is_grouped(struct span channel)
{
	unsigned points = 0;

	for (size_t i = 0; i < channel.len; i++)
		points += channel.at[i] == '.';
	return points > 1;
}

/* What the ids and the type say; MISSING when they do not fit. */
static enum err
read_step(
    const struct json *j, const struct deribit_members *m, struct orderbook *b)
{
	int type = deribit_word(m, DERIBIT_TYPE);
	struct span text = json_text(j, type);
	int64_t previous = SEQ_NULL;
	enum err e = deribit_id(
	    j, deribit_word(m, DERIBIT_CHANGE_ID), &b->last_update_id);

	if (e != ERR_OK)
		return e;
	e = deribit_id(j, deribit_word(m, DERIBIT_PREV_CHANGE_ID), &previous);
	if (e != ERR_OK && e != ERR_MISSING)
		return e;
	b->update_type = e == ERR_OK ? UPDATE_DELTA : UPDATE_SNAPSHOT;
	if (json_none(j, type)) {
		/* Before 2021 there was none. */
		b->prev_update_id = previous;
		return ERR_OK;
	}
	if (json_type(j, type) != JSON_STRING)
		return ERR_TYPE;
	if (DERIBIT_IS(text, "snapshot")) {
		b->update_type = UPDATE_SNAPSHOT;
		return ERR_OK;
	}
	if (!DERIBIT_IS(text, "change"))
		return ERR_UNKNOWN;
	b->prev_update_id = previous;
	return e;
}

enum err
deribit_book(const struct deribit_event *ev)
{
	const struct json *j = ev->j;
	const struct symbol *s = NULL;
	struct deribit_members m;
	struct orderbook b;
	uint32_t used = 0;
	enum err e = deribit_members(j, ev->data, &m);

	if (e == ERR_OK)
		e = deribit_find(ev, &m, &s);
	if (e != ERR_OK || s == NULL)
		return e;
	if (is_grouped(ev->channel))
		return ERR_UNSUPPORTED;
	record_init(RECORD_orderbook, &b);
	DERIBIT_NAME(&b, s, ev->from);
	e = read_step(j, &m, &b);
	if (e == ERR_OK)
		e = deribit_time(
		    j, deribit_word(&m, DERIBIT_TIMESTAMP), &b.timestamp);
	if (e == ERR_OK)
		e = deribit_levels(j, deribit_word(&m, DERIBIT_BIDS), false,
		    ev->h, &used, &b.bids);
	if (e == ERR_OK)
		e = deribit_levels(j, deribit_word(&m, DERIBIT_ASKS), false,
		    ev->h, &used, &b.asks);
	if (e != ERR_OK)
		return e;
	b.depth_levels = used;
	b.is_valid = BOOL_TRUE;
	ev->h->record(ev->h, s, CHANNEL_BOOK, RECORD_orderbook, &b, NULL);
	return ERR_OK;
}

/* --- candles -------------------------------------------------------------- */

/* Section 5.4.3: resolutions in minutes, and one in days. */
static const struct bar {
	char interval[4];
	char resolution[4];
	uint16_t minutes;
} bars[] = {
	{ "1m", "1", 1 },
	{ "3m", "3", 3 },
	{ "5m", "5", 5 },
	{ "10m", "10", 10 },
	{ "15m", "15", 15 },
	{ "30m", "30", 30 },
	{ "1h", "60", 60 },
	{ "2h", "120", 120 },
	{ "3h", "180", 180 },
	{ "6h", "360", 360 },
	{ "12h", "720", 720 },
	{ "1d", "1D", 1440 },
};

const char *
deribit_resolution(const char *interval)
{
	for (size_t i = 0; i < DERIBIT_COUNT(bars); i++) {
		if (strcmp(bars[i].interval, interval) == 0)
			return bars[i].resolution;
	}
	return NULL;
}

static const struct bar *
bar_of(struct span resolution)
{
	for (size_t i = 0; i < DERIBIT_COUNT(bars); i++) {
		if (span_is(resolution, bars[i].resolution))
			return &bars[i];
	}
	return NULL;
}

static const struct deribit_pick kline_picks[] = {
	DERIBIT_PICK(kline, OPEN, open_price, true),
	DERIBIT_PICK(kline, HIGH, high_price, true),
	DERIBIT_PICK(kline, LOW, low_price, true),
	DERIBIT_PICK(kline, CLOSE, close_price, true),
	DERIBIT_PICK(kline, VOLUME, volume, true),
	DERIBIT_PICK(kline, COST, quote_volume, false),
};

/* trades.BTC-PERPETUAL.1: data says neither instrument nor resolution. */
static bool
cut_chart(struct span channel, struct span *native, struct span *resolution)
{
	static const char start[] = "trades.";
	size_t len = sizeof(start) - 1;
	size_t dot = channel.len;

	if (channel.len <= len || memcmp(channel.at, start, len) != 0)
		return false;
	while (dot > len && channel.at[dot - 1] != '.')
		dot--;
	if (dot <= len + 1)
		return false;
	*native = (struct span){ channel.at + len, dot - 1 - len };
	*resolution = (struct span){ channel.at + dot, channel.len - dot };
	return true;
}

enum err
deribit_chart(const struct deribit_event *ev)
{
	const struct json *j = ev->j;
	const struct symbol *s;
	const struct bar *bar;
	struct deribit_members m;
	struct span native, resolution;
	struct kline k;
	enum err e = deribit_members(j, ev->data, &m);

	if (e != ERR_OK)
		return e;
	if (!cut_chart(ev->channel, &native, &resolution))
		return ERR_UNKNOWN;
	bar = bar_of(resolution);
	if (bar == NULL)
		return ERR_UNKNOWN;
	s = ev->h->find(ev->h, native);
	if (s == NULL)
		return ERR_OK;
	record_init(RECORD_kline, &k);
	DERIBIT_NAME(&k, s, ev->from);
	e = deribit_time(j, deribit_word(&m, DERIBIT_TICK), &k.open_time);
	if (e == ERR_OK)
		e = deribit_pick(
		    j, &m, kline_picks, DERIBIT_COUNT(kline_picks), &k);
	if (e != ERR_OK)
		return e;
	if (__builtin_add_overflow(k.open_time,
		bar->minutes * 60 * NS_PER_S - NS_PER_MS, &k.close_time))
		return ERR_RANGE;
	k.interval = span_of(bar->interval);
	ev->h->record(ev->h, s, CHANNEL_KLINE, RECORD_kline, &k, NULL);
	return ERR_OK;
}

/* --- listings ------------------------------------------------------------- */

/* instrument.state.any.any: {"instrument_name":...,"state":"open"} (5.4.8) */
enum err
deribit_state(const struct deribit_event *ev)
{
	struct deribit_members m;
	struct span native, state;
	char name_buf[SYMBOL_MAX + 1];
	char state_buf[32];
	enum err e = deribit_members(ev->j, ev->data, &m);

	if (e == ERR_OK)
		e = deribit_text(ev->j,
		    deribit_word(&m, DERIBIT_INSTRUMENT_NAME), name_buf,
		    sizeof(name_buf), &native);
	if (e == ERR_OK)
		e = deribit_text(ev->j, deribit_word(&m, DERIBIT_STATE),
		    state_buf, sizeof(state_buf), &state);
	if (e == ERR_OK)
		ev->h->changed(ev->h, native, state);
	return e;
}
