#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/flusher.h"
#include "core/must.h"
#include "core/options.h"
#include "model/emit.h"
#include "sinks/folder.h"
#include "sinks/sink.h"

/*
 * JSON lines to a file or to stdout.
 *
 * Lines gather in a buffer and leave at the end of the turn.  They are
 * confirmed when the whole buffer was written (and, with file.sync, when the
 * disk has it; no more is taken until then).
 * After a failed write the file is cut back to its last whole line, everything
 * not confirmed is offered again, and the next try comes after RETRY_MS.
 */
enum {
	BUFFER_BYTES = 2 * 1024 * 1024,
	/* Above this the turn's share is full. */
	ENOUGH_BYTES = 256 * 1024,
	RETRY_MS = 1000,
	/* A pipe that is full, or a disk that has not answered, is tried again
	 * after this. */
	AGAIN_MS = 5,
	TAIL_BYTES = 4096,
};

struct file_sink {
	const struct opt_file *options;
	struct sink *sink;
	struct timer timer;
	int fd;
	bool failed;
	/* Size of the file, and up to its last confirmed line. */
	int64_t size;
	int64_t whole;
	struct out lines;
	size_t written;
	/* All is written, and the disk has been asked to keep it. */
	struct flusher flusher;
	bool asked;
	bool closing;
	/* What to confirm when lines are out. */
	uint64_t next;
	uint64_t records;
	/* A frame was sent back: say when there is room. */
	bool refused;
};

static bool
is_stdout(const struct file_sink *f)
{
	return strcmp(f->options->path, "-") == 0;
}

/* A kill may have left half a line: cut it off. */
static bool
cut_torn_line(struct file_sink *f)
{
	char tail[TAIL_BYTES];
	int64_t at = f->size;

	while (at > 0) {
		int64_t from = at > TAIL_BYTES ? at - TAIL_BYTES : 0;
		ssize_t n = pread(f->fd, tail, (size_t)(at - from), from);

		if (n != at - from)
			return false;
		while (n > 0 && tail[n - 1] != '\n')
			n--;
		if (n > 0) {
			at = from + n;
			break;
		}
		at = from;
	}
	if (at != f->size && ftruncate(f->fd, at) != 0)
		return false;
	f->size = at;
	f->whole = at;
	return true;
}

static bool
open_file(struct file_sink *f)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC;
	struct stat st;

	if (is_stdout(f)) {
		/* A description of our own, so that nobody else's changes. */
		f->fd = open("/proc/self/fd/1",
		    O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
		if (f->fd < 0)
			f->fd = dup(1);
		return f->fd >= 0;
	}
	f->fd = open(f->options->path, flags, 0644);
	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return false;
	f->size = st.st_size;
	/* Of this file, should fail() cut it back. */
	f->whole = st.st_size;
	if (!S_ISREG(st.st_mode))
		return true;
	/* It may have been made just now. */
	if (f->options->sync && f->size == 0 && !folder_sync(f->options->path))
		return false;
	return cut_torn_line(f);
}

/* Somebody has deleted it: what is written there is nowhere. */
static bool
is_deleted(const struct file_sink *f)
{
	struct stat st;

	return !is_stdout(f) && fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_nlink == 0;
}

