/* LINK: codec/nkey core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/nkey.h"

/* A credentials file: its blocks, and what they hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct span jwt = nkey_block(text, "NATS USER JWT");
	uint8_t seed[NKEY_BYTES];
	uint8_t kind = 0;
	char *copy;

	if (nkey_seed_read(nkey_block(text, "USER NKEY SEED"), &kind, seed) !=
	    ERR_OK)
		kind = 0;
	if (jwt.at == NULL)
		jwt = text;
	/* Exactly as long, so that the sanitizer sees its end. */
	copy = malloc(jwt.len > 0 ? jwt.len : 1);
	if (copy == NULL)
		return 0;
	memcpy(copy, jwt.at, jwt.len);
	if (nkey_jwt_end(copy, jwt.len) < 0)
		abort();
	free(copy);
	return 0;
}
