/* LINK: feed/symbols feed/symbols_% feed/catalog feed/catalog_text */
/* LINK: venues/% book/book book/sync model/instrument model/pattern */
/* LINK: model/symbol model/shard model/model model/frame */
/* LINK: codec/url codec/utf8 */
/* LINK: codec/json_split codec/json_split_lex codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal codec/decmath codec/crc32 */
/* LINK: core/arena core/log core/time core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/log.h"
#include "feed/symbols.h"

/*
 * Symbols without a network and without a market: what the module asks of its
 * host is noted as words, and lists are handed to it in pieces of any size.
 *
 *   +BTCUSDT=BTC-USDT    collect it under this name
 *   -BTCUSDT:why         no longer
 *   !ETHUSDT:unknown     news
 */
enum {
	NUMBERS = 64,
	TEXT = 65536,
	ROOM = 32,
};

struct place {
	char native[SYMBOL_MAX + 1];
	char unified[2 * SYMBOL_MAX];
	bool used;
	bool learned;
};

struct world {
	struct shard shard;
	struct symbols symbols;
	struct symbols_host host;
	struct loop loop;
	struct random random;
	struct arena arena;
	struct place places[NUMBERS];
	unsigned room;
	/* The next one is not quite gone. */
	bool again;
	/* After which pause each list was asked for; -1: it was not. */
	int64_t asked[CATALOG_LISTS];
	char words[TEXT];
	size_t len;
	char why[256];
};

static struct world *w;

#include "words.h"

/* --- the host --------------------------------------------------------------
 */

static enum err
on_add(struct symbols_host *h, struct span native, struct span unified,
    unsigned *number)
{
	unsigned n;

	(void)h;
	for (n = 0; n < w->room; n++) {
		if (w->places[n].used && span_is(native, w->places[n].native)) {
			*number = n;
			return ERR_OK;
		}
	}
	if (w->again)
		return ERR_AGAIN;
	for (n = 0; n < w->room && w->places[n].used; n++)
		continue;
	if (n == w->room)
		return ERR_FULL;
	w->places[n].used = true;
	w->places[n].learned = false;
	snprintf(w->places[n].native, sizeof(w->places[n].native), "%.*s",
	    (int)native.len, native.at);
	snprintf(w->places[n].unified, sizeof(w->places[n].unified), "%.*s",
	    (int)unified.len, unified.at);
	say("+%s=%s", w->places[n].native, w->places[n].unified);
	*number = n;
	return ERR_OK;
}

static void
on_learn(struct symbols_host *h, unsigned number, const struct instrument *i,
    struct span unified)
{
	struct place *p = &w->places[number];

	(void)h;
	assert_true(p->used);
	assert_string_equal(p->native, i->native);
	p->learned = true;
	if (span_is(unified, p->unified))
		return;
	snprintf(p->unified, sizeof(p->unified), "%.*s", (int)unified.len,
	    unified.at);
	say("~%s=%s", p->native, p->unified);
}

static void
on_drop(struct symbols_host *h, unsigned number, const char *why)
{
	(void)h;
	assert_true(w->places[number].used);
	w->places[number].used = false;
	say("-%s:%s", w->places[number].native, why);
}

static void
on_tell(struct symbols_host *h, struct span name, const char *state,
    const char *why)
{
	(void)h;
	assert_true(why[0] != '\0');
	say("!%.*s:%s", (int)name.len, name.at, state);
}

static void
on_queue(struct symbols_host *h, struct rest_job *j, int64_t after_ms)
{
	struct symbols_list *l = j->owner;
	int64_t *asked = &w->asked[l - w->symbols.list];

	(void)h;
	if (*asked < 0 || after_ms < *asked)
		*asked = after_ms;
}

/* --- the frame -------------------------------------------------------------
 */

static void
make(enum venue_id venue, const char *words, unsigned room)
{
	struct symbols_setup setup = { .venue = venues[venue],
		.name = venue_descs[venue].name,
		.words = words,
		.room = room,
		.shard = w->shard,
		.refresh_ms = 3600 * 1000,
		.loop = &w->loop,
		.random = &w->random,
		.arena = &w->arena,
		.host = &w->host };

	w->room = room;
	symbols_init(&w->symbols, &setup);
}

static void
begin(enum venue_id venue, const char *words, unsigned room, const char *saved)
{
	struct out why;

	make(venue, words, room);
	out_init(&why, w->why, sizeof(w->why));
	assert_int_equal(
	    symbols_begin(&w->symbols, span_of(saved), &why), ERR_OK);
	for (unsigned n = 0; n < CATALOG_LISTS; n++)
		w->asked[n] = -1;
	symbols_start(&w->symbols);
}

