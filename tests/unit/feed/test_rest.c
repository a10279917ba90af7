/* LINK: feed/rest feed/rest_answer feed/rest_refusal feed/rest_jobs */
/* LINK: model/symbol model/model codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal codec/decmath codec/utf8 core/log */
/* LINK: core/time core/metrics core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"
#include "feed/rest_internal.h"

/*
 * REST without a network, a market or a loop: this file stands in for all
 * three.  Calls are noted as words (book:0, trades:1:5+10 for ten trades of
 * symbol 1 from 5 on), answers are given by hand, and the clock moves when a
 * test says so.
 */
enum {
	SYMBOLS = 3,
	WORDS = 8192,
	BOOK_WEIGHT = 50,
	TRADES_WEIGHT = 25,
	PAGE = 10,
	TOKENS = 64,
};

struct world {
	struct loop loop;
	struct random random;
	struct rest rest;
	struct rest_wish wishes[SYMBOLS];
	struct symbol symbols[SYMBOLS];
	char words[WORDS];
	size_t len;
	/* What the market says to an answer. */
	enum err verdict;
	/* A stale book: it wishes again from within the answer. */
	bool stale;
	/* The first trade that is still missing after an answer. */
	int64_t next;
	int64_t new_first;
	/* The stream has brought what was missing. */
	bool whole;
	/* What the venue's error body says. */
	struct wall banned_until;
	/* Where the pieces of a body go. */
	enum err (*piece)(struct httpc *h, int status, struct span bytes);
	/* What a job was told, and what it says to a piece. */
	enum err job_error;
	enum err job_verdict;
	uint32_t tokens[TOKENS * 8];
};

static struct world *w;

#include "words.h"

/* --- in place of the loop, the HTTP client and the market ------------------
 */

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	assert_ptr_equal(l, &w->loop);
	t->due = due;
	t->armed = true;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	(void)l;
	t->armed = false;
}

enum err
httpc_get(struct httpc *h, const char *path)
{
	assert_false(h->busy);
	h->busy = true;
	say("%s", path);
	return ERR_OK;
}

enum err
httpc_get_stream(struct httpc *h, const char *path,
    enum err (*piece)(struct httpc *h, int status, struct span bytes))
{
	assert_non_null(piece);
	w->piece = piece;
	return httpc_get(h, path);
}

void
httpc_close(struct httpc *h)
{
	h->busy = false;
}

const struct symbol *
market_symbol(const struct market *m, unsigned s)
{
	(void)m;
	assert_true(s < SYMBOLS);
	return &w->symbols[s];
}

enum err
market_book_reply(
    struct market *m, unsigned s, struct span body, const struct origin *from)
{
	(void)m;
	(void)body;
	assert_true(from->seen.ns == w->loop.wall.ns);
	say("got:%u", s);
	if (w->stale)
		rest_want_book(&w->rest, s);
	return w->verdict;
}

enum err
market_trades_reply(struct market *m, unsigned s, struct span body,
    const struct trades_ask *ask, const struct origin *from, int64_t *next)
{
	(void)m;
	(void)ask;
	(void)body;
	(void)from;
	say("got:%u", s);
	*next = w->next;
	if (w->new_first > 0)
		rest_want_trades(&w->rest, s, w->new_first, w->new_first + 1);
	w->new_first = 0;
	return w->verdict;
}

enum err
market_poll_reply(struct market *m, unsigned s, enum channel c,
    struct span body, const struct origin *from)
{
	(void)m;
	(void)body;
	(void)from;
	say("polled:%u:%u", s, (unsigned)c);
	return w->verdict;
}

bool
market_has_holes(const struct market *m, unsigned s)
{
	(void)m;
	(void)s;
	return !w->whole;
}

void
market_trades_failed(
    struct market *m, unsigned s, const char *why, struct wall now)
{
	(void)m;
	assert_true(why[0] != '\0');
	assert_true(now.ns == w->loop.wall.ns);
	say("failed:%u", s);
}

/* --- a venue ---------------------------------------------------------------
 */

static void
book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call)
{
	assert_int_equal(limit, 1000);
	OUT_LITERAL(path, "book:");
	out_u64(path, (uint64_t)(s - w->symbols));
	call->weight = BOOK_WEIGHT;
}

