#include "feed/feed.h"

#include <string.h>

#include "core/log.h"
#include "core/must.h"
#include "feed/feed_internal.h"

enum {
	/* A connection has proven itself after this time with data. */
	PROVEN_MS = 30000,
	/* Streams that were refused are asked for again after this time. */
	RETRY_FIRST_MS = 60000,
};

/* The only statement that changes the state. */
void
feed_goto(struct feed *f, enum feed_state to, const char *why)
{
	struct loop *l = f->source->loop;
	struct log_line line;

	must(feed_edge(f->state, to));
	log_open(&line, LOG_DEBUG, "feed", "state");
	log_text(&line, "connection", f->name);
	log_text(&line, "from", feed_state_name(f->state));
	log_text(&line, "to", feed_state_name(to));
	log_text(&line, "why", why);
	log_send(&line);
	f->state = to;
	f->entered = l->now;
	f->since = l->wall;
	f->metrics.up = to == FEED_LIVE;
	timer_stop(l, &f->deadline);
	if (feed_deadline_ms(to) > 0)
		timer_start(l, &f->deadline,
		    mono_after_ms(l->now, feed_deadline_ms(to)));
}

static void
remember(struct feed *f, enum err e, const char *what)
{
	struct out o;

	f->last_error = e;
	out_init(&o, f->why, sizeof(f->why) - 1);
	out_text(&o, what);
	out_text(&o, ": ");
	out_text(&o, err_text(e));
	if (f->conn.why[0] != '\0') {
		out_text(&o, ": ");
		out_text(&o, f->conn.why);
	}
	f->why[o.len] = '\0';
}

/* Exponential with jitter: between half and all of min * 2^attempts. */
static int64_t
pause_ms(struct feed *f)
{
	const struct opt_venue *o = f->source->options;
	int64_t ms = o->backoff_min_ms;

	for (unsigned i = 0; i < f->attempts && ms < o->backoff_max_ms; i++)
		ms *= 2;
	if (ms > o->backoff_max_ms)
		ms = o->backoff_max_ms;
	return ms / 2 + (int64_t)random_below(
			    &f->source->random, (uint64_t)(ms / 2 + 1));
}

/* Everything that belongs to one connection, not to the feed. */
static void
hang_up(struct feed *f)
{
	struct loop *l = f->source->loop;

	timer_stop(l, &f->tick);
	conn_close(&f->conn);
	ws_fini(&f->ws);
	f->todo_count = 0;
	f->sent_count = 0;
	feed_left(f);
	f->metrics.streams = 0;
}

/* A refused upgrade says how long to stay away (429, 418; RFC 9110 10.2.3). */
static int64_t
refused_ms(const struct feed *f)
{
	if (f->ws.http_status == 0 || f->ws.http_status == 101)
		return 0;
	if (f->ws.retry_after_s >= 0)
		return f->ws.retry_after_s * 1000;
	if (f->ws.http_status == 418 || f->ws.http_status == 451)
		return 300 * 1000;
	return f->ws.http_status == 429 || f->ws.http_status == 403 ? 60 * 1000
								    : 0;
}

void
feed_fail(struct feed *f, enum err e, const char *what)
{
	struct loop *l = f->source->loop;
	bool was_live = f->state == FEED_LIVE || f->state == FEED_SUBSCRIBE;
	bool proven = f->state == FEED_LIVE && f->seen_count > 0 &&
		      mono_ms_between(f->entered, l->now) >= PROVEN_MS;
	int64_t ms, refused;
	struct log_line line;
	bool carried;

	remember(f, e, what);
	if (proven)
		f->attempts = 0;
	f->metrics.failures++;
	refused = refused_ms(f);
	ms = pause_ms(f);
	if (ms < refused)
		ms = refused;
	if (f->attempts < 20)
		f->attempts++;
	log_open(&line, LOG_WARN, "feed", "connection_failed");
	log_text(&line, "connection", f->name);
	log_text(&line, "state", feed_state_name(f->state));
	log_err(&line, e);
	log_text(&line, "why", f->why);
	if (f->ws.http_status > 0 && f->ws.http_status != 101)
		log_int(&line, "http_status", f->ws.http_status);
	log_int(&line, "retry_ms", ms);
	log_send(&line);
	hang_up(f);
	if (was_live && f->lost_at.ns == 0)
		f->lost_at = l->now;
	feed_goto(f, FEED_WAIT, f->why);
	source_event(f->source, f->name, "lost", f->why);
	carried = source_lost(f->source, f, err_name(e));
	if (carried)
		feed_goto(f, FEED_IDLE, "the other connection carries on");
	else
		timer_start(l, &f->deadline, mono_after_ms(l->now, ms));
}

