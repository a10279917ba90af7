#include "init/gate.h"

#include <string.h>

static const struct {
	unsigned bit;
	const char *name;
} bits_named[] = {
	{ GATE_LOOP, "loop" },
	{ GATE_CLOCK, "clock" },
	{ GATE_VENUE, "venue" },
	{ GATE_SINK, "sink" },
};

enum {
	BITS = sizeof(bits_named) / sizeof(bits_named[0]),
};

void
gate_init(
    struct gate *g, struct mono now, bool trial, unsigned old, int64_t limit_ms)
{
	memset(g, 0, sizeof(*g));
	g->trial = trial;
	g->old = old;
	g->limit = mono_after_ms(now, limit_ms);
	g->since = now;
}

unsigned
gate_parse(struct span words)
{
	unsigned bits = 0;
	struct span word;

	while ((word = span_word(&words, " \t")).at != NULL) {
		for (unsigned i = 0; i < BITS; i++) {
			size_t len = strlen(bits_named[i].name);

			if (word.len == len + 2 && word.at[len] == ':' &&
			    word.at[len + 1] == '1' &&
			    span_starts(word, bits_named[i].name))
				bits |= bits_named[i].bit;
		}
	}
	return bits;
}

void
gate_missing(struct out *o, unsigned bits)
{
	bool some = false;

	for (unsigned i = 0; i < BITS; i++) {
		if (bits & bits_named[i].bit)
			continue;
		if (some)
			out_char(o, ' ');
		out_text(o, bits_named[i].name);
		some = true;
	}
}

static void
set_bits(struct gate *g, struct mono now, unsigned bits)
{
	if (bits == g->now_bits)
		return;
	g->now_bits = bits;
	g->since = now;
}

void
gate_hear(struct gate *g, struct mono now, unsigned bits)
{
	g->heard = now;
	g->has_heard = true;
	set_bits(g, now, bits & GATE_ALL);
}

/* All that is missing was missing with the old slot. */
static bool
is_alike(const struct gate *g)
{
	return g->old < GATE_UNKNOWN && (~g->now_bits & g->old) == 0;
}

static enum gate_verdict
roll_back(struct gate *g, const char *why, unsigned missing)
{
	struct out o;

	out_init(&o, g->reason, sizeof(g->reason) - 1);
	out_text(&o, why);
	if (missing != GATE_ALL)
		gate_missing(&o, missing);
	g->reason[o.len] = '\0';
	g->decided = true;
	return GATE_ROLL_BACK;
}

enum gate_verdict
gate_fail(struct gate *g, const char *why)
{
	if (!g->trial || g->decided)
		return GATE_OPEN;
	/* The old slot could not run with this mp.ini either. */
	if (g->old == 0)
		return GATE_OPEN;
	return roll_back(g, why, GATE_ALL);
}

enum gate_verdict
gate_tick(struct gate *g, struct mono now)
{
	int64_t held;

	if (g->has_heard && mono_ms_between(g->heard, now) > GATE_FRESH_MS)
		set_bits(g, now, 0);
	if (!g->trial || g->decided)
		return GATE_OPEN;
	held = mono_ms_between(g->since, now);
	if ((g->now_bits == GATE_ALL && held >= GATE_HOLD_MS) ||
	    (is_alike(g) && held >= GATE_ALIKE_MS)) {
		g->decided = true;
		return GATE_COMMIT;
	}
	if (mono_due(g->limit, now))
		return roll_back(g, "not in time: ", g->now_bits);
	return GATE_OPEN;
}

unsigned
gate_steady(const struct gate *g, struct mono now)
{
	if (mono_ms_between(g->since, now) < GATE_STEADY_MS)
		return GATE_UNKNOWN;
	return g->now_bits;
}
