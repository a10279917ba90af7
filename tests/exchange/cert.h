/*
 * cert.h -- a throw-away certificate authority and a server certificate.
 *
 * The authority is written to DIR/ca.pem and its key to DIR/ca.key; when both
 * are there already they are used again, so that a simulator started anew in
 * the same directory is still trusted.
 */
#ifndef EXCHANGE_CERT_H
#define EXCHANGE_CERT_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

enum cert_fault {
	CERT_RIGHT,
	/* Names another host. */
	CERT_HOST,
	/* Ended yesterday. */
	CERT_EXPIRED,
	/* Signed by an authority that is not the one in ca.pem. */
	CERT_CA,
};

struct cert {
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
};

/* Ends the program with a message if it cannot. */
void cert_make(struct cert *c, const char *dir, enum cert_fault fault,
    mbedtls_ctr_drbg_context *random);

#endif
