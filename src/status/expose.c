#include "status/expose.h"

/* ";q=0.5" in thousandths; what is no such number counts as 1. */
static unsigned
weight(struct span text)
{
	unsigned value, scale = 100;

	if (text.len == 0 || (text.at[0] != '0' && text.at[0] != '1'))
		return 1000;
	value = text.at[0] == '1' ? 1000 : 0;
	for (size_t i = 2; i < text.len && scale > 0; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			break;
		value += (unsigned)(text.at[i] - '0') * scale;
		scale /= 10;
	}
	return value < 1000 ? value : 1000;
}

/* Up to `end`, which is taken too, without blanks around. */
static struct span
piece(struct span *rest, char end)
{
	struct span s = { rest->at, 0 };

	while (s.len < rest->len && rest->at[s.len] != end)
		s.len++;
	rest->at += s.len < rest->len ? s.len + 1 : s.len;
	rest->len -= s.len < rest->len ? s.len + 1 : s.len;
	return span_trim(s);
}

struct range {
	struct span media;
	unsigned weight;
};

static struct range
range_of(struct span text)
{
	struct range r = { piece(&text, ';'), 1000 };

	while (text.len > 0) {
		struct span word = piece(&text, ';');

		if (span_starts(word, "q=") || span_starts(word, "Q="))
			r.weight =
			    weight((struct span){ word.at + 2, word.len - 2 });
	}
	return r;
}

bool
expose_openmetrics(struct span accept)
{
	unsigned open = 0, plain = 0;

	while (accept.len > 0) {
		struct range r = range_of(piece(&accept, ','));
		unsigned *best = &plain;

		if (span_is_nocase(r.media, "application/openmetrics-text"))
			best = &open;
		else if (!span_is_nocase(r.media, "text/plain") &&
			 !span_is(r.media, "text/*") &&
			 !span_is(r.media, "*/*"))
			continue;
		if (r.weight > *best)
			*best = r.weight;
	}
	return open > 0 && open >= plain;
}

const char *
expose_content_type(bool openmetrics)
{
	return openmetrics ? "application/openmetrics-text; version=1.0.0; "
			     "charset=utf-8"
			   : "text/plain; version=0.0.4; charset=utf-8";
}

void
expose_begin(struct expose *x, const struct loop *l, const struct metrics *m,
    struct metrics_metrics *counts, bool openmetrics, bool compat)
{
	metrics_begin(&x->writer, m, openmetrics, compat);
	x->loop = l;
	x->counts = counts;
	x->spent_ns = 0;
	counts->sets = m->set_count;
	counts->dropped_series = m->refused;
}

bool
expose_more(struct expose *x, struct out *o)
{
	int64_t before = loop_spent_ns(x->loop);
	size_t room = o->size, len = o->len;
	int64_t took;
	bool more;

	if (o->size - o->len > EXPOSE_SLICE_BYTES)
		o->size = o->len + EXPOSE_SLICE_BYTES;
	more = metrics_more(&x->writer, o);
	o->size = room;
	took = loop_spent_ns(x->loop) - before;
	x->spent_ns += took;
	x->counts->written += o->len - len;
	histogram_add(&x->counts->slice, took);
	if (more)
		return true;
	x->counts->scrapes++;
	histogram_add(&x->counts->scrape, x->spent_ns);
	return false;
}
