/*
 * link.h -- one accepted socket, with TLS or without, never blocking.
 */
#ifndef EXCHANGE_LINK_H
#define EXCHANGE_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <mbedtls/ssl.h>

#include "cert.h"

struct link {
	int fd;
	bool tls;
	bool open;
	/* Length of the write that TLS wants to see again. */
	size_t pending;
	mbedtls_ssl_context ssl;
};

/* What all links share. */
void links_init(const char *dir, enum cert_fault fault);

void link_init(struct link *l, int fd, bool tls);
/* Abort sends RST instead of saying good-bye. */
void link_close(struct link *l, bool abort);
/* Bytes moved; 0: wait for the socket; -1: it is over. */
long link_read(struct link *l, void *to, size_t size);
long link_write(struct link *l, const void *from, size_t len);
/* Decrypted bytes that poll does not see. */
bool link_holds_bytes(const struct link *l);

/* A listening socket on 127.0.0.1; *port 0 becomes the one chosen. */
int link_listen(int *port);

#endif
