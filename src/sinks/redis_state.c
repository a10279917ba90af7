/* The life of the connection to Redis, and what moves it. */
#include "sinks/redis_sink.h"

#include <string.h>

static void
redis_goto(struct redis_sink *r, enum redis_state to)
{
	r->state = to;
}

static void
wait_ms(struct redis_sink *r, int64_t ms)
{
	struct loop *l = r->sink->loop;

	timer_start(l, &r->timer, mono_after_ms(l->now, ms));
}

/* Half of the pause is chance: many boxes find their server gone at once. */
static void
wait_pause(struct redis_sink *r)
{
	uint64_t half = (uint64_t)r->pause_ms / 2;

	wait_ms(r, (int64_t)(half + random_below(&r->random, half + 1)));
	r->pause_ms *= 2;
	if (r->pause_ms > REDIS_PAUSE_MAX_MS)
		r->pause_ms = REDIS_PAUSE_MAX_MS;
}

/* Tell the host once per reason, not once per attempt. */
static void
tell_down(struct redis_sink *r, enum err e, const char *why)
{
	struct out o;

	if (!r->up && r->why[0] != '\0' &&
	    strncmp(r->why, why, sizeof(r->why) - 1) == 0)
		return;
	r->up = false;
	out_init(&o, r->why, sizeof(r->why) - 1);
	for (size_t i = 0; why[i] != '\0' && !o.full; i++)
		out_char(&o, why[i]);
	r->why[o.len] = '\0';
	r->sink->host->down(r->sink->host, e, r->why);
}

/* The connection is over, whatever the reason. */
static void
leave(struct redis_sink *r, enum err e, const char *why)
{
	redis_wire_drop(r);
	r->sink->counts.errors++;
	redis_goto(r, REDIS_OFF);
	tell_down(r, e, why);
	wait_pause(r);
}

void
redis_state_refused(
    struct redis_sink *r, enum err e, const char *why, bool anew)
{
	r->careful = true;
	if (anew) {
		conn_close(&r->conn);
		leave(r, e, why);
		return;
	}
	redis_goto(r, REDIS_PAUSE);
	tell_down(r, e, why);
	wait_pause(r);
}

void
redis_state_good(struct redis_sink *r)
{
	r->pause_ms = REDIS_PAUSE_MIN_MS;
	r->careful = false;
	if (r->up)
		return;
	r->up = true;
	r->why[0] = '\0';
	r->sink->host->up(r->sink->host);
}

void
redis_state_expect(struct redis_sink *r)
{
	struct loop *l = r->sink->loop;

	if (r->state != REDIS_READY)
		return;
	if (r->in_flight > 0)
		timer_start(l, &r->timer,
		    mono_after_ms(r->progress, r->options->timeout_ms));
	else
		wait_ms(r, REDIS_PING_MS);
}

/* --- the greeting --- */

static struct span
user_of(const struct redis_sink *r)
{
	return r->options->user[0] != '\0' ? span_of(r->options->user)
					   : SPAN("default");
}

static void
write_hello(const struct redis_sink *r, struct out *o)
{
	bool secret = r->options->password[0] != '\0';
	bool named = r->options->client_name[0] != '\0';

	resp_command(o, 2u + (secret ? 3 : 0) + (named ? 2 : 0));
	resp_text(o, SPAN("HELLO"));
	resp_text(o, SPAN("3"));
	if (secret) {
		resp_text(o, SPAN("AUTH"));
		resp_text(o, user_of(r));
		resp_text(o, span_of(r->options->password));
	}
	if (named) {
		resp_text(o, SPAN("SETNAME"));
		resp_text(o, span_of(r->options->client_name));
	}
}

static void
write_auth(const struct redis_sink *r, struct out *o)
{
	bool named = r->options->user[0] != '\0';

	resp_command(o, named ? 3 : 2);
	resp_text(o, SPAN("AUTH"));
	if (named)
		resp_text(o, span_of(r->options->user));
	resp_text(o, span_of(r->options->password));
}

static void
begin_records(struct redis_sink *r)
{
	redis_goto(r, REDIS_READY);
	/* The server may have lost everything. */
	r->sink->counts.resent += r->table.count;
	redis_table_queue_all(&r->table);
	r->flush_after = r->sink->loop->now;
	redis_state_expect(r);
	redis_wire_flush(r);
	/* Nothing to write is good as well. */
	if (!r->flush.on && r->state == REDIS_READY)
		redis_state_good(r);
}

/* Write the step, or the next one that there is something to say for. */
static void
greet(struct redis_sink *r, enum redis_greeting step)
{
	const struct opt_redis *o = r->options;
	struct out *to = &r->batch;

	if (step == REDIS_AUTH && o->password[0] == '\0')
		step = REDIS_NAME;
	if (step == REDIS_NAME && o->client_name[0] == '\0')
		step = REDIS_SELECT;
	if (step == REDIS_SELECT && o->db == 0)
		step = REDIS_GREETED;
	r->greeting = step;
	if (step == REDIS_HELLO) {
		write_hello(r, to);
	} else if (step == REDIS_AUTH) {
		write_auth(r, to);
	} else if (step == REDIS_NAME) {
		resp_command(to, 3);
		resp_text(to, SPAN("CLIENT"));
		resp_text(to, SPAN("SETNAME"));
		resp_text(to, span_of(o->client_name));
	} else if (step == REDIS_SELECT) {
		resp_command(to, 2);
		resp_text(to, SPAN("SELECT"));
		resp_number(to, o->db);
	} else {
		begin_records(r);
	}
	conn_kick(&r->conn);
}

