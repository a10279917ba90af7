/* LINK: codec/bootenv core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/bootenv.h"
#include "core/span.h"

/* Whatever stands there can be written, and is then read the same way. */
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
	char *copy = malloc(size ? size : 1);
	char block[BOOTENV_BYTES];
	struct bootenv e, again;
	enum err r;

	if (size)
		memcpy(copy, data, size);
	r = bootenv_parse(copy, size, &e);
	claim(r == ERR_OK || r == ERR_SYNTAX);
	claim(e.good == 'A' || e.good == 'B');
	claim(bootenv_write(&e, block) == ERR_OK);
	claim(bootenv_parse(block, sizeof(block), &again) == ERR_OK);
	claim(again.good == e.good && again.trial == e.trial);
	claim(again.left == e.left && again.fails == e.fails);
	claim(again.others_len == e.others_len);
	free(copy);
	return 0;
}
