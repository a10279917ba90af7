#define _GNU_SOURCE
#include "deribit.h"

#include <stdio.h>

#include "ws.h"

static bool
do_ratelimit(struct sim *sim, int argc, char **argv)
{
	int64_t ms = fault_number(argc, argv, 1, 0);

	deribit_of(sim)->limit_next = ms == 0;
	deribit_of(sim)->limit_until_us = sim->now_us + ms * 1000;
	return true;
}

static bool
do_badchannel(struct sim *sim, int argc, char **argv)
{
	struct deribit *d = deribit_of(sim);

	(void)argc;
	snprintf(d->bad_channel, sizeof(d->bad_channel), "%s", argv[1]);
	return true;
}

static bool
do_state(struct sim *sim, int argc, char **argv)
{
	struct symbol *s = market_find(&sim->market, argv[1], strlen(argv[1]));

	(void)argc;
	if (s)
		deribit_set_state(sim, s, argv[2]);
	return s != NULL;
}

static bool
do_liveflag(struct sim *sim, int argc, char **argv)
{
	(void)argc;
	deribit_of(sim)->live_flag = strcmp(argv[1], "on") == 0;
	return deribit_of(sim)->live_flag || strcmp(argv[1], "off") == 0;
}

static bool
do_toolate(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 1, 0);
	struct conn *c;
	int i = 0;

	while ((c = fault_next_ws(sim, &i, only)))
		ws_close(c, 1000, "connection_too_slow");
	return true;
}

const struct command deribit_commands[] = {
	{ "ratelimit", 0,
	    "[MS]: calls in that time, or the next one, have no "
	    "credits",
	    do_ratelimit },
	{ "badchannel", 1, "NAME: refuse whole subscriptions", do_badchannel },
	{ "state", 2, "INSTRUMENT STATE: say so", do_state },
	{ "liveflag", 1, "on|off: liquidations on the stream", do_liveflag },
	{ "toolate", 0, "[CONN]: close, the client is too slow", do_toolate },
	{ NULL, 0, NULL, NULL },
};

void
deribit_clear(struct sim *sim)
{
	struct deribit *d = deribit_of(sim);

	d->limit_next = d->live_flag = false;
	d->limit_until_us = 0;
	d->bad_channel[0] = '\0';
}
