#include "model/emit.h"

static void
out_escaped(struct out *o, char c)
{
	out_char(o, 'x');
	out_hex(o, &c, 1);
}

static uint8_t
venue_of(enum record_id id, const void *rec)
{
	const struct field_desc *f = records[id].fields;

	while (f->type != TYPE_VENUE)
		f++;
	return *((const uint8_t *)rec + f->offset);
}

/* Texts of venues go into a header line: no blanks, no controls. */
static void
out_word(struct out *o, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
			out_escaped(o, s.at[i]);
		else
			out_char(o, s.at[i]);
	}
}

static void
out_number(struct out *o, int64_t value)
{
	/* TIME_NULL is the same. */
	if (value == SEQ_NULL)
		out_char(o, '-');
	else
		out_i64(o, value);
}

static int64_t
first_time(int64_t time, int64_t otherwise)
{
	return time == TIME_NULL ? otherwise : time;
}

static void
out_range(struct out *o, int64_t from, int64_t to)
{
	out_number(o, from);
	out_char(o, '-');
	out_number(o, to);
}

static void
start(struct out *o, const char *venue, struct span native, const char *type)
{
	out_text(o, venue);
	out_char(o, ':');
	out_word(o, native);
	out_char(o, ':');
	out_text(o, type);
	out_char(o, ':');
}

/* What has no first id follows the delta before; what has no id at all is told
 * apart by its time. */
static void
delta_id(const struct orderbook *b, struct out *o)
{
	int64_t first = b->first_update_id;

	if (b->last_update_id == SEQ_NULL) {
		out_char(o, 't');
		out_number(o, first_time(b->timestamp, b->collected_at));
		return;
	}
	if (first == SEQ_NULL && b->prev_update_id != SEQ_NULL) {
		out_char(o, 'p');
		first = b->prev_update_id;
	}
	out_range(o, first, b->last_update_id);
}

static void
orderbook_id(const struct orderbook *b, struct out *o)
{
	if (b->is_valid == BOOL_FALSE) {
		out_char(o, 'x');
		out_number(o, first_time(b->timestamp, b->collected_at));
	} else if (b->update_type == UPDATE_DELTA) {
		delta_id(b, o);
	} else {
		out_char(o, 's');
		out_number(o, b->last_update_id);
		/* After an invalidation it must not pass for the one before:
		 * the id of a quiet book has not changed. */
		out_char(o, ':');
		out_number(o, b->collected_at);
	}
}

static void
kline_id(const struct kline *k, struct out *o)
{
	out_word(o, k->interval);
	out_char(o, ':');
	out_number(o, k->open_time);
	out_char(o, ':');
	if (k->timestamp != TIME_NULL) {
		out_number(o, k->timestamp);
		return;
	}
	/* Nothing about a bar changes but with its volume, and its end. */
	dec_write(&k->volume, o);
	out_text(o, k->is_closed == BOOL_TRUE ? ":closed" : ":open");
}

/*
 * Most venues give liquidations no id: what it says is all there is.  Where it
 * is a trade, two of one millisecond may be equal in all the rest.
 */
static void
liquidation_id(const struct liquidation *l, struct out *o)
{
	out_number(o, l->timestamp);
	out_text(o, l->side == SIDE_BUY ? ":buy:" : ":sell:");
	dec_write(&l->price, o);
	out_char(o, ':');
	dec_write(&l->quantity, o);
	if (l->venue_trade_id.at == NULL)
		return;
	out_char(o, ':');
	out_word(o, l->venue_trade_id);
}

static void
gap_id(const struct gap *g, struct out *o)
{
	out_word(o, g->data_type);
	out_char(o, ':');
	out_range(o, g->from_id, g->to_id);
	if (g->native_symbol.at != NULL) {
		/* Without both ids two holes, one after the other, may look
		 * the same, and each is this box's. */
		if (g->from_id == SEQ_NULL || g->to_id == SEQ_NULL) {
			out_char(o, ':');
			out_i64(o, g->timestamp);
		}
		return;
	}
	/* A hole in a journal is this box's alone, and one sink's. */
	out_char(o, ':');
	out_word(o, g->reason);
	out_char(o, ':');
	out_i64(o, g->timestamp);
}

static void
event_id(const struct event *v, struct out *o)
{
	out_number(o, v->timestamp);
	out_char(o, ':');
	out_word(o, v->state);
}

/* Each box tells what it had, of the same minute. */
static void
coverage_id(const struct coverage *c, struct out *o)
{
	out_word(o, c->data_type);
	out_char(o, ':');
	out_number(o, c->timestamp);
}

static struct span
native_of(enum record_id id, const void *rec)
{
	switch (id) {
	case RECORD_trade:
		return ((const struct trade *)rec)->native_symbol;
	case RECORD_orderbook:
		return ((const struct orderbook *)rec)->native_symbol;
	case RECORD_kline:
		return ((const struct kline *)rec)->native_symbol;
	case RECORD_ticker:
		return ((const struct ticker *)rec)->native_symbol;
	case RECORD_funding_rate:
		return ((const struct funding_rate *)rec)->native_symbol;
	case RECORD_open_interest:
		return ((const struct open_interest *)rec)->native_symbol;
	case RECORD_liquidation:
		return ((const struct liquidation *)rec)->native_symbol;
	case RECORD_gap:
		return ((const struct gap *)rec)->native_symbol;
	case RECORD_event:
		return ((const struct event *)rec)->connection;
	case RECORD_coverage:
		return ((const struct coverage *)rec)->connection;
	case RECORD_COUNT:
		break;
	}
	return SPAN_NULL;
}

void
record_msgid(enum record_id id, const void *rec, struct out *o)
{
	const struct venue_desc *v = &venue_descs[venue_of(id, rec)];

	start(o, id == RECORD_event ? v->exchange : v->name, native_of(id, rec),
	    records[id].name);
	switch (id) {
	case RECORD_trade:
		out_word(o, ((const struct trade *)rec)->trade_id);
		break;
	case RECORD_orderbook:
		orderbook_id(rec, o);
		break;
	case RECORD_kline:
		kline_id(rec, o);
		break;
	case RECORD_ticker:
		out_number(o, ((const struct ticker *)rec)->timestamp);
		break;
	case RECORD_funding_rate:
		out_number(o, ((const struct funding_rate *)rec)->timestamp);
		break;
	case RECORD_open_interest:
		out_number(o, ((const struct open_interest *)rec)->timestamp);
		break;
	case RECORD_liquidation:
		liquidation_id(rec, o);
		break;
	case RECORD_gap:
		gap_id(rec, o);
		break;
	case RECORD_event:
		event_id(rec, o);
		break;
	case RECORD_coverage:
		coverage_id(rec, o);
		break;
	case RECORD_COUNT:
		break;
	}
}
