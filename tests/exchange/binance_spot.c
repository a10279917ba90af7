#define _GNU_SOURCE
#include "binance_spot.h"

#include <stdio.h>

#include "ids.h"

/* --- streams --- */

struct suffix {
	const char *text;
	enum stream_kind kind;
};

static const struct suffix suffixes[] = {
	{ "trade", STREAM_TRADE },
	{ "aggTrade", STREAM_AGG_TRADE },
	{ "depth", STREAM_DIFF },
	{ "depth@100ms", STREAM_DIFF },
	{ "ticker", STREAM_DAY },
};

/* A name that means nothing stays unknown, and its stream silent. */
static struct stream *
want_stream(struct sim *sim, const char *name)
{
	struct stream *s = streams_want(&sim->streams, name, strlen(name));
	size_t len = strcspn(name, "@");
	struct symbol *symbol = binance_find_lower(sim, name, len);
	const char *rest = name + len + (name[len] != '\0');

	if (!symbol || s->kind != STREAM_UNKNOWN)
		return s;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (strcmp(rest, suffixes[i].text) == 0)
			stream_link(&sim->streams, s, suffixes[i].kind, symbol);
	if (strncmp(rest, "kline_", 6) == 0)
		binance_want_bars(
		    sim, s, symbol, binance_interval(rest + 6, true));
	return s;
}

static void
message(struct sim *sim, struct conn *c, const char *text, size_t len)
{
	binance_message(sim, c, text, len, want_stream);
}

static bool
upgrade(struct sim *sim, struct conn *c, const struct request *r)
{
	char unit[32] = "";

	request_query(r, "timeUnit", unit, sizeof(unit));
	c->micro = strcasecmp(unit, "MICROSECOND") == 0;
	return binance_upgrade(sim, c, r, r->path, want_stream);
}

/* --- symbols --- */

static bool
describe(struct symbol *s, int64_t now)
{
	(void)now;
	symbol_split(s, s->name, strlen(s->name));
	return true;
}

static void
default_name(int i, char *name, int64_t now)
{
	(void)now;
	if (asset_name(i))
		snprintf(name, NAME_MAX_BYTES, "%sUSDT", asset_name(i));
	else
		snprintf(name, NAME_MAX_BYTES, "T%03dUSDT", i);
}

const struct dialect binance_spot = {
	.name = "binance",
	.rules = {
		.messages_per_second = 5,
		.streams_max = 1024,
		.connects_max = 300,
		.connects_window_ms = 300000,
		.weight_max = 6000,
		.weight_window_ms = 60000,
		.ban_ms = 120000,
		.ping_ms = 20000,
		.pong_ms = 60000,
		.shutdown_ms = 10000,
	},
	.market = { .describe = describe,
	    .name = default_name,
	    .show = ids_dense },
	.trade = binance_publish_trade,
	.diff = binance_publish_diff,
	.bar = binance_publish_bar,
	.day = binance_publish_day,
	.shutdown = binance_say_shutdown,
	.message = message,
	.upgrade = upgrade,
	.request = binance_spot_request,
};
