/*
 * tcp.h -- non-blocking TCP sockets: the only system calls of layer net.
 *
 * Descriptors are close-on-exec and non-blocking, TCP_NODELAY is set, and on
 * connecting sockets kernel receive timestamps (SO_TIMESTAMPNS) where the
 * kernel gives them.
 */
#ifndef MPEDGE_NET_TCP_H
#define MPEDGE_NET_TCP_H

#include "core/out.h"
#include "core/span.h"
#include "core/time.h"

struct address {
	/* 4 or 6; 0 is no address. */
	uint8_t family;
	uint16_t port;
	/* Network order; 4 or 16 bytes. */
	uint8_t bytes[16];
};

/* "127.0.0.1", "::1" or "[::1]"; SYNTAX otherwise.  No names. */
enum err address_parse(
    struct span text, uint16_t port, struct address *a) MUST_USE;
/* "127.0.0.1:8080", "[::1]:8080" */
enum err address_read(struct span text, struct address *a) MUST_USE;
void address_write(const struct address *a, struct out *o);
/* As the system wants it; returns its length. */
struct sockaddr_storage;
unsigned address_native(const struct address *a, struct sockaddr_storage *to);

/* Begin to connect: OK also while it is under way.  *fd is the caller's.  FULL
 * when the process has no descriptor left that select can watch. */
enum err tcp_connect(const struct address *a, int *fd) MUST_USE;

/* After the descriptor became writable: OK, REFUSED, UNREACHABLE, LATE, IO. */
enum err tcp_connected(int fd) MUST_USE;

/* Listen; port 0 lets the kernel choose, see tcp_local. */
enum err tcp_listen(const struct address *a, int *fd) MUST_USE;
/* Somebody else opened fd: SYNTAX when it is no stream socket that listens,
 * FULL when select cannot watch it. */
enum err tcp_adopt(int fd) MUST_USE;
/* AGAIN when nobody waits; FULL when no descriptor is left. */
enum err tcp_accept(int fd, int *client) MUST_USE;
enum err tcp_local(int fd, struct address *a) MUST_USE;

/*
 * Up to size bytes; *len says how many.  AGAIN when none wait, CLOSED at the
 * end of the stream, RESET or IO otherwise.  *stamp is when the kernel received
 * the last of them, 0 when it did not say.
 */
enum err tcp_recv(
    int fd, void *buf, size_t size, size_t *len, struct wall *stamp) MUST_USE;

/* AGAIN when nothing could be sent; *len may be less than asked. */
enum err tcp_send(int fd, const void *buf, size_t len, size_t *sent) MUST_USE;

/* No more will be sent; the peer sees the end of the stream. */
void tcp_finish(int fd);

void tcp_close(int fd);

/* Close with RST at once, nothing lingers. */
void tcp_abort(int fd);

/* Bytes nobody can predict (getrandom). */
void tcp_random(void *buf, size_t len);

#endif
