/*
 * exchange-sim -- an exchange for tests: TLS WebSocket and REST on 127.0.0.1.
 * `exchange-sim --help` says what it takes; sim.h how it is made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "dialect.h"
#include "options.h"
#include "play.h"
#include "traffic.h"

static volatile sig_atomic_t asked_to_stop;

void
sim_clock(struct sim *sim)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	sim->now_us = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
	clock_gettime(CLOCK_REALTIME, &ts);
	sim->wall_us = (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 +
		       sim->faults.clock_ms * 1000;
}

static void
stop(int number)
{
	(void)number;
	asked_to_stop = 1;
}

static void
correct(struct market_setup *m)
{
	int64_t history = 1024;

	while (history < m->history)
		history *= 2;
	m->history = history;
	m->depth = m->depth < 5 ? 5 : m->depth;
	m->levels = m->levels < 1             ? 1
		    : m->levels > DIFF_LEVELS ? DIFF_LEVELS
					      : m->levels;
}

/* Written elsewhere and moved, so that whoever sees it sees all of it. */
static void
write_ports(const struct sim *sim)
{
	char name[512], temporary[520];
	FILE *f;

	snprintf(name, sizeof(name), "%s/ports", sim->opt.dir);
	snprintf(temporary, sizeof(temporary), "%s.tmp", name);
	f = fopen(temporary, "w");
	if (!f ||
	    fprintf(f, "ws=%d\nrest=%d\ncontrol=%d\n",
		sim->server.ports[CONN_WS], sim->server.ports[CONN_REST],
		sim->server.ports[CONN_CONTROL]) < 0 ||
	    fclose(f) != 0 || rename(temporary, name) != 0) {
		perror(name);
		exit(1);
	}
	printf("ws=%d rest=%d control=%d\n", sim->server.ports[CONN_WS],
	    sim->server.ports[CONN_REST], sim->server.ports[CONN_CONTROL]);
	fflush(stdout);
}

static void
open_all(struct sim *sim)
{
	struct market_setup *m = &sim->setup;
	char *symbols = NULL;

	correct(m);
	if (mkdir(sim->opt.dir, 0777) < 0 && errno != EEXIST) {
		perror(sim->opt.dir);
		exit(1);
	}
	sim_clock(sim);
	if (!sim->opt.plain)
		links_init(sim->opt.dir, sim->opt.wrong_cert);
	if (sim->opt.play) {
		sim->play = play_open(sim->opt.play, &symbols);
		m->symbols = symbols;
	}
	if (!market_init(&sim->market, m, sim->wall_us)) {
		fprintf(stderr, "exchange-sim: no symbol %s at %s\n",
		    sim->market.symbol[sim->market.count - 1].name,
		    sim->dialect->name);
		exit(64);
	}
	faults_init(&sim->faults, sim->market.room);
	ledger_open(&sim->ledger, sim->opt.ledger);
	server_open(sim);
	free(symbols);
}

int
main(int argc, char **argv)
{
	static struct sim sim;
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = stop;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_TIMERSLACK, 1000UL);
	options_read(&sim, argc, argv);
	open_all(&sim);
	sim_clock(&sim);
	traffic_start(&sim);
	write_ports(&sim);
	while (!sim.stop && !asked_to_stop) {
		server_wait(&sim, traffic_due(&sim));
		traffic_run(&sim);
		server_flush(&sim);
	}
	ledger_close(&sim.ledger);
	return 0;
}
