#include <string.h>

#include <mbedtls/ssl.h>

#include "net/tls_parts.h"

enum err
tls_init_server(
    struct tls_context *c, const char *cert_file, const char *key_file)
{
	struct tls_shared *s = tls_shared_of(c);
	enum err e;

	memset(c, 0, sizeof(*c));
	e = tls_configure(s, MBEDTLS_SSL_IS_SERVER);
	if (e == ERR_OK)
		e = tls_load_own(s, cert_file, key_file);
	if (e != ERR_OK)
		tls_fini_more(c);
	return e;
}
