/* LINK: net/conn_count sinks/folder */
/* LINK: sinks/clickhouse% net/httpc net/conn net/tcp net/tls net/tls_link */
/* LINK: net/tls_words core/loop core/out core/span core/must core/err */
/* LINK: core/arena core/log core/metrics gen/ca_roots codec/http1 */
/* LINK: codec/http1_body codec/url codec/crc32c codec/rowbinary */
/* LINK: codec/decimal codec/decmath codec/utf8 model/row model/ddl */
/* LINK: model/marketprism model/model model/emit */
/* LINK: codec/pack codec/pack_lz4 codec/pack_zlib codec/crc32 */
/* LIBS: mbedtls lz4 zlib */
#define _GNU_SOURCE

#include <lz4.h>
#include <zlib.h>

#include "click_world.h"

static bool
has(const struct request *r, const char *text)
{
	return strstr(r->target, text) != NULL;
}

/* The token of an insert; two live at once. */
static const char *
token_of(const struct request *r)
{
	static char tokens[2][128];
	static unsigned turn;
	const char *at = strstr(r->target, "insert_deduplication_token=");
	char *to = tokens[turn++ % 2];

	assert_non_null(at);
	at += strlen("insert_deduplication_token=");
	snprintf(to, sizeof(tokens[0]), "%.*s", (int)strcspn(at, "&"), at);
	return to;
}

/* In thousandths, what the service replaced called its compression. */
static const struct histogram *
ratio(struct world *w)
{
	return &inside(w)->replaced.fast.optimized_clickhouse_compression_ratio;
}

static void
expect_rows(
    const struct request *r, enum record_id id, uint64_t from, uint64_t to)
{
	struct span rows = rows_of(id, from, to);
	char table[64];

	snprintf(table, sizeof(table), "INTO%%20d.%s%%20", records[id].plural);
	assert_non_null(strstr(r->target, table));
	assert_int_equal(r->len, rows.len);
	assert_memory_equal(r->body, rows.at, rows.len);
}

static void
the_server_is_asked_and_tables_are_made(void **state)
{
	struct world *w = *state;
	struct opt_clickhouse *o = &w->options.clickhouse;

	snprintf(o->user, sizeof(o->user), "edge");
	snprintf(o->password, sizeof(o->password), "geheim");
	open_sink(w);
	turns(w, 120);
	assert_int_equal(w->count, 2 + 2 * RECORD_COUNT);
	assert_string_equal(
	    w->requests[1].body, "CREATE DATABASE IF NOT EXISTS d");
	assert_memory_equal(
	    w->requests[2].body, "CREATE TABLE IF NOT EXISTS d.trades (", 37);
	assert_non_null(strstr(w->requests[0].head,
	    "\r\nX-ClickHouse-User: edge\r\nX-ClickHouse-Key: geheim\r\n"));
	assert_null(strstr(w->requests[0].target, "geheim"));
	assert_null(strstr(w->sink.target, "geheim"));
	assert_int_equal(inside(w)->metrics.creates, 1 + RECORD_COUNT);
	assert_int_equal(inside(w)->metrics.tokens, 1);
	assert_string_equal(inside(w)->server.version, "26.7.2.1");
	assert_int_equal(w->sink.counts.connects, 1);
}

/* --- tables of an older build --------------------------------------------
 */

/* backfill, and the number that did not fit. */
static uint32_t
new_columns(void)
{
	size_t count = records[RECORD_trade].field_count;

	assert_string_equal(
	    records[RECORD_trade].fields[count - 1].name, "backfill");
	return (uint32_t)3 << (count - 1);
}

static const char *
alteration(struct world *w)
{
	for (unsigned i = 0; i < w->count; i++) {
		if (strncmp(w->requests[i].body, "ALTER", 5) == 0)
			return w->requests[i].body;
	}
	return "";
}

