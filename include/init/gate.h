/*
 * gate.h -- is the slot that was booted any good?  The state machine that says
 * so from data health.
 *
 * mpedge says each second which of four things hold (X_GATE).  A slot on trial
 * is committed when all of them hold for GATE_HOLD_MS; or, for GATE_ALIKE_MS,
 * when those that do not hold did not hold with the old slot either.  When the
 * limit is reached, or the program cannot run, it is to be rolled back.  The
 * committed slot is watched the same way, so that it is known what it could do.
 */
#ifndef MPEDGE_INIT_GATE_H
#define MPEDGE_INIT_GATE_H

#include <stdbool.h>

#include "core/out.h"
#include "core/time.h"

enum {
	GATE_LOOP = 1,
	GATE_CLOCK = 2,
	GATE_VENUE = 4,
	GATE_SINK = 8,
	GATE_ALL = 15,
	/* Nothing is known of the old slot. */
	GATE_UNKNOWN = 16,

	GATE_HOLD_MS = 10 * 1000,
	GATE_ALIKE_MS = 60 * 1000,
	/* What was said longer ago than this does not hold any more. */
	GATE_FRESH_MS = 10 * 1000,
	/* What the committed slot can do is kept when it was so for so long. */
	GATE_STEADY_MS = 60 * 1000,
	GATE_REASON_MAX = 160,
};

enum gate_verdict {
	GATE_OPEN,
	GATE_COMMIT,
	GATE_ROLL_BACK,
};

struct gate {
	bool trial;
	/* GATE_COMMIT and GATE_ROLL_BACK are said once. */
	bool decided;
	struct mono limit;
	/* Of the old slot, when on trial. */
	unsigned old;
	unsigned now_bits;
	struct mono heard;
	bool has_heard;
	/* Since when the bits are what they are. */
	struct mono since;
	/* Why it was rolled back, NUL-terminated. */
	char reason[GATE_REASON_MAX];
};

/* old: bits, or GATE_UNKNOWN. */
void gate_init(struct gate *g, struct mono now, bool trial, unsigned old,
    int64_t limit_ms);

/* What X_GATE= says: "loop:1 clock:1 venue:0 sink:1"; words that are not known
 * are passed over, what is not named is 0. */
unsigned gate_parse(struct span words);

void gate_hear(struct gate *g, struct mono now, unsigned bits);

/* The program cannot run at all: a crash loop, a configuration it refuses. */
enum gate_verdict gate_fail(struct gate *g, const char *why);

enum gate_verdict gate_tick(struct gate *g, struct mono now);

/* The bits as they have been for GATE_STEADY_MS; GATE_UNKNOWN before that. */
unsigned gate_steady(const struct gate *g, struct mono now);

/* The names of the bits that are not set, blanks between. */
void gate_missing(struct out *o, unsigned bits);

#endif
