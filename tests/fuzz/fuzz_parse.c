/* LINK: model/parse model/parse_time model/parse_value model/emit */
/* LINK: model/frame model/model codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal */
/* LINK: core/out core/span core/time core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/emit.h"
#include "model/frame.h"
#include "model/parse.h"

/*
 * A subject, a line end, and the JSON of a record.  What is accepted can be put
 * into a frame, and what is written of it reads back as the same.
 */
enum {
	LEVELS = 64,
	TEXT = 1 << 19,
	INPUT = 1 << 16,
};

struct parsed {
	struct json json;
	struct record_reader reader;
	enum record_id id;
	union record record;
	struct level levels[LEVELS];
	char texts[INPUT];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static enum err
parse(struct parsed *p, struct span subject, struct span text)
{
	enum err e;

	json_init(&p->json, malloc(json_pool_bytes(RECORD_TOKENS(LEVELS))),
	    RECORD_TOKENS(LEVELS));
	p->reader = (struct record_reader){
		.json = &p->json, .levels = p->levels, .max = LEVELS
	};
	out_init(&p->reader.texts, p->texts, sizeof(p->texts));
	e = record_parse(&p->reader, subject, text, &p->id, &p->record);
	free(p->json.tokens);
	return e;
}

static void
write(const struct parsed *p, struct out *o, char *memory)
{
	out_init(o, memory, TEXT);
	record_json(p->id, &p->record, o);
	claim(!o->full);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct parsed p;
	static struct parsed q;
	static char one[TEXT];
	static char two[TEXT];
	struct out o;
	struct out again;
	struct span subject;
	struct span text;
	char *copy;

	if (size == 0 || size > INPUT)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	text.at = memchr(copy, '\n', size);
	subject = (struct span){ copy,
		text.at == NULL ? 0 : (size_t)(text.at - copy) };
	text.at = text.at == NULL ? copy : text.at + 1;
	text.len = size - (size_t)(text.at - copy);
	if (parse(&p, subject, text) == ERR_OK) {
		out_init(&o, one, sizeof(one));
		record_encode(p.id, &p.record, &o);
		claim(!o.full);
		write(&p, &o, one);
		claim(parse(&q, subject, out_done(&o)) == ERR_OK);
		claim(p.id == q.id || subject.len == 0);
		if (p.id == q.id) {
			write(&q, &again, two);
			claim(again.len == o.len);
			claim(memcmp(one, two, o.len) == 0);
		}
	}
	free(copy);
	return 0;
}
