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
 */

enum {
	PET_MS = 5000,
	TIMEOUT_S = 60,
	/* What hangs is not waited for. */
	LEAVE_MS = 10 * 1000,
};

void
watchdog_open(struct box *b)
{
	int timeout = TIMEOUT_S;
	struct log_line l;

	b->watchdog = open("/dev/watchdog", O_WRONLY | O_CLOEXEC);
	if (b->watchdog < 0)
		return;
	(void)ioctl(b->watchdog, KERNEL_WATCHDOG_SET_TIMEOUT, &timeout);
	log_open(&l, LOG_INFO, "init", "watchdog");
	log_int(&l, "timeout_s", timeout);
	log_send(&l);
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
	if (b->watchdog < 0)
		watchdog_open(b);
	if (sup_is_helpless(&b->sup, b->loop.now)) {
		if (!b->leaving)
			helpless(b);
		/* Going down has its own limit; petting would not help. */
		return;
	}
	if (b->watchdog >= 0)
		(void)ioctl(b->watchdog, KERNEL_WATCHDOG_KEEP_ALIVE, &ignored);
}
