/* LINK: app/fleet_row app/fleet_table app/top_cells codec/json */
/* LINK: codec/json_scan codec/json_value codec/decimal codec/decmath */
/* LINK: codec/utf8 core/out core/span core/must core/err */
/* LIBS: jsmn */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet.h"

/* Whatever a server says is its /status: two lines of printable text, and an
 * array of one object. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TOKENS = 4096,
};

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static const struct fleet_row *
at(void *owner, unsigned i, const char **url)
{
	(void)i;
	*url = "http://127.0.0.1:8080";
	return owner;
}

static void
look_at(struct fleet_row *row)
{
	static char text[2 * FLEET_ROW_MAX];
	static uint64_t pool[TOKENS * 20 / 8];
	struct fleet_rows rows = { 1, row, at };
	unsigned lines = 0;
	struct json j;
	struct out o;

	claim(strlen(row->why) < sizeof(row->why));
	claim(strlen(row->slot) < sizeof(row->slot));
	out_init(&o, text, sizeof(text));
	fleet_table(&rows, &o);
	claim(!o.full);
	for (size_t i = 0; i < o.len; i++) {
		lines += text[i] == '\n';
		claim(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
	}
	claim(lines == 2);
	out_init(&o, text, FLEET_ROW_MAX);
	fleet_json(&rows, &o);
	claim(!o.full);
	json_init(&j, pool, TOKENS);
	claim(json_parse(&j, o.at, o.len) == ERR_OK);
	claim(json_size(&j, 0) == 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t pool[TOKENS * 20 / 8];
	char *copy = malloc(size ? size : 1);
	struct fleet_row row;
	struct json j;

	if (size)
		memcpy(copy, data, size);
	json_init(&j, pool, TOKENS);
	if (json_parse(&j, copy, size) == ERR_OK &&
	    fleet_row_read(&j, &row) == ERR_OK)
		look_at(&row);
	free(copy);
	return 0;
}
