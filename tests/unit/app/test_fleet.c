/* LINK: app/fleet_row app/fleet_table app/top_cells app/page_url codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/decimal */
/* LINK: codec/decmath codec/utf8 core/out core/span core/must core/err */
/* LIBS: jsmn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/fleet.h"

enum {
	TOKENS = 4096,
	ROWS = 3,
};

static uint64_t pool[TOKENS * 20 / 8];
static struct json json;
static struct fleet_row rows[ROWS];
static const char *urls[ROWS];
static char text[64 * 1024];

static const char appliance[] =
    "{\"status\":\"degraded\",\"uptime_seconds\":90061.5,"
    "\"service\":\"mpedge\",\"version\":\"0.2.0+abc\",\"box\":\"fra1\","
    "\"checks\":[{\"name\":\"feeds\",\"state\":\"healthy\",\"message\":\"x\"},"
    "{\"name\":\"appliance\",\"state\":\"degraded\",\"message\":\"\\u006fn "
    "trial\"}],"
    "\"totals\":{\"messages\":{\"per_second\":1234.5,\"history\":[1,2]},"
    "\"books\":12,\"books_live\":11},\"journal\":{\"fill_permille\":17},"
    "\"sinks\":[{\"name\":\"file\",\"state\":\"up\",\"behind_bytes\":9},"
    "{\"name\":\"nats\",\"state\":\"down\",\"behind_bytes\":2048},"
    "{\"name\":\"redis\",\"state\":\"up\",\"behind_bytes\":99999}],"
    "\"clock\":{\"state\":\"synchronised\"},"
    "\"appliance\":{\"slot\":\"B\",\"trial\":true,\"restarts\":3,"
    "\"clock\":\"floor\"}}";

static enum err
read_row(const char *t, struct fleet_row *row)
{
	json_init(&json, pool, TOKENS);
	assert_int_equal(json_parse(&json, t, strlen(t)), ERR_OK);
	return fleet_row_read(&json, row);
}

static void
a_row(void **state)
{
	struct fleet_row *r = &rows[0];

	(void)state;
	assert_int_equal(read_row(appliance, r), ERR_OK);
	assert_true(r->up);
	assert_false(fleet_row_good(r));
	assert_string_equal(r->box, "fra1");
	assert_string_equal(r->slot, "B trial");
	assert_string_equal(r->health, "degraded");
	assert_string_equal(r->why, "appliance: on trial");
	assert_string_equal(r->clock, "floor");
	assert_string_equal(r->sink, "nats");
	assert_true(r->sink_down);
	assert_true(r->has_restarts);
	assert_int_equal(r->restarts, 3);
	assert_int_equal(r->uptime_s, 90061);
	assert_int_equal(r->messages_s, 1234);
	assert_int_equal(r->journal_permille, 17);
}

/* Of another version, or of nobody. */
static void
what_is_missing(void **state)
{
	struct fleet_row *r = &rows[0];

	(void)state;
	assert_int_equal(
	    read_row("{\"service\":\"mpedge\",\"status\":\"healthy\"}", r),
	    ERR_OK);
	assert_true(fleet_row_good(r));
	assert_string_equal(r->clock, "");
	assert_false(r->has_restarts);
	assert_int_equal(read_row("{\"service\":\"other\"}", r), ERR_SYNTAX);
	assert_false(fleet_row_good(r));
	assert_int_equal(read_row("[1]", r), ERR_SYNTAX);
	assert_int_equal(
	    read_row("{\"service\":\"mpedge\",\"status\":1,\"sinks\":{},"
		     "\"totals\":[],\"checks\":7,\"appliance\":\"x\","
		     "\"uptime_seconds\":\"-5\",\"clock\":null}",
		r),
	    ERR_OK);
	assert_false(fleet_row_good(r));
	assert_int_equal(r->uptime_s, 0);
}