static int
open_world(void **state)
{
	w = calloc(1, sizeof(*w));
	if (w == NULL || arena_init(&w->arena, 64 << 20) != ERR_OK)
		return -1;
	log_level(LOG_ERROR);
	random_init(&w->random, 7);
	w->loop.now.ns = 1000 * NS_PER_S;
	w->loop.wall.ns = INT64_C(1795774638) * NS_PER_S;
	w->host = (struct symbols_host){ .owner = w,
		.add = on_add,
		.learn = on_learn,
		.drop = on_drop,
		.tell = on_tell,
		.queue = on_queue };
	*state = w;
	return 0;
}

static int
close_world(void **state)
{
	(void)state;
	arena_fini(&w->arena);
	free(w);
	return 0;
}

/* The answer of list n, in pieces of `cut` bytes; e ends the call. */
static void
answer(unsigned n, const char *text, size_t cut, enum err e)
{
	struct rest_job *j = &w->symbols.list[n].job;
	struct httpc_reply reply = { .error = e, .status = 200 };
	struct venue_call call = { 0 };
	size_t len = strlen(text);
	char path[512];
	struct out o;

	assert_true(w->asked[n] >= 0);
	w->asked[n] = -1;
	out_init(&o, path, sizeof(path));
	assert_true(j->write(j, &o, &call));
	assert_true(call.weight > 0);
	for (size_t at = 0; at < len && e == ERR_OK; at += cut) {
		size_t size = len - at < cut ? len - at : cut;
		/* No byte may be kept. */
		char *piece = malloc(size);

		memcpy(piece, text + at, size);
		e = j->piece(j, (struct span){ piece, size });
		free(piece);
	}
	reply.error = e;
	j->done(j, e, &reply);
}

static enum wanted_state
state_of(const char *word)
{
	for (unsigned n = 0; n < w->symbols.count; n++) {
		if (strcmp(w->symbols.wanted[n].word, word) == 0)
			return w->symbols.wanted[n].state;
	}
	return WANTED_STATES;
}

static const char *
reason_of(const char *word)
{
	static char text[SYMBOLS_WHY_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	for (unsigned n = 0; n < w->symbols.count; n++) {
		if (strcmp(w->symbols.wanted[n].word, word) == 0)
			symbols_reason(&w->symbols.wanted[n], &o);
	}
	return out_cstr(&o);
}

/* --- lists -----------------------------------------------------------------
 */

#define SPOT(symbol, base, quote, status)                                      \
	"{\"symbol\":\"" symbol "\",\"status\":\"" status "\","                \
	"\"baseAsset\":\"" base "\",\"quoteAsset\":\"" quote "\","             \
	"\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"tickSize\":\"1\"}]}"
#define INFO(rows) "{\"timezone\":\"UTC\",\"symbols\":[" rows "]}"

#define SWAP(base, quote, more, state)                                         \
	"{\"instType\":\"SWAP\",\"instId\":\"" base "-" quote more             \
	"-SWAP\",\"uly\":\"" base "-" quote "\",\"ctVal\":\"0.01\","           \
	"\"ctMult\":\"1\",\"ctType\":\"linear\",\"settleCcy\":\"" quote more   \
	"\",\"state\":\"" state "\",\"expTime\":\"\"}"
#define PAIR(base, quote, state)                                               \
	"{\"instType\":\"SPOT\",\"instId\":\"" base "-" quote "\","            \
	"\"baseCcy\":\"" base "\",\"quoteCcy\":\"" quote                       \
	"\",\"state\":\"" state "\"}"
#define OKX(rows) "{\"code\":\"0\",\"msg\":\"\",\"data\":[" rows "]}"

static const char three[] =
    INFO(SPOT("BTCUSDT", "BTC", "USDT", "TRADING") "," SPOT("ETHUSDT", "ETH",
	"USDT", "TRADING") "," SPOT("\xe5\xb8\x81USDT", "\xe5\xb8\x81", "USDT",
	"TRADING") "," SPOT("OLDUSDT", "OLD", "USDT", "BREAK"));

static void
names_are_checked(void **state)
{
	static const size_t cuts[] = { 1, 2, 3, 7, 16, 61, 100000 };

	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		w->len = 0;
		memset(w->places, 0, sizeof(w->places));
		begin(VENUE_binance_spot,
		    "BTC-USDT ETHUSDT BTC-USTD \xe5\xb8\x81-USDT OLDUSDT NOPE "
		    "BTCUSDT",
		    7, "");
		expect_said("+BTCUSDT=BTC-USDT +ETHUSDT=ETH-USDT "
			    "+BTCUSTD=BTC-USTD "
			    "+\xe5\xb8\x81USDT=\xe5\xb8\x81-USDT "
			    "+OLDUSDT=OLD-USDT +NOPE=NOPE");
		assert_int_equal(state_of("BTC-USDT"), WANTED_UNCHECKED);
		assert_int_equal(w->asked[0], 0);
		answer(0, three, cuts[i], ERR_OK);
		expect_said("-BTCUSTD:unknown !BTC-USTD:unknown "
			    "!OLDUSDT:halted -NOPE:unknown !NOPE:unknown");
		assert_int_equal(state_of("BTC-USDT"), WANTED_LIVE);
		assert_int_equal(state_of("ETHUSDT"), WANTED_LIVE);
		assert_int_equal(state_of("\xe5\xb8\x81-USDT"), WANTED_LIVE);
		assert_int_equal(state_of("OLDUSDT"), WANTED_HALTED);
		assert_int_equal(state_of("BTCUSDT"), WANTED_TWICE);
		assert_string_equal(reason_of("BTC-USTD"),
		    "the venue has no such instrument; did you mean "
		    "BTC-USDT?");
		assert_string_equal(
		    reason_of("NOPE"), "the venue has no such instrument");
		assert_true(w->places[0].learned);
		assert_int_equal(w->symbols.counts.now[WANTED_UNKNOWN], 2);
		assert_int_equal(symbols_missing(&w->symbols), 2);
		assert_int_equal(w->asked[0], -1);
	}
}

