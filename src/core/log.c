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

#define CUT_MARK " cut=true"

/* The one mutable state of the core: stderr is one too. */
static enum log_level limit = LOG_INFO;
static const struct wall *clock_of_lines;
static struct kind kinds[KINDS_MAX];
static uint64_t lost;

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

void
log_open(struct log_line *l, enum log_level level, const char *component,
    const char *event)
{
	uint64_t held = 0;
	struct wall now;

	l->muted = level > limit;
	if (l->muted)
		return;
	now = clock_of_lines != NULL ? *clock_of_lines : time_wall();
	if (level != LOG_DEBUG)
		l->muted = !pass(kind_of(component, event, level == LOG_ERROR),
		    now.ns, &held);
	/* Room for the mark and the end of the line is kept back. */
	out_init(&l->out, l->text, sizeof(l->text) - sizeof(CUT_MARK));
	OUT_LITERAL(&l->out, "ts=");
	out_time(&l->out, now);
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

static void
put(struct out *o, const char *key, struct span value)
{
	out_char(o, ' ');
	out_text(o, key);
	out_char(o, '=');
	if (value.at == NULL)
		OUT_LITERAL(o, "null");
	else if (is_plain(value))
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
	put(o, key, value);
	if (!o->full)
		return;
	while (o->full && value.len > 0) {
		value.len /= 2;
		o->len = len;
		o->full = false;
		put(o, key, value);
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
	put(&l->out, key, out_done(&o));
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

void
log_send(struct log_line *l)
{
	struct out *o = &l->out;

	if (l->muted)
		return;
	l->muted = true;
	o->size = sizeof(l->text);
	if (o->full)
		OUT_LITERAL(o, CUT_MARK);
	out_char(o, '\n');
	if (would_block() ||
	    write(STDERR_FILENO, o->at, o->len) != (ssize_t)o->len)
		lost++;
}
