/* LINK: model/frame model/emit model/subject model/subject_p% */
/* LINK: model/model codec/decimal */
/* LINK: core/out core/span core/time core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/emit.h"
#include "model/frame.h"

/*
 * The first byte says what record the others are the body of.  What is accepted
 * is what would be written, but for fields left out at the end, and can be
 * printed.
 */
enum {
	LEVELS = 64,
	TEXT = 1 << 16,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
check(enum record_id id, struct span body, const union record *rec)
{
	static char text[TEXT];
	char why[256];
	struct subject_plan plan;
	struct out o;

	out_init(&o, why, sizeof(why));
	claim(subject_plan_read(&plan,
		  "{prefix}.{exchange}.{venue}.{market_type}.{symbol}."
		  "{SYMBOL}.{native}.{type}",
		  "market", &o) == ERR_OK);
	out_init(&o, text, sizeof(text));
	record_encode(id, rec, &o);
	claim(!o.full);
	claim(o.len >= body.len);
	claim(memcmp(text, body.at, body.len) == 0);
	out_reset(&o);
	record_json(id, rec, &o);
	record_subject(&plan, id, rec, &o);
	plan.marketprism = true;
	record_subject(&plan, id, rec, &o);
	record_msgid(id, rec, &o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct level levels[LEVELS];
	enum record_id id;
	union record rec;
	struct span body;
	char *copy;
	enum err e;

	if (size == 0 || size > TEXT / 2)
		return 0;
	id = (enum record_id)(data[0] % RECORD_COUNT);
	copy = malloc(size);
	memcpy(copy, data, size);
	body = (struct span){ copy + 1, size - 1 };
	e = record_decode(id, body, levels, LEVELS, &rec);
	if (e == ERR_OK)
		check(id, body, &rec);
	else
		claim(e == ERR_CORRUPT || e == ERR_FULL);
	free(copy);
	return 0;
}
