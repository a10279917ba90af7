#include "feed/rest_internal.h"

#include "core/log.h"

enum {
	TRADES_TRIES_MAX = 40,
	SOURCE_TRIES = 3,
};

static const char *
kind_name(enum rest_kind kind)
{
	static const char *const names[] = {
		[REST_NONE] = "none",
		[REST_BOOK] = "book",
		[REST_TRADES] = "trades",
		[REST_POLL] = "poll",
	};

	return names[kind];
}

static void
log_failed(struct rest *r, const struct httpc_reply *a, enum err e)
{
	struct log_line l;

	r->metrics.failures++;
	log_open(&l, LOG_WARN, "rest", "call_failed");
	log_text(&l, "venue", r->name);
	log_text(&l, "call", kind_name(r->kind));
	log_span(
	    &l, "symbol", symbol_native(market_symbol(r->market, r->symbol)));
	log_err(&l, e);
	log_int(&l, "http_status", a->status);
	if (r->last != REFUSAL_NONE)
		log_text(&l, "refusal", rest_refusal_text(r->last));
	if (r->http.conn.why[0] != '\0' && a->error != ERR_OK)
		log_text(&l, "why", r->http.conn.why);
	log_send(&l);
}

/* A body may say it, whatever the status (OKX 4.4). */
static void
note_limited(struct rest *r, const struct httpc_reply *a, enum err e)
{
	if (e == ERR_LIMITED && a->status == 200)
		rest_pause_limited(r);
}

static void
book_answer(struct rest *r, const struct httpc_reply *a, enum err e,
    const struct origin *from)
{
	struct rest_wish *w = &r->wishes[r->symbol];

	if (!r->wanted)
		return;
	w->book = false;
	w->book_tries++;
	/* A stale snapshot makes the market wish again, from here. */
	if (e == ERR_OK)
		e = market_book_reply(r->market, r->symbol, a->body, from);
	if (e == ERR_OK) {
		if (!w->book)
			w->book_tries = 0;
		return;
	}
	note_limited(r, a, e);
	log_failed(r, a, e);
	w->book = true;
	w->book_due =
	    mono_after_ms(r->loop->now, rest_retry_ms(r, w->book_tries));
}

/* The next source, the first one after the last. */
static void
next_source(struct rest *r, struct rest_wish *w)
{
	char text[512];
	struct venue_call call = { 0 };
	struct trades_ask ask = r->ask;
	struct out path;

	out_init(&path, text, sizeof(text));
	ask.source = w->trades_source + 1;
	if (r->venue->trades_call(
		market_symbol(r->market, r->symbol), &ask, &path, &call))
		w->trades_source++;
	else
		w->trades_source = 0;
}

static void
poll_answer(struct rest *r, const struct httpc_reply *a, enum err e,
    const struct origin *from)
{
	struct rest_wish *w = &r->wishes[r->symbol];

	w->poll_due = mono_after_ms(r->loop->now, r->setup.poll_ms);
	if (!r->wanted || !w->poll)
		return;
	if (e == ERR_OK)
		e = market_poll_reply(
		    r->market, r->symbol, w->poll_channel, a->body, from);
	if (e == ERR_OK) {
		w->poll_seen = r->loop->now;
		return;
	}
	note_limited(r, a, e);
	log_failed(r, a, e);
}

/* The hole is filled, whatever else was wrong with the page; or trades held
 * behind it have shown another one, which is wished for now. */
static bool
fills(struct rest *r, struct span body, const struct origin *from,
    int64_t *next, enum err *e)
{
	struct rest_wish *w = &r->wishes[r->symbol];

	w->trades = false;
	*e = market_trades_reply(
	    r->market, r->symbol, body, &r->ask, from, next);
	if (w->trades || *next > w->last)
		return true;
	w->trades = true;
	return false;
}

/* Nothing new: later, or from another source; after the last one rest_next
 * gives up. */
static void
trades_again(struct rest *r, struct rest_wish *w, enum err e)
{
	w->trades_tries++;
	/* Refused, or nothing again and again. */
	if (e == ERR_REJECTED)
		w->trades_source++;
	else if (w->trades_tries % SOURCE_TRIES == 0)
		next_source(r, w);
	w->trades_due =
	    mono_after_ms(r->loop->now, rest_retry_ms(r, w->trades_tries));
	if (w->trades_tries >= TRADES_TRIES_MAX)
		rest_give_up_trades(r, r->symbol, "REST does not have them");
}

static void
trades_answer(struct rest *r, const struct httpc_reply *a, enum err e,
    const struct origin *from)
{
	struct rest_wish *w = &r->wishes[r->symbol];
	int64_t next = w->first;
	bool filled = false;

	if (!r->wanted || !w->trades)
		return;
	if (a->status == 401 || a->status == 400)
		e = ERR_REJECTED;
	if (e == ERR_OK)
		filled = fills(r, a->body, from, &next, &e);
	note_limited(r, a, e);
	if (e != ERR_OK)
		log_failed(r, a, e);
	/* Or it was about a hole that the stream has filled meanwhile. */
	if (filled || (e == ERR_OK && r->ask.first != w->first))
		return;
	if (e != ERR_OK || next <= w->first) {
		trades_again(r, w, e);
		return;
	}
	w->first = next;
	w->trades_tries = 0;
}

void
rest_done(struct httpc *h, const struct httpc_reply *a)
{
	struct rest *r = h->owner;
	struct origin from = { .seen = r->loop->wall, .epoch = 0 };
	enum err e = rest_heed(r, a, false);

	histogram_add(&r->metrics.latency, r->loop->now.ns - r->sent_at.ns);
	if (r->kind == REST_BOOK)
		book_answer(r, a, e, &from);
	else if (r->kind == REST_TRADES)
		trades_answer(r, a, e, &from);
	else if (r->kind == REST_POLL)
		poll_answer(r, a, e, &from);
	r->kind = REST_NONE;
	rest_arm(r, r->loop->now);
}
