/*
 * rates.h -- how fast things went in the last two minutes, as a whole; the
 * rates of single connections and sinks are kept by themselves.
 */
#ifndef MPEDGE_APP_RATES_H
#define MPEDGE_APP_RATES_H

#include "core/loop.h"
#include "core/rate.h"

struct rates {
	struct timer timer;
	/* When the last samples were taken. */
	struct mono at;
	struct rate messages;
	struct rate records;
	/* Milliseconds of CPU: a thousand a second is one processor. */
	struct rate cpu;
};

#endif
