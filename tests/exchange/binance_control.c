#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "binance.h"
#include "binance_call.h"
#include "ws.h"

enum {
	URL_STREAMS_MAX = 32768,
	/* {"code":..,"msg":"..","id":..} */
	CODE_PROPERTY = 0,
	CODE_TYPE = 1,
	CODE_REQUEST = 2,
	CODE_JSON = 3,
};

struct symbol *
binance_find_lower(struct sim *sim, const char *name, size_t len)
{
	for (int i = 0; i < sim->market.count; i++) {
		struct symbol *s = &sim->market.symbol[i];

		if (strlen(s->lower) == len && memcmp(s->lower, name, len) == 0)
			return s;
	}
	return NULL;
}

int
binance_interval(const char *name, bool seconds)
{
	int interval = interval_find(name, strlen(name));

	/* Longer ones are of other venues. */
	if (interval > interval_find("1M", 2) ||
	    (!seconds && interval == interval_find("1s", 2)))
		return -1;
	return interval;
}

void
binance_want_bars(
    struct sim *sim, struct stream *s, struct symbol *symbol, int interval)
{
	if (interval < 0)
		return;
	s->interval = interval;
	bars_want(&sim->market, symbol, interval, sim->wall_us / 1000);
	stream_link(&sim->streams, s, STREAM_BAR, symbol);
}

static void
join(struct sim *sim, struct conn *c, const char *name, binance_want *want)
{
	if (streams_join(&sim->streams, want(sim, name), c))
		sim->streams.changed_us = sim->now_us;
}

/* --- control messages --- */

static void
refuse(struct conn *c, int code, const char *why, const char *id)
{
	struct buf b = { 0 };

	buf_print(&b, "{\"code\":%d,\"msg\":\"%s\",\"id\":%s}", code, why, id);
	ws_send(c, WS_TEXT, b.data, b.len);
	buf_free(&b);
}

static void
acknowledge(struct conn *c, const char *result, const char *id)
{
	struct buf b = { 0 };

	buf_text(&b, "{\"result\":");
	buf_text(&b, result);
	buf_print(&b, ",\"id\":%s}", id);
	ws_send(c, WS_TEXT, b.data, b.len);
	buf_free(&b);
}

/* What a fault says about a subscription. */
static bool
rejected(struct sim *sim, const char *name)
{
	struct symbol *s = binance_find_lower(sim, name, strcspn(name, "@"));

	return s && sim->faults.symbol[s->number].reject;
}

static void
subscribe(struct sim *sim, struct conn *c, const struct ws_call *k)
{
	char name[STREAM_NAME_MAX];
	bool quiet = false;
	int names = 0;

	for (int i = k->params; call_next(k, &i, name); names++) {
		const struct stream *s =
		    streams_find(&sim->streams, name, strlen(name));

		if (rejected(sim, name)) {
			refuse(c, CODE_REQUEST,
			    "Invalid request: unknown symbol", k->id);
			return;
		}
		quiet = quiet || (s && s->noack);
	}
	if (c->stream_count + names > sim->rules.streams_max) {
		sim->limits.violations.streams++;
		refuse(c, CODE_REQUEST,
		    "Invalid request: too many streams for this connection",
		    k->id);
		return;
	}
	for (int i = k->params; call_next(k, &i, name);)
		join(sim, c, name, k->want);
	if (!quiet)
		acknowledge(c, "null", k->id);
}

static void
unsubscribe(struct sim *sim, struct conn *c, const struct ws_call *k)
{
	char name[STREAM_NAME_MAX];

	for (int i = k->params; call_next(k, &i, name);) {
		struct stream *s =
		    streams_find(&sim->streams, name, strlen(name));

		if (s)
			streams_quit(&sim->streams, s, c);
	}
	acknowledge(c, "null", k->id);
}

static void
list(struct sim *sim, struct conn *c, const struct ws_call *k)
{
	struct buf b = { 0 };

	(void)sim;
	buf_text(&b, "[");
	for (int i = 0; i < c->stream_count; i++)
		buf_print(&b, "%s\"%s\"", i ? "," : "", c->streams[i]->name);
	buf_text(&b, "]");
	buf_add(&b, "", 1);
	acknowledge(c, b.data, k->id);
	buf_free(&b);
}

static void
property(struct sim *sim, struct conn *c, const struct ws_call *k)
{
	int name = k->params + 1;
	int value = k->params + 2;

	(void)sim;
	if (!call_is(k, name, "combined")) {
		refuse(c, CODE_PROPERTY, "Unknown property", k->id);
	} else if (call_is(k, k->method, "GET_PROPERTY")) {
		acknowledge(c, c->combined ? "true" : "false", k->id);
	} else if (call_bool(k, value, &c->combined)) {
		acknowledge(c, "null", k->id);
	} else {
		refuse(c, CODE_TYPE, "Invalid value type: expected Boolean",
		    k->id);
	}
}

struct method {
	const char *name;
	bool params;
	void (*run)(struct sim *sim, struct conn *c, const struct ws_call *k);
};

static const struct method methods[] = {
	{ "SUBSCRIBE", true, subscribe },
	{ "UNSUBSCRIBE", true, unsubscribe },
	{ "LIST_SUBSCRIPTIONS", false, list },
	{ "SET_PROPERTY", true, property },
	{ "GET_PROPERTY", true, property },
};

void
binance_message(struct sim *sim, struct conn *c, const char *text, size_t len,
    binance_want *want)
{
	struct ws_call k;

	if (!call_parse(&k, text, len)) {
		refuse(c, CODE_JSON, "Invalid JSON: expected value", "null");
		return;
	}
	k.want = want;
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (!call_is(&k, k.method, methods[i].name))
			continue;
		if (methods[i].params && k.params < 0)
			break;
		methods[i].run(sim, c, &k);
		return;
	}
	refuse(c, CODE_REQUEST, "Invalid request: unknown variant", k.id);
}

/* --- opening --- */

/* Names with slashes between; each may be percent-encoded.  Without want only
 * counts them. */
static int
join_list(
    struct sim *sim, struct conn *c, const char *list_text, binance_want *want)
{
	char name[STREAM_NAME_MAX];
	int count = 0;

	while (*list_text) {
		size_t len = strcspn(list_text, "/");

		if (len && len < sizeof(name)) {
			memcpy(name, list_text, len);
			name[len] = '\0';
			url_decode(name);
			if (want)
				join(sim, c, name, want);
			count++;
		}
		list_text += len;
		list_text += strspn(list_text, "/");
	}
	return count;
}

bool
binance_upgrade(struct sim *sim, struct conn *c, const struct request *r,
    const char *path, binance_want *want)
{
	static char streams[URL_STREAMS_MAX];
	const char *names = "";

	c->combined = strcmp(path, "/stream") == 0;
	if (c->combined) {
		if (request_query(r, "streams", streams, sizeof(streams)))
			names = streams;
	} else if (strncmp(path, "/ws", 3) == 0 &&
		   (path[3] == '/' || path[3] == '\0')) {
		names = path + 3;
	} else {
		c->state = CONN_CLOSING;
		http_reply(c, 404, "text/plain", NULL, "path\n", 5);
		return false;
	}
	if (join_list(sim, c, names, NULL) > sim->rules.streams_max) {
		sim->limits.violations.streams++;
		c->state = CONN_CLOSING;
		http_reply(c, 400, "text/plain", NULL, "streams\n", 8);
		return false;
	}
	join_list(sim, c, names, want);
	return true;
}
