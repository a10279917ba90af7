/*
 * bootenv.h -- the environment block of the boot loader: which slot is good,
 * which one is on trial.
 *
 * The block is GRUB's: "# GRUB Environment Block", lines NAME=VALUE, filled up
 * with '#' to 1024 bytes.  What we write stands in the first 512 bytes alone,
 * so that one sector's write changes it as a whole.  Variables that are not
 * ours are kept as they are.  Neither reads nor writes a disk.
 *
 *   good   the committed slot, A or B
 *   try    the slot on trial, or nothing
 *   left   boots that the trial still has
 *   fails  boots of the good slot since it was last healthy
 */
#ifndef MPEDGE_CODEC_BOOTENV_H
#define MPEDGE_CODEC_BOOTENV_H

#include <stddef.h>

#include "core/err.h"

enum {
	BOOTENV_BYTES = 1024,
	/* No line of ours stands behind these. */
	BOOTENV_USED = 512,
	/* Where it stands on the disk, in sectors of 512 bytes: the data of the
	 * file grubenv of the FAT partition, which is laid there. */
	BOOTENV_LBA = 4096,
	BOOTENV_OTHERS_MAX = 256,
	/* Numbers in it are cut to this. */
	BOOTENV_COUNT_MAX = 99,
	/* Boots that a trial is given. */
	BOOTENV_TRIAL_BOOTS = 2,
};

struct bootenv {
	/* 'A' or 'B'. */
	char good;
	/* 'A', 'B', or 0: no slot is on trial. */
	char trial;
	unsigned left;
	unsigned fails;
	/* Lines that are not ours, with their ends. */
	size_t others_len;
	char others[BOOTENV_OTHERS_MAX];
};

/* Slot A is good and nothing is on trial. */
void bootenv_init(struct bootenv *e);

/*
 * Reads a block of `len` bytes.  SYNTAX: it is none, and *e is as after
 * bootenv_init, which is what the boot loader takes it for.  A line of ours
 * that makes no sense counts as absent.
 */
enum err bootenv_parse(
    const void *block, size_t len, struct bootenv *e) MUST_USE;

/* Writes BOOTENV_BYTES to block.  FULL: the lines of others do not fit. */
enum err bootenv_write(const struct bootenv *e, void *block) MUST_USE;

/* The slot that is not `slot`. */
char bootenv_other(char slot);

/* The slot is on trial from the next boot on. */
void bootenv_try(struct bootenv *e, char slot);

/* The slot is good, nothing is on trial, and no boot has failed. */
void bootenv_commit(struct bootenv *e, char slot);

/* The trial is over: the good slot it is. */
void bootenv_give_up(struct bootenv *e);

#endif
