/* LINK: feed/consume feed/consume_ack feed/consume_dead feed/consume_pull */
/* LINK: feed/consume_recover feed/consume_ring feed/consume_state */
/* LINK: feed/hub feed/hub_file feed/hub_host feed/recent core/rate */
/* LINK: feed/journal feed/journal_keep feed/journal_file */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread */
/* LINK: model/model model/frame model/parse model/parse_time */
/* LINK: model/parse_value codec/crc32c codec/decimal codec/decmath */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: sinks/nats_ack core/arena core/err core/log core/loop */
/* LINK: core/metrics core/must core/out core/span core/time */
/*
 * What is told to the server of each message, over a connection that the test
 * plays: nothing is acknowledged that a sink has not, nothing is ended that no
 * stream has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/log.h"
#include "feed/consume_parts.h"

enum {
	RING = 1 << 20,
	ARENA = 64 << 20,
	SAID_MAX = 256,
	TEXT = 160,
};

/* What was published: subject, token ("" is none) and data. */
struct said {
	char subject[TEXT];
	char token[24];
	char text[TEXT];
};

struct world {
	struct loop loop;
	struct arena arena;
	struct journal journal;
	struct hub hub;
	struct options options;
	struct consume consume;
	void *memory;
	/* The sink: frames it takes, and what to confirm. */
	struct sink *sink;
	unsigned room;
	uint64_t next;
	unsigned taken;
	struct said said[SAID_MAX];
	unsigned said_count;
	char body[4096];
	struct out body_out;
};

static struct world *w;
static char reason[256];
static struct out why;

/* --- the connection --- */

enum err
nats_link_open(struct nats_link *l, const struct opt_nats *o, const char *name,
    struct out *text)
{
	(void)o;
	(void)name;
	(void)text;
	l->attached = true;
	return ERR_OK;
}

void
nats_link_close(struct nats_link *l)
{
	l->attached = false;
}

void
nats_link_flush(struct nats_link *l)
{
	(void)l;
}

void
nats_link_reset(struct nats_link *l)
{
	(void)l;
}

static struct said *
begin_saying(const char *subject, const char *token)
{
	struct said *s = &w->said[w->said_count++];

	assert_true(w->said_count < SAID_MAX);
	memset(s, 0, sizeof(*s));
	snprintf(s->subject, sizeof(s->subject), "%s", subject);
	snprintf(s->token, sizeof(s->token), "%s", token ? token : "");
	return s;
}

enum err
nats_link_publish(struct nats_link *l, const char *subject, const char *token,
    struct span data)
{
	struct said *s = begin_saying(subject, token);

	(void)l;
	snprintf(s->text, sizeof(s->text), "%.*s", (int)data.len,
	    data.at ? data.at : "");
	return ERR_OK;
}

enum err
nats_link_begin_with(struct nats_link *l, const char *subject,
    const char *token, struct span headers, struct out **body)
{
	(void)l;
	(void)headers;
	begin_saying(subject, token);
	out_init(&w->body_out, w->body, sizeof(w->body));
	*body = &w->body_out;
	return ERR_OK;
}

enum err
nats_link_end(struct nats_link *l)
{
	(void)l;
	return ERR_OK;
}

/* --- the sink --- */

static enum err
fake_open(struct sink *s, const struct sink_setup *setup, struct out *o)
{
	(void)setup;
	(void)o;
	w->sink = s;
	w->room = UINT32_MAX;
	return ERR_OK;
}

static enum err
fake_take(struct sink *s, const struct sink_frame *f)
{
	(void)s;
	if (w->room == 0)
		return ERR_AGAIN;
	w->room--;
	w->taken++;
	w->next = f->next;
	return ERR_OK;
}

static void
fake_flush(struct sink *s)
{
	(void)s;
}

static bool
fake_idle(const struct sink *s)
{
	(void)s;
	return true;
}

static void
fake_close(struct sink *s)
{
	(void)s;
}

static const struct sink_type fake = { "a", fake_open, fake_take, fake_flush,
	fake_idle, fake_close, NULL, false };

/* --- the world --- */

static void
turn(void)
{
	loop_turn(&w->loop, 0);
}

static void
answer(const char *token, const char *text)
{
	struct nats_reply r = { .token = span_of(token),
		.data = span_of(text) };

	consume_events.reply(&w->consume.link, &r);
}

/* The last token that begins with kind. */
static const char *
token_of(char kind)
{
	for (unsigned i = w->said_count; i > 0; i--)
		if (w->said[i - 1].token[0] == kind)
			return w->said[i - 1].token;
	fail_msg("nothing was asked with %c", kind);
	return "";
}

static int
setup(void **state)
{
	struct consume_setup s;
	struct opt_consume *o;

	(void)state;
	log_level(LOG_ERROR);
	out_init(&why, reason, sizeof(reason));
	w = calloc(1, sizeof(*w));
	w->memory = calloc(1, journal_memory(RING));
	assert_int_equal(
	    journal_open(&w->journal, NULL, w->memory, RING, &why), ERR_OK);
	loop_init(&w->loop);
	assert_int_equal(arena_init(&w->arena, ARENA), ERR_OK);
	hub_init(&w->hub, &w->loop, &w->journal, &w->arena, 50);
	assert_int_equal(
	    hub_add(&w->hub, &fake, NULL, NULL, &w->arena, &why), ERR_OK);
	o = &w->options.consume;
	snprintf(o->stream, sizeof(o->stream), "S");
	snprintf(o->durable, sizeof(o->durable), "D");
	snprintf(o->subjects, sizeof(o->subjects), "market.>");
	snprintf(o->dead_letter, sizeof(o->dead_letter), "dead");
	o->batch = 100;
	o->max_ack_pending = 100;
	o->ack_wait_s = 30;
	o->max_deliver = 2;
	s = (struct consume_setup){ .options = &w->options,
		.loop = &w->loop,
		.hub = &w->hub,
		.arena = &w->arena };
	assert_int_equal(consume_open(&w->consume, &s, &why), ERR_OK);
	consume_events.up(&w->consume.link);
	answer(token_of('i'),
	    "{\"config\":{\"ack_policy\":\"explicit\"},\"created\":\"t\"}");
	assert_int_equal(w->consume.state, CONSUME_READ);
	turn();
	w->said_count = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	consume_close(&w->consume);
	hub_close(&w->hub);
	arena_fini(&w->arena);
	free(w->memory);
	free(w);
	return 0;
}

