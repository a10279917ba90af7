/* LINK: net/ws net/ws_in net/ws_out net/ws_shake net/ws_heap codec/http1 */
/* LINK: codec/url codec/utf8 codec/wskey core/out core/span core/must */
/* LIBS: wslay */
#define _GNU_SOURCE

#include "ws_world.h"

static void
messages(void **state)
{
	struct world *w = *state;

	begin(w);
	script_text(&w->script, FIN | TEXT, "one");
	script_text(&w->script, FIN | TEXT, "");
	script_text(&w->script, FIN | BINARY, "\xff\xfe");
	script_text(&w->script, FIN | TEXT, "\xe5\xb8\x81USDT");
	expect(w, ERR_OK,
	    "open \nmessage one\nmessage \nmessage \xff\xfe\n"
	    "message \xe5\xb8\x81USDT\n",
	    "");
}

static void
fragments_with_a_ping_between(void **state)
{
	struct world *w = *state;
	char ping[125];

	memset(ping, 'p', sizeof(ping));
	begin(w);
	script_text(&w->script, TEXT, "one \xe5\xb8");
	script_frame(&w->script, FIN | PING, ping, sizeof(ping));
	script_text(&w->script, 0, "\x81 two ");
	script_text(&w->script, 0, "");
	script_text(&w->script, FIN | PONG, "unasked");
	script_text(&w->script, FIN, "three");
	script_text(&w->script, TEXT, "");
	script_text(&w->script, FIN, "last");
	expect(w, ERR_OK,
	    "open \nping \npong \nmessage one \xe5\xb8\x81 two three\n"
	    "message last\n",
	    wish(w, "8a", ping, sizeof(ping)));
}

/* All three forms of the length, and messages that lie across wslay's buffer.
 */
static void
lengths(void **state)
{
	struct world *w = *state;
	char *text = malloc(LONG);
	static const size_t sizes[] = { 125, 126, 4000, 127, 4096, 65535, 65536,
		LONG };

	begin(w);
	for (size_t i = 0; i < LONG; i++)
		text[i] = (char)('a' + i % 26);
	wish(w, "open", "", 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		script_frame(&w->script, FIN | TEXT, text, sizes[i]);
		wish(w, "message", text, sizes[i]);
	}
	free(text);
	expect(w, ERR_OK, w->wish, "");
}

static void
close_with_a_reason(void **state)
{
	struct world *w = *state;

	begin(w);
	script_text(&w->script, FIN | TEXT, "one");
	script_frame(&w->script, FIN | CLOSE, "\x03\xf4g\xc3\xa9", 5);
	script_text(&w->script, FIN | TEXT, "never read");
	expect(w, ERR_CLOSED, "open \nmessage one\nclosed 1012 g\xc3\xa9\n",
	    "88 1012 \n");
}

static void
close_without_a_code(void **state)
{
	struct world *w = *state;

	begin(w);
	script_frame(&w->script, FIN | CLOSE, "", 0);
	expect(w, ERR_CLOSED, "open \nclosed 1005 \n", "88 \n");
}

struct breach {
	unsigned first;
	const char *payload;
	size_t len;
	const char *sent;
};

/* Each is a frame that must not follow the first half of a message. */
static const struct breach breaches[] = {
	{ FIN | RSV1, "x", 1, "88 1002 \n" },
	{ FIN | 0x20, "x", 1, "88 1002 \n" },
	{ FIN | 0x10 | PING, "x", 1, "88 1002 \n" },
	{ FIN | TEXT, "x", 1, "88 1002 \n" },
	{ FIN | BINARY, "x", 1, "88 1002 \n" },
	{ FIN | 3, "x", 1, "88 1002 \n" },
	{ FIN | 11, "x", 1, "88 1002 \n" },
	{ PING, "x", 1, "88 1002 \n" },
	{ FIN | CLOSE, "x", 1, "88 1002 \n" },
	{ FIN | CLOSE, "\x03\xe7", 2, "88 1002 \n" },
	{ FIN | CLOSE, "\x03\xed", 2, "88 1002 \n" },
	{ FIN | CLOSE, "\xff\xff", 2, "88 1002 \n" },
	{ FIN | CLOSE, "\x03\xe8\xc3", 3, "88 1007 \n" },
	{ FIN, "\xff", 1, "88 1007 \n" },
	{ FIN, "\xed\xa0\x80", 3, "88 1007 \n" },
	{ FIN, "\xc3", 1, "88 1007 \n" },
};

