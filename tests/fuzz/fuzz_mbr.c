/* LINK: codec/mbr core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/mbr.h"

/* Growing leaves the other partitions alone, and a table that can be read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
grow(const uint8_t *sector, uint64_t sectors)
{
	uint8_t copy[MBR_BYTES];
	struct mbr before, after;
	bool changed;

	memcpy(copy, sector, sizeof(copy));
	if (mbr_grow(copy, sectors, &changed) != ERR_OK) {
		claim(!changed && memcmp(copy, sector, sizeof(copy)) == 0);
		return;
	}
	claim(changed || memcmp(copy, sector, sizeof(copy)) == 0);
	claim(mbr_read(sector, sectors, &before) == ERR_OK);
	claim(mbr_read(copy, sectors, &after) == ERR_OK);
	claim(memcmp(&before, &after, 3 * sizeof(before.part[0])) == 0);
	claim(after.part[3].count >= before.part[3].count);
	claim(mbr_grow(copy, sectors, &changed) == ERR_OK && !changed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t sectors;

	if (size < MBR_BYTES + sizeof(sectors))
		return 0;
	memcpy(&sectors, data + MBR_BYTES, sizeof(sectors));
	/* More than an int64_t of bytes is no disk. */
	grow(data, sectors >> 10);
	return 0;
}
