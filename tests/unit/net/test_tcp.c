/* LINK: net/tcp core/out core/span core/must core/time */
#define _GNU_SOURCE

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/tcp.h"

static void
wait_for(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };

	assert_int_equal(poll(&p, 1, 5000), 1);
}

static void
expect_address(const char *text, const char *want)
{
	struct address a;
	char buf[64];
	struct out o;

	assert_int_equal(address_parse(span_of(text), 80, &a), ERR_OK);
	out_init(&o, buf, sizeof(buf));
	address_write(&a, &o);
	assert_string_equal(out_cstr(&o), want);
}

static void
addresses(void **state)
{
	static const char *const bad[] = { "", "localhost", "1.2.3",
		"1.2.3.4.5", "1.2.3.256", "[::1", "::1]", "[]",
		":::", "1.2.3.4 ",
		"11111111111111111111111111111111111111111111111111" };
	struct address a;

	(void)state;
	expect_address("127.0.0.1", "127.0.0.1:80");
	expect_address("::1", "[::1]:80");
	expect_address("[2001:db8::7]", "[2001:db8::7]:80");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    address_parse(span_of(bad[i]), 80, &a), ERR_SYNTAX);
	assert_int_equal(
	    address_parse((struct span){ "1.2.3.4\0", 8 }, 80, &a), ERR_SYNTAX);
}

/* A connected pair: [0] connected, [1] was accepted. */
static void
make_pair(int fd[2], int *listener)
{
	struct address a;

	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, listener), ERR_OK);
	assert_int_equal(tcp_local(*listener, &a), ERR_OK);
	assert_true(a.port != 0);
	assert_int_equal(tcp_accept(*listener, &fd[1]), ERR_AGAIN);
	assert_int_equal(tcp_connect(&a, &fd[0]), ERR_OK);
	wait_for(fd[0], POLLOUT);
	assert_int_equal(tcp_connected(fd[0]), ERR_OK);
	wait_for(*listener, POLLIN);
	assert_int_equal(tcp_accept(*listener, &fd[1]), ERR_OK);
}

/* Does this kernel stamp what arrives (qemu-user passes no such wish on)? */
static bool
kernel_stamps(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;
	bool can =
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0;

	close(fd);
	return can;
}

static void
bytes_and_their_time(void **state)
{
	struct wall stamp = { 0 };
	char buf[8];
	int fd[2], listener;
	size_t n = 0;

	(void)state;
	make_pair(fd, &listener);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    tcp_recv(fd[i], buf, sizeof(buf), &n, &stamp), ERR_AGAIN);
		assert_true(fcntl(fd[i], F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(fd[i], F_GETFL) & O_NONBLOCK);
	}
	assert_int_equal(tcp_send(fd[1], "hello", 5, &n), ERR_OK);
	assert_int_equal(n, 5);
	wait_for(fd[0], POLLIN);
	assert_int_equal(tcp_recv(fd[0], buf, sizeof(buf), &n, &stamp), ERR_OK);
	assert_memory_equal(buf, "hello", 5);
	assert_int_equal(n, 5);
	/* A kernel begins to stamp a while after it was first asked to. */
	for (int i = 0; i < 1000 && stamp.ns == 0 && kernel_stamps(); i++) {
		assert_int_equal(tcp_send(fd[1], "again", 5, &n), ERR_OK);
		wait_for(fd[0], POLLIN);
		assert_int_equal(
		    tcp_recv(fd[0], buf, sizeof(buf), &n, &stamp), ERR_OK);
	}
	/* The kernel's clock is the wall clock, and it was a moment ago. */
	if (kernel_stamps())
		assert_in_range(time_wall().ns - stamp.ns, 0, 5 * NS_PER_S);
	else
		assert_int_equal(stamp.ns, 0);
	tcp_finish(fd[1]);
	wait_for(fd[0], POLLIN);
	assert_int_equal(
	    tcp_recv(fd[0], buf, sizeof(buf), &n, &stamp), ERR_CLOSED);
	assert_int_equal(tcp_send(fd[0], "x", 1, &n), ERR_OK);
	tcp_close(fd[0]);
	tcp_close(fd[1]);
	tcp_close(listener);
}

static void
full_and_reset(void **state)
{
	struct wall stamp;
	char *buf = calloc(1, 1 << 20);
	int fd[2], listener;
	enum err e = ERR_OK;
	size_t n;

	(void)state;
	make_pair(fd, &listener);
	for (int i = 0; i < 100 && e == ERR_OK; i++)
		e = tcp_send(fd[0], buf, 1 << 20, &n);
	assert_int_equal(e, ERR_AGAIN);
	tcp_abort(fd[1]);
	wait_for(fd[0], POLLIN);
	assert_int_equal(tcp_recv(fd[0], buf, 8, &n, &stamp), ERR_RESET);
	/* No SIGPIPE. */
	assert_int_equal(tcp_send(fd[0], buf, 8, &n), ERR_RESET);
	tcp_close(fd[0]);
	tcp_close(listener);
	free(buf);
}

