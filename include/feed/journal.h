/*
 * journal.h -- the one buffer of the program: a ring of frames, in RAM or in a
 * file mapped shared.  feed/journal_format.h says how its bytes are laid out.
 *
 * Appending.  journal_reserve gives room in the ring itself, the record is
 * encoded there, journal_commit makes a frame of it: number, checksum, times.
 * A position counts the bytes ever appended and maps to position % size; a
 * frame never wraps.
 *
 * Cursors.  Each sink has one by name: the position up to which it has
 * confirmed.  In the file each has two slots with checksums, written in turn,
 * so that a kill between two stores loses nothing.  When the writer needs the
 * room of frames a cursor has not passed, the cursor is moved to the oldest
 * intact frame and what it lost is counted.
 *
 * Marks.  A mark is a number kept by name, such as the last trade id of a
 * symbol.  A committed frame stays open until it is sealed; a mark set in
 * between travels inside that frame, so that frame and mark cannot disagree:
 * after a kill at any instant both are there or neither is.  On start, marks
 * are brought up to date from the frames found.
 *
 * Durability.  With a file, what was committed survives the end of the process
 * at once, and a power cut when the disk says that it has it: each journal_sync
 * has a thread ask the disk (core/flusher.h), so that no more is lost than what
 * was appended since the last one began to ask, and what the disk had not
 * answered then.  On start the
 * frames after the last checkpoint are verified one by one and a torn end is
 * cut off, its numbers are not given again, so that readers see what is missing
 * as they see a damaged frame; frames before it are verified when they are
 * read. What a start costs does not depend on how full the journal is, and
 * neither does the memory that is resident: pages of the map are let go as the
 * head moves on.
 *
 * Trouble with the disk.  The blocks of the file are written when it is made,
 * so that a disk that fills up later does not concern it.  Where that does not
 * hold (no room at start, a file with holes, a file system that copies on write
 * or went read-only, a device that fails) the kernel raises SIGBUS or a sync
 * fails, and the journal goes on in memory: the map becomes private, what is
 * stored goes to pages of memory, at most JOURNAL_SPARE_BYTES of the ring.  The
 * oldest beyond that are lost, and told of like any frame that is damaged.
 * journal_resume makes room in the file, writes there what is in memory, a
 * slice a call, and maps it again: positions, cursors and marks stay what they
 * are, so that nothing is delivered twice.  The process must hand SIGBUS to
 * journal_fault.
 *
 * This file group is the only one of layer feed that calls the system.
 */
#ifndef MPEDGE_FEED_JOURNAL_H
#define MPEDGE_FEED_JOURNAL_H

#include <signal.h>

#include "core/flusher.h"
#include "core/metrics.h"
#include "core/span.h"
#include "core/time.h"
#include "model/model.h"

enum {
	JOURNAL_FRAME_HEAD = 64,
	JOURNAL_CURSORS_MAX = 8,
	JOURNAL_MARKS_MAX = 2048,
	/* Name of a mark and of a cursor, NUL included. */
	JOURNAL_NAME_MAX = 88,
	JOURNAL_CURSOR_NAME_MAX = 16,
	/* A power of two, twice the marks. */
	JOURNAL_MARK_SLOTS = 4096,
	/* Of the ring, held in memory at most while the file fails. */
	JOURNAL_SPARE_BYTES = 16 * 1024 * 1024,
	/* Of what a journal_resume has to write, in one call. */
	JOURNAL_SLICE = 256 * 1024,
	/* Pages of the map stay resident for about so many bytes. */
	JOURNAL_WINDOW = 1024 * 1024,
};

struct journal_cursor {
	char name[JOURNAL_CURSOR_NAME_MAX];
	/* Confirmed up to here: position and sequence of the next frame. */
	uint64_t position;
	uint64_t sequence;
	/* Which of its two slots is newer, as a count of stores. */
	uint64_t stores;
	bool used;
	/* Asked for since the start; the others are of sinks of earlier ones.
	 */
	bool wanted;
	/* Nobody waits for it: of a cache. */
	bool loose;
	/* Frames overwritten before they were confirmed. */
	uint64_t lost;
};

