/*
 * deribit_session.h -- what Deribit keeps of a session: heartbeats and credits.
 *
 * A heartbeat of N seconds, once asked for, makes the server say `heartbeat`
 * every N seconds and in between `test_request`; a session that does not answer
 * with public/test within N seconds is closed with code 4000.
 *
 * Every call costs credits of a pool that fills up again; clients that are not
 * logged in share the pools of their address.  When a pool is empty the call
 * is answered with error 10028 and the session ends.
 */
#ifndef EXCHANGE_DERIBIT_SESSION_H
#define EXCHANGE_DERIBIT_SESSION_H

#include "deribit_call.h"

struct deribit_heart {
	/* 0: no heartbeat was asked for. */
	int64_t interval_us;
	int64_t beat_due_us;
	int64_t test_due_us;
	/* When the answer to a test request is late; 0: none is awaited. */
	int64_t answer_due_us;
};

/* Pays a call; false: it was answered with an error and the session ends. */
bool deribit_afford(struct rpc *k, enum credit pool);
/* The error and the end, for whatever reason. */
void deribit_too_many(struct rpc *k);

/* How much of a pool there is (rules.credits) and how fast it fills. */
#define DERIBIT_CREDITS                                                        \
	{                                                                      \
		{ 50000, 10000 }, { 30000, 10000 },                            \
		{                                                              \
			500000, 10000                                          \
		}                                                              \
	}

void deribit_set_heartbeat(struct rpc *k);
void deribit_disable_heartbeat(struct rpc *k);
/* public/test: also the answer to a test request. */
void deribit_test(struct rpc *k);
/* Heartbeats that are due. */
void deribit_beat(struct sim *sim, struct conn *c);

#endif
