/* LINK: status/fill status/fill_marks status/look status/show gen/page */
/* LINK: core/out core/span core/err core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/fill.h"
#include "status/page.h"

/* Whatever the JSON is: no tag and no end of an attribute comes from it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ROOM = 65536,
	MOST = 40000,
};

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static size_t
count(struct span text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.at[i] == c;
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char one[] = "<i data-v=\"a b.c\"></i><i data-c=\"a\">"
				  "<i data-b=\"a b\"><i data-s=\"a\">";
	char *copy = malloc(size + 1);
	char *page = malloc(ROOM);
	struct span json = { copy, size };
	struct span text;
	struct out o;

	claim(copy != NULL && page != NULL);
	memcpy(copy, data, size);
	out_init(&o, page, ROOM);
	fill(span_of(one), json, MOST, &o);
	text = out_done(&o);
	if (!o.full) {
		claim(count(text, '<') == 5 && count(text, '>') == 5);
		claim(count(text, '"') == 10 || count(text, '"') == 12);
	}
	out_init(&o, page, ROOM);
	fill(span_of(page_template), json, MOST, &o);
	claim(o.len <= ROOM);
	free(page);
	free(copy);
	return 0;
}