static bool
trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call)
{
	if (ask->source > 0)
		return false;
	OUT_LITERAL(path, "trades:");
	out_u64(path, (uint64_t)(s - w->symbols));
	out_char(path, ':');
	out_i64(path, ask->first);
	out_char(path, '+');
	out_u64(path, ask->limit);
	call->weight = TRADES_WEIGHT;
	return true;
}

static void
error_body(struct json *j, struct venue_error *e)
{
	(void)j;
	e->code = -1003;
	e->text = SPAN("Too much request weight used.");
	e->banned_until = w->banned_until;
}

static const struct venue venue = {
	.weight_header = "x-weight",
	.book_call = book_call,
	.trades_call = trades_call,
	.error = error_body,
	.trades_limit_max = PAGE,
};

static int
begin(void **state)
{
	static struct world world;
	struct rest_setup setup = { .weight_per_minute = 6000,
		.book_limit = 1000,
		.backfill_max = 1000,
		.backfill_hold_ms = 30000 };

	(void)state;
	memset(&world, 0, sizeof(world));
	w = &world;
	/* What fails here is meant to. */
	log_level(LOG_ERROR);
	/* At the start of a minute. */
	w->loop.wall.ns = 29923200LL * 60 * NS_PER_S;
	w->loop.now.ns = 1000 * NS_PER_S;
	random_init(&w->random, 7);
	w->next = INT64_MAX;
	w->rest.venue = &venue;
	w->rest.loop = &w->loop;
	w->rest.random = &w->random;
	w->rest.name = "test";
	w->rest.wishes = w->wishes;
	w->rest.symbols = SYMBOLS;
	assert_true(json_pool_bytes(TOKENS) <= sizeof(w->tokens));
	json_init(&w->rest.errors, w->tokens, TOKENS);
	rest_init(&w->rest, &setup);
	return 0;
}

/* --- time and answers ------------------------------------------------------
 */

static void
pass(struct mono to)
{
	w->loop.wall.ns += to.ns - w->loop.now.ns;
	w->loop.now = to;
}

/* The one of the two that is due first. */
static struct timer *
next_timer(void)
{
	struct timer *calls = &w->rest.timer;
	struct timer *jobs = &w->rest.jobs_timer;

	if (!jobs->armed)
		return calls;
	return calls->armed && calls->due.ns <= jobs->due.ns ? calls : jobs;
}

/* ms go by, and whatever is due in them happens. */
static void
wait_ms(int64_t ms)
{
	struct mono end = mono_after_ms(w->loop.now, ms);
	struct timer *t;
	int turns = 0;

	while ((t = next_timer())->armed && t->due.ns <= end.ns) {
		assert_true(turns++ < 10000);
		if (t->due.ns > w->loop.now.ns)
			pass(t->due);
		t->armed = false;
		t->fire(t);
	}
	pass(end);
}

static void
answer_body(struct httpc *h, int status, enum err e, const char *body)
{
	struct httpc_reply a = { .error = e,
		.status = status,
		.body = span_of(body),
		.retry_after_s = -1,
		.watched = -1 };

	assert_true(h->busy);
	h->busy = false;
	h->done(h, &a);
	wait_ms(0);
}

static void
answer_with(int status, int64_t retry_after_s, int64_t weight)
{
	struct httpc_reply a = { .error = ERR_OK,
		.status = status,
		.body = SPAN("{\"code\":-1003}"),
		.retry_after_s = retry_after_s,
		.watched = weight };

	assert_true(w->rest.http.busy);
	w->rest.http.busy = false;
	w->rest.http.done(&w->rest.http, &a);
	wait_ms(0);
}

static void
answer(int status)
{
	answer_with(status, -1, -1);
}

static void
no_answer(enum err e)
{
	struct httpc_reply a = {
		.error = e, .retry_after_s = -1, .watched = -1
	};

	w->rest.http.busy = false;
	w->rest.http.done(&w->rest.http, &a);
	wait_ms(0);
}

/* The next call leaves after from..to ms, not sooner and not later. */
static void
expect_after(int64_t from, int64_t to, const char *words)
{
	wait_ms(from - 1);
	expect_said("");
	wait_ms(to - from + 1);
	expect_said(words);
}

/* --- order -----------------------------------------------------------------
 */

