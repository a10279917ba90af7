#include "sinks/clickhouse_sink.h"

#include "core/arena.h"
#include "core/log.h"
#include "core/must.h"
#include "model/row.h"
#include "net/tcp.h"

void
click_close_batch(struct click_sink *c)
{
	struct sink_host *h = c->sink->host;
	struct click_batch *b = &c->batch;

	timer_stop(c->sink->loop, &c->age);
	b->closed = true;
	if (b->last != c->border) {
		c->border = b->last;
		h->border_keep(h, (int64_t)b->last);
	}
	c->sink->counts.in_flight = b->frames;
	click_goto(c, CLICK_INSERT);
}

/* Is it a batch that was tried before, by an earlier process? */
static bool
is_old(const struct click_sink *c)
{
	return c->border > 0 && c->batch.frames > 0 &&
	       c->batch.first <= c->border;
}

bool
click_makes_row(const struct click_sink *c, const struct sink_frame *f)
{
	if (!c->wanted[f->id])
		return false;
	return !c->ddl.marketprism || marketprism_has(f->id, f->record);
}

/* It fits no batch, however empty: it would be offered for ever. */
static void
pass_over(struct click_sink *c, const struct sink_frame *f)
{
	struct log_line l;

	c->sink->counts.errors++;
	log_open(&l, LOG_ERROR, "clickhouse", "record_passed_over");
	log_text(&l, "type", records[f->id].name);
	log_int(&l, "sequence", (int64_t)f->sequence);
	log_text(&l, "why", "larger than clickhouse.buffer_bytes");
	log_send(&l);
	click_batch_pass(&c->batch, f);
}

static enum err
add(struct click_sink *c, const struct sink_frame *f)
{
	struct click_batch *b = &c->batch;
	unsigned unfit = 0;
	enum err e;

	if (!click_makes_row(c, f)) {
		click_batch_pass(b, f);
		return ERR_OK;
	}
	e = click_batch_add(b, f, c->ddl.marketprism, c->lacks[f->id], &unfit);
	if (e != ERR_OK && b->rows > 0) {
		b->closed = true;
		c->hungry = true;
		return ERR_AGAIN;
	}
	if (e != ERR_OK) {
		pass_over(c, f);
		return ERR_OK;
	}
	c->metrics.unfit += unfit;
	if (!c->age.armed)
		timer_start(c->sink->loop, &c->age,
		    mono_after_ms(c->sink->loop->now, c->options->interval_ms));
	/* The border of an old batch was set when there was less to see. */
	if (b->last >= c->border &&
	    (int64_t)b->tables[f->id].count >= c->options->rows)
		b->closed = true;
	return ERR_OK;
}

static enum err
clickhouse_take(struct sink *s, const struct sink_frame *f)
{
	struct click_sink *c = s->state;
	enum err e;

	if (c->phase == CLICK_DEAD)
		return click_park_take(c, f);
	if (is_old(c) && f->sequence > c->border)
		c->batch.closed = true;
	if (c->phase != CLICK_COLLECT || c->batch.closed) {
		c->hungry = true;
		return ERR_AGAIN;
	}
	e = add(c, f);
	if (e == ERR_OK) {
		s->counts.taken++;
		if (f->sequence == c->border)
			c->batch.closed = true;
	}
	return e;
}

/* Frames without rows need no insert; those of an old batch belong to it. */
static void
pass_empty(struct click_sink *c)
{
	struct click_batch *b = &c->batch;

	if (b->frames > 0 && b->rows == 0 && (!is_old(c) || b->closed))
		click_settle(c);
}

static void
clickhouse_flush(struct sink *s)
{
	struct click_sink *c = s->state;

	if (c->phase == CLICK_DEAD) {
		click_park_flush(c);
		return;
	}
	if (c->phase != CLICK_COLLECT)
		return;
	pass_empty(c);
	if (c->batch.rows > 0 &&
	    (c->batch.closed || (s->host->draining && !is_old(c))))
		click_close_batch(c);
}