/* Each name on one box, before its list has come and after, and the unknown one
 * is named by one. */
static void
boxes_divide_them(void **state)
{
	static const char *const names[] = { "BTC-USDT", "ETHUSDT", "NOPE" };
	enum { OF = 3, NAMES = 3 };
	unsigned before[NAMES] = { 0 };
	unsigned after[NAMES] = { 0 };

	(void)state;
	for (uint32_t box = 0; box < OF; box++) {
		w->shard = (struct shard){ OF, box };
		w->len = 0;
		memset(w->places, 0, sizeof(w->places));
		begin(VENUE_binance_spot, "BTC-USDT ETHUSDT NOPE", 7, "");
		for (int i = 0; i < NAMES; i++)
			before[i] += state_of(names[i]) != WANTED_ELSEWHERE;
		answer(0, three, 50, ERR_OK);
		for (int i = 0; i < NAMES; i++)
			after[i] += state_of(names[i]) != WANTED_ELSEWHERE;
		if (state_of("NOPE") != WANTED_ELSEWHERE)
			assert_int_equal(state_of("NOPE"), WANTED_UNKNOWN);
		assert_int_equal(symbols_missing(&w->symbols),
		    state_of("NOPE") == WANTED_UNKNOWN);
	}
	for (int i = 0; i < NAMES; i++) {
		assert_int_equal(before[i], 1);
		assert_int_equal(after[i], 1);
	}
}

static void
what_was_unknown_is_listed(void **state)
{
	(void)state;
	begin(VENUE_binance_spot, "BTC-USDT NEW-USDT", 2, "");
	answer(0, three, 50, ERR_OK);
	w->len = 0;
	w->asked[0] = 0;
	answer(0,
	    INFO(SPOT("BTCUSDT", "BTC", "USDT", "TRADING") "," SPOT(
		"NEWUSDT", "NEW", "USDT", "TRADING")),
	    50, ERR_OK);
	expect_said("+NEWUSDT=NEW-USDT !NEW-USDT:listed");
	assert_int_equal(w->symbols.counts.listed, 1);
	/* And it goes, and comes again while its streams are not gone. */
	w->asked[0] = 0;
	answer(0, INFO(SPOT("BTCUSDT", "BTC", "USDT", "TRADING")), 50, ERR_OK);
	expect_said("-NEWUSDT:delisted !NEW-USDT:delisted");
	assert_int_equal(w->symbols.counts.delisted, 1);
	w->asked[0] = 0;
	w->again = true;
	answer(0,
	    INFO(SPOT("BTCUSDT", "BTC", "USDT", "TRADING") "," SPOT(
		"NEWUSDT", "NEW", "USDT", "TRADING")),
	    50, ERR_OK);
	expect_said("");
	w->again = false;
	symbols_review(&w->symbols);
	expect_said("+NEWUSDT=NEW-USDT !NEW-USDT:listed");
}

/* --- other words while it runs -------------------------------------------- */

static enum err
change_to(const char *words)
{
	struct out why;
	enum err e;

	out_init(&why, w->why, sizeof(w->why));
	e = symbols_try(&w->symbols, words, &why);
	out_cstr(&why);
	if (e != ERR_OK)
		return e;
	/* The text is changed in place. */
	strcpy((char *)(uintptr_t)w->symbols.setup.words, words);
	symbols_change(&w->symbols);
	return ERR_OK;
}

static void
words_change_while_it_runs(void **state)
{
	char words[256] = "BTC-USDT ETHUSDT";

	(void)state;
	begin(VENUE_binance_spot, words, ROOM, "");
	answer(0, three, 50, ERR_OK);
	w->len = 0;
	assert_int_equal(change_to("ETHUSDT NOPE"), ERR_OK);
	expect_said("!BTC-USDT:removed -BTCUSDT:not configured !NOPE:added "
		    "!NOPE:unknown");
	assert_int_equal(state_of("ETHUSDT"), WANTED_LIVE);
	assert_int_equal(w->symbols.count, 2);
	/* The same words: nothing happens. */
	assert_int_equal(change_to("NOPE,ETHUSDT"), ERR_OK);
	expect_said("");
	/* And it comes again. */
	assert_int_equal(change_to("ETHUSDT BTC-USDT"), ERR_OK);
	expect_said("!NOPE:removed !BTC-USDT:added +BTCUSDT=BTC-USDT");
	assert_int_equal(state_of("BTC-USDT"), WANTED_LIVE);
}

