#include "feed/source.h"

static void
moment(struct out *o, const char *name, struct wall t)
{
	out_json(o, span_of(name));
	OUT_LITERAL(o, ":\"");
	out_time(o, t);
	OUT_LITERAL(o, "\"");
}

static void
feed_json(struct source *s, struct feed *f, struct out *o)
{
	char tls[96];
	struct out t;

	out_char(o, '{');
	out_member_text(o, "name", span_of(f->name));
	out_member_text(o, "state", span_of(feed_state_name(f->state)));
	out_member_text(o, "host", span_of(s->options->ws_host));
	out_member_i64(o, "streams", (int64_t)f->metrics.streams);
	out_member_i64(o, "streams_seen", f->seen_count);
	out_member_i64(o, "messages", (int64_t)f->metrics.messages);
	out_member_i64(o, "bytes", (int64_t)f->metrics.bytes);
	out_member_i64(o, "connects", (int64_t)f->metrics.connects);
	out_member_i64(o, "failures", (int64_t)f->metrics.failures);
	out_member_i64(o, "last_message_age_ms",
	    f->metrics.messages == 0
		? -1
		: mono_ms_between(f->last_message, s->loop->now));
	out_init(&t, tls, sizeof(tls));
	if (f->state == FEED_LIVE)
		tls_describe(&f->conn.tls, &t);
	out_member_text(o, "tls", span_of(out_cstr(&t)));
	OUT_LITERAL(o, "\"rate\":");
	rate_json(&f->rate, o);
	out_char(o, ',');
	out_member_text(o, "last_error", span_of(f->why));
	moment(o, "since", f->since);
	out_char(o, '}');
}

void
source_connections(struct source *s, struct out *o, bool *first)
{
	for (unsigned i = 0; i < s->lane_count * 2; i++) {
		struct feed *f = &s->lanes[i / 2].feeds[i % 2];

		if (f->state == FEED_IDLE && f->metrics.connects == 0)
			continue;
		if (!*first)
			out_char(o, ',');
		*first = false;
		feed_json(s, f, o);
	}
}

void
source_rest(struct source *s, struct out *o, bool *first)
{
	struct rest *r = &s->rest;
	bool paused = !mono_due(r->paused_until, s->loop->now);
	struct wall until = { s->loop->wall.ns + r->paused_until.ns -
			      s->loop->now.ns };

	if (!*first)
		out_char(o, ',');
	*first = false;
	out_char(o, '{');
	out_member_text(o, "venue", span_of(s->name));
	out_member_text(o, "state", span_of(paused ? "paused" : "live"));
	out_member_text(o, "host", span_of(s->options->rest_host));
	out_member_i64(o, "weight_used", rest_weight(r));
	out_member_i64(o, "weight_limit", (int64_t)r->metrics.weight_limit);
	out_member_i64(o, "queue", (int64_t)r->metrics.queue);
	out_member_i64(o, "jobs", rest_jobs_waiting(r));
	out_member_i64(o, "requests", (int64_t)r->metrics.requests);
	out_member_i64(o, "failures", (int64_t)r->metrics.failures);
	out_member_i64(o, "bans", (int64_t)r->metrics.banned);
	OUT_LITERAL(o, "\"paused_until\":");
	if (paused) {
		out_char(o, '"');
		out_time(o, until);
		OUT_LITERAL(o, "\",");
	} else {
		OUT_LITERAL(o, "null,");
	}
	OUT_LITERAL(o, "\"reason\":");
	out_json(o, span_of(r->why));
	out_char(o, '}');
}

static const char *
sync_name(const struct sync *b)
{
	switch (b->state) {
	case SYNC_OFF:
		return "off";
	case SYNC_WAITING:
		return "waiting";
	case SYNC_BUFFERING:
		return "syncing";
	case SYNC_LIVE:
		return "live";
	}
	return "off";
}

static void
top_json(const struct sync *b, const struct book_side *side, const char *name,
    struct out *o)
{
	struct level best;

	out_json(o, span_of(name));
	out_char(o, ':');
	if (b->state != SYNC_LIVE || book_top(side, 1, &best) == 0) {
		OUT_LITERAL(o, "null,");
		return;
	}
	OUT_LITERAL(o, "[\"");
	dec_write(&best.price, o);
	OUT_LITERAL(o, "\",\"");
	dec_write(&best.quantity, o);
	OUT_LITERAL(o, "\"],");
}

void
source_books(struct source *s, struct out *o, bool *first)
{
	for (unsigned i = 0; i < s->symbol_count; i++) {
		const struct sync *b = market_book(s->market, i);
		const struct symbol *y = market_symbol(s->market, i);

		if (b->state == SYNC_OFF)
			continue;
		if (!*first)
			out_char(o, ',');
		*first = false;
		out_char(o, '{');
		out_member_text(o, "venue", span_of(s->name));
		out_member_text(o, "symbol", span_of(y->unified));
		out_member_text(o, "state",
		    span_of(
			b->state == SYNC_LIVE && !market_book_live(s->market, i)
			    ? "crossed"
			    : sync_name(b)));
		out_member_i64(
		    o, "last_update_id", b->state == SYNC_LIVE ? b->id : 0);
		top_json(b, &b->book.bids, "bid", o);
		top_json(b, &b->book.asks, "ask", o);
		out_member_i64(o, "gaps", (int64_t)b->gaps);
		OUT_LITERAL(o, "\"applied\":");
		out_u64(o, b->applied);
		out_char(o, '}');
	}
}
