/* LINK: model/instrument venues/% codec/crc32 codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: model/subject model/frame core/must core/out core/span core/err */
/* LINK: core/time */
/* LINK: model/instrument codec/utf8 */

/*
 * The first byte says what the rest is: a message of the streams while trades
 * (s) or aggregates (a) are collected; a reply with a book (b), with trades
 * from an id (t), the newest ones (n) or aggregates (g), with open interest (o)
 * or with an error (e); a native name (u).  What comes out must be a record
 * that can be written, kept and read again; a message in error says nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "model/emit.h"
#include "model/frame.h"
#include "venues/binance.h"

enum {
	TOKENS = 2048,
	LEVELS = 256,
	TEXT = 1 << 20,
	SYMBOLS = 3,
};

static const struct venue *const venue = &venue_binance_usdm;
static const struct origin from = { .seen = { NS_PER_S }, .epoch = 1 };

static struct world {
	struct symbol symbols[SYMBOLS];
	struct level levels[LEVELS];
	struct level again[LEVELS];
	char text[TEXT];
	char frame[TEXT];
	struct json json;
	unsigned said;
} world;

static bool
is_ours(const struct symbol *s)
{
	return s >= world.symbols && s < world.symbols + SYMBOLS;
}

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	(void)h;
	must(native.at != NULL);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		if (span_eq(native, symbol_native(&world.symbols[i])))
			return &world.symbols[i];
	}
	return NULL;
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	union record again;
	struct out o;

	(void)h;
	must(is_ours(s));
	must(c < CHANNEL_TYPES);
	must((f != NULL) == (c == CHANNEL_TRADE));
	must(f == NULL || (f->first >= 0 && f->first <= f->last));
	out_init(&o, world.frame, sizeof(world.frame));
	record_encode(id, rec, &o);
	must(!o.full);
	must(record_decode(id, out_done(&o), world.again, LEVELS, &again) ==
	     ERR_OK);
	out_init(&o, world.text, sizeof(world.text));
	record_json(id, &again, &o);
	record_msgid(id, &again, &o);
	must(!o.full);
	world.said++;
}

static void
on_skip(
    struct venue_host *h, const struct symbol *s, int64_t first, int64_t last)
{
	(void)h;
	must(is_ours(s));
	must(first >= 0 && first == last);
	world.said++;
}

static void
on_quote(struct venue_host *h, const struct symbol *s, const struct quote *q)
{
	struct out o;

	(void)h;
	must(is_ours(s));
	must(q->time >= 0);
	out_init(&o, world.text, sizeof(world.text));
	dec_write(&q->bid_price, &o);
	dec_write(&q->bid_quantity, &o);
	dec_write(&q->ask_price, &o);
	dec_write(&q->ask_quantity, &o);
	must(!o.full);
	world.said++;
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	(void)h;
	must(native.at != NULL && native.len <= SYMBOL_MAX);
	must(state.len == 0 || state.at != NULL);
	world.said++;
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	(void)h;
	(void)id;
	must(name.at == NULL);
	must(e == ERR_OK || e == ERR_REJECTED);
	must(text.len == 0 || text.at != NULL);
	world.said++;
}

static void
on_shutdown(struct venue_host *h)
{
	(void)h;
	world.said++;
}

static struct venue_host host = {
	.find = on_find,
	.record = on_record,
	.skip = on_skip,
	.quote = on_quote,
	.changed = on_changed,
	.ack = on_ack,
	.shutdown = on_shutdown,
	.levels = world.levels,
	.levels_max = LEVELS,
};

static void
read_message(unsigned trades)
{
	host.trades = trades;
	if (venue->message(&world.json, &from, &host) != ERR_OK)
		must(world.said == 0);
	must(world.said <= 1);
}

static void
read_trades(unsigned trades, unsigned source)
{
	const struct trades_ask ask = {
		.first = 1000, .last = 1100, .trades = trades, .source = source
	};
	struct trades_page page;
	enum err e = venue->trades_reply(
	    &world.json, &world.symbols[0], &ask, &from, &host, &page);

	must(e < ERR_COUNT);
	must(page.first >= ask.first && page.last >= ask.first - 1);
	must(world.said == 0 || page.first <= page.last);
}

static void
read_book(void)
{
	struct orderbook b;

	if (venue->book_reply(
		&world.json, &world.symbols[0], &from, &host, &b) != ERR_OK)
		return;
	must(b.last_update_id >= 0);
	must(b.bids.count + b.asks.count <= LEVELS);
	on_record(
	    &host, &world.symbols[0], CHANNEL_BOOK, RECORD_orderbook, &b, NULL);
}

static void
read_json(uint8_t kind)
{
	struct venue_error said;

	if (kind == 'a')
		read_message(BINANCE_USDM_AGG_TRADE);
	else if (kind == 'b')
		read_book();
	else if (kind == 't')
		read_trades(BINANCE_USDM_TRADE, 0);
	else if (kind == 'n')
		read_trades(BINANCE_USDM_TRADE, 1);
	else if (kind == 'g')
		read_trades(BINANCE_USDM_AGG_TRADE, 0);
	else if (kind == 'o')
		must((venue->poll_reply(&world.json, &world.symbols[0],
			  CHANNEL_INTEREST, &from, &host) == ERR_OK) ==
		     (world.said == 1));
	else if (kind == 'e')
		venue->error(&world.json, &said);
	else
		read_message(BINANCE_USDM_TRADE);
}

/* A name that unified() can read is found again by native(). */
static void
read_name(struct span native)
{
	char unified[SYMBOL_MAX + 1];
	char back[2 * SYMBOL_MAX];
	struct symbol s;
	struct out u;
	struct out n;

	out_init(&u, unified, sizeof(unified));
	venue->unified(native, &u);
	if (u.full || symbol_set(&s, VENUE_binance_usdm, 0, native,
			  out_done(&u)) != ERR_OK)
		return;
	venue->describe(&s);
	must(s.inverse == (s.unit == UNIT_CONTRACTS));
	out_init(&n, back, sizeof(back));
	venue->native(out_done(&u), &n);
	must(!n.full);
}

static void
start(void)
{
	static const char *const natives[SYMBOLS] = { "BTCUSDT", "BTCUSD_PERP",
		"BTCUSDT_270326" };
	char unified[SYMBOL_MAX + 1];
	struct out o;

	json_init(&world.json, malloc(json_pool_bytes(TOKENS)), TOKENS);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		out_init(&o, unified, sizeof(unified));
		venue->unified(span_of(natives[i]), &o);
		must(symbol_set(&world.symbols[i], VENUE_binance_usdm, 0,
			 span_of(natives[i]), out_done(&o)) == ERR_OK);
		venue->describe(&world.symbols[i]);
	}
	world.symbols[1].contract_value = dec_make(100, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (world.json.tokens == NULL)
		start();
	if (size < 1)
		return 0;
	/* Of its own, so that a read past the end is seen. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	world.said = 0;
	if (data[0] == 'u')
		read_name((struct span){ text, size - 1 });
	else if (json_parse(&world.json, text, size - 1) == ERR_OK)
		read_json(data[0]);
	free(text);
	return 0;
}
