#define _GNU_SOURCE
#include "deribit.h"

#include <stdio.h>

#include "deribit_names.h"

enum { PARTS_MAX = 5, LOCK_EVERY_US = 2000000 };

/* A channel name, cut at its points. */
struct parts {
	char text[STREAM_NAME_MAX];
	char *part[PARTS_MAX];
	int count;
};

static void
cut(struct parts *p, const char *name)
{
	char *state = NULL;
	char *part;

	memset(p, 0, sizeof(*p));
	strncpy(p->text, name, sizeof(p->text) - 1);
	for (part = strtok_r(p->text, ".", &state); part;
	     part = strtok_r(NULL, ".", &state)) {
		if (p->count < PARTS_MAX)
			p->part[p->count] = part;
		p->count++;
	}
}

static bool
is(const struct parts *p, int i, const char *text)
{
	return i < p->count && i < PARTS_MAX && strcmp(p->part[i], text) == 0;
}

static struct symbol *
instrument(struct sim *sim, const char *name)
{
	return market_find(&sim->market, name, strlen(name));
}

/* --- what a name means --- */

static const char *const intervals[DERIBIT_INTERVALS] = { "100ms", "agg2" };

struct plain_channel {
	const char *name;
	enum stream_kind kind;
};

static const struct plain_channel plain_channels[] = {
	{ "trades", STREAM_TRADE },
	{ "book", STREAM_DIFF },
	{ "ticker", STREAM_DAY },
};

static bool
takes_interval(const struct stream *s, const struct event *e)
{
	return s->interval == e->interval;
}

static void
link_interval(struct sim *sim, struct stream *s, const struct parts *p,
    struct symbol *symbol)
{
	for (size_t i = 0; i < sizeof(plain_channels) / sizeof(*plain_channels);
	     i++) {
		if (!is(p, 0, plain_channels[i].name))
			continue;
		for (int k = 0; k < DERIBIT_INTERVALS; k++) {
			if (!is(p, 2, intervals[k]))
				continue;
			s->interval = k;
			s->takes = takes_interval;
			stream_link(
			    &sim->streams, s, plain_channels[i].kind, symbol);
		}
	}
}

struct resolution {
	const char *name;
	const char *interval;
};

static const struct resolution resolutions[] = {
	{ "1", "1m" },
	{ "3", "3m" },
	{ "5", "5m" },
	{ "10", "10m" },
	{ "15", "15m" },
	{ "30", "30m" },
	{ "60", "1h" },
	{ "120", "2h" },
	{ "180", "3h" },
	{ "360", "6h" },
	{ "720", "12h" },
	{ "1D", "1d" },
};

int
deribit_resolution(const char *name)
{
	for (size_t i = 0; i < sizeof(resolutions) / sizeof(*resolutions); i++)
		if (strcmp(resolutions[i].name, name) == 0)
			return interval_find(resolutions[i].interval,
			    strlen(resolutions[i].interval));
	return -1;
}

static void
link_chart(struct sim *sim, struct stream *s, const struct parts *p)
{
	struct symbol *symbol = instrument(sim, p->part[2]);
	int interval = deribit_resolution(p->part[3]);

	if (!symbol || interval < 0)
		return;
	s->interval = interval;
	bars_want(&sim->market, symbol, interval, sim->wall_us / 1000);
	stream_link(&sim->streams, s, STREAM_BAR, symbol);
}

static bool
is_state_channel(const struct parts *p)
{
	return p->count == 4 && is(p, 0, "instrument") && is(p, 1, "state");
}

static bool
takes_state(const struct stream *s, const struct event *e)
{
	struct parts p;

	cut(&p, s->name);
	return deribit_is(e->symbol, p.part[2], p.part[3]);
}

/* Of the whole venue. */
static bool
link_news(struct sim *sim, struct stream *s, const struct parts *p)
{
	if (is_state_channel(p)) {
		s->takes = takes_state;
		stream_link(&sim->streams, s, STREAM_CONTRACT, NULL);
	} else if (strcmp(s->name, "platform_state") == 0) {
		stream_link(&sim->streams, s, STREAM_STATUS, NULL);
	} else if (is(p, 0, "platform_state") || is(p, 0, "announcements")) {
		/* Nothing is ever said here. */
		stream_link(&sim->streams, s, STREAM_OTHER_1, NULL);
	}
	return s->kind != STREAM_UNKNOWN;
}

