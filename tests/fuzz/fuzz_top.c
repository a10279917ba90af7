/* LINK: app/top_frame app/top_tables app/top_cells codec/json */
/* LINK: codec/json_scan codec/json_value codec/decimal codec/decmath */
/* LINK: codec/utf8 core/out core/span core/must core/err */
/* LIBS: jsmn */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/top.h"

/*
 * Whatever a server says is its /status: a frame has the size of the terminal
 * and nothing in it that moves the cursor.  The first two bytes are the size.
 */
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

static void
look_at(const struct out *o, const struct top_view *v)
{
	unsigned rows = 1, x = 0;

	claim(!o->full);
	for (size_t i = 0; i < o->len; i++) {
		char c = o->at[i];

		if (c == '\n') {
			rows++;
			x = 0;
			continue;
		}
		claim(c >= ' ' && c < 0x7f);
		claim(++x <= v->cols);
	}
	claim(rows <= v->rows);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t pool[TOKENS * 20 / 8];
	static char text[TOP_FRAME_MAX];
	static struct top_counts counts[2];
	struct top_view v = { .source = "x", .passed_ms = 1000 };
	struct json j;
	struct out o;

	if (size < 2)
		return 0;
	v.cols = 20 + data[0];
	v.rows = 5 + data[1] % (TOP_ROWS_MAX - 5);
	json_init(&j, pool, TOKENS);
	if (json_parse(&j, (const char *)data + 2, size - 2) != ERR_OK)
		return 0;
	memset(counts, 0, sizeof(counts));
	for (unsigned i = 0; i < 2; i++) {
		out_init(&o, text, sizeof(text));
		top_frame(&j, &v, &counts[i], &counts[!i], &o);
		look_at(&o, &v);
	}
	return 0;
}
