#include "core/log.h"
#include "feed/rest_internal.h"

/* Bans of the venue do not last longer (Binance 2.5). */
#define PAUSE_MOST_MS (3 * 24 * 3600 * 1000LL)

enum {
	SAID_MAX = 100,
};

struct refusal {
	const char *name;
	enum err error;
	int64_t first_ms;
	int64_t most_ms;
	const char *meaning;
};

/* clang-format off */
static const struct refusal refusals[REFUSALS] = {
	[REFUSAL_NONE] = { "none", ERR_OK, 0, 0, "" },
#define REFUSAL(name, error, first, most, doc) \
	[REFUSAL_##name] = { #name, ERR_##error, first, most, doc },
#define WINDOW(venue, first, most, doc)
#include "tables/refusals.def"
#undef WINDOW
#undef REFUSAL
};

/* In the place of LIMITED; first_ms 0: the venue has none. */
static const struct refusal windows[VENUE_COUNT] = {
#define REFUSAL(name, error, first, most, doc)
#define WINDOW(venue, first, most, doc) \
	[VENUE_##venue] = { "LIMITED", ERR_LIMITED, first, most, doc },
#include "tables/refusals.def"
#undef WINDOW
#undef REFUSAL
};
/* clang-format on */

const char *
rest_refusal_text(enum rest_refusal f)
{
	return refusals[f].meaning;
}

/* --- which ---------------------------------------------------------------- */

static enum rest_refusal
by_status(int status)
{
	if (status == 418)
		return REFUSAL_BANNED;
	if (status == 429)
		return REFUSAL_LIMITED;
	if (status == 451)
		return REFUSAL_LOCATION;
	if (status == 403)
		return REFUSAL_FIREWALL;
	if (status >= 500)
		return REFUSAL_SERVER;
	return status == 200 ? REFUSAL_NONE : REFUSAL_STATUS;
}

static enum rest_refusal
by_error(const struct httpc_reply *a)
{
	if (a->error == ERR_UNSUPPORTED)
		return REFUSAL_COMPRESSED;
	if (a->error == ERR_FULL)
		return REFUSAL_LARGE;
	if (a->error == ERR_SYNTAX)
		return REFUSAL_NOT_JSON;
	return a->status != 0 ? REFUSAL_TRUNCATED : REFUSAL_NETWORK;
}

enum rest_refusal
rest_body_refusal(struct span body)
{
	size_t i = 0;

	while (i < body.len && (body.at[i] == ' ' || body.at[i] == '\t' ||
				   body.at[i] == '\r' || body.at[i] == '\n'))
		i++;
	if (i < body.len && (body.at[i] == '{' || body.at[i] == '['))
		return REFUSAL_NONE;
	return i < body.len && body.at[i] == '<' ? REFUSAL_HTML
						 : REFUSAL_NOT_JSON;
}

static enum rest_refusal
classify(const struct rest *r, const struct httpc_reply *a, bool in_pieces)
{
	enum rest_refusal f;

	/* A status that says it all counts, whatever became of the body. */
	f = by_status(a->status);
	if (a->status != 0 && f != REFUSAL_NONE)
		return f;
	if (in_pieces && r->job_refusal != REFUSAL_NONE)
		return r->job_refusal;
	if (in_pieces && r->job_stopped)
		return REFUSAL_NONE;
	if (a->error != ERR_OK)
		return by_error(a);
	return in_pieces ? REFUSAL_NONE : rest_body_refusal(a->body);
}

/* --- how long ------------------------------------------------------------- */

static int64_t
pause_ms(struct rest *r, enum rest_refusal f)
{
	const struct refusal *window = &windows[r->venue->id];
	const struct refusal *row = &refusals[f];
	int64_t ms;

	if (f == REFUSAL_LIMITED && window->first_ms > 0)
		row = window;
	ms = row->first_ms;
	for (unsigned i = 1; i < r->misses && ms < row->most_ms; i++)
		ms *= 2;
	return ms < row->most_ms ? ms : row->most_ms;
}

static int64_t
said_ms(const struct rest *r, const struct httpc_reply *a,
    const struct venue_error *said)
{
	int64_t ms = a->retry_after_s < 0 ? -1 : a->retry_after_s * 1000;
	int64_t ban_ms = (said->banned_until.ns - r->loop->wall.ns) / NS_PER_MS;

	if (said->banned_until.ns != 0 && ban_ms > ms)
		ms = ban_ms;
	return ms < PAUSE_MOST_MS ? ms : PAUSE_MOST_MS;
}

static void
say_why(struct rest *r, const char *why, struct span text)
{
	struct out o;

	if (text.len > SAID_MAX)
		text.len = SAID_MAX;
	out_init(&o, r->why, sizeof(r->why) - 1);
	out_text(&o, why);
	if (text.len > 0) {
		OUT_LITERAL(&o, ": ");
		out_span(&o, text);
	}
	r->why[o.len] = '\0';
}

void
rest_pause(struct rest *r, enum rest_refusal f, int64_t ms, struct span text)
{
	struct mono until = mono_after_ms(r->loop->now, ms);
	struct log_line l;

	/* Two calls may be under way: the longer pause stands. */
	if (until.ns <= r->paused_until.ns)
		return;
	r->refusal = f;
	r->paused_until = until;
	say_why(r, refusals[f].meaning, text);
	log_open(&l, LOG_WARN, "rest", "paused");
	log_text(&l, "venue", r->name);
	log_err(&l, refusals[f].error);
	log_text(&l, "refusal", refusals[f].name);
	log_int(&l, "for_ms", ms);
	log_text(&l, "why", r->why);
	log_send(&l);
}

void
rest_pause_limited(struct rest *r)
{
	r->metrics.limited++;
	rest_pause(r, REFUSAL_LIMITED,
	    pause_ms(r, REFUSAL_LIMITED) +
		(int64_t)random_below(r->random, 1000),
	    SPAN("said by the body"));
}

/* Back-off: short, and told by the call that failed. */
static void
back_off(struct rest *r, enum rest_refusal f, int64_t ms)
{
	struct mono until = mono_after_ms(r->loop->now,
	    ms / 2 + (int64_t)random_below(r->random, (uint64_t)ms));

	/* A longer pause stands. */
	if (until.ns <= r->paused_until.ns)
		return;
	r->refusal = f;
	r->paused_until = until;
	say_why(r, refusals[f].meaning, SPAN_NULL);
}

static void
refused(struct rest *r, enum rest_refusal f, const struct httpc_reply *a)
{
	struct venue_error said = { 0 };
	int64_t ms;

	if (a->error == ERR_OK && rest_body_refusal(a->body) == REFUSAL_NONE &&
	    json_parse(&r->errors, a->body.at, a->body.len) == ERR_OK)
		r->venue->error(&r->errors, &said);
	r->metrics.banned += f == REFUSAL_BANNED;
	r->metrics.limited += f == REFUSAL_LIMITED;
	ms = said_ms(r, a, &said);
	if (ms < 0 && refusals[f].first_ms == 0)
		return;
	if (f == REFUSAL_SERVER || f > REFUSAL_STATUS) {
		if (ms < 0)
			back_off(r, f, pause_ms(r, f));
		else
			rest_pause(r, f, ms, said.text);
		return;
	}
	if (ms < 0)
		ms = pause_ms(r, f);
	rest_pause(
	    r, f, ms + (int64_t)random_below(r->random, 1000), said.text);
}

enum err
rest_heed(struct rest *r, const struct httpc_reply *a, bool in_pieces)
{
	enum rest_refusal f = classify(r, a, in_pieces);

	if (a->watched >= 0) {
		rest_weight(r);
		r->reported = (uint32_t)a->watched;
		r->metrics.weight_used = rest_weight(r);
	}
	r->metrics.bytes += a->body.len;
	r->last = f;
	if (f == REFUSAL_NONE) {
		r->misses = 0;
		/* Whoever read the pieces may have had enough. */
		return a->error;
	}
	r->misses += refusals[f].first_ms > 0;
	refused(r, f, a);
	if (a->error != ERR_OK && f >= REFUSAL_TRUNCATED)
		return a->error;
	return refusals[f].error;
}

/* --- across a restart ----------------------------------------------------- */

/* Worth keeping is what the venue has decided. */
static bool
is_kept(const struct rest *r)
{
	return r->refusal != REFUSAL_NONE && r->refusal < REFUSAL_SERVER &&
	       !mono_due(r->paused_until, r->loop->now);
}

bool
rest_unsaved(const struct rest *r, struct mono until)
{
	return is_kept(r) && r->paused_until.ns != until.ns;
}

void
rest_save(const struct rest *r, struct out *o)
{
	int64_t left_ms = mono_ms_between(r->loop->now, r->paused_until);

	if (!is_kept(r))
		return;
	OUT_LITERAL(o, "rest ");
	out_text(o, r->name);
	out_char(o, ' ');
	out_text(o, refusals[r->refusal].name);
	out_char(o, ' ');
	out_i64(o, r->loop->wall.ns / NS_PER_MS + left_ms);
	out_char(o, ' ');
	out_u64(o, r->misses);
	out_char(o, '\n');
}

static enum rest_refusal
find(struct span name)
{
	for (enum rest_refusal f = REFUSAL_NONE + 1; f < REFUSAL_SERVER; f++) {
		if (span_is(name, refusals[f].name))
			return f;
	}
	return REFUSAL_NONE;
}

enum err
rest_restore(struct rest *r, struct span line)
{
	enum rest_refusal f;
	uint64_t until_ms, misses;
	int64_t left_ms;
	enum err e;

	if (!span_is(span_word(&line, " \n"), "rest"))
		return ERR_SYNTAX;
	if (!span_is(span_word(&line, " \n"), r->name))
		return ERR_UNKNOWN;
	f = find(span_word(&line, " \n"));
	e = span_u64(span_word(&line, " \n"), &until_ms);
	if (e == ERR_OK)
		e = span_u64(span_word(&line, " \n"), &misses);
	if (e != ERR_OK)
		return e;
	if (f == REFUSAL_NONE || until_ms > INT64_MAX / NS_PER_MS)
		return ERR_SYNTAX;
	left_ms = (int64_t)until_ms - r->loop->wall.ns / NS_PER_MS;
	if (left_ms <= 0)
		return ERR_OK;
	/* Not for ever, should one of the two clocks have been wrong. */
	r->misses = misses < 64 ? (unsigned)misses : 64;
	rest_pause(r, f, left_ms < PAUSE_MOST_MS ? left_ms : PAUSE_MOST_MS,
	    SPAN("said before the restart"));
	return ERR_OK;
}
