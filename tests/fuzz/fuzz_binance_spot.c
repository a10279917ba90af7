/* LINK: model/instrument venues/% codec/crc32 codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: model/subject model/frame core/must core/out core/span core/err */
/* LINK: core/time */
/* LINK: model/instrument codec/utf8 */

/*
 * One message of the stream (first byte s), one reply with a book (b), with
 * trades (t) or with an error (e).  What comes out must be a record that can be
 * written, kept and read again; a message in error gives none.
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
} world;

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	(void)h;
	must(native.at != NULL);
	return span_is(native, "BTCUSDT") ? &world.symbol : NULL;
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	union record again;
	struct out o;

	(void)h;
	must(s == &world.symbol);
	must(c < CHANNEL_COUNT);
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
	world.records++;
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
}

static void
on_shutdown(struct venue_host *h)
{
	(void)h;
}

static struct venue_host host = {
	.find = on_find,
	.record = on_record,
	.ack = on_ack,
	.shutdown = on_shutdown,
	.levels = world.levels,
	.levels_max = LEVELS,
};

static void
read_trades(const struct venue *v, const struct origin *from)
{
	const struct trades_ask ask = { .first = 1000, .last = 1100 };
	struct trades_page page;
	enum err e = v->trades_reply(
	    &world.json, &world.symbol, &ask, from, &host, &page);

	must(e < ERR_COUNT);
	must(page.first >= ask.first && page.last >= ask.first - 1);
	must(world.records == 0 || page.first <= page.last);
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

static void
start(void)
{
	json_init(&world.json, malloc(json_pool_bytes(TOKENS)), TOKENS);
	must(symbol_set(&world.symbol, VENUE_binance_spot, 0, SPAN("BTCUSDT"),
		 SPAN("BTC-USDT")) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct venue *v = &venue_binance_spot;
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
	world.records = 0;
	if (json_parse(&world.json, text, size - 1) == ERR_OK) {
		if (data[0] == 'b')
			read_book(v, &from);
		else if (data[0] == 't')
			read_trades(v, &from);
		else if (data[0] == 'e')
			v->error(&world.json, &said);
		else if (v->message(&world.json, &from, &host) != ERR_OK)
			must(world.records == 0);
	}
	free(text);
	return 0;
}
