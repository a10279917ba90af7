/* LINK: feed/catalog feed/catalog_text model/instrument model/symbol */
/* LINK: model/model codec/utf8 codec/decimal codec/decmath core/time */
/* LINK: core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feed/catalog.h"

/* A text that is taken is written again, and that text says the same. */
enum {
	PLACES = 16,
	ROOM = 256 + PLACES * CATALOG_LINE_MAX,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static struct span
save(const struct catalog *c, char *memory)
{
	struct out o;

	out_init(&o, memory, ROOM);
	catalog_save(c, SPAN("okx"), &o);
	claim(!o.full);
	return out_done(&o);
}

static void
look_at(const struct catalog *c)
{
	char text[2 * SYMBOL_MAX];
	const struct instrument *i;
	uint32_t at = 0;
	uint32_t count = 0;
	struct out o;

	while ((i = catalog_next(c, &at))) {
		out_init(&o, text, sizeof(text));
		catalog_name(c, i, &o);
		claim(!o.full);
		claim(catalog_native(c, span_of(i->native)) == i);
		/* Unless it is the native name of another one. */
		if (!catalog_native(c, out_done(&o)))
			claim(catalog_find(c, out_done(&o)) == i);
		count++;
	}
	claim(count == c->count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *first = malloc(ROOM);
	char *second = malloc(ROOM);
	struct catalog c;

	catalog_init(&c, malloc(catalog_bytes(PLACES)), PLACES);
	if (catalog_restore(&c, SPAN("okx"),
		(struct span){ (const char *)data, size }) == ERR_OK) {
		struct span once, twice;

		look_at(&c);
		once = save(&c, first);
		claim(catalog_restore(&c, SPAN("okx"), once) == ERR_OK);
		twice = save(&c, second);
		claim(span_eq(once, twice));
	} else {
		claim(c.count == 0);
	}
	free(c.rows);
	free(first);
	free(second);
	return 0;
}
