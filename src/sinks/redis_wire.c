/* A flush: what waits goes out as one pipeline, and its replies come back. */
#include "sinks/redis_sink.h"

#include "core/log.h"
#include "core/must.h"

void
redis_wire_note(struct redis_sink *r, uint32_t what)
{
	must(r->in_flight < r->window_size);
	if (r->in_flight == 0)
		r->progress = r->sink->loop->now;
	r->window[r->window_head] = what;
	r->window_head = (r->window_head + 1) % r->window_size;
	r->in_flight++;
}

static uint32_t
oldest(const struct redis_sink *r)
{
	uint32_t at = r->window_head + r->window_size - r->in_flight;

	return r->window[at % r->window_size];
}

/* Milliseconds a value still has to live; 0 is for ever, -1 is none. */
static int64_t
life_ms(const struct redis_sink *r, const struct redis_slot *s)
{
	int64_t ttl = redis_sink_ttl(r);
	int64_t age = r->sink->loop->wall.ns - s->seen.ns;

	/* A book that is followed is of now; a clock may have been set back. */
	if (s->form != REDIS_RECORD || age < 0)
		age = 0;
	if (ttl == 0)
		return 0;
	return ttl - age < NS_PER_MS ? -1 : (ttl - age) / NS_PER_MS;
}

/* The commands of one slot; how many there are. */
static uint32_t
put_slot(struct redis_sink *r, const struct redis_slot *s, struct span value,
    int64_t ms)
{
	struct out *o = &r->batch;
	struct span key = { s->key, s->key_len };
	uint32_t commands = 1;

	if (value.len == 0) {
		resp_command(o, 2);
		resp_text(o, SPAN("DEL"));
		resp_text(o, key);
	} else {
		resp_command(o, ms > 0 ? 5 : 3);
		resp_text(o, SPAN("SET"));
		resp_text(o, key);
		resp_text(o, value);
		if (ms > 0) {
			resp_text(o, SPAN("PX"));
			resp_number(o, ms);
		}
	}
	/* Records went to the queue when they came. */
	if (s->form == REDIS_RECORD)
		return commands;
	if (s->streamed && value.len > 0) {
		redis_put_entry(r, key, value, o);
		commands++;
	}
	if (r->options->publish) {
		redis_put_message(key, value, o);
		commands++;
	}
	return commands;
}

static void
pass_over(struct redis_sink *r, const struct redis_slot *s)
{
	struct log_line l;

	r->sink->counts.errors++;
	r->sink->counts.skipped++;
	log_open(&l, LOG_ERROR, "redis", "value_passed_over");
	log_span(&l, "key", (struct span){ s->key, s->key_len });
	log_text(&l, "why", "larger than a command may be: lower redis.levels");
	log_send(&l);
}

/* One slot into the batch; false when it has no room now. */
static bool
send_slot(struct redis_sink *r)
{
	struct redis_slot *s = redis_table_next(&r->table);
	size_t before = r->batch.len;
	uint32_t commands;
	struct span value;
	int64_t ms;

	must(s != NULL);
	ms = life_ms(r, s);
	if (ms < 0) {
		r->flush.slots--;
		return true;
	}
	value = redis_value(r, s);
	commands = put_slot(r, s, value, ms);
	if (r->batch.full) {
		r->batch.len = before;
		r->batch.full = false;
		if (before > 0) {
			redis_table_first(&r->table, s);
			return false;
		}
		pass_over(r, s);
		commands = 0;
	}
	r->flush.slots--;
	if (commands > 0)
		redis_wire_note(r, redis_table_index(&r->table, s));
	for (uint32_t i = 1; i < commands; i++)
		redis_wire_note(r, REDIS_EXTRA);
	r->sink->counts.bytes += value.len;
	return true;
}

static bool
send_extra(struct redis_sink *r)
{
	struct span piece;
	bool any = fifo_peek(&r->extras, &piece);

	must(any);
	if (piece.len > r->batch.size - r->batch.len)
		return false;
	out_span(&r->batch, piece);
	fifo_pop(&r->extras);
	r->flush.extras--;
	r->sink->counts.bytes += piece.len;
	redis_wire_note(r, REDIS_EXTRA);
	return true;
}

