#include "feed/source.h"

static void
begin_row(struct source *s, struct out *o, bool *first)
{
	if (!*first)
		out_char(o, ',');
	*first = false;
	out_char(o, '{');
	out_member_text(o, "venue", span_of(s->name));
}

/* The list that was read first: all of them are not older; TIME_NULL when one
 * was not read at all. */
static int64_t
read_at(const struct symbols *s)
{
	int64_t oldest = INT64_MAX;

	for (unsigned n = 0; n < s->list_count; n++) {
		int64_t ns = s->list[n].read_at.ns;

		if (!s->list[n].read)
			return TIME_NULL;
		oldest = ns < oldest ? ns : oldest;
	}
	return oldest;
}

void
source_listing(struct source *s, struct out *o, bool *first)
{
	const struct market_metrics *m = &s->metrics;
	int64_t ns = read_at(&s->listing);

	begin_row(s, o, first);
	out_member_u64(o, "wanted", m->symbols_wanted);
	out_member_u64(o, "live", s->listing.counts.now[WANTED_LIVE]);
	out_member_u64(o, "unchecked", m->symbols_unchecked);
	out_member_u64(o, "halted", m->symbols_halted);
	out_member_u64(o, "preopen", m->symbols_preopen);
	out_member_u64(o, "unknown", m->symbols_unknown);
	out_member_u64(o, "delisted", m->symbols_delisted);
	out_member_u64(o, "no_room", m->symbols_no_room);
	out_member_u64(o, "instruments", m->instruments);
	OUT_LITERAL(o, "\"lists_read_at\":");
	if (ns == TIME_NULL) {
		OUT_LITERAL(o, "null");
	} else {
		out_char(o, '"');
		out_time(o, (struct wall){ ns });
		out_char(o, '"');
	}
	out_char(o, '}');
}

static void
end_row(struct out *o, const char *state, struct wall since, struct span reason)
{
	out_member_text(o, "state", span_of(state));
	out_member_text(o, "reason", reason);
	OUT_LITERAL(o, "\"since\":\"");
	out_time(o, since);
	OUT_LITERAL(o, "\"}");
}

static void
wanted_json(
    struct source *s, const struct wanted *w, struct out *o, bool *first)
{
	char text[SYMBOLS_WHY_MAX];
	struct out why;

	out_init(&why, text, sizeof(text));
	symbols_reason(w, &why);
	begin_row(s, o, first);
	out_member_text(o, "symbol", span_of(w->word));
	end_row(o, wanted_state_name(w->state), w->since, out_done(&why));
}

/* Streams that the venue refused, on the connection that is in use. */
static void
refused_json(struct source *s, const struct lane *l, struct out *o, bool *first)
{
	const struct feed *f = &l->feeds[l->current];
	char text[96];

	for (unsigned i = 0; i < l->count; i++) {
		const struct stream *st = &s->streams[l->first + i];
		struct out why;

		if (st->gone || !f->streams[i].rejected)
			continue;
		out_init(&why, text, sizeof(text));
		OUT_LITERAL(&why, "the venue refused the stream ");
		out_text(&why, channel_name(st->channel));
		if (st->interval[0] != '\0') {
			out_char(&why, '.');
			out_text(&why, st->interval);
		}
		begin_row(s, o, first);
		out_member_text(o, "symbol",
		    st->symbol != NULL ? symbol_native(st->symbol)
				       : span_of(st->group));
		end_row(o, "refused", f->since, out_done(&why));
	}
}

void
source_missing(struct source *s, struct out *o, bool *first)
{
	for (unsigned n = 0; n < s->listing.count; n++) {
		const struct wanted *w = &s->listing.wanted[n];

		if (w->state != WANTED_LIVE && w->state != WANTED_UNCHECKED &&
		    w->state != WANTED_TWICE && w->state != WANTED_ELSEWHERE)
			wanted_json(s, w, o, first);
	}
	for (unsigned i = 0; i < s->lane_count; i++)
		refused_json(s, &s->lanes[i], o, first);
}
