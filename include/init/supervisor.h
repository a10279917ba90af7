/*
 * supervisor.h -- when mpedge is started, killed and started again, as a state
 * machine without a process.
 *
 * A program that ended is started again at once, and after short lives with a
 * small pause.  A crash loop (SUP_CRASHES short lives in SUP_CRASH_MS) or a
 * configuration that is not valid (exit status 78) leads to safe mode: another
 * program in its place, the status page and the update and nothing else.  From
 * there the collector is tried again when mp.ini has changed, or by a timer.
 * A program that does not say WATCHDOG=1 in time is killed and started again.
 *
 *   sup_tick       what is to be done now; the caller does it
 *   sup_started    it has been done (or has failed: sup_ended follows)
 *   sup_ended      the process is gone
 */
#ifndef MPEDGE_INIT_SUPERVISOR_H
#define MPEDGE_INIT_SUPERVISOR_H

#include <stdbool.h>

#include "core/out.h"
#include "core/time.h"

enum {
	/* A life shorter than this counts towards a crash loop. */
	SUP_SHORT_MS = 60 * 1000,
	SUP_CRASHES = 5,
	SUP_CRASH_MS = 300 * 1000,
	/* Between two starts: at once, then twice as long each time. */
	SUP_PAUSE_MS = 100,
	SUP_PAUSE_MAX_MS = 5000,
	/* What it is told to say WATCHDOG=1 within; it does so twice as often.
	 */
	SUP_BEAT_MS = 60 * 1000,
	/* For the first one: opening a large journal takes its time. */
	SUP_FIRST_BEAT_MS = 120 * 1000,
	/* From SIGTERM to SIGKILL: more than the largest box.drain_ms. */
	SUP_DRAIN_MS = 70 * 1000,
	/* A process that SIGKILL does not end hangs in the kernel. */
	SUP_KILL_MS = 30 * 1000,
	/* The collector is tried again after these, twice as long each time. */
	SUP_RETRY_CRASH_MS = 5 * 60 * 1000,
	SUP_RETRY_CONFIG_MS = 10 * 60 * 1000,
	SUP_RETRY_MAX_MS = 60 * 60 * 1000,
	/* Ends of safe mode in a row that only a reboot may cure. */
	SUP_SAFE_ENDS = 20,
	SUP_EXIT_CONFIG = 78,
	SUP_REASON_MAX = 160,
};

enum sup_state {
	SUP_WAITING,
	SUP_RUNNING,
	/* SIGTERM was sent. */
	SUP_ENDING,
	/* SIGKILL was sent. */
	SUP_KILLED,
	/* Stopped for good: the box goes down. */
	SUP_DOWN,
};

enum sup_act {
	SUP_NOTHING,
	SUP_START,
	SUP_START_SAFE,
	SUP_TERM,
	SUP_KILL,
};

struct sup {
	enum sup_state state;
	/* What runs or runs next. */
	bool safe;
	/* Safe mode is because of the configuration. */
	bool bad_config;
	/* The box goes down, or the collector takes the place of safe mode. */
	bool closing;
	bool renewing;
	/* mp.ini has changed since; or it has not, and the timer has brought
	 * the collector back. */
	bool changed;
	bool probation;
	bool hung;
	struct mono started;
	/* Of the pause, the drain, the kill. */
	struct mono due;
	struct mono last_beat;
	bool has_beat;
	int64_t pause_ms;
	int64_t retry_ms;
	struct mono retry;
	/* When the last short lives ended, the newest last. */
	struct mono ends[SUP_CRASHES];
	unsigned end_count;
	unsigned safe_ends;
	/* Starts of the collector after the first one. */
	uint64_t restarts;
	uint64_t starts;
	/* Why it was started again last, and why safe mode; NUL-terminated. */
	char reason[SUP_REASON_MAX];
	char safe_reason[SUP_REASON_MAX];
};

void sup_init(struct sup *s, struct mono now);

/* To be called each second or so, and after each of the others. */
enum sup_act sup_tick(struct sup *s, struct mono now);

void sup_started(struct sup *s, struct mono now);

/* status as waitpid has it; negative: it could not even be started. */
void sup_ended(struct sup *s, struct mono now, int status);

/* WATCHDOG=1 or READY=1 has come. */
void sup_beat(struct sup *s, struct mono now);

/* mp.ini has changed: the collector is tried again. */
void sup_config_changed(struct sup *s, struct mono now);

/* End it lawfully and start it again, counted with this reason. */
void sup_renew(struct sup *s, struct mono now, const char *reason);

/* End it and start nothing more; sup_is_down tells when that is done. */
void sup_close(struct sup *s, struct mono now);
bool sup_is_down(const struct sup *s);

/* The collector runs, and has for so long without a break. */
int64_t sup_alive_ms(const struct sup *s, struct mono now);

/*
 * Restarts do not help: a process that cannot be killed, or a safe mode that
 * ends again and again.  The hardware watchdog is not petted then.
 */
bool sup_is_helpless(const struct sup *s, struct mono now);

#endif
