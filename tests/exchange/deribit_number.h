/*
 * deribit_number.h -- numbers as Deribit writes them.
 *
 * They are JSON numbers, and how one is written changes from message to
 * message: `1000.0`, `1.0e3` or `1000`.  Values are whole numbers of 1e-8.
 */
#ifndef EXCHANGE_DERIBIT_NUMBER_H
#define EXCHANGE_DERIBIT_NUMBER_H

#include "text.h"

enum deribit_form {
	/* Always with a point: 1000.0. */
	FORM_POINT,
	/* With an exponent where that is shorter: 1.0e3. */
	FORM_SHORT,
	/* Whole numbers without a point: 1000. */
	FORM_WHOLE,
	FORMS,
};

/* Longest result. */
enum { DERIBIT_NUMBER_MAX = 32 };

char *put_deribit(char *p, int64_t value, enum deribit_form form);

#endif
