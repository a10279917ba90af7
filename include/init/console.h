/*
 * console.h -- where lines go: each serial console, the screen, and a ring of
 * two files in /run/log.
 *
 * Consoles are those of `console=` on the kernel's command line.  None of them
 * is waited for: a line that one does not take is lost there.  A line typed on
 * one shows the banner (nobody can log in).
 */
#ifndef MPEDGE_INIT_CONSOLE_H
#define MPEDGE_INIT_CONSOLE_H

#include "core/loop.h"

enum {
	CONSOLES_MAX = 4,
	CONSOLE_RING_BYTES = 256 * 1024,
};

struct console {
	struct loop *loop;
	struct watch inputs[CONSOLES_MAX];
	unsigned count;
	/* Of the newer of the two files; -1: it cannot be opened. */
	int ring;
	size_t ring_bytes;
	/* Somebody has typed a line. */
	void (*asked)(struct console *c);
	void *owner;
};

/* Opens what the command line names; /dev and /run have to be there. */
void console_open(struct console *c, struct loop *loop, struct span cmdline);

/* A line, without its end, to all consoles and the ring. */
void console_line(struct console *c, struct span line);

/* Text to the consoles alone. */
void console_show(struct console *c, struct span text);

#endif
