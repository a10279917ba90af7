/*
 * tls_signed.h -- is a text signed with the key that belongs to this one, and
 * SHA-256 of bytes that come in pieces (mbedTLS).
 */
#ifndef MPEDGE_NET_TLS_SIGNED_H
#define MPEDGE_NET_TLS_SIGNED_H

#include "core/span.h"

enum {
	TLS_SUM_BYTES = 32,
};

struct tls_sum {
	uint64_t opaque[16];
};

void tls_sum_start(struct tls_sum *s);
void tls_sum_add(struct tls_sum *s, const void *bytes, size_t len);
/* s has to be started again. */
void tls_sum_end(struct tls_sum *s, uint8_t sum[TLS_SUM_BYTES]);

/*
 * ECDSA on P-256 in DER over SHA-256 of text.  pem is the public key, with its
 * NUL.  CERT: that is none; AUTH: the signature is not made with its key, or
 * not of this text; FULL: no memory (of tls_init).
 */
enum err tls_signed(const char *pem, struct span text, const uint8_t *signature,
    size_t signature_len) MUST_USE;

#endif
