/* LINK: feed/saved feed/catalog feed/catalog_text model/instrument */
/* LINK: model/symbol model/model codec/utf8 codec/decimal codec/decmath */
/* LINK: codec/crc32c */
/* LINK: core/time core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feed/catalog.h"
#include "feed/saved.h"

/*
 * The input as a file, and as what a file with the right checksum may say.
 * Whatever is taken lies within the text.
 */
enum {
	PLACES = 16,
	HEAD = 64,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
look_at(struct span body)
{
	static const char *const names[] = { "binance", "okx", "", "d" };
	struct catalog c;
	void *memory = malloc(catalog_bytes(PLACES));

	catalog_init(&c, memory, PLACES);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span venue = span_of(names[i]);
		struct span text = saved_of(body, venue);

		if (text.at == NULL)
			continue;
		claim(text.len > 0 && text.at >= body.at &&
		      text.at + text.len <= body.at + body.len);
		if (catalog_restore(&c, venue, text) != ERR_OK)
			claim(c.count == 0);
	}
	free(memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + HEAD);
	struct span body;
	struct out o;

	memcpy(copy, data, size);
	if (saved_open((struct span){ copy, size }, &body) == ERR_OK)
		look_at(body);
	out_init(&o, copy, size + HEAD);
	saved_begin(&o);
	out_bytes(&o, (const char *)data, size);
	saved_end(&o);
	claim(!o.full);
	claim(saved_open(out_done(&o), &body) == ERR_OK);
	claim(body.len == size && memcmp(body.at, data, size) == 0);
	look_at(body);
	free(copy);
	return 0;
}
