#include "okx.h"

#include "traffic.h"

enum { CROSSED_TICKS = 3 };

static struct symbol *
find(struct sim *sim, const char *name)
{
	return market_find(&sim->market, name, strlen(name));
}

static bool
do_rename(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = find(sim, argv[1]);

	(void)argc;
	return s && okx_rename(sim, s, argv[2]);
}

static bool
do_preopen(struct sim *sim, int argc, char **argv)
{
	return okx_preopen(sim, argc > 1 ? argv[1] : NULL);
}

static bool
do_cross(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = find(sim, argv[1]);

	if (s)
		okx_more(s)->crossed_until_us =
		    sim->now_us + fault_number(argc, argv, 2, 0) * 1000;
	return s != NULL;
}

const struct command okx_faults[] = {
	{ "rename", 2, "OLD NEW: an instrument gets another name", do_rename },
	{ "preopen", 0, "[ID]: announce it with empty numbers; none any more",
	    do_preopen },
	{ "cross", 2, "SYMBOL MS: the book is crossed, rightly so", do_cross },
	{ 0 },
};

static bool
is_crossed(const struct symbol *s)
{
	return symbol_best(s, ASK) <= symbol_best(s, BID);
}

/* One ask within the bids, or none any more. */
static void
set_crossed(struct sim *sim, struct symbol *s, bool on)
{
	struct diff *d = market_begin(s, sim->wall_us);

	if (on)
		market_change(s, ASK, symbol_best(s, BID) - CROSSED_TICKS,
		    market_roll_qty(&sim->market, s));
	for (int i = 0; !on && i < DIFF_LEVELS && is_crossed(s); i++)
		market_change(s, ASK, symbol_best(s, ASK), 0);
	traffic_diff(sim, s, market_end(&sim->market, s, d));
}

/* The market uncrosses by itself now and then. */
static void
cross(struct sim *sim, struct symbol *s)
{
	struct okx_more *more = okx_more(s);
	bool on = more->crossed_until_us > sim->now_us;

	if (more->crossed_until_us == 0)
		return;
	if (on != is_crossed(s))
		set_crossed(sim, s, on);
	if (!on && !is_crossed(s))
		more->crossed_until_us = 0;
}

void
okx_turn(struct sim *sim)
{
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		if (s->gone)
			continue;
		okx_rename_turn(sim, s);
		cross(sim, s);
		okx_keep_alive(sim, s);
	}
}
