/* LINK: core/metrics */
/* LINK: net/dns net/tcp core/loop core/time core/out core/span core/must */
/* LIBS: cares */
#define _GNU_SOURCE

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <ares.h>

#include "net/dns.h"

enum {
	TYPE_A = 1,
	TYPE_AAAA = 28,
	NXDOMAIN = 3,
	SERVFAIL = 2,
};

struct world {
	struct loop loop;
	struct dns dns;
	struct dns_query query;
	bool done;
	enum err error;
	/* The name server: one datagram in, one out. */
	struct watch server;
	int code;
	bool silent;
	unsigned asked;
	bool edns;
};

static void
on_done(struct dns_query *q, enum err e)
{
	struct world *w = q->owner;

	assert_false(w->done);
	assert_false(q->busy);
	w->done = true;
	w->error = e;
}

/* Length of the question behind the header: a name, type and class. */
static size_t
question_len(const uint8_t *in, size_t len, unsigned *type)
{
	size_t at = 12;

	while (at < len && in[at] != 0)
		at += in[at] + 1u;
	assert_true(at + 5 <= len);
	*type = in[at + 1] << 8 | in[at + 2];
	return at + 5 - 12;
}

/* 192.0.2.7 and .8 for every name, no IPv6. */
static void
on_question(struct watch *s, unsigned got)
{
	static const uint8_t answer[] = { 0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0,
		60, 0, 4, 192, 0, 2 };
	struct world *w = s->owner;
	uint8_t in[512], out[512];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(
	    s->fd, in, sizeof(in), 0, (struct sockaddr *)&from, &from_len);
	unsigned type;
	size_t len;

	(void)got;
	w->asked++;
	if (n < 12 || w->silent)
		return;
	w->edns = in[11] == 1;
	len = 12 + question_len(in, (size_t)n, &type);
	memcpy(out, in, len);
	out[2] = 0x81;
	out[3] = (uint8_t)(0x80 | w->code);
	memset(out + 6, 0, 6);
	for (uint8_t i = 7; type == TYPE_A && w->code == 0 && i <= 8; i++) {
		memcpy(out + len, answer, sizeof(answer));
		len += sizeof(answer);
		out[len++] = i;
		out[7]++;
	}
	assert_true(sendto(s->fd, out, len, 0, (struct sockaddr *)&from,
			from_len) == (ssize_t)len);
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct sockaddr_in here = { .sin_family = AF_INET };
	socklen_t len = sizeof(here);
	char servers[32];

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loop_init(&w->loop);
	w->server.fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(
	    bind(w->server.fd, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(
	    getsockname(w->server.fd, (struct sockaddr *)&here, &len), 0);
	w->server.want = LOOP_READ;
	w->server.ready = on_question;
	w->server.owner = w;
	loop_watch(&w->loop, &w->server);
	assert_int_equal(dns_init(&w->dns, &w->loop), ERR_OK);
	snprintf(
	    servers, sizeof(servers), "127.0.0.1:%u", ntohs(here.sin_port));
	assert_int_equal(
	    ares_set_servers_ports_csv(w->dns.channel, servers), ARES_SUCCESS);
	w->query.done = on_done;
	w->query.owner = w;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	dns_fini(&w->dns);
	loop_drop(&w->loop, &w->server);
	close(w->server.fd);
	assert_null(w->loop.watches);
	assert_null(w->loop.timers);
	free(w);
	return 0;
}

static void
ask(struct world *w, const char *host)
{
	w->done = false;
	dns_start(&w->dns, &w->query, host, 443);
	for (int i = 0; i < 1000 && !w->done; i++)
		loop_turn(&w->loop, 10);
	assert_true(w->done);
}

static void
literals(void **state)
{
	struct world *w = *state;

	w->done = false;
	dns_start(&w->dns, &w->query, "127.0.0.1", 9443);
	assert_true(w->done);
	assert_int_equal(w->error, ERR_OK);
	assert_int_equal(w->query.count, 1);
	assert_int_equal(w->query.addresses[0].family, 4);
	assert_int_equal(w->query.addresses[0].port, 9443);
	w->done = false;
	dns_start(&w->dns, &w->query, "::1", 443);
	assert_true(w->done);
	assert_int_equal(w->query.addresses[0].family, 6);
	assert_int_equal(w->query.addresses[0].bytes[15], 1);
	assert_int_equal(w->asked, 0);
}

static void
names_of_this_machine(void **state)
{
	struct world *w = *state;

	ask(w, "localhost");
	assert_int_equal(w->error, ERR_OK);
	assert_true(w->query.count >= 1);
	assert_int_equal(w->asked, 0);
}

static void
names_of_a_server(void **state)
{
	struct world *w = *state;

	ask(w, "stream.example");
	assert_int_equal(w->error, ERR_OK);
	assert_int_equal(w->query.count, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w->query.addresses[i].family, 4);
		assert_int_equal(w->query.addresses[i].port, 443);
		assert_memory_equal(
		    w->query.addresses[i].bytes, "\xc0\x00\x02", 3);
		assert_in_range(w->query.addresses[i].bytes[3], 7, 8);
	}
	/* For both families. */
	assert_int_equal(w->asked, 2);
	assert_true(w->edns);
}

static void
names_that_are_none(void **state)
{
	struct world *w = *state;
	char longest[300];

	w->code = NXDOMAIN;
	ask(w, "none.example");
	assert_int_equal(w->error, ERR_DNS);
	assert_int_equal(w->query.count, 0);
	assert_false(w->dns.stale);
	ask(w, "");
	assert_int_equal(w->error, ERR_DNS);
	ask(w, "a..b");
	assert_int_equal(w->error, ERR_DNS);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	ask(w, longest);
	assert_int_equal(w->error, ERR_DNS);
}

/* The network may not have been there when the program began. */
static void
configuration_is_read_again(void **state)
{
	struct world *w = *state;
	unsigned asked;

	w->code = SERVFAIL;
	ask(w, "broken.example");
	assert_int_equal(w->error, ERR_DNS);
	assert_true(w->dns.stale);
	asked = w->asked;
	/* Our server was no part of the configuration. */
	ask(w, "localhost");
	assert_false(w->dns.stale);
	assert_int_equal(w->asked, asked);
}

static void
cancelled(void **state)
{
	struct world *w = *state;
	struct dns_query others[DNS_SLOTS];

	w->silent = true;
	dns_start(&w->dns, &w->query, "slow.example", 443);
	assert_true(w->query.busy);
	dns_cancel(&w->query);
	dns_cancel(&w->query);
	assert_false(w->query.busy);
	for (int i = 0; i < DNS_SLOTS; i++) {
		memset(&others[i], 0, sizeof(others[i]));
		others[i].done = on_done;
		others[i].owner = w;
		w->done = false;
		dns_start(&w->dns, &others[i], "slow.example", 443);
		/* The cancelled one still has its slot. */
		assert_int_equal(w->done, i == DNS_SLOTS - 1);
	}
	assert_int_equal(w->error, ERR_DNS);
	for (int i = 0; i < DNS_SLOTS; i++)
		dns_cancel(&others[i]);
	w->silent = false;
	w->done = false;
}

/* done asks again: from within c-ares. */
static void
on_done_again(struct dns_query *q, enum err e)
{
	struct world *w = q->owner;

	assert_int_equal(e, ERR_OK);
	q->done = on_done;
	dns_start(&w->dns, q, "second.example", 80);
}

static void
asking_from_within(void **state)
{
	struct world *w = *state;

	w->query.done = on_done_again;
	ask(w, "first.example");
	assert_int_equal(w->error, ERR_OK);
	assert_int_equal(w->query.addresses[0].port, 80);
	assert_int_equal(w->asked, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(literals),
		T(names_of_this_machine),
		T(names_of_a_server),
		T(names_that_are_none),
		T(configuration_is_read_again),
		T(cancelled),
		T(asking_from_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
