/* LINK: codec/bundle core/span */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bundle.h"

/*
 * A head is the same in one piece and byte by byte; what is read lies in it,
 * and is written again as the same bytes: there is one spelling only.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
inside(struct span s, const char *from, size_t len)
{
	claim(s.at >= from && s.at + s.len <= from + len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char whole[BUNDLE_HEAD_MAX], piece[BUNDLE_HEAD_MAX];
	size_t whole_len = 0, piece_len = 0, used = 0, n = 0, all = 0;
	const char *in = (const char *)data;
	enum err a, e = ERR_SHORT;
	unsigned line = 0;
	struct bundle b;

	a = bundle_gather(whole, sizeof(whole), &whole_len, in, size, &used);
	claim(used <= size && whole_len <= sizeof(whole));
	for (; all < size && e == ERR_SHORT; all += n)
		e = bundle_gather(
		    piece, sizeof(piece), &piece_len, in + all, 1, &n);
	claim(a == e && used == all && whole_len == piece_len);
	claim(memcmp(whole, piece, whole_len) == 0);
	if (a != ERR_OK)
		whole_len = size < sizeof(whole) ? size : sizeof(whole);
	e = bundle_read((struct span){ in, whole_len }, &b, &line);
	claim(line >= 1 && line <= 9);
	if (e != ERR_OK && e != ERR_MISSING)
		return 0;
	claim(a == ERR_OK);
	inside(b.board, in, whole_len);
	inside(b.version, in, whole_len);
	inside(b.text, in, whole_len);
	claim(b.text.at == in && b.text.len < whole_len);
	claim(b.size > 0 && b.built > 0);
	claim((e == ERR_OK) == (b.signature_len > 0));
	return 0;
}
