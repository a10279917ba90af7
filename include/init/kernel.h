/*
 * kernel.h -- numbers and structures of Linux that no header of the C library
 * has.  They are part of its interface and do not change.
 */
#ifndef MPEDGE_INIT_KERNEL_H
#define MPEDGE_INIT_KERNEL_H

#include <stdint.h>
#include <sys/ioctl.h>

/* linux/fs.h */
#define KERNEL_BLKGETSIZE64 _IOR(0x12, 114, size_t)

/* linux/blkpg.h */
#define KERNEL_BLKPG _IO(0x12, 105)

enum {
	KERNEL_BLKPG_ADD = 1,
	KERNEL_BLKPG_RESIZE = 3,
};

struct kernel_blkpg_partition {
	long long start;
	long long length;
	int number;
	char device[64];
	char volume[64];
};

struct kernel_blkpg {
	int op;
	int flags;
	int length;
	void *data;
};

/* fs/ext4/ext4.h */
#define KERNEL_EXT4_RESIZE _IOW('f', 16, uint64_t)

/* linux/watchdog.h */
#define KERNEL_WATCHDOG_SET_TIMEOUT _IOWR('W', 6, int)
#define KERNEL_WATCHDOG_KEEP_ALIVE _IOR('W', 5, int)

/* linux/reboot.h is sys/reboot.h */

#endif
