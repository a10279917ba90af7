/*
 * log.h -- logfmt lines on stderr.
 *
 *   struct log_line l;
 *   log_open(&l, LOG_WARN, "feed", "connect_failed");
 *   log_text(&l, "venue", f->name);
 *   log_int(&l, "attempt", f->attempts);
 *   log_send(&l);
 *
 * gives
 *
 *   ts=2026-11-23T10:07:14.567000Z level=warn component=feed
 *   event=connect_failed venue=binance attempt=3
 *
 * (one line).  The same component and event is written at most LOG_BURST times
 * in LOG_PERIOD_S seconds; what was held back is told by suppressed=N on the
 * next line that passes (info and above; error lines count apart).  Values with
 * blanks, quotes or control bytes are quoted and escaped.  A line longer than
 * LOG_LINE_MAX is cut and ends with "cut=true".  stderr that would block loses
 * the line (counted), never time.  Secrets are never passed to this module.
 */
#ifndef MPEDGE_CORE_LOG_H
#define MPEDGE_CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/out.h"
#include "core/time.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

enum {
	LOG_LINE_MAX = 1024,
	LOG_BURST = 10,
	LOG_PERIOD_S = 10,
};

struct log_line {
	struct out out;
	bool muted;
	char text[LOG_LINE_MAX];
};

/* Lines above this level are dropped; LOG_INFO until it is called. */
void log_level(enum log_level level);

/* Wall clock for the lines; without it time_wall is read per line. */
void log_clock(const struct wall *clock);

/* component and event are literals: their addresses identify the rate limit. */
void log_open(struct log_line *l, enum log_level level, const char *component,
    const char *event);
void log_text(struct log_line *l, const char *key, const char *value);
void log_span(struct log_line *l, const char *key, struct span value);
void log_int(struct log_line *l, const char *key, int64_t value);

/* error=NAME, as err_name spells it. */
void log_err(struct log_line *l, enum err e);
void log_send(struct log_line *l);

/* Lines lost because stderr would have blocked, and lines held back. */
uint64_t log_lost(void);

/* "error", "warn", "info", "debug"; UNKNOWN otherwise. */
enum err log_level_parse(struct span name, enum log_level *level) MUST_USE;

#endif
