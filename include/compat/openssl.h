/*
 * openssl.h -- the OpenSSL functions that libnats_static.a calls, answered by
 * mbedTLS, so that tls:// NATS servers work with no OpenSSL in the binary.
 *
 * nats.c treats every type as opaque, so the structs are ours; the function
 * names, argument orders and numbers are OpenSSL's (man SSL_read,
 * SSL_get_error, X509_STORE_CTX_get_error).  Nothing of ours calls these.
 *
 * TLS 1.2 and 1.3, client only.  The chain and the host name are verified
 * (SSL_set_verify, SSL_set1_host) against a CA file, or against the roots that
 * are compiled in while no CA file was loaded.
 *
 * Threads: nats.c calls from its own threads and from our loop, each struct ssl
 * always under the connection's lock.  A struct ssl_ctx is shared by the
 * connections of one sink: it is filled before the first SSL_new and constant
 * afterwards; its count of users is atomic.  Random numbers come from PSA,
 * which locks for itself.
 *
 * Memory comes from mbedTLS's heap (mbedtls_calloc), the fixed block that
 * net/tls.c gives it: about 60 kB a connection and 3 kB a certificate of a CA
 * file.  When it is full, SSL_new gives NULL and the connection is tried again.
 */
#ifndef MPEDGE_COMPAT_OPENSSL_H
#define MPEDGE_COMPAT_OPENSSL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

enum {
	/* Decrypting reads the socket through a buffer: one system call for
	 * many small records. */
	SSL_AHEAD_BYTES = 16384,
	/* Longest a server may take for its part of a handshake. */
	SSL_HANDSHAKE_MS = 10000,
	SSL_HOST_MAX = 255,
};

/* What SSL_get_error answers. */
enum ssl_error {
	SSL_ERROR_NONE = 0,
	SSL_ERROR_SSL = 1,
	/*
	 * Look at errno.  nats.c waits for the descriptor when errno is EAGAIN,
	 * but spins on WANT_READ and WANT_WRITE, so those are never given.
	 */
	SSL_ERROR_SYSCALL = 5,
	SSL_ERROR_ZERO_RETURN = 6,
};

/* SSL_CTX */
struct ssl_ctx {
	atomic_uint users;
	bool built_in_roots;
	mbedtls_x509_crt roots;
	mbedtls_x509_crt own;
	mbedtls_pk_context key;
};

/* X509_STORE_CTX: what a verification is about to say of one certificate. */
struct ssl_verdict {
	struct ssl *ssl;
	mbedtls_x509_crt *cert;
	int depth;
	int error;
};

/* 1 accepts the certificate after all. */
typedef int ssl_verify_fn(int accepted, struct ssl_verdict *v);

/* SSL */
struct ssl {
	struct ssl_ctx *ctx;
	mbedtls_ssl_context tls;
	mbedtls_ssl_config config;
	int fd;
	enum ssl_error error;
	/* The owner's pointer (index 0, the only one nats.c uses). */
	void *ex_data;
	ssl_verify_fn *verify;
	bool shaking;
	/* Do not wait for the peer, even on a blocking descriptor. */
	bool hasty;
	int64_t deadline_ms;
	/* Name for SNI; name to verify (wins when both are set). */
	char sni[SSL_HOST_MAX + 1];
	char host[SSL_HOST_MAX + 1];
	/* Length of a write that mbedTLS wants to see again. */
	size_t unfinished;
	size_t ahead_at;
	size_t ahead_end;
	unsigned char ahead[SSL_AHEAD_BYTES];
};

/* --- ours, between the files of this layer --- */

/* Remember an mbedTLS error for ERR_get_error on this thread. */
void ssl_failed(int error);

/* For mbedtls_ssl_conf_ca_cb: the built-in roots with the issuer's name. */
int ssl_find_roots(
    void *unused, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);

/* For mbedtls_ssl_conf_verify: p is the struct ssl. */
int ssl_judge(void *p, mbedtls_x509_crt *cert, int depth, uint32_t *flags);

/* --- what nats.c calls; ssl_ctx.c --- */

const void *TLS_client_method(void);
struct ssl_ctx *SSL_CTX_new(const void *method);
void SSL_CTX_free(struct ssl_ctx *ctx);
long SSL_CTX_ctrl(struct ssl_ctx *ctx, int command, long arg, void *more);
int SSL_CTX_set_default_verify_paths(struct ssl_ctx *ctx);
int SSL_CTX_load_verify_locations(
    struct ssl_ctx *ctx, const char *file, const char *folder);
int SSL_CTX_use_certificate_chain_file(struct ssl_ctx *ctx, const char *file);
int SSL_CTX_use_PrivateKey_file(
    struct ssl_ctx *ctx, const char *file, int type);
int SSL_CTX_set_cipher_list(struct ssl_ctx *ctx, const char *list);
int SSL_CTX_set_ciphersuites(struct ssl_ctx *ctx, const char *list);

/* --- ssl.c --- */

struct ssl *SSL_new(struct ssl_ctx *ctx);
void SSL_free(struct ssl *s);
long SSL_ctrl(struct ssl *s, int command, long arg, void *more);
int SSL_set_fd(struct ssl *s, int fd);
void SSL_set_connect_state(struct ssl *s);
void SSL_set_verify(struct ssl *s, int mode, ssl_verify_fn *verify);
void SSL_set_hostflags(struct ssl *s, unsigned flags);
int SSL_set1_host(struct ssl *s, const char *host);
int SSL_set_ex_data(struct ssl *s, int index, void *data);
void *SSL_get_ex_data(const struct ssl *s, int index);
int SSL_do_handshake(struct ssl *s);
int SSL_read(struct ssl *s, void *to, int size);
int SSL_write(struct ssl *s, const void *from, int len);
int SSL_get_error(const struct ssl *s, int result);

/* --- ssl_verify.c --- */

int SSL_get_ex_data_X509_STORE_CTX_idx(void);
void *X509_STORE_CTX_get_ex_data(struct ssl_verdict *v, int index);
mbedtls_x509_crt *X509_STORE_CTX_get_current_cert(struct ssl_verdict *v);
int X509_STORE_CTX_get_error(struct ssl_verdict *v);
int X509_STORE_CTX_get_error_depth(struct ssl_verdict *v);
const char *X509_verify_cert_error_string(long error);
mbedtls_x509_name *X509_get_subject_name(const mbedtls_x509_crt *cert);
mbedtls_x509_name *X509_get_issuer_name(const mbedtls_x509_crt *cert);
char *X509_NAME_oneline(const mbedtls_x509_name *name, char *to, int size);
unsigned long ERR_get_error(void);
const char *ERR_reason_error_string(unsigned long error);
int RAND_bytes(unsigned char *to, int count);

#endif
