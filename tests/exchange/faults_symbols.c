#include "faults.h"

#include "dialect.h"
#include "ledger.h"
#include "sim.h"
#include "traffic_contracts.h"

enum { ENGINE_JUMP = 1000000 };

static struct symbol_faults *
symbol_faults(struct sim *sim, const char *name)
{
	struct symbol *s = market_find(&sim->market, name, strlen(name));

	return s ? &sim->faults.symbol[s->number] : NULL;
}

bool
fault_reject(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	(void)argc;
	if (f)
		f->reject = true;
	return f != NULL;
}

bool
fault_skip(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	if (f)
		f->skip = fault_number(argc, argv, 2, 1);
	return f != NULL;
}

bool
fault_repeat(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	if (f)
		f->repeat = fault_number(argc, argv, 2, 1);
	return f != NULL;
}

bool
fault_reorder(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	(void)argc;
	if (f)
		f->reorder = true;
	return f != NULL;
}

bool
fault_corrupt(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	if (f)
		f->corrupt = fault_number(argc, argv, 2, 1);
	return f != NULL;
}

bool
fault_dupstrade(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *f = symbol_faults(sim, argv[1]);

	if (f)
		f->twice = fault_number(argc, argv, 2, 1);
	return f != NULL;
}

bool
fault_seqreset(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = market_find(&sim->market, argv[1], strlen(argv[1]));

	(void)argc;
	if (s)
		s->shown_restart = true;
	return s != NULL;
}

bool
fault_engine(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = market_find(&sim->market, argv[1], strlen(argv[1]));

	if (!s)
		return false;
	s->shown_jump = ENGINE_JUMP;
	sim->faults.symbol[s->number].skip = fault_number(argc, argv, 2, 5);
	return true;
}

/* --- what there is -------------------------------------------------------- */

static void
tell(struct sim *sim, struct symbol *s)
{
	if (sim->dialect->listed)
		sim->dialect->listed(sim, s);
}

bool
fault_list(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = market_list(&sim->market, argv[1], sim->wall_us);

	(void)argc;
	if (!s)
		return false;
	ledger_book(&sim->ledger, s);
	contracts_begin(sim, s);
	tell(sim, s);
	return true;
}

bool
fault_delist(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = market_find(&sim->market, argv[1], strlen(argv[1]));

	(void)argc;
	if (!s)
		return false;
	s->gone = true;
	tell(sim, s);
	return true;
}
