#include "net/ws_parts.h"

#include <string.h>

#include "net/ws_heap.h"

void
ws_drop_queue(struct ws *ws)
{
	while (ws->first) {
		struct ws_piece *piece = ws->first;

		ws->first = piece->next;
		ws_free(piece);
	}
	ws->last = &ws->first;
	ws->queued = 0;
}

enum err
ws_send(struct ws *ws, const char *text, size_t len)
{
	struct ws_piece *piece;

	if (!ws->frames || ws->close_waits || ws->close_sent)
		return ERR_CLOSED;
	if (len > WS_QUEUE_MAX - ws->queued)
		return ERR_FULL;
	piece = ws_malloc(sizeof(*piece) + len);
	if (!piece)
		return ERR_FULL;
	piece->next = NULL;
	piece->len = len;
	memcpy(piece->bytes, text, len);
	*ws->last = piece;
	ws->last = &piece->next;
	ws->queued += len;
	return ERR_OK;
}

enum err
ws_close(struct ws *ws, uint16_t code)
{
	if (!ws->frames || ws->close_waits || ws->close_sent)
		return ERR_CLOSED;
	ws->close_waits = true;
	ws->close_code = code;
	return ERR_OK;
}

static void
send_control(struct ws *ws, uint8_t opcode, const uint8_t *bytes, size_t len)
{
	memcpy(ws->out_control, bytes, len);
	ws->out_opcode = opcode;
	ws->piece_len = len;
	ws->piece_done = 0;
	ws->sending = true;
}

static void
send_close(struct ws *ws)
{
	uint8_t code[2] = { (uint8_t)(ws->close_code >> 8),
		(uint8_t)ws->close_code };

	/* 1005 stands for "no code" and is never on the wire (7.4.1). */
	send_control(ws, WS_CLOSE, code,
	    ws->close_code == WS_CODE_NONE ? 0 : sizeof(code));
	ws->close_waits = false;
	ws->close_sent = true;
	ws_drop_queue(ws);
}

/* Choose what leaves next; false when nothing waits. */
bool
ws_next(struct ws *ws)
{
	if (ws->close_sent)
		return false;
	if (ws->pong_waits) {
		ws->pong_waits = false;
		send_control(ws, WS_PONG, ws->pong, ws->pong_len);
		return true;
	}
	if (ws->close_waits) {
		send_close(ws);
		return true;
	}
	if (!ws->first)
		return false;
	ws->piece = ws->first;
	ws->first = ws->piece->next;
	if (!ws->first)
		ws->last = &ws->first;
	ws->queued -= ws->piece->len;
	ws->out_opcode = WS_TEXT;
	ws->piece_len = ws->piece->len;
	ws->piece_done = 0;
	ws->sending = true;
	return true;
}
