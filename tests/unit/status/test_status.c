/* LINK: status/status status/page status/fill status/fill_marks */
/* LINK: status/look status/show gen/page status/parts */
/* LINK: status/server status/auth */
/* LINK: status/health net/httpd net/httpd_client net/httpd_answer */
/* LINK: net/httpd_pace net/httpd_upload status/upload */
/* LINK: net/tls net/tls_link net/tls_words net/tls_server gen/ca_roots */
/* LINK: codec/http_request codec/crc32c codec/wskey */
/* LIBS: mbedtls */
/* LINK: net/tcp codec/http1 codec/json codec/json_scan codec/json_value */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: status/expose core/metrics_text */
/* LINK: core/metrics core/arena core/log core/loop core/time core/out */
/* LINK: core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "codec/json.h"
#include "core/log.h"
#include "status/status_parts.h"

enum {
	TOKENS = 4096,
};

struct world {
	struct status status;
	struct loop loop;
	struct options options;
	struct metrics metrics;
	struct arena arena;
	enum health_level level;
	const char *why;
	const char *accept;
	const char *authorization;
	const char *rows;
	unsigned row_count;
	unsigned refreshed;
	char body[STATUS_BODY_BYTES];
	struct httpd_answer answer;
};

static void
json_list(void *owner, struct out *o)
{
	struct world *w = owner;

	out_char(o, '[');
	for (unsigned i = 0; i < w->row_count; i++) {
		if (i > 0)
			out_char(o, ',');
		out_text(o, w->rows);
	}
	out_char(o, ']');
}

static void
json_object(void *owner, struct out *o)
{
	(void)owner;
	OUT_LITERAL(o, "{\"size_bytes\":16777216,\"uptime_ms\":8926,"
		       "\"path\":\"\",\"sequence\":1234567}");
}

static void
health(void *owner, struct health_check *c)
{
	struct world *w = owner;

	c->name = "feeds";
	c->level = w->level;
	snprintf(c->why, sizeof(c->why), "%s", w->why);
}

static void
refresh(void *owner)
{
	struct world *w = owner;

	w->refreshed++;
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct panel lists = { "connections", w, json_list, health, refresh };
	struct panel object = { "journal", w, json_object, NULL, NULL };
	char text[256];
	struct out why;

	if (w == NULL || arena_init(&w->arena, 64 << 20) != ERR_OK)
		return -1;
	log_level(LOG_WARN);
	loop_init(&w->loop);
	metrics_init(&w->metrics);
	metrics_panel(&w->metrics, &lists);
	metrics_panel(&w->metrics, &object);
	strcpy(w->options.box.name, "<b>&\"box\"");
	strcpy(w->options.http.listen, "127.0.0.1:0");
	w->options.http.clients = 4;
	w->options.http.head_ms = w->options.http.answer_ms = 5000;
	w->why = "all is \"well\" <i>";
	w->rows = "{\"name\":\"<x>\",\"state\":\"live\",\"bytes\":2048}";
	w->row_count = 2;
	out_init(&why, text, sizeof(text));
	if (status_start(&w->status, &w->loop, &w->options, &w->metrics,
		&w->arena, "1.2.3", &why) != ERR_OK)
		return -1;
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	status_stop(&w->status);
	arena_fini(&w->arena);
	free(w);
	return 0;
}

static const char *
get_into(struct world *w, const char *path, size_t room)
{
	struct http_request r = { .method = SPAN("GET"),
		.path = span_of(path),
		.accept = span_of(w->accept),
		.authorization = span_of(w->authorization) };

	memset(&w->answer, 0, sizeof(w->answer));
	out_init(&w->answer.body, w->body, room);
	w->status.httpd.serve(&w->status.httpd, &r, &w->answer);
	while (w->answer.more != NULL && w->answer.more(&w->status.httpd,
					     w->answer.places, &w->answer.body))
		;
	return out_cstr(&w->answer.body);
}

static const char *
get(struct world *w, const char *path, int status, const char *type)
{
	const char *text = get_into(w, path, sizeof(w->body));

	assert_int_equal(w->answer.status, status);
	assert_int_equal(
	    strncmp(w->answer.content_type, type, strlen(type)), 0);
	assert_false(w->answer.body.full);
	return text;
}

static void
expect_in(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no %s in:\n%s", part, text);
}

static void
expect_json(const char *text)
{
	void *pool = malloc(json_pool_bytes(TOKENS));
	struct json j;

	assert_non_null(pool);
	json_init(&j, pool, TOKENS);
	assert_int_equal(json_parse(&j, text, strlen(text)), ERR_OK);
	free(pool);
}

/* --- /health and its kin ---------------------------------------------------
 */

