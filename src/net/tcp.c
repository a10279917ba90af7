#define _GNU_SOURCE

#include "net/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/must.h"

enum {
	BACKLOG = 64,
	/* "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" and NUL */
	TEXT_MAX = INET6_ADDRSTRLEN,
	/* A peer that vanished is noticed by the kernel within these too. */
	USER_TIMEOUT_MS = 20 * 1000,
	KEEPALIVE_IDLE_S = 30,
	KEEPALIVE_STEP_S = 10,
	KEEPALIVE_COUNT = 3,
};

/* Both families, as the kernel wants them. */
union sockaddrs {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

enum err
address_parse(struct span text, uint16_t port, struct address *a)
{
	char copy[TEXT_MAX];

	memset(a, 0, sizeof(*a));
	if (text.len >= 2 && text.at[0] == '[' &&
	    text.at[text.len - 1] == ']') {
		text.at++;
		text.len -= 2;
	}
	if (text.len == 0 || text.len >= sizeof(copy) ||
	    memchr(text.at, '\0', text.len))
		return ERR_SYNTAX;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	a->port = port;
	if (inet_pton(AF_INET, copy, a->bytes) == 1)
		a->family = 4;
	else if (inet_pton(AF_INET6, copy, a->bytes) == 1)
		a->family = 6;
	return a->family ? ERR_OK : ERR_SYNTAX;
}

enum err
address_read(struct span text, struct address *a)
{
	uint64_t port;
	size_t colon = text.len;

	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	if (colon == 0 ||
	    span_u64((struct span){ text.at + colon, text.len - colon },
		&port) != ERR_OK ||
	    port > UINT16_MAX)
		return ERR_SYNTAX;
	text.len = colon - 1;
	/* Without brackets nobody can tell what is the port of ::1:80. */
	if (memchr(text.at, ':', text.len) && text.at[0] != '[')
		return ERR_SYNTAX;
	return address_parse(text, (uint16_t)port, a);
}

void
address_write(const struct address *a, struct out *o)
{
	char text[TEXT_MAX];
	int family = a->family == 6 ? AF_INET6 : AF_INET;

	if (!inet_ntop(family, a->bytes, text, sizeof(text)))
		return;
	if (a->family == 6)
		out_char(o, '[');
	out_text(o, text);
	if (a->family == 6)
		out_char(o, ']');
	out_char(o, ':');
	out_u64(o, a->port);
}

static socklen_t
to_sockaddr(const struct address *a, union sockaddrs *s)
{
	memset(s, 0, sizeof(*s));
	if (a->family == 6) {
		s->v6.sin6_family = AF_INET6;
		s->v6.sin6_port = htons(a->port);
		memcpy(&s->v6.sin6_addr, a->bytes, 16);
		return sizeof(s->v6);
	}
	s->v4.sin_family = AF_INET;
	s->v4.sin_port = htons(a->port);
	memcpy(&s->v4.sin_addr, a->bytes, 4);
	return sizeof(s->v4);
}

unsigned
address_native(const struct address *a, struct sockaddr_storage *to)
{
	union sockaddrs s;
	socklen_t len = to_sockaddr(a, &s);

	memcpy(to, &s, len);
	return len;
}

static enum err
from_errno(int e)
{
	switch (e) {
	case EAGAIN:
	case EINTR:
	case EINPROGRESS:
		return ERR_AGAIN;
	case ECONNREFUSED:
		return ERR_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
	case EACCES:
	case EPERM:
		return ERR_UNREACHABLE;
	case ETIMEDOUT:
		return ERR_LATE;
	case ECONNRESET:
	case EPIPE:
		return ERR_RESET;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return ERR_FULL;
	}
	return ERR_IO;
}

static void
set_int(int fd, int level, int option, int value)
{
	/* All of these are improvements: the connection works without them. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static enum err
new_socket(const struct address *a, int *fd)
{
	int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	int s = socket(a->family == 6 ? AF_INET6 : AF_INET, type, 0);

	if (s < 0)
		return from_errno(errno);
	if (s >= FD_SETSIZE) {
		close(s);
		return ERR_FULL;
	}
	*fd = s;
	return ERR_OK;
}

enum err
tcp_connect(const struct address *a, int *fd)
{
	union sockaddrs s;
	socklen_t len = to_sockaddr(a, &s);
	enum err e = new_socket(a, fd);

	if (e != ERR_OK)
		return e;
	set_int(*fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(*fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set_int(*fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(*fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_int(*fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_STEP_S);
	set_int(*fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT);
	set_int(*fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
	if (connect(*fd, &s.any, len) == 0 || errno == EINPROGRESS ||
	    errno == EINTR)
		return ERR_OK;
	e = from_errno(errno);
	close(*fd);
	*fd = -1;
	/* EAGAIN here means that no local port is left. */
	return e == ERR_AGAIN ? ERR_UNREACHABLE : e;
}

enum err
tcp_connected(int fd)
{
	int failure = 0;
	socklen_t len = sizeof(failure);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &len) != 0)
		return ERR_IO;
	return failure == 0 ? ERR_OK : from_errno(failure);
}

