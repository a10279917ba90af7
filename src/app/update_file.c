/* O_DIRECT */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/update_parts.h"

enum err
update_read_at(int fd, void *buf, size_t len, uint64_t at)
{
	char *to = buf;

	while (len > 0) {
		ssize_t n = pread(fd, to, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			return ERR_SHORT;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err
file_read(void *owner, uint64_t at, void *buf, size_t len, bool past)
{
	struct update_file *f = owner;

	if (past && f->direct >= 0) {
		if (update_read_at(f->direct, buf, len, at) == ERR_OK)
			return ERR_OK;
		/* Larger sectors, or a file system that cannot. */
		close(f->direct);
		f->direct = -1;
	}
	/* What was synced is dropped from memory. */
	if (past && posix_fadvise(
			f->fd, (off_t)at, (off_t)len, POSIX_FADV_DONTNEED) != 0)
		return ERR_IO;
	return update_read_at(f->fd, buf, len, at);
}

static enum err
file_write(void *owner, uint64_t at, const void *buf, size_t len)
{
	const struct update_file *f = owner;
	const char *from = buf;

	while (len > 0) {
		ssize_t n = pwrite(f->fd, from, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		from += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err
file_sync(void *owner)
{
	const struct update_file *f = owner;

	return fsync(f->fd) == 0 ? ERR_OK : ERR_IO;
}

enum update_end
update_file_open(struct update_file *f, const char *path, struct update_disk *d,
    struct out *why)
{
	f->direct = -1;
	f->fd = open(path, O_RDWR | O_CLOEXEC);
	if (f->fd < 0) {
		out_text(why, path);
		OUT_LITERAL(why, ": ");
		out_text(why, strerror(errno));
		return UPDATE_disk;
	}
	if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
		out_text(why, path);
		OUT_LITERAL(why, ": another process holds it");
		return UPDATE_busy;
	}
	f->direct = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	*d = (struct update_disk){ f, file_read, file_write, file_sync };
	return UPDATE_done;
}

void
update_file_close(struct update_file *f)
{
	if (f->direct >= 0)
		close(f->direct);
	if (f->fd > STDERR_FILENO)
		close(f->fd);
	f->fd = f->direct = -1;
}