static void
an_instrument_keeps_its_streams_under_any_name(void **state)
{
	char words[256] = "BTC-USDT ETHUSDT";

	(void)state;
	begin(VENUE_binance_spot, words, ROOM, "");
	answer(0, three, 50, ERR_OK);
	w->len = 0;
	/* Another spelling, a pattern instead, a name instead of it. */
	assert_int_equal(change_to("BTCUSDT ETH-USDT"), ERR_OK);
	expect_said("");
	assert_int_equal(state_of("BTCUSDT"), WANTED_LIVE);
	assert_int_equal(change_to("*-USDT"), ERR_OK);
	expect_said("+\xe5\xb8\x81USDT=\xe5\xb8\x81-USDT");
	assert_int_equal(w->symbols.count, 3);
	assert_int_equal(change_to("ETH-USDT"), ERR_OK);
	expect_said("-\xe5\xb8\x81USDT:not configured "
		    "-BTCUSDT:not configured");
	assert_int_equal(w->symbols.count, 1);
	/* Of two names for one the other one stays. */
	assert_int_equal(change_to("ETH-USDT ETHUSDT"), ERR_OK);
	expect_said("!ETHUSDT:added");
	assert_int_equal(state_of("ETHUSDT"), WANTED_TWICE);
	assert_int_equal(change_to("ETHUSDT"), ERR_OK);
	expect_said("!ETH-USDT:removed");
	assert_int_equal(state_of("ETHUSDT"), WANTED_LIVE);
}

static void
words_that_cannot_be_change_nothing(void **state)
{
	char words[256] = "BTC-USDT ETHUSDT";

	(void)state;
	begin(VENUE_binance_spot, words, 3, "");
	answer(0, three, 50, ERR_OK);
	w->len = 0;
	assert_int_equal(change_to("A-B C-D E-F G-H"), ERR_CONFIG);
	assert_string_equal(w->why,
	    "binance.symbols: more than there is room for while it runs; "
	    "restart");
	assert_int_equal(change_to(" , "), ERR_CONFIG);
	assert_string_equal(w->why,
	    "binance.symbols: no symbols; set enabled = false and restart");
	assert_int_equal(
	    change_to("BTC-USDT "
		      "a-name-that-is-longer-than-any-symbol-may-be-0123456789"
		      "01234567890123456789-USDT"),
	    ERR_CONFIG);
	expect_said("");
	assert_int_equal(state_of("BTC-USDT"), WANTED_LIVE);
	/* What patterns brought makes room for names. */
	assert_int_equal(change_to("*-USDT"), ERR_OK);
	w->len = 0;
	assert_int_equal(w->symbols.count, 3);
	assert_int_equal(change_to("*-USDT OLDUSDT"), ERR_OK);
	assert_int_equal(state_of("OLDUSDT"), WANTED_HALTED);
	assert_int_equal(w->symbols.count, 3);
}

static void
errors_change_nothing(void **state)
{
	int64_t pause = 0;

	(void)state;
	begin(VENUE_okx, "BTC-USDT *-USDT-PERP", ROOM, "");
	expect_said("+BTC-USDT=BTC-USDT");
	/* A row that is none costs itself alone. */
	answer(
	    0, OKX("{\"instId\":7}," PAIR("BTC", "USDT", "live")), 10, ERR_OK);
	assert_int_equal(w->symbols.counts.bad_rows, 1);
	answer(1, OKX(SWAP("BTC", "USDT", "", "live")), 10, ERR_OK);
	expect_said("+BTC-USDT-SWAP=BTC-USDT-PERP");
	for (int i = 0; i < 6; i++) {
		static const char *const wrong[] = {
			"{\"code\":\"50011\",\"msg\":\"Too Many Requests\","
			"\"data\":[]}",
			"{\"code\":\"50001\",\"data\":[],\"msg\":\"\"}",
			"{\"code\":\"0\",\"data\":[",
			"{\"code\":\"0\",\"msg\":\"\"}",
			"<html></html>",
			"",
		};

		w->asked[1] = 0;
		answer(1, wrong[i], 5, ERR_OK);
		assert_true(w->asked[1] >= pause / 4);
		assert_true(w->asked[1] <= 450 * 1000);
		pause = w->asked[1];
	}
	w->asked[1] = 0;
	answer(1, "", 1, ERR_RESET);
	assert_int_equal(w->symbols.counts.failures, 7);
	expect_said("");
	/* Not all of them were read: nothing is unknown. */
	assert_false(w->symbols.complete);
}

