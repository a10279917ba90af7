/*
 * scheduler.h -- what is done again and again, beside collecting: checks and
 * re-reads by REST.
 *
 *   scheduler_init(&s, &setup);      before arena_seal
 *   scheduler_start(&s);             after source_start
 *   scheduler_stop(&s);              before source_stop
 *
 * The jobs are the rows of tables/jobs.def; a period of 0 seconds leaves one
 * out, and so does a venue that has nothing for it.  A job runs once at a time:
 * one that is not done when its time has come again skips that run.  First runs
 * are spread over a minute (or the period, if that is shorter), later ones come
 * a period after the last one began, give or take a little, so that jobs of
 * several venues and boxes do not meet; coverage alone keeps to the clock.
 *
 * Calls go through rest_queue: they wait for what is spare of the weight budget
 * and for the end of a ban.
 *
 * /scheduler and the panel "scheduler" show each job: last run, next run,
 * result, runs.
 */
#ifndef MPEDGE_FEED_SCHEDULER_H
#define MPEDGE_FEED_SCHEDULER_H

#include "feed/audit.h"
#include "feed/coverage.h"
#include "feed/rereads.h"
#include "feed/source.h"

enum job_id {
#define JOB(name, scope, period, doc) JOB_##name,
#include "tables/jobs.def"
#undef JOB
	JOB_COUNT
};

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_OK,
	/* It did its work and found something. */
	JOB_WARNING,
	JOB_FAILED,
};

enum {
	SCHEDULER_JOBS_MAX = JOB_COUNT * VENUE_COUNT + 1,
	SCHEDULER_RESULT_MAX = 160,
	SCHEDULER_NAME_MAX = 48,
};

struct scheduler;
struct scheduler_venue;

struct scheduler_job {
	struct scheduler *scheduler;
	/* NULL: of the box. */
	struct scheduler_venue *venue;
	enum job_id id;
	/* "binance:audit", "health" */
	char name[SCHEDULER_NAME_MAX];
	/* 0: not now. */
	int64_t period_ms;
	struct mono due;
	struct mono began;
	/* 0: it has not run. */
	struct wall last;
	bool running;
	enum job_state verdict;
	int64_t took_ms;
	uint64_t runs;
	struct job_metrics metrics;
	char result[SCHEDULER_RESULT_MAX];
};

struct scheduler_venue {
	struct scheduler *scheduler;
	struct source *source;
	struct source_watcher watcher;
	struct audit audit;
	struct coverage_teller coverage;
	struct rereads rereads;
	struct cross cross;
	/* Venue's time of the open interest seen last, a symbol each. */
	int64_t *interests;
	struct scheduler_metrics metrics;
};

struct scheduler_setup {
	const struct opt_scheduler *options;
	struct loop *loop;
	struct metrics *metrics;
	struct journal *journal;
	struct arena *arena;
	struct source *sources;
	unsigned source_count;
	uint64_t seed;
	/* Read the lists of instruments of s again; false: it is being done
	 * already.  NULL: there is no such thing. */
	bool (*instruments)(struct source *s);
};

struct scheduler {
	struct scheduler_setup setup;
	const struct opt_scheduler *options;
	struct loop *loop;
	struct random random;
	struct timer timer;
	struct scheduler_venue venues[VENUE_COUNT];
	unsigned venue_count;
	struct scheduler_job jobs[SCHEDULER_JOBS_MAX];
	unsigned job_count;
	struct scheduler_metrics metrics;
	/* What each panel thought of itself last. */
	enum health_level levels[METRICS_PANELS_MAX];
	bool stopped;
};

void scheduler_init(struct scheduler *s, const struct scheduler_setup *setup);
void scheduler_start(struct scheduler *s);

/* The periods of the options are others now.  Whether it is enabled cannot be
 * changed while it runs. */
void scheduler_change(struct scheduler *s);
void scheduler_stop(struct scheduler *s);

/* For jobs: it is done.  The text is copied. */
void job_done(struct scheduler_job *j, enum job_state state, const char *text);
void job_done_out(
    struct scheduler_job *j, enum job_state state, struct out *text);

/* scheduler_show.c */
void scheduler_panels(struct scheduler *s, struct metrics *m);
const char *job_name(enum job_id id);
const char *job_doc(enum job_id id);

/* scheduler_jobs.c: is there anything to do for it; and do it. */
bool job_wanted(const struct scheduler_venue *v, enum job_id id);
void job_run(struct scheduler_job *j);

#endif