static void
health_says_what_each_thinks(void **state)
{
	struct world *w = *state;
	const char *text = get(w, "/health", 200, "application/json");

	expect_json(text);
	expect_in(text,
	    "{\"status\":\"healthy\",\"checks\":{\"feeds\":{\"status\":"
	    "\"healthy\",\"message\":\"all is \\\"well\\\" <i>\","
	    "\"timestamp\":\"");
	expect_in(text, "\"version\":\"1.2.3\"");
	expect_in(text, "\"box\":\"<b>&\\\"box\\\"\"");
	w->level = HEALTH_WARN;
	text = get(w, "/health", 200, "application/json");
	expect_in(text, "{\"status\":\"degraded\"");
	get(w, "/readyz", 200, "text/plain");
	w->level = HEALTH_FAIL;
	text = get(w, "/health", 503, "application/json");
	expect_json(text);
	expect_in(text, "{\"status\":\"unhealthy\"");
	assert_string_equal(
	    get(w, "/readyz", 503, "text/plain"), "unhealthy\n");
	/* It is ill, but it is there. */
	assert_string_equal(get(w, "/livez", 200, "text/plain"), "ok\n");
}

static void
status_has_every_panel(void **state)
{
	struct world *w = *state;
	const char *text;

	w->loop.now.ns += 61 * NS_PER_S + 5 * NS_PER_MS;
	text = get(w, "/status", 200, "application/json");
	expect_json(text);
	assert_int_equal(w->refreshed, 1);
	expect_in(text, "\"uptime_seconds\":61.005,");
	expect_in(text, "\"connections\":[{\"name\":\"<x>\"");
	expect_in(text, "\"journal\":{\"size_bytes\":16777216");
	expect_in(text, "\"checks\":[{\"name\":\"feeds\",\"state\":\"healthy\","
			"\"message\":\"all is \\\"well\\\" <i>\"}],");
	expect_in(text, "\"memory\":[{\"pool\":\"status server\",\"count\":1");
	w->row_count = 0;
	expect_json(get(w, "/status", 200, "application/json"));
}

/* Those of one owner are added up; what has not counted is not told of. */
static void
latency_by_owner(void **state)
{
	static struct feed_metrics feeds[3];
	static struct sink_metrics sink;
	struct world *w = *state;
	const char *text;

	memset(feeds, 0, sizeof(feeds));
	metrics_add(&w->metrics, METRICS_feed, &feeds[0],
	    "venue=\"a\",connection=\"a:0\"");
	metrics_add(&w->metrics, METRICS_feed, &feeds[1],
	    "venue=\"b\",connection=\"b:0\"");
	metrics_add(&w->metrics, METRICS_feed, &feeds[2],
	    "venue=\"a\",connection=\"a:1\"");
	metrics_add(&w->metrics, METRICS_sink, &sink, "sink=\"\"");
	assert_null(strstr(
	    get(w, "/status", 200, "application/json"), "\"group\":\"feed\""));
	for (int i = 0; i < 99; i++)
		histogram_add(&feeds[0].receive_delay, 15 * NS_PER_US);
	histogram_add(&feeds[2].receive_delay, 60 * NS_PER_S);
	histogram_add(&feeds[1].venue_delay, NS_PER_MS);
	histogram_add(&sink.latency, NS_PER_MS);
	text = get(w, "/status", 200, "application/json");
	expect_json(text);
	expect_in(text, "{\"of\":\"a\",\"group\":\"feed\",\"what\":\"from the "
			"kernel's receive time to the turn that read it\","
			"\"count\":100,\"p50_us\":20,\"p90_us\":20,"
			"\"p99_us\":20,\"p999_us\":null}");
	expect_in(text, "{\"of\":\"b\",\"group\":\"feed\",\"what\":\"from the "
			"time the venue gives");
	expect_in(text, "{\"of\":\"mpedge\",\"group\":\"sink\",");
}

static void
metrics_are_prometheus_text(void **state)
{
	struct world *w = *state;
	const char *text;

	w->status.httpd.requests = 7;
	text = get(w, "/metrics", 200, "text/plain; version=0.0.4");
	assert_int_equal(w->refreshed, 1);
	expect_in(text, "# TYPE mpedge_http_requests_total counter\n"
			"mpedge_http_requests_total 7\n");
}

