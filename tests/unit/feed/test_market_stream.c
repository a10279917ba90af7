/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: model/instrument core/time venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath codec/crc32 */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */
/* LINK: model/instrument codec/utf8 core/time */
#include "codec/crc32.h"
#include "market_world.h"

/*
 * Books whose deltas name the id they follow: those of OKX and Deribit, whose
 * snapshots come in the stream, and those of Binance USD-M, whose come from
 * REST.
 */

enum {
	/* In place of an id: the member is not there. */
	NO_ID = -7,
	NO_SUM = -8,
};

static int
okx(void **state)
{
	static const struct world_names names = { { "AAA-USDT", "BBB-USDT" },
		{ "AAA-USDT", "BBB-USDT" } };

	*state = world_new(&venue_okx, &names, 4);
	return 0;
}

static int
deribit(void **state)
{
	static const struct world_names names = { { "BTC-PERPETUAL",
						      "ETH-PERPETUAL" },
		{ "BTC-USD-PERP", "ETH-USD-PERP" } };

	*state = world_new(&venue_deribit, &names, 4);
	return 0;
}

static int
usdm(void **state)
{
	static const struct world_names names = { { "AAAUSDT", "BBBUSDT" },
		{ "AAA-USDT-PERP", "BBB-USDT-PERP" } };

	*state = world_new(&venue_binance_usdm, &names, 4);
	return 0;
}

/* "99*1 98*2" as an array of levels: before, between and behind price and
 * quantity stands what the venue wants there. */
static const char *
levels(char out[1024], const char *pairs, const char *before,
    const char *between, const char *behind)
{
	char price[64], quantity[64];
	size_t len = 0;
	int used;

	out[len++] = '[';
	while (
	    sscanf(pairs, " %63[^* ]*%63[^ ]%n", price, quantity, &used) == 2) {
		len += (size_t)snprintf(out + len, 1024 - len, "%s%s%s%s%s%s",
		    len > 1 ? "," : "", before, price, between, quantity,
		    behind);
		pairs += used;
	}
	snprintf(out + len, 1024 - len, "]");
	return out;
}

static const char *
member(char out[64], const char *name, int64_t value, int64_t none)
{
	out[0] = '\0';
	if (value != none)
		snprintf(out, 64, ",\"%s\":%lld", name, (long long)value);
	return out;
}

/* A message of OKX with everything. */
static void
okx_book(struct world *w, const char *action, int64_t prev, int64_t id,
    const char *bids, const char *asks, int64_t sum)
{
	char b[1024], a[1024], p[64], s[64], c[64];

	hear(w,
	    "{\"arg\":{\"channel\":\"books\",\"instId\":\"AAA-USDT\"},"
	    "\"action\":\"%s\",\"data\":[{\"asks\":%s,\"bids\":%s,"
	    "\"ts\":\"1795392000101\"%s%s%s}]}",
	    action, levels(a, asks, "[\"", "\",\"", "\",\"0\",\"1\"]"),
	    levels(b, bids, "[\"", "\",\"", "\",\"0\",\"1\"]"),
	    member(p, "prevSeqId", prev, NO_ID), member(s, "seqId", id, NO_ID),
	    member(c, "checksum", sum, NO_SUM));
}

static void
snapshot_of(struct world *w, int64_t id, const char *bids, const char *asks)
{
	okx_book(w, "snapshot", -1, id, bids, asks, 0);
}

static void
snapshot(struct world *w, int64_t id)
{
	snapshot_of(w, id, "99*1 98*2", "101*1 102*2");
}

static void
delta_of(struct world *w, int64_t prev, int64_t id, const char *bids,
    const char *asks)
{
	okx_book(w, "update", prev, id, bids, asks, 0);
}

static void
delta(struct world *w, int64_t prev, int64_t id)
{
	delta_of(w, prev, id, "97*3", "");
}

/* What OKX makes of the best levels. */
static int64_t
sum_of(const char *text)
{
	return (int32_t)crc32(0, text, strlen(text));
}

/* --- the chain --------------------------------------------------------------
 */

