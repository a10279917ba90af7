/* LINK: net/ws net/ws_in net/ws_out net/ws_shake net/ws_heap codec/http1 */
/* LINK: codec/url codec/utf8 codec/wskey core/out core/span core/must */
/* LIBS: wslay */
#define _GNU_SOURCE

#include "ws_world.h"

static void
sending(void **state)
{
	struct world *w = *state;
	uint8_t *sent = malloc(100000);
	char *text = malloc(LONG);
	size_t len;

	memset(text, 't', LONG);
	wish(w, "8a", "ho", 2);
	wish(w, "81", "one", 3);
	wish(w, "81", text, LONG);
	wish(w, "81", "", 0);
	for (size_t cut = 1; cut <= 300; cut += cut < 16 ? 1 : 71) {
		established(w, HEAP);
		assert_int_equal(ws_send(&w->ws, "one", 3), ERR_OK);
		assert_int_equal(ws_send(&w->ws, text, LONG), ERR_OK);
		assert_int_equal(ws_send(&w->ws, "", 0), ERR_OK);
		assert_int_equal(ws_feed(&w->ws, "\x89\x02hi", 4), ERR_OK);
		assert_int_equal(ws_feed(&w->ws, "\x89\x02ho", 4), ERR_OK);
		len = drain(w, sent, 100000, cut);
		note_sent(w, sent, len);
		assert_string_equal(w->log, w->wish);
		ws_fini(&w->ws);
		assert_int_equal(ws_heap_used(), 0);
	}
	free(text);
	free(sent);
}

/* Nothing but the handshake leaves before it has succeeded. */
static void
sending_early(void **state)
{
	struct world *w = *state;
	uint8_t sent[1024];
	size_t len;

	ws_heap_init(w->heap, HEAP);
	open_ws(w);
	assert_int_equal(ws_send(&w->ws, "early", 5), ERR_OK);
	len = drain(w, sent, sizeof(sent), sizeof(sent));
	assert_memory_equal(sent + len - 4, "\r\n\r\n", 4);
	assert_int_equal(
	    ws_feed(&w->ws, WS_GOOD_HEAD, strlen(WS_GOOD_HEAD)), ERR_OK);
	assert_true(ws_wants_write(&w->ws));
	len = drain(w, sent, sizeof(sent), sizeof(sent));
	note_sent(w, sent, len);
	assert_string_equal(w->log, "81 early\n");
	ws_fini(&w->ws);
}

static void
closing(void **state)
{
	struct world *w = *state;
	uint8_t sent[1024];

	established(w, HEAP);
	assert_int_equal(ws_send(&w->ws, "dropped", 7), ERR_OK);
	assert_int_equal(ws_close(&w->ws, 1000), ERR_OK);
	assert_int_equal(ws_close(&w->ws, 1000), ERR_CLOSED);
	assert_int_equal(ws_send(&w->ws, "late", 4), ERR_CLOSED);
	note_sent(w, sent, drain(w, sent, sizeof(sent), 3));
	assert_string_equal(w->log, "88 1000 \n");
	/* What still comes is read; the answer to our close ends it. */
	w->log_len = 0;
	assert_int_equal(ws_feed(&w->ws, "\x81\x01x", 3), ERR_OK);
	assert_int_equal(ws_feed(&w->ws, "\x88\x02\x03\xe8", 4), ERR_CLOSED);
	assert_string_equal(w->log, "message x\nclosed 1000 \n");
	assert_false(ws_wants_write(&w->ws));
	ws_fini(&w->ws);
	ws_fini(&w->ws);
	assert_int_equal(ws_feed(&w->ws, "x", 1), ERR_CLOSED);
}

static void
queue_has_a_limit(void **state)
{
	struct world *w = *state;
	char *text = calloc(1, WS_QUEUE_MAX);

	established(w, HEAP);
	assert_int_equal(ws_send(&w->ws, text, WS_QUEUE_MAX), ERR_OK);
	assert_int_equal(ws_send(&w->ws, text, 1), ERR_FULL);
	ws_fini(&w->ws);
	established(w, 3 * WS_HEAP_PER_CONNECTION);
	assert_int_equal(ws_send(&w->ws, text, 65536), ERR_FULL);
	ws_fini(&w->ws);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(sending),
		T(sending_early),
		T(closing),
		T(queue_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
