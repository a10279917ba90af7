/* LINK: net/ws net/ws_in net/ws_out net/ws_shake net/ws_heap codec/http1 */
/* LINK: codec/url codec/utf8 codec/wskey core/out core/span core/must */
/* LIBS: wslay */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/utf8.h"
#include "net/ws.h"
#include "net/ws_heap.h"

/*
 * The first byte says whether the handshake is behind us, the second how the
 * rest is cut.  In pieces and at once the same must happen.
 */
enum {
	HEAP = 256 * 1024,
};

struct world {
	struct ws ws;
	char heap[HEAP];
	uint64_t events;
};

static const char good_head[] =
    "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
happened(struct world *w, unsigned what, struct span text)
{
	w->events = w->events * 31 + what;
	w->events = w->events * 31 + span_hash(text);
}

static void
on_open(void *owner)
{
	happened(owner, 1, SPAN(""));
}

static void
on_message(void *owner, struct span text)
{
	happened(owner, 2, text);
}

static void
on_ping(void *owner)
{
	happened(owner, 3, SPAN(""));
}

static void
on_pong(void *owner)
{
	happened(owner, 4, SPAN(""));
}

static void
on_closed(void *owner, uint16_t code, struct span reason)
{
	claim(utf8_valid(reason));
	happened(owner, code, reason);
}

static void
on_random(void *owner, void *buf, size_t len)
{
	(void)owner;
	memset(buf, 0, len);
}

static void
drain(struct world *w, size_t size)
{
	char out[4096];
	size_t len;

	while (ws_wants_write(&w->ws)) {
		claim(ws_drain(&w->ws, out, size, &len) == ERR_OK);
		claim(len > 0 && len <= size);
		happened(w, 5, (struct span){ out, 0 });
		w->events = 31 * w->events;
	}
}

static enum err
converse(
    struct world *w, bool shaken, const uint8_t *data, size_t size, size_t cut)
{
	struct ws_events events = { w, on_open, on_message, on_ping, on_pong,
		on_closed, on_random };
	enum err e = ERR_OK;

	memset(w, 0, sizeof(*w));
	ws_heap_init(w->heap, sizeof(w->heap));
	claim(ws_open(&w->ws, &events, "a.example", 443, "/",
		  (const uint8_t *)"the sample nonce") == ERR_OK);
	drain(w, 4096);
	w->events = 0;
	if (shaken)
		claim(ws_feed(&w->ws, good_head, sizeof(good_head) - 1) ==
		      ERR_OK);
	while (size > 0 && e == ERR_OK) {
		size_t n = cut && cut < size ? cut : size;
		char *piece = malloc(n);

		memcpy(piece, data, n);
		e = ws_feed(&w->ws, piece, n);
		free(piece);
		data += n;
		size -= n;
	}
	claim(e == ERR_OK || ws_feed(&w->ws, "x", 1) == e);
	happened(w, 1000 + w->ws.pong_waits,
	    (struct span){ (char *)w->ws.pong, w->ws.pong_len });
	happened(w, w->ws.close_waits ? w->ws.close_code : 0, SPAN(""));
	drain(w, 3);
	ws_fini(&w->ws);
	claim(ws_heap_used() == 0);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w;
	uint64_t events;
	enum err e;

	if (size < 2)
		return 0;
	w = malloc(sizeof(*w));
	e = converse(w, data[0] & 1, data + 2, size - 2, 0);
	events = w->events;
	claim(converse(w, data[0] & 1, data + 2, size - 2, 1 + data[1]) == e);
	claim(w->events == events);
	free(w);
	return 0;
}
