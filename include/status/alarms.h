/*
 * alarms.h -- the state machine of the alarms of tables/alarms.def.
 *
 * It reads no clock and measures nothing.  Once a second its owner begins a
 * round, reports every subject that is beyond the limit of a rule, and ends the
 * round; a subject that is not reported is well.  A subject that was reported
 * for the rule's hold time without a break fires, and one that fires is over
 * when it was not reported for as long; `changed` is called for both.
 *
 *	ok --reported--> PENDING --held--> FIRING --well, held--> ok
 *	ok <--well------
 *
 * Memory is fixed: what is well takes none, and one rule cannot take all of it.
 * Subjects for which there is no room are counted (beyond), not told of.
 */
#ifndef MPEDGE_STATUS_ALARMS_H
#define MPEDGE_STATUS_ALARMS_H

#include "core/metrics.h"
#include "core/options.h"
#include "core/time.h"

/* clang-format off */
enum alarm_rule {
#define ALARM(name, unit, sev, limit, max, hold_s, meaning, remedy, query) \
	ALARM_##name,
#include "tables/alarms.def"
#undef ALARM
	ALARM_RULES
};
/* clang-format on */

enum alarm_state {
	ALARM_OK,
	ALARM_PENDING,
	ALARM_FIRING,
};

struct alarm_desc {
	const char *name;
	const char *unit;
	const char *severity;
	/* Its keys in [alarms], and the defaults as text. */
	const char *limit_key;
	const char *hold_key;
	const char *limit;
	const char *hold_s;
	const char *meaning;
	const char *remedy;
	const char *query;
	/* Into struct opt_alarms. */
	size_t limit_at;
	size_t hold_at;
};

extern const struct alarm_desc alarm_descs[ALARM_RULES];

enum {
	ALARMS_MAX = 64,
	/* Of one rule. */
	ALARMS_OF_RULE = 40,
	ALARM_SUBJECT_MAX = 128,
	ALARM_WORDS_MAX = 160,
};

struct alarm {
	enum alarm_rule rule;
	enum alarm_state state;
	/* What it is about: a stream, a sink; with NUL. */
	char subject[ALARM_SUBJECT_MAX];
	/* How it stood when it was last reported; with NUL. */
	char words[ALARM_WORDS_MAX];
	/* Reported in this round. */
	bool reported;
	/* Reported, or not reported, since; and when it was first beyond, and
	 * began to fire. */
	struct mono held;
	bool well;
	struct wall since;
	struct wall fired;
};

struct alarms {
	const struct opt_alarms *options;
	struct alarm all[ALARMS_MAX];
	struct alarm_metrics metrics[ALARM_RULES];
	/* Counts of the round under way. */
	uint64_t beyond[ALARM_RULES];
	struct mono now;
	struct wall wall;
	/* It began to fire, or is ALARM_OK again; good until it returns. */
	void (*changed)(struct alarms *a, const struct alarm *of);
	void *owner;
};

void alarms_init(struct alarms *a, const struct opt_alarms *o);

/* 0: the rule is off. */
int64_t alarms_limit(const struct alarms *a, enum alarm_rule r);

void alarms_begin(struct alarms *a, struct mono now, struct wall wall);

/* words: "silent for 63 s".  Both are copied, and cut when they are long. */
void alarms_report(struct alarms *a, enum alarm_rule r, struct span subject,
    struct span words);
void alarms_end(struct alarms *a);

/* How many fire. */
unsigned alarms_firing(const struct alarms *a);

/* alarms_show.c.  An array of objects: rule, severity, state (firing, pending),
 * subject, since, message, remedy; what is well is not in it. */
void alarms_json(const struct alarms *a, struct out *o);

/* For the check `alarms` of /health: a warning when something fires. */
void alarms_health(const struct alarms *a, struct health_check *h);

/* Registers the counters, and a panel `alarms`. */
void alarms_panels(struct alarms *a, struct metrics *m);

#endif
