#define _GNU_SOURCE

#include "init/box.h"

#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

/*
 * The slot: is it committed or rolled back, what is kept on the data partition
 * for the next boot, and the bundle that waits to be installed.
 */

enum {
	BOOTENV_JOB_MS = 20 * 1000,
	BOOTENV_AGAIN_MS = 30 * 1000,
	KEEP_JOB_MS = 30 * 1000,
	UPDATE_JOB_MS = 30 * 60 * 1000,
	HEALTHY_MS = 60 * 1000,
};

#define BUNDLE DATA_FOLDER "/update/bundle"
#define REBOOT FACTS_FOLDER "/reboot"

/* --- what is kept --------------------------------------------------------- */

void
slot_kept(struct box *b, struct span line)
{
	const char *equals = memchr(line.at, '=', line.len);
	struct span key, value;
	uint64_t n = 0;

	if (equals == NULL)
		return;
	key = (struct span){ line.at, (size_t)(equals - line.at) };
	value = (struct span){ equals + 1, line.len - key.len - 1 };
	if (span_is(key, "update")) {
		FACTS_SET(b->facts.update, value);
		return;
	}
	if (span_u64(value, &n) != ERR_OK)
		return;
	if (span_is(key, "time") && n < UINT32_MAX)
		clock_floor(b, (int64_t)n);
	else if (span_is(key, "gate") && n <= GATE_UNKNOWN)
		b->kept_gate = (unsigned)n;
	else if (span_is(key, "boots") && n < UINT32_MAX)
		b->facts.boots = n;
}

static void
row(struct out *o, const char *key, int64_t value)
{
	out_text(o, key);
	out_char(o, '=');
	out_i64(o, value);
	out_char(o, '\n');
}

void
slot_keep_now(struct box *b)
{
	char text[512];
	const char *const argv[] = { SELF, "job-keep", text, NULL };
	int64_t now_s = b->loop.wall.ns / NS_PER_S;
	struct out o;

	if (job_runs(&b->keep) || !b->knows_data)
		return;
	b->keep_due = false;
	b->keep_next = box_after(b, KEEP_MS);
	/* A clock that is not from a time server is not passed on. */
	if (b->facts.clock != CLOCK_NTP)
		now_s = b->newest_s;
	out_init(&o, text, sizeof(text));
	row(&o, "time", now_s);
	row(&o, "gate", b->kept_gate);
	row(&o, "boots", (int64_t)b->facts.boots);
	OUT_LITERAL(&o, "update=");
	out_text(&o, b->facts.update);
	out_char(&o, '\n');
	out_cstr(&o);
	b->keep.loop = &b->loop;
	b->keep.owner = b;
	b->keep.name = "keep";
	b->keep.told = box_told;
	if (job_start(&b->jobs, &b->keep, argv, NULL, KEEP_JOB_MS) != ERR_OK)
		b->keep_due = true;
}

