/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: model/instrument core/time venues/% codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath codec/crc32 */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */
/* LINK: model/instrument codec/utf8 */

/*
 * A venue with one symbol whose book and trades are known, a network that
 * loses, repeats and delays what it sends (the input says how), and a consumer
 * that has only the records.  While the consumer's book is valid it equals the
 * venue's at that id and is not crossed; every trade comes once or is in a gap
 * record.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/must.h"
#include "feed/market.h"

enum {
	/* Bids below the middle, asks from it on. */
	PRICES = 24,
	IDS_MAX = 512,
	TEXT = 4096,
	OPS_MAX = 400,
};

struct world {
	struct arena arena;
	struct market_host host;
	struct market *market;
	/* The venue's book after each id, and its deltas. */
	uint8_t book[IDS_MAX][PRICES];
	int first[IDS_MAX];
	int id;
	int trade;
	int sent_trade;
	/* What the market wishes. */
	bool want_book;
	bool want_trades;
	int64_t hole_first;
	int64_t hole_last;
	/* The consumer. */
	bool valid;
	int64_t consumer_id;
	uint8_t consumer[PRICES];
	uint8_t trades[IDS_MAX];
	uint32_t epoch;
	int64_t now;
	char text[TEXT];
};

static void
apply(struct world *w, struct levels l, int from, int to)
{
	for (uint32_t i = 0; i < l.count; i++) {
		int64_t price = 0;
		int64_t quantity = 0;

		must(dec_at_scale(&l.at[i].price, 0, &price) == ERR_OK);
		must(dec_at_scale(&l.at[i].quantity, 0, &quantity) == ERR_OK);
		must(price >= from && price < to);
		w->consumer[price] = (uint8_t)quantity;
	}
}

static void
take_book(struct world *w, const struct orderbook *b)
{
	if (b->update_type == UPDATE_SNAPSHOT) {
		memset(w->consumer, 0, sizeof(w->consumer));
		w->valid = b->is_valid == BOOL_TRUE;
		must(w->valid || b->bids.count + b->asks.count == 0);
	} else {
		must(w->valid);
		must(b->first_update_id <= w->consumer_id + 1);
		must(b->last_update_id > w->consumer_id);
	}
	apply(w, b->bids, 0, PRICES / 2);
	apply(w, b->asks, PRICES / 2, PRICES);
	w->consumer_id = b->last_update_id;
}

static void
take_gap(struct world *w, const struct gap *g)
{
	if (!span_is(g->data_type, "trade"))
		return;
	for (int64_t id = g->from_id; id <= g->to_id; id++)
		must(w->trades[id]++ == 0);
}

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct world *w = h->owner;
	uint64_t trade;

	if (id == RECORD_orderbook) {
		take_book(w, rec);
	} else if (id == RECORD_gap) {
		take_gap(w, rec);
	} else if (id == RECORD_trade) {
		must(span_u64(((const struct trade *)rec)->trade_id, &trade) ==
		     ERR_OK);
		must(w->trades[trade]++ == 0);
	}
}

static void
on_want_book(struct market_host *h, unsigned s)
{
	(void)s;
	((struct world *)h->owner)->want_book = true;
}

static void
on_want_trades(struct market_host *h, unsigned s, int64_t first, int64_t last)
{
	struct world *w = h->owner;

	(void)s;
	must(first <= last);
	w->want_trades = true;
	w->hole_first = first;
	w->hole_last = last;
}

static void
on_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	(void)h;
	(void)s;
	(void)c;
	(void)interval;
	(void)epoch;
}

/* --- the venue -------------------------------------------------------------
 */

static void
step_book(struct world *w, unsigned seed)
{
	int before = w->id;

	w->id += 1 + (int)(seed % 3);
	for (int id = before + 1; id <= w->id; id++)
		memcpy(w->book[id], w->book[before], PRICES);
	for (int k = 0; k < 3; k++) {
		int price =
		    (int)((seed >> (k * 2)) * 7 + (unsigned)k * 5) % PRICES;

		w->book[w->id][price] =
		    (uint8_t)((seed >> k) % 3 == 0 ? 0 : seed % 9 + 1);
	}
	w->first[w->id] = before + 1;
}