static const struct fleet_row *
at(void *owner, unsigned i, const char **url)
{
	(void)owner;
	*url = urls[i];
	return &rows[i];
}

static void
make_rows(void)
{
	assert_int_equal(read_row(appliance, &rows[0]), ERR_OK);
	fleet_row_failed(&rows[1], "connection\trefused");
	assert_int_equal(
	    read_row("{\"service\":\"mpedge\",\"status\":\"healthy\","
		     "\"box\":\"a box\xc3\xa9\",\"version\":\"1\","
		     "\"clock\":{\"state\":\"not synchronised\"}}",
		&rows[2]),
	    ERR_OK);
	urls[0] = "http://10.0.0.1:8080";
	urls[1] = "http://10.0.0.2:8080";
	urls[2] = "http://10.0.0.3:8080";
}

static void
a_table(void **state)
{
	struct fleet_rows all = { ROWS, NULL, at };
	struct out o;

	(void)state;
	make_rows();
	out_init(&o, text, sizeof(text));
	fleet_table(&all, &o);
	assert_string_equal(out_cstr(&o),
	    "BOX                   VERSION    SLOT     HEALTH      UP  "
	    "RESTARTS  MSG/S  BOOKS  JOURNAL  SINK BEHIND       CLOCK  "
	    "PROBLEM\n"
	    "fra1                  0.2.0+abc  B trial  degraded   25h  "
	    "       3   1234  11/12     1.7%  nats down 2048 B  floor  "
	    "appliance: on trial\n"
	    "http://10.0.0.2:8080  -          -        no answer    -  "
	    "       -      -      -        -  -                 -      "
	    "connection?refused\n"
	    "a box??               1          -        healthy    0ms  "
	    "       -      0    0/0     0.0%  -                 free\n");
}

static void
objects(void **state)
{
	struct fleet_rows all = { ROWS, NULL, at };
	struct out o;
	int second;

	(void)state;
	make_rows();
	out_init(&o, text, sizeof(text));
	fleet_json(&all, &o);
	json_init(&json, pool, TOKENS);
	assert_int_equal(json_parse(&json, o.at, o.len), ERR_OK);
	assert_int_equal(json_size(&json, 0), ROWS);
	second = json_next(&json, json_first(&json, 0));
	assert_true(
	    json_is(&json, json_member(&json, second, "health"), "no answer"));
	assert_true(json_is(
	    &json, json_member(&json, second, "url"), "http://10.0.0.2:8080"));
	assert_int_equal(json_member(&json, second, "box"), -1);
}

static void
address(const char *given, const char *host, unsigned port, const char *path)
{
	char found[PAGE_PATH_MAX];
	struct url u;

	assert_int_equal(
	    page_url_read(given, "/status.json", &u, found), ERR_OK);
	assert_string_equal(u.host, host);
	assert_int_equal(u.port, port);
	assert_string_equal(found, path);
}

static void
addresses(void **state)
{
	char longest[2 * PAGE_PATH_MAX];
	char found[PAGE_PATH_MAX];
	struct url u;

	(void)state;
	address("box:8080", "box", 8080, "/status.json");
	address("http://box/", "box", 80, "/status.json");
	address("https://box/a/", "box", 443, "/a/status.json");
	address("https://box/a/status.json", "box", 443, "/a/status.json");
	assert_int_equal(
	    page_url_read("ws://box", "/x", &u, found), ERR_SYNTAX);
	assert_int_equal(
	    page_url_read("ftp://box", "/x", &u, found), ERR_SYNTAX);
	assert_int_equal(page_url_read("", "/x", &u, found), ERR_SYNTAX);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "http://box/", 11);
	assert_int_equal(page_url_read(longest, "/x", &u, found), ERR_FULL);
	longest[PAGE_PATH_MAX - 1] = '\0';
	assert_int_equal(
	    page_url_read(longest, "/status.json", &u, found), ERR_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(a_table),
		cmocka_unit_test(objects),
		cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
