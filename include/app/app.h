/*
 * app.h -- the running collector: everything joined, started and stopped.
 */
#ifndef MPEDGE_APP_APP_H
#define MPEDGE_APP_APP_H

#include "app/about.h"
#include "app/box_facts.h"
#include "app/log_setup.h"
#include "app/lookout.h"
#include "app/notify.h"
#include "app/rates.h"
#include "app/reload.h"
#include "app/sandbox.h"
#include "app/state.h"
#include "app/update_take.h"
#include "core/arena.h"
#include "core/clock.h"
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
	struct standard_metrics standard;
	struct build_metrics build;
	struct clock_metrics clock;
	struct clock_watch clock_watch;
	struct memory_metrics pools[ARENA_POOLS_MAX];
	struct conn_counts counts;
	/* For the families of the service replaced. */
	struct replaced replaced;
	struct mp_system_metrics replaced_system;
	struct mp_queue_metrics replaced_waiting;
	struct mp_collector_info_metrics replaced_collector;
	struct mp_exchange_info_metrics replaced_venues[VENUE_COUNT];
	struct mono replaced_rated;
	struct machine_cpu {
		uint64_t busy;
		uint64_t all;
	} cpu_then;
	/* Measures each turn. */
	struct hook turn;
	struct journal_metrics journal_metrics;
	struct rates rates;
	struct box_facts box_facts;
	struct sink_about about;
	struct dns dns;
	struct syslog syslog;
	struct tls_context tls;
	struct conn_world world;
	/* Of the journal, when that is a file. */
	struct flusher flusher;
	struct journal journal;
	struct hub hub;
	struct consume consume;
	struct source sources[VENUE_COUNT];
	unsigned source_count;
	struct state state;
	struct scheduler scheduler;
	struct lookout lookout;
	struct status status;
	struct update_take take;
	struct notify notify;
	struct sandbox sandbox;
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
/* The gauges of all venues together, as of source_refresh; sinks that are up.
 */
struct market_metrics app_sum(const struct mpedge *m);
unsigned app_sinks_up(const struct mpedge *m);

/* app_replaced.c: what the service replaced told of itself; the first before
 * sinks and sources, the second after all other panels. */
void app_replaced_start(struct mpedge *m);
void app_replaced_panels(struct mpedge *m);
const char *app_version(void);

/* app_process.c: the front of a file of /proc, in text; SPAN_NULL when it
 * cannot be read. */
struct span app_read(const char *path, char *text, size_t size);
/* app_process.c: the process as the system sees it; owner is a struct mpedge.
 */
void process_register(struct mpedge *m);
void process_refresh(void *owner);
/* After arena_seal: the pools are known. */
void process_register_pools(struct mpedge *m);

#endif
