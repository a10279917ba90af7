/*
 * journal_format.h -- the bytes of a journal, little-endian.
 *
 *   struct journal_super        once, at 0
 *   struct journal_checkpoint   twice, at 512 and 1024, written in turn
 *   struct journal_marked       once, at 640
 *   struct journal_slot         two a cursor, at 2048
 *   struct journal_entry        one a mark, at 4096
 *   the ring                    at JOURNAL_HEADER
 *
 * A checkpoint says where recovery starts: all before it was on the disk when
 * it was written.  From its head on, frames are followed as long as checksum,
 * position, sequence and life are what must come next.  life grows with every
 * open, so that frames cut off by an earlier recovery are never taken for new
 * ones.
 *
 * Marks are put into the header before the checkpoint they belong to, so that
 * both never have to reach the disk at once: the frames between them tell what
 * the marks are already.  Should those be damaged, the marks would be ahead of
 * the frames; struct journal_marked says so, and all frames are asked.
 *
 * A frame is struct journal_head, the body (model/frame.h), and zeros up to a
 * multiple of 8.  The checksum covers all after itself up to the end of the
 * body.  Where the rest of the ring is too short for a frame stands a filler
 * (record id 255, no number of its own), whose checksum covers its head alone;
 * fewer than JOURNAL_FRAME_HEAD bytes are left as they are.
 */
#ifndef MPEDGE_FEED_JOURNAL_FORMAT_H
#define MPEDGE_FEED_JOURNAL_FORMAT_H

#include <stddef.h>

#include "feed/journal.h"

#define JOURNAL_MAGIC "MPEDGEJ1"

enum {
	JOURNAL_VERSION = 1,
	JOURNAL_FRAME_MAGIC = 0x4a45504d,
	JOURNAL_FILLER = 255,
	/* No record, only a mark; no number of its own either. */
	JOURNAL_MARK = 254,
	JOURNAL_CHECKPOINTS_AT = 512,
	JOURNAL_CHECKPOINT_STRIDE = 512,
	JOURNAL_MARKED_AT = 640,
	JOURNAL_SLOTS_AT = 2048,
	JOURNAL_MARKS_AT = 4096,
	JOURNAL_HEADER = 4096 + 104 * JOURNAL_MARKS_MAX,
	/* The schema version written into frames. */
	JOURNAL_SCHEMA = 1,
};

struct journal_super {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	uint64_t ring_bytes;
	uint32_t zero;
	/* Of the bytes before it; likewise below. */
	uint32_t crc;
};

struct journal_checkpoint {
	/* Counts checkpoints; the larger of the two is the newer. */
	uint64_t number;
	uint64_t head;
	uint64_t tail;
	/* Of the frame at head. */
	uint64_t sequence;
	uint32_t life;
	uint32_t crc;
};

struct journal_marked {
	/* Of the journal when its marks were those in the header. */
	uint64_t head;
	uint32_t zero;
	uint32_t crc;
};

struct journal_slot {
	char name[JOURNAL_CURSOR_NAME_MAX];
	uint64_t position;
	uint64_t sequence;
	uint64_t stores;
	uint32_t zero;
	uint32_t crc;
};

struct journal_entry {
	char name[JOURNAL_NAME_MAX];
	uint32_t zero;
	/* Of name alone: value changes with every checkpoint. */
	uint32_t crc;
	int64_t value;
};

struct journal_head {
	uint32_t magic;
	/* Of the body; of a filler: what is left of the ring after its head. */
	uint32_t length;
	uint32_t crc;
	uint8_t record;
	uint8_t schema;
	uint16_t life;
	/* From 1, without holes but where a recovery cut some off; a filler
	 * or mark has that of the next. */
	uint64_t sequence;
	/* Where this frame starts. */
	uint64_t position;
	int64_t seen;
	int64_t stamp;
	/* Number of the mark it sets, plus 1; 0 is none. */
	uint32_t mark;
	uint32_t zero;
	int64_t value;
};