static void
elsewhere_is_nothing(void **state)
{
	static const char *const paths[] = { "/healt", "/health/", "//", "",
		"/index.html", "/status?" };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		expect_in(get(w, paths[i], 404, "text/plain"),
		    "There are: / /health /livez /metrics /readyz /status "
		    "/status.json\n");
}

/* What registers an address of its own has it, and is named among them. */
static void
a_registered_page(void **state)
{
	struct world *w = *state;
	struct metrics_page page = { "/jobs", w, json_object };

	get(w, "/jobs", 404, "text/plain");
	metrics_page(&w->metrics, &page);
	expect_in(get(w, "/jobs", 200, "application/json; charset=utf-8"), "{");
	expect_in(
	    get(w, "/nothing", 404, "text/plain"), "/status.json /jobs\n");
	for (unsigned i = 0; i < METRICS_PAGES_MAX; i++)
		metrics_page(&w->metrics, &page);
	assert_int_equal(w->metrics.refused, 1);
}

/* --- the page --------------------------------------------------------------
 */

static void
the_page_says_what_status_says(void **state)
{
	struct world *w = *state;
	const char *text = get(w, "/", 200, "text/html; charset=utf-8");

	assert_true(w->answer.body.len < 40000);
	expect_in(w->answer.headers, "default-src 'none'; style-src 'sha256-");
	expect_in(text, ">healthy \xe2\x80\x93 mpedge \xe2\x80\x93 "
			"&lt;b&gt;&amp;&quot;box&quot;</title>");
	expect_in(text, " class=good data-v=\"status\">healthy</strong>");
	expect_in(text, "<li><b class=good>healthy</b> "
			"<span>feeds</span> "
			"<small>all is &quot;well&quot; &lt;i&gt;</small>");
	expect_in(text, "<tr><th scope=row>&lt;x&gt;"
			"<td><b class=good>live</b>");
	expect_in(text, "<td class=n title=\"2048\">2.0 KiB<td");
	expect_in(text, "<dt>size<dd title=\"16777216\">16.0 MiB</div>");
	expect_in(text, "data-has=\"books\" hidden>");
	assert_null(strstr(text, "<x>"));
	assert_null(strstr(text, "<b>&"));
	w->level = HEALTH_FAIL;
	expect_in(get(w, "/", 200, "text/html"),
	    " class=bad data-v=\"status\">unhealthy</strong>");
}

/* However many rows there are: a page, whole, that says what is left out. */
static void
a_page_that_is_too_small_is_still_one(void **state)
{
	struct world *w = *state;
	const char *text;

	for (w->row_count = 10; w->row_count <= 10000; w->row_count *= 10) {
		text = get(w, "/", 200, "text/html");
		assert_true(w->answer.body.len < 40000);
		expect_in(text, "<dt>size<");
		expect_in(text, "</script></body></html>\n");
		if (w->row_count >= 1000)
			expect_in(text, "data-more=\"\"><b>9");
	}
	/* /status itself is cut. */
	w->row_count = 30000;
	text = get(w, "/", 200, "text/html");
	expect_in(text, "</script></body></html>\n");
	for (size_t room = 0; room < 140000; room += 1111) {
		get_into(w, "/", room);
		assert_true(w->answer.body.len <= room);
	}
}

/* --- the server ------------------------------------------------------------
 */

static void
answers_over_the_network(void **state)
{
	static const char request[] = "GET /livez HTTP/1.1\r\nHost: a\r\n"
				      "Connection: close\r\n\r\n";
	struct world *w = *state;
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);
	char text[1024] = "";
	size_t got = 0;
	int fd;

	assert_int_equal(getsockname(w->status.httpd.listeners[0].fd,
			     (struct sockaddr *)&at, &len),
	    0);
	fd = socket(at.ss_family, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, len), 0);
	assert_int_equal(
	    send(fd, request, sizeof(request) - 1, 0), sizeof(request) - 1);
	for (int i = 0; i < 500 && strstr(text, "ok\n") == NULL; i++) {
		ssize_t n;

		loop_turn(&w->loop, 10);
		n = recv(fd, text + got, sizeof(text) - 1 - got, MSG_DONTWAIT);
		got += n > 0 ? (size_t)n : 0;
		text[got] = '\0';
	}
	close(fd);
	expect_in(text, "HTTP/1.1 200 OK\r\n");
	expect_in(text, "\r\n\r\nok\n");
}

