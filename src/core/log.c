#define _GNU_SOURCE

#include "core/log.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "core/must.h"

/* How often one kind of line was written in its period. */
struct kind {
	const char *component;
	const char *event;
	bool error;
	unsigned passed;
	uint64_t held;
	int64_t since_ns;
};

enum {
	/* More than the program has; when full the oldest makes room. */
	KINDS_MAX = 256,
	PROBES_MAX = 8,
};

/* The longer of the two ends of a line that was cut, and the line end. */
#define CUT_MARK " cut=true"
#define CUT_JSON ",\"cut\":true}"
#define PRIORITY "<6>"

/* The one mutable state of the core: stderr is one too. */
static enum log_level limit = LOG_INFO;
static const struct wall *clock_of_lines;
static struct kind kinds[KINDS_MAX];
static uint64_t lost;
static struct log_levels own_levels;
static bool has_own_levels;
static bool is_json;
static bool has_priorities;
static struct log_tap *tap;

/* clang-format off */
const char *const log_components[LOG_COMPONENTS] = {
#define COMPONENT(name, meaning) #name,
#define EVENT(component, event, level, meaning)
#include "tables/events.def"
#undef COMPONENT
#undef EVENT
};
/* clang-format on */

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

void
log_level(enum log_level level)
{
	limit = level;
}

void
log_component_levels(const struct log_levels *levels)
{
	has_own_levels = levels != NULL;
	if (levels != NULL)
		own_levels = *levels;
}

void
log_json(bool json)
{
	is_json = json;
}

void
log_priorities(bool on)
{
	has_priorities = on;
}

void
log_tap(struct log_tap *t)
{
	tap = t;
}

unsigned
log_severity(enum log_level level)
{
	static const uint8_t severities[] = {
		[LOG_ERROR] = 3,
		[LOG_WARN] = 4,
		[LOG_INFO] = 6,
		[LOG_DEBUG] = 7,
	};

	return severities[level];
}

void
log_clock(const struct wall *clock)
{
	clock_of_lines = clock;
}

uint64_t
log_lost(void)
{
	return lost;
}

enum err
log_level_parse(struct span name, enum log_level *level)
{
	for (unsigned i = LOG_ERROR; i <= LOG_DEBUG; i++) {
		if (span_is(name, level_names[i])) {
			*level = (enum log_level)i;
			return ERR_OK;
		}
	}
	return ERR_UNKNOWN;
}

static struct kind *
kind_of(const char *component, const char *event, bool error)
{
	uintptr_t hash = (uintptr_t)component * 31 + (uintptr_t)event + error;
	struct kind *oldest = NULL;

	hash ^= hash >> 7;
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		struct kind *k = &kinds[(hash + i) % KINDS_MAX];

		if (k->component == component && k->event == event &&
		    k->error == error)
			return k;
		if (oldest == NULL || k->since_ns < oldest->since_ns)
			oldest = k;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->component = component;
	oldest->event = event;
	oldest->error = error;
	return oldest;
}

/* May this line be written?  *held is how many before it were not. */
static bool
pass(struct kind *k, int64_t now_ns, uint64_t *held)
{
	/* The wall clock may be set back; the period then begins anew. */
	if (k->passed == 0 || now_ns < k->since_ns ||
	    now_ns - k->since_ns >= LOG_PERIOD_S * NS_PER_S) {
		k->since_ns = now_ns;
		k->passed = 0;
	}
	if (k->passed >= LOG_BURST) {
		k->held++;
		lost++;
		return false;
	}
	k->passed++;
	*held = k->held;
	k->held = 0;
	return true;
}

/* The level of its own, or that of all. */
static enum log_level
limit_of(const char *component)
{
	if (!has_own_levels)
		return limit;
	for (unsigned i = 0; i < LOG_COMPONENTS; i++) {
		if (strcmp(log_components[i], component) == 0)
			return own_levels.of[i] <= LOG_DEBUG
				   ? (enum log_level)own_levels.of[i]
				   : limit;
	}
	return limit;
}

