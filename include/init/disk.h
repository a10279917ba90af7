/*
 * disk.h -- the disk the box was booted from: found by its environment block
 * and the serial number of its FAT partition.  For jobs: all of it may wait for
 * the disk.
 */
#ifndef MPEDGE_INIT_DISK_H
#define MPEDGE_INIT_DISK_H

#include "codec/bootenv.h"
#include "codec/mbr.h"
#include "core/out.h"

enum {
	DISK_PATH_MAX = 48,
	DISK_WAIT_MS = 15 * 1000,
	PART_BOOT = 1,
	PART_A = 2,
	PART_B = 3,
	PART_DATA = 4,
};

struct disk {
	/* /dev/vda */
	char path[DISK_PATH_MAX];
	uint64_t sectors;
	struct mbr mbr;
	struct bootenv env;
	bool has_env;
};

/*
 * Waits until the disk is there, DISK_WAIT_MS at most.  serial is as the boot
 * loader writes it (ABCD-1234); empty: the first disk with an environment
 * block. MISSING: there is none.
 */
enum err disk_find(struct span serial, struct disk *d) MUST_USE;

/* /dev/vda4, /dev/mmcblk0p4 */
void disk_part_path(const char *disk, unsigned part, struct out *o);

/*
 * The fourth partition up to the end of the disk, on the disk and for the
 * kernel.  IO, SYNTAX or SPACE: it is as it was.
 */
enum err disk_grow(struct disk *d) MUST_USE;

#endif