_Static_assert(sizeof(struct journal_super) == 32, "layout");
_Static_assert(sizeof(struct journal_checkpoint) == 40, "layout");
_Static_assert(sizeof(struct journal_marked) == 16, "layout");
_Static_assert(sizeof(struct journal_slot) == 48, "layout");
_Static_assert(sizeof(struct journal_entry) == 104, "layout");
_Static_assert(sizeof(struct journal_head) == JOURNAL_FRAME_HEAD, "layout");
_Static_assert(JOURNAL_HEADER % 4096 == 0, "the ring starts on a page");
_Static_assert(
    JOURNAL_SLOTS_AT + 2 * JOURNAL_CURSORS_MAX * sizeof(struct journal_slot) <=
	JOURNAL_MARKS_AT,
    "slots fit");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "structs are copied to the file as they are");

/* Where slot `which` of a cursor, and mark `n`, stand in the map. */
static inline size_t
journal_slot_at(unsigned cursor, unsigned which)
{
	return JOURNAL_SLOTS_AT +
	       (2 * cursor + which) * sizeof(struct journal_slot);
}

static inline size_t
journal_entry_at(uint32_t n)
{
	return JOURNAL_MARKS_AT + n * sizeof(struct journal_entry);
}

/* Is the whole frame in the ring at this offset intact?  *h is its head. */
bool journal_intact(
    const struct journal *j, uint64_t offset, struct journal_head *h);

/* Is it a filler or a mark, not a record? */
bool journal_unnumbered(const struct journal_head *h);

/* Where the frame after the one with this head starts. */
uint64_t journal_after(const struct journal_head *h);

/* The position of the first intact frame in [from, to), or to. */
uint64_t journal_find(const struct journal *j, uint64_t from, uint64_t to);

/* Where a frame can start at or after position: the end of the ring is left
 * out when it is too short for a head. */
uint64_t journal_place(const struct journal *j, uint64_t position);

/* Number of the next frame at position. */
uint64_t journal_sequence_at(const struct journal *j, uint64_t position);

/* The newer of the two checkpoints that are whole, of a ring of size. */
bool journal_read_checkpoint(
    const uint8_t *map, uint64_t size, struct journal_checkpoint *best);

/* --- between the files of this module --- */

/* "path: text" to why; returns e. */
enum err journal_refuse(
    struct out *why, enum err e, const char *path, const char *text);

/*
 * The pages of these positions of the ring, and some before them, need not be
 * resident; they come back when touched.  drop does it in memory too, where
 * they come back as what is in the file.
 */
void journal_forget(const struct journal *j, uint64_t from, uint64_t to);
void journal_drop_pages(const struct journal *j, uint64_t from, uint64_t to);

/* Map what there is of the file for reading, stores going to memory. */
bool journal_map_spare(struct journal *j);

/* The file fails: go on in memory. */
bool journal_degrade(struct journal *j, int error);

/* Open the file of a file system that only reads: what there is of it, or
 * nothing; and later the same file to be written, 0 or errno. */
enum err journal_open_reading(
    struct journal *j, const char *path, struct out *why);
int journal_reopen(struct journal *j);

/* While in memory: give up the oldest so that the ring may grow to `to`. */
void journal_spare_room(struct journal *j, uint64_t to);

/* What identifies the file. */
void journal_put_super(struct journal *j);

/* What is stored now counts as given to the disk. */
void journal_settle(struct journal *j);

/* What was given to the disk by the last of those is there. */
void journal_prove(struct journal *j);

/* Add these positions of the ring to what was written. */
void journal_count_written(struct journal *j, uint64_t from, uint64_t to);

/* Read the header and the frames after the checkpoint. */
enum err journal_recover(struct journal *j, struct out *why) MUST_USE;

/* Put head, tail and marks as given into the header, as a new checkpoint. */
void journal_checkpoint(
    struct journal *j, uint64_t head, uint64_t sequence, const int64_t *marks);

/* Put the cursor into its older slot. */
void journal_store_cursor(struct journal *j, struct journal_cursor *c);

/* Enter mark number n, whose name stands in the header, into the hash. */
void journal_enter_mark(struct journal *j, uint32_t n);

#endif
