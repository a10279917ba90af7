/*
 * same_field.h -- two fields of a record that must be the same, to the last
 * digit and blank.
 */
#ifndef MPEDGE_TESTS_SAME_FIELD_H
#define MPEDGE_TESTS_SAME_FIELD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/model.h"

static inline void
assert_same_field(enum field_type type, const void *a, const void *b)
{
	const struct span *s = a, *t = b;
	const struct dec *d = a, *e = b;
	const struct levels *l = a, *k = b;

	switch (type) {
	case TYPE_VENUE:
	case TYPE_MARKET:
	case TYPE_SIDE:
	case TYPE_BOOL:
	case TYPE_UPDATE:
		assert_int_equal(*(const uint8_t *)a, *(const uint8_t *)b);
		break;
	case TYPE_TIME:
	case TYPE_SEQ:
		assert_memory_equal(a, b, sizeof(int64_t));
		break;
	case TYPE_SYM:
	case TYPE_TEXT:
		assert_int_equal(s->at == NULL, t->at == NULL);
		assert_true(span_eq(*s, *t));
		break;
	case TYPE_DEC:
		assert_int_equal(d->kind, e->kind);
		assert_true(d->mantissa == e->mantissa);
		assert_int_equal(d->scale, e->scale);
		assert_int_equal(d->pad, e->pad);
		assert_int_equal(d->len, e->len);
		if (d->kind == DEC_TEXT)
			assert_memory_equal(d->text, e->text, d->len);
		break;
	case TYPE_LEVELS:
		assert_int_equal(l->count, k->count);
		for (uint32_t i = 0; i < l->count; i++) {
			assert_same_field(
			    TYPE_DEC, &l->at[i].price, &k->at[i].price);
			assert_same_field(
			    TYPE_DEC, &l->at[i].quantity, &k->at[i].quantity);
		}
		break;
	case TYPE_COUNT:
		fail();
	}
}

#endif
