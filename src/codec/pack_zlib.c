#include "codec/pack_parts.h"

#include <zlib.h>

#include "core/must.h"

enum {
	/* Raw deflate with the largest window. */
	WINDOW_BITS = -15,
	MEMORY_LEVEL = 8,
	/* zconf.h: 256 KiB for these two, and some for itself. */
	STATE_BYTES = 320 * 1024,
	ALIGN = 16,
	/* 64 KiB a millisecond; see docs/clickhouse.md. */
	LEVEL = 3,
};

/* Its heap is the rest of the state, taken once. */
struct zlib_state {
	z_stream stream;
	size_t used;
	_Alignas(ALIGN) char memory[STATE_BYTES];
};

size_t
pack_zlib_state_bytes(void)
{
	return sizeof(struct zlib_state);
}

static void *
take(void *opaque, unsigned count, unsigned each)
{
	struct zlib_state *z = opaque;
	size_t len = ((size_t)count * each + ALIGN - 1) / ALIGN * ALIGN;
	void *at = z->memory + z->used;

	if (len > sizeof(z->memory) - z->used)
		return NULL;
	z->used += len;
	return at;
}

static void
leave(void *opaque, void *at)
{
	(void)opaque;
	(void)at;
}

void
pack_zlib_init(void *state)
{
	struct zlib_state *z = state;
	int result;

	memset(&z->stream, 0, sizeof(z->stream));
	z->used = 0;
	z->stream.zalloc = take;
	z->stream.zfree = leave;
	z->stream.opaque = z;
	result = deflateInit2(&z->stream, LEVEL, Z_DEFLATED, WINDOW_BITS,
	    MEMORY_LEVEL, Z_DEFAULT_STRATEGY);
	must(result == Z_OK);
}

void
pack_zlib_begin(void *state)
{
	struct zlib_state *z = state;
	int result = deflateReset(&z->stream);

	must(result == Z_OK);
}

void
pack_zlib_add(void *state, struct span piece, bool last, struct out *to)
{
	struct zlib_state *z = state;
	int result;

	z->stream.next_in = (z_const Bytef *)piece.at;
	z->stream.avail_in = (unsigned)piece.len;
	z->stream.next_out = (Bytef *)to->at + to->len;
	z->stream.avail_out = (unsigned)(to->size - to->len);
	result = deflate(&z->stream, last ? Z_FINISH : Z_NO_FLUSH);
	to->len = to->size - z->stream.avail_out;
	/* What is left over had no room. */
	if (z->stream.avail_in > 0 || (last && result != Z_STREAM_END))
		to->full = true;
}