static void
books_come_before_trades_and_one_at_a_time(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 5, 6);
	rest_want_book(&w->rest, 1);
	rest_want_book(&w->rest, 2);
	expect_said("");
	wait_ms(0);
	expect_said("book:1");
	wait_ms(1000);
	expect_said("");
	assert_int_equal(w->rest.metrics.queue, 3);
	answer(200);
	expect_said("got:1 book:2");
	/* One that comes in between goes first as well. */
	rest_want_book(&w->rest, 0);
	answer(200);
	expect_said("got:2 book:0");
	answer(200);
	expect_said("got:0 trades:0:5+3");
	answer(200);
	expect_said("got:0");
	wait_ms(120 * 1000);
	expect_said("");
	assert_int_equal(w->rest.metrics.queue, 0);
	assert_int_equal(w->rest.metrics.requests, 4);
	assert_int_equal(w->rest.metrics.failures, 0);
}

/* Of a book that somebody wishes, and that could as well not be asked for. */
static void
a_wish_takes_what_is_spare(void **state)
{
	(void)state;
	assert_int_equal(rest_book_wait(&w->rest, 0), 0);
	rest_want_book(&w->rest, 1);
	assert_int_equal(rest_book_wait(&w->rest, 0), 1000);
	wait_ms(0);
	expect_said("book:1");
	assert_int_equal(rest_book_wait(&w->rest, 0), 1000);
	/* With this one it would be more than three quarters. */
	answer_with(200, -1, 6000 - 6000 / 4 - BOOK_WEIGHT + 1);
	expect_said("got:1");
	assert_true(rest_book_wait(&w->rest, 0) >= 60000);
	wait_ms(61 * 1000);
	assert_int_equal(rest_book_wait(&w->rest, 0), 0);
	rest_want_book(&w->rest, 1);
	wait_ms(0);
	answer_with(429, 20, -1);
	expect_said("book:1");
	assert_true(rest_book_wait(&w->rest, 0) >= 20000);
}

static void
a_book_not_wanted_any_more_is_dropped(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	rest_want_book(&w->rest, 1);
	wait_ms(0);
	expect_said("book:0");
	rest_drop_book(&w->rest, 0);
	rest_drop_book(&w->rest, 1);
	answer(200);
	expect_said("");
	/* Wanted again while an answer for before is under way. */
	rest_want_book(&w->rest, 2);
	wait_ms(0);
	expect_said("book:2");
	rest_drop_book(&w->rest, 2);
	rest_want_book(&w->rest, 2);
	answer(200);
	expect_said("book:2");
	answer(200);
	expect_said("got:2");
}

/* --- pauses ----------------------------------------------------------------
 */

static void
limited_with_and_without_retry_after(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	rest_want_trades(&w->rest, 1, 5, 6);
	wait_ms(0);
	expect_said("book:0");
	answer_with(429, 7, -1);
	/* Nothing for any symbol. */
	rest_want_book(&w->rest, 2);
	expect_after(7000, 8000, "book:0");
	assert_int_equal(w->rest.metrics.limited, 1);
	assert_non_null(strstr(w->rest.why, "Too much request weight used."));
	answer(200);
	expect_said("got:0 book:2");
	answer(429);
	/* Longer than the hole's trades may wait. */
	wait_ms(29000);
	expect_said("failed:1");
	expect_after(31000, 32000, "book:2");
	assert_int_equal(w->rest.metrics.limited, 2);
}

/* Venues whose windows are shorter than a minute. */
static void
limited_by_the_window_of_the_venue(void **state)
{
	struct venue counts = venue;

	(void)state;
	w->rest.venue = &counts;
	counts.id = VENUE_okx;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer(429);
	expect_after(2000, 3000, "book:0");
	answer(429);
	expect_after(4000, 5000, "book:0");
	/* What the answer says goes first. */
	answer_with(429, 30, -1);
	expect_after(30000, 31000, "book:0");
	/* Not for ever longer. */
	for (int i = 0; i < 6; i++) {
		answer(429);
		wait_ms(61000);
		expect_said("book:0");
	}
	answer(200);
	expect_said("got:0");
	/* A body behind status 200. */
	rest_want_book(&w->rest, 1);
	wait_ms(0);
	expect_said("book:1");
	w->verdict = ERR_LIMITED;
	answer(200);
	expect_said("got:1");
	expect_after(2000, 3000, "book:1");
	w->verdict = ERR_OK;
	answer(200);
	expect_said("got:1");
	assert_int_equal(w->rest.metrics.limited, 10);
	counts.id = VENUE_deribit;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer(429);
	expect_after(5000, 6000, "book:0");
}

