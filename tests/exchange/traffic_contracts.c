#include "traffic_contracts.h"

#include "contracts.h"
#include "dialect.h"
#include "traffic.h"

enum {
	MARK_EVERY_US = 1000000,
	INTEREST_EVERY_US = 3000000,
	/* Tries to find a derivative among the symbols. */
	TRIES = 64,
};

static int64_t
interest_us(const struct sim *sim)
{
	int64_t ms = sim->dialect->interest_ms;

	return ms ? ms * 1000 : INTEREST_EVERY_US;
}

static void
mark(struct sim *sim, struct symbol *s)
{
	market_mark(&sim->market, s, sim->wall_us);
	ledger_mark(&sim->ledger, s);
	sim->stats.marks++;
	if (sim->dialect->mark)
		sim->dialect->mark(sim, s);
}

static void
interest(struct sim *sim, struct symbol *s)
{
	market_interest(&sim->market, s, sim->wall_us);
	ledger_interest(&sim->ledger, s);
	sim->stats.interests++;
	if (sim->dialect->interest)
		sim->dialect->interest(sim, s);
}

void
contracts_begin(struct sim *sim, struct symbol *s)
{
	if (s->kind == SPOT)
		return;
	market_mark(&sim->market, s, sim->wall_us);
	ledger_mark(&sim->ledger, s);
	market_interest(&sim->market, s, sim->wall_us);
	ledger_interest(&sim->ledger, s);
}

void
contracts_start(struct sim *sim)
{
	int count = sim->market.count;

	for (int i = 0; i < count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		if (s->kind == SPOT)
			continue;
		contracts_begin(sim, s);
		s->mark_due = sim->now_us + (int64_t)i * MARK_EVERY_US / count;
		s->interest_due =
		    sim->now_us + (int64_t)i * interest_us(sim) / count;
	}
	sim->traffic.liquidation_due_us =
	    sim->now_us + sim->opt.liquidations_ms * 1000;
}

static struct symbol *
pick(struct sim *sim)
{
	for (int i = 0; i < TRIES; i++) {
		struct symbol *s = market_pick(&sim->market);

		if (s->kind == PERPETUAL || s->kind == DATED)
			return s;
	}
	return NULL;
}

static void
liquidate(struct sim *sim)
{
	struct traffic *t = &sim->traffic;
	struct symbol *s = pick(sim);
	struct liquidation l;
	unsigned who;

	/* Between none and twice the mean. */
	t->liquidation_due_us =
	    sim->now_us +
	    market_roll(&sim->market, 2000 * sim->opt.liquidations_ms);
	if (!s)
		return;
	who =
	    market_roll(&sim->market, 10) ? LIQUIDATED_TAKER : LIQUIDATED_MAKER;
	l = market_liquidation(&sim->market, traffic_trade(sim, s, who));
	ledger_liquidation(&sim->ledger, s, &l);
	sim->stats.liquidations++;
	if (sim->dialect->liquidation)
		sim->dialect->liquidation(sim, s, &l);
}

void
contracts_run(struct sim *sim)
{
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		if (s->kind == SPOT || s->gone)
			continue;
		if (s->mark_due <= sim->now_us) {
			s->mark_due = sim->now_us + MARK_EVERY_US;
			mark(sim, s);
		}
		if (s->interest_due <= sim->now_us) {
			s->interest_due = sim->now_us + interest_us(sim);
			interest(sim, s);
		}
	}
	if (sim->opt.liquidations_ms &&
	    sim->traffic.liquidation_due_us <= sim->now_us)
		liquidate(sim);
}
