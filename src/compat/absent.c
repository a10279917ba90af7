#include "compat/absent.h"

#include "compat/openssl.h"

static void *
no_such_thing(void)
{
	ssl_failed(MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE);
	return NULL;
}

void *
BIO_new_mem_buf(const void *bytes, int len)
{
	(void)bytes;
	(void)len;
	return no_such_thing();
}

int
BIO_free(void *bio)
{
	(void)bio;
	return 0;
}

void *
PEM_X509_INFO_read_bio(void *bio, void *to, void *ask, void *arg)
{
	(void)bio;
	(void)to;
	(void)ask;
	(void)arg;
	return no_such_thing();
}

void *
PEM_read_bio_PrivateKey(void *bio, void *to, void *ask, void *arg)
{
	return PEM_X509_INFO_read_bio(bio, to, ask, arg);
}

void *
PEM_read_bio_X509(void *bio, void *to, void *ask, void *arg)
{
	return PEM_X509_INFO_read_bio(bio, to, ask, arg);
}

void
EVP_PKEY_free(void *key)
{
	(void)key;
}

void
X509_free(void *cert)
{
	(void)cert;
}

void
X509_INFO_free(void *info)
{
	(void)info;
}

int
X509_STORE_add_cert(void *store, void *cert)
{
	(void)store;
	(void)cert;
	no_such_thing();
	return 0;
}

int
X509_STORE_add_crl(void *store, void *crl)
{
	return X509_STORE_add_cert(store, crl);
}

void *
SSL_CTX_get_cert_store(const void *ctx)
{
	(void)ctx;
	return no_such_thing();
}

int
SSL_CTX_use_PrivateKey(void *ctx, void *key)
{
	return X509_STORE_add_cert(ctx, key);
}

int
SSL_CTX_use_certificate(void *ctx, void *cert)
{
	return X509_STORE_add_cert(ctx, cert);
}

/* TLS compression is gone from mbedTLS; freeing no list is fine. */
void *
SSL_COMP_get_compression_methods(void)
{
	return NULL;
}

int
OPENSSL_sk_num(const void *stack)
{
	(void)stack;
	return 0;
}

void *
OPENSSL_sk_value(const void *stack, int index)
{
	(void)stack;
	(void)index;
	return NULL;
}

void
OPENSSL_sk_free(void *stack)
{
	(void)stack;
}

void
OPENSSL_sk_pop_free(void *stack, void (*release)(void *))
{
	(void)stack;
	(void)release;
}

/* What of libsodium signs (toolchain/deps/sodium.sh) needs no start. */
int
sodium_init(void)
{
	return 0;
}

void
sodium_memzero(void *at, size_t len)
{
	volatile unsigned char *p = at;

	while (len-- > 0)
		*p++ = 0;
}

const char protobuf_c_empty_string[] = "";

void
protobuf_c_message_free_unpacked(void *message, void *allocator)
{
	(void)message;
	(void)allocator;
}

size_t
protobuf_c_message_get_packed_size(const void *message)
{
	(void)message;
	return 0;
}

size_t
protobuf_c_message_pack(const void *message, uint8_t *to)
{
	(void)message;
	(void)to;
	return 0;
}

size_t
protobuf_c_message_pack_to_buffer(const void *message, void *to)
{
	(void)message;
	(void)to;
	return 0;
}

void *
protobuf_c_message_unpack(
    const void *type, void *allocator, size_t len, const uint8_t *from)
{
	(void)type;
	(void)allocator;
	(void)len;
	(void)from;
	return NULL;
}
