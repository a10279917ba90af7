/*
 * err.h -- the one error type of the program.
 *
 * Every fallible function returns enum err and is MUST_USE; data comes back
 * through the last pointer argument.  ERR_AGAIN and ERR_SHORT are requests, not
 * failures.  A failure is logged once, by the one who acts on it.
 */
#ifndef MPEDGE_CORE_ERR_H
#define MPEDGE_CORE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))

enum err {
#define ERR(name, text) ERR_##name,
#include "tables/errors.def"
#undef ERR
	ERR_COUNT
};

/* The sentence of errors.def for e; never NULL. */
const char *err_text(enum err e);

/* The name in lower case, as logs and metric labels spell it ("late"). */
const char *err_name(enum err e);

#endif