/* A list of one good row and one that is not what it was. */
static void
changed_row(char *text, size_t size, const char *row)
{
	snprintf(text, size, "{\"symbols\":[%s,%s]}",
	    SPOT("BTCUSDT", "BTC", "USDT", "TRADING"), row);
}

/* That a row cannot be read does not mean that the venue has delisted it. */
static void
a_row_that_cannot_be_read_is_not_gone(void **state)
{
	static const char changed[] =
	    "{\"symbol\":\"ETHUSDT\",\"status\":\"TRADING\","
	    "\"baseAsset\":{\"name\":\"ETH\"},\"quoteAsset\":\"USDT\"}";
	char text[16384], row[12288];
	struct out o;

	(void)state;
	/* More than there are tokens for. */
	out_init(&o, row, sizeof(row));
	OUT_LITERAL(&o, "{\"symbol\":\"ETHUSDT\",\"filters\":[0");
	for (int i = 0; i < 5000; i++)
		OUT_LITERAL(&o, ",0");
	OUT_LITERAL(&o, "]}");
	out_cstr(&o);
	begin(VENUE_binance_spot, "BTCUSDT ETHUSDT NOPE", 3, "");
	expect_said("+BTCUSDT=BTC-USDT +ETHUSDT=ETH-USDT +NOPE=NOPE");
	/* At first it is not known at all; what it is is left open. */
	changed_row(text, sizeof(text), changed);
	answer(0, text, 100, ERR_OK);
	changed_row(text, sizeof(text), row);
	w->asked[0] = 0;
	answer(0, text, 100, ERR_OK);
	expect_said("");
	assert_int_equal(state_of("BTCUSDT"), WANTED_LIVE);
	assert_int_equal(state_of("ETHUSDT"), WANTED_UNCHECKED);
	w->asked[0] = 0;
	answer(0, three, 100, ERR_OK);
	expect_said("-NOPE:unknown !NOPE:unknown");
	assert_int_equal(state_of("ETHUSDT"), WANTED_LIVE);
	/* Then it stays what it was. */
	changed_row(text, sizeof(text), changed);
	w->asked[0] = 0;
	answer(0, text, 100, ERR_OK);
	changed_row(text, sizeof(text), row);
	w->asked[0] = 0;
	answer(0, text, 100, ERR_OK);
	expect_said("");
	assert_int_equal(state_of("ETHUSDT"), WANTED_LIVE);
	assert_int_equal(w->symbols.counts.bad_rows, 4);
	assert_int_equal(w->symbols.counts.delisted, 0);
	/* And it may go. */
	w->asked[0] = 0;
	answer(0, INFO(SPOT("BTCUSDT", "BTC", "USDT", "TRADING")), 100, ERR_OK);
	expect_said("-ETHUSDT:delisted !ETHUSDT:delisted");
}

static void
nothing_is_unknown_before_all_is_read(void **state)
{
	(void)state;
	begin(VENUE_okx, "NOPE-USDT BTC-USDT-PERP ETH-USDT-PERP", 3, "");
	answer(0, OKX(PAIR("BTC", "USDT", "live")), 10, ERR_OK);
	answer(1,
	    OKX(SWAP("BTC", "USDT", "", "live") "," SWAP(
		"ETH", "USDT", "", "expired")),
	    10, ERR_OK);
	expect_said("+NOPE-USDT=NOPE-USDT +BTC-USDT-SWAP=BTC-USDT-PERP "
		    "+ETH-USDT-SWAP=ETH-USDT-PERP");
	assert_int_equal(state_of("NOPE-USDT"), WANTED_UNCHECKED);
	answer(2, OKX(""), 10, ERR_OK);
	expect_said("-NOPE-USDT:unknown !NOPE-USDT:unknown "
		    "-ETH-USDT-SWAP:delisted !ETH-USDT-PERP:delisted");
}

/* A venue that lists nothing at all is not itself. */
static void
empty_lists_prove_nothing(void **state)
{
	(void)state;
	begin(VENUE_okx, "BTC-USDT", 1, "");
	for (unsigned n = 0; n < 3; n++)
		answer(n, OKX(""), 10, ERR_OK);
	expect_said("+BTC-USDT=BTC-USDT");
	assert_int_equal(state_of("BTC-USDT"), WANTED_UNCHECKED);
}

static void
many(char *text, size_t size, int count)
{
	struct out o;

	out_init(&o, text, size);
	OUT_LITERAL(&o, "{\"symbols\":[");
	for (int i = 0; i < count; i++) {
		OUT_LITERAL(&o, "{\"symbol\":\"A");
		out_u64(&o, (uint64_t)i);
		OUT_LITERAL(&o, "USDT\",\"baseAsset\":\"A");
		out_u64(&o, (uint64_t)i);
		OUT_LITERAL(&o, "\",\"quoteAsset\":\"USDT\","
				"\"status\":\"TRADING\"}");
		if (i + 1 < count)
			out_char(&o, ',');
	}
	OUT_LITERAL(&o, "]}");
	out_cstr(&o);
}