static void
banned_longer_each_time(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer(418);
	expect_after(120 * 1000, 121 * 1000, "book:0");
	answer(418);
	expect_after(240 * 1000, 241 * 1000, "book:0");
	answer_with(418, 30, -1);
	expect_after(30 * 1000, 31 * 1000, "book:0");
	assert_int_equal(w->rest.metrics.banned, 3);
	/* Forgiven. */
	answer(200);
	expect_said("got:0");
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer(418);
	expect_after(120 * 1000, 121 * 1000, "book:0");
	/* The body knows until when. */
	w->banned_until.ns = w->loop.wall.ns + 600 * NS_PER_S;
	answer(418);
	expect_after(600 * 1000, 601 * 1000, "book:0");
}

static void
refused_by_a_firewall(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer(403);
	expect_after(300 * 1000, 301 * 1000, "book:0");
	answer(451);
	expect_after(3600 * 1000, 3601 * 1000, "book:0");
	answer(200);
	expect_said("got:0");
}

/* Calls of other symbols wait as well, a little longer each time. */
static void
a_venue_out_of_order(void **state)
{
	int64_t least = 125;

	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	for (int i = 0; i < 4; i++) {
		answer(i % 2 == 0 ? 502 : 503);
		rest_want_book(&w->rest, 1);
		wait_ms(least - 1);
		expect_said("");
		wait_ms(3 * least);
		w->words[w->len] = '\0';
		assert_int_equal(strncmp(w->words, "book:", 5), 0);
		w->len = 0;
		least *= 2;
	}
	assert_string_equal(w->rest.why, "5xx: the venue is out of order");
	answer(200);
	assert_int_equal(w->rest.misses, 0);
}

