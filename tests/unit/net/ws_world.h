/*
 * ws_world.h -- a WebSocket session, its peer, and what happened between them.
 */
#ifndef MPEDGE_TESTS_WS_WORLD_H
#define MPEDGE_TESTS_WS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../proto/drip.h"
#include "net/ws.h"
#include "net/ws_heap.h"
#include "ws_peer.h"

enum {
	HEAP = 6 * 1024 * 1024,
	LONG = 70000,
	BIG = 2 * 1024 * 1024,
};

struct world {
	struct drip drip;
	struct ws ws;
	void *heap;
	struct script script;
	/* What happened, one line an event; and what should. */
	char log[4096];
	size_t log_len;
	char wish[1024];
	enum err wanted;
	const char *wanted_log;
	const char *wanted_sent;
	uint8_t mask;
	void (*on_message)(struct world *w);
};

static inline void
note(struct world *w, const char *what, const char *bytes, size_t len)
{
	unsigned sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + (uint8_t)bytes[i];
	if (len <= 40)
		w->log_len += (size_t)snprintf(w->log + w->log_len,
		    sizeof(w->log) - w->log_len, "%s %.*s\n", what, (int)len,
		    bytes);
	else
		w->log_len += (size_t)snprintf(w->log + w->log_len,
		    sizeof(w->log) - w->log_len, "%s [%zu %08x]\n", what, len,
		    sum);
}

/* Add an event to those that should happen. */
static inline const char *
wish(struct world *w, const char *what, const char *bytes, size_t len)
{
	size_t had = strlen(w->wish);

	w->log_len = 0;
	note(w, what, bytes, len);
	assert_true(had + w->log_len < sizeof(w->wish));
	memmove(w->wish + had, w->log, w->log_len + 1);
	return w->wish;
}

static inline void
on_open(void *owner)
{
	note(owner, "open", "", 0);
}

static inline void
on_message(void *owner, struct span text)
{
	struct world *w = owner;

	note(w, "message", text.at, text.len);
	if (w->on_message)
		w->on_message(w);
}

static inline void
on_ping(void *owner)
{
	note(owner, "ping", "", 0);
}

static inline void
on_pong(void *owner)
{
	note(owner, "pong", "", 0);
}

static inline void
on_closed(void *owner, uint16_t code, struct span reason)
{
	char what[32];

	snprintf(what, sizeof(what), "closed %u", code);
	note(owner, what, reason.at, reason.len);
}

static inline void
on_random(void *owner, void *buf, size_t len)
{
	struct world *w = owner;

	memset(buf, w->mask++, len);
}

static inline void
open_ws(struct world *w)
{
	struct ws_events events = { w, on_open, on_message, on_ping, on_pong,
		on_closed, on_random };

	assert_int_equal(ws_open(&w->ws, &events, "stream.example", 9443,
			     "/stream?a=b", WS_KEY),
	    ERR_OK);
}

/* Take what waits, `size` bytes at a time. */
static inline size_t
drain(struct world *w, uint8_t *all, size_t max, size_t size)
{
	size_t len = 0, got;

	while (ws_wants_write(&w->ws)) {
		assert_true(len + size <= max);
		assert_int_equal(
		    ws_drain(&w->ws, all + len, size, &got), ERR_OK);
		assert_true(got > 0);
		len += got;
	}
	return len;
}

/* Write down the frames in all[0..len) as "9:payload". */
static inline void
note_sent(struct world *w, uint8_t *all, size_t len)
{
	uint8_t *payload;
	unsigned first;
	size_t n, used;

	w->log_len = 0;
	w->log[0] = '\0';
	for (size_t at = 0; at < len; at += used) {
		char what[16];

		used = ws_read_frame(all + at, len - at, &first, &payload, &n);
		assert_true(used > 0);
		snprintf(what, sizeof(what), "%x", first);
		if ((first & 15) == CLOSE && n >= 2)
			snprintf(what, sizeof(what), "%x %u", first,
			    (unsigned)(payload[0] << 8 | payload[1]));
		if ((first & 15) == CLOSE)
			n = 0;
		note(w, what, (char *)payload, n);
	}
}

static inline enum err
feed(void *owner, const char *bytes, size_t len)
{
	struct world *w = owner;

	return ws_feed(&w->ws, bytes, len);
}

static inline void
run(void *owner, int cut)
{
	struct world *w = owner;
	uint8_t sent[4096];
	size_t chunk = cut > 0 ? (size_t)cut : 4000;
	size_t len;

	ws_heap_init(w->heap, HEAP);
	w->log_len = 0;
	w->log[0] = '\0';
	open_ws(w);
	len = drain(w, sent, sizeof(sent), cut > 0 ? chunk : 1000);
	assert_memory_equal(sent, "GET /stream?a=b HTTP/1.1\r\n", 26);
	assert_memory_equal(sent + len - 4, "\r\n\r\n", 4);
	assert_int_equal(
	    drip(&w->drip, w->script.at, w->script.len, cut), w->wanted);
	assert_string_equal(w->log, w->wanted_log);
	if (w->wanted_sent) {
		len = drain(w, sent, sizeof(sent), cut > 0 ? chunk : 1000);
		note_sent(w, sent, len);
		assert_string_equal(w->log, w->wanted_sent);
	}
	ws_fini(&w->ws);
	assert_int_equal(ws_heap_used(), 0);
}

static inline int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->heap = malloc(HEAP);
	w->script.size = 5 * 1024 * 1024;
	w->script.at = malloc(w->script.size);
	w->drip.feed = feed;
	w->drip.owner = w;
	*state = w;
	return drip_init(&w->drip, w->script.size) ? 0 : -1;
}

static inline int
teardown(void **state)
{
	struct world *w = *state;

	drip_fini(&w->drip);
	free(w->heap);
	free(w->script.at);
	free(w);
	return 0;
}

static inline void
begin(struct world *w)
{
	script_bytes(&w->script, WS_GOOD_HEAD, strlen(WS_GOOD_HEAD));
}

static inline void
expect(struct world *w, enum err e, const char *log, const char *sent)
{
	w->wanted = e;
	w->wanted_log = log;
	w->wanted_sent = sent;
	drip_all(run, w);
}

/* The handshake done, nothing else yet. */
static inline void
established(struct world *w, size_t heap)
{
	uint8_t sent[1024];

	ws_heap_init(w->heap, heap);
	w->log_len = 0;
	w->log[0] = '\0';
	open_ws(w);
	drain(w, sent, sizeof(sent), sizeof(sent));
	assert_int_equal(
	    ws_feed(&w->ws, WS_GOOD_HEAD, strlen(WS_GOOD_HEAD)), ERR_OK);
}

#endif