static void
patterns_have_limits(void **state)
{
	char text[16384];

	(void)state;
	begin(VENUE_binance_spot, "*-USDT", 8, "");
	expect_said("");
	many(text, sizeof(text), 20);
	answer(0, text, 100, ERR_OK);
	assert_int_equal(w->symbols.count, 8);
	assert_int_equal(w->symbols.counts.no_room, 12);
	assert_true(w->symbols.told_no_room);
	assert_int_equal(symbols_missing(&w->symbols), 12);
	w->len = 0;
	/* Fewer than half are gone: believed at once. */
	w->asked[0] = 0;
	many(text, sizeof(text), 15);
	answer(0, text, 100, ERR_OK);
	assert_int_equal(w->symbols.counts.no_room, 7);
}

static void
most_of_it_missing_is_read_twice(void **state)
{
	char text[16384];

	(void)state;
	begin(VENUE_binance_spot, "*-USDT", 32, "");
	many(text, sizeof(text), 20);
	answer(0, text, 100, ERR_OK);
	w->len = 0;
	many(text, sizeof(text), 2);
	w->asked[0] = 0;
	answer(0, text, 100, ERR_OK);
	expect_said("");
	/* Soon again. */
	assert_true(w->asked[0] > 0 && w->asked[0] <= 30 * 1000);
	/* It was a mistake of the venue. */
	many(text, sizeof(text), 20);
	answer(0, text, 100, ERR_OK);
	expect_said("");
	for (int i = 0; i < 2; i++) {
		many(text, sizeof(text), 2);
		w->asked[0] = 0;
		answer(0, text, 100, ERR_OK);
		assert_int_equal(w->symbols.counts.delisted, i == 0 ? 0 : 18);
	}
}

static void
what_goes_makes_room(void **state)
{
	char text[16384];

	(void)state;
	begin(VENUE_binance_spot, "*-USDT", 4, "");
	many(text, sizeof(text), 4);
	answer(0, text, 100, ERR_OK);
	w->len = 0;
	w->asked[0] = 0;
	answer(0,
	    INFO(SPOT("A0USDT", "A0", "USDT", "TRADING") "," SPOT(
		"A1USDT", "A1", "USDT", "TRADING") "," SPOT("A2USDT", "A2",
		"USDT", "TRADING") "," SPOT("BUSDT", "B", "USDT", "TRADING")),
	    33, ERR_OK);
	expect_said("-A3USDT:delisted !A3USDT:delisted +BUSDT=B-USDT "
		    "!BUSDT:listed");
	assert_int_equal(w->symbols.counts.no_room, 0);
}

static void
one_name_for_several(void **state)
{
	(void)state;
	begin(VENUE_okx, "X-USD-PERP BTC-USD-PERP *-USDC-PERP", ROOM, "");
	expect_said("+X-USD-SWAP=X-USD-PERP +BTC-USD-SWAP=BTC-USD-PERP");
	answer(0, OKX(""), 10, ERR_OK);
	answer(2, OKX(""), 10, ERR_OK);
	answer(1,
	    OKX(SWAP("X", "USD", "_UM", "live") "," SWAP(
		"X", "USD", "_UC", "live") "," SWAP("BTC", "USD", "",
		"live") "," SWAP("BTC", "USD", "_UM", "live")),
	    10, ERR_OK);
	/* BTC-USD-SWAP is what its name gives. */
	expect_said("-X-USD-SWAP:ambiguous !X-USD-PERP:ambiguous "
		    "~BTC-USD-SWAP=BTC-USD-PERP:USD");
	assert_int_equal(state_of("BTC-USD-PERP"), WANTED_LIVE);
}

static void
announced_ones_wait(void **state)
{
	static const char row[] =
	    OKX("{\"instType\":\"SWAP\",\"instId\":\"ADA-USDT-SWAP\","
		"\"uly\":\"\",\"ctVal\":\"\",\"ctMult\":\"\",\"state\":"
		"\"preopen\",\"settleCcy\":\"\",\"instIdCode\":null}");

	(void)state;
	begin(VENUE_okx, "ADA-USDT-SWAP *-USDT-PERP", ROOM, "");
	w->len = 0;
	answer(1, row, 10, ERR_OK);
	expect_said("-ADA-USDT-SWAP:preopen !ADA-USDT-SWAP:preopen");
	assert_int_equal(symbols_missing(&w->symbols), 0);
	w->asked[1] = 0;
	answer(1, OKX(SWAP("ADA", "USDT", "", "live")), 10, ERR_OK);
	expect_said("+ADA-USDT-SWAP=ADA-USDT-PERP !ADA-USDT-SWAP:listed");
}

