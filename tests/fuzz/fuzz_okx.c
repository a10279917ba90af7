/* LINK: venues/okx venues/okx_% venues/instrument_parts model/instrument */
/* LINK: codec/crc32 codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: model/subject model/frame core/must core/out core/span core/err */
/* LINK: core/time */

/*
 * One message of the stream (first byte s; a: the trades of the other kind are
 * collected), one reply with a book (b), with trades (t) or with an error (e),
 * one name (n).  What comes out must be a record that can be written, kept and
 * read again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "model/emit.h"
#include "model/frame.h"
#include "venues/okx.h"

enum {
	TOKENS = 2048,
	LEVELS = 256,
	TEXT = 1 << 20,
	SYMBOLS = 4,
	FIRST = 100,
	LAST = 199,
};

static struct world {
	struct symbol symbols[SYMBOLS];
	struct level levels[LEVELS];
	struct level again[LEVELS];
	char text[TEXT];
	char frame[TEXT];
	struct json json;
	int64_t last;
} world;

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	(void)h;
	must(native.at != NULL);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		if (span_eq(symbol_native(&world.symbols[i]), native))
			return &world.symbols[i];
	}
	return NULL;
}

static void
check_facts(enum channel c, const struct facts *f)
{
	if (c == CHANNEL_TRADE) {
		must(f->first >= 0 && f->first <= f->last);
		world.last = f->last;
	} else if (c == CHANNEL_BOOK) {
		must(!f->has_checksum || f->checksum != 0);
	} else {
		must(f == NULL);
	}
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	union record again;
	struct out o;

	(void)h;
	must(s >= world.symbols && s < world.symbols + SYMBOLS);
	must(c < CHANNEL_TYPES);
	check_facts(c, f);
	out_init(&o, world.frame, sizeof(world.frame));
	record_encode(id, rec, &o);
	must(!o.full);
	must(record_decode(id, out_done(&o), world.again, LEVELS, &again) ==
	     ERR_OK);
	out_init(&o, world.text, sizeof(world.text));
	record_json(id, &again, &o);
	record_msgid(id, &again, &o);
	must(!o.full);
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	(void)h;
	(void)id;
	must(e == ERR_OK || e == ERR_REJECTED);
	must(e == ERR_REJECTED || name.at != NULL);
	must(name.len == 0 || name.at != NULL);
	must(text.len == 0 || text.at != NULL);
}

static void
on_shutdown(struct venue_host *h)
{
	(void)h;
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	(void)h;
	must(native.len > 0 && state.len > 0);
}

static struct venue_host host = {
	.find = on_find,
	.record = on_record,
	.ack = on_ack,
	.shutdown = on_shutdown,
	.changed = on_changed,
	.levels = world.levels,
	.levels_max = LEVELS,
};

static void
read_trades(const struct venue *v, const struct origin *from)
{
	const struct trades_ask ask = {
		.first = FIRST, .last = LAST, .limit = 100
	};
	struct trades_page page;
	enum err e;

	world.last = -1;
	e = v->trades_reply(
	    &world.json, &world.symbols[0], &ask, from, &host, &page);
	must(e < ERR_COUNT);
	must(page.first >= FIRST && page.last <= LAST);
	/* The last one told is the end of what is said. */
	must(world.last == (page.first > page.last ? -1 : page.last));
}

static void
read_book(const struct venue *v, const struct origin *from)
{
	const struct facts none = { 0 };
	struct orderbook b;

	if (v->book_reply(&world.json, &world.symbols[0], from, &host, &b) !=
	    ERR_OK)
		return;
	must(b.last_update_id >= 0 || b.last_update_id == SEQ_NULL);
	must(b.bids.count + b.asks.count <= LEVELS);
	on_record(&host, &world.symbols[0], CHANNEL_BOOK, RECORD_orderbook, &b,
	    &none);
}

/* A native name and what it becomes are not changed by going on. */
static void
read_name(const struct venue *v, struct span name)
{
	char unified[4 * SYMBOL_MAX];
	char native[4 * SYMBOL_MAX];
	struct symbol s;
	struct out o;

	if (name.len > SYMBOL_MAX)
		return;
	out_init(&o, native, sizeof(native));
	v->native(name, &o);
	must(!o.full);
	out_init(&o, unified, sizeof(unified));
	v->unified(name, &o);
	must(!o.full);
	if (symbol_set(&s, VENUE_okx, 0, name, name) != ERR_OK)
		return;
	v->describe(&s);
	must(s.market < MARKET_COUNT && s.kind[0] != '\0');
	for (enum channel c = 0; c < CHANNEL_COUNT; c++)
		must(v->group(&s, c) == NULL || v->has(&s, c));
}

static void
start(void)
{
	static const char *const names[SYMBOLS] = { "BTC-USDT", "BTC-USDT-SWAP",
		"BTC-USD-SWAP", "BTC-USD-261225-100000-C" };

	json_init(&world.json, malloc(json_pool_bytes(TOKENS)), TOKENS);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		struct symbol *s = &world.symbols[i];

		must(symbol_set(s, VENUE_okx, 0, span_of(names[i]),
			 span_of(names[i])) == ERR_OK);
		venue_okx.describe(s);
	}
	world.symbols[1].contract_value = dec_make(1, 2);
	world.symbols[2].contract_value = dec_make(100, 0);
}

static void
read_json(const struct venue *v, uint8_t what)
{
	const struct origin from = { .seen = { NS_PER_S }, .epoch = 1 };
	struct venue_error said;

	host.trades = what == 'a' ? OKX_TRADES_ALL : OKX_TRADES;
	if (what == 'b')
		read_book(v, &from);
	else if (what == 't')
		read_trades(v, &from);
	else if (what == 'e')
		v->error(&world.json, &said);
	else
		must(v->message(&world.json, &from, &host) < ERR_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct venue *v = &venue_okx;
	char *text;

	if (world.json.tokens == NULL)
		start();
	if (size < 1)
		return 0;
	/* Of its own, so that a read past the end is seen. */
	text = malloc(size);
	memcpy(text, data + 1, size - 1);
	if (data[0] == 'n')
		read_name(v, (struct span){ text, size - 1 });
	else if (json_parse(&world.json, text, size - 1) == ERR_OK)
		read_json(v, data[0]);
	free(text);
	return 0;
}