/* A frame as read; body points into the ring and is good until the next
 * reserve. */
struct journal_frame {
	uint64_t position;
	uint64_t next;
	uint64_t sequence;
	enum record_id record;
	uint8_t schema;
	struct wall seen;
	struct wall stamp;
	/* The mark it set (its number plus 1; 0 is none), and to what. */
	uint32_t mark;
	int64_t value;
	struct span body;
};

/* What goes into a frame beside the body. */
struct journal_note {
	enum record_id record;
	/* Clock of the turn that made it. */
	struct wall seen;
	/* When the kernel received its last byte; 0 if not known. */
	struct wall stamp;
};

struct journal {
	/* Header and ring; with a file, mapped. */
	uint8_t *map;
	size_t map_bytes;
	uint8_t *ring;
	uint64_t size;
	/* -1 in RAM. */
	int fd;
	/* Its file system could not be written to at start: fd only reads, or
	 * is of no file, until this path can be opened.  Else NULL. */
	const char *reopen;
	/* Where the next frame goes, the oldest intact frame, next sequence. */
	uint64_t head;
	uint64_t tail;
	uint64_t sequence;
	/* Grows with every open; frames of earlier ones end a recovery. */
	uint16_t life;
	/* Frames before it are verified when read. */
	uint64_t verified;
	/* Room given out by journal_reserve, 0 when none. */
	size_t reserved;
	/* The frame at head that is not sealed yet. */
	bool open;
	size_t open_len;
	uint32_t open_mark;
	struct journal_note note;
	struct journal_cursor cursors[JOURNAL_CURSORS_MAX];
	/* Of the last open: a cursor was damaged, nobody knows whose. */
	bool cursors_gone;
	/* Marks now; as of `settled`; and by name (number + 1, 0 is free). */
	int64_t marks[JOURNAL_MARKS_MAX];
	int64_t settled_marks[JOURNAL_MARKS_MAX];
	uint16_t mark_slots[JOURNAL_MARK_SLOTS];
	uint32_t mark_count;
	/* Waits for the disk; NULL: nobody does.  Not ours. */
	struct flusher *flusher;
	/*
	 * Head and sequence when the disk was given something last (flushing:
	 * it has not said that it has it), and when it was given something that
	 * it has.  Once the marks as of `proved` are there too, that is the
	 * next checkpoint: two flushes later.
	 */
	bool flushing;
	uint64_t settled;
	uint64_t settled_sequence;
	uint64_t proved;
	uint64_t proved_sequence;
	uint64_t checkpoint;
	uint64_t checkpoints;
	/* Cursors or names of marks changed since the last sync. */
	bool header_dirty;
	bool names_dirty;
	/* Of the last open: frames found after the checkpoint, and those cut
	 * off behind them, as far as they could still be told. */
	uint64_t recovered;
	uint64_t cut;
	uint64_t appended;
	uint64_t refused;
	uint64_t sync_errors;
	/* Bytes given to the disk, in whole pages. */
	uint64_t written;
	/* How long it took to say that it has them. */
	struct histogram flush;
	/* The pages of the map before it were let go. */
	uint64_t let_go;
	/*
	 * The file fails with this errno: what was appended from spare_from
	 * on, and the header, is in memory only.
	 */
	volatile sig_atomic_t spare;
	int spare_error;
	uint64_t spare_from;
	/* Recent pages, which may not have reached the disk, were taken too. */
	bool spare_kept;
	/* Written back to the file up to here; 0: not begun. */
	uint64_t spare_back;
	/* And the disk was asked to keep that. */
	bool spare_asked;
	/* The file was being made: it may be emptied to give its room back. */
	bool unmade;
	/* How often that was, and the faults it took. */
	uint64_t spares;
	volatile sig_atomic_t faults;
};

/*
 * memory == NULL: map path (kept, not copied), made or opened and recovered.
 * Else a ring in memory, journal_memory(size) zeroed bytes.  size is rounded
 * down to a multiple of 4096.  CONFIG (another size, another program's file, in
 * use by another process, directory missing), CORRUPT or IO, each with a
 * reason.  No room for it on the disk is no error, nor is a file system that
 * only reads: it begins in memory (j->spare), with what the file has.
 */
