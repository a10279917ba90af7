#include "net/ws.h"

#include <string.h>
#include <sys/types.h>

#include <wslay/wslay.h>

#include "codec/http1.h"
#include "codec/wskey.h"
#include "core/must.h"
#include "net/ws_heap.h"
#include "net/ws_parts.h"
#include "net/ws_shake.h"

enum {
	MAGIC = 0x77734d45,
};

static ssize_t
on_recv(uint8_t *buf, size_t len, int flags, void *user)
{
	struct ws *ws = user;

	(void)flags;
	must(ws->magic == MAGIC);
	if (ws->in_len == 0)
		return -1;
	if (len > ws->in_len)
		len = ws->in_len;
	memcpy(buf, ws->in, len);
	ws->in += len;
	ws->in_len -= len;
	return (ssize_t)len;
}

static ssize_t
on_send(const uint8_t *data, size_t len, int flags, void *user)
{
	struct ws *ws = user;

	(void)flags;
	must(ws->magic == MAGIC);
	if (ws->out_len == ws->out_size)
		return -1;
	if (len > ws->out_size - ws->out_len)
		len = ws->out_size - ws->out_len;
	memcpy(ws->outp + ws->out_len, data, len);
	ws->out_len += len;
	return (ssize_t)len;
}

static int
on_mask(uint8_t *buf, size_t len, void *user)
{
	struct ws *ws = user;

	must(ws->magic == MAGIC);
	ws->events.random(ws->events.owner, buf, len);
	return 0;
}

enum err
ws_open(struct ws *ws, const struct ws_events *events, const char *host,
    uint16_t port, const char *path, const uint8_t key[16])
{
	static const struct wslay_frame_callbacks callbacks = { on_send,
		on_recv, on_mask };
	char text[WSKEY_TEXT];
	uint32_t epoch = ws->epoch;
	wslay_frame_context_ptr frames;
	struct out o;
	enum err e;

	must(events->random != NULL);
	memset(ws, 0, sizeof(*ws));
	ws->magic = MAGIC;
	ws->epoch = epoch + 1;
	ws->events = *events;
	ws->retry_after_s = -1;
	ws->last = &ws->first;
	out_init(&o, text, sizeof(text));
	base64_encode(&o, key, WSKEY_BYTES);
	out_init(&o, ws->accept, sizeof(ws->accept));
	wskey_accept((struct span){ text, sizeof(text) }, &o);
	out_init(&o, ws->head, sizeof(ws->head));
	e = ws_shake_request(&o, span_of(host), port, span_of(path),
	    (struct span){ text, sizeof(text) });
	if (e != ERR_OK)
		return e;
	ws->head_len = o.len;
	if (wslay_frame_context_init(&frames, &callbacks, ws) != 0)
		return ERR_FULL;
	ws->frames = frames;
	return ERR_OK;
}

void
ws_fini(struct ws *ws)
{
	if (ws->magic != MAGIC)
		return;
	if (ws->frames)
		wslay_frame_context_free(ws->frames);
	ws->frames = NULL;
	ws_drop_queue(ws);
	ws_free(ws->piece);
	ws->piece = NULL;
	ws->sending = false;
	ws_drop_message(ws);
	ws->is_open = false;
	ws->magic = 0;
	ws->epoch++;
}

static enum err
feed_frames(struct ws *ws, const void *in, size_t len)
{
	struct wslay_frame_iocb f;
	struct ws_frame part;
	ssize_t r;
	enum err e;

	ws->in = in;
	ws->in_len = len;
	/* Ends with WANT_READ: wslay holds frames that it has read ahead. */
	for (;;) {
		r = wslay_frame_recv(ws->frames, &f);
		if (r == WSLAY_ERR_WANT_READ && ws->in_len == 0)
			return ERR_OK;
		if (r == WSLAY_ERR_WANT_READ)
			continue;
		if (r < 0)
			return ws_breach(ws, WS_CODE_PROTOCOL);
		part = (struct ws_frame){ f.opcode, f.fin, f.rsv || f.mask,
			f.payload_length,
			{ (const char *)f.data, f.data_length } };
		e = ws_take(ws, &part);
		if (e != ERR_OK)
			return e;
	}
}

