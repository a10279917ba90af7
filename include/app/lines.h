/*
 * lines.h -- a file, line by line, through a buffer of the caller.
 *
 *   e = lines_open(&l, "x.jsonl", buf, sizeof(buf));
 *   while ((e = lines_next(&l, &line)) == ERR_OK)
 *           ...
 *   lines_close(&l);
 *
 * "-" is stdin.  A line is good until the next call and has no line end.
 */
#ifndef MPEDGE_APP_LINES_H
#define MPEDGE_APP_LINES_H

#include "core/span.h"

struct lines {
	int fd;
	char *buf;
	size_t size;
	size_t start;
	size_t end;
	bool ended;
};

/* IO when it cannot be opened (errno says why). */
enum err lines_open(
    struct lines *l, const char *path, void *buf, size_t size) MUST_USE;

/* CLOSED at the end, FULL for a line longer than the buffer, IO. */
enum err lines_next(struct lines *l, struct span *line) MUST_USE;
void lines_close(struct lines *l);

/* Write everything; IO when that is not possible. */
enum err lines_write(int fd, struct span bytes) MUST_USE;

/* "mpedge COMMAND: ", what and more on stderr, a line of at most 1 KiB.  Nobody
 * is told when that fails: the exit status says it. */
void lines_complain(const char *command, const char *what, const char *more);

#endif
