#include "net/dns.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <ares.h>

#include "core/must.h"

enum {
	/* What fits every path without fragments. */
	EDNS_BYTES = 1232,
	HOST_MAX = 253,
};

static enum err
open_channel(struct dns *d)
{
	struct ares_options o;
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_EDNSPSZ;
	ares_channel channel;
	int r;

	memset(&o, 0, sizeof(o));
	o.flags = ARES_FLAG_EDNS;
	o.ednspsz = EDNS_BYTES;
	o.timeout = DNS_TIMEOUT_MS;
	o.tries = DNS_TRIES;
	r = ares_init_options(&channel, &o, mask);
	if (r != ARES_SUCCESS)
		return r == ARES_ENOMEM ? ERR_FULL : ERR_IO;
	d->channel = channel;
	return ERR_OK;
}

static struct watch *
find_watch(struct dns *d, int fd)
{
	for (int i = 0; i < DNS_FDS_MAX; i++) {
		if (d->watches[i].watched && d->watches[i].fd == fd)
			return &d->watches[i];
	}
	return NULL;
}

static void on_ready(struct watch *w, unsigned got);

static void
watch_fd(struct dns *d, int fd, unsigned want)
{
	struct watch *w = find_watch(d, fd);

	for (int i = 0; i < DNS_FDS_MAX && !w; i++) {
		if (!d->watches[i].watched)
			w = &d->watches[i];
	}
	/* What select cannot watch is left to c-ares' own timeout. */
	if (!w || fd >= FD_SETSIZE)
		return;
	w->want = want;
	if (w->watched)
		return;
	w->fd = fd;
	w->ready = on_ready;
	w->owner = d;
	loop_watch(d->loop, w);
}

/* c-ares opens and closes descriptors in every call: look again after each. */
static void
sync_watches(struct dns *d)
{
	ares_socket_t fds[ARES_GETSOCK_MAXNUM];
	unsigned bits = 0;
	struct timeval left, *t;

	for (int i = 0; i < DNS_FDS_MAX; i++)
		d->watches[i].want = 0;
	if (d->channel)
		bits = (unsigned)ares_getsock(
		    d->channel, fds, ARES_GETSOCK_MAXNUM);
	for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
		unsigned want = 0;

		/* Its macros shift into the sign. */
		if (bits >> i & 1)
			want |= LOOP_READ;
		if (bits >> (i + ARES_GETSOCK_MAXNUM) & 1)
			want |= LOOP_WRITE;
		if (want)
			watch_fd(d, fds[i], want);
	}
	for (int i = 0; i < DNS_FDS_MAX; i++) {
		if (d->watches[i].want == 0)
			loop_drop(d->loop, &d->watches[i]);
	}
	t = d->channel ? ares_timeout(d->channel, NULL, &left) : NULL;
	if (!t) {
		timer_stop(d->loop, &d->timer);
		return;
	}
	timer_start(d->loop, &d->timer,
	    mono_after_ms(d->loop->now,
		(int64_t)t->tv_sec * 1000 + t->tv_usec / 1000 + 1));
}

static void
process(struct dns *d, ares_socket_t readable, ares_socket_t writable)
{
	d->inside = true;
	ares_process_fd(d->channel, readable, writable);
	d->inside = false;
	sync_watches(d);
}

static void
on_ready(struct watch *w, unsigned got)
{
	process(w->owner, got & LOOP_READ ? w->fd : ARES_SOCKET_BAD,
	    got & LOOP_WRITE ? w->fd : ARES_SOCKET_BAD);
}