static bool
takes_trades(const struct stream *s, const struct event *e)
{
	struct parts p;

	cut(&p, s->name);
	return takes_interval(s, e) &&
	       deribit_is(e->symbol, p.part[1], p.part[2]);
}

/* trades.KIND.CURRENCY.INTERVAL */
static void
link_trades(struct sim *sim, struct stream *s, const struct parts *p)
{
	for (int k = 0; k < DERIBIT_INTERVALS; k++) {
		if (!is(p, 3, intervals[k]))
			continue;
		s->interval = k;
		s->takes = takes_trades;
		stream_link(&sim->streams, s, STREAM_TRADE, NULL);
	}
}

static void
link_channel(struct sim *sim, struct stream *s)
{
	struct parts p;
	struct symbol *symbol;

	cut(&p, s->name);
	if (link_news(sim, s, &p) || p.count < 2)
		return;
	if (p.count == 4 && is(&p, 0, "chart") && is(&p, 1, "trades")) {
		link_chart(sim, s, &p);
		return;
	}
	if (p.count == 4 && is(&p, 0, "trades")) {
		link_trades(sim, s, &p);
		return;
	}
	symbol = instrument(sim, p.part[1]);
	if (symbol && p.count == 2 && is(&p, 0, "quote"))
		stream_link(&sim->streams, s, STREAM_BEST, symbol);
	else if (symbol && p.count == 3)
		link_interval(sim, s, &p, symbol);
}

struct stream *
deribit_channel(struct sim *sim, const char *name)
{
	struct stream *s = streams_want(&sim->streams, name, strlen(name));
	char prefix[PREFIX_MAX];

	if (s->kind == STREAM_UNKNOWN) {
		snprintf(prefix, sizeof(prefix),
		    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\","
		    "\"params\":{\"channel\":\"%s\",\"data\":",
		    s->name);
		stream_wrap(s, prefix, "}}");
		link_channel(sim, s);
	}
	return s->kind == STREAM_UNKNOWN ? NULL : s;
}

/* --- news --- */

static char *
write_state(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;

	(void)micro;
	p = PUT(p, "{");
	p = put_whole(p, "timestamp", a->sim->wall_us / 1000);
	p = put_text(put_key(p, "state"), "\"");
	p = put_text(p, deribit_state(a->sim, e->symbol));
	p = PUT(p, "\",");
	p = put_name(p, e->symbol);
	*p++ = '}';
	return p;
}

void
deribit_set_state(struct sim *sim, struct symbol *s, const char *state)
{
	struct deribit_symbol *d = deribit_symbol(sim, s);
	struct deribit_about a = { sim, NULL };
	struct event e = { .symbol = s, .what = &a, .write = write_state };

	snprintf(d->state, sizeof(d->state), "%s", state);
	streams_publish(sim, STREAM_CONTRACT, &e);
}

static char *
write_lock(char *p, const struct event *e, bool micro)
{
	const bool *locked = e->what;

	(void)micro;
	p = PUT(p, "{\"price_index\":\"sol_usdc\",\"locked\":");
	p = put_bool(p, *locked);
	*p++ = '}';
	return p;
}

void
deribit_say_locks(struct sim *sim)
{
	struct deribit *d = deribit_of(sim);
	struct event e = { .what = &d->locked, .write = write_lock };

	if (d->lock_due_us > sim->now_us)
		return;
	d->lock_due_us = sim->now_us + LOCK_EVERY_US;
	d->locked = !d->locked;
	streams_publish(sim, STREAM_STATUS, &e);
}

void
deribit_tell_platform(struct sim *sim, struct conn *c, const char *data)
{
	for (int i = 0; i < c->stream_count; i++)
		if (c->streams[i]->kind == STREAM_STATUS)
			stream_tell(sim, c->streams[i], c, data, strlen(data));
}