enum err
tcp_listen(const struct address *a, int *fd)
{
	union sockaddrs s;
	socklen_t len = to_sockaddr(a, &s);
	enum err e = new_socket(a, fd);

	if (e != ERR_OK)
		return e;
	set_int(*fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (bind(*fd, &s.any, len) == 0 && listen(*fd, BACKLOG) == 0)
		return ERR_OK;
	e = from_errno(errno);
	close(*fd);
	*fd = -1;
	return e;
}

enum err
tcp_adopt(int fd)
{
	int listens = 0, type = 0;
	socklen_t len = sizeof(int);

	if (fd >= FD_SETSIZE)
		return ERR_FULL;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || !listens ||
	    type != SOCK_STREAM)
		return ERR_SYNTAX;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return ERR_IO;
	return ERR_OK;
}

enum err
tcp_accept(int fd, int *client)
{
	int s = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	enum err e;

	if (s < 0) {
		e = from_errno(errno);
		/* Those who left before we came are nobody's business. */
		return e == ERR_FULL ? ERR_FULL : ERR_AGAIN;
	}
	if (s >= FD_SETSIZE) {
		close(s);
		return ERR_FULL;
	}
	set_int(s, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(s, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
	*client = s;
	return ERR_OK;
}

enum err
tcp_local(int fd, struct address *a)
{
	union sockaddrs s;
	socklen_t len = sizeof(s);

	memset(&s, 0, sizeof(s));
	memset(a, 0, sizeof(*a));
	if (getsockname(fd, &s.any, &len) != 0)
		return ERR_IO;
	if (s.any.sa_family == AF_INET6) {
		a->family = 6;
		a->port = ntohs(s.v6.sin6_port);
		memcpy(a->bytes, &s.v6.sin6_addr, 16);
		return ERR_OK;
	}
	a->family = 4;
	a->port = ntohs(s.v4.sin_port);
	memcpy(a->bytes, &s.v4.sin_addr, 4);
	return ERR_OK;
}

/*
 * For a stream the kernel gives the time of the segment that held the last of
 * the bytes read (SO_TIMESTAMPNS in socket(7)).
 */
static struct wall
read_stamp(struct msghdr *m)
{
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SO_TIMESTAMPNS ||
		    c->cmsg_len < CMSG_LEN(sizeof(t)))
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		return (
		    struct wall){ (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec };
	}
	return (struct wall){ 0 };
}

enum err
tcp_recv(int fd, void *buf, size_t size, size_t *len, struct wall *stamp)
{
	union {
		struct cmsghdr align;
		char bytes[128];
	} control;
	struct iovec piece = { buf, size };
	struct msghdr m;
	ssize_t n;

	memset(&m, 0, sizeof(m));
	m.msg_iov = &piece;
	m.msg_iovlen = 1;
	m.msg_control = control.bytes;
	m.msg_controllen = sizeof(control.bytes);
	n = recvmsg(fd, &m, 0);
	if (n < 0)
		return from_errno(errno);
	if (n == 0)
		return ERR_CLOSED;
	*len = (size_t)n;
	*stamp = read_stamp(&m);
	return ERR_OK;
}

enum err
tcp_send(int fd, const void *buf, size_t len, size_t *sent)
{
	ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

	if (n < 0)
		return from_errno(errno);
	*sent = (size_t)n;
	return ERR_OK;
}

void
tcp_finish(int fd)
{
	(void)shutdown(fd, SHUT_WR);
}

void
tcp_close(int fd)
{
	close(fd);
}

void
tcp_abort(int fd)
{
	struct linger now = { 1, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

void
tcp_random(void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		must(n > 0 || errno == EINTR);
		if (n < 0)
			continue;
		p += n;
		len -= (size_t)n;
	}
}
