#define _GNU_SOURCE
#include "bars.h"

#include <stdlib.h>
#include <time.h>

struct interval {
	const char *name;
	/* 0: so many months. */
	int64_t ms;
	int months;
	/* It begins so much earlier than in UTC. */
	int64_t east;
};

#define MINUTE (INT64_C(60) * 1000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const struct interval intervals[] = {
	{ "1s", 1000, 0, 0 },
	{ "1m", MINUTE, 0, 0 },
	{ "3m", 3 * MINUTE, 0, 0 },
	{ "5m", 5 * MINUTE, 0, 0 },
	{ "15m", 15 * MINUTE, 0, 0 },
	{ "30m", 30 * MINUTE, 0, 0 },
	{ "1h", HOUR, 0, 0 },
	{ "2h", 2 * HOUR, 0, 0 },
	{ "4h", 4 * HOUR, 0, 0 },
	{ "6h", 6 * HOUR, 0, 0 },
	{ "8h", 8 * HOUR, 0, 0 },
	{ "12h", 12 * HOUR, 0, 0 },
	{ "1d", DAY, 0, 0 },
	{ "3d", 3 * DAY, 0, 0 },
	{ "1w", 7 * DAY, 0, 0 },
	{ "1M", 0, 1, 0 },
	/* Not all venues have these. */
	{ "10m", 10 * MINUTE, 0, 0 },
	{ "3h", 3 * HOUR, 0, 0 },
	{ "2d", 2 * DAY, 0, 0 },
	{ "5d", 5 * DAY, 0, 0 },
	{ "3M", 0, 3, 0 },
	/* Days of Hong Kong. */
	{ "6h+8", 6 * HOUR, 0, 8 * HOUR },
	{ "12h+8", 12 * HOUR, 0, 8 * HOUR },
	{ "1d+8", DAY, 0, 8 * HOUR },
	{ "2d+8", 2 * DAY, 0, 8 * HOUR },
	{ "3d+8", 3 * DAY, 0, 8 * HOUR },
	{ "5d+8", 5 * DAY, 0, 8 * HOUR },
	{ "1w+8", 7 * DAY, 0, 8 * HOUR },
	{ "1M+8", 0, 1, 8 * HOUR },
	{ "3M+8", 0, 3, 8 * HOUR },
};

enum { INTERVALS = sizeof(intervals) / sizeof(*intervals) };

struct bars {
	struct series *series[INTERVALS];
};

int
interval_count(void)
{
	return INTERVALS;
}

const char *
interval_name(int interval)
{
	return intervals[interval].name;
}

int
interval_find(const char *name, size_t len)
{
	for (int i = 0; i < INTERVALS; i++)
		if (strlen(intervals[i].name) == len &&
		    memcmp(intervals[i].name, name, len) == 0)
			return i;
	return -1;
}

/* Start of the months, so many together, that hold ms, or of those after. */
static int64_t
month(int64_t ms, int months, int later)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	tm.tm_mon += later * months - tm.tm_mon % months;
	tm.tm_mday = 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return (int64_t)timegm(&tm) * 1000;
}

int64_t
interval_open(int interval, int64_t ms)
{
	const struct interval *v = &intervals[interval];
	/* 1970 began on a Thursday, weeks begin on Monday. */
	int64_t shift = (v->ms == 7 * DAY ? 4 * DAY : 0) - v->east;

	if (v->ms == 0)
		return month(ms + v->east, v->months, 0) - v->east;
	return ms - (ms - shift) % v->ms;
}

int64_t
interval_close(int interval, int64_t open_ms)
{
	const struct interval *v = &intervals[interval];

	if (v->ms == 0)
		return month(open_ms + v->east, v->months, 1) - v->east - 1;
	return open_ms + v->ms - 1;
}

int64_t
interval_push(int interval)
{
	return intervals[interval].ms == 1000 ? 1000 : 2000;
}

static void
begin_bar(struct series *r, int interval, int64_t ms, int64_t price)
{
	struct bar *b = &r->ring[r->count++ & (BARS_KEPT - 1)];

	memset(b, 0, sizeof(*b));
	b->open_time = interval_open(interval, ms);
	b->close_time = interval_close(interval, b->open_time);
	b->open = b->high = b->low = b->close = price;
	b->first_id = b->last_id = -1;
}

const struct bar *
series_roll(struct series *r, int interval, int64_t ms)
{
	const struct bar *b = series_last(r);

	if (ms <= b->close_time)
		return NULL;
	begin_bar(r, interval, b->close_time + 1, b->close);
	return b;
}

static void
series_trade(struct series *r, int interval, const struct symbol *s,
    const struct trade *t)
{
	struct bar *b = series_last(r);
	int64_t quote = symbol_quote(s, t->price, t->qty);

	if (t->none)
		return;
	while (t->time / 1000 > b->close_time) {
		series_roll(r, interval, t->time / 1000);
		b = series_last(r);
	}
	if (b->count++ == 0) {
		b->open = b->high = b->low = t->price;
		b->first_id = t->id;
	}
	b->high = t->price > b->high ? t->price : b->high;
	b->low = t->price < b->low ? t->price : b->low;
	b->close = t->price;
	b->last_id = t->id;
	b->volume += t->qty;
	b->quote += quote;
	if (!t->maker) {
		b->taker_volume += t->qty;
		b->taker_quote += quote;
	}
}

struct series *
bars_have(const struct symbol *s, int interval)
{
	return s->bars ? s->bars->series[interval] : NULL;
}

struct series *
bars_want(const struct market *m, struct symbol *s, int interval, int64_t ms)
{
	int64_t id = symbol_oldest(m, s);
	const struct trade *t = symbol_trade(m, s, id);
	struct series *r = bars_have(s, interval);

	if (r)
		return r;
	if (!s->bars)
		s->bars = calloc(1, sizeof(*s->bars));
	r = calloc(1, sizeof(*r));
	if (!r || !s->bars)
		abort();
	s->bars->series[interval] = r;
	begin_bar(r, interval, t ? t->time / 1000 : ms,
	    t ? t->price : s->side[BID].level[s->side[BID].count - 1].price);
	for (; t; t = symbol_trade(m, s, ++id))
		series_trade(r, interval, s, t);
	while (series_roll(r, interval, ms))
		;
	return r;
}

static void
day_trade(struct day *d, const struct symbol *s, const struct trade *t)
{
	if (d->count++ == 0) {
		d->open = d->high = d->low = t->price;
		d->first_id = t->id;
	}
	d->high = t->price > d->high ? t->price : d->high;
	d->low = t->price < d->low ? t->price : d->low;
	d->volume += t->qty;
	d->quote += symbol_quote(s, t->price, t->qty);
	d->last = *t;
}

void
bars_trade(struct symbol *s, const struct trade *t)
{
	day_trade(&s->day, s, t);
	for (int i = 0; s->bars && i < INTERVALS; i++)
		if (s->bars->series[i])
			series_trade(s->bars->series[i], i, s, t);
}