/* An old batch ends at its border, however long that takes. */
static void
on_age(struct timer *t)
{
	struct click_sink *c = t->owner;

	if (c->phase == CLICK_DEAD) {
		click_park_age(c);
	} else if (c->phase == CLICK_COLLECT && c->batch.rows > 0 &&
		   !is_old(c)) {
		click_close_batch(c);
	}
}

static void
on_retry(struct timer *t)
{
	struct click_sink *c = t->owner;

	c->paused = false;
	click_goto(c, c->phase);
}

static bool
clickhouse_idle(const struct sink *s)
{
	const struct click_sink *c = s->state;

	return c->batch.frames == 0;
}

static void
read_types(struct click_sink *c)
{
	struct span rest = span_of(c->options->types);
	struct span word;
	bool all = true;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		enum record_id id = record_find(word);

		all = false;
		if (id < RECORD_COUNT)
			c->wanted[id] = ddl_plain(&c->ddl, id) != NULL;
	}
	for (enum record_id id = 0; all && id < RECORD_COUNT; id++)
		c->wanted[id] = ddl_plain(&c->ddl, id) != NULL;
}

static void
carve(struct click_sink *c, const struct sink_setup *setup)
{
	size_t size = (size_t)c->options->buffer_bytes;
	void *memory[RECORD_COUNT] = { NULL };

	for (size_t i = 0; i < RECORD_COUNT; i++) {
		if (c->wanted[i])
			memory[i] = arena_take(
			    setup->arena, "clickhouse rows", 1, size);
	}
	click_batch_init(&c->batch, memory, size);
}

static enum err
clickhouse_open(struct sink *s, const struct sink_setup *setup, struct out *why)
{
	const struct opt_clickhouse *o = &setup->options->clickhouse;
	struct click_sink *c;
	int64_t border;
	enum err e;

	if (arena_left(setup->arena) <
	    sizeof(*c) + RECORD_COUNT * ((size_t)o->buffer_bytes + 64) +
		click_pack_bytes(o) + 4096) {
		out_text(why,
		    "clickhouse.buffer_bytes: more than box.memory_bytes "
		    "holds, once for each table");
		return ERR_CONFIG;
	}
	c = arena_take(setup->arena, "clickhouse sink", 1, sizeof(*c));
	s->state = c;
	c->sink = s;
	c->options = o;
	c->box = setup->options->box.name;
	c->ddl = (struct ddl){ .database = o->database,
		.prefix = o->table_prefix,
		.ttl_days = o->ttl_days,
		.marketprism = strcmp(o->schema, "marketprism") == 0 };
	c->pause_ms = o->retry_ms;
	c->made = !o->create;
	c->checked = c->ddl.marketprism;
	c->retry = (struct timer){ .fire = on_retry, .owner = c };
	c->age = (struct timer){ .fire = on_age, .owner = c };
	read_types(c);
	carve(c, setup);
	dead_init(&c->dead, o->dead_letter, o->dead_letter_bytes);
	border = s->host->border(s->host);
	c->border = border > 0 ? (uint64_t)border : 0;
	tcp_random(&c->random, sizeof(c->random));
	click_ask_init(c, setup);
	click_pack_open(c, setup->arena);
	e = click_ask_open(c, why);
	if (e == ERR_OK)
		timer_start(s->loop, &c->retry, s->loop->now);
	return e;
}

static void
clickhouse_close(struct sink *s)
{
	struct click_sink *c = s->state;

	timer_stop(s->loop, &c->retry);
	timer_stop(s->loop, &c->age);
	click_pack_close(c);
	httpc_close(&c->http);
	dead_undo(&c->dead);
}

const struct sink_type sink_clickhouse = {
	.name = "clickhouse",
	.open = clickhouse_open,
	.take = clickhouse_take,
	.flush = clickhouse_flush,
	.idle = clickhouse_idle,
	.close = clickhouse_close,
	.panels = click_panels,
};
