#include "sinks/redis_sink.h"

#include <string.h>

#include "core/log.h"
#include "model/emit.h"
#include "model/frame.h"

int64_t
redis_sink_ttl(const struct redis_sink *r)
{
	return r->options->ttl_s * NS_PER_S;
}

/* --- what is kept --- */

static void
tell_full(struct redis_sink *r, const char *setting)
{
	struct log_line l;

	r->sink->counts.skipped++;
	if (r->full_told)
		return;
	r->full_told = true;
	log_open(&l, LOG_WARN, "redis", "no_room");
	log_text(&l, "why", "more keys than there is room for are skipped");
	log_text(&l, "raise", setting);
	log_send(&l);
}

/* By which a record is newer than another of the same key. */
static int64_t
order_of(enum record_id id, const union record *rec)
{
	switch (id) {
	case RECORD_trade:
		return rec->trade.timestamp;
	case RECORD_ticker:
		return rec->ticker.timestamp;
	case RECORD_kline:
		return rec->kline.open_time;
	case RECORD_funding_rate:
		return rec->funding_rate.timestamp;
	case RECORD_open_interest:
		return rec->open_interest.timestamp;
	case RECORD_liquidation:
		return rec->liquidation.timestamp;
	case RECORD_orderbook:
	case RECORD_gap:
	case RECORD_event:
	case RECORD_coverage:
	case RECORD_COUNT:
		break;
	}
	return TIME_NULL;
}

static struct redis_slot *
slot_of(struct redis_sink *r, struct span key, const struct redis_slot *like)
{
	struct redis_slot *s = redis_table_find(&r->table, key);

	if (s != NULL)
		return s;
	s = redis_table_add(
	    &r->table, key, r->sink->loop->wall, redis_sink_ttl(r));
	if (s == NULL) {
		tell_full(r, "redis.keys");
		return NULL;
	}
	s->form = like->form;
	s->id = like->id;
	s->book = like->book;
	s->streamed = like->streamed;
	return s;
}

static bool
is_older(const struct redis_sink *r, const struct redis_slot *s, int64_t order)
{
	int64_t ttl = redis_sink_ttl(r);
	int64_t age = r->sink->loop->wall.ns - s->seen.ns;

	/* What was of the future does not stay for ever. */
	return s->body_len > 0 && order < s->order && (ttl == 0 || age < ttl);
}

static void
keep(struct redis_sink *r, const struct sink_frame *f, struct span key)
{
	struct redis_slot like = {
		.form = REDIS_RECORD, .id = (uint8_t)f->id, .book = REDIS_NONE
	};
	struct redis_slot *s = slot_of(r, key, &like);
	int64_t order = order_of(f->id, f->record);
	struct out body;

	if (s == NULL)
		return;
	if (is_older(r, s, order)) {
		r->sink->counts.coalesced++;
		return;
	}
	out_init(&body, s->body, sizeof(s->body));
	record_encode(f->id, f->record, &body);
	if (body.full) {
		/* No venue has sent one: rather nothing than half of it. */
		s->body_len = 0;
		r->sink->counts.skipped++;
	} else {
		s->body_len = (uint16_t)body.len;
		r->sink->counts.coalesced += s->queued;
	}
	s->order = order;
	s->seen = f->seen;
	redis_table_queue(&r->table, s);
}

/* --- streams and channels --- */

static void
push(struct redis_sink *r, const struct out *command)
{
	if (command->full ||
	    fifo_push(&r->extras, command->at, command->len) != ERR_OK)
		r->sink->counts.skipped++;
}

static void
tell(struct redis_sink *r, const struct sink_frame *f, struct span key)
{
	bool streamed = (r->streamed >> f->id & 1) != 0;
	struct out value, command;

	if (!streamed && !r->options->publish)
		return;
	out_init(&value, r->value, REDIS_COMMAND_MAX);
	record_json(f->id, f->record, &value);
	out_init(&command, r->command, REDIS_COMMAND_MAX);
	if (streamed) {
		redis_put_entry(r, key, out_done(&value), &command);
		push(r, &command);
	}
	if (r->options->publish) {
		out_reset(&command);
		redis_put_message(key, out_done(&value), &command);
		push(r, &command);
	}
}

/* --- books --- */

static uint32_t
book_slot(struct redis_sink *r, const struct orderbook *rec, uint32_t book,
    enum redis_form form)
{
	bool bbo = form == REDIS_BBO;
	struct redis_slot like = { .form = (uint8_t)form,
		.id = RECORD_orderbook,
		.book = book,
		.streamed = bbo ? r->bbo_streamed
				: (r->streamed >> RECORD_orderbook & 1) != 0 };
	char key[REDIS_KEY_MAX + 1];
	struct redis_slot *s;
	struct out o;

	if (bbo ? !r->bbo : (r->kept >> RECORD_orderbook & 1) == 0)
		return REDIS_NONE;
	out_init(&o, key, sizeof(key) - 1);
	redis_key(r, RECORD_orderbook, rec, bbo ? "bbo" : "orderbook", &o);
	if (o.full)
		return REDIS_NONE;
	s = slot_of(r, out_done(&o), &like);
	if (s == NULL)
		return REDIS_NONE;
	/* It may have been that of another book, or of this one before. */
	s->form = like.form;
	s->book = book;
	return redis_table_index(&r->table, s);
}

/* Key i of a book that has it, 0 or 1; or NULL. */
static struct redis_slot *
key_of(struct redis_sink *r, const struct redis_book *b, int i)
{
	uint32_t slot = i == 0 ? b->top : b->bbo;

	return slot == REDIS_NONE ? NULL : &r->table.slots[slot];
}

