#include "codec/crc32c.h"

#include <stdbool.h>
#include <string.h>

/*
 * Eight tables of 256, so that eight bytes cost eight look-ups (slicing by 8).
 * The sum is linear: the entry for n is the exclusive or of the entries for
 * n's bits.  Only those are written down, bit 0 first; the rest is worked out
 * while compiling.  Table 0 ends in the polynomial; going left, then down, each
 * is its predecessor shifted once more.
 */
/* clang-format off */
#define BIT(n, b, v) ((n) >> (b) & 1 ? (v) : 0)
#define ENTRY(n, a, b, c, d, e, f, g, h)                                      \
	BIT(n, 0, a) ^ BIT(n, 1, b) ^ BIT(n, 2, c) ^ BIT(n, 3, d) ^           \
	BIT(n, 4, e) ^ BIT(n, 5, f) ^ BIT(n, 6, g) ^ BIT(n, 7, h)
#define FOUR(n, ...)                                                          \
	ENTRY((n), __VA_ARGS__), ENTRY((n) + 1, __VA_ARGS__),                 \
	ENTRY((n) + 2, __VA_ARGS__), ENTRY((n) + 3, __VA_ARGS__)
#define SIXTEEN(n, ...)                                                       \
	FOUR((n), __VA_ARGS__), FOUR((n) + 4, __VA_ARGS__),                   \
	FOUR((n) + 8, __VA_ARGS__), FOUR((n) + 12, __VA_ARGS__)
#define SIXTY_FOUR(n, ...)                                                    \
	SIXTEEN((n), __VA_ARGS__), SIXTEEN((n) + 16, __VA_ARGS__),            \
	SIXTEEN((n) + 32, __VA_ARGS__), SIXTEEN((n) + 48, __VA_ARGS__)
#define TABLE(...)                                                            \
	{ SIXTY_FOUR(0, __VA_ARGS__), SIXTY_FOUR(64, __VA_ARGS__),            \
	  SIXTY_FOUR(128, __VA_ARGS__), SIXTY_FOUR(192, __VA_ARGS__) }

static const uint32_t tables[8][256] = {
	TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf,
	      0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
	TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8,
	      0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
	TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5,
	      0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
	TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6,
	      0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
	TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91,
	      0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
	TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f,
	      0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
	TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53,
	      0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
	TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da,
	      0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};
/* clang-format on */

static inline uint32_t
load_32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

uint32_t
crc32c_tables(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	crc = ~crc;
	for (; len >= 8; at += 8, len -= 8) {
		uint32_t low = crc ^ load_32(at);
		uint32_t high = load_32(at + 4);

		crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^
		      tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
		      tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
		      tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
	}
	for (; len > 0; at++, len--)
		crc = crc >> 8 ^ tables[0][(crc ^ *at) & 255];
	return ~crc;
}

#if defined(__x86_64__)

#define HAVE_INSTRUCTION 1
#define TARGET __attribute__((target("sse4.2")))

static bool
can(void)
{
	return __builtin_cpu_supports("sse4.2") != 0;
}

TARGET static inline uint32_t
step_8(uint32_t crc, uint64_t word)
{
	return (uint32_t)__builtin_ia32_crc32di(crc, word);
}

TARGET static inline uint32_t
step_1(uint32_t crc, unsigned char byte)
{
	return __builtin_ia32_crc32qi(crc, byte);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)

#include <arm_acle.h>

#define HAVE_INSTRUCTION 1
#define TARGET

static bool
can(void)
{
	return true;
}

static inline uint32_t
step_8(uint32_t crc, uint64_t word)
{
	return __crc32cd(crc, word);
}

static inline uint32_t
step_1(uint32_t crc, unsigned char byte)
{
	return __crc32cb(crc, byte);
}

#endif

#ifdef HAVE_INSTRUCTION

TARGET static uint32_t
by_instruction(uint32_t crc, const unsigned char *at, size_t len)
{
	uint64_t word;

	crc = ~crc;
	for (; len >= sizeof(word); at += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		crc = step_8(crc, word);
	}
	for (; len > 0; at++, len--)
		crc = step_1(crc, *at);
	return ~crc;
}

uint32_t
crc32c(uint32_t crc, const void *bytes, size_t len)
{
	if (can())
		return by_instruction(crc, bytes, len);
	return crc32c_tables(crc, bytes, len);
}

#else

uint32_t
crc32c(uint32_t crc, const void *bytes, size_t len)
{
	return crc32c_tables(crc, bytes, len);
}

#endif
