/*
 * swar.h -- eight bytes of text at a time in one 64-bit integer.
 *
 * The first byte of the text is the lowest byte of the integer, whatever the
 * machine's order is.  A mask has the top bit of each byte set that matches;
 * only its lowest match is exact (a borrow may set bits above it), so use
 * swar_first and look at nothing behind it.
 */
#ifndef MPEDGE_CORE_SWAR_H
#define MPEDGE_CORE_SWAR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The same byte eight times. */
#define SWAR_ALL(byte) (0x0101010101010101u * (uint64_t)(byte))

static inline uint64_t
swar_order(uint64_t x)
{
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		return __builtin_bswap64(x);
	return x;
}

/* at[0..8) must be readable. */
static inline uint64_t
swar_load(const char *at)
{
	uint64_t x;

	memcpy(&x, at, sizeof(x));
	return swar_order(x);
}

static inline void
swar_store(char *at, uint64_t x)
{
	x = swar_order(x);
	memcpy(at, &x, sizeof(x));
}

/* at[0..len) with zeros behind it; len is 1 to 8.  Reads nothing else. */
static inline uint64_t
swar_load_short(const char *at, size_t len)
{
	uint32_t low = 0;
	uint32_t high = 0;

	if (len == 8)
		return swar_load(at);
	if (len < 4) {
		low = (uint8_t)at[0];
		low |= (uint32_t)(uint8_t)at[len / 2] << (8 * (len / 2));
		low |= (uint32_t)(uint8_t)at[len - 1] << (8 * (len - 1));
		return low;
	}
	memcpy(&low, at, 4);
	memcpy(&high, at + len - 4, 4);
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
		low = __builtin_bswap32(low);
		high = __builtin_bswap32(high);
	}
	return low | (uint64_t)high << (8 * (len - 4));
}

/* Which byte matched first; mask must not be 0. */
static inline unsigned
swar_first(uint64_t mask)
{
	return (unsigned)__builtin_ctzll(mask) / 8;
}

/* Bytes that are 0. */
static inline uint64_t
swar_zero(uint64_t x)
{
	return (x - SWAR_ALL(1)) & ~x & SWAR_ALL(0x80);
}

/*
 * Bytes that cannot stand in a JSON string as they are: " \ and controls.  Each
 * difference borrows into the top bit where the byte is too small.
 */
static inline uint64_t
swar_special(uint64_t x)
{
	uint64_t quote = (x ^ SWAR_ALL('"')) - SWAR_ALL(1);
	uint64_t escape = (x ^ SWAR_ALL('\\')) - SWAR_ALL(1);
	uint64_t control = x - SWAR_ALL(0x20);

	return (quote | escape | control) & ~x & SWAR_ALL(0x80);
}

/* Bytes above 9, for values of digits. */
static inline uint64_t
swar_above_9(uint64_t values)
{
	return (values | (values + SWAR_ALL(0x76))) & SWAR_ALL(0x80);
}

/* The values of digit characters; others become more than 9. */
static inline uint64_t
swar_values(uint64_t text)
{
	return text ^ SWAR_ALL('0');
}

/* Eight digit values, the first one the most significant, as a number. */
static inline uint32_t
swar_number(uint64_t values)
{
	values = values * (10 * 256 + 1) >> 8;
	values = (values & 0x00ff00ff00ff00ffu) * (100 * 65536 + 1) >> 16;
	return (uint32_t)((values & 0x0000ffff0000ffffu) *
			      (10000 * 4294967296u + 1) >>
			  32);
}

/* The eight digit values of a number below 10^8. */
static inline uint64_t
swar_digits(uint32_t number)
{
	uint64_t x = number / 10000 | (uint64_t)(number % 10000) << 32;
	uint64_t q = (x * 10486 >> 20) & 0x0000007f0000007fu;

	x = q + ((x - 100 * q) << 16);
	q = (x * 103 >> 10) & 0x000f000f000f000fu;
	return q + ((x - 10 * q) << 8);
}

#endif
