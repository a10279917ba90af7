#include "net/httpd_parts.h"

enum {
	/* What any answer costs at least. */
	CHARGE_MIN = 4096,
	/* A millisecond of rendering costs as much as so many bytes, which
	 * allows four of a second; whoever was kept from his work pays no
	 * more than so much. */
	CHARGE_A_MS = 128 * 1024,
	CHARGE_TIME_MAX = 256 * 1024,
	/* Longer than any budget takes to fill. */
	FULL_MS = 10 * 1000,
	/* Clients taken or turned away: each costs some 50 us of the loop. */
	ACCEPTS_BURST = 64,
	ACCEPTS_A_SECOND = 20,
	/* A client in ms of the budget. */
	ACCEPT_MS = 1000 / ACCEPTS_A_SECOND,
};

static int64_t
burst(const struct httpd *h)
{
	return (int64_t)h->setup.body_bytes;
}

static int64_t
a_second(const struct httpd *h)
{
	return burst(h) / 2;
}

/* Everybody looks whether it is his turn. */
static void
on_pace(struct timer *t)
{
	struct httpd *h = t->owner;

	for (unsigned i = 0; i < h->setup.clients; i++) {
		struct httpd_client *c = &h->clients[i];

		if (c->used && c->phase == HTTPD_WAITING)
			c->watch.again = true;
	}
}

void
httpd_pace_init(struct httpd *h)
{
	h->budget = burst(h);
	h->budget_at = h->loop->now;
	h->accepts_from =
	    mono_after_ms(h->loop->now, -(int64_t)ACCEPTS_BURST * ACCEPT_MS);
	h->pace.fire = on_pace;
	h->pace.owner = h;
}

bool
httpd_may_render(struct httpd *h)
{
	int64_t ms = mono_ms_between(h->budget_at, h->loop->now);

	if (ms > 0) {
		h->budget_at = h->loop->now;
		h->budget += (ms < FULL_MS ? ms : FULL_MS) * a_second(h) / 1000;
		if (h->budget > burst(h))
			h->budget = burst(h);
	}
	if (h->budget > 0)
		return true;
	if (!h->pace.armed)
		timer_start(h->loop, &h->pace,
		    mono_after_ms(
			h->loop->now, 1 - h->budget * 1000 / a_second(h)));
	return false;
}

void
httpd_charge(struct httpd *h, size_t bytes)
{
	h->budget -= (int64_t)(bytes > CHARGE_MIN ? bytes : CHARGE_MIN);
}

void
httpd_charge_time(struct httpd *h, int64_t ns)
{
	int64_t most = CHARGE_TIME_MAX * NS_PER_MS / CHARGE_A_MS;

	h->budget -= (ns < most ? ns : most) * CHARGE_A_MS / NS_PER_MS;
}

/* accepts_from is the moment whose time has been spent; it lies no further back
 * than a burst. */
int64_t
httpd_accept_wait(struct httpd *h)
{
	struct mono oldest =
	    mono_after_ms(h->loop->now, -(int64_t)ACCEPTS_BURST * ACCEPT_MS);
	int64_t ms;

	if (h->accepts_from.ns < oldest.ns)
		h->accepts_from = oldest;
	ms = mono_ms_between(h->accepts_from, h->loop->now);
	return ms < ACCEPT_MS ? ACCEPT_MS - ms : 0;
}

void
httpd_accepted(struct httpd *h)
{
	h->accepts_from = mono_after_ms(h->accepts_from, ACCEPT_MS);
}
