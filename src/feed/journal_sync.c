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

/*
 * Marks first: should the process end in between, the checkpoint before this
 * one makes recovery read all the frames that set them.
 */
void
journal_checkpoint(
    struct journal *j, uint64_t head, uint64_t sequence, const int64_t *marks)
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
	size_t page = 0;

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
	j->written += PAGE;
	c.crc = crc32c(0, &c, offsetof(struct journal_checkpoint, crc));
	memcpy(at, &c, sizeof(c));
	j->checkpoint = head;
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

void
journal_sync(struct journal *j, bool wait)
{
	uint64_t from = j->settled;

	journal_seal(j);
	if (j->fd < 0 || j->spare)
		return;
	let_go_pages(j);
	check_written(j);
	if (wait || j->names_dirty) {
		finish_write(j, j->map_bytes);
		journal_settle(j);
		journal_checkpoint(j, j->head, j->sequence, j->settled_marks);
		finish_write(j, JOURNAL_HEADER);
		return;
	}
	if (j->head == j->checkpoint && !j->header_dirty)
		return;
	/* A lap in less than sync_ms has made a newer one already. */
	if (j->settled >= j->checkpoint)
		journal_checkpoint(
		    j, j->settled, j->settled_sequence, j->settled_marks);
	journal_settle(j);
	begin_write_ring(j, from, j->head);
	begin_write(j, 0, JOURNAL_HEADER);
}
