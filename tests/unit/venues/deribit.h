/*
 * deribit.h -- what the reader of Deribit says, as text, for its tests.
 *
 * A record is a line: its type, channel where that is another word, ids, and
 * what is not null.  Everything else is a line that begins with what was
 * called.
 */
#ifndef TEST_VENUES_DERIBIT_H
#define TEST_VENUES_DERIBIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "venues/venue.h"

enum {
	HEARD_TOKENS = 32 * 1024,
	HEARD_LEVELS = 64,
	HEARD_TEXT = 512 * 1024,
	HEARD_SYMBOLS = 8,
};

struct heard {
	struct venue_host host;
	struct symbol symbols[HEARD_SYMBOLS];
	struct json json;
	struct level levels[HEARD_LEVELS];
	char text[HEARD_TEXT];
	struct out out;
	unsigned records;
	/* Channels that are not collected. */
	bool unwanted[CHANNEL_COUNT];
	/* The message, of its own so that a read past its end is seen. */
	char *message;
};

static const struct venue *const venue = &venue_deribit;
static const struct origin from = { .seen = { 1795392000999999000LL },
	.epoch = 1 };

static inline const struct symbol *
heard_find(struct venue_host *h, struct span native)
{
	struct heard *w = h->owner;

	for (unsigned i = 0; i < HEARD_SYMBOLS; i++) {
		if (span_eq(symbol_native(&w->symbols[i]), native))
			return &w->symbols[i];
	}
	return NULL;
}

static inline bool
heard_wants(struct venue_host *h, const struct symbol *s, enum channel c)
{
	struct heard *w = h->owner;

	assert_non_null(s);
	return !w->unwanted[c];
}

static inline void
heard_levels(struct out *o, struct levels l)
{
	for (uint32_t i = 0; i < l.count; i++) {
		out_char(o, i == 0 ? ' ' : ',');
		dec_write(&l.at[i].price, o);
		out_char(o, '*');
		dec_write(&l.at[i].quantity, o);
	}
}

static inline bool
heard_null(const struct field_desc *f, const void *at)
{
	switch (f->type) {
	case TYPE_DEC:
		return ((const struct dec *)at)->kind == DEC_NULL;
	case TYPE_TEXT:
		return ((const struct span *)at)->at == NULL;
	case TYPE_TIME:
	case TYPE_SEQ:
		return *(const int64_t *)at == SEQ_NULL;
	case TYPE_BOOL:
		return *(const uint8_t *)at == BOOL_NULL;
	case TYPE_SIDE:
		return *(const uint8_t *)at == SIDE_NULL;
	case TYPE_VENUE:
	case TYPE_MARKET:
	case TYPE_SYM:
	case TYPE_UPDATE:
	case TYPE_LEVELS:
	case TYPE_COUNT:
		break;
	}
	return false;
}

static inline void
heard_value(struct out *o, const struct field_desc *f, const void *at)
{
	uint8_t small = *(const uint8_t *)at;

	if (f->type == TYPE_DEC)
		dec_write(at, o);
	else if (f->type == TYPE_TEXT)
		out_span(o, *(const struct span *)at);
	else if (f->type == TYPE_TIME)
		out_time(o, (struct wall){ *(const int64_t *)at });
	else if (f->type == TYPE_SEQ)
		out_i64(o, *(const int64_t *)at);
	else if (f->type == TYPE_BOOL)
		out_text(o, small == BOOL_TRUE ? "yes" : "no");
	else if (f->type == TYPE_SIDE)
		out_text(o, small == SIDE_BUY ? "buy" : "sell");
	else if (f->type == TYPE_UPDATE)
		out_text(o, small == UPDATE_DELTA ? "delta" : "full");
	else if (f->type == TYPE_LEVELS)
		heard_levels(o, *(const struct levels *)at);
}

/* Names, market and clock are those of the symbol and the origin. */
static inline bool
heard_common(const struct field_desc *f, const void *at, const struct symbol *s)
{
	if (f->type == TYPE_VENUE)
		assert_int_equal(*(const uint8_t *)at, VENUE_deribit);
	else if (f->type == TYPE_MARKET)
		assert_int_equal(*(const uint8_t *)at, s->market);
	else if (f->type == TYPE_SYM)
		assert_true(
		    span_eq(*(const struct span *)at, symbol_unified(s)));
	else if (strcmp(f->name, "native_symbol") == 0)
		assert_true(
		    span_eq(*(const struct span *)at, symbol_native(s)));
	else if (strcmp(f->name, "collected_at") == 0)
		assert_int_equal(*(const int64_t *)at, from.seen.ns);
	else
		return false;
	return true;
}

static inline void
heard_print(
    enum record_id id, const void *rec, const struct symbol *s, struct out *o)
{
	const struct record_desc *r = &records[id];

	out_text(o, r->name);
	out_char(o, ' ');
	out_span(o, symbol_native(s));
	for (size_t i = 0; i < r->field_count; i++) {
		const char *at = (const char *)rec + r->fields[i].offset;

		if (heard_common(&r->fields[i], at, s) ||
		    heard_null(&r->fields[i], at))
			continue;
		out_char(o, ' ');
		if (r->fields[i].type != TYPE_SIDE &&
		    r->fields[i].type != TYPE_UPDATE) {
			out_text(o, r->fields[i].name);
			out_char(o, '=');
		}
		heard_value(o, &r->fields[i], at);
	}
}