/* The market never sees them. */
static void
what_is_no_json_is_not_read(void **state)
{
	static const struct {
		int status;
		enum err error;
		const char *body;
		const char *why;
		int64_t pause_ms;
	} cases[] = {
		{ 200, ERR_OK, "<html>down for maintenance</html>",
		    "a page for people instead of data", 2500 },
		{ 200, ERR_OK, " \r\n\t<!doctype html>",
		    "a page for people instead of data", 2500 },
		{ 200, ERR_OK, "Service Unavailable", "a body that is not JSON",
		    2500 },
		{ 200, ERR_OK, "", "a body that is not JSON", 2500 },
		{ 200, ERR_CLOSED, "{\"lastUpdateId\":1,\"bi",
		    "the answer was cut short", 125 },
		{ 200, ERR_UNSUPPORTED, "",
		    "a compressed body, which was not asked for", 2500 },
		{ 0, ERR_REFUSED, "", "no connection, or no answer in time",
		    125 },
		{ 403, ERR_OK, "<html>no</html>",
		    "403: the venue's firewall refuses us", 300000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rest_want_book(&w->rest, 0);
		wait_ms(4000000);
		expect_said("book:0");
		answer_body(&w->rest.http, cases[i].status, cases[i].error,
		    cases[i].body);
		assert_string_equal(w->rest.why, cases[i].why);
		wait_ms(cases[i].pause_ms - 1);
		expect_said("");
		wait_ms(4000000);
		expect_said("book:0");
		answer(200);
		expect_said("got:0");
	}
}

/* A status that one call deserves does not stop the others. */
static void
a_bad_request_stops_nobody(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	rest_want_book(&w->rest, 1);
	expect_said("book:0");
	answer(404);
	expect_said("book:1");
}

/* --- across a restart ------------------------------------------------------
 */

static void
a_ban_outlives_the_program(void **state)
{
	char text[256];
	struct out o;

	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	out_init(&o, text, sizeof(text));
	rest_save(&w->rest, &o);
	assert_int_equal(o.len, 0);
	answer_with(418, 600, -1);
	rest_save(&w->rest, &o);
	assert_true(o.len > 0);
	assert_memory_equal(text, "rest test BANNED ", 17);
	/* 100 s later another process reads it. */
	wait_ms(100 * 1000);
	w->rest.paused_until.ns = 0;
	w->rest.misses = 0;
	w->rest.why[0] = '\0';
	assert_int_equal(rest_restore(&w->rest, out_done(&o)), ERR_OK);
	assert_non_null(strstr(w->rest.why, "said before the restart"));
	expect_said("");
	expect_after(500 * 1000, 501 * 1000, "book:0");
	/* The next one is longer: it is not forgotten that there was one. */
	answer(418);
	expect_after(240 * 1000, 241 * 1000, "book:0");
}

static void
what_is_no_ban_is_refused(void **state)
{
	static const struct {
		const char *line;
		enum err error;
	} cases[] = {
		{ "", ERR_SYNTAX },
		{ "ban test BANNED 1 1\n", ERR_SYNTAX },
		{ "rest other BANNED 9000000000000 1\n", ERR_UNKNOWN },
		{ "rest test SERVER 9000000000000 1\n", ERR_SYNTAX },
		{ "rest test BANNED x 1\n", ERR_SYNTAX },
		{ "rest test BANNED 99999999999999\n", ERR_SYNTAX },
		{ "rest test BANNED 999999000000000000 1\n", ERR_SYNTAX },
		/* Over. */
		{ "rest test BANNED 1000 1\n", ERR_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(rest_restore(&w->rest, span_of(cases[i].line)),
		    cases[i].error);
		assert_int_equal(w->rest.paused_until.ns, 0);
	}
	/* Not for ever. */
	assert_int_equal(
	    rest_restore(&w->rest, SPAN("rest test BANNED 9000000000000 1\n")),
	    ERR_OK);
	assert_true(mono_ms_between(w->loop.now, w->rest.paused_until) <=
		    3 * 24 * 3600 * 1000LL);
}

/* --- jobs ------------------------------------------------------------------
 */

static bool
job_write(struct rest_job *j, struct out *path, struct venue_call *call)
{
	out_text(path, j->owner);
	call->weight = 10;
	return true;
}

static bool
job_nothing(struct rest_job *j, struct out *path, struct venue_call *call)
{
	(void)j;
	(void)path;
	(void)call;
	return false;
}

static enum err
job_piece(struct rest_job *j, struct span bytes)
{
	(void)j;
	say("piece:%.*s", (int)bytes.len, bytes.at);
	return w->job_verdict;
}

static void
job_done(struct rest_job *j, enum err e, const struct httpc_reply *a)
{
	assert_non_null(a);
	w->job_error = e;
	say("done:%s", (const char *)j->owner);
}

static void
jobs_have_a_connection_of_their_own(void **state)
{
	struct rest_job first = { .owner = (void *)(uintptr_t) "/a",
		.name = "a",
		.write = job_write,
		.done = job_done };
	struct rest_job none = { .owner = (void *)(uintptr_t) "/n",
		.name = "n",
		.write = job_nothing,
		.done = job_done };
	struct rest_job second = { .owner = (void *)(uintptr_t) "/b",
		.name = "b",
		.write = job_write,
		.done = job_done };

	(void)state;
	rest_want_book(&w->rest, 0);
	rest_queue(&w->rest, &first, 0);
	rest_queue(&w->rest, &none, 0);
	rest_queue(&w->rest, &second, 5000);
	assert_int_equal(rest_jobs_waiting(&w->rest), 3);
	wait_ms(0);
	expect_said("book:0 /a");
	answer_body(&w->rest.jobs_http, 200, ERR_OK, "[]");
	expect_said("done:/a");
	assert_int_equal(w->job_error, ERR_OK);
	wait_ms(4999);
	expect_said("");
	wait_ms(1);
	expect_said("/b");
	/* What one connection hears is for both. */
	answer_with(429, 20, -1);
	assert_int_equal(rest_jobs_waiting(&w->rest), 1);
	answer_body(&w->rest.jobs_http, 500, ERR_OK, "");
	expect_said("done:/b");
	assert_int_equal(w->job_error, ERR_HTTP);
	rest_queue(&w->rest, &first, 0);
	wait_ms(19000);
	expect_said("");
	wait_ms(2000);
	expect_said("book:0 /a");
}

/* One that waits comes sooner, never later. */
static void
jobs_can_be_hurried(void **state)
{
	struct rest_job j = { .owner = (void *)(uintptr_t) "/a",
		.name = "a",
		.write = job_write,
		.done = job_done };

	(void)state;
	rest_hurry(&w->rest, &j, 5000);
	rest_hurry(&w->rest, &j, 60000);
	wait_ms(4000);
	expect_said("");
	rest_hurry(&w->rest, &j, 500);
	assert_int_equal(rest_jobs_waiting(&w->rest), 1);
	wait_ms(500);
	expect_said("/a");
	/* It is under way. */
	rest_hurry(&w->rest, &j, 0);
	wait_ms(1000);
	expect_said("");
	answer_body(&w->rest.jobs_http, 200, ERR_OK, "[]");
	expect_said("done:/a");
	wait_ms(10000);
	expect_said("");
}

static void
what_is_forgotten_is_not_asked_for(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 1);
	rest_want_trades(&w->rest, 1, 5, 6);
	rest_poll(&w->rest, 1, CHANNEL_INTEREST);
	wait_ms(0);
	expect_said("book:1");
	rest_forget(&w->rest, 1);
	/* Its answer is nobody's. */
	answer_body(&w->rest.http, 200, ERR_OK, "{}");
	wait_ms(120000);
	expect_said("");
}

/* The last quarter of the budget is for books and trades. */
static void
jobs_leave_room(void **state)
{
	struct rest_job j = { .owner = (void *)(uintptr_t) "/a",
		.name = "a",
		.write = job_write,
		.done = job_done };

	(void)state;
	w->rest.setup.weight_per_minute = 100;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	answer_with(200, -1, 70);
	expect_said("got:0");
	rest_queue(&w->rest, &j, 0);
	wait_ms(59000);
	expect_said("");
	wait_ms(2000);
	expect_said("/a");
}

/* Two calls were under way when the venue banned us: what it says to the other
 * one does not end the ban. */
static void
the_longest_pause_stands(void **state)
{
	struct rest_job j = { .owner = (void *)(uintptr_t) "/a",
		.name = "a",
		.write = job_write,
		.done = job_done };
	struct httpc_reply limited = { .status = 429,
		.body = SPAN("{}"),
		.retry_after_s = 1,
		.watched = -1 };

	(void)state;
	rest_want_book(&w->rest, 0);
	rest_queue(&w->rest, &j, 0);
	wait_ms(0);
	assert_true(w->rest.http.busy && w->rest.jobs_http.busy);
	w->len = 0;
	answer_with(418, 600, -1);
	w->rest.jobs_http.busy = false;
	w->rest.jobs_http.done(&w->rest.jobs_http, &limited);
	assert_int_equal(w->rest.refusal, REFUSAL_BANNED);
	w->len = 0;
	expect_after(600 * 1000, 601 * 1000, "book:0");
}

static void
a_job_in_pieces(void **state)
{
	struct rest_job j = { .owner = (void *)(uintptr_t) "/list",
		.name = "list",
		.write = job_write,
		.piece = job_piece,
		.done = job_done };
	struct httpc *h = &w->rest.jobs_http;

	(void)state;
	rest_queue(&w->rest, &j, 0);
	wait_ms(0);
	expect_said("/list");
	assert_int_equal(w->piece(h, 200, SPAN("[{")), ERR_OK);
	assert_int_equal(w->piece(h, 200, SPAN("<}]")), ERR_OK);
	expect_said("piece:[{ piece:<}]");
	answer_body(h, 200, ERR_OK, "");
	expect_said("done:/list");
	assert_int_equal(w->job_error, ERR_OK);
	/* A page for people: not a byte of it is handed on. */
	rest_queue(&w->rest, &j, 0);
	wait_ms(0);
	assert_int_equal(w->piece(h, 200, SPAN("<html>")), ERR_SYNTAX);
	expect_said("/list");
	answer_body(h, 200, ERR_SYNTAX, "");
	assert_int_equal(w->job_error, ERR_SYNTAX);
	assert_int_equal(w->rest.last, REFUSAL_HTML);
	assert_true(w->rest.paused_until.ns > w->loop.now.ns);
	expect_said("done:/list");
	/* Who reads it has had enough: the venue is not to blame. */
	rest_queue(&w->rest, &j, 0);
	wait_ms(10000);
	w->job_verdict = ERR_RANGE;
	assert_int_equal(w->piece(h, 200, SPAN("[")), ERR_RANGE);
	answer_body(h, 200, ERR_RANGE, "");
	assert_int_equal(w->job_error, ERR_RANGE);
	assert_true(mono_due(w->rest.paused_until, w->loop.now));
}

/* --- weight ----------------------------------------------------------------
 */

static void
the_limit_waits_for_the_next_minute(void **state)
{
	(void)state;
	w->rest.setup.weight_per_minute = 2 * BOOK_WEIGHT + TRADES_WEIGHT - 1;
	wait_ms(20 * 1000);
	for (unsigned s = 0; s < SYMBOLS; s++)
		rest_want_book(&w->rest, s);
	wait_ms(0);
	expect_said("book:0");
	answer(200);
	expect_said("got:0 book:1");
	assert_int_equal(w->rest.metrics.weight_used, 2 * BOOK_WEIGHT);
	answer(200);
	expect_said("got:1");
	expect_after(40 * 1000, 40 * 1000 + 500, "book:2");
	assert_int_equal(w->rest.metrics.weight_used, BOOK_WEIGHT);
}

/* Others behind the same address use weight too: the venue says how much. */
static void
what_the_venue_counts_counts(void **state)
{
	(void)state;
	w->rest.setup.weight_per_minute = 1000;
	rest_want_book(&w->rest, 0);
	rest_want_book(&w->rest, 1);
	wait_ms(0);
	expect_said("book:0");
	answer_with(200, -1, 951);
	expect_said("got:0");
	assert_int_equal(w->rest.metrics.weight_used, 951);
	expect_after(60 * 1000, 60 * 1000 + 500, "book:1");
	answer_with(200, -1, 50);
	expect_said("got:1");
}

/* --- failures --------------------------------------------------------------
 */

static void
a_book_that_fails_is_asked_for_again(void **state)
{
	int64_t least = 125;

	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	for (int i = 0; i < 5; i++) {
		if (i % 2 == 0)
			answer(500);
		else
			no_answer(ERR_LATE);
		expect_after(least, 3 * least, "book:0");
		least *= 2;
	}
	assert_int_equal(w->rest.metrics.failures, 5);
	w->verdict = ERR_SYNTAX;
	answer(200);
	expect_said("got:0");
	expect_after(least, 3 * least, "book:0");
	w->verdict = ERR_OK;
	answer(200);
	expect_said("got:0");
	/* The next one begins anew. */
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
}

static void
a_stale_book_waits_before_the_next(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	w->stale = true;
	answer(200);
	expect_said("got:0");
	expect_after(125, 375, "book:0");
	answer(200);
	expect_said("got:0");
	expect_after(250, 750, "book:0");
	w->stale = false;
	answer(200);
	expect_said("got:0");
	wait_ms(100000);
	expect_said("");
}

/* --- holes -----------------------------------------------------------------
 */

static void
a_hole_is_filled_in_pages(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 1, 100, 124);
	wait_ms(0);
	expect_said("trades:1:100+10");
	w->next = 110;
	answer(200);
	expect_said("got:1 trades:1:110+10");
	/* Fewer than asked for. */
	w->next = 117;
	answer(200);
	expect_said("got:1 trades:1:117+9");
	w->next = 125;
	answer(200);
	expect_said("got:1");
	wait_ms(100000);
	expect_said("");
	assert_false(w->wishes[1].trades);
}

