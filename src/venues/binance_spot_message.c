#include "venues/binance.h"

static enum err
read_trade(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct binance_trade t;
	enum err e = binance_find(j, m, h, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	e = binance_trade(j, m, 't', s, from, &t);
	if (e == ERR_OK)
		binance_trade_tell(h, s, &t);
	return e;
}

static enum err
read_depth(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	struct orderbook b;
	enum err e = binance_find(j, m, h, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	e = binance_delta(j, m, s, from, h, &b);
	if (e == ERR_OK)
		e = binance_time(j, binance_letter(m, 'E'), &b.timestamp);
	if (e == ERR_OK)
		h->record(h, s, CHANNEL_BOOK, RECORD_orderbook, &b, NULL);
	return e;
}

static enum err
read_kline(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	enum err e = binance_find(j, m, h, &s);

	return e != ERR_OK || s == NULL ? e : binance_kline(j, m, s, from, h);
}

static enum err
read_ticker(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	const struct symbol *s = NULL;
	enum err e = binance_find(j, m, h, &s);

	return e != ERR_OK || s == NULL ? e : binance_ticker(j, m, s, from, h);
}

static const struct binance_event events[] = {
	{ { "trade", 5 }, read_trade },
	{ { "depthUpdate", 11 }, read_depth },
	{ { "kline", 5 }, read_kline },
	{ { "24hrTicker", 10 }, read_ticker },
	{ { "serverShutdown", 14 }, binance_shutdown },
	{ { "aggTrade", 8 }, NULL },
	{ { "blockTrade", 10 }, NULL },
	{ { "bookTicker", 10 }, NULL },
	{ { "24hrMiniTicker", 14 }, NULL },
	{ { "1hTicker", 8 }, NULL },
	{ { "4hTicker", 8 }, NULL },
	{ { "1dTicker", 8 }, NULL },
	{ { "avgPrice", 8 }, NULL },
	{ { "referencePrice", 14 }, NULL },
};

static const struct binance_dialect dialect = {
	.events = events,
	.count = sizeof(events) / sizeof(events[0]),
	.has_untyped = true,
};

enum err
binance_spot_message(
    struct json *j, const struct origin *from, struct venue_host *h)
{
	return binance_message(&dialect, j, from, h);
}
