#include "app/sandbox_parts.h"

#include <string.h>

#include "app/config_parts.h"

struct visitor {
	const struct sandbox *sandbox;
	const struct options *options;
	sandbox_visit *visit;
	void *owner;
};

void
sandbox_folder(const char *path, struct out *o)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		out_char(o, '.');
	else if (slash == path)
		out_char(o, '/');
	else
		out_bytes(o, path, (size_t)(slash - path));
	(void)out_cstr(o);
}

/* Settings that name what is written; those that name what is read end with
 * _file, or stand here too.  on: nothing is written unless it is set. */
static const struct {
	const char *section;
	const char *key;
	enum sandbox_use use;
} keys[] = {
	{ "box", "state_path", SANDBOX_WRITES },
	{ "box", "data_folder", SANDBOX_WRITES_BENEATH },
	{ "journal", "path", SANDBOX_WRITES },
	{ "file", "path", SANDBOX_WRITES },
	{ "clickhouse", "dead_letter", SANDBOX_WRITES },
	{ "update", "folder", SANDBOX_WRITES_BENEATH },
	{ "nats", "credentials", SANDBOX_READS },
};

static bool
use_of(const struct option_desc *d, enum sandbox_use *use)
{
	*use = SANDBOX_READS;
	if (span_ends(span_of(d->key), "_file"))
		return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		*use = keys[i].use;
		if (strcmp(keys[i].section, d->section) == 0 &&
		    strcmp(keys[i].key, d->key) == 0)
			return true;
	}
	return false;
}

/* A sink that is off opens nothing. */
static bool
is_off(const struct options *o, const struct option_desc *d)
{
	return (strcmp(d->section, "file") == 0 && !o->file.enabled) ||
	       (strcmp(d->section, "clickhouse") == 0 &&
		   !o->clickhouse.enabled);
}

static void
visit_settings(const struct visitor *v)
{
	char name[64];
	enum sandbox_use use;
	struct out o;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		const char *path = (const char *)v->options + d.offset;

		if (d.key == NULL || d.type != OPTION_TYPE_TEXT ||
		    !use_of(&d, &use) || is_off(v->options, &d) ||
		    path[0] == '\0' || strcmp(path, "-") == 0)
			continue;
		out_init(&o, name, sizeof(name));
		out_text(&o, d.section);
		out_char(&o, '.');
		out_text(&o, d.key);
		v->visit(v->owner, path, use, out_cstr(&o));
	}
}

/* What a reload reads again. */
static void
visit_sources(const struct visitor *v)
{
	const struct config_origins *from = v->sandbox->origins;
	unsigned i;

	if (from == NULL)
		return;
	for (i = 0; i < from->file_count; i++)
		v->visit(v->owner, from->files[i], SANDBOX_READS, "settings");
	for (i = 0; i < from->secret_count; i++)
		v->visit(v->owner, from->secrets[i], SANDBOX_READS, "a secret");
}

static void
visit_variable(const struct visitor *v, const char *name, enum sandbox_use use)
{
	struct span value = environment_find(v->sandbox->environment, name);

	/* Variables end with a NUL. */
	if (value.len > 0)
		v->visit(v->owner, value.at, use, NULL);
}

void
sandbox_paths(const struct sandbox *s, const struct options *o,
    sandbox_visit *visit, void *owner)
{
	/* /etc: resolv.conf is replaced, not written into. */
	static const char *const files[] = { "/etc/resolv.conf", "/etc/hosts",
		"/dev/null", "/dev/urandom", "/dev/random" };
	const struct visitor v = { s, o, visit, owner };

	visit_settings(&v);
	visit_sources(&v);
	visit_variable(&v, "CREDENTIALS_DIRECTORY", SANDBOX_READS_BENEATH);
	visit_variable(&v, "MPEDGE_BOX_FACTS", SANDBOX_READS);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		visit(owner, files[i], SANDBOX_READS, NULL);
	visit(owner, "/proc", SANDBOX_READS_BENEATH, NULL);
	if (strcmp(o->file.path, "-") == 0)
		visit(owner, "/proc/self/fd/1", SANDBOX_WRITES_ITSELF, NULL);
}
