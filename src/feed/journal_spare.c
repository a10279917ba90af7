#define _GNU_SOURCE

#include "feed/journal_format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	/* Given up at once, so that it is not done for each frame. */
	GIVE_UP = 1024 * 1024,
};

static uint64_t
page_of(uint64_t at)
{
	return at & ~(uint64_t)(PAGE - 1);
}

/* --- into memory ---------------------------------------------------------- */

bool
journal_map_spare(struct journal *j)
{
	const int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE;
	const int both = PROT_READ | PROT_WRITE;
	struct stat st;
	size_t len;

	if (fstat(j->fd, &st) != 0)
		return false;
	len = (size_t)page_of((uint64_t)st.st_size + PAGE - 1);
	if (len > j->map_bytes)
		len = j->map_bytes;
	if (len > 0 && mmap(j->map, len, both, flags, j->fd, 0) == MAP_FAILED)
		return false;
	return len == j->map_bytes ||
	       mmap(j->map + len, j->map_bytes - len, both,
		   flags | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

bool
journal_degrade(struct journal *j, int error)
{
	if (!journal_map_spare(j))
		return false;
	j->flushing = false;
	j->spare = 1;
	j->spare_error = error;
	j->spare_from = page_of(j->head);
	j->spare_kept = false;
	j->spare_back = 0;
	j->spare_asked = false;
	j->spares++;
	/* A page may have come back from the disk as something else. */
	j->verified = j->head;
	return true;
}

/* In the private map: what cannot be read, or made, becomes a page of memory
 * with what can be read of it. */
static bool
replace_page(struct journal *j, uint64_t at)
{
	uint8_t bytes[PAGE];
	ssize_t n;

	memset(bytes, 0, sizeof(bytes));
	n = pread(j->fd, bytes, sizeof(bytes), (off_t)at);
	if (mmap(j->map + at, PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return false;
	if (n > 0)
		memcpy(j->map + at, bytes, (size_t)n);
	j->verified = j->head;
	return true;
}

bool
journal_fault(struct journal *j, const void *address)
{
	uintptr_t at = (uintptr_t)address;
	uintptr_t map = (uintptr_t)j->map;
	int saved = errno;
	bool good;

	if (j->fd < 0 || map == 0 || at < map || at - map >= j->map_bytes)
		return false;
	j->faults++;
	good = j->spare ? replace_page(j, page_of(at - map))
			: journal_degrade(j, EIO);
	errno = saved;
	return good;
}

void
journal_spare_room(struct journal *j, uint64_t to)
{
	uint64_t from;

	/* Of a ring that is smaller than that the rest is gone anyway. */
	if (to > j->size && j->spare_from < to - j->size)
		j->spare_from = to - j->size;
	if (to - j->spare_from <= JOURNAL_SPARE_BYTES)
		return;
	from = page_of(to - JOURNAL_SPARE_BYTES) + GIVE_UP;
	if (from > page_of(j->head))
		from = page_of(j->head);
	if (from <= j->spare_from)
		return;
	journal_drop_pages(j, j->spare_from, from);
	j->spare_from = from;
	/* What shows there now is older. */
	j->verified = j->head;
}

/* Stored into, it becomes a page of memory. */
static void
take_page(volatile uint8_t *byte)
{
	uint8_t value = *byte;

	*byte = value;
}

/*
 * What was given to the disk lately may not have got there, and its pages may
 * be dropped: store it again, which makes it pages of memory.
 */
static void
keep_recent(struct journal *j)
{
	uint64_t from = j->tail;

	if (j->spare_kept)
		return;
	j->spare_kept = true;
	if (j->head - from > JOURNAL_SPARE_BYTES / 2)
		from = j->head - JOURNAL_SPARE_BYTES / 2;
	from = page_of(from);
	if (from > j->spare_from)
		from = j->spare_from;
	for (uint64_t p = from; p < j->head; p += PAGE)
		take_page(j->ring + p % j->size);
	for (uint64_t p = 0; p < JOURNAL_HEADER; p += PAGE)
		take_page(j->map + p);
	j->spare_from = from;
}

/* --- a file system that only reads -----------------------------------------
 */

enum err
journal_open_reading(struct journal *j, const char *path, struct out *why)
{
	struct stat st;

	j->reopen = path;
	j->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* There is none yet: nothing can be read from this one. */
	if (j->fd < 0 && errno == ENOENT)
		j->fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	else if (j->fd >= 0 && flock(j->fd, LOCK_EX | LOCK_NB) != 0)
		return journal_refuse(
		    why, ERR_CONFIG, path, "is in use by another process");
	if (j->fd < 0 || fstat(j->fd, &st) != 0)
		return journal_refuse(why, ERR_CONFIG, path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return journal_refuse(
		    why, ERR_CONFIG, path, "is not a regular file");
	return ERR_OK;
}

/* Is fd the file that was read at start, or one that has just been made? */
static bool
is_ours(const struct journal *j, int fd)
{
	struct stat was, is;

	if (fstat(j->fd, &was) != 0 || fstat(fd, &is) != 0 ||
	    !S_ISREG(is.st_mode))
		return false;
	return S_ISREG(was.st_mode)
		   ? was.st_dev == is.st_dev && was.st_ino == is.st_ino
		   : is.st_size == 0;
}

/* The lock of the old descriptor would be in the way of the new one's. */
static bool
take_lock(const struct journal *j, int fd)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (flock(j->fd, LOCK_UN) != 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
		return false;
	return fcntl(fd, F_OFD_SETLK, &all) == 0 || errno != EAGAIN;
}

int
journal_reopen(struct journal *j)
{
	int error = 0;
	int fd =
	    open(j->reopen, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);

	if (fd < 0)
		return errno;
	/* What somebody put there meanwhile is left alone. */
	if (!is_ours(j, fd))
		error = EEXIST;
	else if (!take_lock(j, fd) || dup3(fd, j->fd, O_CLOEXEC) < 0)
		error = errno;
	close(fd);
	if (error == 0)
		j->reopen = NULL;
	return error;
}

/* --- back to the file ----------------------------------------------------- */

static int
put(struct journal *j, const uint8_t *from, uint64_t len, uint64_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(j->fd, from, (size_t)len, (off_t)at);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n <= 0)
			continue;
		from += n;
		at += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return 0;
}

/*
 * Room for all of it.  File systems that cannot give it away get zeros, some at
 * a time; EAGAIN: more to come.
 */
static int
make_room(struct journal *j)
{
	static const uint8_t zeros[PAGE];
	int error = posix_fallocate(j->fd, 0, (off_t)j->map_bytes);
	struct stat st;
	uint64_t at, end;

	if (error != EOPNOTSUPP && error != EINVAL && error != ENOSYS)
		return error;
	if (fstat(j->fd, &st) != 0)
		return errno;
	at = (uint64_t)st.st_size;
	end = j->map_bytes - at > JOURNAL_SLICE ? at + JOURNAL_SLICE
						: j->map_bytes;
	for (error = 0; error == 0 && at < end; at = page_of(at) + PAGE)
		error = put(j, zeros, PAGE - at % PAGE, at);
	return error == 0 && end < j->map_bytes ? EAGAIN : error;
}

/* A slice of the ring, from where the last one ended; EAGAIN: more to come. */
static int
write_slice(struct journal *j)
{
	uint64_t from =
	    j->spare_back > j->spare_from ? j->spare_back : j->spare_from;
	uint64_t at = from % j->size;
	uint64_t all = j->head - from;
	uint64_t len = all < JOURNAL_SLICE ? all : JOURNAL_SLICE;
	uint64_t first = len < j->size - at ? len : j->size - at;
	int error = put(j, j->ring + at, first, JOURNAL_HEADER + at);

	if (error == 0)
		error = put(j, j->ring, len - first, JOURNAL_HEADER);
	if (error != 0)
		return error;
	(void)sync_file_range(j->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	journal_count_written(j, from, from + len);
	j->spare_back = from + len;
	return len < all ? EAGAIN : 0;
}

/* What has been written so far, for the disk to keep. */
static void
settle_written(struct journal *j)
{
	/* It is counted already. */
	j->settled = j->head;
	journal_settle(j);
}

/*
 * Does the disk have it?  A write that was good may fail to get there.  EAGAIN:
 * it has not answered.
 */
static int
flush_written(struct journal *j)
{
	int64_t took_ns;
	int error = 0;

	if (j->flusher != NULL && j->flusher->runs &&
	    !flusher_over(j->flusher, &error, &took_ns))
		return EAGAIN;
	if (j->spare_asked) {
		j->spare_asked = false;
		return error;
	}
	settle_written(j);
	if (j->flusher != NULL && flusher_ask(j->flusher, j->fd)) {
		j->spare_asked = true;
		return EAGAIN;
	}
	return fdatasync(j->fd) == 0 ? 0 : errno;
}

/* The header comes last: it then says what is there. */
static int
write_header(struct journal *j)
{
	journal_prove(j);
	journal_checkpoint(
	    j, j->settled, j->settled_sequence, j->settled_marks);
	journal_put_super(j);
	return put(j, j->map, JOURNAL_HEADER, 0);
}

/* One step on the way back; EAGAIN: there are more. */
static int
step_back(struct journal *j)
{
	int error = 0;

	if (j->reopen != NULL)
		error = journal_reopen(j);
	if (error == 0 && j->spare_back == 0)
		error = make_room(j);
	if (error == 0)
		error = write_slice(j);
	if (error == 0)
		error = flush_written(j);
	if (error == 0)
		error = write_header(j);
	if (error == 0 && mmap(j->map, j->map_bytes, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_FIXED, j->fd, 0) == MAP_FAILED)
		error = errno;
	return error;
}

enum err
journal_resume(struct journal *j)
{
	int error;

	if (!j->spare)
		return ERR_OK;
	journal_seal(j);
	keep_recent(j);
	error = step_back(j);
	if (error == EAGAIN)
		return ERR_AGAIN;
	/* What was written may not have got there: the next try begins anew. */
	j->spare_back = 0;
	j->spare_asked = false;
	if (error == 0) {
		j->spare = 0;
		j->unmade = false;
		j->verified = j->head;
		return ERR_OK;
	}
	/* A disk that is full wants back what it gave. */
	if (j->unmade && j->reopen == NULL && ftruncate(j->fd, 0) != 0)
		error = errno;
	j->spare_error = error;
	return error == ENOSPC || error == EDQUOT ? ERR_SPACE : ERR_IO;
}
