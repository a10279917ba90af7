/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: venues/% codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath codec/crc32 model/instrument core/time */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */

/*
 * A venue (OKX) that sends the snapshots of a book in its stream, two
 * connections that lose, repeat, reorder and end (the input says how), and a
 * consumer that has only the records.  While the consumer's book is valid it is
 * the one that the venue told last on the connection that is followed, and not
 * crossed.  The first byte of the input says whether there are ids, or
 * checksums alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "core/arena.h"
#include "core/must.h"
#include "feed/market.h"

enum {
	PRICES = 12,
	MIDDLE = PRICES / 2,
	CHANGES = 3,
	EVENTS_MAX = 400,
	OPS_MAX = 500,
	TEXT = 4096,
	CONNECTIONS = 2,
	/* Ids begin again below all of those before. */
	FIRST_ID = 1000000,
	RESET_STEP = 2000,
};

/* Quantities by price. */
struct sides {
	uint8_t bid[PRICES];
	uint8_t ask[PRICES];
};

struct change {
	uint8_t price;
	uint8_t quantity;
	bool bid;
};

/* What happened at the venue, and its book after that. */
struct step {
	int64_t id;
	struct change changes[CHANGES];
	unsigned count;
	struct sides book;
};

struct connection {
	uint32_t epoch;
	/* The event that is sent next. */
	int next;
};

struct world {
	struct arena arena;
	struct market_host host;
	struct market *market;
	bool with_ids;
	struct step events[EVENTS_MAX];
	int count;
	int64_t segment;
	struct connection connections[CONNECTIONS];
	uint32_t epochs;
	/* The consumer: whether, what, and up to which id. */
	bool valid;
	struct sides consumer;
	int64_t consumer_id;
	/* The event that was told last on the connection that is followed. */
	int told;
	bool wanted;
	bool was_live;
	int64_t now;
	char text[TEXT];
};

/* --- the consumer --------------------------------------------------------- */

static void
apply(uint8_t *side, struct levels l)
{
	for (uint32_t i = 0; i < l.count; i++) {
		int64_t price = 0;
		int64_t quantity = 0;

		must(dec_at_scale(&l.at[i].price, 0, &price) == ERR_OK);
		must(dec_at_scale(&l.at[i].quantity, 0, &quantity) == ERR_OK);
		must(price >= 0 && price < PRICES);
		must(quantity >= 0 && quantity < 256);
		side[price] = (uint8_t)quantity;
	}
}

static void
take_book(struct world *w, const struct orderbook *b)
{
	if (b->update_type == UPDATE_SNAPSHOT) {
		memset(&w->consumer, 0, sizeof(w->consumer));
		w->valid = b->is_valid == BOOL_TRUE;
		must(w->valid || b->bids.count + b->asks.count == 0);
	} else {
		must(w->valid);
		must(b->prev_update_id == w->consumer_id);
	}
	apply(w->consumer.bid, b->bids);
	apply(w->consumer.ask, b->asks);
	w->consumer_id = b->last_update_id;
}

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	if (id == RECORD_orderbook)
		take_book(h->owner, rec);
	else
		must(id == RECORD_gap || id == RECORD_event);
}

static void
on_want_book(struct market_host *h, unsigned s)
{
	(void)s;
	((struct world *)h->owner)->wanted = true;
}

static void
on_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	(void)h;
	(void)s;
	(void)interval;
	must(c == CHANNEL_BOOK);
	must(epoch > 0);
}

/* --- the venue ------------------------------------------------------------ */

static void
happen(struct world *w, int64_t id, const struct change *changes, unsigned n)
{
	struct step *e = &w->events[w->count];

	e->id = id;
	e->count = n;
	e->book = w->count > 0 ? w->events[w->count - 1].book
			       : (struct sides){ .bid = { 0 } };
	for (unsigned i = 0; i < n; i++) {
		e->changes[i] = changes[i];
		(changes[i].bid ? e->book.bid : e->book.ask)[changes[i].price] =
		    changes[i].quantity;
	}
	w->count++;
}

/* Both sides keep to their half, or the book may come to be crossed. */
static void
change(struct world *w, unsigned arg, bool apart)
{
	struct change c[CHANGES];
	unsigned n = 1 + arg % CHANGES;

	for (unsigned i = 0; i < n; i++) {
		c[i].bid = (arg >> i & 1) != 0;
		c[i].price = (uint8_t)((arg * (i + 7) >> 2) % PRICES);
		c[i].quantity = (uint8_t)((arg >> (i + 2)) % 5);
		if (apart)
			c[i].price = (uint8_t)(c[i].price % MIDDLE +
					       (c[i].bid ? 0 : MIDDLE));
		/* One bid stays: the checksum of nothing is 0, which is none.
		 */
		c[i].price += c[i].bid && c[i].price == 0;
	}
	happen(w, w->events[w->count - 1].id + 1 + arg % 3, c, n);
}

