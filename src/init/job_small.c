#define _GNU_SOURCE

#include "init/parts.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	SECTOR = 512,
	WRITE_TRIES = 3,
};

int
job_keep(char *const argv[])
{
	return file_replace(KEPT_FILE, span_of(argv[2]), 0600) == ERR_OK ? 0
									 : 1;
}

/* --- the environment block ------------------------------------------------ */

static bool
read_block(const char *disk, char *block)
{
	int fd = open(disk, O_RDONLY | O_CLOEXEC);
	off_t at = (off_t)BOOTENV_LBA * SECTOR;
	bool done;

	if (fd < 0)
		return false;
	/* What the disk has, not what the cache has. */
	(void)posix_fadvise(fd, at, BOOTENV_BYTES, POSIX_FADV_DONTNEED);
	done = pread(fd, block, BOOTENV_BYTES, at) == BOOTENV_BYTES;
	close(fd);
	return done;
}

/* The first sector, at once: all that is ours stands there. */
static bool
write_block(const char *disk, const char *block, size_t len)
{
	int fd = open(disk, O_WRONLY | O_SYNC | O_CLOEXEC);
	off_t at = (off_t)BOOTENV_LBA * SECTOR;
	bool done;

	if (fd < 0)
		return false;
	done = pwrite(fd, block, len, at) == (ssize_t)len && fsync(fd) == 0;
	return close(fd) == 0 && done;
}

static bool
apply(struct bootenv *e, const char *what, const char *slot)
{
	char to = span_is(span_of(slot), "B") ? 'B' : 'A';

	if (strcmp(what, "commit") == 0)
		bootenv_commit(e, to);
	else if (strcmp(what, "give-up") == 0)
		bootenv_give_up(e);
	else if (strcmp(what, "healthy") == 0)
		e->fails = 0;
	else
		return false;
	return true;
}

static bool
change(const char *disk, const char *what, const char *slot)
{
	char block[BOOTENV_BYTES], again[BOOTENV_BYTES];
	struct bootenv e;
	const size_t len = BOOTENV_USED;

	/* Somebody has laid the FAT anew: there is something else now. */
	if (!read_block(disk, block) ||
	    bootenv_parse(block, sizeof(block), &e) != ERR_OK)
		return false;
	if (!apply(&e, what, slot) || bootenv_write(&e, block) != ERR_OK)
		return false;
	return write_block(disk, block, len) && read_block(disk, again) &&
	       memcmp(block, again, len) == 0;
}

int
job_bootenv(char *const argv[])
{
	for (int i = 0; i < WRITE_TRIES; i++) {
		if (change(argv[2], argv[3], argv[4]))
			return 0;
	}
	return 1;
}
