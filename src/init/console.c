#include "init/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#define RING "/run/log/mpedge.log"

static void
on_input(struct watch *w, unsigned got)
{
	struct console *c = w->owner;
	char typed[64];
	ssize_t n = read(w->fd, typed, sizeof(typed));

	(void)got;
	if (n > 0)
		c->asked(c);
	/* A console that is gone would wake us for ever. */
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		loop_drop(c->loop, w);
}

/* ttyS0 out of ttyS0,115200n8. */
static void
open_one(struct console *c, struct span words)
{
	struct span device = span_word(&words, ",");
	struct watch *w = &c->inputs[c->count];
	char path[64];
	struct out o;

	if (device.at == NULL || c->count == CONSOLES_MAX)
		return;
	out_init(&o, path, sizeof(path));
	OUT_LITERAL(&o, "/dev/");
	out_span(&o, device);
	out_cstr(&o);
	if (o.full)
		return;
	w->fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (w->fd < 0)
		return;
	w->want = LOOP_READ;
	w->ready = on_input;
	w->owner = c;
	loop_watch(c->loop, w);
	c->count++;
}

static void
open_ring(struct console *c)
{
	c->ring = open(RING, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	c->ring_bytes = 0;
}

void
console_open(struct console *c, struct loop *loop, struct span cmdline)
{
	struct span word;

	c->loop = loop;
	c->count = 0;
	while ((word = span_word(&cmdline, " \n")).at != NULL) {
		if (span_starts(word, "console="))
			open_one(c, (struct span){ word.at + 8, word.len - 8 });
	}
	if (c->count == 0)
		open_one(c, SPAN("console"));
	open_ring(c);
}

void
console_show(struct console *c, struct span text)
{
	for (unsigned i = 0; i < c->count; i++) {
		ssize_t n = write(c->inputs[i].fd, text.at, text.len);

		/* Full or gone: nobody is waited for. */
		(void)n;
	}
}

void
console_line(struct console *c, struct span line)
{
	/* A console is told to return as well. */
	struct iovec both[2] = {
		{ (void *)(uintptr_t)line.at, line.len },
		{ (void *)(uintptr_t) "\r\n", 2 },
	};

	for (unsigned i = 0; i < c->count; i++) {
		ssize_t n = writev(c->inputs[i].fd, both, 2);

		(void)n;
	}
	if (c->ring >= 0 && c->ring_bytes > CONSOLE_RING_BYTES) {
		close(c->ring);
		(void)rename(RING, RING ".1");
		open_ring(c);
	}
	if (c->ring >= 0) {
		both[1] = (struct iovec){ (void *)(uintptr_t) "\n", 1 };
		if (writev(c->ring, both, 2) > 0)
			c->ring_bytes += line.len + 1;
	}
}
