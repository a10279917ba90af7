#include "app/reload.h"

#include <errno.h>
#include <string.h>

#include "app/app.h"
#include "app/log_setup.h"
#include "core/log.h"

/* --- words ------------------------------------------------------------ */

/* A line with the keys so far. */
static void
log_keys(bool is_applied, struct out *keys)
{
	struct log_line l;

	if (keys->len == 0)
		return;
	log_open(
	    &l, LOG_INFO, "config", is_applied ? "applied" : "needs_restart");
	log_span(&l, "keys", out_done(keys));
	log_send(&l);
	out_reset(keys);
}

static void
add_key(bool is_applied, const struct option_desc *d, struct out *keys)
{
	enum {
		MOST = 800,
	};

	if (keys->len > MOST)
		log_keys(is_applied, keys);
	out_text(keys, keys->len > 0 ? " " : "");
	out_text(keys, d->section);
	out_char(keys, '.');
	out_text(keys, d->key);
}

/* --- applying ------------------------------------------------------------- */

/* Those that need a restart are only named. */
static unsigned
take(struct reload *r, struct mpedge *m, unsigned *kept)
{
	char taken_text[1000], kept_text[1000];
	struct out taken_keys, kept_keys;
	unsigned taken = 0;

	out_init(&taken_keys, taken_text, sizeof(taken_text));
	out_init(&kept_keys, kept_text, sizeof(kept_text));
	*kept = 0;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (!config_is_changed(&d, m->options, &r->next))
			continue;
		if (!reload_is_live(&d)) {
			++*kept;
			add_key(false, &d, &kept_keys);
			continue;
		}
		taken++;
		add_key(true, &d, &taken_keys);
		config_copy(&d, m->options, &r->next);
	}
	log_keys(true, &taken_keys);
	log_keys(false, &kept_keys);
	return taken;
}

/* Which venues have other symbols now, a bit each; venues in use alone. */
static unsigned
changed_symbols(const struct reload *r, const struct mpedge *m)
{
	unsigned changed = 0;

	for (unsigned i = 0; i < m->source_count; i++) {
		enum venue_id v = m->sources[i].venue->id;

		if (strcmp(m->options->venue[v].symbols,
			r->next.venue[v].symbols) != 0)
			changed |= 1u << i;
	}
	return changed;
}

static enum err
try_symbols(const struct reload *r, const struct mpedge *m, unsigned changed,
    struct out *why)
{
	for (unsigned i = 0; i < m->source_count; i++) {
		const struct source *s = &m->sources[i];
		enum err e;

		if ((changed & 1u << i) == 0)
			continue;
		e = symbols_try(
		    &s->listing, r->next.venue[s->venue->id].symbols, why);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static void
tell(struct mpedge *m, unsigned symbols)
{
	const struct options *o = m->options;

	for (unsigned i = 0; i < m->source_count; i++) {
		struct source *s = &m->sources[i];

		s->listing.setup.refresh_ms = o->scheduler.instruments_s * 1000;
		if ((symbols & 1u << i) != 0)
			symbols_change(&s->listing);
	}
	scheduler_change(&m->scheduler);
}

/* --- all ------------------------------------------------------------------ */

/* Each line of errors as one of the log, and one for the whole. */
static void
refuse(struct mpedge *m, const struct out *errors)
{
	struct span rest = out_done(errors);
	struct span line;
	struct log_line l;
	bool denied = false;
	int64_t n = 0;

	m->process.reloads_refused++;
	while ((line = span_word(&rest, "\n")).at != NULL) {
		denied = denied || span_ends(line, strerror(EACCES));
		log_open(&l, LOG_ERROR, "config", "reload_error");
		log_span(&l, "why", line);
		log_send(&l);
		n++;
	}
	log_open(&l, LOG_ERROR, "config", "reload_refused");
	log_int(&l, "errors", n);
	log_text(&l, "why",
	    denied && m->sandbox.landlock > 0
		? "nothing was changed; a folder that is named for the first "
		  "time can be read after a restart (docs/sandbox.md)"
		: "nothing was changed");
	log_send(&l);
}

void
reload_settings(struct reload *r, struct mpedge *m)
{
	struct config_input in = { .path = r->path,
		.environment = r->environment };
	unsigned symbols, kept, taken;
	struct log_line l;
	struct out errors;
	enum err e;

	if (r->path == NULL)
		return;
	m->process.reloads++;
	out_init(&errors, r->errors, sizeof(r->errors));
	e = config_read(&in, &r->next, &r->origins, &errors);
	symbols = changed_symbols(r, m);
	if (e == ERR_OK)
		e = try_symbols(r, m, symbols, &errors);
	if (e != ERR_OK) {
		refuse(m, &errors);
		return;
	}
	taken = take(r, m, &kept);
	tell(m, symbols);
	log_open(&l, LOG_INFO, "config", "reloaded");
	log_int(&l, "applied", taken);
	log_int(&l, "needs_restart", kept);
	log_int(&l, "generation", (int64_t)m->process.reloads);
	log_send(&l);
	log_setup(m->options);
}
