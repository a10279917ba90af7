/* Keys, values and commands. */
#include "sinks/redis_sink.h"

#include "model/emit.h"
#include "model/frame.h"

static struct span
symbol_of(enum record_id id, const void *rec)
{
	const struct field_desc *f = records[id].fields;

	while (f->type != TYPE_SYM)
		f++;
	return *(const struct span *)((const char *)rec + f->offset);
}

void
redis_key(const struct redis_sink *r, enum record_id id, const void *rec,
    const char *type, struct out *o)
{
	const struct kline *k = rec;
	/* Every record begins with its venue. */
	uint8_t venue = *(const uint8_t *)rec;

	out_text(o, r->options->prefix);
	out_text(o, venue_descs[venue].exchange);
	out_char(o, ':');
	out_span(o, symbol_of(id, rec));
	out_char(o, ':');
	out_text(o, type);
	if (id == RECORD_kline) {
		out_char(o, ':');
		out_span(o, k->interval);
	}
}

static void
book_names(const struct redis_book *b, struct orderbook *o)
{
	record_init(RECORD_orderbook, o);
	o->exchange_name = b->venue;
	o->market_type = b->market;
	o->symbol_name = (struct span){ b->symbol, b->symbol_len };
	o->native_symbol = (struct span){ b->native, b->native_len };
	o->last_update_id = b->last_update_id;
	o->timestamp = b->timestamp;
	o->collected_at = b->collected_at;
}

static void
write_top(struct redis_sink *r, const struct redis_book *b, struct out *o)
{
	uint32_t most = (uint32_t)r->options->levels;
	struct orderbook rec;

	book_names(b, &rec);
	rec.update_type = UPDATE_SNAPSHOT;
	rec.is_valid = BOOL_TRUE;
	rec.bids.at = r->levels;
	rec.bids.count = book_top(&b->book.bids, most, r->levels);
	rec.asks.at = r->levels + most;
	rec.asks.count = book_top(&b->book.asks, most, r->levels + most);
	rec.depth_levels = (int64_t)rec.bids.count + rec.asks.count;
	record_json(RECORD_orderbook, &rec, o);
}

static void
name(struct out *o, const char *text)
{
	out_text(o, text);
	out_char(o, ':');
}

static void
number(struct out *o, const char *member, const struct dec *d)
{
	name(o, member);
	dec_json(d, o);
}

static void
instant(struct out *o, const char *member, int64_t time)
{
	name(o, member);
	if (time == TIME_NULL) {
		OUT_LITERAL(o, "null");
		return;
	}
	out_char(o, '"');
	out_time(o, (struct wall){ time });
	out_char(o, '"');
}

/* What is not known of a side is null. */
static void
write_best(const struct redis_book *b, struct out *o)
{
	struct level bid = { DEC_NONE, DEC_NONE };
	struct level ask = { DEC_NONE, DEC_NONE };

	(void)book_top(&b->book.bids, 1, &bid);
	(void)book_top(&b->book.asks, 1, &ask);
	name(o, "{\"exchange_name\"");
	out_json(o, span_of(venue_descs[b->venue].exchange));
	name(o, ",\"symbol_name\"");
	out_json(o, (struct span){ b->symbol, b->symbol_len });
	number(o, ",\"best_bid_price\"", &bid.price);
	number(o, ",\"best_bid_quantity\"", &bid.quantity);
	number(o, ",\"best_ask_price\"", &ask.price);
	number(o, ",\"best_ask_quantity\"", &ask.quantity);
	name(o, ",\"last_update_id\"");
	if (b->last_update_id == SEQ_NULL)
		OUT_LITERAL(o, "null");
	else
		out_i64(o, b->last_update_id);
	instant(o, ",\"timestamp\"", b->timestamp);
	instant(o, ",\"collected_at\"", b->collected_at);
	name(o, ",\"market_type\"");
	out_json(o, span_of(market_name((enum market_type)b->market)));
	name(o, ",\"native_symbol\"");
	out_json(o, (struct span){ b->native, b->native_len });
	out_char(o, '}');
}

void
redis_put_entry(const struct redis_sink *r, struct span key, struct span value,
    struct out *o)
{
	char name_of[REDIS_KEY_MAX + 16];
	struct out stream;

	out_init(&stream, name_of, sizeof(name_of));
	out_span(&stream, key);
	OUT_LITERAL(&stream, ":stream");
	resp_command(o, 8);
	resp_text(o, SPAN("XADD"));
	resp_text(o, out_done(&stream));
	resp_text(o, SPAN("MAXLEN"));
	resp_text(o, SPAN("~"));
	resp_number(o, r->options->stream_maxlen);
	resp_text(o, SPAN("*"));
	resp_text(o, SPAN("data"));
	resp_text(o, value);
}

void
redis_put_message(struct span key, struct span value, struct out *o)
{
	resp_command(o, 3);
	resp_text(o, SPAN("PUBLISH"));
	resp_text(o, key);
	resp_text(o, value);
}

struct span
redis_value(struct redis_sink *r, const struct redis_slot *s)
{
	union record rec;
	struct out o;
	const struct redis_book *b;

	out_init(&o, r->value, REDIS_COMMAND_MAX);
	if (s->form == REDIS_RECORD) {
		if (s->body_len > 0 &&
		    record_decode((enum record_id)s->id,
			(struct span){ s->body, s->body_len }, NULL, 0,
			&rec) == ERR_OK)
			record_json((enum record_id)s->id, &rec, &o);
	} else {
		b = &r->table.books[s->book];
		if (b->valid && s->form == REDIS_TOP)
			write_top(r, b, &o);
		else if (b->valid)
			write_best(b, &o);
	}
	return o.full ? SPAN_NULL : out_done(&o);
}
