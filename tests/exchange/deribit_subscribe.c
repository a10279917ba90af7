#define _GNU_SOURCE
#include "deribit.h"

static bool
ends_raw(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, ".raw") == 0;
}

/* One name the venue refuses spoils the whole call. */
static bool
refused(struct rpc *k)
{
	struct sim *sim = k->sim;
	const char *bad = deribit_of(sim)->bad_channel;
	char name[STREAM_NAME_MAX];
	int count = 0;

	for (int i = 0; rpc_next(k, "channels", &i, name); count++) {
		struct stream *s;

		if (ends_raw(name)) {
			rpc_error(k, RPC_RAW,
			    "raw_subscriptions_not_available_for_unauthorized",
			    NULL);
			return true;
		}
		s = deribit_channel(sim, name);
		if ((*bad && strcmp(name, bad) == 0) ||
		    (s && s->symbol &&
			sim->faults.symbol[s->symbol->number].reject)) {
			rpc_error(k, RPC_BAD_REQUEST, "bad_request", name);
			return true;
		}
	}
	if (count > 0 && count <= CHANNELS_MAX)
		return false;
	if (count)
		sim->limits.violations.streams++;
	rpc_error(k, RPC_INVALID_PARAMS, "Invalid params", "channels");
	return true;
}

static bool
is_websocket(struct rpc *k)
{
	if (!k->request)
		return true;
	rpc_error(k, RPC_BAD_REQUEST, "bad_request", "must_be_websocket");
	return false;
}

/* The answer names the channels in an order of its own: backwards. */
static void
answer_names(struct rpc *k, struct stream **list, int count)
{
	bool quiet = false;

	buf_text(&k->body, "[");
	for (int i = count - 1; i >= 0; i--) {
		buf_print(&k->body, "\"%s\"%s", list[i]->name, i ? "," : "");
		quiet = quiet || list[i]->noack;
	}
	buf_text(&k->body, "]");
	if (quiet)
		buf_free(&k->body);
	else
		rpc_result(k);
}

void
deribit_subscribe(struct rpc *k)
{
	struct sim *sim = k->sim;
	struct stream *list[CHANNELS_MAX];
	bool joined[CHANNELS_MAX];
	char name[STREAM_NAME_MAX];
	int count = 0;

	if (!is_websocket(k) || refused(k))
		return;
	for (int i = 0; rpc_next(k, "channels", &i, name);) {
		struct stream *s = deribit_channel(sim, name);

		if (!s)
			continue;
		joined[count] = streams_join(&sim->streams, s, k->conn);
		list[count++] = s;
	}
	sim->streams.changed_us = sim->now_us;
	answer_names(k, list, count);
	/* Who has a book already gets no second snapshot of it. */
	for (int i = 0; i < count; i++)
		if (joined[i] && list[i]->kind == STREAM_DIFF)
			deribit_send_book(sim, list[i], k->conn);
}

void
deribit_unsubscribe(struct rpc *k)
{
	struct sim *sim = k->sim;
	struct stream *list[CHANNELS_MAX];
	char name[STREAM_NAME_MAX];
	int count = 0;

	if (!is_websocket(k))
		return;
	for (int i = 0;
	     count < CHANNELS_MAX && rpc_next(k, "channels", &i, name);) {
		struct stream *s =
		    streams_find(&sim->streams, name, strlen(name));

		if (s && streams_quit(&sim->streams, s, k->conn))
			list[count++] = s;
	}
	answer_names(k, list, count);
}

void
deribit_unsubscribe_all(struct rpc *k)
{
	if (!is_websocket(k))
		return;
	streams_leave(&k->sim->streams, k->conn);
	rpc_say(k, "\"ok\"");
}
