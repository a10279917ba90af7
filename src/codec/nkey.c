#include "codec/nkey.h"

#include <string.h>

enum {
	SEED_PREFIX = 18 << 3,
	CRC_BYTES = 2,
	/* Two prefix bytes, the seed, the checksum. */
	RAW_SEED = 2 + NKEY_BYTES + CRC_BYTES,
	RAW_PUBLIC = 1 + NKEY_BYTES + CRC_BYTES,
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* CRC-16 with the polynomial 0x1021, from 0 (XMODEM). */
static unsigned
crc16(const uint8_t *at, size_t len)
{
	unsigned crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned)at[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021 : 0);
		crc &= 0xffff;
	}
	return crc;
}

static void
out_base32(struct out *o, const uint8_t *at, size_t len)
{
	unsigned bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8) | at[i];
		for (held += 8; held >= 5; held -= 5)
			out_char(o, alphabet[(bits >> (held - 5)) & 31]);
	}
	if (held > 0)
		out_char(o, alphabet[(bits << (5 - held)) & 31]);
}

/* to takes text.len * 5 / 8 bytes. */
static enum err
base32_read(struct span text, uint8_t *to)
{
	unsigned bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *digit =
		    memchr(alphabet, text.at[i], sizeof(alphabet) - 1);

		if (digit == NULL)
			return ERR_SYNTAX;
		bits = (bits << 5) | (unsigned)(digit - alphabet);
		held += 5;
		if (held >= 8) {
			held -= 8;
			*to++ = (uint8_t)(bits >> held);
		}
	}
	return ERR_OK;
}

static enum err
check_seed(const uint8_t raw[RAW_SEED])
{
	const uint8_t *crc = raw + RAW_SEED - CRC_BYTES;

	if ((raw[0] & 0xf8) != SEED_PREFIX)
		return ERR_SYNTAX;
	return crc16(raw, RAW_SEED - CRC_BYTES) ==
		       (crc[0] | (unsigned)crc[1] << 8)
		   ? ERR_OK
		   : ERR_CORRUPT;
}

/* A volatile pointer, so that the compiler does not see that nobody reads. */
static void
wipe(uint8_t *at, size_t len)
{
	volatile uint8_t *p = at;

	while (len-- > 0)
		*p++ = 0;
}

enum err
nkey_seed_read(struct span text, uint8_t *kind, uint8_t seed[NKEY_BYTES])
{
	uint8_t raw[RAW_SEED + 1] = { 0 };
	enum err e = ERR_SYNTAX;

	memset(seed, 0, NKEY_BYTES);
	if (text.len == NKEY_SEED_TEXT)
		e = base32_read(text, raw);
	if (e == ERR_OK)
		e = check_seed(raw);
	if (e == ERR_OK) {
		*kind = (uint8_t)((raw[0] & 7) << 5 | raw[1] >> 3);
		memcpy(seed, raw + 2, NKEY_BYTES);
	}
	wipe(raw, sizeof(raw));
	return e;
}

static void
seal(uint8_t *raw, size_t len)
{
	unsigned crc = crc16(raw, len);

	raw[len] = (uint8_t)crc;
	raw[len + 1] = (uint8_t)(crc >> 8);
}

void
nkey_seed_write(struct out *o, uint8_t kind, const uint8_t seed[NKEY_BYTES])
{
	uint8_t raw[RAW_SEED];

	raw[0] = (uint8_t)(SEED_PREFIX | kind >> 5);
	raw[1] = (uint8_t)((kind & 31) << 3);
	memcpy(raw + 2, seed, NKEY_BYTES);
	seal(raw, RAW_SEED - CRC_BYTES);
	out_base32(o, raw, sizeof(raw));
	wipe(raw, sizeof(raw));
}

void
nkey_public_write(struct out *o, uint8_t kind, const uint8_t key[NKEY_BYTES])
{
	uint8_t raw[RAW_PUBLIC];

	raw[0] = kind;
	memcpy(raw + 1, key, NKEY_BYTES);
	seal(raw, RAW_PUBLIC - CRC_BYTES);
	out_base32(o, raw, sizeof(raw));
}

struct span
nkey_block(struct span text, const char *title)
{
	struct span line;
	bool inside = false;

	while ((line = span_word(&text, "\r\n")).at != NULL) {
		line = span_trim(line);
		if (inside)
			return span_starts(line, "-") ? SPAN_NULL : line;
		if (!span_starts(line, "-----BEGIN "))
			continue;
		line.at += 11;
		line.len -= 11;
		inside = span_starts(line, title);
	}
	return SPAN_NULL;
}

/* base64url without padding (RFC 7515); 64 for what is none. */
static unsigned
digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == '-' || c == '_')
		return c == '-' ? 62 : 63;
	return 64;
}

/* In place; what was read up to the first byte that is none. */
static struct span
base64url_read(char *at, size_t len)
{
	unsigned bits = 0;
	unsigned held = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned digit = digit64(at[i]);

		if (digit == 64)
			break;
		bits = (bits << 6 | digit) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			at[n++] = (char)(bits >> held);
		}
	}
	return (struct span){ at, n };
}

/* Behind the text that begins at i, its quotes included. */
static size_t
skip_text(struct span json, size_t i)
{
	for (i++; i < json.len && json.at[i] != '"'; i++)
		i += json.at[i] == '\\';
	return i < json.len ? i + 1 : json.len;
}

/* The number of the outermost member with that name. */
static int64_t
member_number(struct span json, const char *name)
{
	int depth = 0;

	for (size_t i = 0; i < json.len;) {
		char c = json.at[i];
		size_t end = c == '"' ? skip_text(json, i) : i + 1;
		struct span word = { json.at + i, end - i };
		struct span rest = { json.at + end, json.len - end };
		uint64_t n;

		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		i = end;
		if (c != '"' || depth != 1 || !span_is(word, name))
			continue;
		rest = span_trim(rest);
		if (!span_starts(rest, ":"))
			continue;
		rest.at++;
		rest.len--;
		if (span_u64(span_word(&rest, " \t\r\n,}"), &n) != ERR_OK)
			return 0;
		return n <= INT64_MAX / 1000000000 ? (int64_t)n : 0;
	}
	return 0;
}

int64_t
nkey_jwt_end(char *jwt, size_t len)
{
	char *first = memchr(jwt, '.', len);
	char *second = NULL;

	if (first != NULL)
		second =
		    memchr(first + 1, '.', len - (size_t)(first + 1 - jwt));
	if (second == NULL)
		return 0;
	return member_number(
	    base64url_read(first + 1, (size_t)(second - first - 1)), "\"exp\"");
}
