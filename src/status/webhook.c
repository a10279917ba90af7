#include "status/webhook.h"

#include "core/log.h"

static void send_next(struct webhook *w);

static void
say(const struct webhook *w, struct log_line *l, const char *why)
{
	log_text(l, "host", w->url.host);
	log_text(l, "why", why);
	log_send(l);
}

static void
dropped(struct webhook *w, const char *why)
{
	struct log_line l;

	w->metrics.dropped++;
	log_open(&l, LOG_WARN, "webhook", "dropped");
	say(w, &l, why);
}

static void
not_taken(struct webhook *w, const char *why)
{
	struct log_line l;

	w->metrics.retries++;
	log_open(&l, LOG_WARN, "webhook", "not_taken");
	say(w, &l, why);
}

static struct webhook_message *
message_at(const struct webhook *w, unsigned i)
{
	return &w->queue[(w->first + i) % WEBHOOK_QUEUE];
}

static void
forget_first(struct webhook *w)
{
	w->first = (w->first + 1) % WEBHOOK_QUEUE;
	w->count--;
	w->tries = 0;
	w->metrics.queue = w->count;
}

static void
on_timer(struct timer *t)
{
	send_next(t->owner);
}

static void
try_again(struct webhook *w, const char *why)
{
	struct loop *l = w->world->loop;
	int64_t pause_ms = (int64_t)WEBHOOK_PAUSE_MS << w->tries;

	if (++w->tries == WEBHOOK_TRIES) {
		dropped(w, why);
		forget_first(w);
		pause_ms = 0;
	} else {
		not_taken(w, why);
	}
	timer_start(l, &w->timer, mono_after_ms(l->now, pause_ms));
}

/* Who says that the request is wrong will say so again. */
static bool
is_final(int status)
{
	return status >= 300 && status < 500 && status != 408 && status != 429;
}

static void
refused(struct webhook *w, int status)
{
	char why[96];
	struct out o;

	out_init(&o, why, sizeof(why));
	OUT_LITERAL(&o, "status ");
	out_i64(&o, status);
	if (is_final(status)) {
		OUT_LITERAL(&o, "; look at alarms.webhook and its token");
		w->tries = WEBHOOK_TRIES - 1;
	}
	try_again(w, out_cstr(&o));
}

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct webhook *w = h->owner;

	w->in_flight = false;
	/* An answer that is too long was one. */
	if (r->status == 0 || (r->error != ERR_OK && r->error != ERR_FULL)) {
		try_again(w,
		    h->conn.why[0] != '\0' ? h->conn.why : err_text(r->error));
		return;
	}
	if (r->status < 200 || r->status >= 300) {
		refused(w, r->status);
		return;
	}
	w->metrics.sent++;
	forget_first(w);
	send_next(w);
}

static void
send_next(struct webhook *w)
{
	struct webhook_message *m = message_at(w, 0);
	enum err e;

	if (w->count == 0 || w->in_flight || w->timer.armed)
		return;
	/* Twice is better than never: it is the same alarm both times. */
	e = httpc_post(
	    w->http, w->path, (struct span){ m->body, m->len }, true);
	w->in_flight = e == ERR_OK;
	if (e != ERR_OK)
		try_again(w, err_text(e));
}

/* --- messages ------------------------------------------------------------- */

/* The oldest goes, but not under the feet of its request. */
static struct webhook_message *
make_room(struct webhook *w)
{
	unsigned gone = w->in_flight ? 1 : 0;

	if (w->count < WEBHOOK_QUEUE)
		return message_at(w, w->count);
	dropped(w, "more messages than can wait");
	for (unsigned i = gone; i + 1 < w->count; i++)
		*message_at(w, i) = *message_at(w, i + 1);
	w->count--;
	return message_at(w, w->count);
}

void
webhook_add(struct webhook *w, const struct alarm *x, struct wall now)
{
	size_t len;

	if (w->http == NULL)
		return;
	if (w->alerts == 0 && w->truncated == 0) {
		out_init(&w->out, make_room(w)->body,
		    WEBHOOK_BODY_MAX - WEBHOOK_END_MAX);
		webhook_body_begin(&w->out);
		w->firing = false;
	}
	len = w->out.len;
	if (w->alerts > 0)
		out_char(&w->out, ',');
	webhook_body_alert(&w->out, w->box, x, now);
	w->firing = w->firing || x->state == ALARM_FIRING;
	if (w->out.full) {
		w->out.len = len;
		w->out.full = false;
		w->truncated++;
		return;
	}
	w->alerts++;
}

void
webhook_flush(struct webhook *w)
{
	if (w->http == NULL || (w->alerts == 0 && w->truncated == 0))
		return;
	w->out.size = WEBHOOK_BODY_MAX;
	webhook_body_end(&w->out, w->box, w->firing, w->truncated);
	message_at(w, w->count)->len = w->out.len;
	w->count++;
	w->metrics.queue = w->count;
	w->alerts = w->truncated = 0;
	send_next(w);
}

/* --- start ---------------------------------------------------------------- */

static void
put_headers(struct webhook *w)
{
	struct out o;

	out_init(&o, w->headers, sizeof(w->headers));
	OUT_LITERAL(&o, "Content-Type: application/json\r\n");
	if (w->options->webhook_token[0] != '\0') {
		OUT_LITERAL(&o, "Authorization: Bearer ");
		out_text(&o, w->options->webhook_token);
		OUT_LITERAL(&o, "\r\n");
	}
	w->http->headers = out_cstr(&o);
}

void
webhook_init(struct webhook *w, const struct opt_alarms *o, const char *box,
    struct conn_world *world, struct arena *a)
{
	struct out path;

	/* It was looked at by app/config_check. */
	if (o->webhook[0] == '\0' ||
	    url_parse(span_of(o->webhook), &w->url) != ERR_OK)
		return;
	w->options = o;
	w->box = box;
	w->world = world;
	w->timer = (struct timer){ .fire = on_timer, .owner = w };
	w->queue =
	    arena_take(a, "webhook messages", WEBHOOK_QUEUE, sizeof(*w->queue));
	out_init(&path, w->path, sizeof(w->path));
	out_span(&path, w->url.path);
	out_cstr(&path);
	tls_peer_init(&w->peer, w->url.host);
	w->http = arena_take(a, "webhook", 1, sizeof(*w->http));
	httpc_init(w->http, world, w->url.host, w->url.port,
	    w->url.secure ? &w->peer : NULL, w->answer, sizeof(w->answer));
	w->http->owner = w;
	w->http->done = on_done;
	put_headers(w);
}

void
webhook_close(struct webhook *w)
{
	if (w->http == NULL)
		return;
	timer_stop(w->world->loop, &w->timer);
	httpc_close(w->http);
	w->in_flight = false;
	w->count = 0;
}