static void
breaches_of_the_protocol(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(breaches) / sizeof(breaches[0]); i++) {
		const struct breach *b = &breaches[i];

		w->script.len = 0;
		begin(w);
		script_text(&w->script, TEXT, "half");
		script_frame(&w->script, b->first, b->payload, b->len);
		script_text(&w->script, FIN | TEXT, "never read");
		expect(w, ERR_PROTOCOL, "open \n", b->sent);
	}
}

static void
first_frame_continues_nothing(void **state)
{
	struct world *w = *state;

	begin(w);
	script_text(&w->script, FIN, "x");
	expect(w, ERR_PROTOCOL, "open \n", "88 1002 \n");
}

static void
masked_frame(void **state)
{
	struct world *w = *state;

	begin(w);
	script_bytes(&w->script, "\x81\x81mask\x00", 7);
	expect(w, ERR_PROTOCOL, "open \n", "88 1002 \n");
}

static void
long_form_of_a_short_length(void **state)
{
	struct world *w = *state;

	begin(w);
	script_bytes(&w->script, "\x81\x7e\x00\x01x", 5);
	expect(w, ERR_PROTOCOL, "open \n", "88 1002 \n");
}

/* A control frame over 125 bytes. */
static void
long_ping(void **state)
{
	struct world *w = *state;
	char ping[126] = "";

	begin(w);
	script_frame(&w->script, FIN | PING, ping, sizeof(ping));
	expect(w, ERR_PROTOCOL, "open \n", "88 1002 \n");
}

static void
oversize(void **state)
{
	struct world *w = *state;

	begin(w);
	script_head(&w->script, FIN | TEXT, WS_MESSAGE_MAX + 1);
	script_bytes(&w->script, "x", 1);
	expect(w, ERR_FULL, "open \n", "88 1009 \n");
	w->script.len = 0;
	begin(w);
	script_text(&w->script, TEXT, "x");
	script_head(&w->script, FIN, WS_MESSAGE_MAX);
	script_bytes(&w->script, "x", 1);
	expect(w, ERR_FULL, "open \n", "88 1009 \n");
	w->script.len = 0;
	begin(w);
	script_head(&w->script, FIN | TEXT, (uint64_t)1 << 62);
	script_bytes(&w->script, "x", 1);
	expect(w, ERR_FULL, "open \n", "88 1009 \n");
}

/* 2 MiB in one frame and in many; and a heap that has no room for it. */
static void
big_messages(void **state)
{
	struct world *w = *state;
	char *text = malloc(BIG);

	memset(text, 'b', BIG);
	script_frame(&w->script, FIN | TEXT, text, BIG);
	script_text(&w->script, FIN | PING, "p");
	for (size_t i = 0; i < BIG / 65536; i++)
		script_frame(&w->script, i ? 0 : TEXT, text, 65536);
	script_frame(&w->script, FIN, "", 0);
	wish(w, "open", "", 0);
	wish(w, "message", text, BIG);
	wish(w, "ping", "", 0);
	wish(w, "message", text, BIG);
	free(text);
	for (int cut = -3; cut <= 0; cut++) {
		established(w, HEAP);
		assert_int_equal(
		    drip(&w->drip, w->script.at, w->script.len, cut), ERR_OK);
		assert_string_equal(w->log, w->wish);
		ws_fini(&w->ws);
		assert_int_equal(ws_heap_used(), 0);
	}
	established(w, BIG);
	assert_int_equal(ws_feed(&w->ws, w->script.at, 100000), ERR_FULL);
	ws_fini(&w->ws);
	assert_int_equal(ws_heap_used(), 0);
}

static void
end_it(struct world *w)
{
	ws_fini(&w->ws);
}

static void
begin_anew(struct world *w)
{
	ws_fini(&w->ws);
	open_ws(w);
}

static void
callbacks_may_end_it(void **state)
{
	struct world *w = *state;

	established(w, HEAP);
	w->on_message = end_it;
	assert_int_equal(ws_feed(&w->ws, "\x81\x01x\x81\x01y", 6), ERR_CLOSED);
	assert_string_equal(w->log, "open \nmessage x\n");
	established(w, HEAP);
	w->on_message = begin_anew;
	assert_int_equal(ws_feed(&w->ws, "\x81\x01x\x81\x01y", 6), ERR_CLOSED);
	assert_string_equal(w->log, "open \nmessage x\n");
	assert_false(w->ws.is_open);
	ws_fini(&w->ws);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(messages),
		T(fragments_with_a_ping_between),
		T(lengths),
		T(close_with_a_reason),
		T(close_without_a_code),
		T(breaches_of_the_protocol),
		T(first_frame_continues_nothing),
		T(masked_frame),
		T(long_form_of_a_short_length),
		T(long_ping),
		T(oversize),
		T(big_messages),
		T(callbacks_may_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
