/* LINK: codec/pack codec/pack_lz4 codec/pack_zlib codec/crc32 */
/* LINK: core/out core/span core/must core/err */
/* LIBS: lz4 zlib */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <lz4.h>
#include <zlib.h>

#include "codec/pack.h"

enum {
	MOST = 300 * 1000,
};

struct box {
	void *state;
	struct pack pack;
	char in[MOST];
	char packed[MOST + MOST / 64 + 64];
	char back[MOST];
	struct out out;
};

static struct box *
box_of(enum pack_kind kind)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->state = calloc(1, pack_state_bytes(kind) + 1);
	assert_non_null(b->state);
	pack_init(&b->pack, kind, b->state);
	return b;
}

static void
box_end(struct box *b)
{
	free(b->state);
	free(b);
}

static void
pack_all(struct box *b, size_t len, size_t piece, size_t room)
{
	out_init(&b->out, b->packed, room);
	pack_begin(&b->pack, &b->out);
	for (size_t at = 0; at < len; at += piece)
		pack_add(&b->pack,
		    (struct span){
			b->in + at, len - at < piece ? len - at : piece },
		    &b->out);
	pack_end(&b->pack, &b->out);
}

static uint32_t
u32_at(const char *at)
{
	const unsigned char *u = (const unsigned char *)at;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

/* A frame as the format's description has it, blocks by the library. */
static size_t
back_of_lz4(struct box *b)
{
	const char *at = b->packed + 7;
	size_t len = 0;
	uint32_t block;

	assert_memory_equal(b->packed, "\x04\x22\x4d\x18\x60\x40\x82", 7);
	while ((block = u32_at(at)) != 0) {
		at += 4;
		if ((block & 1u << 31) != 0) {
			block &= ~(1u << 31);
			memcpy(b->back + len, at, block);
			len += block;
		} else {
			int n = LZ4_decompress_safe(at, b->back + len,
			    (int)block, (int)(sizeof(b->back) - len));

			assert_in_range(n, 1, PACK_PIECE);
			len += (size_t)n;
		}
		at += block;
	}
	assert_int_equal(at + 4 - b->packed, b->out.len);
	return len;
}

static size_t
back_of_gzip(struct box *b)
{
	z_stream z = { .next_in = (Bytef *)b->packed + 10,
		.avail_in = (unsigned)b->out.len - 18,
		.next_out = (Bytef *)b->back,
		.avail_out = sizeof(b->back) };

	assert_memory_equal(b->packed, "\x1f\x8b\x08", 3);
	assert_int_equal(inflateInit2(&z, -15), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(inflateEnd(&z), Z_OK);
	assert_int_equal(
	    u32_at(b->packed + b->out.len - 4), (uint32_t)z.total_out);
	return z.total_out;
}

static void
expect_back(struct box *b, size_t len)
{
	size_t back =
	    b->pack.kind == PACK_LZ4 ? back_of_lz4(b) : back_of_gzip(b);

	assert_int_equal(back, len);
	assert_memory_equal(b->back, b->in, len);
}

/* Rows much alike, or bytes without any order. */
static void
fill(struct box *b, bool alike)
{
	uint32_t x = 1;

	for (size_t i = 0; i < MOST; i++) {
		x = x * 1664525 + 1013904223;
		b->in[i] = (char)(x >> 24);
		if (alike && i % 50 > 3)
			b->in[i] = "binanceBTC-USDT"[i % 15];
	}
}

static void
bytes_come_back(void **state)
{
	static const size_t lens[] = { 0, 1, 12, 4096, PACK_PIECE - 1,
		PACK_PIECE, PACK_PIECE + 1, MOST };

	(void)state;
	for (enum pack_kind kind = PACK_LZ4; kind < PACK_KINDS; kind++) {
		struct box *b = box_of(kind);

		for (unsigned i = 0; i < 16; i++) {
			size_t len = lens[i / 2];

			fill(b, i % 2 == 0);
			pack_all(b, len, PACK_PIECE, pack_bound(kind, len));
			assert_false(b->out.full);
			expect_back(b, len);
			if (len >= 4096 && i % 2 == 0)
				assert_true(b->out.len < len / 2);
			pack_all(b, len, 1 + len / 7, sizeof(b->packed));
			assert_false(b->out.full);
			expect_back(b, len);
		}
		box_end(b);
	}
}

/* However small the room is, nothing is written behind it. */
static void
no_room_is_full(void **state)
{
	(void)state;
	for (enum pack_kind kind = PACK_LZ4; kind < PACK_KINDS; kind++) {
		struct box *b = box_of(kind);
		size_t whole;

		fill(b, true);
		pack_all(b, 3000, 1000, sizeof(b->packed));
		whole = b->out.len;
		for (size_t room = 0; room < whole; room++) {
			memset(b->packed, 'x', sizeof(b->packed));
			pack_all(b, 3000, 1000, room);
			assert_true(b->out.full);
			assert_int_equal(b->packed[room], 'x');
		}
		pack_all(b, 3000, 1000, sizeof(b->packed));
		assert_int_equal(b->out.len, whole);
		expect_back(b, 3000);
		box_end(b);
	}
}

static void
names_are_found(void **state)
{
	struct box *b = box_of(PACK_NONE);

	(void)state;
	assert_int_equal(pack_find(SPAN("none")), PACK_NONE);
	assert_int_equal(pack_find(SPAN("lz4")), PACK_LZ4);
	assert_int_equal(pack_find(SPAN("gzip")), PACK_GZIP);
	assert_int_equal(pack_find(SPAN("zstd")), PACK_KINDS);
	assert_string_equal(pack_name(PACK_GZIP), "gzip");
	fill(b, false);
	pack_all(b, 3000, 1000, 3000);
	assert_int_equal(b->out.len, 3000);
	assert_memory_equal(b->packed, b->in, 3000);
	box_end(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(no_room_is_full),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
