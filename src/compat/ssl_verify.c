#include "compat/openssl.h"

#include <string.h>

#include <mbedtls/error.h>
#include <mbedtls/platform.h>
#include <psa/crypto.h>

#include "net/ca_roots.h"
#include "net/tls.h"

/*
 * OpenSSL's X509_V_ERR_* number for each reason mbedTLS gives; nats.c knows 62
 * by its number and writes all of them into its error text.
 */
static const struct {
	uint32_t flag;
	int error;
	const char *text;
} reasons[] = {
	{ MBEDTLS_X509_BADCERT_EXPIRED, 10, "certificate has expired" },
	{ MBEDTLS_X509_BADCERT_FUTURE, 9, "certificate is not yet valid" },
	{ MBEDTLS_X509_BADCERT_REVOKED, 23, "certificate revoked" },
	{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, 20,
	    "certificate is not signed by a trusted CA" },
	{ MBEDTLS_X509_BADCERT_CN_MISMATCH, 62, "hostname mismatch" },
	{ MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
		MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
	    26, "certificate is not for a server" },
	{ MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
		MBEDTLS_X509_BADCERT_BAD_KEY,
	    67, "certificate key or signature too weak" },
};

enum {
	/* X509_V_ERR_UNSPECIFIED */
	REASON_OTHER = 1,
	REASON_COUNT = sizeof(reasons) / sizeof(reasons[0]),
};

int
ssl_judge(void *p, mbedtls_x509_crt *cert, int depth, uint32_t *flags)
{
	struct ssl *s = p;
	struct ssl_verdict v = { s, cert, depth, REASON_OTHER };

	if (depth == 0)
		tls_thread_saw(cert);
	if (*flags == 0 || s->verify == NULL)
		return 0;
	for (int i = 0; i < REASON_COUNT; i++)
		if ((*flags & reasons[i].flag) != 0) {
			v.error = reasons[i].error;
			break;
		}
	if (s->verify(0, &v) == 1)
		*flags = 0;
	return 0;
}

/*
 * The caller frees what is found.  One that cannot be parsed, or does not fit
 * into the heap, is the same as one that is not there.
 */
int
ssl_find_roots(
    void *unused, const mbedtls_x509_crt *child, mbedtls_x509_crt **found)
{
	const mbedtls_x509_buf *name = &child->issuer_raw;
	mbedtls_x509_crt *list = NULL;

	(void)unused;
	for (unsigned i = 0; i < ca_roots_count; i++) {
		const struct ca_root *r = &ca_roots[i];
		const unsigned char *der = ca_root_bytes + r->at;

		if (r->subject_len != name->len ||
		    memcmp(der + r->subject, name->p, name->len) != 0)
			continue;
		if (list == NULL) {
			list = mbedtls_calloc(1, sizeof(*list));
			if (list == NULL)
				break;
			mbedtls_x509_crt_init(list);
		}
		(void)mbedtls_x509_crt_parse_der_nocopy(list, der, r->der_len);
	}
	*found = list;
	return 0;
}

/* The one index there is, for the SSL a verdict belongs to. */
int
SSL_get_ex_data_X509_STORE_CTX_idx(void)
{
	return 0;
}

void *
X509_STORE_CTX_get_ex_data(struct ssl_verdict *v, int index)
{
	(void)index;
	return v->ssl;
}

mbedtls_x509_crt *
X509_STORE_CTX_get_current_cert(struct ssl_verdict *v)
{
	return v->cert;
}

int
X509_STORE_CTX_get_error(struct ssl_verdict *v)
{
	return v->error;
}

int
X509_STORE_CTX_get_error_depth(struct ssl_verdict *v)
{
	return v->depth;
}

const char *
X509_verify_cert_error_string(long error)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (reasons[i].error == error)
			return reasons[i].text;
	return "certificate not accepted";
}

mbedtls_x509_name *
X509_get_subject_name(const mbedtls_x509_crt *cert)
{
	return (mbedtls_x509_name *)&cert->subject;
}

mbedtls_x509_name *
X509_get_issuer_name(const mbedtls_x509_crt *cert)
{
	return (mbedtls_x509_name *)&cert->issuer;
}

char *
X509_NAME_oneline(const mbedtls_x509_name *name, char *to, int size)
{
	if (size > 0 && mbedtls_x509_dn_gets(to, (size_t)size, name) < 0)
		to[0] = '\0';
	return to;
}

/*
 * OpenSSL keeps the last error of each thread, and its interface leaves no
 * other place for it: nats.c asks right after a call that failed.
 */
static _Thread_local int last_error;

void
ssl_failed(int error)
{
	last_error = error;
}

unsigned long
ERR_get_error(void)
{
	unsigned long error = (unsigned long)-last_error;

	last_error = 0;
	return error;
}

const char *
ERR_reason_error_string(unsigned long error)
{
	int e = -(int)error;
	const char *text = mbedtls_low_level_strerr(e);

	if (e == 0)
		return "no reason given";
	if (text == NULL)
		text = mbedtls_high_level_strerr(e);
	return text != NULL ? text : "unknown TLS error";
}

int
RAND_bytes(unsigned char *to, int count)
{
	return count >= 0 && psa_crypto_init() == PSA_SUCCESS &&
	       psa_generate_random(to, (size_t)count) == PSA_SUCCESS;
}