static void
message(unsigned sequence, unsigned delivered, const char *data)
{
	char reply[TEXT];
	struct nats_message m = { .subject = SPAN("market.a.b.event"),
		.data = span_of(data) };

	snprintf(reply, sizeof(reply), "$JS.ACK.S.D.%u.%u.%u.1.0", delivered,
	    sequence, sequence);
	m.reply = span_of(reply);
	consume_events.message(&w->consume.link, &m);
}

static void
good(unsigned sequence)
{
	message(sequence, 1,
	    "{\"exchange_name\":\"binance\",\"connection\":\"x\"}");
}

/* How often this was said of the message. */
static unsigned
said_of(unsigned sequence, const char *text)
{
	char part[32];
	unsigned n = 0;

	snprintf(part, sizeof(part), ".%u.%u.1.0", sequence, sequence);
	for (unsigned i = 0; i < w->said_count; i++)
		n += strstr(w->said[i].subject, part) != NULL &&
		     strncmp(w->said[i].text, text, strlen(text)) == 0;
	return n;
}

static void
confirm(void)
{
	w->sink->host->confirm(w->sink->host, w->next);
}

/* --- tests --- */

static void
acknowledged_when_confirmed(void **state)
{
	(void)state;
	good(1);
	good(2);
	turn();
	assert_int_equal(w->taken, 2);
	assert_int_equal(said_of(1, "+ACK"), 0);
	confirm();
	turn();
	assert_int_equal(said_of(1, "+ACK"), 1);
	assert_int_equal(said_of(2, "+ACK"), 1);
	answer(token_of('k'), "");
	assert_int_equal(consume_ring_count(&w->consume.ring), 0);
}

/* A frame that a sink did not get, because it is damaged, is not one that it
 * has confirmed, although its cursor stands behind it. */
static void
damaged_is_not_confirmed(void **state)
{
	unsigned taken;
	uint64_t at;

	(void)state;
	w->room = 0;
	good(1);
	good(2);
	good(3);
	turn();
	at = consume_ring_at(&w->consume.ring, 1)->position;
	memset(w->journal.ring + at, 0, JOURNAL_FRAME_HEAD);
	w->room = UINT32_MAX;
	turn();
	assert_int_equal(w->taken, 2);
	confirm();
	turn();
	assert_int_equal(said_of(1, "+ACK"), 1);
	assert_int_equal(said_of(2, "+ACK"), 0);
	assert_int_equal(said_of(2, "-NAK"), 1);
	assert_int_equal(said_of(3, "+ACK"), 1);
	/* It comes again, and is new; this time it is the last, behind the
	 * record that tells of the gap. */
	turn();
	confirm();
	taken = w->taken;
	good(2);
	w->room = 0;
	turn();
	at = consume_ring_at(&w->consume.ring, 3)->position;
	memset(w->journal.ring + at, 0, JOURNAL_FRAME_HEAD);
	w->room = UINT32_MAX;
	turn();
	turn();
	assert_int_equal(w->taken, taken);
	assert_int_equal(said_of(2, "+ACK"), 0);
	assert_int_equal(said_of(2, "-NAK"), 2);
	good(2);
	turn();
	confirm();
	turn();
	assert_int_equal(said_of(2, "+ACK"), 1);
}

static void
publish(unsigned count)
{
	struct event e;

	record_init(RECORD_event, &e);
	e.connection = SPAN("a connection");
	while (count-- > 0)
		hub_record(&w->hub, RECORD_event, &e);
}

/* The journal went around, and the cursor was pushed over the message: also
 * when the connection asks for more before the turn has ended. */
static void
overwritten_is_not_confirmed(void **state)
{
	(void)state;
	w->room = 0;
	good(1);
	turn();
	publish(RING / 64);
	assert_true(
	    w->journal.tail > consume_ring_at(&w->consume.ring, 0)->position);
	consume_events.room(&w->consume.link);
	turn();
	assert_int_equal(said_of(1, "+ACK"), 0);
	assert_int_equal(said_of(1, "-NAK"), 1);
}

/* The answer of the stream comes when its place has been taken by another
 * message: that one is not ended by it. */
static void
late_answer_of_a_dead_letter(void **state)
{
	char first[24];

	(void)state;
	message(1, 2, "no record");
	snprintf(first, sizeof(first), "%s", token_of('d'));
	w->consume.dead[0].sent.ns -= 3 * CONSUME_ANSWER_MS * NS_PER_MS;
	consume_dead_tick(&w->consume);
	message(2, 2, "no record");
	answer(first, "{\"stream\":\"dead\",\"seq\":1}");
	assert_int_equal(said_of(2, "+TERM"), 0);
	answer(token_of('d'), "{\"stream\":\"dead\",\"seq\":2}");
	assert_int_equal(said_of(2, "+TERM"), 1);
	assert_int_equal(said_of(1, "+TERM"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    acknowledged_when_confirmed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    damaged_is_not_confirmed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    overwritten_is_not_confirmed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    late_answer_of_a_dead_letter, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