static void
subscribe(struct feed *f)
{
	struct loop *l = f->source->loop;
	int64_t life_ms = f->source->options->lifetime_s * 1000;

	feed_goto(f, FEED_SUBSCRIBE, "WebSocket open");
	f->last_message = l->now;
	f->last_data = l->now;
	f->last_keepalive = l->now;
	f->watch_at = l->now;
	f->send_after = l->now;
	f->hour_began = l->now;
	f->hour_sends = 0;
	f->retry_rejected = mono_after_ms(l->now, RETRY_FIRST_MS);
	f->rotate_at = mono_after_ms(
	    l->now, life_ms + (int64_t)random_below(&f->source->random,
				  (uint64_t)(life_ms / 20 + 1)));
	f->todo[0] = (struct feed_range){ .first = f->lane->first,
		.count = f->lane->count };
	f->todo_count = 1;
	f->metrics.streams = f->lane->count - f->lane->gone;
	if (!feed_greet(f))
		return;
	timer_start(l, &f->tick, l->now);
}

static void
close_down(struct feed *f, const char *why)
{
	enum err e;

	switch (f->state) {
	case FEED_IDLE:
	case FEED_CLOSING:
		return;
	case FEED_SUBSCRIBE:
	case FEED_LIVE:
		feed_goto(f, FEED_CLOSING, why);
		timer_stop(f->source->loop, &f->tick);
		e = ws_close(&f->ws, 1000);
		if (e != ERR_OK)
			feed_step(f, EV_CLOSED, "no room for a close frame");
		else
			conn_kick(&f->conn);
		return;
	case FEED_WAIT:
	case FEED_RESOLVE:
	case FEED_CONNECT:
	case FEED_HANDSHAKE:
	case FEED_UPGRADE:
	case FEED_STATES:
		hang_up(f);
		feed_goto(f, FEED_IDLE, why);
		return;
	}
}

/* A deadline passed: the end of a pause, or too long in a state. */
static void
expired(struct feed *f)
{
	if (f->state == FEED_WAIT)
		feed_connect(f);
	else if (f->state == FEED_CLOSING)
		feed_step(f, EV_CLOSED, "the peer did not answer");
	else
		feed_fail(f, ERR_LATE, feed_state_name(f->state));
}

/* All branching is here. */
void
feed_step(struct feed *f, enum feed_event ev, const char *why)
{
	switch (ev) {
	case EV_WANTED:
		if (f->state == FEED_IDLE)
			feed_goto(f, FEED_WAIT, why);
		return;
	case EV_DEADLINE:
		expired(f);
		return;
	case EV_CONNECTING:
		if (f->state == FEED_RESOLVE)
			feed_goto(f, FEED_CONNECT, why);
		return;
	case EV_CONNECTED:
		if (f->state == FEED_CONNECT)
			feed_goto(f, FEED_HANDSHAKE, why);
		return;
	case EV_SECURED:
		if (f->state == FEED_HANDSHAKE)
			feed_upgrade(f);
		return;
	case EV_OPEN:
		if (f->state == FEED_UPGRADE)
			subscribe(f);
		return;
	case EV_ACKED:
		if (f->state != FEED_SUBSCRIBE)
			return;
		feed_goto(f, FEED_LIVE, why);
		source_event(f->source, f->name, "live", why);
		source_progress(f->source, f);
		return;
	case EV_STOP:
		close_down(f, why);
		return;
	case EV_CLOSED:
		if (f->state != FEED_CLOSING)
			return;
		hang_up(f);
		feed_goto(f, FEED_IDLE, why);
		return;
	}
}

static void
on_deadline(struct timer *t)
{
	feed_step(t->owner, EV_DEADLINE, "deadline");
}

void
feed_init(struct feed *f, struct source *s, struct lane *l, unsigned number,
    struct feed_stream *streams)
{
	struct out o;

	f->source = s;
	f->lane = l;
	f->streams = streams;
	f->since = s->loop->wall;
	f->deadline.fire = on_deadline;
	f->deadline.owner = f;
	f->tick.fire = feed_tick;
	f->tick.owner = f;
	out_init(&o, f->name, sizeof(f->name) - 1);
	out_text(&o, s->name);
	out_char(&o, ':');
	out_u64(&o, number / 2);
	out_char(&o, number % 2 == 0 ? 'a' : 'b');
	f->name[o.len] = '\0';
	conn_init(&f->conn, s->world);
}

void
feed_start(struct feed *f, int64_t after_ms)
{
	struct loop *l = f->source->loop;

	if (f->state != FEED_IDLE)
		return;
	feed_step(f, EV_WANTED, "wanted");
	timer_start(l, &f->deadline, mono_after_ms(l->now, after_ms));
}

void
feed_stop(struct feed *f, const char *why)
{
	feed_step(f, EV_STOP, why);
}

void
feed_subscribed(struct feed *f)
{
	feed_step(f, EV_ACKED, "all subscriptions acknowledged");
}

bool
feed_covers(const struct feed *f, const struct feed *old)
{
	if (f->state != FEED_LIVE)
		return false;
	for (unsigned i = 0; i < f->lane->count; i++) {
		if (old->streams[i].seen && !f->streams[i].seen &&
		    !f->source->streams[f->lane->first + i].gone)
			return false;
	}
	return true;
}
