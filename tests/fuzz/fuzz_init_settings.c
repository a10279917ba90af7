/* LINK: init/settings init/gate core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/gate.h"
#include "init/settings.h"

/* Whatever mp.ini is, what comes of it can be used. */
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
	struct span text = { copy, size };
	struct settings s;
	uint32_t address;

	if (size)
		memcpy(copy, data, size);
	settings_init(&s);
	settings_read(&s, text);
	claim(s.dhcp || (s.prefix >= 1 && s.prefix <= 32 && s.address != 0));
	claim(s.gate_s >= 10 && s.gate_s <= 86400);
	claim(strlen(s.dns) < sizeof(s.dns) && strlen(s.ntp) < sizeof(s.ntp));
	claim(strlen(s.hostname) < sizeof(s.hostname));
	claim((s.wrong_line == 0) == (s.wrong == NULL));
	claim(conf_find(text, "board").len <= size);
	claim(gate_parse(text) <= GATE_ALL);
	if (ipv4_parse(text, &address) == ERR_OK)
		claim(size >= 7 && size <= 15);
	free(copy);
	return 0;
}
