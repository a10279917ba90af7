/* LINK: codec/json_split codec/json_split_lex codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_split.h"

/*
 * The first byte says which list is looked for and how the rest is cut.  The
 * stream must accept what json_parse accepts and nothing else, hand over the
 * elements that json.h finds, and do so wherever it is cut.
 */
enum {
	POOL = 512,
	ROOM = 96,
	KEPT = 2,
	KEPT_MAX = 24,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct hearer {
	struct json_split split;
	struct json_kept kept[KEPT];
	char kept_text[KEPT][KEPT_MAX];
	char room[ROOM];
	/* Where json.h has the element that must come next; -1: not known. */
	const struct json *j;
	int next;
	uint64_t hash;
};

static const char *const path[] = { "d", "e" };

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

/* The next object that fits, from this element on; *end gets its end. */
static int
find_next(const struct json *j, int element)
{
	while (element >= 0 && json_type(j, element) != JSON_OBJECT)
		element = json_next(j, element);
	return element;
}

static enum err
on_element(void *owner, struct span text)
{
	struct hearer *h = owner;

	claim(text.len >= 2 && text.len <= ROOM);
	claim(text.at[0] == '{' && text.at[text.len - 1] == '}');
	h->hash = h->hash * 31 + span_hash(text);
	if (h->j == NULL)
		return ERR_OK;
	for (;;) {
		const char *at;

		h->next = find_next(h->j, h->next);
		claim(h->next >= 0);
		at = h->j->text + h->j->tokens[h->next].start;
		h->next = json_next(h->j, h->next);
		/* Those in front of it were too long. */
		if ((size_t)(h->j->text + h->j->len - at) >= text.len &&
		    memcmp(at, text.at, text.len) == 0)
			return ERR_OK;
		claim(h->split.too_long > 0);
	}
}

static struct hearer *
new_hearer(unsigned path_len)
{
	static const char *const names[KEPT] = { "code", "d" };
	struct hearer *h = calloc(1, sizeof(*h));

	json_split_init(
	    &h->split, path, path_len, h->room, ROOM, on_element, h);
	for (int i = 0; i < KEPT; i++)
		json_kept_init(
		    &h->kept[i], names[i], h->kept_text[i], KEPT_MAX);
	h->split.kept = h->kept;
	h->split.kept_count = KEPT;
	return h;
}

/* Where the list is, or -1. */
static int
find_list(const struct json *j, unsigned path_len)
{
	int at = 0;

	for (unsigned i = 0; i < path_len; i++)
		at = json_member(j, at, path[i]);
	return json_type(j, at) == JSON_ARRAY ? at : -1;
}

static enum err
feed_pieces(struct hearer *h, const uint8_t *data, size_t size, unsigned step)
{
	enum err e = ERR_OK;

	while (size > 0 && e == ERR_OK) {
		size_t n = step == 0 || step > size ? size : step;
		char *piece = malloc(n);

		memcpy(piece, data, n);
		e = json_split_feed(&h->split, piece, n);
		free(piece);
		data += n;
		size -= n;
	}
	return json_split_end(&h->split);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned path_len = size > 0 ? data[0] % 3 : 0;
	unsigned step = size > 0 ? data[0] / 3 : 0;
	struct hearer *whole = new_hearer(path_len);
	struct hearer *pieces = new_hearer(path_len);
	struct json j;
	char *text = malloc(size + 1);
	enum err parsed, streamed;

	size -= size > 0;
	if (size > 0)
		memcpy(text, data + 1, size);
	json_init(&j, malloc(json_pool_bytes(POOL)), POOL);
	parsed = json_parse(&j, text, size);
	if (parsed == ERR_OK) {
		int list = find_list(&j, path_len);

		whole->next = json_first(&j, list);
		if (list >= 0)
			whole->j = &j;
	}
	streamed = feed_pieces(whole, (const uint8_t *)text, size, 0);
	if (parsed != ERR_TOKENS)
		claim((parsed == ERR_OK) == (streamed == ERR_OK));
	if (parsed == ERR_OK)
		claim(whole->split.found == (whole->j != NULL));
	if (whole->j != NULL)
		claim(whole->split.elements + whole->split.too_long +
			  whole->split.others ==
		      (uint64_t)json_size(&j, find_list(&j, path_len)));
	claim(feed_pieces(pieces, data + (size > 0), size, step) == streamed);
	claim(pieces->hash == whole->hash);
	claim(pieces->split.elements == whole->split.elements);
	claim(pieces->split.offset == whole->split.offset);
	for (int i = 0; i < KEPT; i++)
		claim(span_eq(json_kept_text(&pieces->kept[i]),
		    json_kept_text(&whole->kept[i])));
	free(j.tokens);
	free(text);
	free(whole);
	free(pieces);
	return 0;
}