/* The one insert of a trade, after a start. */
static void
expect_insert(struct world *w, uint32_t lacks)
{
	union record rec;
	char text[32], row[512], names[512];
	struct out o, columns;

	forget(w);
	w->head = 1;
	later(w, 1000);
	expect_said(&w->said, "k1 c1");
	assert_int_equal(w->count, 1);
	out_init(&o, row, sizeof(row));
	frame_of(1, &rec, text);
	record_row(RECORD_trade, &rec, lacks, &o);
	assert_int_equal(w->requests[0].len, o.len);
	assert_memory_equal(w->requests[0].body, row, o.len);
	out_init(&o, names, sizeof(names));
	OUT_LITERAL(&o, "%28");
	out_init(&columns, row, sizeof(row));
	record_columns(RECORD_trade, lacks, &columns);
	url_encode(&o, out_done(&columns));
	OUT_LITERAL(&o, "%29");
	assert_true(has(&w->requests[0], out_cstr(&o)));
}

static void
columns_are_added(void **state)
{
	struct world *w = *state;

	w->lacks = new_columns();
	open_sink(w);
	turns(w, 120);
	assert_non_null(strstr(alteration(w),
	    "ALTER TABLE d.trades ADD COLUMN IF NOT EXISTS backfill "
	    "Nullable(Bool) COMMENT 'true where it came from REST "
	    "after a hole' CODEC(ZSTD(1)), ADD COLUMN IF NOT EXISTS unfit "
	    "Nullable(String) COMMENT '"));
	expect_insert(w, 0);
	assert_string_equal(alteration(w), "");
}

static void
columns_are_added_to_an_old_server(void **state)
{
	struct world *w = *state;

	w->old = true;
	w->lacks = new_columns();
	open_sink(w);
	turns(w, 120);
	assert_string_equal(alteration(w),
	    "ALTER TABLE d.trades ADD COLUMN backfill Nullable(UInt8), "
	    "ADD COLUMN unfit Nullable(String)");
	expect_insert(w, 0);
}

static void
columns_are_left_out(void **state)
{
	struct world *w = *state;

	w->options.clickhouse.create = false;
	w->lacks = new_columns();
	open_sink(w);
	turns(w, 120);
	assert_string_equal(alteration(w), "");
	expect_insert(w, w->lacks);
}

/* Without the grant as well; another start has it. */
static void
columns_may_not_be_added(void **state)
{
	struct world *w = *state;

	w->lacks = new_columns();
	w->may_not_add = true;
	open_sink(w);
	turns(w, 120);
	expect_insert(w, w->lacks);
	sink_clickhouse.close(&w->sink);
	w->may_not_add = false;
	w->confirmed = 0;
	w->border = 0;
	open_sink(w);
	turns(w, 120);
	assert_memory_equal(alteration(w), "ALTER TABLE d.trades ", 21);
	expect_insert(w, 0);
}

/* The user may not create: somebody else has made them. */
static void
tables_may_not_be_made(void **state)
{
	static struct planned denied[1 + RECORD_COUNT];
	struct world *w = *state;

	for (unsigned i = 0; i <= RECORD_COUNT; i++)
		denied[i] = (struct planned){ 500, 497, "Code: 497. no" };
	plan(w, denied, 1 + RECORD_COUNT);
	open_sink(w);
	turns(w, 120);
	expect_insert(w, 0);
}

static void
a_batch_is_one_insert_for_each_table(void **state)
{
	struct world *w = *state;

	start(w);
	w->head = 8;
	turns(w, 10);
	expect_said(&w->said, "");
	assert_false(sink_clickhouse.idle(&w->sink));
	later(w, 1000);
	expect_said(&w->said, "k8 c8");
	assert_int_equal(w->count, 3);
	expect_rows(&w->requests[0], RECORD_trade, 1, 9);
	expect_rows(&w->requests[1], RECORD_kline, 1, 9);
	expect_rows(&w->requests[2], RECORD_event, 1, 9);
	assert_true(has(&w->requests[0], "?wait_end_of_query=1"));
	assert_true(has(&w->requests[0], "&max_partitions_per_insert_block=0"));
	assert_true(has(&w->requests[0], "&async_insert=0"));
	assert_memory_equal(token_of(&w->requests[0]), "box-trades-1-8-", 15);
	assert_int_equal(strlen(token_of(&w->requests[0])), 15 + 8);
	assert_true(sink_clickhouse.idle(&w->sink));
	assert_int_equal(w->sink.counts.taken, 8);
	assert_int_equal(w->sink.counts.confirmed, 8);
	assert_int_equal(inside(w)->metrics.inserts, 3);
	assert_int_equal(inside(w)->metrics.rows, 8);
	assert_int_equal(inside(w)->metrics.latency.count, 3);
	assert_int_equal(ratio(w)->count, 3);
	assert_int_equal(ratio(w)->sum, 3 * 1000);
	assert_int_equal(inside(w)->metrics.unfit, 2);
	assert_non_null(memmem(w->requests[1].body, w->requests[1].len,
	    "{\"volume\":\"0.0000000000000000001\"}", 34));
}