static void
nobody_listens(void **state)
{
	struct address a;
	int fd, listener;
	enum err e;

	(void)state;
	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &listener), ERR_OK);
	assert_int_equal(tcp_local(listener, &a), ERR_OK);
	tcp_close(listener);
	e = tcp_connect(&a, &fd);
	if (e == ERR_OK) {
		wait_for(fd, POLLOUT);
		e = tcp_connected(fd);
		tcp_close(fd);
	}
	assert_int_equal(e, ERR_REFUSED);
}

static void
port_in_use(void **state)
{
	struct address a;
	int fd, second;

	(void)state;
	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &fd), ERR_OK);
	assert_int_equal(tcp_local(fd, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &second), ERR_IO);
	tcp_close(fd);
}

/* What select cannot watch is refused, not passed on. */
static void
descriptors_past_the_set(void **state)
{
	struct rlimit limit;
	struct address a;
	int spare[FD_SETSIZE];
	int fd = -1, n = 0;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max <= FD_SETSIZE)
		skip();
	limit.rlim_cur = FD_SETSIZE + 64;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while (fd < FD_SETSIZE - 1) {
		fd = dup(0);
		assert_true(fd >= 0);
		spare[n++] = fd;
	}
	assert_int_equal(address_parse(SPAN("127.0.0.1"), 9, &a), ERR_OK);
	assert_int_equal(tcp_connect(&a, &fd), ERR_FULL);
	assert_int_equal(tcp_listen(&a, &fd), ERR_FULL);
	while (n > 0)
		close(spare[--n]);
}

static void
random_bytes(void **state)
{
	uint8_t a[600] = { 0 }, b[600] = { 0 };
	unsigned zeros = 0;

	(void)state;
	tcp_random(a, sizeof(a));
	tcp_random(b, sizeof(b));
	assert_true(memcmp(a, b, sizeof(a)) != 0);
	for (size_t i = 0; i < sizeof(a); i++)
		zeros += a[i] == 0;
	assert_true(zeros < 30);
}

static void
addresses_with_ports(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "127.0.0.1:80", "127.0.0.1:80" },
		{ "0.0.0.0:0", "0.0.0.0:0" },
		{ "[::1]:65535", "[::1]:65535" },
		{ "[::]:1", "[::]:1" },
		{ "::1:80", NULL },
		{ "::1", NULL },
		{ "127.0.0.1", NULL },
		{ "127.0.0.1:", NULL },
		{ "127.0.0.1:65536", NULL },
		{ "127.0.0.1:-1", NULL },
		{ "127.0.0.1:a", NULL },
		{ ":80", NULL },
		{ "80", NULL },
		{ "[::1:80", NULL },
		{ "localhost:80", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum err e;
		struct address a;
		char text[64];
		struct out o;

		e = address_read(span_of(cases[i].text), &a);
		assert_int_equal(
		    e, cases[i].want != NULL ? ERR_OK : ERR_SYNTAX);
		if (e != ERR_OK)
			continue;
		out_init(&o, text, sizeof(text));
		address_write(&a, &o);
		assert_string_equal(out_cstr(&o), cases[i].want);
	}
}

/* Only what listens is taken over, and does not block any more. */
static void
sockets_of_others(void **state)
{
	struct address a;
	int fd, other;

	(void)state;
	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &fd), ERR_OK);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	assert_int_equal(fcntl(fd, F_SETFD, 0), 0);
	assert_int_equal(tcp_adopt(fd), ERR_OK);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(tcp_accept(fd, &other), ERR_AGAIN);
	tcp_close(fd);
	assert_int_equal(tcp_adopt(fd), ERR_SYNTAX);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(tcp_adopt(fd), ERR_SYNTAX);
	tcp_close(fd);
	fd = open("/dev/null", O_RDONLY);
	assert_int_equal(tcp_adopt(fd), ERR_SYNTAX);
	tcp_close(fd);
	assert_int_equal(tcp_adopt(FD_SETSIZE), ERR_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(bytes_and_their_time),
		cmocka_unit_test(full_and_reset),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(port_in_use),
		cmocka_unit_test(descriptors_past_the_set),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(addresses_with_ports),
		cmocka_unit_test(sockets_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