static void
close_file(struct file_sink *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static void
fail(struct file_sink *f, int error)
{
	struct sink_host *h = f->sink->host;

	f->failed = true;
	f->sink->counts.errors++;
	if (f->fd >= 0 && !is_stdout(f) && ftruncate(f->fd, f->whole) == 0)
		f->size = f->whole;
	close_file(f);
	out_reset(&f->lines);
	f->written = 0;
	f->records = 0;
	f->sink->counts.in_flight = 0;
	h->down(h, error == ENOSPC || error == EDQUOT ? ERR_SPACE : ERR_IO,
	    strerror(error));
	h->rewind(h);
	timer_start(f->sink->loop, &f->timer,
	    mono_after_ms(f->sink->loop->now, RETRY_MS));
}

/* path.N: N is 1 for the newest; 0 is the file itself. */
static const char *
rotated(const struct file_sink *f, int64_t n, char *text, size_t size)
{
	struct out o;

	out_init(&o, text, size);
	out_text(&o, f->options->path);
	if (n > 0) {
		out_char(&o, '.');
		out_i64(&o, n);
	}
	return out_cstr(&o);
}

static void
rotate(struct file_sink *f)
{
	char from[288], to[288];

	close_file(f);
	for (int64_t n = f->options->keep; n > 0; n--) {
		rotated(f, n - 1, from, sizeof(from));
		rotated(f, n, to, sizeof(to));
		/* One that is not there yet is no error. */
		if (rename(from, to) != 0 && errno != ENOENT) {
			fail(f, errno);
			return;
		}
	}
	if (!open_file(f))
		fail(f, errno);
}

static void
again(struct file_sink *f)
{
	struct sink *s = f->sink;

	timer_start(s->loop, &f->timer, mono_after_ms(s->loop->now, AGAIN_MS));
}

/* Does the disk have all that was written?  At the end that is waited for. */
static bool
is_synced(struct file_sink *f)
{
	int64_t took_ns;
	int error = 0;

	if (!f->options->sync || is_stdout(f))
		return true;
	if (!f->asked && !f->closing)
		f->asked = flusher_ask(&f->flusher, f->fd);
	if (!f->asked && fdatasync(f->fd) != 0)
		error = errno;
	if (f->asked && !flusher_over(&f->flusher, &error, &took_ns)) {
		again(f);
		return false;
	}
	f->asked = false;
	if (error != 0)
		fail(f, error);
	return error == 0;
}

/* Everything in the buffer is out. */
static void
written(struct file_sink *f)
{
	struct sink_host *h = f->sink->host;
	struct sink_counts *c = &f->sink->counts;

	if (!is_synced(f))
		return;
	if (is_deleted(f)) {
		fail(f, ENOENT);
		return;
	}
	c->confirmed += f->records;
	c->bytes += f->lines.len;
	c->in_flight = 0;
	f->whole = f->size;
	f->records = 0;
	f->written = 0;
	out_reset(&f->lines);
	h->confirm(h, f->next);
	if (f->refused)
		h->ready(h);
	f->refused = false;
	if (!is_stdout(f) && f->options->rotate_bytes > 0 &&
	    f->size >= f->options->rotate_bytes)
		rotate(f);
}

static void
file_flush(struct sink *s)
{
	struct file_sink *f = s->state;

	while (!f->failed && f->written < f->lines.len) {
		ssize_t n = write(
		    f->fd, f->lines.at + f->written, f->lines.len - f->written);

		if (n > 0) {
			f->written += (size_t)n;
			f->size += n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			again(f);
			return;
		}
		fail(f, n < 0 ? errno : EIO);
		return;
	}
	if (!f->failed && f->lines.len > 0)
		written(f);
}

static enum err
file_take(struct sink *s, const struct sink_frame *frame)
{
	struct file_sink *f = s->state;
	size_t before = f->lines.len;

	/* What waits in front of a slow pipe must go first. */
	if (f->failed || f->lines.len > ENOUGH_BYTES || f->written > 0) {
		f->refused = true;
		return ERR_AGAIN;
	}
	record_json(frame->id, frame->record, &f->lines);
	out_char(&f->lines, '\n');
	if (f->lines.full) {
		/* The buffer holds any record when it is empty. */
		must(before > 0);
		f->lines.len = before;
		f->lines.full = false;
		f->refused = true;
		return ERR_AGAIN;
	}
	s->counts.taken++;
	s->counts.in_flight++;
	f->records++;
	f->next = frame->next;
	return ERR_OK;
}

static void
on_timer(struct timer *t)
{
	struct file_sink *f = t->owner;
	struct sink_host *h = f->sink->host;

	if (f->failed) {
		if (!open_file(f)) {
			fail(f, errno);
			return;
		}
		f->failed = false;
		f->refused = false;
		f->sink->counts.connects++;
		h->up(h);
		h->ready(h);
	} else {
		file_flush(f->sink);
	}
}

static enum err
file_open(struct sink *s, const struct sink_setup *setup, struct out *why)
{
	struct file_sink *f =
	    arena_take(setup->arena, "file sink", 1, sizeof(*f));
	struct out o;

	f->options = &setup->options->file;
	f->sink = s;
	flusher_init(&f->flusher);
	f->timer.fire = on_timer;
	f->timer.owner = f;
	s->state = f;
	out_init(&f->lines,
	    arena_take(setup->arena, "file lines", 1, BUFFER_BYTES),
	    BUFFER_BYTES);
	out_init(&o, s->target, sizeof(s->target) - 1);
	out_text(&o, is_stdout(f) ? "stdout" : f->options->path);
	s->target[o.len < sizeof(s->target) ? o.len : 0] = '\0';
	if (!open_file(f)) {
		OUT_LITERAL(why, "file.path: ");
		out_text(why, f->options->path);
		OUT_LITERAL(why, ": ");
		out_text(why, strerror(errno));
		return ERR_CONFIG;
	}
	s->counts.connects = 1;
	s->host->up(s->host);
	return ERR_OK;
}

static bool
file_idle(const struct sink *s)
{
	const struct file_sink *f = s->state;

	return f->lines.len == 0;
}

static void
file_close(struct sink *s)
{
	struct file_sink *f = s->state;

	flusher_stop(&f->flusher);
	f->closing = true;
	if (!f->failed)
		file_flush(s);
	/* What did not leave has asked for another try. */
	timer_stop(s->loop, &f->timer);
	close_file(f);
}

const struct sink_type sink_file = {
	.name = "file",
	.open = file_open,
	.take = file_take,
	.flush = file_flush,
	.idle = file_idle,
	.close = file_close,
};
