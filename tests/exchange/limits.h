/*
 * limits.h -- what the venue allows, and how often a client did more.
 */
#ifndef EXCHANGE_LIMITS_H
#define EXCHANGE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct sim;
struct conn;

/* Pools of credits that calls are paid from. */
enum credit { CREDIT_OTHER, CREDIT_SUBSCRIBE, CREDIT_LISTS, CREDITS };

struct pool {
	int64_t size;
	int64_t per_second;
};

/* Of one venue; 0: there is no such rule. */
struct rules {
	/* Of one connection: incoming messages a second, streams, requests to
	 * subscribe and the like per ops_window_ms. */
	int64_t messages_per_second;
	int64_t streams_max;
	int64_t ops_max;
	int64_t ops_window_ms;
	/* All together: new connections, and at the same time. */
	int64_t connects_max;
	int64_t connects_window_ms;
	int64_t conns_max;
	/* What one too many gets as an answer; 0: it is closed without one. */
	int conns_status;
	/* Of REST calls. */
	int64_t weight_max;
	int64_t weight_window_ms;
	int64_t ban_ms;
	struct pool credits[CREDITS];
	/* Ping frames: how often, and how long until the pong. */
	int64_t ping_ms;
	int64_t pong_ms;
	/* Who is pushed nothing for so long is cut off (a client's ping makes
	 * the venue push a pong). */
	int64_t idle_ms;
	/* From the notice of a shutdown to the end. */
	int64_t shutdown_ms;
};

struct violations {
	/* Incoming WebSocket messages a second, streams, connections. */
	uint64_t messages;
	uint64_t streams;
	uint64_t connects;
	/* REST over the weight, and REST before Retry-After or a ban ended. */
	uint64_t weight;
	uint64_t early;
	/* Pings answered late, not at all or with another payload. */
	uint64_t pong;
	uint64_t protocol;
	uint64_t ops;
	uint64_t parallel;
	uint64_t credits;
	/* REST calls of one kind. */
	uint64_t rate;
	uint64_t idle;
};

enum { CONNECTS_KEPT = 512, RATES = 32 };

struct limits {
	struct violations violations;
	int64_t weight_used;
	int64_t weight_window;
	uint64_t requests_limited;
	/* No request may come before (wall clock, microseconds). */
	int64_t quiet_until_us;
	int64_t banned_until_us;
	bool ban_body_only;
	/* Requests in spite of 429. */
	int64_t ignored;
	int64_t connect_us[CONNECTS_KEPT];
	uint64_t connects;
	/* Credits spent and not yet given back, as of then. */
	int64_t spent[CREDITS];
	int64_t spent_us[CREDITS];
	/* Calls of each kind in their window. */
	int64_t rate_count[RATES];
	int64_t rate_window[RATES];
};

/* Each returns false when it was too much, and has counted it. */

/* A new connection.  Too many in a while are only counted, too many at once
 * shall be closed. */
bool limits_connect(struct sim *sim);
/* One more thing than the connections there are: a REST call, where it takes
 * the place of one. */
bool limits_place(struct sim *sim);
/* The connection shall be closed. */
bool limits_message(struct sim *sim, struct conn *c);
/* A request to subscribe, unsubscribe or log in. */
bool limits_op(struct sim *sim, struct conn *c);
/* So many credits, whoever spends them. */
bool limits_spend(struct sim *sim, enum credit pool, int64_t cost);
/* A REST call of this kind (a number of the dialect's below RATES). */
bool limits_rate(struct sim *sim, int kind, int64_t most, int64_t window_ms);
/* Was something pushed of late?  If not the connection shall be closed. */
bool limits_idle(struct sim *sim, const struct conn *c);
/* What a request of this weight gets: 200, or 429 or 418 with *retry_after in
 * seconds (-1: say nothing about it). */
int limits_weigh(struct sim *sim, int64_t weight, int64_t *retry_after);
uint64_t limits_violated(const struct limits *l);

#endif
