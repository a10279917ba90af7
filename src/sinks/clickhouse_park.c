#include "sinks/clickhouse_sink.h"

#include "core/log.h"
#include "model/emit.h"

void
click_park_table(
    struct click_sink *c, enum record_id id, int64_t code, const char *why)
{
	struct click_refusal *r = &c->refusals[id];
	struct out o;

	r->code = code;
	r->skip = click_batch_in(&c->batch.tables[id]);
	out_init(&o, r->why, sizeof(r->why) - 1);
	out_text(&o, why);
	r->why[o.len] = '\0';
	out_init(&o, r->token, sizeof(r->token) - 1);
	click_batch_token(&c->batch, id, c->box, ddl_plain(&c->ddl, id), &o);
	r->token[o.len] = '\0';
	c->batch.tables[id].parked = true;
}

static void
number(struct out *o, const char *name, uint64_t value)
{
	out_char(o, ',');
	out_json(o, span_of(name));
	out_char(o, ':');
	out_u64(o, value);
}

/* The first line: which insert it was, and what the server said. */
static void
write_head(struct click_sink *c, enum record_id id)
{
	const struct click_refusal *r = &c->refusals[id];
	struct out *o = &c->dead.lines;
	char text[CLICK_TOKEN_MAX];
	struct out name;

	OUT_LITERAL(o, "{\"dead_letter\":");
	out_init(&name, text, sizeof(text));
	ddl_name(&c->ddl, id, &name);
	out_json(o, out_done(&name));
	OUT_LITERAL(o, ",\"time\":\"");
	out_time(o, c->sink->loop->wall);
	OUT_LITERAL(o, "\",\"token\":");
	out_json(o, span_of(r->token));
	number(o, "code", (uint64_t)r->code);
	OUT_LITERAL(o, ",\"message\":");
	out_json(o, span_of(r->why));
	number(o, "first", c->batch.first);
	number(o, "last", c->batch.last);
	number(o, "rows", c->batch.tables[id].count - r->skip);
	out_char(o, '}');
}

static void
park_failed(struct click_sink *c, enum err e)
{
	dead_undo(&c->dead);
	c->dead_open = false;
	if (e == ERR_CONFIG)
		click_fail(c, e,
		    "the server refuses a batch, and clickhouse.dead_letter "
		    "names no file for it",
		    CLICK_AUTH_PAUSE_MS);
	else if (e == ERR_FULL)
		click_fail(c, e,
		    "clickhouse.dead_letter has reached dead_letter_bytes: "
		    "mend the table, then move the file away",
		    CLICK_AUTH_PAUSE_MS);
	else
		click_fail(c, e, "clickhouse.dead_letter cannot be written", 0);
}

static void
await_records(struct click_sink *c)
{
	c->dead_offered = false;
	timer_start(c->sink->loop, &c->age,
	    mono_after_ms(c->sink->loop->now, CLICK_AUTH_PAUSE_MS));
}

/*
 * The rows of the table are not needed any more, their memory is: records come
 * from the journal once more and become text there.
 */
void
click_park_begin(struct click_sink *c)
{
	struct sink_host *h = c->sink->host;
	enum record_id id = click_batch_parked(&c->batch, c->step);
	struct out *rows;
	enum err e;

	if (id == RECORD_COUNT) {
		click_settle(c);
		return;
	}
	c->step = id;
	c->dead_rows = 0;
	rows = &c->batch.tables[id].rows;
	/* All of it may be touched, and is given back. */
	rows->len = rows->size;
	e = dead_begin(&c->dead, rows->at, rows->size);
	if (e == ERR_OK) {
		write_head(c, id);
		e = dead_line(&c->dead);
	}
	if (e != ERR_OK) {
		park_failed(c, e);
		return;
	}
	c->dead_open = true;
	c->dead_whole = false;
	await_records(c);
	h->rewind(h);
}

static void
finish(struct click_sink *c)
{
	struct click_table *t = &c->batch.tables[c->step];
	struct log_line l;
	enum err e = dead_end(&c->dead);

	if (e != ERR_OK) {
		park_failed(c, e);
		return;
	}
	c->dead_open = false;
	c->metrics.parked_batches++;
	c->metrics.parked_rows += t->count - click_batch_in(t);
	log_open(&l, LOG_ERROR, "clickhouse", "batch_parked");
	log_text(&l, "table", ddl_plain(&c->ddl, (enum record_id)c->step));
	log_int(&l, "rows", t->count - click_batch_in(t));
	log_text(&l, "why", c->refusals[c->step].why);
	log_text(&l, "file", c->options->dead_letter);
	log_send(&l);
	c->step++;
	click_goto(c, CLICK_DEAD);
}

enum err
click_park_take(struct click_sink *c, const struct sink_frame *f)
{
	struct click_batch *b = &c->batch;
	enum err e = ERR_OK;

	c->dead_offered = true;
	if (!c->dead_open || c->dead_whole || f->sequence > b->last) {
		c->dead_whole = c->dead_open;
		c->hungry = true;
		return ERR_AGAIN;
	}
	if ((unsigned)f->id == c->step && f->sequence >= b->first &&
	    click_makes_row(c, f) &&
	    c->dead_rows++ >= c->refusals[c->step].skip) {
		record_json(f->id, f->record, &c->dead.lines);
		e = dead_line(&c->dead);
	}
	if (e != ERR_OK) {
		park_failed(c, e);
		return ERR_AGAIN;
	}
	c->dead_whole = f->sequence >= b->last;
	return ERR_OK;
}

void
click_park_flush(struct click_sink *c)
{
	if (c->dead_open && c->dead_whole)
		finish(c);
}

/*
 * What the journal has overwritten does not come.  But after a long turn, or
 * with a slow disk, there may be more than the hub offers in a turn.
 */
void
click_park_age(struct click_sink *c)
{
	if (c->dead_open && c->dead_offered) {
		await_records(c);
		return;
	}
	c->dead_whole = c->dead_open;
	click_park_flush(c);
}
