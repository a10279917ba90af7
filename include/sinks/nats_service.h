/*
 * nats_service.h -- the service protocol of NATS (ADR-32), answered for a box,
 * so that `nats micro ls` and the like list the boxes of an account.
 *
 *   $SRV.PING, $SRV.INFO, $SRV.STATS       each also with .mpedge behind it,
 * and with .mpedge.{id}: io.nats.micro.v1 mpedge.{box}.status the status
 * record, the one endpoint
 *
 * There is no connection here and no clock: a subject goes in, a JSON answer
 * comes out.  Answers are at most SERVICE_RATE a second; who asks for more is
 * not answered, which is counted.
 */
#ifndef MPEDGE_SINKS_NATS_SERVICE_H
#define MPEDGE_SINKS_NATS_SERVICE_H

#include "core/metrics.h"
#include "core/time.h"
#include "sinks/sink.h"

enum {
	SERVICE_SUBJECTS = 10,
	/* $SRV.STATS.mpedge.{id}, and the longest name of a box as a token. */
	SERVICE_SUBJECT_MAX = 256,
	SERVICE_ID_BYTES = 11,
	SERVICE_RATE = 50,
};

struct nats_service {
	const struct sink_about *about;
	const char *box;
	/* Hexadecimal, of random bytes: another one at each start. */
	char id[2 * SERVICE_ID_BYTES + 1];
	struct wall started;
	/* Answers that may be given; when some were added last. */
	uint32_t allowed;
	struct mono filled;
	/* Requests of the endpoint, and what they took. */
	uint64_t status_requests;
	int64_t status_ns;
	struct service_metrics metrics;
};

/* random has SERVICE_ID_BYTES. */
void nats_service_init(struct nats_service *s, const struct sink_about *about,
    const char *box, const void *random);

/* What to subscribe to: number i of SERVICE_SUBJECTS. */
void nats_service_subject(
    const struct nats_service *s, unsigned i, struct out *o);

/*
 * The answer to a request: one JSON object appended to o.  MISSING when the
 * subject is none of ours, AGAIN when too many were answered in this second.
 */
enum err nats_service_answer(struct nats_service *s, struct span subject,
    struct mono now, struct out *o) MUST_USE;

/* After an answer: what it took.  Counted for the endpoint alone. */
void nats_service_took(struct nats_service *s, struct span subject, int64_t ns);

/* status.{box}: where the record of every nats.status_s seconds goes. */
void nats_service_status_subject(const char *box, struct out *o);

#endif
