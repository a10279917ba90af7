#include "status/alarms.h"

#include <string.h>

/* clang-format off */
const struct alarm_desc alarm_descs[ALARM_RULES] = {
#define ALARM(name, unit, sev, limit, max, hold_s, meaning, remedy, query) \
	{ #name, #unit, #sev, #name "_" #unit, #name "_hold_s", limit, \
	    hold_s, meaning, remedy, query, \
	    offsetof(struct opt_alarms, name##_##unit), \
	    offsetof(struct opt_alarms, name##_hold_s) },
#include "tables/alarms.def"
#undef ALARM
};
/* clang-format on */

static int64_t
option(const struct alarms *a, size_t at)
{
	int64_t value;

	memcpy(&value, (const char *)a->options + at, sizeof(value));
	return value;
}

int64_t
alarms_limit(const struct alarms *a, enum alarm_rule r)
{
	return option(a, alarm_descs[r].limit_at);
}

static bool
has_held(const struct alarms *a, const struct alarm *x)
{
	int64_t hold_s = option(a, alarm_descs[x->rule].hold_at);

	return mono_due(mono_after_ms(x->held, hold_s * 1000), a->now);
}

void
alarms_init(struct alarms *a, const struct opt_alarms *o)
{
	memset(a, 0, sizeof(*a));
	a->options = o;
}

void
alarms_begin(struct alarms *a, struct mono now, struct wall wall)
{
	a->now = now;
	a->wall = wall;
	memset(a->beyond, 0, sizeof(a->beyond));
	for (unsigned i = 0; i < ALARMS_MAX; i++)
		a->all[i].reported = false;
}

static void
copy(char *to, size_t size, struct span from)
{
	struct out o;

	if (from.len > size - 1)
		from.len = size - 1;
	out_init(&o, to, size);
	out_span(&o, from);
	out_cstr(&o);
}

/* The one of this subject, else a free one, else NULL. */
static struct alarm *
place_of(struct alarms *a, enum alarm_rule r, struct span subject)
{
	struct alarm *empty = NULL;
	unsigned of_rule = 0;

	for (unsigned i = 0; i < ALARMS_MAX; i++) {
		struct alarm *x = &a->all[i];

		if (x->state == ALARM_OK) {
			if (empty == NULL)
				empty = x;
			continue;
		}
		if (x->rule != r)
			continue;
		if (span_is(subject, x->subject))
			return x;
		of_rule++;
	}
	return of_rule < ALARMS_OF_RULE ? empty : NULL;
}

static void
alarm_goto(struct alarms *a, struct alarm *x, enum alarm_state to)
{
	bool fired = x->state == ALARM_FIRING;

	x->state = to;
	x->held = a->now;
	x->well = false;
	if (to == ALARM_PENDING)
		x->since = a->wall;
	if (to == ALARM_FIRING) {
		x->fired = a->wall;
		a->metrics[x->rule].fired++;
	}
	if ((fired || to == ALARM_FIRING) && a->changed != NULL)
		a->changed(a, x);
}

void
alarms_report(
    struct alarms *a, enum alarm_rule r, struct span subject, struct span words)
{
	struct alarm *x;

	if (subject.len > ALARM_SUBJECT_MAX - 1)
		subject.len = ALARM_SUBJECT_MAX - 1;
	a->beyond[r]++;
	x = place_of(a, r, subject);
	if (x == NULL)
		return;
	x->reported = true;
	copy(x->words, sizeof(x->words), words);
	if (x->state != ALARM_OK)
		return;
	x->rule = r;
	copy(x->subject, sizeof(x->subject), subject);
	alarm_goto(a, x, ALARM_PENDING);
}

static void
step(struct alarms *a, struct alarm *x)
{
	switch (x->state) {
	case ALARM_OK:
		return;
	case ALARM_PENDING:
		if (!x->reported)
			alarm_goto(a, x, ALARM_OK);
		else if (has_held(a, x))
			alarm_goto(a, x, ALARM_FIRING);
		return;
	case ALARM_FIRING:
		if (x->reported) {
			x->well = false;
			return;
		}
		if (!x->well)
			x->held = a->now;
		x->well = true;
		if (has_held(a, x))
			alarm_goto(a, x, ALARM_OK);
		return;
	}
}

void
alarms_end(struct alarms *a)
{
	for (unsigned i = 0; i < ALARMS_MAX; i++)
		step(a, &a->all[i]);
	for (unsigned r = 0; r < ALARM_RULES; r++) {
		a->metrics[r].beyond = a->beyond[r];
		a->metrics[r].firing = 0;
	}
	for (unsigned i = 0; i < ALARMS_MAX; i++) {
		if (a->all[i].state == ALARM_FIRING)
			a->metrics[a->all[i].rule].firing++;
	}
}

unsigned
alarms_firing(const struct alarms *a)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ALARMS_MAX; i++)
		n += a->all[i].state == ALARM_FIRING;
	return n;
}