/* The number of rows ends it, and the next one is on its way. */
static void
rows_end_a_batch(void **state)
{
	struct world *w = *state;

	w->options.clickhouse.rows = 4;
	start(w);
	w->head = 20;
	turns(w, 60);
	/* Trades are 1 2 4 5, 8 10 11 13, 16 17 19 20. */
	expect_said(&w->said, "k5 c5 k13 c13 k20 c20");
}

static void
a_signal_to_end_does_not_wait(void **state)
{
	struct world *w = *state;

	start(w);
	w->head = 2;
	w->host.draining = true;
	turns(w, 20);
	expect_said(&w->said, "k2 c2");
}

static const struct planned refused_252[] = { { 500, 252,
    "Code: 252. DB::Exception: Too many parts" } };
static const struct planned old_252[] = { { 500, 0,
    "Code: 252, e.displayText() = DB::Exception: Too many parts" } };
static const struct planned late_252[] = { { 200, 0,
    "Code: 252. DB::Exception: Too many parts" } };
static const struct planned proxy_502[] = { { 502, 0, "<html>" } };

/* The same bytes with the same token, again and again. */
static void
a_batch_never_changes(void **state)
{
	static const struct planned *const plans[] = { refused_252, old_252,
		late_252, proxy_502 };
	struct world *w = *state;

	start(w);
	for (unsigned i = 0; i < 4; i++) {
		uint64_t from = w->head;

		plan(w, plans[i], 1);
		w->head += 2;
		later(w, 1000);
		assert_int_equal(w->count, 1);
		w->head += 2;
		turns(w, 10);
		assert_int_equal(w->count, 1);
		assert_true(inside(w)->paused);
		later(w, 100);
		assert_string_equal(
		    token_of(&w->requests[0]), token_of(&w->requests[1]));
		assert_int_equal(w->requests[0].len, w->requests[1].len);
		assert_memory_equal(w->requests[0].body, w->requests[1].body,
		    w->requests[0].len);
		assert_int_equal(w->confirmed, from + 2);
		later(w, 1000);
		assert_int_equal(w->confirmed, from + 4);
		forget(w);
	}
	assert_int_equal(inside(w)->metrics.retries, 4);
	assert_int_equal(w->sink.counts.errors, 4);
	assert_true(w->sink.counts.resent >= 4);
}

/* Pauses grow, with jitter, and end with the first success. */
static void
pauses_grow(void **state)
{
	static struct planned plan_of[20];
	struct world *w = *state;
	uint64_t last = 0;

	start(w);
	for (unsigned i = 0; i < 20; i++)
		plan_of[i] = refused_252[0];
	plan(w, plan_of, 20);
	w->head = 1;
	later(w, 1000);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t pause = inside(w)->metrics.paused;
		uint64_t most = i < 9 ? 100u << i : CLICK_PAUSE_MAX_MS;

		most = most < CLICK_PAUSE_MAX_MS ? most : CLICK_PAUSE_MAX_MS;
		assert_true(pause >= most / 2 && pause <= most);
		last += pause;
		assert_int_equal(w->count, i + 1);
		later(w, (int64_t)pause);
	}
	assert_int_equal(inside(w)->metrics.paused, 0);
	assert_int_equal(w->confirmed, 1);
	assert_true(last > 100000);
}

/* An answer that was lost: the server is asked again who it is. */
static void
a_lost_answer(void **state)
{
	static const struct planned twice[] = { { 0, 0, "" }, { 0, 0, "" } };
	struct world *w = *state;

	start(w);
	plan(w, twice, 2);
	w->head = 1;
	later(w, 1000);
	/* httpc itself sends it once more: the token allows that. */
	assert_int_equal(w->count, 2);
	later(w, 100);
	assert_int_equal(w->count, 4);
	assert_memory_equal(w->requests[2].body, "SELECT version()", 16);
	assert_string_equal(
	    token_of(&w->requests[0]), token_of(&w->requests[3]));
	expect_said(&w->said, "k1 d:reset u c1");
}