enum err journal_open(struct journal *j, const char *path, void *memory,
    uint64_t size, struct out *why) MUST_USE;

/* Write everything to the disk and let go of the file. */
void journal_close(struct journal *j);

/*
 * Look at the file of another process, or of none, without changing it: what
 * journal_open would find in it now.  Nothing may be appended or confirmed.
 * CONFIG, CORRUPT or IO with a reason.  To be left with journal_leave.
 */
enum err journal_look(
    struct journal *j, const char *path, struct out *why) MUST_USE;
void journal_leave(struct journal *j);

/* Does a running process use the file? */
bool journal_held(const struct journal *j);

/* Calls bad for each part of the header that is damaged, with its place in the
 * file. */
void journal_check_header(const struct journal *j,
    void (*bad)(void *owner, const char *what, uint64_t offset), void *owner);

/* Bytes of memory for a ring of size in RAM. */
size_t journal_memory(uint64_t size);

/*
 * Room for a body of at most max bytes, in the ring: write it to *body, then
 * commit its length.  Moves the tail, and cursors with it, to make room for all
 * of max.  FULL when max is more than a quarter of the ring.  A reserve that is
 * not committed leaves nothing.  Seals what was open.
 */
enum err journal_reserve(
    struct journal *j, size_t max, struct out *body) MUST_USE;
void journal_commit(
    struct journal *j, size_t len, const struct journal_note *note);

/* Close the open frame: readers see it from now on, and a recovery finds it. */
void journal_seal(struct journal *j);

/*
 * The frame at position, or the first after it that is not a filler.  AGAIN at
 * the head.  STALE when position was overwritten: f->next is the oldest intact
 * frame.  CORRUPT when the frame is damaged: f->position is where that begins,
 * f->next the next intact one.
 */
enum err journal_read(const struct journal *j, uint64_t position,
    struct journal_frame *f) MUST_USE;

/* Is the frame that begins there still as it was written?  One that is not
 * sealed yet is. */
bool journal_whole(const struct journal *j, uint64_t position);

/*
 * The cursor with this name, made at the head when it is new, or at the tail
 * when it may be one that was damaged; should there be no free one, one that
 * nobody has asked for since the start gives way.
 */
struct journal_cursor *journal_cursor(struct journal *j, const char *name);

/* Everything before position is confirmed.  Never moves a cursor back. */
void journal_confirm(
    struct journal *j, struct journal_cursor *c, uint64_t position);

/*
 * The number kept under name, SEQ_NULL when there is none yet; NULL when all
 * marks are taken or the name is too long.  Keep the pointer: looking it up
 * hashes.  It is set by journal_set only.
 */
const int64_t *journal_mark(struct journal *j, const char *name);

/*
 * Set a mark, inside the open frame when there is one that carries none yet;
 * else in a small frame of its own, which readers do not see.
 */
void journal_set(struct journal *j, const int64_t *mark, int64_t value);

/* Did this frame set that mark? */
bool journal_carries(const struct journal *j, const struct journal_frame *f,
    const int64_t *mark);

/*
 * Write to the disk what is not there yet: begin to (a timer calls this each
 * sync_ms; nothing while the disk has not finished what it got last) or, with
 * wait, finish before it returns.  Nothing in RAM.
 */
void journal_sync(struct journal *j, bool wait);

/*
 * For a handler of SIGBUS: true when the address is in the map and the access
 * can be tried again.  Calls nothing but what a handler may.
 */
bool journal_fault(struct journal *j, const void *address);

/*
 * While j->spare: try to go on in the file.  OK when it is in use again, AGAIN
 * when it wants to be called again soon, SPACE or IO when it is no better
 * (j->spare_error).  A call writes JOURNAL_SLICE bytes at most, and the last
 * one, when the disk has the others, the header; what is appended meanwhile is
 * written too, and until the last of them all stays in memory.
 */
enum err journal_resume(struct journal *j) MUST_USE;

/* Is it in a file that can be used, so that a later start finds it? */
bool journal_on_disk(const struct journal *j);

/* Bytes between the slowest wanted cursor that is not loose and the head. */
uint64_t journal_backlog(const struct journal *j);

#endif