static void
a_start_from_what_was_saved(void **state)
{
	static char text[8192];
	struct out o;

	(void)state;
	begin(VENUE_okx, "*-USDT-PERP BTC-USDT", ROOM, "");
	answer(0,
	    OKX(PAIR("BTC", "USDT", "live") "," PAIR("ETH", "USDT", "live")),
	    10, ERR_OK);
	answer(1,
	    OKX(SWAP("BTC", "USDT", "", "live") "," SWAP(
		"ETH", "USDC", "", "live") "," SWAP("ETH", "USDT", "", "live")),
	    10, ERR_OK);
	answer(2, OKX(""), 10, ERR_OK);
	assert_true(w->symbols.unsaved);
	out_init(&o, text, sizeof(text) - 1);
	symbols_save(&w->symbols, &o);
	out_cstr(&o);
	assert_false(w->symbols.unsaved);
	/* Only what matters. */
	assert_non_null(strstr(text, "ETH-USDT-SWAP"));
	assert_null(strstr(text, "ETH-USDC-SWAP"));
	assert_null(strstr(text, "ETH-USDT\t"));
	w->len = 0;
	memset(w->places, 0, sizeof(w->places));
	begin(VENUE_okx, "*-USDT-PERP BTC-USDT NEW-USDT", ROOM, text);
	assert_int_equal(w->symbols.count, 4);
	assert_int_equal(state_of("BTC-USDT-SWAP"), WANTED_UNCHECKED);
	assert_int_equal(state_of("NEW-USDT"), WANTED_UNCHECKED);
	assert_int_equal(w->symbols.counts.now[WANTED_UNCHECKED], 4);
	/* Another venue's, and nonsense. */
	memset(w->places, 0, sizeof(w->places));
	begin(VENUE_deribit, "*-USDT-PERP", ROOM, text);
	assert_int_equal(w->symbols.count, 0);
	begin(VENUE_okx, "*-USDT-PERP", ROOM, "mpedge instruments 1 okx\nX");
	assert_int_equal(w->symbols.count, 0);
}

/* --- pushes ----------------------------------------------------------------
 */

static void
push(const char *native, const char *state)
{
	symbols_changed(&w->symbols, span_of(native), span_of(state));
}

static void
pushes_ask_for_their_list(void **state)
{
	(void)state;
	begin(VENUE_okx, "*-USDT-PERP BTC-USDT", ROOM, "");
	answer(0, OKX(PAIR("BTC", "USDT", "live")), 10, ERR_OK);
	answer(1,
	    OKX(SWAP("BTC", "USDT", "", "live") "," SWAP(
		"BTC", "USDC", "", "live")),
	    10, ERR_OK);
	answer(2, OKX(""), 10, ERR_OK);
	/* The channel begins with all there are, and others' news are none. */
	push("BTC-USDT-SWAP", "live");
	push("BTC-USDT", "live");
	push("BTC-USDC-SWAP", "expired");
	push("ETH-USDC-SWAP", "live");
	push("BTC-USD-261225-100000-C", "live");
	assert_true(w->asked[0] < 0 && w->asked[1] < 0);
	push("BTC-USDT-SWAP", "suspend");
	push("BTC-USDT-SWAP", "expired");
	assert_true(w->asked[0] < 0 && w->asked[2] < 0);
	assert_true(w->asked[1] >= 500 && w->asked[1] <= 1500);
	assert_int_equal(w->symbols.pushes_left, SYMBOLS_PUSHES - 1);
	/* One that nobody knows may be in any of them. */
	push("ETH-USDT-SWAP", "preopen");
	assert_true(w->asked[0] >= 500 && w->asked[0] <= 1500);
	assert_true(w->asked[2] >= 500 && w->asked[2] <= 1500);
}

static void
many_pushes_wait(void **state)
{
	(void)state;
	begin(VENUE_okx, "*-USDT-PERP", ROOM, "");
	for (int i = 0; i < 10; i++) {
		for (unsigned n = 0; n < 3; n++) {
			w->asked[n] = 0;
			answer(n,
			    n == 1 ? OKX(SWAP("BTC", "USDT", "", "live"))
				   : OKX(""),
			    10, ERR_OK);
		}
		push("ETH-USDT-SWAP", "live");
		if (i < SYMBOLS_PUSHES)
			assert_true(w->asked[1] >= 0 && w->asked[1] <= 1500);
		else
			assert_true(w->asked[1] >= 60000 - 1000);
	}
	/* A minute later one more is free. */
	w->loop.now = mono_after_ms(w->loop.now, 61000);
	for (unsigned n = 0; n < 3; n++) {
		w->asked[n] = 0;
		answer(n,
		    n == 1 ? OKX(SWAP("BTC", "USDT", "", "live")) : OKX(""), 10,
		    ERR_OK);
	}
	push("ETH-USDT-SWAP", "live");
	assert_true(w->asked[1] >= 0 && w->asked[1] <= 1500);
}

