#include "traffic.h"

#include "dialect.h"
#include "play.h"
#include "traffic_contracts.h"

enum {
	/* Most events a turn, so that input is looked at in between. */
	TURN_MAX = 2000,
	TURN_FLAT_OUT = 128,
	TRADES_PERCENT = 50,
	BARS_EVERY_US = 20000,
	DAY_EVERY_US = 1000000,
	IDLE_US = 50000,
};

static void
send_diff(struct sim *sim, struct symbol *s, uint64_t number)
{
	const struct diff *d = symbol_diff(s, number);

	if (!d)
		return;
	sim->dialect->diff(sim, s, d);
	if (d->last > s->id_sent)
		s->id_sent = d->last;
}

/* Who subscribes after this is not told of it either. */
static void
lose_diff(struct symbol *s, uint64_t number)
{
	const struct diff *d = symbol_diff(s, number);

	if (d && d->last > s->id_sent)
		s->id_sent = d->last;
}

void
traffic_release(struct sim *sim, struct symbol *s)
{
	struct symbol_faults *f = &sim->faults.symbol[s->number];

	if (!f->held)
		return;
	send_diff(sim, s, f->held - 1);
	f->held = 0;
}

/*
 * One quantity of the diff becomes another, in what is sent only: what REST
 * says is made from the book itself.  false: it only removes levels.
 */
static bool
corrupt(struct symbol *s, uint64_t number)
{
	const struct diff *d = symbol_diff(s, number);

	for (int64_t id = d ? d->first : 1; d && id <= d->last; id++) {
		struct change *c = &s->changes[id & (CHANGES - 1)];

		if (c->qty == 0)
			continue;
		c->qty++;
		return true;
	}
	return false;
}

/* One diff leaves the venue, unless a fault is in its way. */
static void
deliver(struct sim *sim, struct symbol *s, uint64_t number)
{
	struct symbol_faults *f = &sim->faults.symbol[s->number];

	if (f->skip > 0) {
		f->skip--;
		lose_diff(s, number);
		return;
	}
	if (f->corrupt > 0 && corrupt(s, number))
		f->corrupt--;
	if (f->reorder) {
		f->reorder = false;
		f->held = number + 1;
		return;
	}
	send_diff(sim, s, number);
	traffic_release(sim, s);
	if (f->repeat > 0) {
		f->repeat--;
		send_diff(sim, s, number);
	}
}

static void
deliver_held(struct sim *sim, struct symbol *s, uint64_t hold)
{
	while (s->diff_sent + hold < s->diff_count)
		deliver(sim, s, s->diff_sent++);
}

const struct trade *
traffic_trade(struct sim *sim, struct symbol *s, unsigned liquidated)
{
	struct symbol_faults *f = &sim->faults.symbol[s->number];
	/* A trade is reported a moment after it happened. */
	const struct trade *t =
	    market_trade(&sim->market, s, sim->wall_us - 1, liquidated);

	if (t->none)
		sim->stats.skips++;
	else
		sim->stats.trades += (uint64_t)t->count;
	ledger_trade(&sim->ledger, &sim->market, s, t);
	sim->dialect->trade(sim, s, t);
	if (f->twice > 0) {
		f->twice--;
		sim->dialect->trade(sim, s, t);
	}
	return t;
}

void
traffic_diff(struct sim *sim, struct symbol *s, const struct diff *d)
{
	ledger_diff(&sim->ledger, s, d);
	sim->stats.diffs++;
	deliver_held(sim, s, (uint64_t)sim->opt.hold);
}

static void
step(struct sim *sim)
{
	struct symbol *s = market_pick(&sim->market);

	sim->traffic.produced++;
	sim->traffic.total++;
	if (market_random(&sim->market) % 100 < TRADES_PERCENT) {
		traffic_trade(sim, s, 0);
		return;
	}
	traffic_diff(sim, s, market_diff(&sim->market, s, sim->wall_us));
}

static void
bars_of(struct sim *sim, struct symbol *s, int64_t ms)
{
	for (int i = 0; s->bars && i < interval_count(); i++) {
		struct series *r = bars_have(s, i);
		const struct bar *closed;

		if (!r)
			continue;
		while ((closed = series_roll(r, i, ms))) {
			ledger_bar(&sim->ledger, s, interval_name(i), closed);
			sim->dialect->bar(sim, s, i, closed, true);
		}
		if (r->push_due > ms)
			continue;
		r->push_due = ms + (sim->dialect->bar_ms ? sim->dialect->bar_ms
							 : interval_push(i));
		sim->dialect->bar(sim, s, i, series_last(r), false);
	}
}

