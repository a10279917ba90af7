#define _GNU_SOURCE

#include "feed/journal_format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32c.h"
#include "core/must.h"

enum {
	PAGE = 4096,
	ZEROS = 32768,
};

static uint64_t
ring_bytes(uint64_t size)
{
	return size & ~(uint64_t)(PAGE - 1);
}

size_t
journal_memory(uint64_t size)
{
	return (size_t)(JOURNAL_HEADER + ring_bytes(size));
}

enum err
journal_refuse(struct out *why, enum err e, const char *path, const char *text)
{
	out_text(why, path);
	out_text(why, ": ");
	out_text(why, text);
	return e;
}

static enum err
refuse_errno(struct out *why, const char *path, int error)
{
	enum err e = ERR_IO;

	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		e = ERR_SPACE;
	else if (error == ENOENT || error == EACCES || error == EISDIR ||
		 error == ENOTDIR || error == EPERM || error == EROFS ||
		 error == ELOOP || error == ENAMETOOLONG)
		e = ERR_CONFIG;
	return journal_refuse(why, e, path, strerror(error));
}

/* Zeros from `from` to `to`, written: the blocks are then really there. */
static int
fill(int fd, uint64_t from, uint64_t to)
{
	char zeros[ZEROS];
	int error = posix_fallocate(fd, (off_t)from, (off_t)(to - from));

	/* File systems without it say so; writing does it there. */
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		return error;
	memset(zeros, 0, sizeof(zeros));
	while (from < to) {
		size_t len = to - from < ZEROS ? (size_t)(to - from) : ZEROS;
		ssize_t n = pwrite(fd, zeros, len, (off_t)from);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			from += (uint64_t)n;
	}
	return 0;
}

void
journal_put_super(struct journal *j)
{
	struct journal_super s = {
		.version = JOURNAL_VERSION,
		.header_bytes = JOURNAL_HEADER,
		.ring_bytes = j->size,
	};

	memcpy(s.magic, JOURNAL_MAGIC, sizeof(s.magic));
	s.crc = crc32c(0, &s, offsetof(struct journal_super, crc));
	memcpy(j->map, &s, sizeof(s));
}

/* What only a file of ours can be although its first bytes are damaged: as
 * long as it must be, and with a checkpoint. */
static bool
is_healed(const struct journal *j)
{
	uint8_t head[PAGE];
	struct journal_checkpoint c;
	struct stat st;

	return fstat(j->fd, &st) == 0 && (uint64_t)st.st_size == j->map_bytes &&
	       pread(j->fd, head, PAGE, 0) == PAGE &&
	       journal_read_checkpoint(head, j->size, &c);
}

/* Of a file whose making was interrupted nothing else was written. */
static bool
is_blank(const struct journal *j)
{
	static const uint8_t zeros[PAGE];
	uint8_t page[PAGE];
	off_t at = 0;
	ssize_t n;

	while (at <= JOURNAL_HEADER && (n = pread(j->fd, page, PAGE, at)) > 0) {
		if (memcmp(page, zeros, (size_t)n) != 0)
			return false;
		at += n;
	}
	return true;
}

/* A file of all zeros at the start is one whose making was interrupted, or its
 * first page is gone: then the frames tell what it was. */
static enum err
check_zeros(
    const struct journal *j, const char *path, bool *made, struct out *why)
{
	struct stat st;

	*made = is_healed(j) || !is_blank(j);
	if (!*made ||
	    (fstat(j->fd, &st) == 0 && (uint64_t)st.st_size == j->map_bytes))
		return ERR_OK;
	return journal_refuse(why, ERR_CORRUPT, path,
	    "its first bytes are damaged; move it away");
}

static enum err
check_super(
    const struct journal *j, const char *path, bool *made, struct out *why)
{
	static const struct journal_super none;
	struct journal_super s = { .version = 0 };
	ssize_t n = pread(j->fd, &s, sizeof(s), 0);

	if (n < 0)
		return refuse_errno(why, path, errno);
	if (memcmp(&s, &none, sizeof(s)) == 0)
		return check_zeros(j, path, made, why);
	*made = true;
	if (s.crc != crc32c(0, &s, offsetof(struct journal_super, crc)) &&
	    is_healed(j))
		return ERR_OK;
	if (n < (ssize_t)sizeof(s) ||
	    memcmp(s.magic, JOURNAL_MAGIC, sizeof(s.magic)) != 0)
		return journal_refuse(why, ERR_CONFIG, path,
		    "is not a journal; name another file");
	if (s.crc != crc32c(0, &s, offsetof(struct journal_super, crc)))
		return journal_refuse(why, ERR_CORRUPT, path,
		    "its first bytes are damaged; move it away");
	if (s.version != JOURNAL_VERSION || s.header_bytes != JOURNAL_HEADER)
		return journal_refuse(why, ERR_CONFIG, path,
		    "is of another version of mpedge; move it away");
	if (s.ring_bytes == j->size)
		return ERR_OK;
	out_text(why, path);
	out_text(why, ": was made with journal.size_bytes = ");
	out_u64(why, s.ring_bytes);
	out_text(why, "; set that, or move the file away");
	return ERR_CONFIG;
}