/* A hole behind the first is told from within the answer. */
static void
one_hole_after_another(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 1, 100, 101);
	wait_ms(0);
	expect_said("trades:1:100+3");
	w->new_first = 200;
	answer(200);
	expect_said("got:1 trades:1:200+3");
	answer(200);
	expect_said("got:1");
	wait_ms(100000);
	expect_said("");
}

static void
a_hole_that_grows_is_one_hole(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 5, 6);
	rest_want_trades(&w->rest, 0, 5, 9);
	wait_ms(0);
	expect_said("trades:0:5+6");
	answer(200);
	expect_said("got:0");
}

static void
a_hole_is_given_up_in_time(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 2, 5, 6);
	for (int i = 0; i < 100 && w->wishes[2].trades; i++) {
		wait_ms(1000);
		if (w->rest.http.busy)
			answer(500);
	}
	assert_false(w->wishes[2].trades);
	assert_true(w->loop.now.ns >= 1030 * NS_PER_S);
	assert_true(w->loop.now.ns <= 1031 * NS_PER_S);
	w->words[w->len] = '\0';
	assert_non_null(strstr(w->words, "trades:2:5+3 trades:2:5+3 "));
	assert_string_equal(w->words + w->len - 8, "failed:2");
	w->len = 0;
	wait_ms(100000);
	expect_said("");
}

