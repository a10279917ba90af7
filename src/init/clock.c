#define _GNU_SOURCE

#include "init/box.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

/*
 * Time: a floor at once (the build, or the newest time that was seen), then
 * what time servers say.  A large difference is set, a small one is made up
 * slowly.
 */

enum {
	JOB_MS = 40 * 1000,
	/* Until the first answer, then a few times, then for good. */
	AGAIN_FIRST_MS = 3 * 1000,
	AGAIN_MS = 64 * 1000,
	AGAIN_LATER_MS = 512 * 1000,
	ANSWERS_FIRST = 4,
	FIRST_TRIES = 20,
	STEP_MS = 500,
	SERVERS_MAX = 8,
	/* A time server that is older than the build lies; so does one that is
	 * this much later: certificates would be taken for expired. */
	YEARS_MAX_S = 30 * 365 * 86400,
	/* What a box may have lain on a shelf. */
	YEARS_PLAUSIBLE_S = 10 * 365 * 86400,
	/* The collector is started when time is set, or after this, or when
	 * the network is not there by then. */
	CLOCK_WAIT_MS = 20 * 1000,
	/* Where the hardware's clock will do for now: a time server that is
	 * near has answered by then, and no record needs another time. */
	RTC_WAIT_MS = 1500,
};

void
clock_floor(struct box *b, int64_t seconds)
{
	struct timespec t = { .tv_sec = (time_t)seconds };
	struct log_line l;

	if (seconds > b->newest_s)
		b->newest_s = seconds;
	if (b->loop.wall.ns / NS_PER_S >= b->newest_s)
		return;
	t.tv_sec = (time_t)b->newest_s;
	if (clock_settime(CLOCK_REALTIME, &t) != 0)
		return;
	b->loop.wall.ns = b->newest_s * NS_PER_S;
	b->clock_behind = true;
	log_open(&l, LOG_INFO, "init", "clock_floor");
	log_text(&l, "why",
	    "the clock was before the build or the last time "
	    "seen");
	log_send(&l);
}

bool
clock_may_start(const struct box *b)
{
	int64_t ms = mono_ms_between(b->booted, b->loop.now);
	int64_t ahead_s = b->loop.wall.ns / NS_PER_S - b->newest_s;

	if (b->facts.clock == CLOCK_NTP || ms >= CLOCK_WAIT_MS)
		return true;
	if (b->clock_behind || ahead_s > YEARS_PLAUSIBLE_S)
		return false;
	return network_is_up(b) &&
	       mono_ms_between(b->network_since, b->loop.now) >= RTC_WAIT_MS;
}

static void
step(struct box *b, int64_t offset_ns)
{
	int64_t to = b->loop.wall.ns + offset_ns;
	struct timespec t = {
		.tv_sec = (time_t)(to / NS_PER_S),
		.tv_nsec = (long)(to % NS_PER_S),
	};

	if (clock_settime(CLOCK_REALTIME, &t) == 0)
		b->loop.wall.ns = to;
}

static void
slew(int64_t offset_ns)
{
	struct timeval t = {
		.tv_sec = (time_t)(offset_ns / NS_PER_S),
		.tv_usec = (suseconds_t)(offset_ns % NS_PER_S / NS_PER_US),
	};

	(void)adjtime(&t, NULL);
}

static void
tell_set(const struct box *b, int64_t offset_ms)
{
	struct log_line l;

	log_open(&l, LOG_INFO, "init", "clock_set");
	log_int(&l, "offset_ms", offset_ms);
	log_text(&l, "server", b->time_servers);
	log_send(&l);
}

static void
take_offset(struct box *b, int64_t offset_ns)
{
	int64_t ms = offset_ns / NS_PER_MS;
	struct log_line l;

	if (b->time_server_s < b->newest_s - 86400 ||
	    b->time_server_s > b->newest_s + YEARS_MAX_S) {
		log_open(&l, LOG_WARN, "init", "time_refused");
		log_text(&l, "why",
		    "the server's time is before the build or "
		    "far after it");
		log_send(&l);
		return;
	}
	if (ms >= STEP_MS || ms <= -STEP_MS)
		step(b, offset_ns);
	else
		slew(offset_ns);
	if (b->facts.clock != CLOCK_NTP || ms >= STEP_MS || ms <= -STEP_MS)
		tell_set(b, ms);
	b->facts.clock = CLOCK_NTP;
	b->facts.clock_offset_ms = ms;
	b->time_answers++;
	if (b->time_server_s > b->newest_s)
		b->newest_s = b->time_server_s;
	if (b->time_answers == 1)
		b->keep_due = true;
}

static void
on_line(struct job *j, struct span line)
{
	struct box *b = j->owner;
	struct span key = span_word(&line, "=");
	struct span value = span_word(&line, "=");
	int64_t n;

	if (span_is(key, "server"))
		FACTS_SET(b->time_servers, value);
	if (span_i64(value, &n) != ERR_OK)
		return;
	if (span_is(key, "server_s"))
		b->time_server_s = n;
	else if (span_is(key, "offset_ns"))
		take_offset(b, n);
}

static void
on_done(struct job *j, int status)
{
	struct box *b = j->owner;
	struct log_line l;

	b->time_failures = status == 0 ? 0 : b->time_failures + 1;
	if (b->time_failures == 1) {
		log_open(&l, LOG_WARN, "init", "no_time");
		log_text(&l, "why",
		    j->late ? "names take too long" : "no time server answers");
		log_send(&l);
	}
	if (b->facts.clock != CLOCK_NTP)
		b->time_next = box_after(b,
		    b->time_failures < FIRST_TRIES ? AGAIN_FIRST_MS : AGAIN_MS);
	else if (b->time_answers < ANSWERS_FIRST)
		b->time_next = box_after(b, AGAIN_MS);
	else
		b->time_next = box_after(b, AGAIN_LATER_MS);
}

/* mp.ini's, else DHCP's, else the default. */
static struct span
servers_of(const struct box *b)
{
	struct settings usual = { 0 };

	settings_init(&usual);
	if (strcmp(usual.ntp, b->settings.ntp) != 0)
		return span_of(b->settings.ntp);
	for (unsigned i = 0; i < b->lan_count; i++) {
		if (b->lans[i].ntp[0] != '\0')
			return span_of(b->lans[i].ntp);
	}
	return span_of(b->settings.ntp);
}

void
clock_tick(struct box *b)
{
	char text[SETTINGS_LIST_MAX];
	const char *argv[SERVERS_MAX + 3] = { SELF, "job-time" };
	struct span words, word;
	struct out o;
	unsigned n = 2;

	if (!network_is_up(b) || job_runs(&b->time) || b->leaving ||
	    !box_due(b, b->time_next))
		return;
	words = servers_of(b);
	out_init(&o, text, sizeof(text));
	while (n < SERVERS_MAX + 2 &&
	       (word = span_word(&words, " ,\t")).at != NULL) {
		argv[n++] = text + o.len;
		out_span(&o, word);
		out_char(&o, '\0');
	}
	b->time_next = box_after(b, AGAIN_LATER_MS);
	if (n == 2 || o.full)
		return;
	argv[n] = NULL;
	b->time.loop = &b->loop;
	b->time.owner = b;
	b->time.name = "time";
	b->time.line = on_line;
	b->time.done = on_done;
	if (job_start(&b->jobs, &b->time, argv, NULL, JOB_MS) != ERR_OK)
		b->time_next = box_after(b, AGAIN_MS);
}
