#include "okx_channels.h"

#include <stdio.h>

#define KINDS_ALL (1u << SPOT | 1u << PERPETUAL | 1u << DATED)
#define KINDS_CONTRACT (1u << PERPETUAL | 1u << DATED)
#define LIST "\"data\":["

static const struct okx_channel channels[] = {
	{ "trades", STREAM_AGG_TRADE, OKX_PUBLIC, false, KINDS_ALL, LIST "{",
	    true, "]}", NULL },
	{ "trades-all", STREAM_TRADE, OKX_BUSINESS, false, KINDS_ALL, LIST "{",
	    true, "]}", NULL },
	{ "books", STREAM_DIFF, OKX_PUBLIC, false, KINDS_ALL, "", false, "}",
	    okx_first_books },
	{ "books5", STREAM_TOP, OKX_PUBLIC, false, KINDS_ALL, LIST "{", true,
	    "]}", okx_first_top },
	{ "bbo-tbt", STREAM_BEST, OKX_PUBLIC, false, KINDS_ALL, LIST "{", false,
	    "]}", okx_first_top },
	{ "tickers", STREAM_DAY, OKX_PUBLIC, false, KINDS_ALL, LIST "{", true,
	    "]}", okx_first_day },
	{ "mark-price", STREAM_MARK, OKX_PUBLIC, false, KINDS_CONTRACT,
	    LIST "{", true, "]}", okx_first_mark },
	{ "funding-rate", STREAM_FUNDING, OKX_PUBLIC, false, KINDS_CONTRACT,
	    LIST "{", true, "]}", okx_first_funding },
	{ "open-interest", STREAM_INTEREST, OKX_PUBLIC, false, KINDS_CONTRACT,
	    LIST "{", true, "]}", okx_first_interest },
	{ "liquidation-orders", STREAM_LIQUIDATION, OKX_PUBLIC, true,
	    KINDS_CONTRACT, LIST, false, "]}", NULL },
	{ "instruments", STREAM_CONTRACT, OKX_PUBLIC, true, KINDS_ALL, LIST,
	    false, "]}", NULL },
	/* All that begin so. */
	{ "candle", STREAM_BAR, OKX_BUSINESS, false, KINDS_ALL, LIST, false,
	    "]}", NULL },
};

static const struct okx_channel *
channel_find(const char *name)
{
	for (size_t i = 0; i < sizeof(channels) / sizeof(*channels); i++) {
		const struct okx_channel *ch = &channels[i];

		if (strcmp(ch->name, name) == 0 && ch->kind != STREAM_BAR)
			return ch;
		if (ch->kind == STREAM_BAR &&
		    strncmp(ch->name, name, strlen(ch->name)) == 0 &&
		    okx_bar(name + strlen(ch->name)) >= 0)
			return ch;
	}
	return NULL;
}

bool
okx_wish_find(struct sim *sim, const struct conn *c, struct okx_wish *w)
{
	const struct okx_arg *a = &w->arg;
	const struct okx_channel *ch = channel_find(a->channel);
	struct symbol *s =
	    market_find(&sim->market, a->inst_id, strlen(a->inst_id));

	w->channel = ch;
	w->symbol = s;
	w->type = okx_type_find(a->inst_type);
	if (!ch || ch->route != c->route)
		return false;
	if (ch->by_type)
		return w->type >= 0 && ch->kinds & 1u << w->type;
	if (!s || !(ch->kinds & 1u << s->kind) ||
	    sim->faults.symbol[s->number].reject)
		return false;
	return ch->kind != STREAM_FUNDING || s->funding_hours;
}

/* Subscribed by type; so is what nobody knows if it names no id. */
static bool
is_by_type(const struct okx_wish *w)
{
	return w->channel ? w->channel->by_type : !w->arg.inst_id[0];
}

static const char *
id_of(const struct okx_wish *w)
{
	return is_by_type(w) ? w->arg.inst_type : w->arg.inst_id;
}

void
okx_wish_arg(char *out, const struct okx_wish *w)
{
	snprintf(out, PREFIX_MAX, "{\"channel\":\"%s\",\"%s\":\"%s\"}",
	    w->arg.channel, is_by_type(w) ? "instType" : "instId", id_of(w));
}

static void
wrap(struct stream *st, const struct okx_wish *w)
{
	const struct okx_channel *ch = w->channel;
	char arg[PREFIX_MAX];
	struct buf b = { 0 };

	okx_wish_arg(arg, w);
	buf_print(&b, "{\"arg\":%s,%s", arg, ch->before);
	if (ch->named)
		buf_print(&b, "\"instId\":\"%s\",", id_of(w));
	buf_add(&b, "", 1);
	stream_wrap(st, b.data, ch->after);
	buf_free(&b);
}

static void
stream_name(char name[STREAM_NAME_MAX], const struct okx_wish *w)
{
	snprintf(
	    name, STREAM_NAME_MAX, "%.63s:%.63s", w->arg.channel, id_of(w));
}

struct stream *
okx_wish_have(struct sim *sim, const struct okx_wish *w)
{
	char name[STREAM_NAME_MAX];

	stream_name(name, w);
	return streams_find(&sim->streams, name, strlen(name));
}

struct stream *
okx_wish_stream(struct sim *sim, const struct okx_wish *w)
{
	const struct okx_channel *ch = w->channel;
	char name[STREAM_NAME_MAX];
	struct stream *st;

	stream_name(name, w);
	st = streams_want(&sim->streams, name, strlen(name));
	if (st->kind != STREAM_UNKNOWN)
		return st;
	wrap(st, w);
	st->own = w->type;
	st->takes = okx_takes;
	if (ch->kind == STREAM_BAR) {
		st->interval = okx_bar(w->arg.channel + strlen(ch->name));
		bars_want(
		    &sim->market, w->symbol, st->interval, sim->wall_us / 1000);
	}
	stream_link(
	    &sim->streams, st, ch->kind, ch->by_type ? NULL : w->symbol);
	return st;
}
