/*
 * log.h -- lines of the log on stderr, as logfmt or JSON.
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
 * (one line), or with log_json an object with the same members.  Component and
 * event are rows of tables/events.def.  The same component and event is written
 * at most LOG_BURST times in LOG_PERIOD_S seconds; what was held back is told
 * by suppressed=N on the next line that passes (info and above; error lines
 * count apart).  Values with blanks, quotes or control bytes are quoted and
 * escaped. A line longer than LOG_LINE_MAX is cut and ends with "cut=true".
 * stderr that would block loses the line (counted), never time.  Secrets are
 * never passed to this module.
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

/* clang-format off */
enum {
#define COMPONENT(name, meaning) LOG_OF_##name,
#define EVENT(component, event, level, meaning)
#include "tables/events.def"
#undef COMPONENT
#undef EVENT
	LOG_COMPONENTS
};
/* clang-format on */

enum {
	LOG_LINE_MAX = 1024,
	LOG_BURST = 10,
	LOG_PERIOD_S = 10,
};

struct log_line {
	struct out out;
	enum log_level level;
	struct wall at;
	const char *event;
	bool muted;
	char text[LOG_LINE_MAX];
};

/* A line as it was written, for whoever takes it too. */
struct log_said {
	enum log_level level;
	struct wall at;
	const char *event;
	/* Without a line end; good until the call returns. */
	struct span text;
};

struct log_tap {
	void *owner;
	/* Never waits, and writes no line of the log. */
	void (*take)(struct log_tap *t, const struct log_said *s);
};

/* Levels of single components: one above LOG_DEBUG is that of log_level. */
struct log_levels {
	uint8_t of[LOG_COMPONENTS];
};

/* Lines above this level are dropped; LOG_INFO until it is called. */
void log_level(enum log_level level);

/* Levels of components, over that of all; copied.  NULL: none has its own. */
void log_component_levels(const struct log_levels *levels);

/* JSON instead of logfmt from the next line on. */
void log_json(bool json);

/* stderr is the journal of systemd: <4> in front of a line is its priority. */
void log_priorities(bool on);

/* Lines go there too; NULL ends it. */
void log_tap(struct log_tap *t);

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

/* Severity of syslog (RFC 5424, table 2): error 3, warn 4, info 6, debug 7. */
unsigned log_severity(enum log_level level);

/* log_levels.c: "feed:debug rest:error", words separated by blanks or commas;
 * of two for one component the last counts.  SYNTAX with a reason. */
enum err log_levels_parse(
    const char *words, struct log_levels *levels, struct out *why) MUST_USE;

extern const char *const log_components[LOG_COMPONENTS];

#endif
