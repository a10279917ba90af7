#include "sinks/clickhouse_sink.h"

#include "core/log.h"

/* Between half of ms and all of it, so that boxes do not come together. */
static int64_t
jitter(struct click_sink *c, int64_t ms)
{
	/* xorshift32 */
	c->random = c->random == 0 ? 1 : c->random;
	c->random ^= c->random << 13;
	c->random ^= c->random >> 17;
	c->random ^= c->random << 5;
	return ms / 2 + (int64_t)(c->random % (uint32_t)(ms / 2 + 1));
}

void
click_fail(struct click_sink *c, enum err e, const char *why, int64_t least_ms)
{
	struct sink_host *h = c->sink->host;
	int64_t ms = c->pause_ms > least_ms ? c->pause_ms : least_ms;

	c->sink->counts.errors++;
	c->paused = true;
	c->pause_ms = c->pause_ms * 2 < CLICK_PAUSE_MAX_MS ? c->pause_ms * 2
							   : CLICK_PAUSE_MAX_MS;
	ms = jitter(c, ms);
	c->metrics.paused = (uint64_t)ms;
	timer_start(
	    c->sink->loop, &c->retry, mono_after_ms(c->sink->loop->now, ms));
	h->down(h, e, why);
}

static void
went_well(struct click_sink *c)
{
	struct sink_host *h = c->sink->host;

	c->pause_ms = c->options->retry_ms;
	c->metrics.paused = 0;
	h->up(h);
}

/* The first statement from `step` on that concerns a wanted table, or the end.
 */
static unsigned
next_statement(const struct click_sink *c, unsigned step)
{
	while (step > 0 && step <= RECORD_COUNT && !c->wanted[step - 1])
		step++;
	return step;
}

/* Behind CLICK_MAKE. */
static enum click_phase
made_phase(const struct click_sink *c)
{
	return c->checked ? CLICK_COLLECT : CLICK_COLUMNS;
}

static void
next_columns(struct click_sink *c)
{
	while (c->step < RECORD_COUNT && !c->wanted[c->step])
		c->step++;
	if (c->step < RECORD_COUNT) {
		click_ask_columns(c);
		return;
	}
	c->checked = true;
	click_goto(c, CLICK_COLLECT);
}

static void
insert_next(struct click_sink *c)
{
	enum record_id id = click_batch_next(&c->batch);

	if (id < RECORD_COUNT) {
		c->step = id;
		click_ask_insert(c);
		return;
	}
	if (click_batch_parked(&c->batch, 0) < RECORD_COUNT)
		click_goto(c, CLICK_DEAD);
	else
		click_settle(c);
}

static void
collect(struct click_sink *c)
{
	struct sink_host *h = c->sink->host;

	/* A batch that was interrupted goes on. */
	if (c->batch.closed && c->batch.rows > 0) {
		click_goto(c, CLICK_INSERT);
		return;
	}
	if (c->hungry)
		h->ready(h);
	c->hungry = false;
}

void
click_goto(struct click_sink *c, enum click_phase phase)
{
	if (phase != c->phase) {
		c->step = 0;
		c->adding = false;
	}
	c->phase = phase;
	switch (phase) {
	case CLICK_PROBE:
		click_ask_probe(c, false);
		return;
	case CLICK_MAKE:
		c->step = next_statement(c, c->step);
		if (c->step <= RECORD_COUNT) {
			click_ask_make(c);
			return;
		}
		c->made = true;
		click_goto(c, made_phase(c));
		return;
	case CLICK_COLUMNS:
		next_columns(c);
		return;
	case CLICK_COLLECT:
		collect(c);
		return;
	case CLICK_INSERT:
		insert_next(c);
		return;
	case CLICK_DEAD:
		click_park_begin(c);
		return;
	}
}

void
click_settle(struct click_sink *c)
{
	struct sink_host *h = c->sink->host;
	struct click_batch *b = &c->batch;
	uint64_t next = b->next;
	uint32_t frames = b->frames;

	for (size_t i = 0; i < RECORD_COUNT; i++) {
		const struct click_table *t = &b->tables[i];

		frames -= t->parked ? t->count - click_batch_in(t) : 0;
	}
	c->sink->counts.confirmed += frames;
	c->sink->counts.in_flight = 0;
	timer_stop(c->sink->loop, &c->age);
	click_batch_reset(b);
	h->confirm(h, next);
	click_goto(c, CLICK_COLLECT);
}

static void
log_server(const struct click_sink *c)
{
	struct log_line l;

	log_open(
	    &l, c->server.tokens ? LOG_INFO : LOG_WARN, "clickhouse", "server");
	log_text(&l, "version", c->server.version);
	log_text(&l, "guarantee",
	    c->server.tokens ? "a repeated batch counts once"
			     : "at least once: it knows no deduplication "
			       "tokens");
	log_send(&l);
}

