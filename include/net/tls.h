/*
 * tls.h -- TLS 1.2 and 1.3 connections (mbedTLS), without a socket: those of
 * clients, and for the status pages those of a server.
 *
 * Bytes of the peer come and go through two functions that the caller sets, so
 * nothing here knows a descriptor.  The server's certificate and host name are
 * verified (RFC 6125) unless configuration says otherwise; SNI is always sent
 * (RFC 6066).  Roots are those compiled in from ca-certificates, looked up by
 * issuer when a chain needs one, or those of a PEM file.  Sessions are kept per
 * struct tls_peer and resumed (tickets, RFC 8446 section 4.6.1, RFC 5077).
 *
 * mbedTLS has its memory in one fixed block given to tls_init; its high-water
 * mark is tls_heap_peak.
 */
#ifndef MPEDGE_NET_TLS_H
#define MPEDGE_NET_TLS_H

#include "core/out.h"
#include "core/span.h"

struct tls_setup {
	/* Fixed memory of all TLS connections of the program. */
	void *heap;
	size_t heap_bytes;
	/* PEM file with roots instead of the built-in ones; NULL for those. */
	const char *ca_file;
	/* false accepts every certificate (tests only; loudly logged by app).
	 */
	bool verify;
	/* PEM files with the client's certificate and its key, both or NULL. */
	const char *cert_file;
	const char *key_file;
};

/* Shared by all connections; sizes are asserted in tls.c. */
struct tls_context {
	uint64_t opaque[320];
};

/* One at a time, and see tls_init_more.  FULL when the heap is too small, IO
 * when ca_file cannot be read, CERT when it holds no certificate, TLS when
 * there is no entropy. */
enum err tls_init(struct tls_context *c, const struct tls_setup *s) MUST_USE;
void tls_fini(struct tls_context *c);

/* Another context on the heap of the first one (heap and heap_bytes are not
 * looked at), with roots and a client certificate of its own.  CONFIG when
 * certificate or key cannot be used. */
enum err tls_init_more(
    struct tls_context *c, const struct tls_setup *s) MUST_USE;

/* Before that of the first one. */
void tls_fini_more(struct tls_context *c);

/* The same for a server that shows this certificate (and those behind it in the
 * file) and asks for none.  No sessions are resumed. */
enum err tls_init_server(struct tls_context *c, const char *cert_file,
    const char *key_file) MUST_USE;

/* Bytes of the heap in use at most so far, and now. */
size_t tls_heap_peak(const struct tls_context *c);
size_t tls_heap_used(const struct tls_context *c);

/* What is remembered of a server between connections. */
struct tls_peer {
	const char *host;
	/* Of tls_init_more, set after tls_peer_init; NULL: that of the others.
	 */
	struct tls_context *context;
	/* When the certificate it showed last ends, seconds since 1970; 0 is
	 * not known. */
	int64_t ends_s;
	uint64_t opaque[72];
};

/*
 * When the certificate ends that a handshake on this thread was shown last,
 * seconds since 1970; 0 where there was none.  For the connections of libnats,
 * each of which is made on a thread of its own: compat says what it saw, an
 * mbedtls_x509_crt.
 */
void tls_thread_saw(const void *certificate);
int64_t tls_thread_ends(void);

/* host is borrowed for good.  tls_peer_fini before tls_fini. */
void tls_peer_init(struct tls_peer *p, const char *host);
void tls_peer_fini(struct tls_peer *p);

/* The transport: AGAIN, CLOSED, RESET as in tcp_recv and tcp_send. */
struct tls_io {
	void *owner;
	enum err (*recv)(void *owner, void *buf, size_t size, size_t *len);
	enum err (*send)(
	    void *owner, const void *buf, size_t len, size_t *sent);
};

struct tls {
	uint64_t opaque[224];
};

/* Begin a connection.  FULL when the heap has no room (nothing to close then).
 * io is copied; p is borrowed until tls_close. */
enum err tls_open(struct tls *t, struct tls_context *c, struct tls_peer *p,
    const struct tls_io *io) MUST_USE;

/* The same for a client that has connected to us; c is of tls_init_server. */
enum err tls_accept(
    struct tls *t, struct tls_context *c, const struct tls_io *io) MUST_USE;

/* Harmless when it is not open; struct tls begins zeroed.  tls_why still
 * answers. */
void tls_close(struct tls *t);

/* OK when done; AGAIN; CERT or TLS (tls_why tells more), FULL, CLOSED, RESET.
 */
enum err tls_handshake(struct tls *t) MUST_USE;

/* Decrypted bytes; AGAIN when none are there, CLOSED after close_notify, RESET
 * when the stream ended without one. */
enum err tls_read(struct tls *t, void *buf, size_t size, size_t *len) MUST_USE;

/* After AGAIN it must be called again with the same bytes. */
enum err tls_write(
    struct tls *t, const void *buf, size_t len, size_t *sent) MUST_USE;

/* Bytes already decrypted that select cannot see. */
bool tls_pending(const struct tls *t);

/* AGAIN meant that the transport has to take bytes first. */
bool tls_wants_write(const struct tls *t);

/* Say close_notify; best effort. */
void tls_goodbye(struct tls *t);

/* What the last failure was, in words ("the certificate is not valid for ...").
 */
void tls_why(const struct tls *t, struct out *o);

/* Did the handshake go on with a session of before? */
bool tls_resumed(const struct tls *t);
/* When the first certificate of a PEM file ends, seconds since 1970; 0 when it
 * cannot be read. */
int64_t tls_file_ends(const char *path);

/* "TLSv1.3", cipher suite, resumed or not: for the status page. */
void tls_describe(const struct tls *t, struct out *o);

#endif