static void
too_much_memory_makes_halves(void **state)
{
	static const struct planned plans[] = { { 500, 241, "Code: 241. x" },
		{ 200, 0, "" }, { 500, 241, "Code: 241. x" } };
	struct world *w = *state;
	struct span rows;

	start(w);
	plan(w, plans, 3);
	w->options.clickhouse.rows = 90;
	w->head = 200;
	turns(w, 10);
	later(w, 100);
	later(w, 200);
	/* whole, first half, second half, second half again, klines, events */
	assert_true(w->count >= 6);
	rows = (struct span){ w->requests[0].body, w->requests[0].len };
	assert_int_equal(w->requests[1].len + w->requests[2].len, rows.len);
	assert_true(w->requests[1].len > rows.len / 3);
	assert_true(w->requests[2].len > rows.len / 3);
	assert_memory_equal(w->requests[1].body, rows.at, w->requests[1].len);
	assert_memory_equal(w->requests[2].body, rows.at + w->requests[1].len,
	    w->requests[2].len);
	assert_string_not_equal(
	    token_of(&w->requests[0]), token_of(&w->requests[1]));
	assert_string_not_equal(
	    token_of(&w->requests[1]), token_of(&w->requests[2]));
	assert_string_equal(
	    token_of(&w->requests[2]), token_of(&w->requests[3]));
	assert_int_equal(inside(w)->metrics.splits, 1);
	assert_true(w->confirmed > 0);
}

static void
a_missing_table_is_made(void **state)
{
	static const struct planned plans[] = { { 404, 60, "Code: 60. x" } };
	struct world *w = *state;

	start(w);
	plan(w, plans, 1);
	w->head = 1;
	later(w, 1000);
	later(w, 100);
	/* insert, probe, statements, insert */
	assert_int_equal(w->count, 2 + 1 + RECORD_COUNT + 1);
	expect_said(&w->said, "k1 d:http u c1");
	assert_int_equal(inside(w)->metrics.parked_batches, 0);
}

static void
a_wrong_password_waits(void **state)
{
	static const struct planned plans[] = { { 403, 516,
	    "Code: 516. DB::Exception: edge: Authentication failed" } };
	struct world *w = *state;

	start(w);
	plan(w, plans, 1);
	w->head = 1;
	later(w, 1000);
	assert_non_null(strstr(w->why, "516 AUTHENTICATION_FAILED"));
	expect_said(&w->said, "k1 d:auth");
	later(w, CLICK_AUTH_PAUSE_MS / 2 - 1);
	assert_int_equal(w->count, 1);
	later(w, CLICK_AUTH_PAUSE_MS / 2 + 1);
	expect_said(&w->said, "u c1");
}

/* --- batches that are refused for good -----------------------------------
 */

static const struct planned refused_16[] = { { 404, 16,
    "Code: 16. DB::Exception: No such column" } };

static char *
dead_text(struct world *w)
{
	static char text[BODY];
	int fd = open(dead_path(w), O_RDONLY);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static void
expect_line(const char **at, const char *start)
{
	assert_memory_equal(*at, start, strlen(start));
	*at = strchr(*at, '\n');
	assert_non_null(*at);
	(*at)++;
}

static void
a_refused_batch_is_parked(void **state)
{
	struct world *w = *state;
	const char *at;

	start(w);
	plan(w, refused_16, 1);
	w->head = 5;
	later(w, 1000);
	/* Trades are refused, klines go in, then trades are read again. */
	expect_said(&w->said, "k5 r c5");
	assert_int_equal(w->count, 2);
	at = dead_text(w);
	assert_non_null(strstr(at, "\"code\":16,\"message\":\"code 16 "));
	assert_non_null(strstr(at, "\"first\":1,\"last\":5,\"rows\":4}\n"));
	assert_non_null(strstr(at, token_of(&w->requests[0])));
	expect_line(&at, "{\"dead_letter\":\"d.trades\",\"time\":");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"1\",");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"2\",");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"4\",");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"5\",");
	assert_int_equal(*at, '\0');
	assert_int_equal(inside(w)->metrics.parked_batches, 1);
	assert_int_equal(inside(w)->metrics.parked_rows, 4);
	assert_int_equal(w->sink.counts.confirmed, 1);
	/* And on it goes. */
	w->head = 6;
	later(w, 1000);
	expect_said(&w->said, "k6 c6");
}

