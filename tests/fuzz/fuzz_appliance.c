/* LINK: status/appliance core/metrics core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "status/appliance.h"

/* Whatever stands in the file: what was read is bounded text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
look_at(const struct appliance *f)
{
	static char text[FACTS * (6 * FACT_BYTES_MAX + 64)];
	struct health_check h = { .why = "" };
	struct box_metrics m = { 0 };
	struct out o;

	for (unsigned i = 0; i < FACTS; i++) {
		claim(memchr(f->text[i], '\0', FACT_BYTES_MAX) != NULL);
		claim(f->said[i] || f->text[i][0] == '\0');
	}
	out_init(&o, text, sizeof(text));
	appliance_json(f, &o);
	claim(!o.full);
	out_reset(&o);
	appliance_labels(f, &o);
	claim(!o.full);
	appliance_judge(f, &h);
	claim(h.level != HEALTH_FAIL && strlen(h.why) < sizeof(h.why));
	appliance_metrics(f, &m);
	claim(m.trial <= 1 && m.safe_mode <= 1 && m.clock_set <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct appliance none;
	struct appliance f = none;
	char *copy = malloc(size ? size : 1);
	const char *why = NULL;
	unsigned line;
	enum err e;

	if (size)
		memcpy(copy, data, size);
	e = appliance_read((struct span){ copy, size }, &f, &line, &why);
	claim((e == ERR_OK) == (why == NULL));
	claim(line <= size + 1);
	if (e != ERR_OK)
		claim(memcmp(&f, &none, sizeof(f)) == 0);
	look_at(&f);
	free(copy);
	return 0;
}
