#define _GNU_SOURCE

#include "core/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/select.h>

#include "core/must.h"

enum {
	/* loop_run has nothing to do between deadlines: any long time is good.
	 */
	IDLE_MS = 60 * 1000,
};

void
loop_init(struct loop *l)
{
	memset(l, 0, sizeof(*l));
	l->now = time_mono();
	l->wall = time_wall();
}

/*
 * New watches go to the end, so that watches run in the order added.  A watch
 * added by a callback does not run before the next turn: what select said was
 * not about it, even when its descriptor has the number of one just closed.
 */
void
loop_watch(struct loop *l, struct watch *w)
{
	struct watch **link = &l->watches;

	must(!w->watched);
	must(w->fd >= 0);
	must(w->fd < FD_SETSIZE);
	must(w->ready != NULL);
	while (*link != NULL)
		link = &(*link)->next;
	*link = w;
	w->next = NULL;
	w->turn = l->turns;
	w->watched = true;
}

void
loop_drop(struct loop *l, struct watch *w)
{
	struct watch **link = &l->watches;

	if (!w->watched)
		return;
	if (l->cursor == w)
		l->cursor = w->next;
	while (*link != w) {
		must(*link != NULL);
		link = &(*link)->next;
	}
	*link = w->next;
	w->next = NULL;
	w->again = false;
	w->watched = false;
}

static bool
unlink_timer(struct timer **link, struct timer *t)
{
	while (*link != NULL && *link != t)
		link = &(*link)->next;
	if (*link == NULL)
		return false;
	*link = t->next;
	return true;
}

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	struct timer **link = &l->timers;

	must(t->fire != NULL);
	timer_stop(l, t);
	while (*link != NULL && (*link)->due.ns <= due.ns)
		link = &(*link)->next;
	t->due = due;
	t->armed = true;
	t->next = *link;
	*link = t;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	bool found;

	if (!t->armed)
		return;
	found = unlink_timer(&l->timers, t) || unlink_timer(&l->firing, t);
	must(found);
	t->armed = false;
	t->next = NULL;
}

void
loop_hook(struct loop *l, struct hook *h)
{
	struct hook **link = &l->hooks;

	must(h->run != NULL);
	while (*link != NULL)
		link = &(*link)->next;
	*link = h;
	h->next = NULL;
}

/*
 * Those that are due are set apart first, so that a timer which arms itself
 * again for this instant fires next turn instead of keeping us here.
 */
static void
fire_timers(struct loop *l)
{
	struct timer **link = &l->timers;
	struct timer *t;

	while (*link != NULL && mono_due((*link)->due, l->now))
		link = &(*link)->next;
	if (link == &l->timers)
		return;
	l->firing = l->timers;
	l->timers = *link;
	*link = NULL;
	while (l->firing != NULL) {
		t = l->firing;
		l->firing = t->next;
		t->next = NULL;
		t->armed = false;
		t->fire(t);
	}
}

/* What select is asked, and how it answers. */
struct question {
	fd_set readable;
	fd_set writable;
	int fd_count;
	bool no_sleep;
};

static void
collect(struct loop *l, struct question *q)
{
	FD_ZERO(&q->readable);
	FD_ZERO(&q->writable);
	q->fd_count = 0;
	q->no_sleep = l->stop;
	for (struct watch *w = l->watches; w != NULL; w = w->next) {
		if (w->again)
			q->no_sleep = true;
		if (w->want & LOOP_READ)
			FD_SET(w->fd, &q->readable);
		if (w->want & LOOP_WRITE)
			FD_SET(w->fd, &q->writable);
		if (w->want != 0 && w->fd >= q->fd_count)
			q->fd_count = w->fd + 1;
	}
}

static int64_t
sleep_ns(const struct loop *l, struct mono now, int64_t max_ms)
{
	int64_t ns = max_ms * NS_PER_MS;

	if (l->timers == NULL || l->timers->due.ns - now.ns >= ns)
		return ns;
	return l->timers->due.ns > now.ns ? l->timers->due.ns - now.ns : 0;
}

static void
ask(struct loop *l, struct question *q, int64_t max_ms)
{
	struct mono before = time_mono();
	/* Rounded up: waking before a deadline would only spin. */
	int64_t us = (sleep_ns(l, before, max_ms) + NS_PER_US - 1) / NS_PER_US;
	struct timeval patience = { 0, 0 };
	int n;

	if (!q->no_sleep) {
		patience.tv_sec = (time_t)(us / 1000000);
		patience.tv_usec = (suseconds_t)(us % 1000000);
	}
	n = select(q->fd_count, &q->readable, &q->writable, NULL, &patience);
	must(n >= 0 || errno == EINTR);
	if (n <= 0) {
		FD_ZERO(&q->readable);
		FD_ZERO(&q->writable);
	}
	l->worked_ns = before.ns - l->now.ns;
	l->now = time_mono();
	l->wall = time_wall();
	l->slept_ns = l->now.ns - before.ns;
}

/*
 * Wants are looked at again: an earlier callback may have put this watch to
 * sleep.
 */
static unsigned
ready_for(const struct watch *w, const struct question *q)
{
	unsigned got = 0;

	if ((w->want & LOOP_READ) && FD_ISSET(w->fd, &q->readable))
		got |= LOOP_READ;
	if ((w->want & LOOP_WRITE) && FD_ISSET(w->fd, &q->writable))
		got |= LOOP_WRITE;
	return got;
}

/* q is NULL for the round of those that asked to run again. */
static void
run_watches(struct loop *l, const struct question *q)
{
	struct watch *w;
	unsigned got;

	l->cursor = l->watches;
	while (l->cursor != NULL) {
		w = l->cursor;
		/* loop_drop moves it on when a callback drops the next one. */
		l->cursor = w->next;
		got = q != NULL ? ready_for(w, q) : 0;
		if (w->turn == l->turns || (got == 0 && (q || !w->again)))
			continue;
		w->turn = l->turns;
		w->again = false;
		w->ready(w, got);
	}
}

void
loop_turn(struct loop *l, int64_t max_ms)
{
	struct question q;

	fire_timers(l);
	collect(l, &q);
	l->turns++;
	ask(l, &q, max_ms);
	run_watches(l, &q);
	run_watches(l, NULL);
	for (struct hook *h = l->hooks; h != NULL; h = h->next)
		h->run(h);
}

int64_t
loop_spent_ns(const struct loop *l)
{
	return time_mono().ns - l->now.ns;
}

void
loop_run(struct loop *l)
{
	while (!l->stop)
		loop_turn(l, IDLE_MS);
}
