#include "codec/wskey.h"

#include <string.h>

enum {
	SHA1_BLOCK = 64,
	SHA1_ROUNDS = 80,
	/* Longest input: a key of any length is cut here (section 4.2.2). */
	KEY_MAX = 64,
};

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct out *o, const void *bytes, size_t len)
{
	const uint8_t *in = bytes;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)in[i] << 16;

		if (i + 1 < len)
			group |= (uint32_t)in[i + 1] << 8;
		if (i + 2 < len)
			group |= in[i + 2];
		out_char(o, alphabet[group >> 18]);
		out_char(o, alphabet[(group >> 12) & 63]);
		out_char(o, i + 1 < len ? alphabet[(group >> 6) & 63] : '=');
		out_char(o, i + 2 < len ? alphabet[group & 63] : '=');
	}
}

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void
sha1_block(uint32_t h[5], const uint8_t block[SHA1_BLOCK])
{
	uint32_t w[SHA1_ROUNDS];
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

	for (int i = 0; i < 16; i++)
		w[i] = big_endian(block + 4 * i);
	for (int i = 16; i < SHA1_ROUNDS; i++)
		w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (int i = 0; i < SHA1_ROUNDS; i++) {
		uint32_t f, k, next;

		if (i < 20) {
			f = (b & c) | (~b & d);
			k = 0x5a827999;
		} else if (i < 40) {
			f = b ^ c ^ d;
			k = 0x6ed9eba1;
		} else if (i < 60) {
			f = (b & c) | (b & d) | (c & d);
			k = 0x8f1bbcdc;
		} else {
			f = b ^ c ^ d;
			k = 0xca62c1d6;
		}
		next = rotate(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void
sha1(const void *bytes, size_t len, uint8_t digest[SHA1_BYTES])
{
	uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };
	const uint8_t *in = bytes;
	uint8_t block[SHA1_BLOCK];
	uint64_t bits = (uint64_t)len * 8;
	size_t rest = len % SHA1_BLOCK;

	for (size_t i = 0; i + SHA1_BLOCK <= len; i += SHA1_BLOCK)
		sha1_block(h, in + i);
	memset(block, 0, sizeof(block));
	if (rest > 0)
		memcpy(block, in + len - rest, rest);
	block[rest] = 0x80;
	if (rest >= SHA1_BLOCK - 8) {
		sha1_block(h, block);
		memset(block, 0, sizeof(block));
	}
	for (int i = 0; i < 8; i++)
		block[SHA1_BLOCK - 1 - i] = (uint8_t)(bits >> (8 * i));
	sha1_block(h, block);
	for (int i = 0; i < SHA1_BYTES; i++)
		digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

void
wskey_accept(struct span key, struct out *o)
{
	char text[KEY_MAX + sizeof(guid)];
	uint8_t digest[SHA1_BYTES];
	struct out joined;

	if (key.len > KEY_MAX)
		key.len = KEY_MAX;
	out_init(&joined, text, sizeof(text));
	out_span(&joined, key);
	OUT_LITERAL(&joined, guid);
	sha1(joined.at, joined.len, digest);
	base64_encode(o, digest, sizeof(digest));
}
