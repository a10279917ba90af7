/*
 * random_record.h -- records with any values a record can have, for tests.
 *
 * The same seed gives the same records.  Texts and levels live in *m and are
 * good until the next record is made in it.
 */
#ifndef MPEDGE_TESTS_RANDOM_RECORD_H
#define MPEDGE_TESTS_RANDOM_RECORD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/model.h"

enum fill {
	FILL_NULL,
	FILL_SET,
	FILL_ANY,
};

enum {
	LEVELS_MAX = 40,
	TEXTS_MAX = 16,
	TEXT_BYTES = 200,
};

struct maker {
	uint64_t seed;
	enum fill fill;
	char texts[TEXTS_MAX][TEXT_BYTES];
	unsigned used;
	char decs[2 * LEVELS_MAX + TEXTS_MAX][DEC_TEXT_MAX + 1];
	unsigned decs_used;
	struct level levels[LEVELS_MAX];
	unsigned levels_used;
};

static inline uint64_t
make_next(struct maker *m)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	m->seed ^= m->seed << 17;
	return m->seed;
}

static inline bool
make_null(struct maker *m)
{
	if (m->fill == FILL_ANY)
		return make_next(m) % 4 == 0;
	return m->fill == FILL_NULL;
}

static inline struct dec
make_dec(struct maker *m)
{
	char *text = m->decs[m->decs_used++];
	struct dec d = DEC_NONE;
	unsigned kind = (unsigned)(make_next(m) % 4);
	unsigned long n = (unsigned long)(make_next(m) % 1000000000);
	size_t size = DEC_TEXT_MAX + 1;

	if (kind == 0)
		snprintf(text, size, "%lu.%08lu", n % 100000, n % 100000000);
	else if (kind == 1)
		snprintf(text, size, "-%lu", n);
	else if (kind == 2)
		snprintf(text, size, "%lu%09lu.00000000", n + 1, n);
	else
		snprintf(text, size, "%lu1234567890.%09lu1", n + 1, n);
	if (dec_parse(span_of(text), &d) != ERR_OK)
		abort();
	return d;
}

static inline struct span
make_text(struct maker *m)
{
	char *text = m->texts[m->used++];
	size_t len =
	    (size_t)(make_next(m) % (make_next(m) % 8 == 0 ? TEXT_BYTES : 24));

	for (size_t i = 0; i < len; i++)
		text[i] = (char)(m->fill == FILL_ANY && make_next(m) % 32 == 0
				     ? make_next(m)
				     : 'A' + make_next(m) % 26);
	return (struct span){ text, len };
}

static inline struct levels
make_levels(struct maker *m)
{
	uint32_t count = (uint32_t)(make_next(m) % (LEVELS_MAX / 2));
	struct level *at = m->levels + m->levels_used;

	for (uint32_t i = 0; i < count; i++) {
		at[i].price = make_dec(m);
		at[i].quantity = make_dec(m);
	}
	m->levels_used += count;
	return (struct levels){ at, count };
}

static inline void
make_field(struct maker *m, enum field_type type, void *value)
{
	switch (type) {
	case TYPE_VENUE:
		*(uint8_t *)value = (uint8_t)(make_next(m) % VENUE_COUNT);
		break;
	case TYPE_MARKET:
		*(uint8_t *)value = (uint8_t)(make_next(m) % MARKET_COUNT);
		break;
	case TYPE_SIDE:
	case TYPE_BOOL:
		*(uint8_t *)value = (uint8_t)(1 + make_next(m) % 2);
		break;
	case TYPE_UPDATE:
		*(uint8_t *)value = (uint8_t)(make_next(m) % 2);
		break;
	case TYPE_TIME:
		*(int64_t *)value = (int64_t)(make_next(m) >> 2);
		break;
	case TYPE_SEQ:
		*(int64_t *)value =
		    (int64_t)make_next(m) >> (make_next(m) % 60);
		break;
	case TYPE_SYM:
	case TYPE_TEXT:
		*(struct span *)value = make_text(m);
		break;
	case TYPE_DEC:
		*(struct dec *)value = make_dec(m);
		break;
	case TYPE_LEVELS:
		*(struct levels *)value = make_levels(m);
		break;
	case TYPE_COUNT:
		break;
	}
}

static inline void
make_record(struct maker *m, enum record_id id, union record *rec)
{
	const struct record_desc *desc = &records[id];

	m->used = 0;
	m->decs_used = 0;
	m->levels_used = 0;
	record_init(id, rec);
	for (size_t i = 0; i < desc->field_count; i++) {
		if (!make_null(m))
			make_field(m, desc->fields[i].type,
			    (char *)rec + desc->fields[i].offset);
	}
}

/* `size` bytes that end where no memory is: one byte more is a fault. */
struct guarded {
	char *map;
	size_t bytes;
	char *end;
};

static inline struct guarded
guarded_new(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct guarded g;

	g.bytes = (size + page - 1) / page * page + page;
	g.map = mmap(NULL, g.bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED)
		abort();
	g.end = g.map + g.bytes - page;
	if (mprotect(g.end, page, PROT_NONE) != 0)
		abort();
	return g;
}

static inline void
guarded_free(struct guarded *g)
{
	munmap(g->map, g->bytes);
}

#endif