static inline void
heard_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	static const enum record_id ids[CHANNEL_TYPES] = { RECORD_trade,
		RECORD_orderbook, RECORD_kline, RECORD_ticker,
		RECORD_funding_rate, RECORD_open_interest, RECORD_liquidation };
	struct heard *w = h->owner;

	assert_non_null(s);
	assert_true(c < CHANNEL_TYPES);
	assert_int_equal(id, ids[c]);
	assert_int_equal(c == CHANNEL_TRADE, f != NULL);
	w->records++;
	heard_print(id, rec, s, &w->out);
	if (f != NULL) {
		assert_int_equal(f->first, f->last);
		assert_false(f->has_checksum);
		OUT_LITERAL(&w->out, " seq=");
		out_i64(&w->out, f->first);
	}
	out_char(&w->out, '\n');
}

static inline void
heard_quote(struct venue_host *h, const struct symbol *s, const struct quote *q)
{
	struct heard *w = h->owner;

	OUT_LITERAL(&w->out, "quote ");
	out_span(&w->out, symbol_native(s));
	out_char(&w->out, ' ');
	dec_write(&q->bid_price, &w->out);
	out_char(&w->out, '*');
	dec_write(&q->bid_quantity, &w->out);
	out_char(&w->out, ' ');
	dec_write(&q->ask_price, &w->out);
	out_char(&w->out, '*');
	dec_write(&q->ask_quantity, &w->out);
	out_char(&w->out, ' ');
	out_i64(&w->out, q->time == TIME_NULL ? -1 : q->time);
	out_char(&w->out, '\n');
}

static inline void
heard_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	struct heard *w = h->owner;

	OUT_LITERAL(&w->out, "ack ");
	out_i64(&w->out, id);
	out_char(&w->out, ' ');
	out_text(&w->out, name.at == NULL ? "-" : "");
	out_span(&w->out, name);
	out_text(&w->out, e == ERR_OK ? " ok" : " rejected ");
	assert_true(e == ERR_OK || e == ERR_REJECTED);
	out_span(&w->out, text);
	out_char(&w->out, '\n');
}

static inline void
heard_send(struct venue_host *h, struct span frame)
{
	struct heard *w = h->owner;

	OUT_LITERAL(&w->out, "send ");
	out_span(&w->out, frame);
	out_char(&w->out, '\n');
}

static inline int64_t
heard_request_id(struct venue_host *h)
{
	(void)h;
	return 77;
}

static inline void
heard_changed(struct venue_host *h, struct span native, struct span state)
{
	struct heard *w = h->owner;

	OUT_LITERAL(&w->out, "changed ");
	out_span(&w->out, native);
	out_char(&w->out, ' ');
	out_span(&w->out, state);
	out_char(&w->out, '\n');
}

static inline void
heard_add(struct symbol *s, const char *native)
{
	char unified[SYMBOL_MAX + 1];
	struct out o;

	out_init(&o, unified, sizeof(unified));
	venue->unified(span_of(native), &o);
	assert_int_equal(symbol_set(s, VENUE_deribit, MARKET_PERPETUAL,
			     span_of(native), out_done(&o)),
	    ERR_OK);
	venue->describe(s);
}

static inline int
heard_set_up(void **state)
{
	static const char *const names[HEARD_SYMBOLS] = { "BTC-PERPETUAL",
		"BTC_USDC-PERPETUAL", "BTC-27NOV26", "BTC-27NOV26-100000-C",
		"XRP_USDC-27NOV26-0d625-P", "BTC_USDC", "ETH_BTC",
		"BTC-FS-27NOV26_PERP" };
	struct heard *w = calloc(1, sizeof(*w));

	json_init(
	    &w->json, calloc(1, json_pool_bytes(HEARD_TOKENS)), HEARD_TOKENS);
	for (unsigned i = 0; i < HEARD_SYMBOLS; i++)
		heard_add(&w->symbols[i], names[i]);
	w->host = (struct venue_host){ .owner = w,
		.find = heard_find,
		.wants = heard_wants,
		.record = heard_record,
		.quote = heard_quote,
		.ack = heard_ack,
		.send = heard_send,
		.request_id = heard_request_id,
		.changed = heard_changed,
		.levels = w->levels,
		.levels_max = HEARD_LEVELS };
	*state = w;
	return 0;
}

static inline int
heard_tear_down(void **state)
{
	struct heard *w = *state;

	free(w->message);
	free(w->json.tokens);
	free(w);
	return 0;
}

/* Tokenise a text for what comes next. */
static inline enum err
heard_text(struct heard *w, const char *text, size_t len)
{
	out_init(&w->out, w->text, sizeof(w->text) - 1);
	w->records = 0;
	free(w->message);
	w->message = malloc(len + (len == 0));
	memcpy(w->message, text, len);
	return json_parse(&w->json, w->message, len);
}

static inline enum err
hear_bytes(struct heard *w, const char *text, size_t len)
{
	enum err e = heard_text(w, text, len);

	if (e == ERR_OK)
		e = venue->message(&w->json, &from, &w->host);
	assert_false(w->out.full);
	w->text[w->out.len] = '\0';
	return e;
}

static inline enum err
hear(struct heard *w, const char *text)
{
	return hear_bytes(w, text, strlen(text));
}

#define HEARD_TEST(f)                                                          \
	cmocka_unit_test_setup_teardown(f, heard_set_up, heard_tear_down)

#endif
