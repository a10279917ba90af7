/*
 * dns.h -- names to addresses without blocking (c-ares inside the loop).
 *
 * One resolver for the program.  A literal address answers at once, from within
 * dns_start; so do names of /etc/hosts.  Answers hold up to DNS_ADDRESSES_MAX
 * addresses, in the resolver's order (RFC 6724), IPv4 and IPv6.  Each server is
 * asked DNS_TRIES times with DNS_TIMEOUT_MS for the first answer, with EDNS
 * (RFC 6891); the owner of a query is expected to have a deadline.
 *
 * /etc/resolv.conf is read at start, and again before the first query after a
 * failed one: a box may boot before its network is there.
 */
#ifndef MPEDGE_NET_DNS_H
#define MPEDGE_NET_DNS_H

#include "core/loop.h"
#include "core/metrics.h"
#include "net/tcp.h"

enum {
	DNS_ADDRESSES_MAX = 8,
	DNS_FDS_MAX = 16,
	DNS_SLOTS = 64,
	DNS_TIMEOUT_MS = 2000,
	DNS_TRIES = 3,
};

struct dns_query;
struct dns;

/* A question c-ares works on; query is NULL once nobody wants the answer. */
struct dns_slot {
	struct dns *dns;
	struct dns_query *query;
	struct mono asked;
	bool taken;
};

struct dns {
	struct loop *loop;
	void *channel;
	struct watch watches[DNS_FDS_MAX];
	struct timer timer;
	struct dns_slot slots[DNS_SLOTS];
	/* The last question failed: read the configuration again. */
	bool stale;
	struct dns_metrics metrics;
	/* c-ares is at work further up the stack. */
	bool inside;
};

/* Lives inside whoever asks; busy until done is called or dns_cancel. */
struct dns_query {
	/* OK with count > 0, DNS or LATE. */
	void (*done)(struct dns_query *q, enum err e);
	void *owner;
	struct address addresses[DNS_ADDRESSES_MAX];
	unsigned count;
	uint16_t port;
	bool busy;
	struct dns *dns;
};

/* FULL or IO when c-ares does not start. */
enum err dns_init(struct dns *d, struct loop *l) MUST_USE;

/* done of queries under way is not called. */
void dns_fini(struct dns *d);

/* q->done and owner are set by the caller.  More than DNS_SLOTS questions at a
 * time end with DNS. */
void dns_start(
    struct dns *d, struct dns_query *q, const char *host, uint16_t port);

/* done is not called any more. */
void dns_cancel(struct dns_query *q);

#endif
