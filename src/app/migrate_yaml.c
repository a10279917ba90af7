#include <stdio.h>
#include <string.h>

#include "app/migrate.h"
#include "codec/yaml.h"

/* One file on its way, twice: first of whom it is, then what it says. */
struct reading {
	struct migrate *m;
	unsigned file;
	bool second;
	char exchange[32];
	char market[32];
	bool enabled;
	/* Of a venue that another file has, and this one turns off. */
	bool left_out;
};

/* --- which venue ---------------------------------------------------------- */

static enum venue_id
find_venue(const char *exchange, const char *market)
{
	static const struct {
		const char *exchange;
		/* NULL: all that were not named before. */
		const char *market;
		enum venue_id venue;
	} names[] = {
		{ "binance", "spot", VENUE_binance_spot },
		{ "binance", "", VENUE_binance_spot },
		{ "binance_spot", NULL, VENUE_binance_spot },
		{ "binance", NULL, VENUE_binance_usdm },
		{ "binance_futures", NULL, VENUE_binance_usdm },
		{ "binance_derivatives", NULL, VENUE_binance_usdm },
		{ "okx", NULL, VENUE_okx },
		{ "okx_spot", NULL, VENUE_okx },
		{ "okx_derivatives", NULL, VENUE_okx },
		{ "deribit", NULL, VENUE_deribit },
		{ "deribit_derivatives", NULL, VENUE_deribit },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_is_nocase(span_of(exchange), names[i].exchange) &&
		    (names[i].market == NULL ||
			span_is_nocase(span_of(market), names[i].market)))
			return names[i].venue;
	}
	return VENUE_COUNT;
}

static void
copy(char *to, size_t size, struct span text)
{
	struct out o;

	out_init(&o, to, size - 1);
	out_span(&o, text);
	to[o.full ? 0 : o.len] = '\0';
}

/* --- rows ----------------------------------------------------------------- */

/* Names with dots between them; * stands for one. */
static bool
fits(struct span path, const char *pattern)
{
	struct span rest = span_of(pattern);
	struct span a, b;

	do {
		a = span_word(&path, ".");
		b = span_word(&rest, ".");
		if (a.at == NULL || b.at == NULL)
			return a.at == b.at;
	} while (span_eq(a, b) || span_is(b, "*"));
	return false;
}

static struct span
without(struct span path, const char *head)
{
	size_t len = strlen(head);

	return span_starts(path, head)
		   ? (struct span){ path.at + len, path.len - len }
		   : path;
}

static void
take(struct reading *r, struct span path, struct span value,
    const struct config_origin *at)
{
	struct migrate *m = r->m;
	bool known = false;
	const char *exact = NULL;

	for (struct rename n = { 0 }; rename_next(RENAME_MIGRATE, &n);) {
		if (!fits(path, n.name) || (known && exact == NULL))
			continue;
		/* Several rows of one name, but the first with a *. */
		if (known && strcmp(exact, n.name) != 0)
			continue;
		known = true;
		exact = strchr(n.name, '*') == NULL ? n.name : NULL;
		if (n.section == NULL)
			migrate_note(m, path, at, n.meaning);
		else if (value.len > 0)
			migrate_set(m, &n, value, at);
	}
	if (!known)
		migrate_note(m, path, at, "is not known");
}

/* --- scalars -------------------------------------------------------------- */

static void
note_file(struct reading *r, struct span name)
{
	struct migrate *m = r->m;
	const char *from = m->origins.files[r->file];
	const char *slash = strrchr(from, '/');
	struct out o;

	if (m->more_count == CONFIG_FILES_MAX || name.len == 0)
		return;
	out_init(&o, m->more[m->more_count], CONFIG_PATH_MAX);
	if (slash != NULL && name.at[0] != '/')
		out_bytes(&o, from, (size_t)(slash + 1 - from));
	out_span(&o, name);
	out_cstr(&o);
	if (!o.full)
		m->more_count++;
}

static void
set_enabled(
    struct reading *r, enum venue_id v, bool on, const struct config_origin *at)
{
	int i = config_find(span_of(venue_descs[v].name), SPAN("enabled"));

	must(config_set(
	    &r->m->reader, (size_t)i, on ? "true" : "false", at, false));
}

/* A venue is named: it is the one from now on. */
static void
enter_venue(struct reading *r, enum venue_id v, const struct config_origin *at)
{
	struct migrate *m = r->m;

	/* On by default, and not in what is replaced. */
	if (!m->venues_named)
		set_enabled(r, VENUE_binance_spot, false, at);
	m->venues_named = true;
	m->venue = v;
	if (v == VENUE_COUNT)
		return;
	r->left_out = m->options.venue[v].enabled && !r->enabled;
	if (!r->left_out)
		set_enabled(r, v, r->enabled, at);
}

static bool
is_name(struct span path)
{
	return span_is(path, "exchange") || span_is(path, "market_type") ||
	       span_is(path, "enabled");
}

static enum err
on_scalar(void *owner, struct span path, struct span value, unsigned line)
{
	struct reading *r = owner;
	struct migrate *m = r->m;
	struct config_origin at = {
		.source = CONFIG_FILE, .file = r->file, .line = (int)line
	};

	path = without(path, "legacy_ingestion.");
	if (path.len > 2 && memcmp(path.at + path.len - 2, "[]", 2) == 0)
		path.len -= 2;
	if (!r->second) {
		if (span_is(path, "exchange"))
			copy(r->exchange, sizeof(r->exchange), value);
		else if (span_is(path, "market_type"))
			copy(r->market, sizeof(r->market), value);
		else if (span_is(path, "enabled"))
			r->enabled = !span_is_nocase(value, "false");
		return ERR_OK;
	}
	if (span_is(path, "exchange"))
		enter_venue(r, find_venue(r->exchange, r->market), &at);
	if (span_is(path, "exchange") && m->venue == VENUE_COUNT)
		migrate_note(m, path, &at, "no such venue is collected from");
	if (is_name(path))
		return ERR_OK;
	if (span_is(path, "exchanges.configs"))
		note_file(r, value);
	else if (r->left_out)
		migrate_note(m, path, &at, "enabled is false in this file");
	else
		take(r, path, value, &at);
	return ERR_OK;
}

/* --- files ---------------------------------------------------------------- */

static bool
read_once(struct reading *r, struct span text, const char *path)
{
	struct yaml y;

	yaml_init(&y, on_scalar, r);
	if (yaml_read(&y, text) == ERR_OK)
		return true;
	fprintf(stderr, "mpedge: %s:%u: %s\n", path, y.line, y.why);
	return false;
}

static bool
read_file(struct migrate *m, const char *path)
{
	int file = config_name_file(&m->reader, path);
	struct reading r = { .m = m, .file = (unsigned)file, .enabled = true };
	struct span text;

	if (file < 0 || !migrate_load(m, path, &text))
		return false;
	m->venue = VENUE_COUNT;
	if (!read_once(&r, text, path))
		return false;
	r.second = true;
	return read_once(&r, text, path);
}

bool
migrate_yaml(struct migrate *m, const char *path)
{
	unsigned done = m->more_count;

	if (!read_file(m, path))
		return false;
	for (; done < m->more_count; done++) {
		if (!read_file(m, m->more[done]))
			return false;
	}
	return true;
}
