/*
 * bars.h -- candles and 24 hour totals of a symbol, made from its trades.
 *
 * An interval costs nothing until somebody asks for it; then its bars are made
 * from the trades still remembered and kept up to date.
 */
#ifndef EXCHANGE_BARS_H
#define EXCHANGE_BARS_H

#include "market.h"

enum {
	BARS_KEPT = 1024,
};

/* Times are milliseconds; amounts are ticks, lots and their product. */
struct bar {
	int64_t open_time;
	int64_t close_time;
	int64_t open;
	int64_t high;
	int64_t low;
	int64_t close;
	int64_t volume;
	int64_t quote;
	int64_t taker_volume;
	int64_t taker_quote;
	/* -1 in a bar without trades. */
	int64_t first_id;
	int64_t last_id;
	int64_t count;
};

/* Bars of one symbol and interval, the newest last. */
struct series {
	int64_t count;
	struct bar ring[BARS_KEPT];
	int64_t push_due;
};

int interval_count(void);
const char *interval_name(int interval);
/* -1 if there is no such interval. */
int interval_find(const char *name, size_t len);
/* Open and close time of the bar that holds this millisecond. */
int64_t interval_open(int interval, int64_t ms);
int64_t interval_close(int interval, int64_t open_ms);
/* How often an unfinished bar is pushed, in milliseconds. */
int64_t interval_push(int interval);

struct series *bars_want(
    const struct market *m, struct symbol *s, int interval, int64_t ms);
/* NULL if nobody asked for it yet. */
struct series *bars_have(const struct symbol *s, int interval);
void bars_trade(struct symbol *s, const struct trade *t);
/* Closes the bar if its time is over; returns the closed one or NULL. */
const struct bar *series_roll(struct series *r, int interval, int64_t ms);

static inline struct bar *
series_last(struct series *r)
{
	return &r->ring[(r->count - 1) & (BARS_KEPT - 1)];
}

#endif
