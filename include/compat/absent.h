/*
 * absent.h -- what libnats_static.a links to and mpedge does not offer: each
 * answers "failed" the way its library does.
 *
 * Certificates from memory (PEM_*, BIO_*), ciphers by name and NATS Streaming
 * (protobuf-c).  The sink asks for none of them; they are here so that the
 * linker is content and a mistake is an error of nats.c instead of a crash.
 *
 * And two of libsodium's, which its signing code and nats.c share: what they
 * do is here, without the rest of the file that has them.
 */
#ifndef MPEDGE_COMPAT_ABSENT_H
#define MPEDGE_COMPAT_ABSENT_H

#include <stddef.h>
#include <stdint.h>

void *BIO_new_mem_buf(const void *bytes, int len);
int BIO_free(void *bio);
void *PEM_X509_INFO_read_bio(void *bio, void *to, void *ask, void *arg);
void *PEM_read_bio_PrivateKey(void *bio, void *to, void *ask, void *arg);
void *PEM_read_bio_X509(void *bio, void *to, void *ask, void *arg);
void EVP_PKEY_free(void *key);
void X509_free(void *cert);
void X509_INFO_free(void *info);
int X509_STORE_add_cert(void *store, void *cert);
int X509_STORE_add_crl(void *store, void *crl);
void *SSL_CTX_get_cert_store(const void *ctx);
int SSL_CTX_use_PrivateKey(void *ctx, void *key);
int SSL_CTX_use_certificate(void *ctx, void *cert);
void *SSL_COMP_get_compression_methods(void);
int OPENSSL_sk_num(const void *stack);
void *OPENSSL_sk_value(const void *stack, int index);
void OPENSSL_sk_free(void *stack);
void OPENSSL_sk_pop_free(void *stack, void (*release)(void *));

int sodium_init(void);
void sodium_memzero(void *at, size_t len);

extern const char protobuf_c_empty_string[];
void protobuf_c_message_free_unpacked(void *message, void *allocator);
size_t protobuf_c_message_get_packed_size(const void *message);
size_t protobuf_c_message_pack(const void *message, uint8_t *to);
size_t protobuf_c_message_pack_to_buffer(const void *message, void *to);
void *protobuf_c_message_unpack(
    const void *type, void *allocator, size_t len, const uint8_t *from);

#endif
