/*
 * options.h -- the settings as data, made from tables/config.def and, for the
 * venues, tables/venue_keys.def.
 *
 * Filled by app/config before anything else starts, constant afterwards.  Texts
 * are NUL-terminated.  A LIST is kept as text: cut it with span_word(&s, "
 * ,\t").
 */
#ifndef MPEDGE_CORE_OPTIONS_H
#define MPEDGE_CORE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define OPTION_INT(name, max)    int64_t name;
#define OPTION_BOOL(name, max)   bool name;
#define OPTION_TEXT(name, max)   char name[(max) + 1];
#define OPTION_LIST(name, max)   char name[(max) + 1];
#define OPTION_SECRET(name, max) char name[(max) + 1];
#define OPTION_LEVEL(name, max)  int64_t name;

#define SECTION(name, doc)                          struct opt_##name {
#define KEY(section, name, type, value, min, max, doc) OPTION_##type(name, max)
#define END(name)                                   };
#define VENUE_SECTIONS
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS

struct opt_venue {
#define VENUE_KEY(name, type, value, min, max, doc) OPTION_##type(name, max)
#include "tables/venue_keys.def"
#undef VENUE_KEY
};

enum {
#define VENUE(id, name, exchange, market, doc) OPTION_VENUE_##id,
#include "tables/venues.def"
#undef VENUE
	OPTION_VENUES
};

struct options {
#define SECTION(name, doc) struct opt_##name name;
#define KEY(section, name, type, value, min, max, doc)
#define END(name)
/* Indexed by enum venue_id. */
#define VENUE_SECTIONS struct opt_venue venue[OPTION_VENUES];
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS
};
/* clang-format on */

enum option_type {
	OPTION_TYPE_INT,
	OPTION_TYPE_BOOL,
	OPTION_TYPE_TEXT,
	OPTION_TYPE_LIST,
	OPTION_TYPE_SECRET,
	OPTION_TYPE_LEVEL,
};

struct option_desc {
	/* Section and key; key is NULL in the row that opens a section. */
	const char *section;
	const char *key;
	const char *value;
	int64_t min;
	int64_t max;
	const char *doc;
	enum option_type type : 8;
	/* Into struct options. */
	unsigned offset : 24;
};

/* In the order of config.ini: 0 to option_count() - 1. */
size_t option_count(void);
struct option_desc option_at(size_t i);

#endif
