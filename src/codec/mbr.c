#include "codec/mbr.h"

#include <string.h>

enum {
	AT_TABLE = 446,
	ENTRY_BYTES = 16,
	AT_CHS_FIRST = 1,
	AT_TYPE = 4,
	AT_CHS_LAST = 5,
	AT_FIRST = 8,
	AT_COUNT = 12,
	AT_MARK = 510,
	LAST = MBR_PARTITIONS - 1,
};

static uint32_t
read_le(const unsigned char *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static void
write_le(unsigned char *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t
end_of(const struct mbr_partition *p)
{
	return (uint64_t)p->first + p->count;
}

static bool
overlap(const struct mbr_partition *a, const struct mbr_partition *b)
{
	return a->count > 0 && b->count > 0 && a->first < end_of(b) &&
	       b->first < end_of(a);
}

enum err
mbr_read(const void *sector, uint64_t disk_sectors, struct mbr *m)
{
	const unsigned char *s = sector;
	bool some = false;

	memset(m, 0, sizeof(*m));
	if (s[AT_MARK] != 0x55 || s[AT_MARK + 1] != 0xaa)
		return ERR_SYNTAX;
	for (unsigned i = 0; i < MBR_PARTITIONS; i++) {
		const unsigned char *e = s + AT_TABLE + i * ENTRY_BYTES;
		struct mbr_partition *p = &m->part[i];

		if ((e[0] & 0x7f) != 0)
			return ERR_SYNTAX;
		p->type = e[AT_TYPE];
		p->first = read_le(e + AT_FIRST);
		p->count = p->type == 0 ? 0 : read_le(e + AT_COUNT);
		if (p->count > 0 && p->first == 0)
			return ERR_SYNTAX;
		if (disk_sectors > 0 && p->count > 0 &&
		    end_of(p) > disk_sectors)
			return ERR_SYNTAX;
		for (unsigned j = 0; j < i; j++) {
			if (overlap(p, &m->part[j]))
				return ERR_SYNTAX;
		}
		some = some || p->count > 0;
	}
	return some ? ERR_OK : ERR_SYNTAX;
}

/* Behind the other partitions, aligned; or where the last one begins. */
static uint64_t
first_of_last(const struct mbr *m)
{
	uint64_t first = MBR_ALIGN;

	if (m->part[LAST].count > 0)
		return m->part[LAST].first;
	for (unsigned i = 0; i < LAST; i++) {
		if (end_of(&m->part[i]) > first)
			first = end_of(&m->part[i]);
	}
	return (first + MBR_ALIGN - 1) / MBR_ALIGN * MBR_ALIGN;
}

/* The first partition that begins behind it, or the end of what can be said. */
static uint64_t
limit_of(const struct mbr *m, uint64_t first, uint64_t disk_sectors)
{
	uint64_t limit = disk_sectors;

	if (limit - first > UINT32_MAX)
		limit = first + UINT32_MAX;
	for (unsigned i = 0; i < LAST; i++) {
		const struct mbr_partition *p = &m->part[i];

		if (p->count > 0 && p->first > first && p->first < limit)
			limit = p->first;
	}
	return limit;
}

enum err
mbr_grow(void *sector, uint64_t disk_sectors, bool *changed)
{
	unsigned char *e =
	    (unsigned char *)sector + AT_TABLE + LAST * ENTRY_BYTES;
	struct mbr m;
	uint64_t first, limit;
	enum err r = mbr_read(sector, disk_sectors, &m);

	*changed = false;
	if (r != ERR_OK)
		return r;
	first = first_of_last(&m);
	if (first > UINT32_MAX || first + MBR_ALIGN > disk_sectors)
		return m.part[LAST].count > 0 ? ERR_OK : ERR_SPACE;
	limit = limit_of(&m, first, disk_sectors);
	if (limit < first + m.part[LAST].count + MBR_ALIGN)
		return m.part[LAST].count > 0 ? ERR_OK : ERR_SPACE;
	/* Too far out for cylinders, heads and sectors. */
	memset(e + AT_CHS_FIRST, 0xff, 3);
	e[AT_CHS_FIRST] = 0xfe;
	memset(e + AT_CHS_LAST, 0xff, 3);
	e[AT_CHS_LAST] = 0xfe;
	if (m.part[LAST].count == 0)
		e[AT_TYPE] = MBR_TYPE_LINUX;
	write_le(e + AT_FIRST, (uint32_t)first);
	write_le(e + AT_COUNT, (uint32_t)(limit - first));
	*changed = true;
	return ERR_OK;
}
