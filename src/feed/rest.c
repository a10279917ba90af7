#include "feed/rest_internal.h"

#include <string.h>

#include "core/log.h"
#include "core/must.h"

enum {
	PATH_MAX_BYTES = 512,
	/* Between two tries of the same wish. */
	RETRY_MIN_MS = 250,
	RETRY_MAX_MS = 30000,
	MINUTE_NS_MS = 60 * 1000,
};

static void rest_next(struct rest *r);

int64_t
rest_retry_ms(struct rest *r, unsigned tries)
{
	int64_t ms = RETRY_MIN_MS;

	for (unsigned i = 1; i < tries && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	if (ms > RETRY_MAX_MS)
		ms = RETRY_MAX_MS;
	return ms / 2 + (int64_t)random_below(r->random, (uint64_t)ms);
}

void
rest_arm(struct rest *r, struct mono due)
{
	if (!r->timer.armed || due.ns < r->timer.due.ns)
		timer_start(r->loop, &r->timer, due);
}

/* Weight used in the present minute of the venue's fixed windows. */
uint32_t
rest_weight(struct rest *r)
{
	int64_t minute = r->loop->wall.ns / (60 * NS_PER_S);

	if (minute != r->minute) {
		r->minute = minute;
		r->used = 0;
		r->reported = 0;
	}
	return r->used > r->reported ? r->used : r->reported;
}

struct mono
rest_next_minute(struct rest *r)
{
	int64_t into_ms = r->loop->wall.ns / NS_PER_MS % MINUTE_NS_MS;

	return mono_after_ms(r->loop->now,
	    MINUTE_NS_MS - into_ms + (int64_t)random_below(r->random, 500));
}

/* Is this wish due?  If not, *next is not later than its time. */
static bool
is_due(struct rest *r, bool wanted, struct mono due, struct mono *next)
{
	if (!wanted)
		return false;
	if (mono_due(due, r->loop->now))
		return true;
	*next = mono_min(*next, due);
	return false;
}

/* The wish that is due and comes first: books, trades, polls. */
static enum rest_kind
choose(struct rest *r, unsigned *symbol, struct mono *next)
{
	enum rest_kind kind = REST_NONE;

	*next = MONO_NEVER;
	for (unsigned i = 0; i < r->symbols; i++) {
		struct rest_wish *w = &r->wishes[i];

		if (is_due(r, w->book, w->book_due, next)) {
			*symbol = i;
			return REST_BOOK;
		}
		if (is_due(r, w->trades, w->trades_due, next) &&
		    kind != REST_TRADES) {
			kind = REST_TRADES;
			*symbol = i;
		}
		if (is_due(r, w->poll, w->poll_due, next) &&
		    kind == REST_NONE) {
			kind = REST_POLL;
			*symbol = i;
		}
	}
	return kind;
}

static void
count_waiting(struct rest *r)
{
	unsigned n = 0;

	unsigned polls = 0;

	for (unsigned i = 0; i < r->symbols; i++) {
		n +=
		    (unsigned)r->wishes[i].book + (unsigned)r->wishes[i].trades;
		polls += r->wishes[i].poll;
	}
	r->waiting = n + polls;
	r->metrics.queue = n;
}

/* A hole is not filled in time, or cannot be. */
void
rest_give_up_trades(struct rest *r, unsigned symbol, const char *why)
{
	struct log_line l;

	r->wishes[symbol].trades = false;
	/* Its answer must not be taken for that of the next hole. */
	if (r->kind == REST_TRADES && r->symbol == symbol)
		r->wanted = false;
	/* The stream has brought them. */
	if (!market_has_holes(r->market, symbol))
		return;
	log_open(&l, LOG_WARN, "rest", "hole_not_filled");
	log_text(&l, "venue", r->name);
	log_span(&l, "symbol", symbol_native(market_symbol(r->market, symbol)));
	log_int(&l, "from", r->wishes[symbol].first);
	log_int(&l, "to", r->wishes[symbol].last);
	log_text(&l, "why", why);
	log_send(&l);
	market_trades_failed(r->market, symbol, why, r->loop->wall);
}

static void
expire_trades(struct rest *r)
{
	for (unsigned i = 0; i < r->symbols; i++) {
		struct rest_wish *w = &r->wishes[i];

		if (!w->trades)
			continue;
		if (mono_due(w->trades_end, r->loop->now))
			rest_give_up_trades(
			    r, i, "REST did not answer in time");
		else
			rest_arm(r, w->trades_end);
	}
}

static bool
write_trades_call(
    struct rest *r, unsigned symbol, struct out *path, struct venue_call *call)
{
	const struct symbol *s = market_symbol(r->market, symbol);
	struct rest_wish *w = &r->wishes[symbol];
	int64_t count = w->last - w->first + 2;

	if (count > r->venue->trades_limit_max)
		count = r->venue->trades_limit_max;
	/* The trade behind the hole came by the stream: a page with it says
	 * that REST knows everything before. */
	r->ask = (struct trades_ask){ .first = w->first,
		.last = w->last + 1,
		.limit = (uint32_t)count,
		.trades = r->setup.trades,
		.source = w->trades_source };
	return r->venue->trades_call(s, &r->ask, path, call);
}

/* false: there is no such call. */
static bool
write_call(struct rest *r, enum rest_kind kind, unsigned symbol,
    struct out *path, struct venue_call *call)
{
	const struct symbol *s = market_symbol(r->market, symbol);

	switch (kind) {
	case REST_BOOK:
		r->venue->book_call(s, r->setup.book_limit, path, call);
		return true;
	case REST_TRADES:
		return write_trades_call(r, symbol, path, call);
	case REST_POLL:
		r->venue->poll_call(
		    s, r->wishes[symbol].poll_channel, path, call);
		return true;
	case REST_NONE:
		break;
	}
	return false;
}

static void
send_call(struct rest *r, enum rest_kind kind, unsigned symbol)
{
	char text[PATH_MAX_BYTES];
	struct venue_call call = { 0 };
	struct mono ready;
	struct out path;
	enum err e;

	out_init(&path, text, sizeof(text));
	if (!write_call(r, kind, symbol, &path, &call)) {
		rest_give_up_trades(r, symbol, "REST does not have them");
		rest_arm(r, r->loop->now);
		return;
	}
	out_cstr(&path);
	must(!path.full);
	ready = mono_after_ms(r->sent_at, call.gap_ms);
	if (call.gap_ms > 0 && !mono_due(ready, r->loop->now)) {
		rest_arm(r, ready);
		return;
	}
	if (rest_weight(r) + call.weight > r->setup.weight_per_minute &&
	    rest_weight(r) > 0) {
		rest_arm(r, rest_next_minute(r));
		return;
	}
	r->used = rest_weight(r) + call.weight;
	r->kind = kind;
	r->symbol = symbol;
	r->wanted = true;
	r->sent_at = r->loop->now;
	r->metrics.requests++;
	r->metrics.weight_used = rest_weight(r);
	e = httpc_get(&r->http, text);
	must(e == ERR_OK);
}

static void
rest_next(struct rest *r)
{
	struct mono next;
	unsigned symbol = 0;
	enum rest_kind kind;

	expire_trades(r);
	count_waiting(r);
	if (r->kind != REST_NONE || r->waiting == 0)
		return;
	if (!mono_due(r->paused_until, r->loop->now)) {
		rest_arm(r, r->paused_until);
		return;
	}
	kind = choose(r, &symbol, &next);
	if (kind != REST_NONE)
		send_call(r, kind, symbol);
	else if (next.ns != MONO_NEVER.ns)
		rest_arm(r, next);
}

static void
on_timer(struct timer *t)
{
	rest_next(t->owner);
}

void
rest_init(struct rest *r, const struct rest_setup *setup)
{
	r->setup = *setup;
	r->timer.fire = on_timer;
	r->timer.owner = r;
	r->http.done = rest_done;
	r->http.owner = r;
	r->http.headers = r->venue->rest_headers;
	r->http.watch_header = r->venue->weight_header;
	r->metrics.weight_limit = setup->weight_per_minute;
	rest_jobs_init(r);
}

void
rest_close(struct rest *r)
{
	timer_stop(r->loop, &r->timer);
	httpc_close(&r->http);
	r->kind = REST_NONE;
	rest_jobs_close(r);
}

void
rest_want_book(struct rest *r, unsigned symbol)
{
	struct rest_wish *w = &r->wishes[symbol];

	if (!w->book) {
		w->book = true;
		w->book_due = w->book_tries == 0
				  ? r->loop->now
				  : mono_after_ms(r->loop->now,
					rest_retry_ms(r, w->book_tries));
	}
	if (r->kind == REST_BOOK && r->symbol == symbol)
		r->wanted = false;
	rest_arm(r, r->loop->now);
}

void
rest_want_trades(struct rest *r, unsigned symbol, int64_t first, int64_t last)
{
	struct rest_wish *w = &r->wishes[symbol];

	/* The same hole grew; another one has time of its own. */
	if (w->trades && first <= w->last && last >= w->first) {
		w->last = last > w->last ? last : w->last;
		return;
	}
	w->trades = true;
	w->first = first;
	w->last = last;
	w->trades_tries = 0;
	w->trades_source = 0;
	w->trades_due = r->loop->now;
	w->trades_end = mono_after_ms(r->loop->now, r->setup.backfill_hold_ms);
	if (last - first >= r->setup.backfill_max)
		w->trades_end = r->loop->now;
	rest_arm(r, r->loop->now);
}

void
rest_poll(struct rest *r, unsigned symbol, enum channel c)
{
	struct rest_wish *w = &r->wishes[symbol];

	w->poll = true;
	w->poll_channel = c;
	/* Spread over the period. */
	w->poll_due = mono_after_ms(r->loop->now,
	    (int64_t)random_below(r->random, (uint64_t)r->setup.poll_ms));
	rest_arm(r, w->poll_due);
}

void
rest_poll_now(struct rest *r, unsigned symbol)
{
	struct rest_wish *w = &r->wishes[symbol];

	if (!w->poll)
		return;
	w->poll_due = r->loop->now;
	rest_arm(r, r->loop->now);
}

void
rest_drop_poll(struct rest *r, unsigned symbol)
{
	r->wishes[symbol].poll = false;
}

void
rest_drop_book(struct rest *r, unsigned symbol)
{
	r->wishes[symbol].book = false;
	if (r->kind == REST_BOOK && r->symbol == symbol)
		r->wanted = false;
}

void
rest_forget(struct rest *r, unsigned symbol)
{
	r->wishes[symbol] = (struct rest_wish){ 0 };
	if (r->kind != REST_NONE && r->symbol == symbol)
		r->wanted = false;
}
