#include "codec/utf8.h"

#include <string.h>

/* How far the text is ASCII, to within a word. */
static size_t
ascii_run(const char *at, size_t len)
{
	size_t done = 0;

	while (len - done >= 32) {
		uint64_t w[4];

		memcpy(w, at + done, sizeof(w));
		if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u)
			break;
		done += 32;
	}
	while (done < len && (unsigned char)at[done] < 0x80)
		done++;
	return done;
}

/*
 * RFC 3629 section 4: a first byte up to `last`, how long the sequence is, and
 * the range of its second byte.  All further bytes are 80..BF.
 */
static const struct lead {
	unsigned char last;
	unsigned char len;
	unsigned char low;
	unsigned char high;
} leads[] = {
	{ 0xc1, 0, 0, 0 },
	{ 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 3, 0xa0, 0xbf },
	{ 0xec, 3, 0x80, 0xbf },
	{ 0xed, 3, 0x80, 0x9f },
	{ 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 4, 0x90, 0xbf },
	{ 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 4, 0x80, 0x8f },
	{ 0xff, 0, 0, 0 },
};

/* Length of the sequence at p: 0 when it is not valid. */
static size_t
sequence(const unsigned char *p, size_t len)
{
	const struct lead *l = leads;

	while (p[0] > l->last)
		l++;
	if (l->len == 0 || len < l->len || p[1] < l->low || p[1] > l->high)
		return 0;
	for (size_t i = 2; i < l->len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return l->len;
}

bool
utf8_valid(struct span text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t step = ascii_run(text.at + at, text.len - at);

		if (step == 0)
			step = sequence(
			    (const unsigned char *)text.at + at, text.len - at);
		if (step == 0)
			return false;
		at += step;
	}
	return true;
}
