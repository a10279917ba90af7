/*
 * webhook.h -- tells an address of alarms, by POST.
 *
 * The body is that of the webhooks of Prometheus' Alertmanager (version "4"),
 * so that what understands those understands this:
 *
 *   {"version":"4","status":"firing","receiver":"mpedge","groupLabels":{},
 *    "alerts":[{"status":"firing","labels":{"alertname":"sink_stalled", ...
 *
 * Changes of one look make one message.  Messages leave one at a time and in
 * order; one that is not taken is tried again WEBHOOK_TRIES times with pauses
 * that double, and then given up.  WEBHOOK_QUEUE messages wait at most, newer
 * ones push the oldest out.  Nobody ever waits for it.  Of the address only the
 * host is shown: the rest may be a secret.
 */
#ifndef MPEDGE_STATUS_WEBHOOK_H
#define MPEDGE_STATUS_WEBHOOK_H

#include "codec/url.h"
#include "core/arena.h"
#include "core/metrics.h"
#include "core/options.h"
#include "net/httpc.h"
#include "status/alarms.h"

enum {
	WEBHOOK_QUEUE = 16,
	WEBHOOK_BODY_MAX = 16384,
	WEBHOOK_TRIES = 6,
	WEBHOOK_PAUSE_MS = 1000,
	WEBHOOK_ANSWER_MAX = 1024,
	/* Room for the end of a message. */
	WEBHOOK_END_MAX = 256,
	WEBHOOK_HEADERS_MAX = 512,
};

struct webhook_message {
	size_t len;
	char body[WEBHOOK_BODY_MAX];
};

struct webhook {
	/* NULL: there is none. */
	struct httpc *http;
	struct conn_world *world;
	const struct opt_alarms *options;
	const char *box;
	struct url url;
	char path[512];
	struct tls_peer peer;
	struct timer timer;
	/* A ring of WEBHOOK_QUEUE; the one at `first` is the next to leave. */
	struct webhook_message *queue;
	unsigned first;
	unsigned count;
	/* The one being written; `alerts` of it, and of those that fire. */
	struct out out;
	unsigned alerts;
	unsigned truncated;
	bool firing;
	/* Of the first one. */
	unsigned tries;
	bool in_flight;
	char headers[WEBHOOK_HEADERS_MAX];
	char answer[WEBHOOK_ANSWER_MAX];
	struct webhook_metrics metrics;
};

/* w begins zeroed.  Before arena_seal; nothing happens without alarms.webhook.
 */
void webhook_init(struct webhook *w, const struct opt_alarms *o,
    const char *box, struct conn_world *world, struct arena *a);

/* One change; it leaves with the next webhook_flush. */
void webhook_add(struct webhook *w, const struct alarm *x, struct wall now);
void webhook_flush(struct webhook *w);
void webhook_close(struct webhook *w);

/* webhook_body.c: the parts of a message. */
void webhook_body_begin(struct out *o);
void webhook_body_alert(
    struct out *o, const char *box, const struct alarm *x, struct wall now);
void webhook_body_end(
    struct out *o, const char *box, bool firing, unsigned truncated);

#endif