static void
probed(struct click_sink *c, const struct click_answer *a)
{
	struct click_server s;

	click_pack_again(c, true, "");
	click_read_probe(&s, a->body);
	if (strcmp(s.version, c->server.version) != 0 ||
	    s.tokens != c->server.tokens) {
		c->server = s;
		log_server(c);
	}
	c->server = s;
	c->metrics.tokens = s.tokens;
	c->sink->counts.connects++;
	/* With a batch under way its insert tells whether all is well. */
	if (!c->batch.closed)
		went_well(c);
	click_goto(c, c->made ? made_phase(c) : CLICK_MAKE);
}

static void
inserted(struct click_sink *c)
{
	struct click_table *t = &c->batch.tables[c->step];
	int64_t ns = c->sink->loop->now.ns - c->asked.ns;
	size_t rows = click_batch_rows(t).len;
	size_t body = click_packs(c) ? c->pack.body.len : rows;

	went_well(c);
	histogram_add(&c->metrics.latency, ns);
	click_count(c, true);
	click_count_ratio(c, rows, body);
	c->metrics.inserts++;
	c->metrics.row_bytes += rows;
	c->metrics.body_bytes += body;
	c->sink->counts.bytes += body;
	click_pack_free(c);
	if (click_batch_sent(t))
		c->metrics.rows += t->count;
	click_goto(c, CLICK_INSERT);
}

static void
succeeded(struct click_sink *c, const struct click_answer *a)
{
	switch (c->phase) {
	case CLICK_PROBE:
		probed(c, a);
		return;
	case CLICK_MAKE:
		c->metrics.creates++;
		c->step++;
		click_goto(c, CLICK_MAKE);
		return;
	case CLICK_COLUMNS:
		click_columns_read(c, a->body);
		return;
	case CLICK_INSERT:
		inserted(c);
		return;
	case CLICK_COLLECT:
	case CLICK_DEAD:
		return;
	}
}

/* Somebody else may have made them: the inserts will tell. */
static void
cannot_make(struct click_sink *c, const char *why)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "clickhouse", "not_created");
	log_text(&l, "why", why);
	log_send(&l);
	c->step++;
	click_goto(c, CLICK_MAKE);
}

static void
insert_failed(
    struct click_sink *c, const struct click_verdict *v, const char *why)
{
	enum record_id id = (enum record_id)c->step;

	click_count(c, false);
	if (v->class == CLICK_CREATE && c->options->create) {
		c->made = false;
		c->phase = CLICK_PROBE;
	} else if (v->class == CLICK_PARK || v->class == CLICK_CREATE) {
		click_park_table(c, id, v->code, why);
		click_goto(c, CLICK_INSERT);
		return;
	} else if (v->class == CLICK_SPLIT &&
		   click_batch_split(&c->batch.tables[id])) {
		c->metrics.splits++;
	}
	c->metrics.retries++;
	/* Another server may answer next time. */
	if ((v->error != ERR_HTTP && v->error != ERR_AUTH) ||
	    v->class == CLICK_ASK)
		c->phase = CLICK_PROBE;
	click_fail(
	    c, v->error, why, v->class == CLICK_AUTH ? CLICK_AUTH_PAUSE_MS : 0);
}

/* A compressed probe says so; it is asked again as it is. */
static bool
encoding_refused(
    struct click_sink *c, const struct click_verdict *v, const char *why)
{
	return c->phase == CLICK_PROBE &&
	       (v->class == CLICK_ASK || v->class == CLICK_PARK) &&
	       click_pack_again(c, false, why);
}

static void
failed(struct click_sink *c, const struct click_verdict *v, const char *why)
{
	bool wait = v->class == CLICK_RETRY || v->class == CLICK_AUTH ||
		    v->class == CLICK_SPLIT;
	/* By a server that will not do it later either. */
	bool refused =
	    v->code == 497 || v->code == 164 || (v->error == ERR_HTTP && !wait);

	if (c->phase == CLICK_INSERT) {
		insert_failed(c, v, why);
	} else if (encoding_refused(c, v, why)) {
		click_ask_probe(c, true);
	} else if (c->phase == CLICK_MAKE && refused) {
		cannot_make(c, why);
	} else if (c->phase == CLICK_COLUMNS && refused) {
		click_columns_refused(c, why);
	} else {
		if (v->error != ERR_HTTP && v->error != ERR_AUTH)
			c->phase = CLICK_PROBE;
		click_fail(c, v->error, why,
		    v->class == CLICK_AUTH ? CLICK_AUTH_PAUSE_MS : 0);
	}
}

void
click_answered(struct click_sink *c, const struct click_answer *a)
{
	bool quiet =
	    c->phase != CLICK_PROBE && (c->phase != CLICK_COLUMNS || c->adding);
	struct click_verdict v = click_judge(a, quiet);
	char why[CLICK_WHY_MAX];
	struct out o;

	if (v.class == CLICK_OK) {
		succeeded(c, a);
		return;
	}
	out_init(&o, why, sizeof(why) - 1);
	if (a->error == ERR_OK)
		click_words(&v, a, &o);
	else if (c->http.conn.why[0] != '\0')
		out_text(&o, c->http.conn.why);
	else
		out_text(&o, err_text(a->error));
	why[o.len] = '\0';
	failed(c, &v, why);
}
