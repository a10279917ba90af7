/*
 * rate.h -- how fast a counter grew, lately.
 *
 * Whoever owns it samples its counter at about equal distances; the last
 * RATE_SAMPLES of them are kept.  Nothing is computed between samples, and a
 * sample that comes late covers the longer time.
 */
#ifndef MPEDGE_CORE_RATE_H
#define MPEDGE_CORE_RATE_H

#include "core/out.h"

enum {
	RATE_SAMPLES = 60,
	/* Distance of samples. */
	RATE_MS = 2000,
};

struct rate {
	uint64_t last;
	/* Growth in tenths a second. */
	uint32_t tenths[RATE_SAMPLES];
	/* Samples taken. */
	uint32_t count;
};

/* counter now, elapsed_ms after the sample before. */
void rate_sample(struct rate *r, uint64_t counter, int64_t elapsed_ms);

/* The last sample, in whole ones a second. */
uint64_t rate_now(const struct rate *r);

/* {"per_second":12.5,"peak_per_second":80,"history":[...]}, oldest first. */
void rate_json(const struct rate *r, struct out *o);

#endif