static void
test_first_snapshot(void **state)
{
	struct world *w = *state;

	delta(w, 8, 9);
	assert_int_equal(market_book(w->market, A)->state, SYNC_WAITING);
	assert_false(market_book_live(w->market, A));
	assert_said(w, "");
	snapshot(w, 10);
	assert_said(w, "s10 e:live");
	assert_true(market_book_live(w->market, A));
	assert_int_equal(market_book_epoch(w->market, A), 1);
	delta(w, 10, 12);
	delta(w, 12, 900);
	assert_said(w, "d10>12 d12>900");
	market_publish_books(w->market, A, world_now(w));
	market_publish_books(w->market, B, world_now(w));
	assert_said(w, "s900");
	assert_int_equal(market_counts(w->market)->book_applied, 2);
	assert_int_equal(market_counts(w->market)->book_loads, 1);
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* OKX 4.3.2: sent when nothing happens. */
static void
test_keep_alive(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta_of(w, 10, 10, "", "");
	delta_of(w, 10, 10, "", "");
	delta(w, 10, 11);
	delta_of(w, 11, 11, "", "");
	delta(w, 11, 12);
	assert_said(w, "s10 e:live d10>11 d11>12");
	assert_int_equal(market_counts(w->market)->book_old, 3);
}

/* OKX 4.3.2: the sequence begins again, and says what it follows. */
static void
test_maintenance_reset(void **state)
{
	struct world *w = *state;

	snapshot(w, 100);
	delta(w, 100, 101);
	delta(w, 101, 3);
	delta(w, 3, 4);
	assert_said(w, "s100 e:live d100>101 d101>3 d3>4");
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* The delta that began again was lost: what comes is not old. */
static void
test_lost_reset(void **state)
{
	struct world *w = *state;

	snapshot(w, 100);
	delta(w, 3, 4);
	delta(w, 4, 5);
	assert_said(w, "s100 e:live x g:orderbook:101-- e:invalid ?book");
	snapshot(w, 6);
	delta(w, 6, 7);
	assert_said(w, "s6 e:live d6>7");
}

static void
test_second_snapshot(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta(w, 10, 11);
	snapshot_of(w, 20, "95*1", "98*1");
	delta(w, 20, 21);
	assert_said(w, "s10 e:live d10>11 s20 d20>21");
	/* One that goes back is the venue's word as well. */
	snapshot(w, 15);
	delta(w, 15, 16);
	assert_said(w, "s15 d15>16");
	/* What followed the book before does not follow this one. */
	delta(w, 21, 22);
	assert_said(w, "x g:orderbook:17-21 e:invalid ?book");
}

static void
test_repeated_delta(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta(w, 10, 12);
	delta(w, 10, 12);
	delta(w, 12, 13);
	assert_said(w, "s10 e:live d10>12 d12>13");
	assert_int_equal(market_counts(w->market)->book_old, 1);
}

static void
test_hole(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	/* Reordered: the second one comes first. */
	delta(w, 11, 12);
	assert_said(w, "s10 e:live x g:orderbook:11-11 e:invalid ?book");
	assert_false(market_book_live(w->market, A));
	delta(w, 10, 11);
	delta(w, 12, 13);
	delta(w, 15, 16);
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "");
	snapshot(w, 16);
	delta(w, 16, 17);
	assert_said(w, "s16 e:live d16>17");
	delta(w, 20, 21);
	assert_said(w, "x g:orderbook:18-20 e:invalid ?book");
	assert_int_equal(market_counts(w->market)->gaps, 2);
	assert_int_equal(market_counts(w->market)->book_resyncs, 2);
	/* Who watches asks again. */
	market_retry_book(w->market, A);
	market_retry_book(w->market, A);
	assert_said(w, "?book ?book");
}

static void
test_deribit(void **state)
{
	static const char format[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":"
	    "{\"channel\":\"book.BTC-PERPETUAL.100ms\",\"data\":{"
	    "\"type\":\"%s\",\"timestamp\":1795392000313,%s"
	    "\"instrument_name\":\"BTC-PERPETUAL\",\"change_id\":%d,"
	    "\"bids\":%s,\"asks\":%s}}}";
	struct world *w = *state;
	char b[1024], a[1024];

	levels(b, "99.5*10 99.0*2.5e3", "[\"new\",", ",", "]");
	levels(a, "100*10", "[\"new\",", ",", "]");
	w->levels = true;
	hear(w, format, "change", "\"prev_change_id\":8,", 9, "[]", a);
	hear(w, format, "snapshot", "", 10, b, a);
	hear(w, format, "change", "\"prev_change_id\":10,", 15,
	    "[[\"delete\",99.5,0.0]]", "[]");
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "s10:2/1 e:live d10>15 s15:1/1");
	hear(w, format, "change", "\"prev_change_id\":16,", 17, "[]", a);
	assert_said(w, "x g:orderbook:16-16 e:invalid ?book");
	hear(w, format, "snapshot", "", 20, b, a);
	assert_said(w, "s20:2/1 e:live");
}

/* --- ids that are not there -------------------------------------------------
 */

/* OKX before 2023: nothing but the order and the checksum. */
static void
test_without_ids(void **state)
{
	struct world *w = *state;

	okx_book(w, "update", NO_ID, NO_ID, "97*1", "", 0);
	okx_book(
	    w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", sum_of("99:1:101:1"));
	okx_book(
	    w, "update", NO_ID, NO_ID, "98*2", "", sum_of("99:1:101:1:98:2"));
	okx_book(w, "update", NO_ID, NO_ID, "98*3", "", NO_SUM);
	assert_said(w, "s- e:live d->- d->-");
	okx_book(w, "update", NO_ID, NO_ID, "98*4", "", 4711);
	assert_said(w, "x g:orderbook:--- e:invalid ?book");
	okx_book(w, "update", NO_ID, NO_ID, "98*4", "", 4711);
	assert_int_equal(market_counts(w->market)->book_checksum, 1);
	assert_said(w, "");
	/* A snapshot that is wrong was never a book. */
	okx_book(w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", 4711);
	assert_said(w, "?book");
	okx_book(
	    w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", sum_of("99:1:101:1"));
	okx_book(w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", 4711);
	assert_said(w, "s- e:live x g:orderbook:--- e:invalid ?book");
}

/* A hole of which no id is known names none. */
static void
test_number_that_does_not_fit_without_ids(void **state)
{
	struct world *w = *state;

	okx_book(w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", NO_SUM);
	okx_book(
	    w, "update", NO_ID, NO_ID, "1234567890123456789.5*1", "", NO_SUM);
	assert_said(w, "s- e:live x g:orderbook:--- e:invalid ?book");
}

/* Where there were ids and there are none, nothing is known. */
static void
test_ids_that_stop(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	okx_book(w, "update", NO_ID, NO_ID, "98*2", "", 0);
	assert_said(w, "s10 e:live x g:orderbook:11-- e:invalid ?book");
}

/* Ids decide; a checksum that differs is told once a snapshot. */
static void
test_checksum_beside_ids(void **state)
{
	struct world *w = *state;

	okx_book(w, "snapshot", -1, 10, "99*1 98.50*2", "101*1",
	    sum_of("99:1:101:1:98.50:2"));
	okx_book(w, "update", 10, 11, "99*0", "", sum_of("98.50:2:101:1"));
	assert_said(w, "s10 e:live d10>11");
	assert_int_equal(market_counts(w->market)->book_checksum, 0);
	okx_book(w, "update", 11, 12, "97*1", "", 4711);
	okx_book(w, "update", 12, 13, "97*2", "", -4711);
	assert_said(w, "e:checksum d11>12 d12>13");
	assert_int_equal(market_counts(w->market)->book_checksum, 2);
	okx_book(w, "snapshot", -1, 20, "99*1", "101*1", 4711);
	okx_book(w, "update", 20, 21, "97*1", "", 4711);
	assert_said(w, "e:checksum s20 d20>21");
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* --- books that cannot be ---------------------------------------------------
 */

static void
test_crossed_by_a_delta(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta_of(w, 10, 11, "101*5", "");
	assert_said(w, "s10 e:live x g:orderbook:11-- e:invalid");
	assert_false(market_book_live(w->market, A));
	assert_int_equal(market_book(w->market, A)->state, SYNC_LIVE);
	/* Watched in silence. */
	delta(w, 11, 12);
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "");
	delta_of(w, 12, 13, "101*0", "");
	assert_said(w, "s13 e:live");
	delta(w, 13, 14);
	assert_said(w, "d13>14");
	delta_of(w, 14, 15, "", "90*1");
	assert_said(w, "x g:orderbook:15-- e:invalid");
	snapshot(w, 20);
	delta(w, 20, 21);
	assert_said(w, "s20 e:live d20>21");
	assert_int_equal(market_counts(w->market)->book_crossed, 2);
	assert_int_equal(market_counts(w->market)->book_resyncs, 0);
}

static void
test_crossed_snapshot(void **state)
{
	struct world *w = *state;

	snapshot_of(w, 10, "101*1", "101*1");
	assert_said(w, "x g:orderbook:10-- e:invalid");
	delta(w, 10, 11);
	/* Another one like it is no news. */
	snapshot_of(w, 12, "102*1", "101*1");
	assert_said(w, "");
	delta_of(w, 12, 13, "102*0", "");
	assert_said(w, "s13 e:live");
	snapshot_of(w, 20, "102*1", "101*1");
	assert_said(w, "x g:orderbook:20-- e:invalid");
	snapshot(w, 30);
	assert_said(w, "s30 e:live");
	assert_int_equal(market_counts(w->market)->book_crossed, 2);
}

/* It was said to be invalid already; what is new is that a snapshot is needed.
 */
static void
test_hole_while_crossed(void **state)
{
	struct world *w = *state;

	snapshot_of(w, 10, "101*1", "101*1");
	delta(w, 12, 13);
	assert_said(w, "x g:orderbook:10-- e:invalid ?book");
	snapshot(w, 20);
	delta_of(w, 20, 21, "101*1", "");
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "s20 e:live x g:orderbook:21-- e:invalid");
	snapshot(w, 30);
	assert_said(w, "s30 e:live");
}

static void
test_numbers_that_do_not_fit(void **state)
{
	static const char wide[] = "1234567890123456789.5*1";
	struct world *w = *state;

	snapshot_of(w, 9, wide, "");
	assert_said(w, "?book");
	snapshot(w, 10);
	delta_of(w, 10, 12, wide, "");
	assert_said(w, "s10 e:live x g:orderbook:11-12 e:invalid ?book");
	snapshot(w, 20);
	snapshot_of(w, 30, wide, "");
	assert_said(w, "s20 e:live x g:orderbook:--- e:invalid ?book");
	delta(w, 30, 31);
	assert_said(w, "");
	snapshot(w, 40);
	assert_said(w, "s40 e:live");
}

/* Each new subscription counts (4.2), and brings the same again. */
static void
test_snapshots_of_no_use(void **state)
{
	static const char wide[] = "1234567890123456789.5*1";
	struct world *w = *state;

	for (int i = 0; i < 5; i++)
		snapshot_of(w, 9, wide, "");
	assert_said(w, "?book");
	market_retry_book(w->market, A);
	assert_said(w, "?book");
	snapshot(w, 10);
	snapshot_of(w, 11, wide, "");
	assert_said(w, "s10 e:live x g:orderbook:--- e:invalid ?book");
}

static void
test_small_books(void **state)
{
	struct world *w = *state;

	w->levels = true;
	snapshot_of(w, 10, "", "");
	delta_of(w, 10, 11, "99*1", "");
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "s10:0/0 e:live d10>11 s11:1/0");
	delta_of(w, 11, 12, "", "101*1 102*1 103*1");
	market_publish_books(w->market, A, world_now(w));
	delta_of(w, 12, 13, "99*0", "101*0 102*0 103*0");
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "d11>12 s12:1/3 d12>13 s13:0/0");
	snapshot_of(w, 20, "99*1 98*1 97*1", "101*1");
	assert_said(w, "s20:3/1");
	/* What is removed and is not there is no matter. */
	delta_of(w, 20, 21, "50*0", "150*0");
	market_publish_books(w->market, A, world_now(w));
	assert_said(w, "d20>21 s21:3/1");
}

/* More levels than are published: the best of them. */
static void
test_deep_book(void **state)
{
	struct world *w = *state;

	w->levels = true;
	snapshot_of(w, 10, "99*1 98*1 97*1 96*1 95*1 94*1 93*1 92*1 91*1 90*1",
	    "101*1");
	delta_of(w, 10, 11, "91*2", "");
	assert_said(w, "s10:8/1 e:live d10>11");
	assert_int_equal(market_book(w->market, A)->book.bids.count, 10);
}

/* --- connections ------------------------------------------------------------
 */

static void
test_two_connections(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta(w, 10, 11);
	/* Of the young one, before its snapshot, in the chain or not. */
	w->epoch = 2;
	delta(w, 11, 12);
	delta(w, 20, 21);
	w->epoch = 1;
	delta(w, 11, 12);
	assert_said(w, "s10 e:live d10>11 d11>12");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	/* Its snapshot moves the book, even if it is a little older. */
	w->epoch = 2;
	snapshot(w, 11);
	assert_int_equal(market_book_epoch(w->market, A), 2);
	w->epoch = 1;
	delta(w, 12, 13);
	w->epoch = 2;
	delta(w, 11, 12);
	delta(w, 12, 13);
	assert_said(w, "s11 d11>12 d12>13");
	/* A hole of the old one is its own affair. */
	w->epoch = 1;
	delta(w, 40, 41);
	assert_said(w, "");
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* While nothing is known any connection may bring the snapshot. */
static void
test_snapshot_of_either(void **state)
{
	struct world *w = *state;

	snapshot(w, 10);
	delta(w, 12, 13);
	assert_said(w, "s10 e:live x g:orderbook:11-12 e:invalid ?book");
	w->epoch = 2;
	delta(w, 13, 14);
	snapshot(w, 20);
	w->epoch = 1;
	delta(w, 20, 21);
	w->epoch = 2;
	delta(w, 20, 22);
	assert_said(w, "s20 e:live d20>22");
}

static void
test_lost(void **state)
{
	struct world *w = *state;

	/* Nothing is lost before the first snapshot. */
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "");
	snapshot(w, 10);
	delta(w, 10, 12);
	market_lost(w->market, A, CHANNEL_TRADE, "reset", world_now(w));
	assert_said(w, "s10 e:live d10>12");
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "x g:orderbook:13-- e:invalid");
	w->epoch = 2;
	delta(w, 12, 13);
	assert_said(w, "");
	snapshot(w, 20);
	delta(w, 20, 21);
	assert_said(w, "s20 e:live d20>21");
	/* A wish that nobody can answer any more does not stand in the way. */
	delta(w, 30, 31);
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "x g:orderbook:22-30 e:invalid ?book");
	w->epoch = 3;
	snapshot(w, 40);
	delta(w, 50, 51);
	assert_said(w, "s40 e:live x g:orderbook:41-50 e:invalid ?book");
}

static void
test_lost_without_ids(void **state)
{
	struct world *w = *state;

	okx_book(w, "snapshot", NO_ID, NO_ID, "99*1", "101*1", 0);
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "s- e:live x g:orderbook:--- e:invalid");
}