static void
a_bad_address_is_told(void **state)
{
	static const char *const addresses[] = { "", "8080", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:99999", "localhost:8080", ":8080",
		"127.0.0.1:http" };
	struct world *w = *state;
	struct status s;
	char text[512];
	struct out why;

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		memset(&s, 0, sizeof(s));
		out_init(&why, text, sizeof(text));
		strcpy(w->options.http.listen, addresses[i]);
		assert_int_equal(status_start(&s, &w->loop, &w->options,
				     &w->metrics, &w->arena, "1", &why),
		    ERR_CONFIG);
		expect_in(out_cstr(&why), "http.listen: ");
		expect_in(text, "not an address and port such as");
	}
}

static void
an_address_in_use_is_told(void **state)
{
	struct world *w = *state;
	struct address at;
	static struct status s;
	char text[512];
	struct out why;

	assert_int_equal(
	    tcp_local(w->status.httpd.listeners[0].fd, &at), ERR_OK);
	out_init(&why, w->options.http.listen, sizeof(text) / 8);
	address_write(&at, &why);
	out_cstr(&why);
	out_init(&why, text, sizeof(text));
	assert_int_not_equal(status_start(&s, &w->loop, &w->options,
				 &w->metrics, &w->arena, "1", &why),
	    ERR_OK);
	expect_in(out_cstr(&why), "is another program listening there?");
}

/* --- who may ---------------------------------------------------------------
 */

static int
ask_with(struct world *w, const char *path, const char *authorization)
{
	w->authorization = authorization;
	get_into(w, path, sizeof(w->body));
	w->authorization = NULL;
	return w->answer.status;
}

static void
a_token_is_wanted(void **state)
{
	struct world *w = *state;

	strcpy(w->options.http.token, "s3cret");
	assert_int_equal(ask_with(w, "/status", NULL), 401);
	assert_string_equal(w->body, "Unauthorized\n");
	expect_in(w->answer.headers, "WWW-Authenticate: Bearer realm=");
	assert_null(strstr(w->answer.headers, "Basic"));
	assert_int_equal(ask_with(w, "/status", "Bearer s3cre"), 401);
	assert_int_equal(ask_with(w, "/status", "Bearer s3crett"), 401);
	assert_int_equal(ask_with(w, "/status", "Basic s3cret"), 401);
	assert_int_equal(ask_with(w, "/status", "Bearer s3cret"), 200);
	assert_int_equal(ask_with(w, "/metrics", "bearer s3cret"), 200);
	/* What is not there is no news for strangers. */
	assert_int_equal(ask_with(w, "/none", NULL), 401);
	assert_int_equal(ask_with(w, "/none", "Bearer s3cret"), 404);
	assert_int_equal(ask_with(w, "/livez", NULL), 200);
	assert_int_equal(ask_with(w, "/readyz", NULL), 200);
	assert_int_equal(w->status.counts.denied, 5);
}