static void
lists_are_read_again(void **state)
{
	(void)state;
	begin(VENUE_okx, "*-USDT-PERP", ROOM, "");
	answer(0, OKX(""), 10, ERR_OK);
	answer(1, OKX(SWAP("BTC", "USDT", "", "live")), 10, ERR_OK);
	answer(2, "<", 10, ERR_OK);
	/* They are new, and the one that failed is asked for already. */
	assert_false(symbols_refresh(&w->symbols));
	w->loop.wall.ns += 1801 * NS_PER_S;
	w->asked[2] = -1;
	assert_true(symbols_refresh(&w->symbols));
	assert_int_equal(w->asked[0], 0);
	assert_int_equal(w->asked[1], 0);
	assert_int_equal(w->asked[2], -1);
}

/* --- what is in which list --------------------------------------------------
 */

static void
options_are_asked_for_by_family(void **state)
{
	static const struct {
		enum venue_id venue;
		const char *words;
		unsigned lists;
		const char *family;
	} cases[] = {
		{ VENUE_okx, "BTC-USDT *-USDT-PERP BTC-USD-*", 3, "" },
		{ VENUE_okx, "BTC-USD-PERP:USD_UM_XPERP-310404", 3, "" },
		{ VENUE_okx, "BTC-USD-261225-100000-C BTC-USD-*-P", 4,
		    "BTC-USD" },
		{ VENUE_okx, "BTC-USD-261225-* ETH-USD-*-*-C", 5, "BTC-USD" },
		{ VENUE_okx, "BTC-*-261225-100000-C", 3, "" },
		{ VENUE_deribit, "BTC-PERPETUAL BTC-USD-* *", 2, "" },
		{ VENUE_deribit, "BTC-27JUN25-100000-C ETH-*-P", 3, "any" },
		{ VENUE_deribit, "XRP-USDC-250627-0.625-C", 3, "any" },
		{ VENUE_binance_spot, "A-B-C-D-C", 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(cases[i].venue, cases[i].words, ROOM);
		assert_int_equal(w->symbols.list_count, cases[i].lists);
		if (cases[i].family[0] != '\0')
			assert_string_equal(
			    w->symbols.list[venue_lists[cases[i].venue]->count]
				.family,
			    cases[i].family);
		close_world(NULL);
		open_world(&(void *){ NULL });
	}
}

/* COIN-M is at another host: its names are taken as they are. */
static void
unlisted_ones_stay(void **state)
{
	(void)state;
	begin(VENUE_binance_usdm, "BTCUSD_PERP NOPE-USDT-PERP BTC-USDT-PERP", 3,
	    "");
	w->len = 0;
	answer(0,
	    INFO("{\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\","
		 "\"baseAsset\":\"BTC\",\"quoteAsset\":\"USDT\","
		 "\"marginAsset\":\"USDT\",\"contractType\":\"PERPETUAL\","
		 "\"deliveryDate\":4133404800000,\"onboardDate\":1}"),
	    20, ERR_OK);
	expect_said("-NOPEUSDT:unknown !NOPE-USDT-PERP:unknown");
	assert_int_equal(state_of("BTCUSD_PERP"), WANTED_UNCHECKED);
	push("ETHUSD_PERP", "TRADING");
	assert_int_equal(w->asked[0], -1);
}

static void
names_that_cannot_be(void **state)
{
	struct out why;

	(void)state;
	make(VENUE_binance_spot, "BTC-USDT A?B", 2);
	out_init(&why, w->why, sizeof(w->why));
	assert_int_equal(
	    symbols_begin(&w->symbols, SPAN_NULL, &why), ERR_CONFIG);
	assert_string_equal(out_cstr(&why), "binance.symbols: A?B: malformed");
	make(VENUE_binance_spot, "BTC-USDT ETH-USDT", 2);
	w->room = 1;
	out_init(&why, w->why, sizeof(w->why));
	assert_int_equal(
	    symbols_begin(&w->symbols, SPAN_NULL, &why), ERR_CONFIG);
	assert_non_null(strstr(out_cstr(&why), "more streams"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, open_world, close_world)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(names_are_checked),
		TEST(boxes_divide_them),
		TEST(what_was_unknown_is_listed),
		TEST(words_change_while_it_runs),
		TEST(an_instrument_keeps_its_streams_under_any_name),
		TEST(words_that_cannot_be_change_nothing),
		TEST(errors_change_nothing),
		TEST(a_row_that_cannot_be_read_is_not_gone),
		TEST(nothing_is_unknown_before_all_is_read),
		TEST(empty_lists_prove_nothing),
		TEST(patterns_have_limits),
		TEST(most_of_it_missing_is_read_twice),
		TEST(what_goes_makes_room),
		TEST(one_name_for_several),
		TEST(announced_ones_wait),
		TEST(a_start_from_what_was_saved),
		TEST(pushes_ask_for_their_list),
		TEST(many_pushes_wait),
		TEST(lists_are_read_again),
		TEST(options_are_asked_for_by_family),
		TEST(unlisted_ones_stay),
		TEST(names_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
