/*
 * mbr.h -- the table of partitions in the first sector of a disk, and its
 * fourth one made as large as the disk.
 *
 * Sectors have 512 bytes.  Reads and writes no disk: the change is one sector,
 * which the caller writes at once.
 */
#ifndef MPEDGE_CODEC_MBR_H
#define MPEDGE_CODEC_MBR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

enum {
	MBR_BYTES = 512,
	MBR_PARTITIONS = 4,
	MBR_TYPE_LINUX = 0x83,
	/* Partitions begin at multiples of this. */
	MBR_ALIGN = 2048,
};

struct mbr_partition {
	unsigned type;
	uint32_t first;
	/* 0: there is no such partition. */
	uint32_t count;
};

struct mbr {
	struct mbr_partition part[MBR_PARTITIONS];
};

/*
 * SYNTAX: not a table, or one whose partitions overlap or (with disk_sectors
 * not 0) end behind the disk.
 */
enum err mbr_read(
    const void *sector, uint64_t disk_sectors, struct mbr *m) MUST_USE;

/*
 * The last partition becomes as large as the disk lets it, and is made behind
 * the others when it is missing.  *changed tells whether sector was changed;
 * less than MBR_ALIGN sectors more are not worth it.  SPACE: there is no room
 * for it at all.
 */
enum err mbr_grow(void *sector, uint64_t disk_sectors, bool *changed) MUST_USE;

#endif