static void
set_update(struct box *b, const char *what, const char *why)
{
	char text[FACTS_VALUE_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_text(&o, what);
	out_text(&o, why);
	FACTS_SET(b->facts.update, out_done(&o));
	b->keep_due = true;
}

/* --- the environment block ------------------------------------------------ */

static void
on_bootenv(struct job *j, int status)
{
	struct box *b = j->owner;
	struct log_line l;

	if (status == 0) {
		b->bootenv_what = NULL;
		return;
	}
	log_open(&l, LOG_ERROR, "init", "bootenv_failed");
	log_text(&l, "what", b->bootenv_what);
	log_text(&l, "next", "it is tried again");
	log_send(&l);
	b->bootenv_next = box_after(b, BOOTENV_AGAIN_MS);
}

static void
bootenv_tick(struct box *b)
{
	char what[16];
	const char *const argv[] = { SELF, "job-bootenv", b->facts.disk, what,
		b->slot, NULL };

	if (b->bootenv_what == NULL || job_runs(&b->bootenv) ||
	    !box_due(b, b->bootenv_next))
		return;
	FACTS_SET(what, span_of(b->bootenv_what));
	b->bootenv.loop = &b->loop;
	b->bootenv.owner = b;
	b->bootenv.name = "bootenv";
	b->bootenv.told = box_told;
	b->bootenv.done = on_bootenv;
	if (job_start(&b->jobs, &b->bootenv, argv, NULL, BOOTENV_JOB_MS) !=
	    ERR_OK)
		b->bootenv_next = box_after(b, BOOTENV_AGAIN_MS);
}

static void
change_bootenv(struct box *b, const char *what)
{
	if (b->facts.disk[0] == '\0' || b->slot[0] == '\0')
		return;
	b->bootenv_what = what;
	b->bootenv_next = b->loop.now;
	bootenv_tick(b);
}

/* --- the verdict ---------------------------------------------------------- */

void
slot_begin(struct box *b)
{
	struct log_line l;

	gate_init(&b->gate, b->loop.now, b->facts.trial, b->kept_gate,
	    (int64_t)b->settings.gate_s * 1000);
	b->has_gate = true;
	b->facts.boots++;
	b->keep_due = true;
	if (b->facts.trial || b->slot[0] == '\0')
		return;
	if (b->slot[0] != b->env.good)
		b->facts.slot_state = "fallback";
	/* A trial that is over without a verdict: it did not get that far. */
	if (b->env.trial != '\0' && b->env.trial != b->slot[0]) {
		set_update(b, "rolled back: ", "the new version did not start");
		change_bootenv(b, "give-up");
		log_open(&l, LOG_ERROR, "init", "rolled_back");
		log_text(&l, "why", "the new version did not start");
		log_send(&l);
	}
}

static void
commit(struct box *b)
{
	struct log_line l;

	change_bootenv(b, "commit");
	b->facts.trial = false;
	b->facts.slot_state = "good";
	b->env.fails = 0;
	set_update(b, "installed", "");
	log_open(&l, LOG_INFO, "init", "committed");
	log_text(&l, "slot", b->slot);
	log_send(&l);
}

static void
roll_back(struct box *b)
{
	struct log_line l;

	set_update(b, "rolled back: ", b->gate.reason);
	change_bootenv(b, "give-up");
	log_open(&l, LOG_ERROR, "init", "rolled_back");
	log_text(&l, "why", b->gate.reason);
	log_send(&l);
	box_leave(b, RB_AUTOBOOT, "the slot on trial is no good");
}

static void
judge(struct box *b)
{
	enum gate_verdict v = GATE_OPEN;

	if (b->sup.safe)
		v = gate_fail(&b->gate, b->sup.safe_reason);
	if (v == GATE_OPEN)
		v = gate_tick(&b->gate, b->loop.now);
	if (v == GATE_COMMIT)
		commit(b);
	else if (v == GATE_ROLL_BACK)
		roll_back(b);
}

/* The committed slot runs: the boot loader need not look for another one.  A
 * wrong mp.ini is not the slot's fault. */
static void
tell_healthy(struct box *b)
{
	if (b->healthy_told || b->facts.trial || b->bootenv_what != NULL)
		return;
	if (sup_alive_ms(&b->sup, b->loop.now) < HEALTHY_MS &&
	    b->gate.now_bits != GATE_ALL && !(b->sup.safe && b->sup.bad_config))
		return;
	b->healthy_told = true;
	if (b->env.fails > 0)
		change_bootenv(b, "healthy");
}

static void
keep_steady(struct box *b)
{
	unsigned bits = gate_steady(&b->gate, b->loop.now);

	if (b->facts.trial || bits == GATE_UNKNOWN || bits == b->kept_gate)
		return;
	b->kept_gate = bits;
	b->keep_due = true;
}

/* --- the bundle ----------------------------------------------------------- */

/* "mpedge update: NAME: sentence" */
static void
on_update_told(struct job *j, struct span line)
{
	struct box *b = j->owner;
	static const char head[] = "mpedge update: ";

	box_told(j, line);
	if (span_starts(line, head))
		FACTS_SET(
		    b->update_line, ((struct span){ line.at + sizeof(head) - 1,
					line.len - (sizeof(head) - 1) }));
}

static void
on_updated(struct job *j, int status)
{
	struct box *b = j->owner;
	struct log_line l;

	(void)unlink(BUNDLE);
	if (status == 0)
		set_update(b, "installed", "");
	else
		set_update(b,
		    "refused: ", j->late ? "it took too long" : b->update_line);
	log_open(&l, status == 0 ? LOG_INFO : LOG_ERROR, "init", "update");
	log_text(&l, "state", b->facts.update);
	log_send(&l);
	if (status == 0)
		box_leave(b, RB_AUTOBOOT, "an update was installed");
}

static void
update_tick(struct box *b)
{
	const char *const argv[] = { "/usr/bin/mpedge", "update", BUNDLE,
		NULL };

	if (b->facts.trial || job_runs(&b->update) || access(BUNDLE, F_OK) != 0)
		return;
	set_update(b, "installing", "");
	mpedge_facts(b);
	FACTS_SET(b->update_line, SPAN("it failed"));
	b->update.loop = &b->loop;
	b->update.owner = b;
	b->update.name = "update";
	b->update.line = box_told;
	b->update.told = on_update_told;
	b->update.done = on_updated;
	if (job_start(&b->jobs, &b->update, argv, NULL, UPDATE_JOB_MS) !=
	    ERR_OK)
		on_updated(&b->update, -1);
}

void
slot_tick(struct box *b)
{
	bootenv_tick(b);
	if (b->keep_due || (b->knows_data && box_due(b, b->keep_next)))
		slot_keep_now(b);
	if (b->leaving || !b->has_gate)
		return;
	judge(b);
	tell_healthy(b);
	keep_steady(b);
	update_tick(b);
	if (!b->leaving && access(REBOOT, F_OK) == 0)
		box_leave(b, RB_AUTOBOOT, "asked for");
}
