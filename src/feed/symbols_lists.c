#include "feed/symbols_internal.h"

#include "core/log.h"
#include "core/must.h"

enum {
	/* After a failure; doubles. */
	RETRY_MS = 2000,
	RETRY_MAX_MS = 300 * 1000,
	/* A list that was not believed is read again. */
	DOUBT_MS = 10 * 1000,
	/* So many may always be missing. */
	DOUBT_LEAST = 5,
};

/* The members of an answer that refuses. */
enum {
	KEPT_CODE,
	KEPT_MSG,
	KEPT_ERROR,
};

static unsigned
number_of(const struct symbols_list *l)
{
	return (unsigned)(l - l->symbols->list);
}

int64_t
symbols_jitter(const struct symbols *s, int64_t ms)
{
	return ms / 2 +
	       (int64_t)random_below(s->setup.random, (uint64_t)ms + 1);
}

void
symbols_queue(struct symbols_list *l, int64_t after_ms)
{
	struct symbols_host *h = l->symbols->setup.host;

	h->queue(h, &l->job, after_ms);
}

/* --- reading -------------------------------------------------------------- */

/*
 * No reason to refuse the others, nor to take the instrument for gone: what is
 * known of it stays.  nameless: it may be any of them.
 */
static void
bad_row(struct symbols *s, struct span native, bool nameless)
{
	const struct instrument *known = catalog_native(&s->catalog, native);
	struct symbols_list *l = s->reading;
	enum catalog_change change;
	struct instrument same;

	s->counts.bad_rows++;
	l->unread = l->unread || nameless;
	if (known == NULL) {
		l->unsure = l->unsure || nameless ||
			    symbols_with_native(s, native) != NULL;
		return;
	}
	same = *known;
	must(catalog_put(&s->catalog, &same, number_of(l), &change) == ERR_OK);
}

static enum err
on_row(void *owner, struct span text)
{
	struct symbols *s = owner;
	enum catalog_change change = CATALOG_SAME;
	struct instrument i;
	enum err e = json_parse(&s->json, text.at, text.len);
	bool is_json = e == ERR_OK;

	instrument_init(&i);
	if (is_json)
		e = s->lists->row(&s->json, 0, &i);
	if (e == ERR_UNSUPPORTED)
		return ERR_OK;
	if (e != ERR_OK) {
		/* With a name that nothing can have it is none of ours. */
		bad_row(s, span_of(i.native),
		    i.native[0] == '\0' && (!is_json || e == ERR_MISSING));
		return ERR_OK;
	}
	if (i.status == INSTRUMENT_GONE)
		symbols_note_closed(s, &i);
	e = catalog_put(&s->catalog, &i, number_of(s->reading), &change);
	s->unsaved = s->unsaved || change != CATALOG_SAME;
	/* The catalog counts what it has no place for. */
	return ERR_OK;
}

static void
begin(struct symbols *s, struct symbols_list *l)
{
	s->reading = l;
	s->path[0] = s->lists->path;
	json_kept_init(&s->kept[KEPT_CODE], "code", s->code, sizeof(s->code));
	json_kept_init(&s->kept[KEPT_MSG], "msg", s->msg, sizeof(s->msg));
	json_kept_init(
	    &s->kept[KEPT_ERROR], "error", s->error, sizeof(s->error));
	json_split_init(
	    &s->split, s->path, 1, s->row, JSON_SPLIT_ELEMENT, on_row, s);
	s->split.kept = s->kept;
	s->split.kept_count = sizeof(s->kept) / sizeof(s->kept[0]);
	l->unread = l->unsure = false;
	catalog_begin(&s->catalog, number_of(l));
}

static bool
on_write(struct rest_job *j, struct out *path, struct venue_call *call)
{
	struct symbols_list *l = j->owner;
	struct symbols *s = l->symbols;
	unsigned n = number_of(l);

	s->lists->call(n < s->lists->count ? n : s->lists->count,
	    span_of(l->family), path, call);
	begin(s, l);
	l->hurried = false;
	l->under_way = true;
	return true;
}

static enum err
on_piece(struct rest_job *j, struct span bytes)
{
	struct symbols_list *l = j->owner;

	must(l->symbols->reading == l);
	return json_split_feed(&l->symbols->split, bytes.at, bytes.len);
}

/* What a body with status 200 says of itself. */
static enum err
verdict(const struct symbols *s)
{
	struct span code = json_kept_text(&s->kept[KEPT_CODE]);
	enum err e = json_split_end(&s->split);

	if (e != ERR_OK)
		return e;
	if (code.at != NULL && !span_is(code, "0")) {
		if (s->lists->limited != NULL &&
		    span_is(code, s->lists->limited))
			return ERR_LIMITED;
		return ERR_REJECTED;
	}
	if (s->kept[KEPT_ERROR].type != JSON_ABSENT)
		return ERR_REJECTED;
	return s->split.found ? ERR_OK : ERR_MISSING;
}

/* --- the end of a list ---------------------------------------------------- */

static void
failed(struct symbols_list *l, enum err e, bool is_logged)
{
	struct symbols *s = l->symbols;
	int64_t ms = RETRY_MS;
	struct log_line line;

	s->counts.failures++;
	for (unsigned i = 0; i < l->failures && ms < RETRY_MAX_MS; i++)
		ms *= 2;
	l->failures++;
	symbols_queue(
	    l, symbols_jitter(s, ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS));
	if (is_logged)
		return;
	log_open(&line, LOG_WARN, "symbols", "list_failed");
	log_text(&line, "venue", s->setup.name);
	log_int(&line, "list", number_of(l));
	log_err(&line, e);
	log_span(&line, "code", json_kept_text(&s->kept[KEPT_CODE]));
	log_span(&line, "msg",
	    json_kept_text(&s->kept[s->kept[KEPT_ERROR].type == JSON_ABSENT
					? KEPT_MSG
					: KEPT_ERROR]));
	log_send(&line);
}