/* --- USD-M: a chain of ids and snapshots from REST (3.4.2) ------------------
 */

static void
usdm_delta(struct world *w, int64_t first, int64_t last, int64_t prev)
{
	hear(w,
	    "{\"e\":\"depthUpdate\",\"E\":1795392000123,\"T\":1795392000117,"
	    "\"s\":\"AAAUSDT\",\"ps\":\"AAAUSDT\",\"U\":%lld,\"u\":%lld,"
	    "\"pu\":%lld,\"b\":[[\"99\",\"1\"]],\"a\":[[\"101\",\"1\"]],"
	    "\"st\":1}",
	    (long long)first, (long long)last, (long long)prev);
}

static void
usdm_snapshot(struct world *w, int64_t id)
{
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	char text[256];

	snprintf(text, sizeof(text),
	    "{\"lastUpdateId\":%lld,\"E\":1795392000100,\"T\":1795392000099,"
	    "\"bids\":[[\"98\",\"1\"]],\"asks\":[[\"102\",\"1\"]]}",
	    (long long)id);
	assert_int_equal(
	    market_book_reply(w->market, A, span_of(text), &from), ERR_OK);
}

static void
test_usdm_first_delta(void **state)
{
	struct world *w = *state;

	usdm_delta(w, 5, 8, 2);
	usdm_delta(w, 12, 20, 8);
	usdm_delta(w, 30, 31, 20);
	assert_said(w, "e:syncing ?book");
	/* u < L is dropped; U <= L <= u is the first one. */
	usdm_snapshot(w, 15);
	assert_said(w, "S15 e:live d8>20 d20>31");
	usdm_delta(w, 40, 44, 31);
	assert_said(w, "d31>44");
	/* Sparse ids are no hole, a pu that is another one is. */
	usdm_delta(w, 47, 48, 46);
	assert_said(w, "x g:orderbook:45-46 e:invalid e:syncing ?book");
}

