#include "app/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/out.h"

enum err
lines_open(struct lines *l, const char *path, void *buf, size_t size)
{
	memset(l, 0, sizeof(*l));
	l->buf = buf;
	l->size = size;
	l->fd = STDIN_FILENO;
	if (strcmp(path, "-") != 0)
		l->fd = open(path, O_RDONLY | O_CLOEXEC);
	return l->fd < 0 ? ERR_IO : ERR_OK;
}

/* More bytes behind those that are there. */
static enum err
fill(struct lines *l)
{
	ssize_t n;

	if (l->start > 0) {
		memmove(l->buf, l->buf + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	if (l->end == l->size)
		return ERR_FULL;
	do {
		n = read(l->fd, l->buf + l->end, l->size - l->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return ERR_IO;
	l->ended = n == 0;
	l->end += (size_t)n;
	return ERR_OK;
}

enum err
lines_next(struct lines *l, struct span *line)
{
	size_t looked = 0;
	enum err e;

	for (;;) {
		char *from = l->buf + l->start + looked;
		size_t len = l->end - l->start - looked;
		char *stop = len == 0 ? NULL : memchr(from, '\n', len);

		if (stop == NULL && l->ended && l->end == l->start)
			return ERR_CLOSED;
		if (stop == NULL && !l->ended) {
			looked += len;
			e = fill(l);
			if (e != ERR_OK)
				return e;
			continue;
		}
		line->at = l->buf + l->start;
		line->len = stop == NULL ? l->end - l->start
					 : (size_t)(stop - line->at);
		l->start += line->len + (stop != NULL);
		if (line->len > 0 && line->at[line->len - 1] == '\r')
			line->len--;
		return ERR_OK;
	}
}

void
lines_close(struct lines *l)
{
	if (l->fd > STDIN_FILENO)
		close(l->fd);
	l->fd = -1;
}

enum err
lines_write(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.at, bytes.len);

		if (n < 0 && errno != EINTR)
			return ERR_IO;
		if (n > 0) {
			bytes.at += n;
			bytes.len -= (size_t)n;
		}
	}
	return ERR_OK;
}

void
lines_complain(const char *command, const char *what, const char *more)
{
	char text[1024 + 1];
	struct out o;

	/* The line's end always has its place. */
	out_init(&o, text, sizeof(text) - 1);
	OUT_LITERAL(&o, "mpedge ");
	out_text(&o, command);
	OUT_LITERAL(&o, ": ");
	out_text(&o, what);
	out_text(&o, more);
	text[o.len++] = '\n';
	if (lines_write(STDERR_FILENO, (struct span){ text, o.len }) != ERR_OK)
		return;
}
