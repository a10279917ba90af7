#include "core/options.h"

#include <string.h>

/* clang-format off */
static const struct option_desc rows[] = {
#define SECTION(name, doc) \
	{ #name, 0, 0, 0, 0, doc, OPTION_TYPE_TEXT, \
	    offsetof(struct options, name) },
#define KEY(section, name, type, value, min, max, doc) \
	{ #section, #name, value, min, max, doc, OPTION_TYPE_##type, \
	    offsetof(struct options, section) + \
	        offsetof(struct opt_##section, name) },
#define END(name)
/* Without a section: those of the venues stand here. */
#define VENUE_SECTIONS { 0, 0, 0, 0, 0, 0, OPTION_TYPE_TEXT, 0 },
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS
};

static const struct option_desc venue_rows[] = {
#define VENUE_KEY(name, type, value, min, max, doc) \
	{ 0, #name, value, min, max, doc, OPTION_TYPE_##type, \
	    offsetof(struct opt_venue, name) },
#include "tables/venue_keys.def"
#undef VENUE_KEY
};

static const struct {
	const char *section;
	const char *doc;
} venue_sections[] = {
#define VENUE(id, name, exchange, market, doc) { name, doc },
#include "tables/venues.def"
#undef VENUE
};

static const struct {
	size_t venue;
	size_t offset;
	const char *value;
} defaults[] = {
#define DEFAULT(venue, key, value) \
	{ OPTION_VENUE_##venue, offsetof(struct opt_venue, key), value },
#include "tables/venue_defaults.def"
#undef DEFAULT
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	VENUE_ROWS = COUNT(venue_rows) + 1,
	ALL_VENUE_ROWS = VENUE_ROWS * OPTION_VENUES,
};

size_t
option_count(void)
{
	return COUNT(rows) - 1 + ALL_VENUE_ROWS;
}

static const char *
venue_default(size_t venue, const struct option_desc *row)
{
	for (size_t i = 0; i < COUNT(defaults); i++) {
		if (defaults[i].venue == venue &&
		    defaults[i].offset == row->offset)
			return defaults[i].value;
	}
	return row->value;
}

/* Row i of the sections of all venues. */
static struct option_desc
venue_row(size_t i)
{
	size_t venue = i / VENUE_ROWS;
	struct option_desc d = { .type = OPTION_TYPE_TEXT,
		.doc = venue_sections[venue].doc };

	if (i % VENUE_ROWS > 0) {
		d = venue_rows[i % VENUE_ROWS - 1];
		d.value = venue_default(venue, &d);
	}
	d.section = venue_sections[venue].section;
	d.offset +=
	    offsetof(struct options, venue) + venue * sizeof(struct opt_venue);
	return d;
}

struct option_desc
option_at(size_t i)
{
	size_t first = 0;

	while (rows[first].section != NULL)
		first++;
	if (i < first)
		return rows[i];
	if (i < first + ALL_VENUE_ROWS)
		return venue_row(i - first);
	return rows[i - ALL_VENUE_ROWS + 1];
}
