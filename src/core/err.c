#include "core/err.h"

#include <stddef.h>

enum {
	NAME_MAX_BYTES = 16,
};

/*
 * The names are spelled in errors.def as the enum wants them, in capitals; this
 * spells them in lower case while compiling, so that there is one list only.
 */
#define LOWER(c) ((char)((c) >= 'A' && (c) <= 'Z' ? (c) + 'a' - 'A' : (c)))
#define AT(s, i) ((i) < sizeof(s) ? LOWER((s)[(i) < sizeof(s) ? (i) : 0]) : 0)

/* clang-format off */
static const char names[ERR_COUNT][NAME_MAX_BYTES] = {
#define ERR(name, text) [ERR_##name] = {                                      \
	AT(#name, 0),  AT(#name, 1),  AT(#name, 2),  AT(#name, 3),            \
	AT(#name, 4),  AT(#name, 5),  AT(#name, 6),  AT(#name, 7),            \
	AT(#name, 8),  AT(#name, 9),  AT(#name, 10), AT(#name, 11),           \
	AT(#name, 12), AT(#name, 13), AT(#name, 14), 0 },
#include "tables/errors.def"
#undef ERR
};

static const char *const texts[ERR_COUNT] = {
#define ERR(name, text) [ERR_##name] = text,
#include "tables/errors.def"
#undef ERR
};

#define ERR(name, text)                                                       \
	_Static_assert(sizeof(#name) <= NAME_MAX_BYTES, #name " is too long");
#include "tables/errors.def"
#undef ERR
/* clang-format on */

const char *
err_text(enum err e)
{
	return (unsigned)e < ERR_COUNT ? texts[e] : "no such error";
}

const char *
err_name(enum err e)
{
	return (unsigned)e < ERR_COUNT ? names[e] : "no_such_error";
}