static size_t
print_side(char *to, size_t size, const uint8_t *book, const uint8_t *before,
    int from, int until)
{
	size_t len = 0;
	bool comma = false;

	for (int p = from; p < until; p++) {
		if (before != NULL ? book[p] == before[p] : book[p] == 0)
			continue;
		len += (size_t)snprintf(to + len, size - len,
		    "%s[\"%d\",\"%u\"]", comma ? "," : "", p, book[p]);
		comma = true;
	}
	to[len] = '\0';
	return len;
}

static struct origin
origin(struct world *w)
{
	w->now += NS_PER_S / 10;
	return (struct origin){ { w->now }, w->epoch };
}

static void
send_text(struct world *w)
{
	struct origin from = origin(w);
	enum err e = market_message(w->market, span_of(w->text), &from);

	must(e == ERR_OK);
}

/* The delta that ends at id, if there is one. */
static void
send_delta(struct world *w, int id)
{
	char bids[1024];
	char asks[1024];

	if (id <= 0 || id > w->id || w->first[id] == 0)
		return;
	print_side(bids, sizeof(bids), w->book[id], w->book[w->first[id] - 1],
	    0, PRICES / 2);
	print_side(asks, sizeof(asks), w->book[id], w->book[w->first[id] - 1],
	    PRICES / 2, PRICES);
	snprintf(w->text, TEXT,
	    "{\"e\":\"depthUpdate\",\"E\":1795392000123,\"s\":\"AAA\","
	    "\"U\":%d,\"u\":%d,\"b\":[%s],\"a\":[%s]}",
	    w->first[id], id, bids, asks);
	send_text(w);
}

static void
send_trade(struct world *w, int id)
{
	if (id < 1 || id > w->trade)
		return;
	if (id > w->sent_trade)
		w->sent_trade = id;
	snprintf(w->text, TEXT,
	    "{\"e\":\"trade\",\"s\":\"AAA\",\"t\":%d,\"p\":\"1\",\"q\":\"1\","
	    "\"T\":1795392000121,\"m\":false}",
	    id);
	send_text(w);
}

/* Somewhere in the last ids, so that it can be too old. */
static void
answer_book(struct world *w, int back)
{
	struct origin from = origin(w);
	int id = w->id - back;
	char bids[1024];
	char asks[1024];
	enum err e;

	if (id < 0)
		id = 0;
	w->want_book = false;
	print_side(bids, sizeof(bids), w->book[id], NULL, 0, PRICES / 2);
	print_side(asks, sizeof(asks), w->book[id], NULL, PRICES / 2, PRICES);
	snprintf(w->text, TEXT,
	    "{\"lastUpdateId\":%d,\"bids\":[%s],\"asks\":[%s]}", id, bids,
	    asks);
	e = market_book_reply(w->market, 0, span_of(w->text), &from);
	must(e == ERR_OK);
}

static void
answer_trades(struct world *w, int most, int skip)
{
	struct origin from = origin(w);
	struct trades_ask ask = { 0 };
	int64_t first = w->hole_first;
	int64_t last = w->hole_last;
	int64_t next;
	size_t len = 0;
	enum err e;

	w->want_trades = false;
	w->text[len++] = '[';
	for (int64_t id = first; id <= w->trade && id < first + most; id++) {
		if (skip > 0 && id % skip == 0)
			continue;
		len += (size_t)snprintf(w->text + len, TEXT - len,
		    "%s{\"id\":%d,\"price\":\"1\",\"qty\":\"1\",\"time\":"
		    "1795392000121,\"isBuyerMaker\":true}",
		    len == 1 ? "" : ",", (int)id);
	}
	w->text[len++] = ']';
	ask.first = first;
	ask.last = last + 1;
	e = market_trades_reply(
	    w->market, 0, (struct span){ w->text, len }, &ask, &from, &next);
	must(e == ERR_OK);
	must(next > last || next >= first);
	/* The feed goes on asking until it is through. */
	if (!w->want_trades && next <= last) {
		w->want_trades = true;
		w->hole_first = next;
		w->hole_last = last;
	}
}

static void
fail_trades(struct world *w)
{
	w->want_trades = false;
	market_trades_failed(w->market, 0, "no", (struct wall){ w->now });
}

/* --- what must hold --------------------------------------------------------
 */