/* Up to where the file is open and no record was offered yet. */
static void
begin_parking(struct world *w)
{
	start(w);
	plan(w, refused_16, 1);
	w->head = 5;
	clock_ns += 1000 * NS_PER_MS;
	for (int i = 0; i < 100 && !inside(w)->dead_open; i++) {
		offer(w);
		loop_turn(&w->loop, 1);
	}
	assert_true(inside(w)->dead_open);
}

static unsigned
lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* The process was stopped for a while, or the disk is slow: the hub offers no
 * more than so many records a turn, and patience is not over between them. */
static void
parking_outlasts_a_pause(void **state)
{
	struct world *w = *state;

	begin_parking(w);
	w->head = 2;
	clock_ns += 2 * CLICK_AUTH_PAUSE_MS * NS_PER_MS;
	loop_turn(&w->loop, 1);
	turns(w, 4);
	w->head = 5;
	turns(w, 4);
	expect_said(&w->said, "k5 r c5");
	assert_int_equal(lines_of(dead_text(w)), 1 + 4);
	assert_int_equal(inside(w)->metrics.parked_rows, 4);
}

/* The journal has gone around meanwhile: what is not there is not awaited. */
static void
parking_ends_without_the_rest(void **state)
{
	struct world *w = *state;

	begin_parking(w);
	w->head = 2;
	later(w, CLICK_AUTH_PAUSE_MS);
	later(w, CLICK_AUTH_PAUSE_MS);
	expect_said(&w->said, "k5 r c5");
	assert_int_equal(lines_of(dead_text(w)), 1 + 2);
}

static void
half_a_line_is_left_alone(void **state)
{
	struct world *w = *state;
	int fd = open(dead_path(w), O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "{\"torn", 6), 6);
	close(fd);
	start(w);
	plan(w, refused_16, 1);
	w->head = 1;
	later(w, 1000);
	assert_memory_equal(dead_text(w), "{\"torn\n{\"dead_letter\":", 22);
}

static void
without_a_place_for_it_the_sink_waits(void **state)
{
	static const struct planned plans[] = { { 404, 16, "Code: 16. x" } };
	struct world *w = *state;
	struct opt_clickhouse *o = &w->options.clickhouse;

	o->dead_letter[0] = '\0';
	start(w);
	plan(w, plans, 1);
	w->head = 1;
	later(w, 1000);
	expect_said(&w->said, "k1 d:config");
	assert_non_null(strstr(w->why, "clickhouse.dead_letter"));
	later(w, CLICK_PAUSE_MAX_MS);
	expect_said(&w->said, "d:config");
	assert_int_equal(w->confirmed, 0);
	/* A full one likewise, until somebody moves it away. */
	inside(w)->dead.path = dead_path(w);
	inside(w)->dead.most_bytes = 0;
	later(w, CLICK_PAUSE_MAX_MS);
	expect_said(&w->said, "d:full");
	inside(w)->dead.most_bytes = 4096;
	later(w, CLICK_PAUSE_MAX_MS);
	expect_said(&w->said, "r c1");
}

/* The first half is in: only the second is parked. */
static void
half_a_batch_is_parked(void **state)
{
	static const struct planned plans[] = { { 500, 241, "Code: 241. x" },
		{ 200, 0, "" }, { 400, 27, "Code: 27. x" } };
	struct world *w = *state;
	const char *at;

	start(w);
	plan(w, plans, 3);
	w->head = 5;
	later(w, 1000);
	later(w, 100);
	expect_said(&w->said, "k5 d:http u r c5");
	at = dead_text(w);
	expect_line(&at, "{\"dead_letter\":\"d.trades\",\"time\":");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"4\",");
	expect_line(&at, "{\"exchange_name\":\"binance\",\"symbol_name\":null,"
			 "\"trade_id\":\"5\",");
	assert_int_equal(*at, '\0');
	assert_int_equal(inside(w)->metrics.parked_rows, 2);
}

/* --- after a kill --------------------------------------------------------
 */

