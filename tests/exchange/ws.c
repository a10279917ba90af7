#include "ws.h"

#include <stdio.h>

#include <mbedtls/base64.h>
#include <mbedtls/sha1.h>

#include "dialect.h"
#include "sim.h"

enum {
	HEADER_MAX = 10,
	INPUT_MAX = 1 << 20,
	CONTROL_MAX = 125,
};

struct frame {
	int first;
	unsigned char *data;
	size_t len;
	/* Bytes of the whole frame. */
	size_t size;
};

void
ws_accept(const char *key, char *out)
{
	unsigned char digest[20];
	char text[128];
	size_t len = 0;
	int n = snprintf(
	    text, sizeof(text), "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);

	mbedtls_sha1((unsigned char *)text,
	    (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1, digest);
	mbedtls_base64_encode(
	    (unsigned char *)out, 32, &len, digest, sizeof(digest));
	out[len] = '\0';
}

static char *
put_header(char *p, int first, size_t len)
{
	*p++ = (char)first;
	if (len < 126) {
		*p++ = (char)len;
		return p;
	}
	if (len < 65536) {
		*p++ = 126;
		*p++ = (char)(len >> 8);
		*p++ = (char)len;
		return p;
	}
	*p++ = 127;
	for (int shift = 56; shift >= 0; shift -= 8)
		*p++ = (char)((uint64_t)len >> shift);
	return p;
}

void
ws_frame(struct conn *c, int first, const void *data, size_t len)
{
	char *p = buf_room(&c->out, HEADER_MAX + len);

	p = put_header(p, first, len);
	if (len)
		p = put_mem(p, data, len);
	c->out.len = (size_t)(p - c->out.data);
}

void
ws_send(struct conn *c, enum ws_opcode opcode, const void *data, size_t len)
{
	ws_frame(c, WS_FIN | (int)opcode, data, len);
}

void
ws_send3(struct conn *c, const void *a, size_t a_len, const void *b,
    size_t b_len, const void *z, size_t z_len)
{
	size_t len = a_len + b_len + z_len;
	char *p = buf_room(&c->out, HEADER_MAX + len);

	p = put_header(p, WS_FIN | WS_TEXT, len);
	p = put_mem(p, a, a_len);
	p = put_mem(p, b, b_len);
	p = put_mem(p, z, z_len);
	c->out.len = (size_t)(p - c->out.data);
}

void
ws_close(struct conn *c, int code, const char *reason)
{
	char text[CONTROL_MAX];
	size_t len = strlen(reason);

	if (len > sizeof(text) - 2)
		len = sizeof(text) - 2;
	text[0] = (char)(code >> 8);
	text[1] = (char)code;
	memcpy(text + 2, reason, len);
	ws_send(c, WS_CLOSE, text, len + 2);
	c->state = CONN_CLOSING;
}

/* false: wait for more bytes.  A broken frame has size 0. */
static bool
take(struct conn *c, struct frame *f)
{
	unsigned char *p = (unsigned char *)c->in.data + c->in.at;
	size_t left = buf_left(&c->in);
	size_t header = 6;

	memset(f, 0, sizeof(*f));
	if (left < 2)
		return false;
	f->first = p[0];
	f->len = p[1] & 0x7f;
	if (!(p[1] & 0x80))
		return true;
	if (f->len == 126) {
		if (left < 4)
			return false;
		f->len = (size_t)p[2] << 8 | p[3];
		header = 8;
	} else if (f->len == 127) {
		if (left < HEADER_MAX)
			return false;
		f->len = 0;
		for (int i = 2; i < HEADER_MAX; i++)
			f->len = f->len << 8 | p[i];
		header = HEADER_MAX + 4;
		if (f->len > INPUT_MAX)
			return true;
	}
	if (left < header + f->len)
		return false;
	f->data = p + header;
	f->size = header + f->len;
	for (size_t i = 0; i < f->len; i++)
		f->data[i] ^= p[header - 4 + i % 4];
	return true;
}

static void
pong(struct sim *sim, struct conn *c, const struct frame *f)
{
	sim->stats.pongs++;
	/* Unsolicited pongs are allowed and answer nothing. */
	if (!c->pong_due_us || f->len == 0)
		return;
	for (int i = 0; i < 2; i++) {
		if (f->len != c->ping_len[i] ||
		    memcmp(f->data, c->ping[i], f->len) != 0)
			continue;
		c->pong_due_us = 0;
		return;
	}
	sim->limits.violations.pong++;
}

static void
handle(struct sim *sim, struct conn *c, const struct frame *f)
{
	switch (f->first & 0xf) {
	case WS_TEXT:
		sim->dialect->message(sim, c, (char *)f->data, f->len);
		break;
	case WS_PING:
		ws_send(c, WS_PONG, f->data, f->len);
		break;
	case WS_PONG:
		pong(sim, c, f);
		break;
	case WS_CLOSE:
		ws_send(c, WS_CLOSE, f->data, f->len);
		c->state = CONN_CLOSING;
		break;
	default:
		sim->limits.violations.protocol++;
		ws_close(c, 1003, "unsupported data");
	}
}

void
ws_input(struct sim *sim, struct conn *c)
{
	struct frame f;

	while (c->state == CONN_STREAMING && take(c, &f)) {
		if (f.size == 0 || (f.first & 0x70) || !(f.first & WS_FIN)) {
			sim->limits.violations.protocol++;
			ws_close(c, 1002, "protocol error");
			return;
		}
		if (!limits_message(sim, c)) {
			ws_close(c, 1008, "Too many requests");
			return;
		}
		handle(sim, c, &f);
		buf_eat(&c->in, f.size);
	}
	if (buf_left(&c->in) > INPUT_MAX)
		ws_close(c, 1009, "message too big");
}

void
ws_start(struct sim *sim, struct conn *c)
{
	c->state = CONN_STREAMING;
	c->ping_due_us = sim->now_us + sim->rules.ping_ms * 1000;
	c->pushed_us = c->ops_us = sim->now_us;
}

void
ws_ping(struct sim *sim, struct conn *c, const char *data, size_t len)
{
	memcpy(c->ping[1], c->ping[0], c->ping_len[0]);
	c->ping_len[1] = c->ping_len[0];
	memcpy(c->ping[0], data, len);
	c->ping_len[0] = len;
	ws_send(c, WS_PING, data, len);
	/* While an earlier ping waits, its deadline stands.  Venues that send
	 * none by themselves have none. */
	if (!c->pong_due_us && sim->rules.pong_ms)
		c->pong_due_us = sim->now_us + sim->rules.pong_ms * 1000;
}

void
ws_tick(struct sim *sim, struct conn *c)
{
	char text[NUMBER_MAX];
	int len;

	if (!limits_idle(sim, c)) {
		ws_close(c, 4004, "No data received in time");
		return;
	}
	if (sim->dialect->tick)
		sim->dialect->tick(sim, c);
	if (c->state != CONN_STREAMING)
		return;

	if (c->pong_due_us && c->pong_due_us <= sim->now_us) {
		sim->limits.violations.pong++;
		ws_close(c, 1008, "Pong timeout");
		return;
	}
	if (!sim->rules.ping_ms || c->ping_due_us > sim->now_us)
		return;
	c->ping_due_us = sim->now_us + sim->rules.ping_ms * 1000;
	len = snprintf(
	    text, sizeof(text), "%lld", (long long)(sim->wall_us / 1000));
	ws_ping(sim, c, text, (size_t)len);
}