static void
a_user_is_wanted(void **state)
{
	struct world *w = *state;

	strcpy(w->options.http.user, "Aladdin");
	strcpy(w->options.http.password, "open sesame");
	assert_int_equal(ask_with(w, "/", NULL), 401);
	expect_in(w->answer.headers, "WWW-Authenticate: Basic realm=");
	assert_null(strstr(w->answer.headers, "Bearer"));
	/* RFC 7617 section 2 */
	assert_int_equal(
	    ask_with(w, "/", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), 200);
	assert_int_equal(
	    ask_with(w, "/", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ"), 401);
	assert_int_equal(ask_with(w, "/", "Basic QWxhZGRpbjo="), 401);
	strcpy(w->options.http.token, "s3cret");
	assert_int_equal(ask_with(w, "/", "Bearer s3cret"), 200);
	assert_int_equal(ask_with(w, "/", NULL), 401);
	expect_in(w->answer.headers, "WWW-Authenticate: Bearer realm=");
	expect_in(w->answer.headers, "WWW-Authenticate: Basic realm=");
}

/* --- what the client would like --------------------------------------------
 */

static void
a_browser_gets_the_page(void **state)
{
	struct world *w = *state;

	w->accept = "text/html,application/xhtml+xml,*/*;q=0.8";
	expect_in(get(w, "/status", 200, "text/html"), "<!doctype html>");
	w->accept = "*/*";
	expect_json(get(w, "/status", 200, "application/json"));
	w->accept = "text/htmlx";
	expect_json(get(w, "/status", 200, "application/json"));
}

static void
health_of_the_draft(void **state)
{
	struct world *w = *state;
	const char *text;

	w->accept = "application/health+json, application/json;q=0.5";
	w->level = HEALTH_WARN;
	text = get(w, "/health", 200, "application/health+json");
	expect_json(text);
	expect_in(text,
	    "{\"status\":\"warn\",\"checks\":{\"feeds\":[{"
	    "\"componentId\":\"feeds\",\"componentType\":\"component\","
	    "\"status\":\"warn\",\"output\":\"all is \\\"well\\\" <i>\"");
	expect_in(text, "\"releaseId\":\"1.2.3\"");
	expect_in(text, "\"serviceId\":\"<b>&\\\"box\\\"\"");
	w->level = HEALTH_FAIL;
	text = get(w, "/health", 503, "application/health+json");
	expect_in(text, "{\"status\":\"fail\"");
}

/* --- addresses of others ---------------------------------------------------
 */

static void
echo(void *owner, struct status_call *c)
{
	(void)owner;
	c->status = 418;
	c->version = 7;
	out_json(c->body, c->path);
}

static void
prefixes(void **state)
{
	static const struct status_api api[] = { { "/one", true, echo, NULL },
		{ "/two/", false, echo, NULL } };
	struct world *w = *state;

	w->status.api = api;
	w->status.api_count = 2;
	assert_string_equal(
	    get(w, "/two/a/b", 418, "application/json"), "\"a/b\"\n");
	assert_int_equal(w->answer.version, 7);
	assert_string_equal(get(w, "/one", 418, "application/json"), "\"\"\n");
	expect_in(get(w, "/onetwo", 404, "text/plain"), " /one /two/\n");
}

static void
do_it(void *owner, struct status_call *c)
{
	struct world *w = owner;

	assert_true(c->post);
	w->refreshed++;
	c->status = 429;
	c->retry_s = 29;
	out_json(c->body, c->path);
}

static int
post(struct world *w, const char *path, const char *secret, const char *origin)
{
	struct http_request r = { .method = SPAN("POST"),
		.post = true,
		.path = span_of(path),
		.authorization = span_of(secret),
		.origin = span_of(origin) };

	memset(&w->answer, 0, sizeof(w->answer));
	out_init(&w->answer.body, w->body, sizeof(w->body));
	status_post(&w->status, &r, &w->answer);
	out_cstr(&w->answer.body);
	return w->answer.status;
}

/* It is for those who have a secret, and for nobody when there is none. */
static void
a_post_changes_something(void **state)
{
	static const struct status_api api[] = { { "/one", true, echo, NULL },
		{ "/two/", false, do_it, "/go" } };
	struct world *w = *state;

	w->status.api = api;
	w->status.api_count = 2;
	w->status.api_owner = w;
	assert_int_equal(post(w, "/two/a/go", NULL, NULL), 403);
	expect_in(w->body, "http.token");
	strcpy(w->options.http.token, "abc");
	assert_int_equal(post(w, "/two/a/go", NULL, NULL), 401);
	assert_int_equal(post(w, "/two/a/go", "Bearer abd", NULL), 401);
	assert_int_equal(
	    post(w, "/two/a/go", "Bearer abc", "http://other"), 403);
	assert_int_equal(w->refreshed, 0);
	assert_int_equal(w->status.counts.denied, 4);
	/* There is none: that needs no secret. */
	assert_int_equal(post(w, "/two/a/stay", "Bearer abc", NULL), 0);
	assert_int_equal(post(w, "/two/go/", NULL, NULL), 0);
	assert_int_equal(post(w, "/one", "Bearer abc", NULL), 0);
	assert_int_equal(post(w, "/none/go", "Bearer abc", NULL), 0);
	assert_int_equal(post(w, "/health", "Bearer abc", NULL), 0);
	assert_int_equal(post(w, "/two/a/go", "Bearer abc", NULL), 429);
	assert_string_equal(w->body, "\"a/go\"\n");
	assert_int_equal(w->answer.retry_s, 29);
	assert_int_equal(w->refreshed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(health_says_what_each_thinks),
		TEST(status_has_every_panel),
		TEST(latency_by_owner),
		TEST(metrics_are_prometheus_text),
		TEST(elsewhere_is_nothing),
		TEST(a_registered_page),
		TEST(the_page_says_what_status_says),
		TEST(a_page_that_is_too_small_is_still_one),
		TEST(answers_over_the_network),
		TEST(a_bad_address_is_told),
		TEST(an_address_in_use_is_told),
		TEST(a_token_is_wanted),
		TEST(a_user_is_wanted),
		TEST(a_browser_gets_the_page),
		TEST(health_of_the_draft),
		TEST(prefixes),
		TEST(a_post_changes_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
