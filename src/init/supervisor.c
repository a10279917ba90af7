#include "init/supervisor.h"

#include <string.h>
#include <sys/wait.h>

static void
sup_goto(struct sup *s, enum sup_state state, struct mono due)
{
	s->state = state;
	s->due = due;
}

void
sup_init(struct sup *s, struct mono now)
{
	memset(s, 0, sizeof(*s));
	s->state = SUP_WAITING;
	s->due = now;
	s->pause_ms = SUP_PAUSE_MS;
	s->retry_ms = SUP_RETRY_CRASH_MS;
	s->retry = MONO_NEVER;
}

static void
say(char *to, const char *text)
{
	struct out o;

	out_init(&o, to, SUP_REASON_MAX - 1);
	out_text(&o, text);
	to[o.len] = '\0';
}

/* --- what is to be done --------------------------------------------------- */

static enum sup_act
kill_it(struct sup *s, struct mono now)
{
	sup_goto(s, SUP_KILLED, mono_after_ms(now, SUP_KILL_MS));
	return SUP_KILL;
}

static enum sup_act
end_it(struct sup *s, struct mono now)
{
	sup_goto(s, SUP_ENDING, mono_after_ms(now, SUP_DRAIN_MS));
	return SUP_TERM;
}

static bool
is_silent(const struct sup *s, struct mono now)
{
	if (s->has_beat)
		return mono_ms_between(s->last_beat, now) > SUP_BEAT_MS;
	return mono_ms_between(s->started, now) > SUP_FIRST_BEAT_MS;
}

static enum sup_act
look_at_running(struct sup *s, struct mono now)
{
	if (s->closing || s->renewing)
		return end_it(s, now);
	if (is_silent(s, now)) {
		s->hung = true;
		return kill_it(s, now);
	}
	if (s->safe && mono_due(s->retry, now)) {
		s->renewing = true;
		return end_it(s, now);
	}
	/* What has lived long enough has no past. */
	if (mono_ms_between(s->started, now) >= SUP_SHORT_MS) {
		s->pause_ms = SUP_PAUSE_MS;
		s->probation = false;
		if (s->safe)
			s->safe_ends = 0;
		else if (mono_ms_between(s->started, now) >= SUP_CRASH_MS) {
			s->end_count = 0;
			s->retry_ms = SUP_RETRY_CRASH_MS;
		}
	}
	return SUP_NOTHING;
}

/* Tried again by the timer, one short life is enough. */
static void
leave_safe(struct sup *s)
{
	s->safe = false;
	s->retry = MONO_NEVER;
	s->probation = !s->changed;
	s->changed = false;
}

enum sup_act
sup_tick(struct sup *s, struct mono now)
{
	switch (s->state) {
	case SUP_WAITING:
		if (s->closing) {
			sup_goto(s, SUP_DOWN, MONO_NEVER);
			return SUP_NOTHING;
		}
		if (!mono_due(s->due, now))
			return SUP_NOTHING;
		/* The timer of safe mode may end while it is not running. */
		if (s->safe && mono_due(s->retry, now))
			leave_safe(s);
		return s->safe ? SUP_START_SAFE : SUP_START;
	case SUP_RUNNING:
		return look_at_running(s, now);
	case SUP_ENDING:
		return mono_due(s->due, now) ? kill_it(s, now) : SUP_NOTHING;
	case SUP_KILLED:
	case SUP_DOWN:
		break;
	}
	return SUP_NOTHING;
}

/* --- what has happened ---------------------------------------------------- */

void
sup_started(struct sup *s, struct mono now)
{
	s->started = now;
	s->has_beat = false;
	s->hung = false;
	if (!s->safe && s->starts++ > 0)
		s->restarts++;
	sup_goto(s, SUP_RUNNING, MONO_NEVER);
}

static void
tell_status(char *to, int status, bool hung)
{
	struct out o;

	out_init(&o, to, SUP_REASON_MAX - 1);
	if (hung) {
		OUT_LITERAL(&o, "it was hung and was killed");
	} else if (status < 0) {
		OUT_LITERAL(&o, "it could not be started");
	} else if (WIFSIGNALED(status)) {
		OUT_LITERAL(&o, "ended by signal ");
		out_i64(&o, WTERMSIG(status));
	} else {
		OUT_LITERAL(&o, "ended with status ");
		out_i64(&o, WEXITSTATUS(status));
	}
	to[o.len] = '\0';
}

