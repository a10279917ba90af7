#include "core/out.h"

/* "00" to "99", so that one division yields two digits. */
static const char pairs[] =
    "00010203040506070809101112131415161718192021222324"
    "25262728293031323334353637383940414243444546474849"
    "50515253545556575859606162636465666768697071727374"
    "75767778798081828384858687888990919293949596979899";

static const char hex_digits[] = "0123456789abcdef";

/* powers[n] is the least number of n + 1 digits; 0 counts as one digit. */
static const uint64_t powers[] = {
	0,
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000),
	UINT64_C(10000000000000000000),
};

enum {
	/* From here on memcpy is worth its call. */
	COPY_INLINE_MAX = 128,
};

void
out_init(struct out *o, void *memory, size_t size)
{
	o->at = memory;
	o->size = size;
	o->len = 0;
	o->full = false;
}

void
out_reset(struct out *o)
{
	o->len = 0;
	o->full = false;
}

/* The two halves overlap unless len is exactly twice their size. */
static inline void
copy_upto_16(char *to, const char *from, size_t len)
{
	if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else if (len > 0) {
		to[0] = from[0];
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

/*
 * Most runs are shorter than 30 bytes, where calling memcpy costs more than
 * copying; memcpy of a constant size is one or two instructions.
 */
static inline void
copy(char *to, const char *from, size_t len)
{
	if (len <= 16) {
		copy_upto_16(to, from, len);
		return;
	}
	if (len > COPY_INLINE_MAX) {
		memcpy(to, from, len);
		return;
	}
	for (size_t i = 0; i + 16 < len; i += 16)
		memcpy(to + i, from + i, 16);
	memcpy(to + len - 16, from + len - 16, 16);
}

static inline void
append(struct out *o, const char *bytes, size_t len)
{
	if (len > o->size - o->len) {
		o->full = true;
		return;
	}
	copy(o->at + o->len, bytes, len);
	o->len += len;
}

void
out_bytes(struct out *o, const void *bytes, size_t len)
{
	append(o, bytes, len);
}

void
out_text(struct out *o, const char *text)
{
	append(o, text, strlen(text));
}

void
out_span(struct out *o, struct span s)
{
	append(o, s.at, s.len);
}

static inline char *
pair_before(char *end, uint32_t value)
{
	memcpy(end - 2, pairs + 2 * value, 2);
	return end - 2;
}

/* Writes the digits of value so that they end before `end`. */
static inline void
digits_before(char *end, uint64_t value)
{
	uint32_t small;

	/* Divisions of 64 bits are slow, and calls on some machines: few. */
	while (value > UINT32_MAX) {
		uint32_t low = (uint32_t)(value % 100000000);

		value /= 100000000;
		for (int i = 0; i < 4; i++) {
			end = pair_before(end, low % 100);
			low /= 100;
		}
	}
	small = (uint32_t)value;
	for (; small >= 100; small /= 100)
		end = pair_before(end, small % 100);
	if (small >= 10)
		pair_before(end, small);
	else
		end[-1] = (char)('0' + small);
}

/* log10(2) is 1233 / 4096, near enough for 64 bits. */
static inline unsigned
digits_in(uint64_t value)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned digits = bits * 1233 >> 12;

	return digits + (value >= powers[digits]);
}

/* In place: reading back what was just written in pairs would stall. */
void
out_u64(struct out *o, uint64_t value)
{
	unsigned digits = digits_in(value);

	if (digits > o->size - o->len) {
		o->full = true;
		return;
	}
	o->len += digits;
	digits_before(o->at + o->len, value);
}

void
out_i64(struct out *o, int64_t value)
{
	if (value < 0) {
		out_char(o, '-');
		out_u64(o, 0 - (uint64_t)value);
	} else {
		out_u64(o, (uint64_t)value);
	}
}

void
out_pad(struct out *o, uint64_t value, unsigned digits)
{
	for (unsigned n = digits_in(value); n < digits; n++)
		out_char(o, '0');
	out_u64(o, value);
}

void
out_hex(struct out *o, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < len; i++) {
		out_char(o, hex_digits[b[i] >> 4]);
		out_char(o, hex_digits[b[i] & 15]);
	}
}

/* Every byte of the word the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * Is any of the eight bytes below 0x20, a quote, a backslash or above 0x7f?
 * Subtracting borrows into bit 7 of a byte that is too small; a byte equal to
 * c is zero after xor with c.  A borrow may also reach the byte above one that
 * is reported, which does no harm: the answer is yes anyway.
 */
