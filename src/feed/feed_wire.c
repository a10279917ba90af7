#include <string.h>

#include "core/log.h"
#include "feed/feed_internal.h"

static void
on_state(void *owner, enum conn_state s)
{
	struct feed *f = owner;

	if (s == CONN_CONNECT)
		feed_step(f, EV_CONNECTING, "addresses known");
	else if (s == CONN_HANDSHAKE)
		feed_step(f, EV_CONNECTED, "TCP connected");
	else if (s == CONN_OPEN)
		feed_step(f, EV_SECURED, "TLS established");
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct feed *f = owner;

	return ws_feed(&f->ws, bytes, len);
}

static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct feed *f = owner;

	return ws_drain(&f->ws, buf, size, len);
}

static void
on_failed(void *owner, enum err e)
{
	struct feed *f = owner;

	if (f->state == FEED_CLOSING)
		feed_step(f, EV_CLOSED, "closed");
	else
		feed_fail(f, e, feed_state_name(f->state));
}

static void
on_open(void *owner)
{
	struct feed *f = owner;

	feed_step(f, EV_OPEN, "WebSocket open");
}

static void
note_delay(struct feed *f, int64_t delay_ns)
{
	histogram_add(&f->metrics.venue_delay, delay_ns);
	if (delay_ns < f->source->delay_least_ns)
		f->source->delay_least_ns = delay_ns;
}

static void
on_message(void *owner, struct span text)
{
	struct feed *f = owner;
	struct source *s = f->source;
	struct origin from = { .seen = s->loop->wall, .epoch = f->epoch };
	enum err e;

	/* The goodbye was said, and what this connection alone carried was
	 * told to be lost: nothing brings it back, least of all a book. */
	if (f->state == FEED_CLOSING)
		return;
	f->last_message = s->loop->now;
	f->metrics.messages++;
	f->metrics.bytes += text.len;
	s->hub->stamp = f->conn.stamp;
	if (f->conn.stamp.ns != 0)
		histogram_add(&f->metrics.receive_delay,
		    s->loop->wall.ns - f->conn.stamp.ns);
	s->event_ns = TIME_NULL;
	s->message_bytes = text.len;
	e = market_message(s->market, text, &from);
	s->message_bytes = 0;
	if (s->event_ns != TIME_NULL)
		note_delay(f, s->loop->wall.ns - s->event_ns);
	if (e != ERR_OK) {
		struct log_line line;

		s->skipped[e].messages++;
		log_open(&line, LOG_WARN, "feed", "message_skipped");
		log_text(&line, "connection", f->name);
		log_err(&line, e);
		log_int(&line, "bytes", (int64_t)text.len);
		log_span(&line, "begins",
		    (struct span){ text.at, text.len < 80 ? text.len : 80 });
		log_send(&line);
	}
}

static void
on_random(void *owner, void *buf, size_t len)
{
	(void)owner;
	tcp_random(buf, len);
}

static void
on_ping(void *owner)
{
	struct feed *f = owner;

	f->metrics.pings++;
	conn_kick(&f->conn);
}

static void
on_closed(void *owner, uint16_t code, struct span reason)
{
	struct feed *f = owner;
	struct out o;

	out_init(&o, f->conn.why, sizeof(f->conn.why) - 1);
	OUT_LITERAL(&o, "close code ");
	out_u64(&o, code);
	if (reason.len > 0) {
		out_char(&o, ' ');
		out_span(&o, reason);
	}
	f->conn.why[o.len] = '\0';
}

void
feed_connect(struct feed *f)
{
	static const struct conn_events events = { .state = on_state,
		.data = on_data,
		.drain = on_drain,
		.failed = on_failed };
	struct source *s = f->source;
	struct conn_events mine = events;
	int64_t wait_ms;

	if (!source_may_connect(s, &wait_ms)) {
		timer_start(s->loop, &f->deadline,
		    mono_after_ms(s->loop->now, wait_ms));
		return;
	}
	mine.owner = f;
	f->metrics.connects++;
	f->epoch = ++s->epochs;
	f->seen_count = 0;
	f->shutdown_said = false;
	memset(f->streams, 0, f->lane->count * sizeof(f->streams[0]));
	f->ws.http_status = 0;
	f->conn.why[0] = '\0';
	feed_goto(f, FEED_RESOLVE, "pause over");
	conn_open(&f->conn, &mine, s->options->ws_host,
	    (uint16_t)s->options->ws_port, &s->ws_peer);
}

void
feed_upgrade(struct feed *f)
{
	struct ws_events events = { .owner = f,
		.open = on_open,
		.message = on_message,
		.ping = on_ping,
		.closed = on_closed,
		.random = on_random };
	const struct opt_venue *o = f->source->options;
	uint8_t key[16];
	enum err e;

	tcp_random(key, sizeof(key));
	feed_goto(f, FEED_UPGRADE, "TLS established");
	e = ws_open(&f->ws, &events, o->ws_host, (uint16_t)o->ws_port,
	    f->lane->path, key);
	if (e != ERR_OK)
		feed_fail(f, e, "upgrade");
	else
		conn_kick(&f->conn);
}

bool
feed_greet(struct feed *f)
{
	char text[256];
	struct out o;
	enum err e;

	if (f->source->venue->greeting == NULL)
		return true;
	out_init(&o, text, sizeof(text));
	f->source->venue->greeting(feed_request_id(f), &o);
	e = o.full ? ERR_FULL : ws_send(&f->ws, o.at, o.len);
	if (e != ERR_OK) {
		feed_fail(f, e, "greeting");
		return false;
	}
	conn_kick(&f->conn);
	return true;
}

/* Called while a message is read: a failure is left to the watchdogs. */
void
feed_send(struct feed *f, struct span frame)
{
	if (f->state != FEED_SUBSCRIBE && f->state != FEED_LIVE)
		return;
	if (ws_send(&f->ws, frame.at, frame.len) != ERR_OK)
		return;
	conn_kick(&f->conn);
}

int64_t
feed_request_id(struct feed *f)
{
	return ++f->next_id;
}
