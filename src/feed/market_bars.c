#include <string.h>

#include "feed/market_internal.h"

/*
 * Without a time of its own a bar is as old as what was traded in it: the
 * volume of a bar does not shrink, and nothing comes after its end.
 */
static bool
is_older(const struct market_bar *last, const struct market_bar *next)
{
	if (next->epoch == last->epoch || next->open_time > last->open_time)
		return false;
	return next->open_time < last->open_time ||
	       last->is_closed == BOOL_TRUE ||
	       (last->volume.kind == DEC_NUMBER &&
		   next->volume.kind == DEC_NUMBER &&
		   dec_cmp(&next->volume, &last->volume) < 0);
}

/*
 * Was this seen on another connection, or twice on this one?  While two
 * connections overlap the slower one repeats what the faster one brought;
 * within one connection the venue's order is taken as it is.
 */
static bool
is_repeat(const struct market_bar *last, const struct market_bar *next)
{
	bool same = next->open_time == last->open_time &&
		    next->is_closed == last->is_closed;

	if (last->open_time == TIME_NULL)
		return false;
	if (next->timestamp == TIME_NULL)
		return (same && next->sum == last->sum) || is_older(last, next);
	if (next->timestamp == last->timestamp)
		return same;
	return next->timestamp < last->timestamp && next->epoch != last->epoch;
}

static uint64_t
mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x9e3779b97f4a7c15ULL;
}

static uint64_t
add_dec(uint64_t sum, const struct dec *d)
{
	if (d->kind == DEC_TEXT)
		return mix(sum, span_hash((struct span){ d->text, d->len }));
	return mix(sum, (uint64_t)d->mantissa + d->scale);
}

static uint64_t
sum_of(const struct kline *k)
{
	uint64_t sum = mix(0, (uint64_t)k->open_time);

	sum = add_dec(sum, &k->high_price);
	sum = add_dec(sum, &k->low_price);
	sum = add_dec(sum, &k->close_price);
	return add_dec(sum, &k->volume);
}

/* Can it be kept?  A decimal as text is borrowed. */
static bool
is_own(const struct kline *k)
{
	const struct record_desc *r = &records[RECORD_kline];

	for (size_t i = 0; i < r->field_count; i++) {
		const struct dec *d =
		    (const struct dec *)(const void *)((const char *)k +
						       r->fields[i].offset);

		if (r->fields[i].type == TYPE_DEC && d->kind == DEC_TEXT)
			return false;
	}
	return true;
}

/* The next bar has begun: the one before it is closed as it stood. */
static void
close_bar(struct market *m, const struct market_entry *e, struct market_bar *b)
{
	struct kline k = b->last;

	k.symbol_name = symbol_unified(&e->symbol);
	k.native_symbol = symbol_native(&e->symbol);
	k.interval = span_of(b->interval);
	k.is_closed = BOOL_TRUE;
	k.collected_at = m->from.seen.ns;
	b->kept = false;
	market_emit(m, RECORD_kline, &k);
}

static bool
note(struct market *m, const struct market_entry *e, struct market_bar *last,
    const struct market_bar *next, const struct kline *k)
{
	if (is_repeat(last, next)) {
		m->counts.duplicates++;
		return false;
	}
	if (last->kept && next->open_time > last->open_time)
		close_bar(m, e, last);
	last->timestamp = next->timestamp;
	last->open_time = next->open_time;
	last->sum = next->sum;
	last->epoch = next->epoch;
	last->volume = next->volume;
	last->is_closed = next->is_closed;
	last->kept = m->venue->bars_open && is_own(k);
	if (last->kept)
		last->last = *k;
	return true;
}

bool
market_bar_new(struct market *m, struct market_entry *e, const struct kline *k)
{
	struct market_bar next = { .timestamp = k->timestamp,
		.open_time = k->open_time,
		.epoch = m->from.epoch,
		.is_closed = k->is_closed };
	struct market_bar *b;

	if (k->timestamp == TIME_NULL)
		next.sum = sum_of(k);
	/* A decimal as text is borrowed, and is not compared. */
	if (k->volume.kind == DEC_NUMBER)
		next.volume = k->volume;
	for (unsigned i = 0; i < e->bar_count; i++) {
		if (span_is(k->interval, e->bars[i].interval))
			return note(m, e, &e->bars[i], &next, k);
	}
	/* An interval beyond the table is let through unchecked. */
	if (e->bar_count == MARKET_BARS ||
	    k->interval.len >= sizeof(b->interval))
		return true;
	b = &e->bars[e->bar_count++];
	memset(b, 0, sizeof(*b));
	memcpy(b->interval, k->interval.at, k->interval.len);
	b->timestamp = b->open_time = TIME_NULL;
	return note(m, e, b, &next, k);
}

void
market_bars_lost(struct market_entry *e)
{
	for (unsigned i = 0; i < e->bar_count; i++)
		e->bars[i].kept = false;
}
