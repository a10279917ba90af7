/* LINK: codec/resp core/out core/span */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/resp.h"

/* The first byte chooses how it is cut.  In pieces and at once the same must be
 * read. */
struct reading {
	enum err e;
	uint64_t sum;
	unsigned items;
	unsigned replies;
	bool within;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
add(struct reading *r, uint64_t value)
{
	r->sum = (r->sum ^ value) * 1099511628211u;
}

static void
look_at(struct reading *r, const struct resp_item *i)
{
	claim(i->depth <= RESP_DEPTH_MAX);
	claim(i->text.len <= RESP_TEXT_MAX && i->text.len <= i->length);
	claim(!i->text.at || i->length <= RESP_BULK_MAX);
	claim(resp_word(i).len <= i->text.len);
	add(r, (uint64_t)i->type);
	add(r, i->depth);
	add(r, (uint64_t)i->number);
	add(r, i->length);
	add(r, i->null);
	add(r, i->done);
	for (size_t n = 0; n < i->text.len; n++)
		add(r, (uint8_t)i->text.at[n]);
	r->items++;
	r->replies += i->done;
}

static struct reading
read_all(const uint8_t *data, size_t size, size_t cut)
{
	struct reading got = { .e = ERR_OK };
	struct resp_item item;
	struct resp r;

	resp_init(&r);
	while (size > 0 && got.e == ERR_OK) {
		size_t n = cut && cut < size ? cut : size;
		char *piece = malloc(n);
		size_t at = 0;

		memcpy(piece, data, n);
		while (at < n && got.e == ERR_OK) {
			size_t used = 0;

			got.e = resp_feed(&r, piece + at, n - at, &used, &item);
			claim(used <= n - at);
			at += used;
			if (got.e == ERR_OK)
				look_at(&got, &item);
		}
		claim(got.e != ERR_SHORT || at == n);
		if (got.e == ERR_SHORT)
			got.e = ERR_OK;
		free(piece);
		data += n;
		size -= n;
	}
	got.within = got.e == ERR_OK && resp_within(&r);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading a, b;

	if (size < 1)
		return 0;
	a = read_all(data + 1, size - 1, 0);
	b = read_all(data + 1, size - 1, 1 + data[0]);
	claim(a.e == b.e && a.sum == b.sum && a.items == b.items);
	claim(a.replies == b.replies && a.within == b.within);
	return 0;
}