static void
test_usdm_delta_that_ends_at_the_snapshot(void **state)
{
	struct world *w = *state;

	usdm_delta(w, 5, 8, 2);
	usdm_snapshot(w, 8);
	assert_said(w, "e:syncing ?book S8 e:live d2>8");
	usdm_delta(w, 5, 8, 2);
	usdm_delta(w, 10, 12, 8);
	assert_said(w, "d8>12");
	assert_int_equal(market_counts(w->market)->book_old, 1);
}

static void
test_usdm_stale_snapshot(void **state)
{
	struct world *w = *state;

	usdm_delta(w, 5, 8, 2);
	usdm_snapshot(w, 4);
	assert_said(w, "e:syncing ?book ?book");
	usdm_delta(w, 10, 12, 8);
	usdm_snapshot(w, 12);
	assert_said(w, "S12 e:live d8>12");
	assert_int_equal(market_counts(w->market)->book_stale, 1);
}

/* The snapshot is newer than all that is kept: the next delta must meet it. */
static void
test_usdm_snapshot_ahead(void **state)
{
	struct world *w = *state;

	usdm_delta(w, 5, 8, 2);
	usdm_snapshot(w, 20);
	assert_said(w, "e:syncing ?book S20 e:live");
	usdm_delta(w, 10, 15, 8);
	usdm_delta(w, 16, 22, 15);
	usdm_delta(w, 23, 25, 22);
	assert_said(w, "d15>22 d22>25");
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	assert_said(w, "x g:orderbook:26-- e:invalid");
	usdm_delta(w, 30, 31, 25);
	usdm_snapshot(w, 40);
	usdm_delta(w, 42, 45, 31);
	assert_said(w, "e:syncing ?book S40 e:live x g:orderbook:41-- "
		       "e:invalid e:syncing ?book");
}