void
redis_wire_fill(struct redis_sink *r)
{
	struct redis_flush *f = &r->flush;
	uint32_t most = r->careful ? 1 : (uint32_t)r->options->pipeline;
	bool fits = true;

	if (r->sent == r->batch.len) {
		out_reset(&r->batch);
		r->sent = 0;
	}
	/* Each round takes one of a known number. */
	while (fits && f->on && f->refusal == NULL && r->in_flight < most &&
	       f->slots + f->extras > 0)
		fits = f->slots > 0 ? send_slot(r) : send_extra(r);
	redis_state_expect(r);
}

/* Was everything of this flush answered? */
static void
end_when_done(struct redis_sink *r)
{
	struct redis_flush *f = &r->flush;
	struct sink *s = r->sink;

	if (!f->on || r->in_flight > 0 ||
	    (f->refusal == NULL && f->slots + f->extras > 0))
		return;
	f->on = false;
	if (f->refusal != NULL) {
		redis_state_refused(
		    r, f->refusal->error, f->why, f->refusal->anew);
		return;
	}
	redis_state_good(r);
	/* After a reconnect nothing need be new. */
	if (f->taken == s->counts.confirmed)
		return;
	s->counts.confirmed = f->taken;
	s->counts.in_flight = s->counts.taken - f->taken;
	s->host->confirm(s->host, f->next);
}

static bool
is_anything_waiting(const struct redis_sink *r)
{
	return r->table.waiting > 0 || r->extras.count > 0 ||
	       r->sink->counts.taken > r->sink->counts.confirmed;
}

void
redis_wire_flush(struct redis_sink *r)
{
	struct redis_flush *f = &r->flush;
	struct loop *l = r->sink->loop;

	if (r->state != REDIS_READY || f->on || !is_anything_waiting(r))
		return;
	if (!r->urgent && !mono_due(r->flush_after, l->now)) {
		if (!r->tick.armed)
			timer_start(l, &r->tick, r->flush_after);
		return;
	}
	timer_stop(l, &r->tick);
	r->urgent = false;
	r->flush_after = mono_after_ms(l->now, r->options->flush_ms);
	f->on = true;
	f->refusal = NULL;
	f->slots = r->table.waiting;
	f->extras = r->extras.count;
	f->next = r->next;
	f->taken = r->sink->counts.taken;
	redis_wire_fill(r);
	conn_kick(&r->conn);
	end_when_done(r);
}

void
redis_wire_tick(struct timer *t)
{
	redis_wire_flush(t->owner);
}

static void
refused(struct redis_sink *r, uint32_t what, const struct resp_item *item)
{
	struct redis_flush *f = &r->flush;
	const struct redis_refusal *refusal = redis_refusal_of(resp_word(item));
	struct out o;

	r->sink->counts.errors++;
	if (what < r->table.count)
		redis_table_queue(&r->table, &r->table.slots[what]);
	else if (what == REDIS_EXTRA)
		r->sink->counts.skipped++;
	if (f->refusal != NULL)
		return;
	f->refusal = refusal;
	out_init(&o, f->why, sizeof(f->why) - 1);
	redis_refusal_say(refusal, item, true, &o);
	f->why[o.len] = '\0';
	/* A ping is no part of a flush. */
	f->on = true;
}

void
redis_wire_reply(
    struct redis_sink *r, const struct resp_item *item, bool is_error)
{
	uint32_t what;

	must(r->in_flight > 0);
	what = oldest(r);
	r->in_flight--;
	r->progress = r->sink->loop->now;
	if (is_error)
		refused(r, what, item);
	else
		r->careful = false;
	redis_wire_fill(r);
	conn_kick(&r->conn);
	end_when_done(r);
}

void
redis_wire_drop(struct redis_sink *r)
{
	for (; r->in_flight > 0; r->in_flight--) {
		if (oldest(r) == REDIS_EXTRA)
			r->sink->counts.skipped++;
	}
	r->flush.on = false;
	r->flush.refusal = NULL;
	out_reset(&r->batch);
	r->sent = 0;
	timer_stop(r->sink->loop, &r->tick);
}