/* The call under way for a hole given up does not count any more. */
static void
an_answer_after_that_is_ignored(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 2, 5, 6);
	wait_ms(0);
	expect_said("trades:2:5+3");
	wait_ms(30000);
	expect_said("failed:2");
	/* Nor for another hole, told of in between. */
	rest_want_trades(&w->rest, 2, 20, 21);
	answer(200);
	expect_said("trades:2:20+3");
	answer(200);
	expect_said("got:2");
	assert_int_equal(w->rest.kind, REST_NONE);
}

static void
too_large_a_hole_is_not_asked_for(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 1, 1000);
	wait_ms(0);
	expect_said("trades:0:1+10");
	no_answer(ERR_RESET);
	rest_want_trades(&w->rest, 1, 1, 1001);
	wait_ms(0);
	expect_said("failed:1");
}

/* An answer without any of them: asked again, later and later. */
/* The stream has filled the hole that was asked for, and there is another. */
static void
another_hole_has_its_own_time(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 5, 6);
	wait_ms(29 * 1000);
	expect_said("trades:0:5+3");
	rest_want_trades(&w->rest, 0, 20, 21);
	w->next = 20;
	answer(200);
	expect_said("got:0 trades:0:20+3");
	wait_ms(10 * 1000);
	expect_said("");
	w->next = INT64_MAX;
	answer(200);
	expect_said("got:0");
	wait_ms(60 * 1000);
	expect_said("");
}