static inline bool
needs_care_8(const char *at)
{
	uint64_t w;
	uint64_t care;

	memcpy(&w, at, sizeof(w));
	care = w | (w - EACH(0x20));
	care |= (w ^ EACH('"')) - EACH(1);
	care |= (w ^ EACH('\\')) - EACH(1);
	return (care & EACH(0x80)) != 0;
}

static inline bool
needs_care(char c)
{
	unsigned char b = (unsigned char)c;

	return b < 0x20 || b == '"' || b == '\\' || b >= 0x80;
}

static void
escape_control(struct out *o, char c)
{
	static const char letters[] = "btn?fr";

	if (c == '"' || c == '\\') {
		out_char(o, '\\');
		out_char(o, c);
	} else if (c >= '\b' && c <= '\r' && c != '\v') {
		out_char(o, '\\');
		out_char(o, letters[c - '\b']);
	} else {
		OUT_LITERAL(o, "\\u00");
		out_hex(o, &c, 1);
	}
}

/*
 * The length of the UTF-8 sequence at `at`, 0 when it is not well-formed (RFC
 * 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t
utf8_len(const char *at, size_t left)
{
	const unsigned char *b = (const unsigned char *)at;
	size_t len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	unsigned low = 0x80;
	unsigned high = 0xbf;

	if (b[0] < 0xc2 || b[0] > 0xf4 || len > left)
		return 0;
	if (b[0] == 0xe0)
		low = 0xa0;
	else if (b[0] == 0xed)
		high = 0x9f;
	else if (b[0] == 0xf0)
		low = 0x90;
	else if (b[0] == 0xf4)
		high = 0x8f;
	if (b[1] < low || b[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

/* Writes what the byte at `at` begins; returns how many bytes that was. */
static size_t
json_careful(struct out *o, const char *at, size_t left)
{
	size_t len;

	if ((unsigned char)*at < 0x80) {
		escape_control(o, *at);
		return 1;
	}
	len = utf8_len(at, left);
	if (len == 0) {
		OUT_LITERAL(o, "\xef\xbf\xbd");
		return 1;
	}
	append(o, at, len);
	return len;
}

void
out_json(struct out *o, struct span s)
{
	size_t from = 0, to = 0;

	out_char(o, '"');
	while (from < s.len) {
		while (s.len - to >= 8 && !needs_care_8(s.at + to))
			to += 8;
		/* The last eight again; those seen before do no harm. */
		if (s.len >= 8 && s.len - to < 8 &&
		    !needs_care_8(s.at + s.len - 8))
			to = s.len;
		while (to < s.len && !needs_care(s.at[to]))
			to++;
		append(o, s.at + from, to - from);
		if (to < s.len)
			to += json_careful(o, s.at + to, s.len - to);
		from = to;
	}
	out_char(o, '"');
}

void
out_member(struct out *o, const char *name)
{
	out_json(o, span_of(name));
	out_char(o, ':');
}

void
out_member_text(struct out *o, const char *name, struct span value)
{
	out_member(o, name);
	out_json(o, value);
	out_char(o, ',');
}

void
out_member_u64(struct out *o, const char *name, uint64_t value)
{
	out_member(o, name);
	out_u64(o, value);
	out_char(o, ',');
}

void
out_member_i64(struct out *o, const char *name, int64_t value)
{
	out_member(o, name);
	out_i64(o, value);
	out_char(o, ',');
}

void
out_html(struct out *o, struct span s)
{
	static const char special[] = "&<>\"'";
	static const char entities[][8] = {
		"&amp;",
		"&lt;",
		"&gt;",
		"&quot;",
		"&#39;",
	};

	for (size_t i = 0; i < s.len; i++) {
		const char *found = memchr(special, s.at[i], 5);

		if (found != NULL)
			out_text(o, entities[found - special]);
		else
			out_char(o, s.at[i]);
	}
}

const char *
out_cstr(struct out *o)
{
	if (o->len < o->size) {
		o->at[o->len] = '\0';
		return o->at;
	}
	o->full = true;
	if (o->size == 0)
		return "";
	o->at[o->size - 1] = '\0';
	return o->at;
}

struct span
out_done(const struct out *o)
{
	return (struct span){ o->at, o->len };
}