static void
begin(struct log_line *l)
{
	/* Room for the mark and the end of the line is kept back. */
	out_init(&l->out, l->text, sizeof(l->text) - sizeof(CUT_JSON));
	if (has_priorities) {
		out_char(&l->out, '<');
		out_u64(&l->out, log_severity(l->level));
		out_char(&l->out, '>');
	}
	if (is_json)
		OUT_LITERAL(&l->out, "{\"ts\":\"");
	else
		OUT_LITERAL(&l->out, "ts=");
	out_time(&l->out, l->at);
	if (is_json)
		out_char(&l->out, '"');
}

void
log_open(struct log_line *l, enum log_level level, const char *component,
    const char *event)
{
	uint64_t held = 0;

	l->muted = level > limit_of(component);
	if (l->muted)
		return;
	l->level = level;
	l->event = event;
	l->at = clock_of_lines != NULL ? *clock_of_lines : time_wall();
	if (level != LOG_DEBUG)
		l->muted = !pass(kind_of(component, event, level == LOG_ERROR),
		    l->at.ns, &held);
	begin(l);
	log_text(l, "level", level_names[level]);
	log_text(l, "component", component);
	log_text(l, "event", event);
	if (held > 0)
		log_int(l, "suppressed", (int64_t)held);
}

static bool
is_plain(struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
			return false;
	}
	return value.len > 0;
}

/* bare: a number, which JSON has without quotes. */
static void
put(struct out *o, const char *key, struct span value, bool bare)
{
	if (is_json) {
		out_char(o, ',');
		out_json(o, span_of(key));
		out_char(o, ':');
	} else {
		out_char(o, ' ');
		out_text(o, key);
		out_char(o, '=');
	}
	if (value.at == NULL)
		OUT_LITERAL(o, "null");
	else if (bare || (!is_json && is_plain(value)))
		out_span(o, value);
	else
		out_json(o, value);
}

/*
 * A value that does not fit is halved until it does, or left out.  full then
 * stays set: it says that the line was cut, and nothing more is added.
 */
void
log_span(struct log_line *l, const char *key, struct span value)
{
	struct out *o = &l->out;
	size_t len = o->len;

	if (l->muted || o->full)
		return;
	put(o, key, value, false);
	if (!o->full)
		return;
	while (o->full && value.len > 0) {
		value.len /= 2;
		o->len = len;
		o->full = false;
		put(o, key, value, false);
	}
	if (o->full || value.len == 0)
		o->len = len;
	o->full = true;
}

void
log_text(struct log_line *l, const char *key, const char *value)
{
	log_span(l, key, span_of(value));
}

void
log_int(struct log_line *l, const char *key, int64_t value)
{
	char digits[24];
	struct out o;
	size_t len = l->out.len;

	if (l->muted || l->out.full)
		return;
	out_init(&o, digits, sizeof(digits));
	out_i64(&o, value);
	put(&l->out, key, out_done(&o), true);
	/* Half a number would be a wrong number. */
	if (l->out.full)
		l->out.len = len;
}

void
log_err(struct log_line *l, enum err e)
{
	log_text(l, "error", err_name(e));
}

/* A pipe that polls writable takes PIPE_BUF bytes, more than a line, at once.
 */
static bool
would_block(void)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0;
}

static void
tell_tap(const struct log_line *l)
{
	struct log_said s = { .level = l->level,
		.at = l->at,
		.event = l->event,
		.text = out_done(&l->out) };

	if (has_priorities) {
		s.text.at += sizeof(PRIORITY) - 1;
		s.text.len -= sizeof(PRIORITY) - 1;
	}
	tap->take(tap, &s);
}

void
log_send(struct log_line *l)
{
	struct out *o = &l->out;
	bool cut;

	if (l->muted)
		return;
	l->muted = true;
	cut = o->full;
	o->size = sizeof(l->text);
	if (is_json)
		out_text(o, cut ? CUT_JSON : "}");
	else if (cut)
		OUT_LITERAL(o, CUT_MARK);
	if (tap != NULL)
		tell_tap(l);
	out_char(o, '\n');
	if (would_block() ||
	    write(STDERR_FILENO, o->at, o->len) != (ssize_t)o->len)
		lost++;
}
