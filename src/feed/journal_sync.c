#define _GNU_SOURCE

#include "feed/journal_format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "codec/crc32c.h"

enum {
	PAGE = 4096,
	AROUND = 128 * 1024,
};

static void
put_marked(struct journal *j, uint64_t head)
{
	struct journal_marked m = { .head = head };

	m.crc = crc32c(0, &m, offsetof(struct journal_marked, crc));
	memcpy(j->map + JOURNAL_MARKED_AT, &m, sizeof(m));
}

/* As they are at head.  True when one of them was not that value already. */
static bool
put_marks(struct journal *j, uint64_t head, const int64_t *marks)
{
	size_t page = 0;

	put_marked(j, head);
	for (uint32_t n = 0; n < j->mark_count; n++) {
		size_t place =
		    journal_entry_at(n) + offsetof(struct journal_entry, value);
		uint8_t *value = j->map + place;

		if (memcmp(value, &marks[n], sizeof(marks[n])) == 0)
			continue;
		memcpy(value, &marks[n], sizeof(marks[n]));
		j->written += place / PAGE != page ? PAGE : 0;
		page = place / PAGE;
	}
	return page != 0;
}

static void
put_checkpoint(struct journal *j, uint64_t head, uint64_t sequence)
{
	struct journal_checkpoint c = {
		.number = ++j->checkpoints,
		.head = head,
		.tail = j->tail < head ? j->tail : head,
		.sequence = sequence,
		.life = j->life,
	};
	uint8_t *at = j->map + JOURNAL_CHECKPOINTS_AT +
		      (c.number & 1) * JOURNAL_CHECKPOINT_STRIDE;

	j->written += PAGE;
	c.crc = crc32c(0, &c, offsetof(struct journal_checkpoint, crc));
	memcpy(at, &c, sizeof(c));
	j->checkpoint = head;
}

/*
 * Marks first: should the process end in between, the checkpoint before this
 * one makes recovery read all the frames that set them.
 */
void
journal_checkpoint(
    struct journal *j, uint64_t head, uint64_t sequence, const int64_t *marks)
{
	(void)put_marks(j, head, marks);
	put_checkpoint(j, head, sequence);
}

/* Whole pages, those at both ends too: that is what the disk is given. */
void
journal_count_written(struct journal *j, uint64_t from, uint64_t to)
{
	if (to > from)
		j->written +=
		    (to + PAGE - 1) / PAGE * PAGE - from / PAGE * PAGE;
}

void
journal_settle(struct journal *j)
{
	journal_count_written(j, j->settled, j->head);
	j->settled = j->head;
	j->settled_sequence = j->sequence;
	j->header_dirty = false;
	j->names_dirty = false;
	memcpy(j->settled_marks, j->marks, j->mark_count * sizeof(j->marks[0]));
}

void
journal_prove(struct journal *j)
{
	j->flushing = false;
	j->proved = j->settled;
	j->proved_sequence = j->settled_sequence;
}

/* Some file systems do not have all of these calls; that is no trouble. */
static void
failed(struct journal *j, int error)
{
	if (error != EIO && error != ENOSPC && error != EDQUOT &&
	    error != EROFS)
		return;
	j->sync_errors++;
	journal_degrade(j, error);
}

static void
begin_write(struct journal *j, uint64_t offset, uint64_t len)
{
	if (len > 0 && !j->spare &&
	    sync_file_range(
		j->fd, (off_t)offset, (off_t)len, SYNC_FILE_RANGE_WRITE) != 0)
		failed(j, errno);
}

/*
 * Has writing failed since this was asked last?  Waiting for a page tells, of
 * any page of the file; the one half a ring from the head was written long ago
 * or will be, so that there is nothing to wait for.
 */
static void
check_written(struct journal *j)
{
	uint64_t at = (j->head + j->size / 2) % j->size & ~(uint64_t)(PAGE - 1);

	if (!j->spare && sync_file_range(j->fd, (off_t)(JOURNAL_HEADER + at),
			     PAGE, SYNC_FILE_RANGE_WAIT_BEFORE) != 0)
		failed(j, errno);
}

