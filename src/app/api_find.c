#include <string.h>

#include "app/api.h"

enum {
	NAME_MAX_BYTES = 256,
};

void
api_moment(struct out *o, const char *name, int64_t ns)
{
	out_member(o, name);
	if (ns == TIME_NULL) {
		OUT_LITERAL(o, "null,");
		return;
	}
	out_char(o, '"');
	out_time(o, (struct wall){ ns });
	OUT_LITERAL(o, "\",");
}

void
api_flag(struct out *o, const char *name, bool value)
{
	out_member(o, name);
	out_text(o, value ? "true," : "false,");
}

void
api_end(struct out *o)
{
	if (o->len > 0 && o->at[o->len - 1] == ',')
		o->len--;
	out_char(o, '}');
}

const char *
api_exchange(const struct source *s)
{
	return venue_descs[s->venue->id].exchange;
}

void
api_symbols(const struct source *s, struct out *o)
{
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < s->symbol_count; i++) {
		if (!s->symbols[i].collected)
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_json(o, symbol_unified(market_symbol(s->market, i)));
	}
	out_char(o, ']');
}

static struct api_book
look(const struct source *s, unsigned i)
{
	return (struct api_book){ .source = s,
		.symbol = i,
		.name = market_symbol(s->market, i),
		.sync = market_book(s->market, i),
		.live = market_book_live(s->market, i) };
}

bool
api_next_book(const struct mpedge *m, struct span word, unsigned *source,
    unsigned *symbol, struct api_book *found)
{
	for (; *source < m->source_count; ++*source, *symbol = 0) {
		const struct source *s = &m->sources[*source];

		if (word.len > 0 && !api_is_source(s, word))
			continue;
		for (; *symbol < s->symbol_count; ++*symbol) {
			if (!s->symbols[*symbol].collected ||
			    market_book(s->market, *symbol)->state == SYNC_OFF)
				continue;
			*found = look(s, (*symbol)++);
			return true;
		}
	}
	return false;
}

bool
api_find_book(const struct mpedge *m, struct span exchange, struct span symbol,
    struct api_book *a)
{
	char text[NAME_MAX_BYTES];
	unsigned source = 0, number = 0;
	struct out name;

	out_init(&name, text, sizeof(text));
	if (http_decode(symbol, &name) != ERR_OK || name.full)
		return false;
	out_cstr(&name);
	while (api_next_book(m, exchange, &source, &number, a)) {
		if (span_is_nocase(symbol_unified(a->name), text) ||
		    span_is_nocase(symbol_native(a->name), text))
			return true;
	}
	return false;
}

void
api_no_book(struct status_call *c, struct span exchange, struct span symbol)
{
	char why[NAME_MAX_BYTES];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	OUT_LITERAL(&o, "Orderbook not found for ");
	out_span(&o, exchange);
	out_char(&o, ':');
	out_span(&o, symbol);
	why[o.len] = '\0';
	api_refuse(c, 404, why);
}

void
api_sync(const struct api_book *a, struct out *o)
{
	const struct sync *b = a->sync;

	api_flag(o, "is_synced", a->live);
	out_member_u64(o, "error_count", b->gaps);
	out_member_u64(o, "total_updates", b->applied);
	out_member_u64(o, "buffer_size", b->buffer.len);
	api_flag(
	    o, "sync_in_progress", b->state == SYNC_BUFFERING || b->refreshing);
}
