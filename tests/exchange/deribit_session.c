#include "deribit_session.h"

#include <stdlib.h>

#include "ws.h"

enum { INTERVAL_MIN_S = 10, INTERVAL_MAX_S = 86400, CLOSE_HEARTBEAT = 4000 };

/* docs.deribit.com, "Rate limits" */
static const int64_t costs[CREDITS] = {
	[CREDIT_OTHER] = 500,
	[CREDIT_SUBSCRIBE] = 3000,
	[CREDIT_LISTS] = 10000,
};

static struct deribit_heart *
heart(struct conn *c)
{
	if (!c->own)
		c->own = calloc(1, sizeof(struct deribit_heart));
	if (!c->own)
		abort();
	return c->own;
}

void
deribit_too_many(struct rpc *k)
{
	if (k->request)
		k->conn->state = CONN_CLOSING;
	rpc_error(k, RPC_TOO_MANY, "too_many_requests", NULL);
	if (!k->request)
		ws_close(k->conn, 1000, "too_many_requests");
}

bool
deribit_afford(struct rpc *k, enum credit pool)
{
	if (limits_spend(k->sim, pool, costs[pool]))
		return true;
	deribit_too_many(k);
	return false;
}

void
deribit_set_heartbeat(struct rpc *k)
{
	struct deribit_heart *h = heart(k->conn);
	int64_t seconds = rpc_number(k, "interval", 0);
	int64_t scale = k->sim->opt.heartbeat_ms;

	if (k->request) {
		rpc_error(k, RPC_BAD_REQUEST, "bad_request", NULL);
		return;
	}
	if (seconds < INTERVAL_MIN_S || seconds > INTERVAL_MAX_S) {
		rpc_error(k, RPC_INVALID_PARAMS, "Invalid params",
		    "interval must be at least 10");
		return;
	}
	h->interval_us = scale ? scale * 1000 : seconds * 1000000;
	h->beat_due_us = k->sim->now_us + h->interval_us;
	h->test_due_us = h->beat_due_us + h->interval_us / 4;
	h->answer_due_us = 0;
	rpc_say(k, "\"ok\"");
}

void
deribit_disable_heartbeat(struct rpc *k)
{
	if (!k->request)
		*heart(k->conn) = (struct deribit_heart){ 0 };
	rpc_say(k, "\"ok\"");
}

void
deribit_test(struct rpc *k)
{
	if (!k->request)
		heart(k->conn)->answer_due_us = 0;
	rpc_say(k, "{\"version\":\"1.2.26\"}");
}

static void
say(struct conn *c, const char *type)
{
	struct buf b = { 0 };

	buf_print(&b,
	    "{\"params\":{\"type\":\"%s\"},\"method\":\"heartbeat\","
	    "\"jsonrpc\":\"2.0\"}",
	    type);
	ws_send(c, WS_TEXT, b.data, b.len);
	buf_free(&b);
}

void
deribit_beat(struct sim *sim, struct conn *c)
{
	struct deribit_heart *h = heart(c);

	if (h->interval_us == 0 || c->state != CONN_STREAMING)
		return;
	if (h->answer_due_us && h->answer_due_us <= sim->now_us) {
		sim->limits.violations.pong++;
		ws_close(c, CLOSE_HEARTBEAT, "heartbeat close");
		return;
	}
	if (h->beat_due_us <= sim->now_us) {
		h->beat_due_us = sim->now_us + h->interval_us;
		say(c, "heartbeat");
	}
	if (h->test_due_us > sim->now_us)
		return;
	h->test_due_us = sim->now_us + h->interval_us;
	if (!h->answer_due_us)
		h->answer_due_us = sim->now_us + h->interval_us;
	say(c, "test_request");
}
