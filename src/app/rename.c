#include <string.h>

#include "app/convert.h"

/*
 * Each row is four texts, one behind the other: pointers to them would cost
 * more than they are, since a binary that may lie anywhere has a relocation for
 * each.
 */
/* clang-format off */
#define NAME(name, section, key, conversion, meaning) \
	name "\0" #section "\0" #key "\0" meaning "\0"
#define OTHER(name, conversion, meaning) name "\0\0\0" meaning "\0"
#define ALIAS NAME
#define SWITCH OTHER
#define KEY NAME
#define VENUE(name, key, conversion, meaning) \
	name "\0\0" #key "\0" meaning "\0"
static const char environment_texts[] =
#include "tables/environment.def"
;
static const char alias_texts[] =
#include "tables/aliases.def"
;
static const char migrate_texts[] =
#include "tables/migrate.def"
;
#undef NAME
#undef OTHER
#undef VENUE

#define NAME(name, section, key, conversion, meaning) CONVERT_##conversion,
#define OTHER(name, conversion, meaning) CONVERT_##conversion,
#define VENUE(name, key, conversion, meaning) CONVERT_##conversion,
static const unsigned char environment_kinds[] = {
#include "tables/environment.def"
};
static const unsigned char alias_kinds[] = {
#include "tables/aliases.def"
};
static const unsigned char migrate_kinds[] = {
#include "tables/migrate.def"
};
#undef NAME
#undef OTHER
#undef VENUE
#undef ALIAS
#undef SWITCH
#undef KEY
/* clang-format on */

static const char *
behind(const char *text)
{
	return text + strlen(text) + 1;
}

static bool
next_row(struct rename *row, const char *texts, const unsigned char *kinds,
    size_t count)
{
	if (row->index == count)
		return false;
	row->name = row->index == 0 ? texts : behind(row->meaning);
	row->section = behind(row->name);
	row->key = behind(row->section);
	row->meaning = behind(row->key);
	row->conversion = (enum conversion)kinds[row->index++];
	if (row->key[0] == '\0')
		row->section = row->key = NULL;
	return true;
}

bool
rename_next(enum rename_table t, struct rename *row)
{
	switch (t) {
	case RENAME_ENVIRONMENT:
		return next_row(row, environment_texts, environment_kinds,
		    sizeof(environment_kinds));
	case RENAME_ALIASES:
		return next_row(
		    row, alias_texts, alias_kinds, sizeof(alias_kinds));
	case RENAME_MIGRATE:
		return next_row(
		    row, migrate_texts, migrate_kinds, sizeof(migrate_kinds));
	}
	return false;
}