/* The border found makes the same batch, whatever else would end it. */
static void
a_batch_is_formed_again(void **state)
{
	struct world *w = *state;
	char token[128];

	start(w);
	w->head = 9;
	later(w, 1000);
	expect_said(&w->said, "k9 c9");
	snprintf(token, sizeof(token), "%s", token_of(&w->requests[0]));
	sink_clickhouse.close(&w->sink);
	/* Killed before the confirmation: more has come meanwhile. */
	w->confirmed = 0;
	w->head = 40;
	w->options.clickhouse.rows = 2;
	forget(w);
	open_sink(w);
	turns(w, 160);
	/* Behind the probe and the statements. */
	expect_rows(&w->requests[2 + 2 * RECORD_COUNT], RECORD_trade, 1, 10);
	assert_string_equal(
	    token_of(&w->requests[2 + 2 * RECORD_COUNT]), token);
	w->said.words[w->said.len] = '\0';
	assert_memory_equal(w->said.words, "c9 k11 c11 ", 11);
	w->said.len = 0;
}

static void
an_old_batch_waits_for_its_end(void **state)
{
	struct world *w = *state;

	w->border = 9;
	start(w);
	w->head = 5;
	later(w, 5000);
	expect_said(&w->said, "");
	assert_int_equal(w->count, 0);
	w->head = 12;
	turns(w, 30);
	expect_said(&w->said, "c9");
	expect_rows(&w->requests[0], RECORD_trade, 1, 10);
	assert_memory_equal(token_of(&w->requests[0]), "box-trades-1-9-", 15);
	later(w, 1000);
	expect_said(&w->said, "k12 c12");
}

/* --- what is inserted ----------------------------------------------------
 */

static void
types_not_wanted_pass(void **state)
{
	struct world *w = *state;
	struct opt_clickhouse *o = &w->options.clickhouse;

	snprintf(o->types, sizeof(o->types), "kline, event");
	start(w);
	w->head = 2;
	turns(w, 5);
	expect_said(&w->said, "c2");
	w->head = 5;
	later(w, 1000);
	expect_said(&w->said, "k5 c5");
	assert_int_equal(w->count, 1);
	expect_rows(&w->requests[0], RECORD_kline, 3, 6);
}

static void
an_old_server_gets_no_token(void **state)
{
	struct world *w = *state;

	w->old = true;
	start(w);
	w->head = 1;
	later(w, 1000);
	assert_false(has(&w->requests[0], "insert_deduplication_token"));
	assert_false(has(&w->requests[0], "async_insert"));
	assert_false(has(&w->requests[0], "max_partitions"));
	assert_int_equal(inside(w)->metrics.tokens, 0);
}

static void
the_schema_of_june(void **state)
{
	struct world *w = *state;
	struct opt_clickhouse *o = &w->options.clickhouse;

	snprintf(o->schema, sizeof(o->schema), "marketprism");
	snprintf(o->table_prefix, sizeof(o->table_prefix), "p_");
	start(w);
	w->head = 3;
	later(w, 1000);
	assert_int_equal(w->count, 1);
	assert_true(has(&w->requests[0],
	    "INTO%20d.p_trades%20%28exchange_name%2Csymbol_name%2C"));
	assert_true(has(&w->requests[0], "FORMAT%20TabSeparated"));
	assert_string_equal(w->requests[0].body,
	    "binance\t\t1\t0.01\tnan\t1970-01-01 00:00:00.000\t0\t"
	    "1970-01-01 00:00:00.000\n"
	    "binance\t\t2\t0.02\tnan\t1970-01-01 00:00:00.000\t0\t"
	    "1970-01-01 00:00:00.000\n");
	expect_said(&w->said, "k3 c3");
}

/* Rows of a frame of LZ4 with one block, or of a file of gzip. */
static size_t
unpack(const struct request *r, char *to, size_t size)
{
	z_stream z = { .next_in = (Bytef *)r->body + 10,
		.avail_in = (unsigned)r->len - 18,
		.next_out = (Bytef *)to,
		.avail_out = (unsigned)size };

	if (strstr(r->head, "\r\nContent-Encoding: lz4\r\n") != NULL)
		return (size_t)LZ4_decompress_safe(
		    r->body + 11, to, (int)r->len - 15, (int)size);
	assert_non_null(strstr(r->head, "\r\nContent-Encoding: gzip\r\n"));
	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(inflateEnd(&z), Z_OK);
	return z.total_out;
}