/*
 * Most of what there was is not there any more: rather a venue that is not
 * itself than that many delistings.  The second time it is believed.
 */
static bool
is_doubtful(struct symbols_list *l)
{
	struct catalog *c = &l->symbols->catalog;
	unsigned n = number_of(l);
	uint32_t missing = catalog_missing(c, n);
	struct log_line line;

	if (missing <= DOUBT_LEAST || missing <= c->seen[n] || l->doubted) {
		l->doubted = false;
		return false;
	}
	l->doubted = true;
	log_open(&line, LOG_WARN, "symbols", "list_doubted");
	log_text(&line, "venue", l->symbols->setup.name);
	log_int(&line, "list", n);
	log_int(&line, "instruments", c->seen[n]);
	log_int(&line, "missing", missing);
	log_send(&line);
	symbols_queue(l, symbols_jitter(l->symbols, DOUBT_MS));
	return true;
}

static void
log_read(const struct symbols_list *l, uint32_t went)
{
	const struct symbols *s = l->symbols;
	struct log_line line;

	log_open(&line, LOG_INFO, "symbols", "list_read");
	log_text(&line, "venue", s->setup.name);
	log_int(&line, "list", number_of(l));
	log_int(&line, "instruments", s->catalog.seen[number_of(l)]);
	log_int(&line, "gone", went);
	log_int(&line, "bad_rows", (int64_t)s->counts.bad_rows);
	log_send(&line);
}

static void
tell_full(struct symbols *s)
{
	struct log_line line;

	if (s->catalog.refused == 0 || s->told_full)
		return;
	s->told_full = true;
	log_open(&line, LOG_WARN, "symbols", "catalog_full");
	log_text(&line, "venue", s->setup.name);
	log_int(&line, "room", SYMBOLS_CAPACITY);
	log_send(&line);
}

static void
complete(struct symbols_list *l)
{
	struct symbols *s = l->symbols;
	uint32_t went = 0;

	/* What is missing may be what could not be read. */
	if (!l->unread)
		went = catalog_end(&s->catalog, number_of(l), NULL, NULL);

	s->unsaved = s->unsaved || went > 0;
	s->counts.reads++;
	l->failures = 0;
	l->read = true;
	l->read_at = s->setup.loop->wall;
	log_read(l, went);
	tell_full(s);
	symbols_review(s);
	if (l->again)
		symbols_queue(l, symbols_push_pause(s));
	l->hurried = l->again;
	l->again = false;
}

static void
on_done(struct rest_job *j, enum err e, const struct httpc_reply *a)
{
	struct symbols_list *l = j->owner;
	bool is_logged = e != ERR_OK;

	(void)a;
	l->under_way = false;
	if (e == ERR_OK)
		e = verdict(l->symbols);
	if (e != ERR_OK)
		failed(l, e, is_logged);
	else if (l->unread || !is_doubtful(l))
		complete(l);
	l->symbols->reading = NULL;
}

/* --- which lists ---------------------------------------------------------- */

static void
add_list(struct symbols *s, struct span family)
{
	struct symbols_list *l = &s->list[s->list_count++];

	l->symbols = s;
	memcpy(l->family, family.at, family.len);
	l->job = (struct rest_job){ .owner = l,
		.name = "instruments",
		.write = on_write,
		.piece = on_piece,
		.done = on_done };
}

static bool
has_family(const struct symbols *s, struct span family)
{
	for (unsigned n = s->lists->count; n < s->list_count; n++) {
		if (span_is(family, s->list[n].family))
			return true;
	}
	return false;
}

/* Of options: a list each family. */
static void
add_families(struct symbols *s)
{
	struct span rest = span_of(s->setup.words);
	char memory[FAMILY_MAX];
	struct span word;
	struct out o;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		out_init(&o, memory, sizeof(memory));
		if (s->lists->family == NULL || !s->lists->family(word, &o) ||
		    o.full || has_family(s, out_done(&o)) ||
		    s->list_count == CATALOG_LISTS)
			continue;
		add_list(s, out_done(&o));
	}
}

void
symbols_init_lists(struct symbols *s)
{
	for (unsigned n = 0; n < s->lists->count; n++)
		add_list(s, SPAN(""));
	add_families(s);
}

void
symbols_add_lists(struct symbols *s)
{
	unsigned had = s->list_count;

	add_families(s);
	for (unsigned n = had; n < s->list_count; n++)
		symbols_queue(&s->list[n], 0);
}

void
symbols_start(struct symbols *s)
{
	s->pushes_at = s->setup.loop->now;
	for (unsigned n = 0; n < s->list_count; n++)
		symbols_queue(&s->list[n], 0);
}

bool
symbols_refresh(struct symbols *s)
{
	bool asked = false;

	for (unsigned n = 0; n < s->list_count; n++) {
		struct symbols_list *l = &s->list[n];
		int64_t age_ms =
		    (s->setup.loop->wall.ns - l->read_at.ns) / NS_PER_MS;

		/* A failed one is asked for again by itself. */
		if (!l->read || l->under_way || l->failures > 0 ||
		    age_ms < s->setup.refresh_ms / 2)
			continue;
		symbols_queue(l, 0);
		asked = true;
	}
	return asked;
}