/* Both keys are to be written; at once when they are to go. */
static void
book_changed(struct redis_sink *r, const struct redis_book *b, bool gone)
{
	for (int i = 0; i < 2; i++) {
		struct redis_slot *s = key_of(r, b, i);

		if (s == NULL)
			continue;
		if (gone && !s->queued) {
			redis_table_first(&r->table, s);
			r->flush.slots += r->flush.on;
		}
		redis_table_queue(&r->table, s);
	}
	r->urgent = r->urgent || gone;
}

/* The book is not called so any more: what stands at those keys is to go. */
static void
leave_keys(struct redis_sink *r, const struct redis_book *b)
{
	for (int i = 0; i < 2; i++) {
		struct redis_slot *s = key_of(r, b, i);

		if (s == NULL)
			continue;
		s->form = REDIS_RECORD;
		s->body_len = 0;
		s->book = REDIS_NONE;
		s->seen = r->sink->loop->wall;
	}
	book_changed(r, b, true);
}

static void
name_book(
    struct redis_sink *r, struct redis_book *b, const struct orderbook *rec)
{
	uint32_t i = (uint32_t)(b - r->table.books);
	struct span name = rec->symbol_name;

	if (b->symbol_len > 0)
		leave_keys(r, b);
	if (name.len > SYMBOL_MAX)
		name.len = SYMBOL_MAX;
	memcpy(b->symbol, name.at, name.len);
	b->symbol_len = (uint8_t)name.len;
	b->market = rec->market_type;
	b->top = book_slot(r, rec, i, REDIS_TOP);
	b->bbo = book_slot(r, rec, i, REDIS_BBO);
}

static struct redis_book *
book_of(struct redis_sink *r, const struct orderbook *rec)
{
	struct redis_book *b;

	if (rec->native_symbol.at == NULL || rec->symbol_name.at == NULL ||
	    (!r->bbo && (r->kept >> RECORD_orderbook & 1) == 0))
		return NULL;
	b = redis_table_book(&r->table, rec->exchange_name, rec->native_symbol);
	if (b == NULL) {
		b = redis_table_add_book(
		    &r->table, rec->exchange_name, rec->native_symbol);
		if (b == NULL) {
			tell_full(r, "redis.books");
			return NULL;
		}
		redis_book_lose(b, !r->holes);
	}
	if (!span_eq(
		(struct span){ b->symbol, b->symbol_len }, rec->symbol_name))
		name_book(r, b, rec);
	return b;
}

static void
lose_books(struct redis_sink *r)
{
	for (uint32_t i = 0; i < r->table.books_count; i++) {
		struct redis_book *b = &r->table.books[i];

		if (b->valid)
			book_changed(r, b, true);
		redis_book_lose(b, false);
	}
}

static void
keep_book(struct redis_sink *r, const struct sink_frame *f)
{
	const struct orderbook *rec = &f->record->orderbook;
	const struct opt_venue *v = &r->all->venue[rec->exchange_name];
	int64_t limit =
	    v->book_limit < v->book_publish ? v->book_limit : v->book_publish;
	struct redis_book *b;
	bool was_valid;

	/* Nobody has followed it since. */
	if (f->seen.ns < r->started.ns)
		return;
	b = book_of(r, rec);
	if (b == NULL)
		return;
	was_valid = b->valid;
	if (redis_book_record(b, rec, (uint32_t)limit)) {
		r->sink->counts.coalesced += was_valid &&
					     b->top != REDIS_NONE &&
					     r->table.slots[b->top].queued;
		book_changed(r, b, false);
	} else if (was_valid || rec->is_valid == BOOL_FALSE) {
		book_changed(r, b, true);
	}
}

/* --- the sink --- */

static enum err
redis_take(struct sink *s, const struct sink_frame *f)
{
	struct redis_sink *r = s->state;
	char key[REDIS_KEY_MAX + 1];
	struct out o;

	if (r->any && f->sequence != r->sequence + 1) {
		r->holes = true;
		lose_books(r);
	}
	r->any = true;
	r->sequence = f->sequence;
	r->next = f->next;
	s->counts.taken++;
	s->counts.in_flight = s->counts.taken - s->counts.confirmed;
	if (f->id == RECORD_orderbook) {
		keep_book(r, f);
		return ERR_OK;
	}
	if (((r->kept | r->streamed) >> f->id & 1) == 0)
		return ERR_OK;
	out_init(&o, key, sizeof(key) - 1);
	redis_key(r, f->id, f->record, records[f->id].name, &o);
	if (o.full) {
		s->counts.skipped++;
		return ERR_OK;
	}
	if ((r->kept >> f->id & 1) != 0)
		keep(r, f, out_done(&o));
	tell(r, f, out_done(&o));
	return ERR_OK;
}

static void
redis_flush(struct sink *s)
{
	redis_wire_flush(s->state);
}

static bool
redis_idle(const struct sink *s)
{
	const struct redis_sink *r = s->state;

	return s->counts.taken == s->counts.confirmed && !r->flush.on;
}

static void
redis_close(struct sink *s)
{
	struct redis_sink *r = s->state;

	redis_state_stop(r);
	if (r->options->tls) {
		tls_peer_fini(&r->peer);
		tls_fini_more(&r->tls);
	}
}

const struct sink_type sink_redis = {
	.name = "redis",
	.open = redis_sink_open,
	.take = redis_take,
	.flush = redis_flush,
	.idle = redis_idle,
	.close = redis_close,
	.cache = true,
};