static void
sends_packed(struct world *w, const char *how)
{
	struct span rows = rows_of(RECORD_trade, 1, 81);
	char back[BODY];

	snprintf(w->options.clickhouse.compress,
	    sizeof(w->options.clickhouse.compress), "%s", how);
	start(w);
	w->head = 80;
	later(w, 1000);
	assert_int_equal(w->count, 3);
	assert_non_null(strstr(token_of(&w->requests[0]), "box-trades-1-80-"));
	assert_true(w->requests[0].len < rows.len);
	assert_int_equal(unpack(&w->requests[0], back, sizeof(back)), rows.len);
	assert_memory_equal(back, rows.at, rows.len);
	assert_int_equal(inside(w)->metrics.compressed, 1);
	assert_true(
	    inside(w)->metrics.body_bytes < inside(w)->metrics.row_bytes);
	assert_int_equal(w->sink.counts.bytes, inside(w)->metrics.body_bytes);
	assert_in_range(ratio(w)->sum, 3001, 100 * 1000);
}

static void
rows_in_lz4(void **state)
{
	sends_packed(*state, "lz4");
}

static void
rows_in_gzip(void **state)
{
	sends_packed(*state, "gzip");
}

static const struct planned refused_89[] = { { 500, 89,
    "Code: 89. DB::Exception: Unknown Content-Encoding" } };
static const struct planned refused_415[] = { { 415, 0, "<html>" } };

/* What it was asked to compress leaves as it is, and is in. */
static void
a_refused_encoding(void **state)
{
	struct world *w = *state;

	strcpy(w->options.clickhouse.compress, "lz4");
	w->refuses_packed = true;
	start(w);
	assert_int_equal(inside(w)->metrics.compressed, 0);
	w->head = 8;
	later(w, 1000);
	expect_said(&w->said, "k8 c8");
	expect_rows(&w->requests[0], RECORD_trade, 1, 9);
	assert_null(strstr(w->requests[0].head, "Content-Encoding"));
	assert_string_equal(click_pack_state(inside(w)), "refused");
}

/* Another server behind the address, from one insert to the next. */
static void
an_encoding_refused_later(void **state)
{
	struct world *w = *state;

	strcpy(w->options.clickhouse.compress, "lz4");
	start(w);
	w->head = 8;
	w->refuses_packed = true;
	plan(w, refused_89, 1);
	later(w, 1000);
	later(w, 1000);
	expect_said(&w->said, "k8 d:http u c8");
	assert_int_equal(w->count, 6);
	w->head = 16;
	plan(w, refused_415, 1);
	later(w, 1000);
	later(w, 1000);
	expect_said(&w->said, "k16 d:http u c16");
	assert_int_equal(inside(w)->metrics.parked_batches, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_server_is_asked_and_tables_are_made),
		TEST(columns_are_added),
		TEST(columns_are_added_to_an_old_server),
		TEST(columns_are_left_out),
		TEST(columns_may_not_be_added),
		TEST(tables_may_not_be_made),
		TEST(a_batch_is_one_insert_for_each_table),
		TEST(rows_end_a_batch),
		TEST(a_signal_to_end_does_not_wait),
		TEST(a_batch_never_changes),
		TEST(pauses_grow),
		TEST(a_lost_answer),
		TEST(too_much_memory_makes_halves),
		TEST(a_missing_table_is_made),
		TEST(a_wrong_password_waits),
		TEST(a_refused_batch_is_parked),
		TEST(parking_outlasts_a_pause),
		TEST(parking_ends_without_the_rest),
		TEST(half_a_line_is_left_alone),
		TEST(without_a_place_for_it_the_sink_waits),
		TEST(half_a_batch_is_parked),
		TEST(a_batch_is_formed_again),
		TEST(an_old_batch_waits_for_its_end),
		TEST(types_not_wanted_pass),
		TEST(an_old_server_gets_no_token),
		TEST(the_schema_of_june),
		TEST(rows_in_lz4),
		TEST(rows_in_gzip),
		TEST(a_refused_encoding),
		TEST(an_encoding_refused_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