/* The slower of two connections repeats. */
static void
test_usdm_two_connections(void **state)
{
	struct world *w = *state;

	usdm_delta(w, 5, 8, 2);
	usdm_snapshot(w, 8);
	usdm_delta(w, 9, 10, 8);
	w->epoch = 2;
	usdm_delta(w, 5, 8, 2);
	usdm_delta(w, 9, 10, 8);
	usdm_delta(w, 11, 14, 10);
	w->epoch = 1;
	usdm_delta(w, 11, 14, 10);
	usdm_delta(w, 15, 16, 14);
	assert_said(w, "e:syncing ?book S8 e:live d2>8 d8>10 d10>14 d14>16");
}

int
main(void)
{
#define OKX(f) cmocka_unit_test_setup_teardown(f, okx, world_end)
#define DERIBIT(f) cmocka_unit_test_setup_teardown(f, deribit, world_end)
#define USDM(f) cmocka_unit_test_setup_teardown(f, usdm, world_end)
	const struct CMUnitTest tests[] = {
		OKX(test_first_snapshot),
		OKX(test_keep_alive),
		OKX(test_maintenance_reset),
		OKX(test_lost_reset),
		OKX(test_second_snapshot),
		OKX(test_repeated_delta),
		OKX(test_hole),
		DERIBIT(test_deribit),
		OKX(test_without_ids),
		OKX(test_number_that_does_not_fit_without_ids),
		OKX(test_ids_that_stop),
		OKX(test_checksum_beside_ids),
		OKX(test_crossed_by_a_delta),
		OKX(test_crossed_snapshot),
		OKX(test_hole_while_crossed),
		OKX(test_numbers_that_do_not_fit),
		OKX(test_snapshots_of_no_use),
		OKX(test_small_books),
		OKX(test_deep_book),
		OKX(test_two_connections),
		OKX(test_snapshot_of_either),
		OKX(test_lost),
		OKX(test_lost_without_ids),
		USDM(test_usdm_first_delta),
		USDM(test_usdm_delta_that_ends_at_the_snapshot),
		USDM(test_usdm_stale_snapshot),
		USDM(test_usdm_snapshot_ahead),
		USDM(test_usdm_two_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
