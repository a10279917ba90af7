#include "sinks/nats_sink.h"

#include <string.h>

#include "core/arena.h"
#include "core/log.h"
#include "model/emit.h"

static const char *
ticket_token(char kind, uint64_t ticket, char *to, size_t size)
{
	struct out o;

	out_init(&o, to, size);
	out_char(&o, kind);
	out_u64(&o, ticket);
	return out_cstr(&o);
}

/* It can never be delivered; see nats_sink.h. */
static void
pass_over(struct nats_sink *n, const struct sink_frame *f, enum err e)
{
	struct log_line l;

	n->sink->counts.errors++;
	n->sink->counts.passed_over++;
	log_open(&l, LOG_ERROR, "nats", "record_passed_over");
	log_err(&l, e);
	log_text(&l, "type", records[f->id].name);
	log_int(&l, "sequence", (int64_t)f->sequence);
	log_int(&l, "bytes", (int64_t)n->link.too_long);
	log_int(&l, "max_payload", (int64_t)n->link.payload_max);
	log_text(&l, "means", "larger than the server takes; it is lost there");
	log_send(&l);
}

static void
taken(struct nats_sink *n, const struct sink_frame *f)
{
	struct loop *l = n->sink->loop;

	n->sink->counts.taken++;
	if (f->next <= n->farthest)
		n->sink->counts.resent++;
	else
		n->farthest = f->next;
	nats_window_push(&n->window, f->next, l->now);
	nats_count_sent(n, f);
	n->sink->counts.in_flight = n->window.open;
	if (!n->timer.armed) {
		n->replies = n->link.replies;
		nats_sink_wait(n, n->options->ack_timeout_ms);
	}
}

static enum err
nats_take(struct sink *s, const struct sink_frame *f)
{
	struct nats_sink *n = s->state;
	uint32_t room = n->careful ? 1 : n->window.size;
	enum err e = ERR_AGAIN;

	if (n->state == NATS_READY && nats_window_count(&n->window) < room)
		e = nats_fit_publish(n, f);
	if (e == ERR_FULL || e == ERR_SYNTAX) {
		pass_over(n, f, e);
		taken(n, f);
		nats_count_answer(n, n->window.head - 1, false);
		nats_window_settle(&n->window, n->window.head - 1, NATS_STORED);
		nats_sink_confirm(n);
		return ERR_OK;
	}
	if (e == ERR_OK) {
		taken(n, f);
		return ERR_OK;
	}
	n->hungry = true;
	return ERR_AGAIN;
}

static void
nats_flush(struct sink *s)
{
	struct nats_sink *n = s->state;
	char token[24];

	if (!n->options->jetstream && n->marked == 0 && n->window.open > 0) {
		ticket_token('m', n->window.head, token, sizeof(token));
		if (nats_link_echo(&n->link, token) == ERR_OK)
			n->marked = n->window.head;
	}
	nats_link_flush(&n->link);
}

static bool
nats_idle(const struct sink *s)
{
	const struct nats_sink *n = s->state;

	return nats_window_count(&n->window) == 0;
}

/* The addresses without user:password@. */
static void
name_target(struct sink *s, const struct opt_nats *o)
{
	struct out out;
	struct span rest = span_of(o->url);
	struct span url;
	const char *at;
	const char *scheme;

	out_init(&out, s->target, sizeof(s->target) - 1);
	while ((url = span_word(&rest, " ,\t")).at != NULL) {
		at = memchr(url.at, '@', url.len);
		scheme = memchr(url.at, ':', url.len);
		if (at != NULL && scheme != NULL && scheme < at) {
			out_bytes(&out, url.at, (size_t)(scheme - url.at));
			OUT_LITERAL(&out, "://");
			url.len -= (size_t)(at + 1 - url.at);
			url.at = at + 1;
		}
		out_span(&out, url);
		out_char(&out, ' ');
	}
	if (o->jetstream)
		out_text(&out, o->stream);
	else
		OUT_LITERAL(&out, "core");
	out.size = sizeof(s->target);
	out_cstr(&out);
}

static enum err
read_subjects(struct nats_sink *n, struct out *why)
{
	bool old = strcmp(n->options->subjects, "marketprism") == 0;
	enum err e;

	OUT_LITERAL(why, "subject: ");
	e = subject_plan_read(&n->plan,
	    old ? SUBJECT_DEFAULT : n->options->subject, n->options->prefix,
	    why);
	n->plan.marketprism = old;
	if (e != ERR_OK)
		return ERR_CONFIG;
	out_reset(why);
	return ERR_OK;
}

static enum err
nats_open(struct sink *s, const struct sink_setup *setup, struct out *why)
{
	const struct opt_nats *o = &setup->options->nats;
	struct nats_sink *n =
	    arena_take(setup->arena, "nats sink", 1, sizeof(*n));
	uint32_t size = (uint32_t)o->window;
	enum err e;

	s->state = n;
	n->sink = s;
	n->replaced = setup->replaced;
	n->options = o;
	n->pause_ms = NATS_PAUSE_MIN_MS;
	n->timer.fire = nats_sink_due;
	n->timer.owner = n;
	n->link.owner = n;
	n->link.loop = setup->loop;
	n->link.events = &nats_sink_events;
	out_init(&n->link.batch,
	    arena_take(setup->arena, "nats batch", 1, NATS_LINK_BATCH_BYTES),
	    NATS_LINK_BATCH_BYTES);
	json_init(&n->json,
	    arena_take(
		setup->arena, "nats answers", 1, json_pool_bytes(NATS_TOKENS)),
	    NATS_TOKENS);
	nats_window_init(&n->window,
	    arena_take(
		setup->arena, "nats window", size, sizeof(struct nats_slot)),
	    size);
	name_target(s, o);
	e = read_subjects(n, why);
	if (e != ERR_OK)
		return e;
	s->peer = &n->link.peer;
	n->alerts = setup->options->alarms.enabled;
	n->plan.no_alerts = !n->alerts;
	n->about = setup->about;
	nats_tell_init(n, setup->options->box.name);
	return nats_link_open(&n->link, o, setup->options->box.name, why);
}

static void
nats_close(struct sink *s)
{
	struct nats_sink *n = s->state;

	timer_stop(s->loop, &n->timer);
	nats_tell_down(n);
	nats_link_close(&n->link);
}

const struct sink_type sink_nats = {
	.name = "nats",
	.open = nats_open,
	.take = nats_take,
	.flush = nats_flush,
	.idle = nats_idle,
	.close = nats_close,
	.panels = nats_panels,
};
