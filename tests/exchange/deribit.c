#define _GNU_SOURCE
#include "deribit.h"

#include <stdlib.h>

#include "deribit_names.h"
#include "deribit_rest.h"
#include "ids.h"

enum { URL_PREFIX = sizeof("/api/v2/") - 1 };

struct method {
	const char *name;
	enum credit pool;
	void (*run)(struct rpc *k);
};

static void
hello(struct rpc *k)
{
	rpc_say(k, "{\"version\":\"1.2.26\"}");
}

static const struct method methods[] = {
	{ "public/hello", CREDIT_OTHER, hello },
	{ "public/test", CREDIT_OTHER, deribit_test },
	{ "public/set_heartbeat", CREDIT_OTHER, deribit_set_heartbeat },
	{ "public/disable_heartbeat", CREDIT_OTHER, deribit_disable_heartbeat },
	{ "public/subscribe", CREDIT_SUBSCRIBE, deribit_subscribe },
	{ "public/unsubscribe", CREDIT_OTHER, deribit_unsubscribe },
	{ "public/unsubscribe_all", CREDIT_OTHER, deribit_unsubscribe_all },
	{ "public/get_time", CREDIT_OTHER, deribit_get_time },
	{ "public/status", CREDIT_OTHER, deribit_status },
	{ "public/ticker", CREDIT_OTHER, deribit_get_ticker },
	{ "public/get_order_book", CREDIT_OTHER, deribit_get_order_book },
	{ "public/get_last_trades_by_instrument", CREDIT_OTHER,
	    deribit_get_trades },
	{ "public/get_tradingview_chart_data", CREDIT_OTHER,
	    deribit_get_chart },
	{ "public/get_funding_rate_history", CREDIT_OTHER,
	    deribit_get_funding },
	{ "public/get_instruments", CREDIT_LISTS, deribit_get_instruments },
	{ "public/get_book_summary_by_currency", CREDIT_OTHER,
	    deribit_get_summary },
};

/* --- what the dialect remembers --- */

struct deribit *
deribit_of(struct sim *sim)
{
	static struct deribit all;

	if (!all.symbol)
		all.symbol =
		    calloc((size_t)sim->market.room + 1, sizeof(*all.symbol));
	if (!all.symbol)
		abort();
	return &all;
}

struct deribit_symbol *
deribit_symbol(struct sim *sim, const struct symbol *s)
{
	return &deribit_of(sim)->symbol[s->number];
}

const char *
deribit_state(struct sim *sim, const struct symbol *s)
{
	const char *state = deribit_symbol(sim, s)->state;

	return *state ? state : "open";
}

uint64_t
deribit_choice(const struct sim *sim, uint64_t number)
{
	uint64_t z = (number ^ sim->setup.seed) * 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 32) * 0xd6e8feb86659fd93u;
	return z ^ z >> 32;
}

enum deribit_form
deribit_form_of(const struct sim *sim, uint64_t number)
{
	return (enum deribit_form)(deribit_choice(sim, number) % FORMS);
}

char *
put_key(char *p, const char *name)
{
	*p++ = '"';
	p = put_text(p, name);
	return PUT(p, "\":");
}

char *
put_field(char *p, const char *name, int64_t value, enum deribit_form form)
{
	return put_deribit(put_key(p, name), value, form);
}

char *
put_whole(char *p, const char *name, int64_t value)
{
	p = put_int(put_key(p, name), value);
	*p++ = ',';
	return p;
}

char *
put_name(char *p, const struct symbol *s)
{
	p = put_text(put_key(p, "instrument_name"), "\"");
	p = put_text(p, s->name);
	*p++ = '"';
	return p;
}

/* --- calls --- */

static void
run(struct rpc *k)
{
	struct deribit *d = deribit_of(k->sim);

	if (d->limit_next ||
	    (!k->request && k->sim->now_us < d->limit_until_us)) {
		d->limit_next = false;
		deribit_too_many(k);
		return;
	}
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strcmp(methods[i].name, k->method) != 0)
			continue;
		if (deribit_afford(k, methods[i].pool))
			methods[i].run(k);
		return;
	}
	if (!deribit_afford(k, CREDIT_OTHER))
		return;
	if (strncmp(k->method, "private/", 8) == 0)
		rpc_error(k, RPC_UNAUTHORIZED, "unauthorized", "invalid_token");
	else
		rpc_error(k, RPC_NO_METHOD, "Method not found", NULL);
}

