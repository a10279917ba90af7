/* LINK: net/ws net/ws_in net/ws_out net/ws_shake net/ws_heap codec/http1 */
/* LINK: codec/url codec/utf8 codec/wskey core/out core/span core/must */
/* LIBS: wslay */
#define _GNU_SOURCE

#include "codec/http1.h"
#include "ws_world.h"

struct refusal {
	const char *head;
	enum err e;
	int status;
	int64_t retry_after_s;
};

static const struct refusal refusals[] = {
	{ "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\n\r\nbody",
	    ERR_HTTP, 429, 30 },
	{ "HTTP/1.1 418 I'm a teapot\r\n\r\n", ERR_HTTP, 418, -1 },
	{ "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ERR_HTTP, 403,
	    -1 },
	{ "HTTP/1.1 503 Busy\r\nRetry-After: Fri, 31 Dec 2027 23:59:59 GMT"
	  "\r\n\r\n",
	    ERR_HTTP, 503, 60 },
	{ "HTTP/1.1 200 OK\r\n\r\n", ERR_HTTP, 200, -1 },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
	    ERR_PROTOCOL, 101, -1 },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
	    ERR_PROTOCOL, 101, -1 },
	{ "HTTP/1.1 101 x\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	    ERR_PROTOCOL, 101, -1 },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n"
	  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	    ERR_PROTOCOL, 101, -1 },
	{ "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	  "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	    ERR_PROTOCOL, 101, -1 },
	{ "SSH-2.0-OpenSSH\r\n\r\n", ERR_PROTOCOL, 0, -1 },
};

static const struct refusal *refusal;

static void
run_refusal(void *owner, int cut)
{
	struct world *w = owner;
	uint8_t sent[1024];

	ws_heap_init(w->heap, HEAP);
	open_ws(w);
	drain(w, sent, sizeof(sent), 100);
	assert_int_equal(
	    drip(&w->drip, refusal->head, strlen(refusal->head), cut),
	    refusal->e);
	assert_int_equal(w->ws.http_status, refusal->status);
	assert_int_equal(w->ws.retry_after_s, refusal->retry_after_s);
	assert_false(ws_wants_write(&w->ws));
	assert_int_equal(ws_feed(&w->ws, "x", 1), refusal->e);
	ws_fini(&w->ws);
}

static void
refused_handshakes(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		refusal = &refusals[i];
		drip_all(run_refusal, *state);
	}
}

static void
endless_head(void **state)
{
	struct world *w = *state;
	uint8_t sent[1024];
	char line[] = "Header: value\r\n";
	enum err e = ERR_OK;
	int lines = 0;

	ws_heap_init(w->heap, HEAP);
	open_ws(w);
	drain(w, sent, sizeof(sent), 100);
	while (e == ERR_OK && lines++ < 10000)
		e = ws_feed(&w->ws, line, strlen(line));
	assert_int_equal(e, ERR_PROTOCOL);
	assert_in_range(lines, 100, 1000);
	ws_fini(&w->ws);
}

static void
the_request(void **state)
{
	struct world *w = *state;
	struct http1_request r;
	uint8_t sent[1024];
	size_t len;

	ws_heap_init(w->heap, HEAP);
	open_ws(w);
	assert_int_equal(ws_feed(&w->ws, "H", 1), ERR_PROTOCOL);
	ws_fini(&w->ws);
	open_ws(w);
	len = drain(w, sent, sizeof(sent), 7);
	assert_int_equal(
	    http1_request((struct span){ (char *)sent, len }, &r), ERR_OK);
	assert_true(span_is(r.target, "/stream?a=b"));
	assert_true(
	    span_is(http1_field(r.fields, "Host"), "stream.example:9443"));
	assert_true(span_is(http1_field(r.fields, "Sec-WebSocket-Key"),
	    "dGhlIHNhbXBsZSBub25jZQ=="));
	assert_true(
	    span_is(http1_field(r.fields, "Sec-WebSocket-Version"), "13"));
	assert_true(http1_has(r.fields, "Upgrade", "websocket"));
	assert_true(http1_has(r.fields, "Connection", "Upgrade"));
	assert_null(http1_field(r.fields, "Sec-WebSocket-Extensions").at);
	ws_fini(&w->ws);
}

static void
requests_that_cannot_be(void **state)
{
	struct world *w = *state;
	struct ws_events events = { .owner = w, .random = on_random };
	char path[9000];

	ws_heap_init(w->heap, HEAP);
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(
	    ws_open(&w->ws, &events, "a", 443, path, WS_KEY), ERR_FULL);
	assert_int_equal(
	    ws_open(&w->ws, &events, "a", 443, "/ x", WS_KEY), ERR_SYNTAX);
	assert_int_equal(
	    ws_open(&w->ws, &events, "a\r\nX:", 443, "/", WS_KEY), ERR_SYNTAX);
	ws_heap_init(w->heap, 4096);
	assert_int_equal(
	    ws_open(&w->ws, &events, "a", 443, "/", WS_KEY), ERR_FULL);
	ws_fini(&w->ws);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(refused_handshakes),
		T(endless_head),
		T(the_request),
		T(requests_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
