#define _GNU_SOURCE
#include "binance_usdm.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ids.h"

enum {
	/* conn->route, and its bit in stream->routes. */
	ROUTE_PUBLIC,
	ROUTE_MARKET,
	ROUTE_OLD,
	ON_PUBLIC = 1 << ROUTE_PUBLIC,
	ON_MARKET = 1 << ROUTE_MARKET,
	DELIVERY_HOUR = 8,
	QUARTER_DAYS = 92,
};

#define NEVER INT64_C(4133404800000)

/* --- streams --- */

struct suffix {
	const char *text;
	enum stream_kind kind;
	unsigned routes;
};

/* The path of each (exchanges, section 3.1): a stream on another one is
 * acknowledged and silent, and so is every one on the old path. */
static const struct suffix suffixes[] = {
	{ "trade", STREAM_TRADE, ON_PUBLIC },
	{ "depth", STREAM_DIFF, ON_PUBLIC },
	{ "depth@100ms", STREAM_DIFF, ON_PUBLIC },
	{ "depth@250ms", STREAM_DIFF, ON_PUBLIC },
	{ "depth@500ms", STREAM_DIFF, ON_PUBLIC },
	{ "depth@0ms", STREAM_DIFF, ON_PUBLIC },
	{ "bookTicker", STREAM_BEST, ON_PUBLIC },
	{ "aggTrade", STREAM_AGG_TRADE, ON_MARKET },
	{ "ticker", STREAM_DAY, ON_MARKET },
	{ "markPrice", (enum stream_kind)STREAM_SLOW_MARK, ON_MARKET },
	{ "markPrice@1s", STREAM_MARK, ON_MARKET },
	{ "forceOrder", STREAM_LIQUIDATION, ON_MARKET },
};

/* About all symbols. */
static const struct suffix wide[] = {
	{ "!bookTicker", STREAM_BEST, ON_PUBLIC },
	{ "!forceOrder@arr", STREAM_LIQUIDATION, ON_MARKET },
	{ "!contractInfo", STREAM_CONTRACT, ON_MARKET },
};

static struct stream *
want_stream(struct sim *sim, const char *name)
{
	struct stream *s = streams_want(&sim->streams, name, strlen(name));
	size_t len = strcspn(name, "@");
	struct symbol *symbol = binance_find_lower(sim, name, len);
	const char *rest = name + len + (name[len] != '\0');

	if (s->kind != STREAM_UNKNOWN)
		return s;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		if (strcmp(name, wide[i].text) != 0)
			continue;
		stream_link(&sim->streams, s, wide[i].kind, NULL);
		s->routes = wide[i].routes;
	}
	if (!symbol)
		return s;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		if (strcmp(rest, suffixes[i].text) != 0)
			continue;
		stream_link(&sim->streams, s, suffixes[i].kind, symbol);
		s->routes = suffixes[i].routes;
	}
	if (strncmp(rest, "kline_", 6) == 0) {
		binance_want_bars(
		    sim, s, symbol, binance_interval(rest + 6, false));
		s->routes = ON_MARKET;
	}
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
	const char *path = r->path;

	c->route = ROUTE_OLD;
	if (strncmp(path, "/public/", 8) == 0) {
		c->route = ROUTE_PUBLIC;
		path += 7;
	} else if (strncmp(path, "/market/", 8) == 0) {
		c->route = ROUTE_MARKET;
		path += 7;
	}
	return binance_upgrade(sim, c, r, path, want_stream);
}

/* --- symbols --- */

int
usdm_st(const struct symbol *s)
{
	return s->inverse ? 2 : 1;
}

int64_t
usdm_delivery(const struct symbol *s)
{
	return s->expiry ? s->expiry : NEVER;
}

const char *
usdm_contract_type(const struct symbol *s, int64_t now_us)
{
	if (s->kind == PERPETUAL)
		return "PERPETUAL";
	return s->expiry - now_us / 1000 > QUARTER_DAYS * INT64_C(86400000)
		   ? "NEXT_QUARTER"
		   : "CURRENT_QUARTER";
}

/* YYMMDD in milliseconds; 0: it is no date. */
static int64_t
read_date(const char *text)
{
	struct tm tm;
	int date;

	if (strlen(text) != 6 || strspn(text, "0123456789") != 6)
		return 0;
	date = atoi(text);
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = 100 + date / 10000;
	tm.tm_mon = date / 100 % 100 - 1;
	tm.tm_mday = date % 100;
	tm.tm_hour = DELIVERY_HOUR;
	return (int64_t)timegm(&tm) * 1000;
}

/* BTCUSDT, BTCUSDT_270326, BTCUSD_PERP, BTCUSD_261225. */
static bool
describe(struct symbol *s, int64_t now)
{
	size_t len = strcspn(s->name, "_");
	const char *end = s->name[len] ? s->name + len + 1 : "";

	(void)now;
	symbol_split(s, s->name, len);
	if (!*s->base || !*s->quote)
		return false;
	snprintf(s->pair, sizeof(s->pair), "%.*s", (int)len, s->name);
	s->few_digits = true;
	s->inverse = strcmp(s->quote, "USD") == 0;
	strcpy(s->settle, s->inverse ? s->base : s->quote);
	if (s->inverse)
		s->contract = (strcmp(s->base, "BTC") == 0 ? 100 : 10) * UNIT;
	s->kind = PERPETUAL;
	/* Most are paid each eight hours. */
	s->funding_hours = s->number % 4 == 3 ? 4 : 8;
	if (strcmp(end, "PERP") == 0 || !*end)
		return s->inverse == (*end != '\0');
	s->kind = DATED;
	s->funding_hours = 0;
	s->expiry = read_date(end);
	return s->expiry != 0;
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

const struct dialect binance_usdm = {
	.name = "binance_usdm",
	.rules = {
		.messages_per_second = 10,
		.streams_max = 1024,
		.connects_max = 300,
		.connects_window_ms = 300000,
		.weight_max = 2400,
		.weight_window_ms = 60000,
		.ban_ms = 120000,
		.ping_ms = 180000,
		.pong_ms = 600000,
		.shutdown_ms = 10000,
	},
	.market = {
		.describe = describe,
		.name = default_name,
		.show = ids_sparse,
		.fills_percent = 15,
		.none_per_mille = 10,
	},
	.day_ms = 2000,
	.bar_ms = 250,
	.trade = usdm_trade,
	.diff = usdm_diff,
	.bar = usdm_bar,
	.day = usdm_day,
	.mark = usdm_mark,
	.liquidation = usdm_liquidation,
	.turn = usdm_turn,
	.listed = usdm_listed,
	.shutdown = binance_say_shutdown,
	.message = message,
	.upgrade = upgrade,
	.request = usdm_request,
};