static void
message(struct sim *sim, struct conn *c, const char *text, size_t len)
{
	struct rpc k = { .sim = sim, .conn = c, .us_in = sim->wall_us };

	if (!rpc_parse(&k, text, len)) {
		sim->limits.violations.protocol++;
		rpc_error(&k, RPC_BAD_REQUEST, "bad_request", "invalid json");
	} else if (!k.method[0]) {
		/* Also a batch: an array of calls. */
		sim->limits.violations.protocol++;
		rpc_error(&k, RPC_INVALID_REQUEST, "Invalid Request", NULL);
	} else {
		/* Answered all the same, but nobody knows which it was. */
		if (!k.id[0])
			sim->limits.violations.protocol++;
		run(&k);
	}
}

/* What faults make of a GET; true: it was answered. */
static bool
spoiled(struct rpc *k)
{
	static const char page[] = "<html>403 Forbidden</html>\n";
	struct conn *c = k->conn;

	switch (faults_rest(&k->sim->faults)) {
	case REST_429:
		deribit_too_many(k);
		return true;
	case REST_5XX:
		http_reply(c, 503, "text/plain", NULL, "Unavailable\n", 12);
		return true;
	case REST_HTML:
		http_reply(c, k->sim->faults.html_status, "text/html", NULL,
		    page, sizeof(page) - 1);
		return true;
	case REST_TRUNCATED:
		c->truncate = true;
		break;
	case REST_RIGHT:
	case REST_FAULTS:
		break;
	}
	return false;
}

static void
request(struct sim *sim, struct conn *c, const struct request *r)
{
	struct rpc k = {
		.sim = sim, .conn = c, .request = r, .us_in = sim->wall_us
	};
	size_t len = strlen(r->path);

	/* While it runs it takes the place of a connection. */
	if (!limits_place(sim)) {
		http_reply(
		    c, 429, "text/plain", NULL, "Too Many Requests\n", 18);
		return;
	}
	if (strncmp(r->path, "/api/v2/", URL_PREFIX) != 0 ||
	    len - URL_PREFIX >= sizeof(k.method)) {
		http_reply(c, 404, "text/plain", NULL, "Not Found\n", 10);
		return;
	}
	memcpy(k.method, r->path + URL_PREFIX, len - URL_PREFIX);
	if (!spoiled(&k))
		run(&k);
}

/* --- sessions --- */

static bool
upgrade(struct sim *sim, struct conn *c, const struct request *r)
{
	(void)sim;
	if (strcmp(r->path, "/ws/api/v2") != 0) {
		c->state = CONN_CLOSING;
		http_reply(c, 404, "text/plain", NULL, "Not Found\n", 10);
		return false;
	}
	c->combined = true;
	return true;
}

static void
turn(struct sim *sim)
{
	deribit_say_locks(sim);
	for (int i = 0; i < sim->market.count; i++)
		if (!sim->market.symbol[i].gone)
			deribit_publish_tickers(sim, &sim->market.symbol[i]);
}

static void
listed(struct sim *sim, struct symbol *s)
{
	deribit_set_state(sim, s, s->gone ? "closed" : "open");
}

/* Also at rest: what waits for the end of its interval is not held back. */
static void
tick(struct sim *sim, struct conn *c)
{
	struct deribit *d = deribit_of(sim);

	deribit_beat(sim, c);
	if (d->looked_us == sim->now_us)
		return;
	d->looked_us = sim->now_us;
	for (int i = 0; i < sim->market.count; i++)
		deribit_flush_trades(sim, &sim->market.symbol[i]);
}

/* Tickers have a pace of their own. */
static void
day(struct sim *sim, struct symbol *s)
{
	(void)sim;
	(void)s;
}

/* Only a maintenance that was planned is announced. */
static void
announce(struct sim *sim, struct conn *c)
{
	deribit_tell_platform(sim, c, "{\"maintenance\":true}");
}

const struct dialect deribit = {
	.name = "deribit",
	.rules = {
		.conns_max = 32,
		.conns_status = 429,
		.credits = DERIBIT_CREDITS,
		.shutdown_ms = 10000,
	},
	.market = { .describe = deribit_describe,
	    .name = deribit_name,
	    .show = ids_sparse,
	    .trade_id = put_deribit_id },
	.bar_ms = 500,
	.trade = deribit_publish_trade,
	.diff = deribit_publish_diff,
	.bar = deribit_publish_bar,
	.day = day,
	.turn = turn,
	.listed = listed,
	.tick = tick,
	.shutdown = announce,
	.message = message,
	.upgrade = upgrade,
	.request = request,
	.commands = deribit_commands,
	.clear = deribit_clear,
};
