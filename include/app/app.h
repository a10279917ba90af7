/*
 * app.h -- the running collector: everything joined, started and stopped.
 */
#ifndef MPEDGE_APP_APP_H
#define MPEDGE_APP_APP_H

#include "app/rates.h"
#include "app/reload.h"
#include "app/state.h"
#include "core/arena.h"
#include "core/loop.h"
#include "core/metrics.h"
#include "core/options.h"
#include "feed/consume.h"
#include "feed/hub.h"
#include "feed/journal.h"
#include "feed/scheduler.h"
#include "feed/source.h"
#include "net/conn.h"
#include "status/status.h"

struct mpedge {
	/* What a reload may change is changed in place. */
	struct options *options;
	struct reload reload;
	struct loop loop;
	struct arena arena;
	struct metrics metrics;
	struct process_metrics process;
	/* Measures each turn. */
	struct hook turn;
	struct journal_metrics journal_metrics;
	struct rates rates;
	struct dns dns;
	struct tls_context tls;
	struct conn_world world;
	struct journal journal;
	struct hub hub;
	struct consume consume;
	struct source sources[VENUE_COUNT];
	unsigned source_count;
	struct state state;
	struct scheduler scheduler;
	struct status status;
	/* Signals arrive as bytes of a pipe. */
	struct watch signals;
	/* After SIGTERM: until everything is confirmed, or drain_ms passed. */
	struct timer drain;
	struct mono drain_end;
	bool draining;
	struct mono started;
};

/* signals is the read end of a pipe with signal numbers.  CONFIG, UNSUPPORTED,
 * SPACE or IO with a reason. */
enum err app_start(
    struct mpedge *m, struct options *o, int signals, struct out *why) MUST_USE;

/* After the loop has ended. */
void app_stop(struct mpedge *m);

/* app_panels.c: what the program shows of itself. */
void app_panels(struct mpedge *m);

/* app_totals.c: the panels totals, clock and versions, and all rates. */
void app_totals(struct mpedge *m);

#endif