static void
count_end(struct sup *s, struct mono now)
{
	unsigned kept = s->end_count;

	if (kept == SUP_CRASHES)
		kept--;
	memmove(
	    s->ends, s->ends + s->end_count - kept, kept * sizeof(s->ends[0]));
	s->ends[kept] = now;
	s->end_count = kept + 1;
}

static bool
is_loop(const struct sup *s, struct mono now)
{
	if (s->end_count == 0)
		return false;
	if (s->probation && s->ends[s->end_count - 1].ns == now.ns)
		return true;
	return s->end_count == SUP_CRASHES &&
	       mono_ms_between(s->ends[0], now) <= SUP_CRASH_MS;
}

static void
enter_safe(struct sup *s, struct mono now, bool bad_config)
{
	struct out o;

	s->safe = true;
	s->safe_ends = 0;
	s->pause_ms = SUP_PAUSE_MS;
	if (bad_config && !s->bad_config)
		s->retry_ms = SUP_RETRY_CONFIG_MS;
	s->bad_config = bad_config;
	s->retry = mono_after_ms(now, s->retry_ms);
	s->retry_ms *= 2;
	if (s->retry_ms > SUP_RETRY_MAX_MS)
		s->retry_ms = SUP_RETRY_MAX_MS;
	out_init(&o, s->safe_reason, SUP_REASON_MAX - 1);
	if (bad_config) {
		OUT_LITERAL(&o, "mp.ini is not valid");
	} else {
		OUT_LITERAL(&o, "mpedge ends again and again; last: ");
		out_text(&o, s->reason);
	}
	s->safe_reason[o.len] = '\0';
	sup_goto(s, SUP_WAITING, now);
}

static void
pause_then(struct sup *s, struct mono now)
{
	sup_goto(s, SUP_WAITING, mono_after_ms(now, s->pause_ms));
	s->pause_ms *= 2;
	if (s->pause_ms > SUP_PAUSE_MAX_MS)
		s->pause_ms = SUP_PAUSE_MAX_MS;
}

static void
safe_ended(struct sup *s, struct mono now)
{
	if (s->renewing) {
		s->renewing = false;
		leave_safe(s);
		sup_goto(s, SUP_WAITING, now);
		return;
	}
	s->safe_ends++;
	pause_then(s, now);
}

void
sup_ended(struct sup *s, struct mono now, int status)
{
	bool failed = status < 0;

	if (s->closing) {
		sup_goto(s, SUP_DOWN, MONO_NEVER);
		return;
	}
	if (s->safe) {
		safe_ended(s, now);
		return;
	}
	/* sup_renew: the reason stands there already. */
	if (s->renewing) {
		s->renewing = false;
		sup_goto(s, SUP_WAITING, now);
		return;
	}
	tell_status(s->reason, status, s->hung);
	if (!failed && WIFEXITED(status) &&
	    WEXITSTATUS(status) == SUP_EXIT_CONFIG) {
		enter_safe(s, now, true);
		return;
	}
	if (failed || s->hung ||
	    mono_ms_between(s->started, now) < SUP_SHORT_MS)
		count_end(s, now);
	if (is_loop(s, now))
		enter_safe(s, now, false);
	else
		pause_then(s, now);
}

void
sup_beat(struct sup *s, struct mono now)
{
	s->has_beat = true;
	s->last_beat = now;
}

void
sup_config_changed(struct sup *s, struct mono now)
{
	if (!s->safe)
		return;
	s->retry = now;
	s->changed = true;
	s->bad_config = false;
	s->retry_ms = SUP_RETRY_CRASH_MS;
	s->end_count = 0;
}

void
sup_renew(struct sup *s, struct mono now, const char *reason)
{
	if (s->state != SUP_RUNNING || s->safe || s->closing)
		return;
	say(s->reason, reason);
	/* sup_tick sends the signal: one place decides. */
	s->renewing = true;
	(void)now;
}

void
sup_close(struct sup *s, struct mono now)
{
	(void)now;
	s->closing = true;
}

bool
sup_is_down(const struct sup *s)
{
	return s->state == SUP_DOWN;
}

int64_t
sup_alive_ms(const struct sup *s, struct mono now)
{
	if (s->state != SUP_RUNNING || s->safe)
		return 0;
	return mono_ms_between(s->started, now);
}

bool
sup_is_helpless(const struct sup *s, struct mono now)
{
	if (s->state == SUP_KILLED && mono_due(s->due, now))
		return true;
	return s->safe && s->safe_ends >= SUP_SAFE_ENDS;
}
