/*
 * update.h -- another slot image on this box, or on one of the network.
 *
 *   mpedge update [--root FOLDER] [--disk DISK] [--slot A|B] FILE|URL
 *
 * On the box: judges the bundle (codec/bundle.h) by /etc/mpedge/update.pem and
 * /etc/mpedge/slot.conf, writes the slot that does not run, reads it back past
 * the page cache, and then has the boot loader try it.  Disk and running slot
 * are those that init tells in /run/mpedge/facts; all three paths are below
 * --root.  A URL is first fetched to /data/update/fetched.
 *
 *   mpedge update --box URL [--token-file FILE] [--user NAME]
 *                 [--ca-file FILE] FILE
 *
 * From anywhere: pushes the bundle to the box's page, which judges it and hands
 * it to init (docs/http.md).  With --user the first line of the token file is
 * that user's password.
 *
 * The exit status is a row of tables/updates.def; the last line on stderr is
 * "mpedge update: NAME: sentence".
 *
 * A power cut at any moment leaves a box that boots: while a slot is written
 * the environment of the boot loader does not point at it, and its first
 * sector, without which it is no slot, is written last.
 */
#ifndef MPEDGE_APP_UPDATE_H
#define MPEDGE_APP_UPDATE_H

#include "codec/bootenv.h"
#include "codec/bundle.h"
#include "core/out.h"
#include "net/tls_signed.h"

/* clang-format off */
enum update_end {
#define UPDATE(name, exit, http, meaning) UPDATE_##name,
#include "tables/updates.def"
#undef UPDATE
	UPDATE_ENDS
};
/* clang-format on */

struct update_end_desc {
	const char *name;
	int exit;
	int http;
	const char *meaning;
};

extern const struct update_end_desc update_ends[UPDATE_ENDS];

/* "NAME: meaning (more)" */
void update_sentence(enum update_end end, struct span more, struct out *o);

/* --- update_box.c: what runs, and is a bundle for it? --------------------- */

enum {
	UPDATE_KEY_MAX = 1024,
	UPDATE_WHY_MAX = 256,
	UPDATE_PATH_MAX = 256,
};

struct update_box {
	char board[BUNDLE_BOARD_MAX + 1];
	char version[BUNDLE_VERSION_MAX + 1];
	uint64_t built;
	/* The public key, PEM. */
	char key[UPDATE_KEY_MAX];
};

/* The value of a line `key = value` or `key=value`; SPAN_NULL without one. */
struct span update_value(struct span text, const char *key);

/* NO_BOX, with the reason in *why, when one of the files cannot be used. */
enum update_end update_box_read(struct update_box *b, const char *slot_file,
    const char *key_file, struct out *why);

/* Reads a head and judges it.  DONE when its image may be installed. */
enum update_end update_judge(const struct update_box *b, struct span head,
    struct bundle *m, struct out *why);

/* --- update_slot.c: the disk, whatever it is ------------------------------ */

enum {
	UPDATE_BLOCK = 64 * 1024,
	/* So much is on its way to the disk at most. */
	UPDATE_SYNC_BLOCKS = 64,
};

struct update_disk {
	void *owner;
	/* past: from the disk itself, not from memory; at, len and the address
	 * of buf are multiples of 512 then. */
	enum err (*read)(
	    void *owner, uint64_t at, void *buf, size_t len, bool past);
	enum err (*write)(
	    void *owner, uint64_t at, const void *buf, size_t len);
	enum err (*sync)(void *owner);
};

struct update_slot {
	const struct update_disk *disk;
	struct bootenv env;
	/* 'A' or 'B'. */
	char running;
	/* Where the other one lies. */
	uint64_t at;
	uint64_t bytes;
	/* The image on its way. */
	uint64_t size;
	uint64_t done;
	struct tls_sum sum;
	_Alignas(4096) uint8_t first[UPDATE_BLOCK];
	_Alignas(4096) uint8_t block[UPDATE_BLOCK];
};

/* Reads partitions and environment.  DISK, BUSY (the slot that runs is itself
 * on trial). */
enum update_end update_slot_look(struct update_slot *s,
    const struct update_disk *d, char running, struct out *why);

/* LARGE: the image does not fit. */
enum update_end update_slot_fits(
    const struct update_slot *s, uint64_t size, struct out *why);

/* What runs is the good slot and nothing is on trial; the other slot is none
 * any more.  DISK, LARGE. */
enum update_end update_slot_begin(
    struct update_slot *s, uint64_t size, struct out *why);

/* The next UPDATE_BLOCK bytes, or what is left of them.  DISK. */
enum update_end update_slot_add(
    struct update_slot *s, const void *bytes, size_t len, struct out *why);

/* All are there: DISK or DAMAGED when what is read back is not what was signed.
 * Else the next boot tries it. */
enum update_end update_slot_end(
    struct update_slot *s, const uint8_t *sha256, struct out *why);

#endif