/* Bytes of the answer's head; *used of them belonged to it. */
static enum err
feed_head(struct ws *ws, const char *in, size_t len, size_t *used)
{
	uint32_t epoch = ws->epoch;
	struct ws_answer a;
	enum err e;

	if (!ws->head_sent)
		return ERR_PROTOCOL;
	e = http1_gather(
	    ws->head, sizeof(ws->head), &ws->head_len, in, len, used);
	if (e == ERR_SHORT)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_PROTOCOL;
	e = ws_shake_answer((struct span){ ws->head, ws->head_len },
	    (struct span){ ws->accept, WSKEY_ACCEPT }, &a);
	ws->http_status = a.status;
	ws->retry_after_s = a.retry_after_s;
	if (e != ERR_OK)
		return e;
	ws->is_open = true;
	if (ws->events.open)
		ws->events.open(ws->events.owner);
	return ws->epoch == epoch ? ERR_OK : ERR_CLOSED;
}

enum err
ws_feed(struct ws *ws, const void *in, size_t len)
{
	size_t used = 0;
	enum err e;

	if (ws->magic != MAGIC)
		return ERR_CLOSED;
	if (ws->over != ERR_OK)
		return ws->over;
	if (!ws->is_open) {
		e = feed_head(ws, in, len, &used);
		if (e != ERR_OK && ws->magic == MAGIC && e != ERR_CLOSED)
			ws->over = e;
		if (e != ERR_OK || !ws->is_open)
			return e;
	}
	return feed_frames(ws, (const char *)in + used, len - used);
}

/* OK when the frame has left, AGAIN when there is no more room for it. */
static enum err
send_frame(struct ws *ws)
{
	const uint8_t *bytes = ws->piece ? ws->piece->bytes : ws->out_control;
	struct wslay_frame_iocb f;
	ssize_t r;

	memset(&f, 0, sizeof(f));
	f.fin = 1;
	f.mask = 1;
	f.opcode = ws->out_opcode;
	f.payload_length = ws->piece_len;
	f.data = bytes + ws->piece_done;
	f.data_length = ws->piece_len - ws->piece_done;
	r = wslay_frame_send(ws->frames, &f);
	if (r == WSLAY_ERR_WANT_WRITE)
		return ERR_AGAIN;
	if (r < 0)
		return ERR_IO;
	ws->piece_done += (size_t)r;
	if (ws->piece_done < ws->piece_len)
		return ERR_AGAIN;
	ws_free(ws->piece);
	ws->piece = NULL;
	ws->sending = false;
	return ERR_OK;
}

static void
drain_head(struct ws *ws)
{
	size_t n = ws->head_len - ws->head_done;

	if (n > ws->out_size)
		n = ws->out_size;
	memcpy(ws->outp, ws->head + ws->head_done, n);
	ws->head_done += n;
	ws->out_len = n;
	if (ws->head_done < ws->head_len)
		return;
	ws->head_sent = true;
	ws->head_len = 0;
}

enum err
ws_drain(struct ws *ws, void *buf, size_t size, size_t *len)
{
	enum err e = ERR_OK;

	*len = 0;
	if (ws->magic != MAGIC)
		return ERR_OK;
	ws->outp = buf;
	ws->out_size = size;
	ws->out_len = 0;
	if (!ws->head_sent)
		drain_head(ws);
	while (e == ERR_OK && ws->is_open && ws->out_len < size &&
	       (ws->sending || ws_next(ws)))
		e = send_frame(ws);
	*len = ws->out_len;
	return e == ERR_AGAIN ? ERR_OK : e;
}

bool
ws_wants_write(const struct ws *ws)
{
	if (ws->magic != MAGIC)
		return false;
	if (!ws->head_sent)
		return true;
	if (!ws->is_open)
		return false;
	return ws->sending ||
	       (!ws->close_sent &&
		   (ws->pong_waits || ws->close_waits || ws->first));
}
