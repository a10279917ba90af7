/* LINK: codec/http1 codec/http1_body core/span */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http1.h"

/*
 * The first byte chooses answer or request, the second how it is cut.  In
 * pieces and at once the same must be read.
 */
enum {
	HEAD = 512,
};

struct reading {
	enum err e;
	uint64_t sum;
	size_t body_len;
	bool done;
	int status;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static bool
inside(struct span s, const char *from, size_t len)
{
	return !s.at || (s.at >= from && s.at + s.len <= from + len);
}

static void
look_at_fields(struct span fields, const char *head, size_t len)
{
	struct span rest = fields, name, value;
	unsigned count = 0;

	while (http1_next(&rest, &name, &value)) {
		claim(inside(name, head, len) && inside(value, head, len));
		claim(name.len > 0 && !memchr(value.at, '\n', value.len));
		count++;
	}
	claim(span_is(rest, "\r\n") && count <= HEAD / 3);
	(void)http1_keeps(fields, 1);
	claim(http1_retry_after(fields) >= -1);
}

/* Up to done, an error, or the end. */
static void
read_body(struct reading *r, struct http1_body *b, const char *in, size_t len)
{
	while (len > 0 && !b->done && r->e == ERR_OK) {
		struct span piece;
		size_t used;

		r->e = http1_body_feed(b, in, len, &used, &piece);
		claim(used <= len && inside(piece, in, len));
		claim(r->e != ERR_OK || used > 0);
		for (size_t i = 0; i < piece.len; i++)
			r->sum = r->sum * 31 + (uint8_t)piece.at[i];
		r->body_len += piece.len;
		in += used;
		len -= used;
	}
	r->done = b->done;
}

static enum err
judge(struct reading *r, struct http1_body *b, char *head, size_t len,
    bool request)
{
	struct span whole = { head, len };
	struct http1_response a;
	struct http1_request q;
	enum err e;

	if (request) {
		e = http1_request(whole, &q);
		if (e == ERR_OK)
			look_at_fields(q.fields, head, len);
		return e;
	}
	e = http1_response(whole, &a);
	r->status = a.status;
	if (e != ERR_OK)
		return e;
	look_at_fields(a.fields, head, len);
	return http1_body_start(b, &a);
}

static struct reading
read_all(bool request, const uint8_t *data, size_t size, size_t cut)
{
	struct reading r;
	struct http1_body b;
	char *head = malloc(HEAD);
	size_t have = 0;
	bool whole = false;

	memset(&r, 0, sizeof(r));
	memset(&b, 0, sizeof(b));
	while (size > 0 && r.e == ERR_OK && !b.done) {
		size_t n = cut && cut < size ? cut : size;
		char *piece = malloc(n);
		size_t used = 0;

		memcpy(piece, data, n);
		if (!whole) {
			r.e = http1_gather(head, HEAD, &have, piece, n, &used);
			claim(used <= n && have <= HEAD);
			whole = r.e == ERR_OK;
			if (whole)
				r.e = judge(&r, &b, head, have, request);
			if (r.e == ERR_SHORT)
				r.e = ERR_OK;
		}
		if (whole && r.e == ERR_OK && !request)
			read_body(&r, &b, piece + used, n - used);
		free(piece);
		data += n;
		size -= n;
	}
	free(head);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading a, b;
	bool request;

	if (size < 2)
		return 0;
	request = data[0] & 1;
	a = read_all(request, data + 2, size - 2, 0);
	b = read_all(request, data + 2, size - 2, 1 + data[1]);
	claim(a.e == b.e && a.sum == b.sum && a.body_len == b.body_len);
	claim(a.done == b.done && a.status == b.status);
	return 0;
}
