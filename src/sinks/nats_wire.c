/*
 * Publishing: a turn's messages as NATS protocol in one piece of memory
 * (docs.nats.io, client protocol: PUB, HPUB), handed to libnats at flush.
 */
#define _GNU_SOURCE

#include "sinks/nats_link.h"

#include <string.h>

#include "sinks/nats_inside.h"

enum {
	WRITES_PER_FLUSH = 4,
	/* Sizes are written with leading zeros, which nats-server reads, so
	 * that they can be filled in afterwards; at most 9 digits there. */
	SIZE_DIGITS = 8,
};

static const char version_line[] = "NATS/1.0\r\n";

void
nats_wire_start(struct nats_link *l)
{
	out_reset(&l->batch);
	l->unsent = 0;
	l->full = false;
	l->payload_max = (size_t)natsConnection_GetMaxPayload(l->connection);
	if (l->payload_max > NATS_PAYLOAD_MAX)
		l->payload_max = NATS_PAYLOAD_MAX;
}

static void
fill_in(char *to, size_t value)
{
	for (int i = SIZE_DIGITS - 1; i >= 0; i--) {
		to[i] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* A header line ends at a control byte; an id has none unless a venue lies. */
static void
out_clean(struct out *o, const char *text)
{
	for (; *text != '\0'; text++)
		out_char(o, (unsigned char)*text < ' ' ? '?' : *text);
}

static bool
is_subject(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ')
			return false;
	return true;
}

static void
put_line(
    struct nats_link *l, const char *subject, const char *token, bool header)
{
	struct out *o = &l->batch;

	if (header)
		OUT_LITERAL(o, "HPUB ");
	else
		OUT_LITERAL(o, "PUB ");
	out_text(o, subject);
	if (token != NULL) {
		out_char(o, ' ');
		out_bytes(o, l->inbox, l->inbox_len);
		out_char(o, '.');
		out_text(o, token);
	}
	l->sizes_at = o->len;
	out_pad(o, 0, 2 * (SIZE_DIGITS + 1));
	if (!header)
		o->len -= o->full ? 0 : SIZE_DIGITS + 1;
	OUT_LITERAL(o, "\r\n");
	l->header_at = o->len;
}

/* Up to where headers or, without any, the body begin. */
static enum err
begin(struct nats_link *l, const char *subject, const char *token, bool header)
{
	struct out *o = &l->batch;

	if (!l->attached)
		return ERR_CLOSED;
	if (o->len >= NATS_LINK_BATCH)
		nats_link_flush(l);
	if (!l->attached)
		return ERR_CLOSED;
	if (o->len >= NATS_LINK_BATCH) {
		l->full = true;
		return ERR_AGAIN;
	}
	if (!is_subject(subject))
		return ERR_SYNTAX;
	l->message_at = o->len;
	put_line(l, subject, token, header);
	l->body_at = o->len;
	return ERR_OK;
}

enum err
nats_link_begin(struct nats_link *l, const char *subject, const char *token,
    const char *id, struct out **body)
{
	struct out *o = &l->batch;
	enum err e = begin(l, subject, token, id != NULL);

	*body = o;
	if (e != ERR_OK || id == NULL)
		return e;
	OUT_LITERAL(o, version_line);
	OUT_LITERAL(o, "Nats-Msg-Id: ");
	out_clean(o, id);
	if (l->expected_stream != NULL) {
		OUT_LITERAL(o, "\r\nNats-Expected-Stream: ");
		out_text(o, l->expected_stream);
	}
	OUT_LITERAL(o, "\r\n\r\n");
	l->body_at = o->len;
	return ERR_OK;
}

enum err
nats_link_begin_with(struct nats_link *l, const char *subject,
    const char *token, struct span headers, struct out **body)
{
	struct out *o = &l->batch;
	enum err e = begin(l, subject, token, true);

	*body = o;
	if (e != ERR_OK)
		return e;
	OUT_LITERAL(o, version_line);
	out_span(o, headers);
	OUT_LITERAL(o, "\r\n");
	l->body_at = o->len;
	return ERR_OK;
}

enum err
nats_link_end(struct nats_link *l)
{
	struct out *o = &l->batch;
	size_t total = o->len - l->header_at;
	size_t header = l->body_at - l->header_at;
	char *at = o->at + l->sizes_at;

	OUT_LITERAL(o, "\r\n");
	if (o->full || total > l->payload_max) {
		l->too_long = total;
		o->len = l->message_at;
		o->full = false;
		return ERR_FULL;
	}
	if (header > 0) {
		*at++ = ' ';
		fill_in(at, header);
		at += SIZE_DIGITS;
	}
	*at++ = ' ';
	fill_in(at, total);
	return ERR_OK;
}

enum err
nats_link_publish(struct nats_link *l, const char *subject, const char *token,
    struct span data)
{
	struct out *body;
	enum err e = nats_link_begin(l, subject, token, NULL, &body);

	if (e != ERR_OK)
		return e;
	out_span(body, data);
	return nats_link_end(l);
}

enum err
nats_link_echo(struct nats_link *l, const char *token)
{
	char subject[NATS_INBOX_MAX + 32];
	struct out o;

	out_init(&o, subject, sizeof(subject));
	out_bytes(&o, l->inbox, l->inbox_len);
	out_char(&o, '.');
	out_text(&o, token);
	return nats_link_publish(l, out_cstr(&o), NULL, SPAN_NULL);
}

/* The library copies it; what it cannot take now goes with the next flush. */
static void
hand_over(struct nats_link *l)
{
	natsStatus s;

	natsConn_lockAndRetain(l->connection);
	s = natsConn_bufferWrite(l->connection, l->batch.at, (int)l->batch.len);
	natsConn_unlockAndRelease(l->connection);
	if (s != NATS_OK)
		return;
	l->unsent += l->batch.len;
	out_reset(&l->batch);
}

/* nats.c takes an empty write for the end of the connection. */
static void
write_out(struct nats_link *l)
{
	int left = natsConnection_Buffered(l->connection);
	int before;

	for (int i = 0; i < WRITES_PER_FLUSH && left > 0; i++) {
		before = left;
		natsConnection_ProcessWriteEvent(l->connection);
		if (!l->attached)
			return;
		left = natsConnection_Buffered(l->connection);
		if (left == before)
			break;
	}
	l->unsent = left > 0 ? (size_t)left : 0;
	nats_link_wants_write(l, l->unsent > 0);
}

void
nats_link_flush(struct nats_link *l)
{
	if (!l->attached)
		return;
	if (l->unsent > 0)
		write_out(l);
	if (l->attached && l->unsent == 0 && l->batch.len > 0) {
		hand_over(l);
		write_out(l);
	}
	if (l->attached && l->full && l->batch.len < NATS_LINK_BATCH) {
		l->full = false;
		l->events->room(l);
	}
}

void
nats_wire_ready(struct nats_link *l)
{
	write_out(l);
	nats_link_flush(l);
}
