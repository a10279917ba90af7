/* LINK: codec/sntp core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/sntp.h"

/* An answer is taken only when it brings the cookie back and its times can be.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct wall sent = { 0 }, received = { NS_PER_S };
	struct sntp_answer a;
	uint64_t cookie = 0;

	if (size)
		memcpy(copy, data, size);
	for (size_t i = 24; size >= SNTP_BYTES && i < 32; i++)
		cookie = cookie << 8 | copy[i];
	if (sntp_read(copy, size, cookie, sent, received, &a) == ERR_OK) {
		claim(size >= SNTP_BYTES);
		claim(a.delay_ns >= 0 && a.delay_ns <= NS_PER_S);
		claim(a.stratum > 0 && a.stratum <= SNTP_STRATUM_MAX);
		claim(a.server.ns >= a.offset_ns);
	}
	claim(sntp_read(copy, size, cookie + 1, sent, received, &a) != ERR_OK);
	free(copy);
	return 0;
}