/* The stream has filled the hole while REST was away: nothing is lost, and
 * nothing is said to be. */
static void
a_hole_that_the_stream_has_filled(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 5, 6);
	wait_ms(0);
	answer(503);
	w->whole = true;
	wait_ms(60 * 1000);
	w->words[w->len] = '\0';
	assert_null(strstr(w->words, "failed"));
	assert_false(w->wishes[0].trades);
}

/* A word that is not known, in a page that has all that was asked for. */
static void
a_hole_that_is_filled_is_not_asked_for_again(void **state)
{
	(void)state;
	w->verdict = ERR_UNKNOWN;
	rest_want_trades(&w->rest, 0, 5, 6);
	wait_ms(0);
	answer(200);
	expect_said("trades:0:5+3 got:0");
	wait_ms(60 * 1000);
	expect_said("");
	assert_int_equal(w->rest.metrics.failures, 1);
}

static void
trades_that_rest_does_not_have(void **state)
{
	(void)state;
	rest_want_trades(&w->rest, 0, 5, 6);
	wait_ms(0);
	expect_said("trades:0:5+3");
	w->next = 5;
	answer(200);
	expect_said("got:0");
	expect_after(125, 375, "trades:0:5+3");
	answer(200);
	expect_said("got:0");
	expect_after(250, 750, "trades:0:5+3");
	w->next = 7;
	answer(200);
	expect_said("got:0");
}

static void
closed_in_the_middle(void **state)
{
	(void)state;
	rest_want_book(&w->rest, 0);
	wait_ms(0);
	expect_said("book:0");
	rest_close(&w->rest);
	assert_false(w->rest.timer.armed);
	assert_false(w->rest.http.busy);
	assert_int_equal(w->rest.kind, REST_NONE);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(books_come_before_trades_and_one_at_a_time),
		TEST(a_wish_takes_what_is_spare),
		TEST(a_book_not_wanted_any_more_is_dropped),
		TEST(limited_with_and_without_retry_after),
		TEST(limited_by_the_window_of_the_venue),
		TEST(banned_longer_each_time),
		TEST(refused_by_a_firewall),
		TEST(a_venue_out_of_order),
		TEST(what_is_no_json_is_not_read),
		TEST(a_bad_request_stops_nobody),
		TEST(a_ban_outlives_the_program),
		TEST(what_is_no_ban_is_refused),
		TEST(jobs_have_a_connection_of_their_own),
		TEST(jobs_can_be_hurried),
		TEST(what_is_forgotten_is_not_asked_for),
		TEST(jobs_leave_room),
		TEST(a_job_in_pieces),
		TEST(the_limit_waits_for_the_next_minute),
		TEST(what_the_venue_counts_counts),
		TEST(a_book_that_fails_is_asked_for_again),
		TEST(a_stale_book_waits_before_the_next),
		TEST(a_hole_is_filled_in_pages),
		TEST(one_hole_after_another),
		TEST(a_hole_that_grows_is_one_hole),
		TEST(a_hole_is_given_up_in_time),
		TEST(an_answer_after_that_is_ignored),
		TEST(too_large_a_hole_is_not_asked_for),
		TEST(the_longest_pause_stands),
		TEST(another_hole_has_its_own_time),
		TEST(a_hole_that_the_stream_has_filled),
		TEST(a_hole_that_is_filled_is_not_asked_for_again),
		TEST(trades_that_rest_does_not_have),
		TEST(closed_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