/* Every block of the file, also where a copy of it has got holes. */
static int
complete(struct journal *j, bool made)
{
	struct stat st;
	uint64_t length;
	int error;

	if (fstat(j->fd, &st) != 0)
		return errno;
	length = made ? (uint64_t)st.st_size : 0;
	if (length < j->map_bytes)
		error = fill(j->fd, length, j->map_bytes);
	else
		error = 0;
	if (error == 0 && made && (uint64_t)st.st_blocks * 512 < length)
		error = posix_fallocate(j->fd, 0, (off_t)j->map_bytes);
	if (error == EOPNOTSUPP || error == EINVAL || error == ENOSYS)
		error = 0;
	/* Give back what a disk that is full now gave us. */
	if (error != 0 && !made && ftruncate(j->fd, 0) != 0)
		error = errno;
	return error;
}

/* Bring the file to its full length and map it. */
static enum err
map_file(struct journal *j, const char *path, bool made, struct out *why)
{
	int error = j->reopen != NULL ? EROFS : complete(j, made);
	bool full = error == ENOSPC || error == EDQUOT || j->reopen != NULL;

	if (error != 0 && !full)
		return refuse_errno(why, path, error);
	if (full)
		j->map = mmap(NULL, j->map_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	else
		j->map = mmap(NULL, j->map_bytes, PROT_READ | PROT_WRITE,
		    MAP_SHARED, j->fd, 0);
	if (j->map == MAP_FAILED) {
		j->map = NULL;
		return refuse_errno(why, path, errno);
	}
	j->ring = j->map + JOURNAL_HEADER;
	j->unmade = !made;
	if (full && !journal_degrade(j, error))
		return refuse_errno(why, path, error);
	return ERR_OK;
}

static enum err
open_locked(struct journal *j, const char *path, struct out *why)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct stat st;

	j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
	if (j->fd < 0 && errno == EROFS)
		return journal_open_reading(j, path, why);
	if (j->fd < 0)
		return refuse_errno(why, path, errno);
	if (fstat(j->fd, &st) != 0)
		return refuse_errno(why, path, errno);
	if (!S_ISREG(st.st_mode))
		return journal_refuse(
		    why, ERR_CONFIG, path, "is not a regular file");
	if (flock(j->fd, LOCK_EX | LOCK_NB) == 0) {
		/* What journal_held asks for; the other one cannot be asked
		 * without taking it. */
		if (fcntl(j->fd, F_OFD_SETLK, &all) != 0 && errno == EAGAIN)
			return journal_refuse(why, ERR_CONFIG, path,
			    "is in use by another process");
		return ERR_OK;
	}
	if (errno != EWOULDBLOCK)
		return refuse_errno(why, path, errno);
	return journal_refuse(
	    why, ERR_CONFIG, path, "is in use by another process");
}

static enum err
open_file(struct journal *j, const char *path, struct out *why)
{
	bool made = false;
	enum err e = open_locked(j, path, why);

	if (e == ERR_OK)
		e = check_super(j, path, &made, why);
	if (e == ERR_OK)
		e = map_file(j, path, made, why);
	if (e != ERR_OK)
		return e;
	if (made)
		e = journal_recover(j, why);
	if (e != ERR_OK)
		return e;
	/* Where recovery has begun, and what is appended before a resume. */
	j->spare_from = j->head & ~(uint64_t)(PAGE - 1);
	if (made)
		journal_put_super(j);
	journal_sync(j, true);
	/* Last of all: from now on it is a journal. */
	if (!made) {
		journal_put_super(j);
		journal_sync(j, true);
	}
	j->unmade = j->unmade && j->spare;
	return ERR_OK;
}

void
journal_leave(struct journal *j)
{
	if (j->fd < 0)
		return;
	if (j->map != NULL)
		munmap(j->map, j->map_bytes);
	close(j->fd);
	j->fd = -1;
	j->map = NULL;
}

enum err
journal_open(struct journal *j, const char *path, void *memory, uint64_t size,
    struct out *why)
{
	enum err e;

	memset(j, 0, sizeof(*j));
	j->fd = -1;
	j->sequence = 1;
	j->life = 1;
	j->size = ring_bytes(size);
	if (j->size < PAGE || j->size > SIZE_MAX / 2 - JOURNAL_HEADER)
		return journal_refuse(why, ERR_CONFIG, "journal.size_bytes",
		    "not possible on this machine");
	j->map_bytes = journal_memory(size);
	if (memory != NULL) {
		j->map = memory;
		j->ring = j->map + JOURNAL_HEADER;
		return ERR_OK;
	}
	e = open_file(j, path, why);
	if (e != ERR_OK)
		journal_leave(j);
	return e;
}

void
journal_close(struct journal *j)
{
	/* The end waits for the disk itself. */
	j->flusher = NULL;
	/* The last chance of what is in memory only. */
	while (j->spare && journal_resume(j) == ERR_AGAIN)
		;
	journal_sync(j, true);
	journal_leave(j);
}
