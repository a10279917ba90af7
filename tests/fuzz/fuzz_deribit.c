/* LINK: venues/deribit venues/deribit_members venues/deribit_message */
/* LINK: venues/deribit_names venues/deribit_read venues/deribit_rest */
/* LINK: venues/deribit_ticker venues/deribit_funding codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: model/subject model/frame core/must core/out core/span core/err */
/* LINK: core/time */

/*
 * One message of the stream (first byte s), one reply with a book (b), with
 * trades (t) or with an error (e), or a name (n).  What comes out must be a
 * record that can be written, kept and read again; a message in error gives
 * none, but for rows of trades, which stand each for itself.
 */
#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "model/emit.h"
#include "model/frame.h"
#include "venues/venue.h"

enum {
	TOKENS = 2048,
	LEVELS = 256,
	TEXT = 1 << 20,
};

static struct world {
	struct symbol symbol;
	struct level levels[LEVELS];
	struct level again[LEVELS];
	char text[TEXT];
	char frame[TEXT];
	struct json json;
	unsigned records;
	unsigned trades;
	unsigned sent;
	int64_t last;
} world;

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	(void)h;
	must(native.at != NULL);
	return span_is(native, "BTC-PERPETUAL") ? &world.symbol : NULL;
}

static bool
on_wants(struct venue_host *h, const struct symbol *s, enum channel c)
{
	(void)h;
	must(s == &world.symbol);
	must(c < CHANNEL_TYPES);
	return true;
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	union record again;
	struct out o;

	(void)h;
	must(s == &world.symbol);
	must(c < CHANNEL_TYPES);
	must((c == CHANNEL_TRADE) == (f != NULL));
	out_init(&o, world.frame, sizeof(world.frame));
	record_encode(id, rec, &o);
	must(!o.full);
	must(record_decode(id, out_done(&o), world.again, LEVELS, &again) ==
	     ERR_OK);
	out_init(&o, world.text, sizeof(world.text));
	record_json(id, &again, &o);
	record_msgid(id, &again, &o);
	must(!o.full);
	world.records++;
	if (c == CHANNEL_TRADE || c == CHANNEL_LIQUIDATION)
		world.trades++;
	if (f == NULL)
		return;
	must(f->first == f->last);
	must(f->first >= 0);
	world.last = f->last;
}

static void
on_quote(struct venue_host *h, const struct symbol *s, const struct quote *q)
{
	(void)h;
	must(s == &world.symbol);
	must(q->time == TIME_NULL || q->time >= 0);
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	(void)h;
	(void)id;
	must(e == ERR_OK || e == ERR_REJECTED);
	must(name.len == 0 || name.at != NULL);
	must(text.len == 0 || text.at != NULL);
}

static void
on_send(struct venue_host *h, struct span frame)
{
	(void)h;
	must(frame.len > 2 && frame.at[0] == '{');
	must(frame.at[frame.len - 1] == '}');
	world.sent++;
}

static int64_t
on_request_id(struct venue_host *h)
{
	(void)h;
	return INT64_MAX;
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	(void)h;
	must(native.len > 0);
	must(state.len > 0);
}

static struct venue_host host = {
	.find = on_find,
	.wants = on_wants,
	.record = on_record,
	.quote = on_quote,
	.ack = on_ack,
	.send = on_send,
	.request_id = on_request_id,
	.changed = on_changed,
	.levels = world.levels,
	.levels_max = LEVELS,
};

static void
read_message(const struct venue *v, const struct origin *from)
{
	enum err e = v->message(&world.json, from, &host);

	must(e < ERR_COUNT);
	must(world.sent <= 1);
	must(e == ERR_OK || world.records == world.trades);
}

static void
read_trades(const struct venue *v, const struct origin *from)
{
	const struct trades_ask ask = { .first = 5, .last = 10, .limit = 1000 };
	struct trades_page page;
	enum err e = v->trades_reply(
	    &world.json, &world.symbol, &ask, from, &host, &page);

	must(e < ERR_COUNT);
	must(page.first >= ask.first);
	must(page.last <= ask.last);
	must((page.last >= page.first) == (world.records > 0));
	must(world.records == 0 || world.last == page.last);
}

static void
read_book(const struct venue *v, const struct origin *from)
{
	struct orderbook b;

	if (v->book_reply(&world.json, &world.symbol, from, &host, &b) !=
	    ERR_OK)
		return;
	must(b.last_update_id >= 0);
	must(b.bids.count + b.asks.count <= LEVELS);
	on_record(
	    &host, &world.symbol, CHANNEL_BOOK, RECORD_orderbook, &b, NULL);
}

/* A name that could be read is found again from what it was read as. */
static void
read_name(const struct venue *v, struct span name)
{
	char unified[TEXT / 1024];
	char native[TEXT / 1024];
	struct symbol s;
	struct out u, n;

	out_init(&u, unified, sizeof(unified));
	out_init(&n, native, sizeof(native));
	v->unified(name, &u);
	v->native(out_done(&u), &n);
	must(u.full || n.full || span_eq(out_done(&u), name) ||
	     span_eq(out_done(&n), name));
	if (symbol_set(&s, VENUE_deribit, 0, name, out_done(&u)) != ERR_OK)
		return;
	v->describe(&s);
	must(s.market < MARKET_COUNT);
	must(strlen(s.kind) < sizeof(s.kind));
}

static void
start(void)
{
	json_init(&world.json, malloc(json_pool_bytes(TOKENS)), TOKENS);
	must(symbol_set(&world.symbol, VENUE_deribit, 0, SPAN("BTC-PERPETUAL"),
		 SPAN("BTC-USD-PERP")) == ERR_OK);
	venue_deribit.describe(&world.symbol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct venue *v = &venue_deribit;
	const struct origin from = { .seen = { NS_PER_S }, .epoch = 1 };
	struct venue_error said;
	char *text;

	if (world.json.tokens == NULL)
		start();
	if (size < 1)
		return 0;
	/* Of its own, so that a read past the end is seen. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	world.records = world.trades = world.sent = 0;
	if (data[0] == 'n') {
		read_name(v, (struct span){ text, size - 1 });
	} else if (json_parse(&world.json, text, size - 1) == ERR_OK) {
		if (data[0] == 'b')
			read_book(v, &from);
		else if (data[0] == 't')
			read_trades(v, &from);
		else if (data[0] == 'e')
			v->error(&world.json, &said);
		else
			read_message(v, &from);
	}
	free(text);
	return 0;
}
