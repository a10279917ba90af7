#include "codec/http1.h"

#include <string.h>

/* All Content-Length fields must agree (section 6.3). */
static enum err
read_length(struct span fields, bool *found, uint64_t *length)
{
	struct span name, value;
	uint64_t v;

	*found = false;
	while (http1_next(&fields, &name, &value)) {
		if (!span_is_nocase(name, "Content-Length"))
			continue;
		if (span_u64(value, &v) != ERR_OK || (*found && v != *length))
			return ERR_PROTOCOL;
		*length = v;
		*found = true;
	}
	return ERR_OK;
}

enum err
http1_body_start(struct http1_body *b, const struct http1_response *r)
{
	struct span coding = http1_field(r->fields, "Transfer-Encoding");
	bool found;
	enum err e;

	memset(b, 0, sizeof(*b));
	if (r->status < 200 || r->status == 204 || r->status == 304) {
		b->done = true;
		return ERR_OK;
	}
	if (coding.at) {
		if (!span_is_nocase(coding, "chunked"))
			return ERR_UNSUPPORTED;
		b->framing = HTTP1_CHUNKED;
		return ERR_OK;
	}
	e = read_length(r->fields, &found, &b->left);
	if (e != ERR_OK)
		return e;
	b->framing = found ? HTTP1_LENGTH : HTTP1_CLOSE;
	b->done = found && b->left == 0;
	return ERR_OK;
}

/* Where the decoder of chunks stands (section 7.1). */
enum chunk {
	CHUNK_SIZE,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_TRAILER,
	CHUNK_TRAILER_LINE,
	CHUNK_TRAILER_LF,
	CHUNK_END_LF,
};

enum {
	/* Bytes of extensions and trailers taken before the peer is mad. */
	CHUNK_EXTRA_MAX = 8192,
};

static enum err
chunk_size(struct http1_body *b, char c)
{
	int digit = span_hex(c);

	if (digit >= 0 && b->digits < 8) {
		b->left = b->left << 4 | (unsigned)digit;
		b->digits++;
		return ERR_OK;
	}
	if (b->digits == 0 || digit >= 0)
		return ERR_SYNTAX;
	if (c == '\r')
		b->phase = CHUNK_SIZE_LF;
	else if (c == ';' || c == ' ' || c == '\t')
		b->phase = CHUNK_EXTENSION;
	else
		return ERR_SYNTAX;
	return ERR_OK;
}

static enum err
expect(struct http1_body *b, char c, char want, enum chunk next)
{
	if (c != want)
		return ERR_SYNTAX;
	b->phase = (int)next;
	return ERR_OK;
}

/* Skip to the CR of an extension or of a trailer field. */
static enum err
skip_line(struct http1_body *b, char c, enum chunk next)
{
	if (c == '\n' || ++b->extra > CHUNK_EXTRA_MAX)
		return ERR_SYNTAX;
	if (c == '\r')
		b->phase = (int)next;
	return ERR_OK;
}

/* One byte that is not data. */
static enum err
chunk_byte(struct http1_body *b, char c)
{
	switch ((enum chunk)b->phase) {
	case CHUNK_SIZE:
		return chunk_size(b, c);
	case CHUNK_EXTENSION:
		return skip_line(b, c, CHUNK_SIZE_LF);
	case CHUNK_SIZE_LF:
		return expect(b, c, '\n', b->left ? CHUNK_DATA : CHUNK_TRAILER);
	case CHUNK_DATA:
		return ERR_OK;
	case CHUNK_DATA_CR:
		return expect(b, c, '\r', CHUNK_DATA_LF);
	case CHUNK_DATA_LF:
		b->digits = 0;
		return expect(b, c, '\n', CHUNK_SIZE);
	case CHUNK_TRAILER:
		if (c == '\r') {
			b->phase = CHUNK_END_LF;
			return ERR_OK;
		}
		b->phase = CHUNK_TRAILER_LINE;
		return skip_line(b, c, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LINE:
		return skip_line(b, c, CHUNK_TRAILER_LF);
	case CHUNK_TRAILER_LF:
		return expect(b, c, '\n', CHUNK_TRAILER);
	case CHUNK_END_LF:
		b->done = c == '\n';
		return b->done ? ERR_OK : ERR_SYNTAX;
	}
	return ERR_SYNTAX;
}

/* Up to `left` bytes of in are body. */
static void
take_piece(struct http1_body *b, const char *in, size_t len, size_t *used,
    struct span *piece)
{
	size_t n = b->left < len ? (size_t)b->left : len;

	*piece = (struct span){ in, n };
	*used = n;
	b->left -= n;
}

enum err
http1_body_feed(struct http1_body *b, const char *in, size_t len, size_t *used,
    struct span *piece)
{
	enum err e = ERR_OK;

	*used = 0;
	*piece = (struct span){ in, 0 };
	if (b->done || len == 0)
		return ERR_OK;
	switch (b->framing) {
	case HTTP1_NONE:
		return ERR_OK;
	case HTTP1_CLOSE:
		*piece = (struct span){ in, len };
		*used = len;
		return ERR_OK;
	case HTTP1_LENGTH:
		take_piece(b, in, len, used, piece);
		b->done = b->left == 0;
		return ERR_OK;
	case HTTP1_CHUNKED:
		break;
	}
	if (b->phase == CHUNK_DATA) {
		take_piece(b, in, len, used, piece);
		if (b->left == 0)
			b->phase = CHUNK_DATA_CR;
		return ERR_OK;
	}
	while (e == ERR_OK && *used < len && b->phase != CHUNK_DATA && !b->done)
		e = chunk_byte(b, in[(*used)++]);
	return e;
}