static void
on_timer(struct timer *t)
{
	process(t->owner, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

enum err
dns_init(struct dns *d, struct loop *l)
{
	memset(d, 0, sizeof(*d));
	d->loop = l;
	d->timer.fire = on_timer;
	d->timer.owner = d;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return ERR_IO;
	return open_channel(d);
}

static bool
is_idle(const struct dns *d)
{
	for (int i = 0; i < DNS_SLOTS; i++) {
		if (d->slots[i].taken)
			return false;
	}
	return true;
}

static void
close_channel(struct dns *d)
{
	for (int i = 0; i < DNS_SLOTS; i++)
		d->slots[i].query = NULL;
	if (d->channel)
		ares_destroy(d->channel);
	d->channel = NULL;
	sync_watches(d);
}

void
dns_fini(struct dns *d)
{
	close_channel(d);
	ares_library_cleanup();
}

static void
finish(struct dns_query *q, enum err e)
{
	if (e == ERR_OK && q->count == 0)
		e = ERR_DNS;
	q->busy = false;
	q->done(q, e);
}

/* Skips families that are neither IPv4 nor IPv6. */
static void
add_address(struct dns_query *q, const struct ares_addrinfo_node *n)
{
	struct address *a = &q->addresses[q->count];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memset(a, 0, sizeof(*a));
	a->port = q->port;
	if (n->ai_family == AF_INET && n->ai_addrlen >= sizeof(v4)) {
		memcpy(&v4, n->ai_addr, sizeof(v4));
		memcpy(a->bytes, &v4.sin_addr, 4);
		a->family = 4;
		q->count++;
	} else if (n->ai_family == AF_INET6 && n->ai_addrlen >= sizeof(v6)) {
		memcpy(&v6, n->ai_addr, sizeof(v6));
		memcpy(a->bytes, &v6.sin6_addr, 16);
		a->family = 6;
		q->count++;
	}
}

static void
count_answer(const struct dns_slot *slot, int status)
{
	struct dns *d = slot->dns;

	if (status == ARES_EDESTRUCTION)
		return;
	d->metrics.failures += status != ARES_SUCCESS;
	histogram_add(&d->metrics.latency, d->loop->now.ns - slot->asked.ns);
}

static void
on_answer(void *arg, int status, int timeouts, struct ares_addrinfo *info)
{
	struct dns_slot *slot = arg;
	struct dns_query *q = slot->query;

	(void)timeouts;
	slot->taken = false;
	slot->query = NULL;
	count_answer(slot, status);
	if (q && info) {
		for (struct ares_addrinfo_node *n = info->nodes;
		     n && q->count < DNS_ADDRESSES_MAX; n = n->ai_next)
			add_address(q, n);
	}
	if (info)
		ares_freeaddrinfo(info);
	if (status != ARES_SUCCESS && status != ARES_EDESTRUCTION &&
	    status != ARES_ENOTFOUND)
		slot->dns->stale = true;
	if (!q)
		return;
	if (status == ARES_SUCCESS)
		finish(q, ERR_OK);
	else
		finish(q, status == ARES_ETIMEOUT ? ERR_LATE : ERR_DNS);
}

static struct dns_slot *
free_slot(struct dns *d)
{
	for (int i = 0; i < DNS_SLOTS; i++) {
		if (!d->slots[i].taken)
			return &d->slots[i];
	}
	return NULL;
}

/* A new channel, when the old one is of no use and nobody waits on it. */
static bool
ensure_channel(struct dns *d)
{
	if (d->channel && d->stale && !d->inside && is_idle(d)) {
		close_channel(d);
		d->metrics.reloads++;
	}
	d->stale = false;
	return d->channel || open_channel(d) == ERR_OK;
}

void
dns_start(struct dns *d, struct dns_query *q, const char *host, uint16_t port)
{
	struct ares_addrinfo_hints hints;
	struct dns_slot *slot;
	bool inside;

	must(!q->busy);
	q->dns = d;
	q->busy = true;
	q->port = port;
	q->count = 0;
	if (address_parse(span_of(host), port, &q->addresses[0]) == ERR_OK) {
		q->count = 1;
		finish(q, ERR_OK);
		return;
	}
	d->metrics.queries++;
	slot = free_slot(d);
	if (!slot || strlen(host) > HOST_MAX || !ensure_channel(d)) {
		d->metrics.failures++;
		finish(q, ERR_DNS);
		return;
	}
	slot->dns = d;
	slot->asked = d->loop->now;
	slot->query = q;
	slot->taken = true;
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_UNSPEC;
	hints.ai_socktype = SOCK_STREAM;
	inside = d->inside;
	d->inside = true;
	ares_getaddrinfo(d->channel, host, NULL, &hints, on_answer, slot);
	d->inside = inside;
	sync_watches(d);
}

void
dns_cancel(struct dns_query *q)
{
	if (!q->busy)
		return;
	q->busy = false;
	for (int i = 0; i < DNS_SLOTS; i++) {
		if (q->dns->slots[i].query == q)
			q->dns->slots[i].query = NULL;
	}
}
