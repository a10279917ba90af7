#include "codec/pack.h"

#include "codec/crc32.h"
#include "codec/pack_parts.h"
#include "core/must.h"

enum {
	/* Of an LZ4 frame: its head, the length of each block, its end. */
	LZ4_HEAD = 7,
	LZ4_LENGTH = 4,
	/* The block is as it came. */
	LZ4_PLAIN = 1u << 31,
	GZIP_HEAD = 10,
	GZIP_TAIL = 8,
	/* deflate stores what does not get smaller: five bytes for each block,
	 * and a block is at least this long. */
	DEFLATE_BLOCK = 4096,
};

/*
 * Magic number; version 01, independent blocks, no sums, no length; blocks of
 * at most 64 KiB; and the checksum of these two bytes (xxh32 >> 8 & 255).
 */
static const unsigned char lz4_head[LZ4_HEAD] = { 0x04, 0x22, 0x4d, 0x18, 0x60,
	0x40, 0x82 };

/* deflate, no name, no time, made on Unix. */
static const unsigned char gzip_head[GZIP_HEAD] = { 0x1f, 0x8b, 8, 0, 0, 0, 0,
	0, 0, 3 };

static const char *const names[PACK_KINDS] = {
	[PACK_NONE] = "none",
	[PACK_LZ4] = "lz4",
	[PACK_GZIP] = "gzip",
};

const char *
pack_name(enum pack_kind kind)
{
	return names[kind];
}

enum pack_kind
pack_find(struct span name)
{
	enum pack_kind kind = PACK_NONE;

	while (kind < PACK_KINDS && !span_is(name, names[kind]))
		kind++;
	return kind;
}

size_t
pack_state_bytes(enum pack_kind kind)
{
	if (kind == PACK_LZ4)
		return pack_lz4_state_bytes();
	return kind == PACK_GZIP ? pack_zlib_state_bytes() : 0;
}

size_t
pack_bound(enum pack_kind kind, size_t len)
{
	if (kind == PACK_LZ4)
		return LZ4_HEAD + len + (len / PACK_PIECE + 2) * LZ4_LENGTH;
	if (kind == PACK_GZIP)
		return GZIP_HEAD + len + (len / DEFLATE_BLOCK + 2) * 5 +
		       GZIP_TAIL;
	return len;
}

void
pack_init(struct pack *p, enum pack_kind kind, void *state)
{
	*p = (struct pack){ .kind = kind, .state = state };
	if (kind == PACK_GZIP)
		pack_zlib_init(state);
}

static void
put_u32(struct out *o, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		out_char(o, (char)(value >> (8 * i) & 0xff));
}

void
pack_begin(struct pack *p, struct out *to)
{
	p->sum = 0;
	p->len = 0;
	if (p->kind == PACK_LZ4)
		out_bytes(to, lz4_head, sizeof(lz4_head));
	if (p->kind == PACK_GZIP) {
		out_bytes(to, gzip_head, sizeof(gzip_head));
		pack_zlib_begin(p->state);
	}
}

static void
add_lz4(struct pack *p, struct span piece, struct out *to)
{
	struct out length;
	size_t len;

	if (to->size - to->len < LZ4_LENGTH) {
		to->full = true;
		return;
	}
	out_init(&length, to->at + to->len, LZ4_LENGTH);
	to->len += LZ4_LENGTH;
	len = pack_lz4_block(
	    p->state, piece, to->at + to->len, to->size - to->len);
	if (len > 0) {
		put_u32(&length, (uint32_t)len);
		to->len += len;
	} else {
		put_u32(&length, (uint32_t)piece.len | LZ4_PLAIN);
		out_span(to, piece);
	}
}

void
pack_add(struct pack *p, struct span piece, struct out *to)
{
	must(piece.len <= PACK_PIECE);
	if (piece.len == 0)
		return;
	switch (p->kind) {
	case PACK_LZ4:
		add_lz4(p, piece, to);
		return;
	case PACK_GZIP:
		p->sum = crc32(p->sum, piece.at, piece.len);
		p->len += (uint32_t)piece.len;
		pack_zlib_add(p->state, piece, false, to);
		return;
	case PACK_NONE:
	case PACK_KINDS:
		out_span(to, piece);
		return;
	}
}

void
pack_end(struct pack *p, struct out *to)
{
	/* A block of no bytes ends a frame. */
	if (p->kind == PACK_LZ4)
		put_u32(to, 0);
	if (p->kind == PACK_GZIP) {
		pack_zlib_add(p->state, SPAN(""), true, to);
		put_u32(to, p->sum);
		put_u32(to, p->len);
	}
}
