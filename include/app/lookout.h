/*
 * lookout.h -- looks at the box once a second and tells status/alarms.h what is
 * beyond its limit; what begins to fire, or is over, becomes a log line, an
 * `event` record on alerts.{box}.{rule} and a message of the webhook.
 */
#ifndef MPEDGE_APP_LOOKOUT_H
#define MPEDGE_APP_LOOKOUT_H

#include "feed/hub.h"
#include "feed/silence.h"
#include "status/alarms.h"
#include "status/webhook.h"

enum {
	LOOKOUT_MS = 1000,
	/* Share of errors: of this many samples, so many looks apart. */
	LOOKOUT_SAMPLES = 6,
	LOOKOUT_SAMPLE_LOOKS = 10,
	/* Of fewer messages nothing is said. */
	LOOKOUT_MESSAGES_MIN = 20,
	/* The clock was compared with a trade no longer ago than this. */
	LOOKOUT_DELAY_MS = 60 * 1000,
};

struct lookout_sample {
	uint64_t messages;
	uint64_t errors;
};

/* What is remembered of a venue, and of a sink. */
struct lookout_venue {
	struct silence silence;
	struct lookout_sample samples[LOOKOUT_SAMPLES];
	int64_t delay_ns;
	struct mono delay_seen;
};

struct lookout_sink {
	uint64_t confirmed;
	uint64_t position;
	uint64_t lost;
	struct mono moved;
};

struct mpedge;

struct lookout {
	struct mpedge *program;
	struct alarms alarms;
	struct webhook webhook;
	struct timer timer;
	uint64_t looks;
	struct lookout_venue venues[VENUE_COUNT];
	struct lookout_sink sinks[SINK_COUNT];
	/* Of files of ours: certificates, and the user of NATS. */
	int64_t file_ends_s[4];
};

/* Before arena_seal, after sources and sinks. */
void lookout_init(struct lookout *k, struct mpedge *m);
void lookout_start(struct lookout *k);

/* What ends on request is no alarm. */
void lookout_stop(struct lookout *k);

/* lookout_rules.c: report what is beyond its limit now. */
void lookout_look(struct lookout *k);

/* lookout_tell.c: of struct alarms. */
void lookout_changed(struct alarms *a, const struct alarm *of);

#endif
