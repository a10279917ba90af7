#include <string.h>

#include "app/config_parts.h"
#include "core/log.h"

static const char prefix[] = "MPEDGE_";

struct span
environment_find(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++) {
		if (strncmp(*environment, name, len) == 0 &&
		    (*environment)[len] == '=')
			return span_of(*environment + len + 1);
	}
	return SPAN_NULL;
}

/* --- of the services replaced --------------------------------------------- */

void
environment_replaced(struct config_reader *r)
{
	for (struct rename n = { 0 }; rename_next(RENAME_ENVIRONMENT, &n);) {
		struct config_origin at = { .source = CONFIG_REPLACED,
			.name = span_of(n.name) };
		struct span value = environment_find(r->environment, n.name);

		/* What was wrong with it has been told. */
		if (value.len > 0)
			(void)config_set_renamed(r, &n, value.at, &at);
	}
}

/* --- our own -------------------------------------------------------------- */

/* MPEDGE_SECTION_KEY */
static struct span
write_name(const struct option_desc *d, char *text, size_t size)
{
	struct out o;

	out_init(&o, text, size);
	out_text(&o, prefix);
	out_text(&o, d->section);
	out_char(&o, '_');
	out_text(&o, d->key);
	for (size_t i = 0; i < o.len; i++) {
		if (text[i] >= 'a' && text[i] <= 'z')
			text[i] = (char)(text[i] - 'a' + 'A');
	}
	return out_done(&o);
}

/* Made by container systems for a service that is called mpedge, as
 * MPEDGE_PORT_8080_TCP; and those that name files which are no settings. */
static bool
is_foreign(struct span name)
{
	return span_is(name, "MPEDGE_CONFIG") ||
	       span_is(name, "MPEDGE_BOX_FACTS") ||
	       span_is(name, "MPEDGE_PORT") ||
	       span_starts(name, "MPEDGE_PORT_") ||
	       span_starts(name, "MPEDGE_SERVICE_") ||
	       span_is(name, "MPEDGE_NAME");
}

/* The option of that name; *by_file: of a SECRET, with _FILE behind it. */
static int
find(struct span name, bool *by_file)
{
	struct span bare = name;
	char text[96];

	*by_file = false;
	bare.len -= bare.len > 5 ? 5 : bare.len;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		struct span known;

		if (d.key == NULL)
			continue;
		known = write_name(&d, text, sizeof(text));
		if (span_eq(known, name))
			return (int)i;
		if (d.type != OPTION_TYPE_SECRET || !span_eq(known, bare) ||
		    memcmp(bare.at + bare.len, "_FILE", 5) != 0)
			continue;
		*by_file = true;
		return (int)i;
	}
	return -1;
}

static void
unknown(struct config_reader *r, const struct config_origin *at)
{
	char text[96], best[96];
	size_t best_len = 0;
	unsigned least = 9;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		struct span known;
		unsigned far;

		if (d.key == NULL)
			continue;
		known = write_name(&d, text, sizeof(text));
		far = config_distance(at->name, known);
		if (far >= least)
			continue;
		least = far;
		best_len = known.len;
		memcpy(best, known.at, known.len);
	}
	config_place(r, at);
	OUT_LITERAL(r->errors, "there is no such setting");
	if (best_len > 0) {
		OUT_LITERAL(r->errors, "; did you mean ");
		out_bytes(r->errors, best, best_len);
		OUT_LITERAL(r->errors, "?\n");
	} else {
		OUT_LITERAL(r->errors,
		    "; names are MPEDGE_SECTION_KEY, of mpedge --print "
		    "config\n");
	}
}

void
environment_own(struct config_reader *r)
{
	for (char *const *e = r->environment; *e != NULL; e++) {
		struct config_origin at = { .source = CONFIG_ENVIRONMENT };
		const char *end = strchr(*e, '=');
		bool by_file;
		int i;

		if (end == NULL || !span_starts(span_of(*e), prefix))
			continue;
		at.name = (struct span){ *e, (size_t)(end - *e) };
		if (is_foreign(at.name))
			continue;
		i = find(at.name, &by_file);
		if (i < 0)
			unknown(r, &at);
		else if (by_file)
			secrets_from(r, (size_t)i, end + 1, &at);
		else
			/* What was wrong with it has been told. */
			(void)config_set(r, (size_t)i, end + 1, &at, false);
	}
}

/* --- what is told of it --------------------------------------------------- */

static void
log_others(char *const *environment)
{
	struct log_line l;

	for (struct rename n = { 0 }; rename_next(RENAME_ENVIRONMENT, &n);) {
		if (n.section != NULL ||
		    environment_find(environment, n.name).len == 0)
			continue;
		log_open(&l,
		    n.conversion == CONVERT_LACKING ? LOG_WARN : LOG_INFO,
		    "config", "variable_not_used");
		log_text(&l, "name", n.name);
		log_text(&l, "why", n.meaning);
		log_send(&l);
	}
}

static void
log_keys(struct out *o)
{
	struct log_line l;

	if (o->len == 0)
		return;
	log_open(&l, LOG_INFO, "config", "overridden");
	log_span(&l, "keys", out_done(o));
	log_send(&l);
	out_reset(o);
}

/* "nats.url from NATS_URL, ..." in as many lines as that takes. */
void
config_log(const struct config_origins *from, char *const *environment)
{
	enum {
		MOST = 800,
	};
	char text[LOG_LINE_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL || from->of[i].source < CONFIG_CREDENTIAL)
			continue;
		out_text(&o, o.len > 0 ? ", " : "");
		out_text(&o, d.section);
		out_char(&o, '.');
		out_text(&o, d.key);
		OUT_LITERAL(&o, " from ");
		config_origin_text(from, i, &o);
		if (o.len > MOST)
			log_keys(&o);
	}
	log_keys(&o);
	log_others(environment);
}

const char *
environment_config(char *const *environment)
{
	static const char *const names[] = { "MPEDGE_CONFIG", "MP_CONFIG_PATH",
		"CONFIG_PATH" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span path = environment_find(environment, names[i]);

		if (path.len > 0)
			return path.at;
	}
	return NULL;
}
