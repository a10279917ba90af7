#include "net/ws_parts.h"

#include <string.h>

#include "codec/utf8.h"
#include "core/must.h"
#include "net/ws_heap.h"

enum {
	MESSAGE_LEAST = 4096,
};

void
ws_drop_message(struct ws *ws)
{
	ws_free(ws->message);
	ws->message = NULL;
	ws->message_size = 0;
}

/* Control frames have the highest bit of the opcode set (section 5.5). */
static bool
is_control(const struct ws_frame *f)
{
	return f->opcode & 8;
}

/* End it with a status code for the peer. */
enum err
ws_breach(struct ws *ws, uint16_t code)
{
	ws->over = code == WS_CODE_TOO_BIG ? ERR_FULL : ERR_PROTOCOL;
	if (!ws->close_waits && !ws->close_sent) {
		ws->close_waits = true;
		ws->close_code = code;
	}
	return ws->over;
}

/* May the frame that f begins stand here (sections 5.1, 5.2 and 5.4)? */
static enum err
begin_frame(struct ws *ws, const struct ws_frame *f)
{
	ws->in_frame = true;
	ws->frame_left = f->length;
	ws->control_len = 0;
	if (f->odd)
		return ws_breach(ws, WS_CODE_PROTOCOL);
	switch (f->opcode) {
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		return ERR_OK;
	case WS_CONTINUATION:
		if (ws->opcode == 0)
			return ws_breach(ws, WS_CODE_PROTOCOL);
		break;
	case WS_TEXT:
	case WS_BINARY:
		if (ws->opcode != 0)
			return ws_breach(ws, WS_CODE_PROTOCOL);
		ws->opcode = f->opcode;
		ws->message_len = 0;
		break;
	default:
		return ws_breach(ws, WS_CODE_PROTOCOL);
	}
	if (f->length > WS_MESSAGE_MAX - ws->message_len)
		return ws_breach(ws, WS_CODE_TOO_BIG);
	return ERR_OK;
}

/* Room for `need` bytes of message: doubled, or else just enough. */
static bool
grow(struct ws *ws, size_t need)
{
	size_t size = ws->message_size ? ws->message_size : MESSAGE_LEAST;
	char *bigger;

	if (need <= ws->message_size)
		return true;
	while (size < need)
		size *= 2;
	bigger = ws_realloc(ws->message, size);
	if (!bigger) {
		size = need;
		bigger = ws_realloc(ws->message, size);
	}
	if (!bigger)
		return false;
	ws->message = bigger;
	ws->message_size = size;
	return true;
}

/* Keep a part of a message until the rest has come. */
static enum err
append(struct ws *ws, const struct ws_frame *f)
{
	if (!grow(ws, ws->message_len + (size_t)ws->frame_left))
		return ws_breach(ws, WS_CODE_TOO_BIG);
	if (f->bytes.len > 0)
		memcpy(
		    ws->message + ws->message_len, f->bytes.at, f->bytes.len);
	ws->message_len += f->bytes.len;
	return ERR_OK;
}

/* The callback may have ended this connection, or even begun another. */
static enum err
deliver(struct ws *ws, struct span text)
{
	uint32_t epoch = ws->epoch;

	if (ws->opcode == WS_TEXT && !utf8_valid(text))
		return ws_breach(ws, WS_CODE_NOT_UTF8);
	ws->opcode = 0;
	ws->message_len = 0;
	if (ws->events.message)
		ws->events.message(ws->events.owner, text);
	if (ws->epoch != epoch)
		return ERR_CLOSED;
	if (ws->message_size > WS_KEEP_BYTES)
		ws_drop_message(ws);
	return ERR_OK;
}

/* Codes a peer may send: sections 7.4.1 and 7.4.2, and IANA's registry. */
static bool
is_close_code(unsigned code)
{
	return (code >= 1000 && code <= 1003) ||
	       (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

static enum err
take_close(struct ws *ws)
{
	uint16_t code = WS_CODE_NONE;
	struct span reason = SPAN("");

	if (ws->control_len == 1)
		return ws_breach(ws, WS_CODE_PROTOCOL);
	if (ws->control_len >= 2) {
		code = (uint16_t)(ws->control[0] << 8 | ws->control[1]);
		reason = (struct span){ (char *)ws->control + 2,
			ws->control_len - 2 };
		if (!is_close_code(code))
			return ws_breach(ws, WS_CODE_PROTOCOL);
		if (!utf8_valid(reason))
			return ws_breach(ws, WS_CODE_NOT_UTF8);
	}
	ws->over = ERR_CLOSED;
	if (!ws->close_sent && !ws->close_waits) {
		ws->close_waits = true;
		ws->close_code = code;
	}
	if (ws->events.closed)
		ws->events.closed(ws->events.owner, code, reason);
	return ERR_CLOSED;
}

static enum err
end_control(struct ws *ws, uint8_t opcode)
{
	void (*tell)(void *owner) = ws->events.pong;
	uint32_t epoch = ws->epoch;

	if (opcode == WS_CLOSE)
		return take_close(ws);
	if (opcode == WS_PING) {
		memcpy(ws->pong, ws->control, ws->control_len);
		ws->pong_len = ws->control_len;
		ws->pong_waits = true;
		tell = ws->events.ping;
	}
	if (tell)
		tell(ws->events.owner);
	return ws->epoch == epoch ? ERR_OK : ERR_CLOSED;
}

/* A piece of a frame, perhaps all of it. */
enum err
ws_take(struct ws *ws, const struct ws_frame *f)
{
	struct span whole = f->bytes;
	bool first = !ws->in_frame;
	enum err e = first ? begin_frame(ws, f) : ERR_OK;

	if (e != ERR_OK)
		return e;
	if (is_control(f)) {
		must(f->bytes.len <= sizeof(ws->control) - ws->control_len);
		memcpy(ws->control + ws->control_len, whole.at, whole.len);
		ws->control_len += whole.len;
	} else if (first && f->fin && whole.len == f->length &&
		   ws->message_len == 0) {
		ws->in_frame = false;
		return deliver(ws, whole);
	} else {
		e = append(ws, f);
		if (e != ERR_OK)
			return e;
	}
	ws->frame_left -= whole.len;
	if (ws->frame_left > 0)
		return ERR_OK;
	ws->in_frame = false;
	if (is_control(f))
		return end_control(ws, f->opcode);
	if (!f->fin)
		return ERR_OK;
	return deliver(ws, (struct span){ ws->message, ws->message_len });
}