static void
check_book(const struct world *w)
{
	const struct sync *s = market_book(w->market, 0);

	must((s->state == SYNC_LIVE) == w->valid);
	if (!w->valid)
		return;
	must(s->id == w->consumer_id);
	must(w->consumer_id >= 0 && w->consumer_id <= w->id);
	must(!book_crossed(&s->book));
	must(memcmp(w->consumer, w->book[w->consumer_id], PRICES) == 0);
}

static void
check_trades(struct world *w)
{
	int first = 1;

	for (int i = 0; i < 64 && w->want_trades; i++)
		fail_trades(w);
	must(!w->want_trades);
	while (first <= w->sent_trade && w->trades[first] == 0)
		first++;
	for (int id = first; id <= w->sent_trade; id++)
		must(w->trades[id] == 1);
	must(market_counts(w->market)->records[RECORD_trade] <=
	     (uint64_t)w->trade);
}

static void
book_op(struct world *w, unsigned op, unsigned arg)
{
	if (op < 3) {
		step_book(w, arg);
		send_delta(w, w->id);
	} else if (op == 3) {
		/* Lost. */
		step_book(w, arg);
	} else if (op == 4) {
		/* Again, or late. */
		send_delta(w, w->id - (int)(arg % 8));
	} else if (op < 7) {
		if (w->want_book)
			answer_book(w, (int)(arg % 8));
	} else if (op == 7) {
		market_book_failed(w->market, 0);
		w->want_book = false;
		if (arg % 2 == 0)
			market_retry_book(w->market, 0);
	} else if (op == 8) {
		market_lost(w->market, 0, CHANNEL_BOOK, "lost",
		    (struct wall){ w->now });
		w->want_book = false;
		w->epoch++;
	} else {
		market_publish_books(w->market, 0, (struct wall){ w->now });
	}
}

static void
trade_op(struct world *w, unsigned op, unsigned arg)
{
	if (op < 12) {
		w->trade++;
		send_trade(w, w->trade);
	} else if (op == 12) {
		/* Lost. */
		w->trade += 1 + (int)(arg % 5);
	} else if (op == 13) {
		w->epoch = arg % 2 + 1;
		send_trade(w, w->trade - (int)(arg % 8));
	} else if (op == 14) {
		if (w->want_trades)
			answer_trades(w, (int)(arg % 9), (int)(arg / 9 % 7));
	} else if (w->want_trades && arg % 3 == 0) {
		fail_trades(w);
	} else {
		w->now += (int64_t)arg * NS_PER_S;
	}
}

static void
one_op(struct world *w, unsigned op, unsigned arg)
{
	if (op % 16 < 10)
		book_op(w, op % 16, arg);
	else
		trade_op(w, op % 16, arg);
}

static void
start(struct world *w, uint8_t choice)
{
	struct market_setup setup = { .venue = &venue_binance_spot,
		.symbols_max = 1,
		/* Complete books, so that they can be compared. */
		.book_limit = PRICES + 1,
		.book_capacity = PRICES,
		.book_publish = PRICES,
		.buffers = choice % 4,
		.buffer_bytes = 512 + (size_t)(choice / 4) * 64,
		.tokens = 1024,
		.levels = 2 * PRICES };
	unsigned number;

	w->host = (struct market_host){ .owner = w,
		.record = on_record,
		.want_book = on_want_book,
		.want_trades = on_want_trades,
		.alive = on_alive };
	w->now = 1795392000LL * NS_PER_S;
	w->epoch = 1;
	must(arena_init(&w->arena, market_bytes(&setup)) == ERR_OK);
	w->market = market_new(&w->arena, &setup, &w->host);
	must(
	    market_add(w->market, SPAN("AAA"), SPAN("AAA"), &number) == ERR_OK);
	market_want(w->market, 0, CHANNEL_TRADE);
	market_want(w->market, 0, CHANNEL_BOOK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;

	if (size < 1)
		return 0;
	memset(&w, 0, sizeof(w));
	start(&w, data[0]);
	for (size_t i = 1; i + 1 < size && i < OPS_MAX; i += 2) {
		if (w.id > IDS_MAX - 8 || w.trade > IDS_MAX - 8)
			break;
		one_op(&w, data[i], data[i + 1]);
		check_book(&w);
	}
	check_trades(&w);
	arena_fini(&w.arena);
	return 0;
}
