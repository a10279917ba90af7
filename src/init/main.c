#define _GNU_SOURCE

#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "init/box.h"

enum {
	LEAVE_MS = SUP_DRAIN_MS + 15 * 1000,
	SYNC_JOB_MS = 10 * 1000,
	SIGNALS_PER_TURN = 16,
	/* From here on ticks are rarer. */
	QUIET_MS = 120 * 1000,
};

/* The whole of init. */
static struct box box;

void
box_told(struct job *j, struct span line)
{
	struct box *b = j->owner;
	struct log_line l;

	log_open(&l, LOG_INFO, "init", "job");
	log_text(&l, "name", j->name);
	log_span(&l, "says", line);
	log_send(&l);
	(void)b;
}

/* --- down ----------------------------------------------------------------- */

void
box_leave(struct box *b, int how, const char *why)
{
	struct log_line l;

	if (b->leaving)
		return;
	b->leaving = true;
	b->reboot_how = how;
	b->leave_by = box_after(b, LEAVE_MS);
	sup_close(&b->sup, b->loop.now);
	log_open(&l, LOG_WARN, "init", "leaving");
	log_text(&l, "why", why);
	log_send(&l);
	b->keep_due = true;
}

static void
go_down(struct box *b)
{
	struct log_line l;

	log_open(&l, LOG_INFO, "init", "down");
	log_send(&l);
	(void)reboot(b->reboot_how);
	/* It came back: the hardware or the kernel is to do it. */
	b->pet_next = MONO_NEVER;
	(void)file_write("/proc/sysrq-trigger", "b");
}

static void
on_synced(struct job *j, int status)
{
	(void)status;
	go_down(j->owner);
}

void
box_leave_tick(struct box *b)
{
	const char *const argv[] = { BUSYBOX, "umount", "-r", DATA_FOLDER,
		NULL };

	if (!b->leaving || job_runs(&b->sync))
		return;
	if (mono_due(b->leave_by, b->loop.now)) {
		go_down(b);
		return;
	}
	if (!sup_is_down(&b->sup) || b->keep_due || job_runs(&b->keep) ||
	    job_runs(&b->bootenv) || b->bootenv_what != NULL)
		return;
	job_kill(&b->ssh, SIGTERM);
	b->sync.loop = &b->loop;
	b->sync.owner = b;
	b->sync.name = "umount";
	b->sync.done = on_synced;
	b->leave_by = box_after(b, SYNC_JOB_MS + TICK_QUIET_MS);
	if (job_start(&b->jobs, &b->sync, argv, NULL, SYNC_JOB_MS) != ERR_OK)
		go_down(b);
}

/* --- the loop ------------------------------------------------------------- */

static void
take_signal(struct box *b, uint32_t signal)
{
	switch (signal) {
	case SIGCHLD:
		job_gather(&b->jobs);
		box_wake(b);
		break;
	case SIGTERM:
	case SIGINT:
		box_leave(b, RB_AUTOBOOT, "asked to");
		break;
	case SIGUSR1:
		box_leave(b, RB_HALT_SYSTEM, "asked to halt");
		break;
	case SIGUSR2:
	case SIGPWR:
		box_leave(b, RB_POWER_OFF, "asked to power off");
		break;
	}
}

static void
on_signal(struct watch *w, unsigned got)
{
	struct signalfd_siginfo s;

	(void)got;
	for (int i = 0; i < SIGNALS_PER_TURN; i++) {
		if (read(w->fd, &s, sizeof(s)) != (ssize_t)sizeof(s))
			return;
		take_signal(w->owner, s.ssi_signo);
	}
}

static void
on_tick(struct timer *t)
{
	struct box *b = t->owner;
	bool quiet = mono_ms_between(b->booted, b->loop.now) > QUIET_MS;

	/* A signal that was lost would leave a job for ever. */
	job_gather(&b->jobs);
	watchdog_tick(b);
	modules_tick(b);
	disk_tick(b);
	network_tick(b);
	clock_tick(b);
	mpedge_tick(b);
	slot_tick(b);
	ssh_tick(b);
	mpedge_facts(b);
	box_leave_tick(b);
	timer_start(&b->loop, t, box_after(b, quiet ? TICK_QUIET_MS : TICK_MS));
}

static void
open_signals(struct box *b)
{
	static const int wanted[] = { SIGCHLD, SIGTERM, SIGINT, SIGUSR1,
		SIGUSR2, SIGPWR };
	sigset_t all;

	sigemptyset(&all);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		sigaddset(&all, wanted[i]);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)reboot(RB_DISABLE_CAD);
	b->signals.fd = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
	if (b->signals.fd < 0)
		return;
	b->signals.want = LOOP_READ;
	b->signals.ready = on_signal;
	b->signals.owner = b;
	loop_watch(&b->loop, &b->signals);
}

static void
be_init(struct box *b)
{
	struct log_line l;

	settings_init(&b->settings);
	loop_init(&b->loop);
	b->booted = b->loop.now;
	b->kept_gate = GATE_UNKNOWN;
	watchdog_begin(b);
	b->newest_s = MPINIT_BUILT;
	bootenv_init(&b->env);
	sup_init(&b->sup, b->loop.now);
	open_signals(b);
	boot_begin(b);
	log_open(&l, LOG_INFO, "init", "started");
	log_text(&l, "slot", b->slot[0] ? b->slot : "none");
	log_text(&l, "version", b->facts.version);
	log_send(&l);
	clock_floor(b, b->newest_s);
	mpedge_open(b);
	watchdog_tick(b);
	modules_tick(b);
	disk_begin(b);
	b->tick.fire = on_tick;
	b->tick.owner = b;
	timer_start(&b->loop, &b->tick, b->loop.now);
	loop_run(&b->loop);
}

/* --- jobs ----------------------------------------------------------------- */

static const struct {
	const char *name;
	int args;
	int (*run)(char *const argv[]);
} jobs[] = {
	{ "job-disk", 4, job_disk },
	{ "job-config", 2, job_config },
	{ "job-keep", 3, job_keep },
	{ "job-bootenv", 5, job_bootenv },
	{ "job-time", 3, job_time },
	{ "bound", 2, job_lease },
	{ "renew", 2, job_lease },
	{ "deconfig", 2, job_lease },
	{ "leasefail", 2, job_lease },
	{ "nak", 2, job_lease },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(jobs) / sizeof(jobs[0]);
	     i++) {
		if (strcmp(argv[1], jobs[i].name) == 0)
			return argc >= jobs[i].args ? jobs[i].run(argv) : 64;
	}
	if (getpid() != 1) {
		static const char text[] =
		    "mpinit: runs as the first process of the appliance\n";

		(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
		return 64;
	}
	/* The loop does not end: nothing sets its stop. */
	be_init(&box);
	return 1;
}
