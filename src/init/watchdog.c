#define _GNU_SOURCE

#include "init/box.h"

#include <fcntl.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "init/kernel.h"

/*
 * The end of the chain: the hardware resets the box when init does not pet it.
 * init does so while mpedge says that its loop turns, or is being started,
 * killed or drained, or safe mode stands in; not when none of that helps.
 *
 * All that there are: softdog is loaded before the hardware's drivers and would
 * be the only one else, and it does not outlive the kernel.
 */

enum {
	PET_MS = 5000,
	TIMEOUT_S = 60,
	/* What hangs is not waited for. */
	LEAVE_MS = 10 * 1000,
};

void
watchdog_begin(struct box *b)
{
	for (unsigned i = 0; i < WATCHDOGS_MAX; i++)
		b->watchdogs[i] = -1;
}

static void
path_of(struct out *o, const char *before, unsigned n, const char *after)
{
	out_text(o, before);
	out_u64(o, n);
	out_text(o, after);
	out_cstr(o);
}

static void
tell_watchdog(unsigned n, int timeout)
{
	char path[64], name[64];
	struct span all;
	struct log_line l;
	struct out o;

	out_init(&o, path, sizeof(path));
	path_of(&o, "/sys/class/watchdog/watchdog", n, "/identity");
	all = file_read(path, name, sizeof(name));
	log_open(&l, LOG_INFO, "init", "watchdog");
	log_span(&l, "name", span_word(&all, "\n"));
	log_int(&l, "timeout_s", timeout);
	log_send(&l);
}

static int
open_one(unsigned n)
{
	int timeout = TIMEOUT_S;
	char path[32];
	struct out o;
	int fd;

	out_init(&o, path, sizeof(path));
	path_of(&o, "/dev/watchdog", n, "");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	(void)ioctl(fd, KERNEL_WATCHDOG_SET_TIMEOUT, &timeout);
	tell_watchdog(n, timeout);
	return fd;
}

static void
helpless(struct box *b)
{
	struct log_line l;

	log_open(&l, LOG_ERROR, "init", "helpless");
	log_text(&l, "why",
	    b->sup.state == SUP_KILLED ? "mpedge hangs in the kernel"
				       : "safe mode ends again and again");
	log_text(&l, "next", "the box is started again");
	log_send(&l);
	box_leave(b, RB_AUTOBOOT, "restarts do not help");
	b->leave_by = box_after(b, LEAVE_MS);
}

void
watchdog_tick(struct box *b)
{
	int ignored = 0;

	if (!box_due(b, b->pet_next))
		return;
	b->pet_next = box_after(b, PET_MS);
	for (unsigned i = 0; i < WATCHDOGS_MAX; i++) {
		if (b->watchdogs[i] < 0)
			b->watchdogs[i] = open_one(i);
	}
	if (sup_is_helpless(&b->sup, b->loop.now)) {
		if (!b->leaving)
			helpless(b);
		/* Going down has its own limit; petting would not help. */
		return;
	}
	for (unsigned i = 0; i < WATCHDOGS_MAX; i++) {
		if (b->watchdogs[i] >= 0)
			(void)ioctl(b->watchdogs[i], KERNEL_WATCHDOG_KEEP_ALIVE,
			    &ignored);
	}
}