static void
begin_write_ring(struct journal *j, uint64_t from, uint64_t to)
{
	uint64_t at = from % j->size;
	uint64_t len = to - from < j->size ? to - from : j->size;
	uint64_t first = len < j->size - at ? len : j->size - at;

	begin_write(j, JOURNAL_HEADER + at, first);
	begin_write(j, JOURNAL_HEADER, len - first);
}

static void
finish_write(struct journal *j, size_t len)
{
	if (!j->spare && msync(j->map, len, MS_SYNC) != 0)
		failed(j, errno);
}

void
journal_drop_pages(const struct journal *j, uint64_t from, uint64_t to)
{
	uint64_t at = from % j->size & ~(uint64_t)(PAGE - 1);
	uint64_t len = to > from ? to - from + (from % j->size - at) : 0;
	uint64_t first = len < j->size - at ? len : j->size - at;

	if (first > 0)
		madvise(j->ring + at, (size_t)first, MADV_DONTNEED);
	if (len > first)
		madvise(j->ring, (size_t)(len - first), MADV_DONTNEED);
}

void
journal_forget(const struct journal *j, uint64_t from, uint64_t to)
{
	/* A page that is read brings its neighbours along. */
	from = from > AROUND ? from - AROUND : 0;
	if (to - from > j->size)
		from = to - j->size;
	/* Pages of memory would be lost. */
	if (j->fd >= 0 && !j->spare)
		journal_drop_pages(j, from, to);
}

/* Pages that were gone over may have been to the disk and back when they are
 * read again. */
static void
let_go_pages(struct journal *j)
{
	if (j->head - j->let_go < JOURNAL_WINDOW)
		return;
	journal_forget(j, j->let_go, j->head);
	j->let_go = j->head;
	j->verified = j->head;
}

/*
 * What a power cut may leave of the bytes of one flush is any of its pages.  So
 * the ring goes first, then the marks that its frames set, then the checkpoint,
 * each behind a flush that is over.
 */
static void
sync_now(struct journal *j)
{
	finish_write(j, j->map_bytes);
	journal_settle(j);
	journal_prove(j);
	if (put_marks(j, j->settled, j->settled_marks))
		finish_write(j, JOURNAL_HEADER);
	put_checkpoint(j, j->head, j->sequence);
	finish_write(j, PAGE);
}

/* Is what was given to the disk there?  Then its marks and the checkpoint of
 * the one before may follow.  A lap since then has made newer ones. */
static void
take_flushed(struct journal *j)
{
	if (j->proved > j->checkpoint)
		put_checkpoint(j, j->proved, j->proved_sequence);
	if (j->settled >= j->checkpoint)
		(void)put_marks(j, j->settled, j->settled_marks);
	journal_prove(j);
}

/* Without a thread that waits for it nobody knows when the disk has it. */
static void
give_to_disk(struct journal *j, uint64_t from)
{
	j->flushing = true;
	if (j->flusher != NULL && flusher_ask(j->flusher, j->fd))
		return;
	begin_write_ring(j, from, j->head);
	begin_write(j, 0, JOURNAL_HEADER);
}

/* May something new be given to the disk?  What comes of a flush that was begun
 * before the file failed is no longer of interest. */
static bool
is_flushed(struct journal *j)
{
	int64_t took_ns = 0;
	int error = 0;

	if (j->flusher == NULL || !j->flusher->runs)
		check_written(j);
	else if (!flusher_over(j->flusher, &error, &took_ns))
		return false;
	if (j->flushing && took_ns > 0)
		histogram_add(&j->flush, (uint64_t)took_ns);
	if (j->flushing && error != 0)
		failed(j, error);
	return !j->spare;
}

void
journal_sync(struct journal *j, bool wait)
{
	uint64_t from = j->settled;

	journal_seal(j);
	if (j->fd < 0 || j->spare)
		return;
	let_go_pages(j);
	if (wait || j->names_dirty) {
		sync_now(j);
		return;
	}
	if (!is_flushed(j))
		return;
	if (j->flushing)
		take_flushed(j);
	if (j->head == j->checkpoint && !j->header_dirty)
		return;
	journal_settle(j);
	give_to_disk(j, from);
}