static void
run_bars(struct sim *sim)
{
	struct traffic *t = &sim->traffic;
	int64_t day_us =
	    sim->dialect->day_ms ? sim->dialect->day_ms * 1000 : DAY_EVERY_US;

	if (sim->now_us < t->bars_due_us && sim->wall_us < t->second_due_us)
		return;
	t->bars_due_us = sim->now_us + BARS_EVERY_US;
	/* Bars end with the second, before the next trade. */
	t->second_due_us = sim->wall_us - sim->wall_us % 1000000 + 1000000;
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		if (s->gone)
			continue;
		bars_of(sim, s, sim->wall_us / 1000);
		if (s->ticker_due > sim->now_us || s->day.count == 0)
			continue;
		s->ticker_due = sim->now_us + day_us;
		sim->dialect->day(sim, s);
	}
}

/* Flat out and played traffic waits until the clients have subscribed. */
static bool
started(struct sim *sim)
{
	struct traffic *t = &sim->traffic;

	if (t->going || (sim->opt.rate > 0 && !sim->play))
		return true;
	if (sim->streams.subscriptions == 0 ||
	    sim->now_us < sim->streams.changed_us + sim->opt.start_ms * 1000)
		return false;
	t->going = true;
	t->began_us = sim->now_us;
	return true;
}

static int64_t
events_due(const struct sim *sim)
{
	const struct traffic *t = &sim->traffic;
	int64_t due = TURN_FLAT_OUT;

	if (sim->opt.rate > 0)
		due = (sim->now_us - t->began_us) * sim->opt.rate / 1000000 -
		      t->produced;
	else if (!server_has_room(sim))
		due = 0;
	if (sim->opt.total && due > sim->opt.total - t->total)
		due = sim->opt.total - t->total;
	return due < TURN_MAX ? due : TURN_MAX;
}

void
traffic_start(struct sim *sim)
{
	sim->traffic.began_us = sim->now_us;
	ledger_note(&sim->ledger, "{\"k\":\"venue\",\"name\":\"%s\"}",
	    sim->dialect->name);
	contracts_start(sim);
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		ledger_book(&sim->ledger, s);
		s->ticker_due =
		    sim->now_us + (int64_t)i * DAY_EVERY_US / sim->market.count;
	}
}

void
traffic_run(struct sim *sim)
{
	int64_t due;

	if (sim->traffic.paused || !started(sim))
		return;
	if (sim->play) {
		play_run(sim);
		return;
	}
	run_bars(sim);
	contracts_run(sim);
	if (sim->dialect->turn)
		sim->dialect->turn(sim);
	due = events_due(sim);
	for (int64_t i = 0; i < due; i++)
		step(sim);
}

int64_t
traffic_due(const struct sim *sim)
{
	const struct traffic *t = &sim->traffic;
	int64_t due = sim->now_us + IDLE_US;
	int64_t next;

	if (t->paused)
		return due;
	if (!t->going && (sim->opt.rate == 0 || sim->play))
		return sim->streams.subscriptions ? sim->now_us + 1000 : due;
	if (sim->play)
		return play_due(sim);
	if (sim->opt.total && t->total >= sim->opt.total)
		return due;
	if (sim->opt.rate == 0)
		return server_has_room(sim) ? sim->now_us : due;
	next = t->began_us + (t->produced + 1) * 1000000 / sim->opt.rate;
	return next < due ? next : due;
}

void
traffic_pause(struct sim *sim)
{
	bool paused = sim->traffic.paused;

	sim->traffic.paused = true;
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		deliver_held(sim, s, 0);
		traffic_release(sim, s);
		/* The last one shows who misses those before it. */
		if (!paused && !sim->play && !s->gone)
			traffic_trade(sim, s, 0);
	}
}

void
traffic_resume(struct sim *sim)
{
	sim->traffic.paused = false;
	sim->traffic.began_us = sim->now_us;
	sim->traffic.produced = 0;
}
