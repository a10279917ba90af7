#include "sinks/clickhouse_dead.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sinks/folder.h"

enum {
	/* Gathered before it is written. */
	ENOUGH_BYTES = 64 * 1024,
};

void
dead_init(struct dead *d, const char *path, int64_t most_bytes)
{
	d->path = path;
	d->most_bytes = most_bytes;
	d->fd = -1;
}

static enum err
failure(void)
{
	return errno == ENOSPC || errno == EDQUOT ? ERR_SPACE : ERR_IO;
}

static enum err
write_all(struct dead *d)
{
	size_t done = 0;

	while (done < d->lines.len) {
		ssize_t n =
		    write(d->fd, d->lines.at + done, d->lines.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failure();
		done += (size_t)n;
	}
	out_reset(&d->lines);
	return ERR_OK;
}

/* A kill may have left half a line: what follows begins on a new one. */
static void
end_torn_line(struct dead *d)
{
	char last = '\n';

	if (d->start > 0 && pread(d->fd, &last, 1, d->start - 1) == 1 &&
	    last != '\n')
		out_char(&d->lines, '\n');
}

enum err
dead_begin(struct dead *d, void *memory, size_t size)
{
	struct stat st;

	if (d->path[0] == '\0')
		return ERR_CONFIG;
	out_init(&d->lines, memory, size);
	d->fd = open(d->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (d->fd < 0)
		return failure();
	/* Until it is known what was there, there is nothing to take back. */
	d->start = INT64_MAX;
	if (fstat(d->fd, &st) != 0)
		return failure();
	d->start = st.st_size;
	if (d->start == 0 && !folder_sync(d->path))
		return failure();
	if (d->start >= d->most_bytes)
		return ERR_FULL;
	end_torn_line(d);
	return ERR_OK;
}

enum err
dead_line(struct dead *d)
{
	out_char(&d->lines, '\n');
	if (d->lines.full)
		return ERR_FULL;
	return d->lines.len < ENOUGH_BYTES ? ERR_OK : write_all(d);
}

enum err
dead_end(struct dead *d)
{
	enum err e = write_all(d);

	if (e == ERR_OK && fsync(d->fd) != 0)
		e = failure();
	if (e != ERR_OK)
		return e;
	close(d->fd);
	d->fd = -1;
	return ERR_OK;
}

void
dead_undo(struct dead *d)
{
	if (d->fd < 0)
		return;
	/* Where that fails, a head with fewer records than it says is left. */
	if (d->start < INT64_MAX && ftruncate(d->fd, d->start) != 0)
		errno = 0;
	close(d->fd);
	d->fd = -1;
}