/* Ids begin again, and what was crossed is no longer. */
static void
begin_again(struct world *w, unsigned arg)
{
	struct change c = {
		.price = (uint8_t)(arg % MIDDLE), .quantity = 3, .bid = true
	};

	w->segment -= RESET_STEP;
	happen(w, w->segment, &c, 1);
}

static bool
is_crossed(const struct sides *s)
{
	for (unsigned b = 0; b < PRICES; b++) {
		for (unsigned a = 0; a <= b; a++) {
			if (s->bid[b] > 0 && s->ask[a] > 0)
				return true;
		}
	}
	return false;
}

/* Bids from the best one on, asks likewise, taken in turns (4.3.2). */
static int32_t
sum_of(const struct sides *s)
{
	char text[TEXT];
	size_t len = 0;
	int bid = PRICES - 1;
	int ask = 0;

	text[0] = '\0';
	while (bid >= 0 || ask < PRICES) {
		while (bid >= 0 && s->bid[bid] == 0)
			bid--;
		if (bid >= 0) {
			len += (size_t)sprintf(text + len, "%s%d:%u",
			    len > 0 ? ":" : "", bid, s->bid[bid]);
			bid--;
		}
		while (ask < PRICES && s->ask[ask] == 0)
			ask++;
		if (ask < PRICES) {
			len += (size_t)sprintf(text + len, "%s%d:%u",
			    len > 0 ? ":" : "", ask, s->ask[ask]);
			ask++;
		}
	}
	return (int32_t)crc32(0, text, len);
}

/* --- messages ------------------------------------------------------------- */

static size_t
put_level(char *to, bool first, unsigned price, unsigned quantity)
{
	return (size_t)sprintf(to, "%s[\"%u\",\"%u\",\"0\",\"1\"]",
	    first ? "" : ",", price, quantity);
}

static size_t
put_changes(char *to, const struct step *e, bool bid)
{
	size_t len = 0;

	for (unsigned i = 0; i < e->count; i++) {
		if (e->changes[i].bid == bid)
			len += put_level(to + len, len == 0,
			    e->changes[i].price, e->changes[i].quantity);
	}
	return len;
}

static size_t
put_side(char *to, const uint8_t *side)
{
	size_t len = 0;

	for (unsigned i = 0; i < PRICES; i++) {
		if (side[i] > 0)
			len += put_level(to + len, len == 0, i, side[i]);
	}
	return len;
}

static void
tell(struct world *w, const struct connection *c, size_t len, int event)
{
	struct origin from = { .epoch = c->epoch };
	bool snapshot = strstr(w->text, "\"snapshot\"") != NULL;

	w->now += NS_PER_MS;
	from.seen.ns = w->now;
	/* One wish is for one snapshot. */
	w->wanted = w->wanted && !snapshot;
	if (snapshot || market_book_epoch(w->market, 0) == c->epoch)
		w->told = event;
	must(market_message(w->market, (struct span){ w->text, len }, &from) ==
	     ERR_OK);
}

static size_t
put_tail(struct world *w, size_t len, int64_t prev, int64_t id, int32_t sum)
{
	if (w->with_ids)
		len += (size_t)sprintf(w->text + len,
		    ",\"prevSeqId\":%lld,\"seqId\":%lld", (long long)prev,
		    (long long)id);
	return len +
	       (size_t)sprintf(w->text + len, ",\"checksum\":%d}]}", (int)sum);
}

static size_t
put_head(struct world *w, const char *action)
{
	return (size_t)sprintf(w->text,
	    "{\"arg\":{\"channel\":\"books\",\"instId\":\"A-B\"},\"action\":"
	    "\"%s\",\"data\":[{\"ts\":\"1795392000101\",\"bids\":[",
	    action);
}

/* As it is after event number i. */
static void
send_snapshot(struct world *w, const struct connection *c, int i)
{
	const struct step *e = &w->events[i];
	size_t len = put_head(w, "snapshot");

	len += put_side(w->text + len, e->book.bid);
	len += (size_t)sprintf(w->text + len, "],\"asks\":[");
	len += put_side(w->text + len, e->book.ask);
	len += (size_t)sprintf(w->text + len, "]");
	len = put_tail(w, len, -1, e->id, sum_of(&e->book));
	tell(w, c, len, i);
}

/* Event number i; `wide` puts a number in that fits no book. */
static void
send_delta(struct world *w, const struct connection *c, int i, bool wide)
{
	const struct step *e = &w->events[i];
	size_t len = put_head(w, "update");

	len += put_changes(w->text + len, e, true);
	len += (size_t)sprintf(w->text + len, "],\"asks\":[");
	if (wide)
		len += (size_t)sprintf(w->text + len,
		    "[\"1234567890123456789.5\",\"1\",\"0\",\"1\"]");
	else
		len += put_changes(w->text + len, e, false);
	len += (size_t)sprintf(w->text + len, "]");
	len = put_tail(w, len, w->events[i - 1].id, e->id, sum_of(&e->book));
	tell(w, c, len, i);
}