static void
greeting_refused(struct redis_sink *r, const struct resp_item *item)
{
	const struct redis_refusal *f = redis_refusal_of(resp_word(item));
	char why[REDIS_WHY_MAX];
	enum err e = f->error;
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	if (f->word == NULL && r->greeting == REDIS_AUTH) {
		e = ERR_AUTH;
		OUT_LITERAL(&o, "redis.user and redis.password are not those "
				"of the server, or it has none");
	} else {
		if (r->greeting == REDIS_SELECT)
			OUT_LITERAL(&o, "SELECT of redis.db: ");
		/* An error may repeat a password. */
		redis_refusal_say(f, item, r->greeting == REDIS_SELECT, &o);
	}
	why[o.len] = '\0';
	redis_state_refused(r, e, why, true);
}

static void
greeting_answered(
    struct redis_sink *r, const struct resp_item *item, bool refused)
{
	/* Servers before version 6 do not know HELLO. */
	bool old = r->greeting == REDIS_HELLO &&
		   redis_refusal_of(resp_word(item))->word == NULL;

	if (refused && old)
		greet(r, REDIS_AUTH);
	else if (refused && r->greeting != REDIS_NAME)
		greeting_refused(r, item);
	else if (r->greeting == REDIS_HELLO)
		greet(r, REDIS_SELECT);
	else
		greet(r, (enum redis_greeting)(r->greeting + 1));
}

/* --- what the connection tells --- */

static void
on_state(void *owner, enum conn_state s)
{
	struct redis_sink *r = owner;

	if (s != CONN_OPEN)
		return;
	r->sink->counts.connects++;
	resp_init(&r->resp);
	out_reset(&r->batch);
	r->sent = 0;
	redis_goto(r, REDIS_GREET);
	greet(r, REDIS_HELLO);
}

/* A whole reply came; item is its last piece.  PROTOCOL when nobody asked. */
static enum err
answered(struct redis_sink *r, const struct resp_item *item)
{
	char outermost = item->depth > 0 ? r->resp.levels[0].type : item->type;
	bool refused = outermost == '-' || outermost == '!';

	/* A push is no reply. */
	if (outermost == '>')
		return ERR_OK;
	if (r->state == REDIS_GREET)
		greeting_answered(r, item, refused);
	else if (r->in_flight > 0)
		redis_wire_reply(r, item, refused);
	else
		return ERR_PROTOCOL;
	return ERR_OK;
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct redis_sink *r = owner;
	uint32_t epoch = r->conn.epoch;
	const char *in = bytes;
	struct resp_item item;
	size_t used = 0;
	enum err e = ERR_OK;

	while (len > 0 && e == ERR_OK) {
		e = resp_feed(&r->resp, in, len, &used, &item);
		in += used;
		len -= used;
		if (e == ERR_OK && item.done)
			e = answered(r, &item);
		if (r->conn.epoch != epoch)
			return ERR_OK;
	}
	return e == ERR_SHORT ? ERR_OK : e;
}

static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct redis_sink *r = owner;
	size_t left;

	if (r->state == REDIS_READY && r->sent == r->batch.len)
		redis_wire_fill(r);
	left = r->batch.len - r->sent;
	*len = left < size ? left : size;
	memcpy(buf, r->batch.at + r->sent, *len);
	r->sent += *len;
	return ERR_OK;
}

static void
on_failed(void *owner, enum err e)
{
	struct redis_sink *r = owner;

	leave(r, e, r->conn.why);
}

static void
connect_now(struct redis_sink *r)
{
	const struct opt_redis *o = r->options;
	struct conn_events events = { r, on_state, on_data, on_drain,
		on_failed };

	redis_goto(r, REDIS_CONNECT);
	wait_ms(r, o->timeout_ms);
	conn_open(&r->conn, &events, o->host, (uint16_t)o->port,
	    o->tls ? &r->peer : NULL);
}

static void
give_up(struct redis_sink *r, const char *why)
{
	conn_close(&r->conn);
	leave(r, ERR_LATE, why);
}

static void
look_at_replies(struct redis_sink *r)
{
	if (r->in_flight > 0) {
		give_up(r, "no reply within redis.timeout_ms");
		return;
	}
	resp_command(&r->batch, 1);
	resp_text(&r->batch, SPAN("PING"));
	redis_wire_note(r, REDIS_PING);
	redis_state_expect(r);
	conn_kick(&r->conn);
}

static void
on_timer(struct timer *t)
{
	struct redis_sink *r = t->owner;

	switch (r->state) {
	case REDIS_OFF:
		connect_now(r);
		break;
	case REDIS_CONNECT:
		give_up(r, "no connection within redis.timeout_ms");
		break;
	case REDIS_GREET:
		give_up(r, "no reply to the greeting within redis.timeout_ms");
		break;
	case REDIS_READY:
		look_at_replies(r);
		break;
	case REDIS_PAUSE:
		redis_goto(r, REDIS_READY);
		r->flush_after = r->sink->loop->now;
		redis_state_expect(r);
		redis_wire_flush(r);
		break;
	}
}

void
redis_state_start(struct redis_sink *r)
{
	r->timer.fire = on_timer;
	r->timer.owner = r;
	r->pause_ms = REDIS_PAUSE_MIN_MS;
	wait_ms(r, 0);
}

void
redis_state_stop(struct redis_sink *r)
{
	struct loop *l = r->sink->loop;

	timer_stop(l, &r->timer);
	timer_stop(l, &r->tick);
	conn_close(&r->conn);
}