/* Nothing has happened since event number i. */
static void
send_nothing(struct world *w, const struct connection *c, int i)
{
	const struct step *e = &w->events[i];
	size_t len = put_head(w, "update");

	len += (size_t)sprintf(w->text + len, "],\"asks\":[]");
	len = put_tail(w, len, e->id, e->id, sum_of(&e->book));
	tell(w, c, len, i);
}

/* --- what the input makes of it --------------------------------------------
 */

static void
go_on(struct world *w, struct connection *c)
{
	if (c->next < w->count)
		send_delta(w, c, c->next++, false);
}

static void
reorder(struct world *w, struct connection *c)
{
	if (c->next + 1 >= w->count)
		return;
	send_delta(w, c, c->next + 1, false);
	send_delta(w, c, c->next, false);
	c->next += 2;
}

/* Subscribed anew: at the newest event, or a few behind it. */
static void
snapshot(struct world *w, struct connection *c, unsigned behind)
{
	c->next = w->count - (int)behind;
	if (c->next < 1)
		c->next = 1;
	send_snapshot(w, c, c->next - 1);
}

static void
end(struct world *w, struct connection *c)
{
	if (market_book_epoch(w->market, 0) == c->epoch) {
		market_lost(w->market, 0, CHANNEL_BOOK, "reset",
		    (struct wall){ w->now });
		w->was_live = false;
		w->wanted = false;
		must(!w->valid);
	}
	c->epoch = ++w->epochs;
	c->next = w->count;
}

static void
one_op(struct world *w, unsigned op, unsigned arg)
{
	struct connection *c = &w->connections[op >> 4 & 1];

	switch (op % 16) {
	case 0:
	case 1:
		change(w, arg, true);
		break;
	case 2:
		change(w, arg, false);
		break;
	case 3:
		begin_again(w, arg);
		break;
	case 4:
		c->next += c->next < w->count;
		break;
	case 5:
		if (c->next > 1)
			send_delta(w, c, c->next - 1, false);
		break;
	case 6:
		reorder(w, c);
		break;
	case 7:
	case 8:
		snapshot(w, c, arg % 4);
		break;
	case 9:
		end(w, c);
		break;
	case 10:
		send_nothing(w, c, c->next - 1);
		break;
	case 11:
		if (c->next < w->count)
			send_delta(w, c, c->next++, true);
		break;
	case 12:
		market_publish_books(w->market, 0, (struct wall){ w->now });
		break;
	case 13:
		market_retry_book(w->market, 0);
		break;
	default:
		go_on(w, c);
		break;
	}
}

/* --- what must hold ------------------------------------------------------- */

static void
check(struct world *w)
{
	bool live = market_book(w->market, 0)->state == SYNC_LIVE;

	must(w->valid == market_book_live(w->market, 0));
	if (w->was_live && !live)
		must(w->wanted);
	w->was_live = live;
	if (!w->valid)
		return;
	/* Not only what the venue had once, but what it told last. */
	if (w->with_ids)
		must(w->consumer_id == w->events[w->told].id);
	must(!is_crossed(&w->consumer));
	must(memcmp(&w->events[w->told].book, &w->consumer,
		 sizeof(w->consumer)) == 0);
}

static void
start(struct world *w, uint8_t choice)
{
	struct market_setup setup = { .venue = &venue_okx,
		.symbols_max = 1,
		.book_limit = PRICES,
		.book_capacity = PRICES,
		.book_publish = PRICES,
		.buffers = 1,
		.buffer_bytes = 512,
		.tokens = 1024,
		.levels = 2 * PRICES };
	const struct change only = { .price = 0, .quantity = 9, .bid = true };
	unsigned number;

	w->with_ids = choice % 4 != 0;
	w->host = (struct market_host){ .owner = w,
		.record = on_record,
		.want_book = on_want_book,
		.alive = on_alive };
	w->now = 1795392000LL * NS_PER_S;
	w->segment = FIRST_ID;
	must(arena_init(&w->arena, market_bytes(&setup)) == ERR_OK);
	w->market = market_new(&w->arena, &setup, &w->host);
	must(
	    market_add(w->market, SPAN("A-B"), SPAN("A-B"), &number) == ERR_OK);
	market_want(w->market, 0, CHANNEL_BOOK);
	happen(w, FIRST_ID, &only, 1);
	for (unsigned i = 0; i < CONNECTIONS; i++)
		w->connections[i] =
		    (struct connection){ .epoch = ++w->epochs, .next = 1 };
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
	for (size_t i = 1; i + 1 < size && i < 2 * OPS_MAX; i += 2) {
		if (w.count == EVENTS_MAX)
			break;
		one_op(&w, data[i], data[i + 1]);
		check(&w);
	}
	arena_fini(&w.arena);
	return 0;
}
