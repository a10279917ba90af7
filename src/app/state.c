#define _GNU_SOURCE

#include "app/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "core/log.h"
#include "feed/saved.h"

enum {
	LOOK_MS = 3000,
	PATH_BYTES = 300,
};

/* --- reading -------------------------------------------------------------- */

static void
tell_unread(const struct state *s, const char *why)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "state", "not_read");
	log_text(&l, "path", s->path);
	log_text(&l, "why", why);
	log_send(&l);
}

/* The whole file, which may not be longer than the memory. */
static size_t
read_file(const struct state *s, int fd)
{
	size_t len = 0;

	while (len < STATE_BYTES) {
		ssize_t n = read(fd, s->memory + len, STATE_BYTES - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			tell_unread(s, strerror(errno));
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

static void
load(struct state *s)
{
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	struct span file;
	enum err e;

	if (fd < 0) {
		if (errno != ENOENT)
			tell_unread(s, strerror(errno));
		return;
	}
	file = (struct span){ s->memory, read_file(s, fd) };
	close(fd);
	e = saved_open(file, &s->body);
	if (e != ERR_OK)
		tell_unread(s, err_text(e));
}

void
state_init(struct mpedge *m)
{
	struct state *s = &m->state;

	s->path = m->options->box.state_path;
	if (s->path[0] == '\0')
		return;
	s->memory = arena_take(&m->arena, "state file", 1, STATE_BYTES);
	load(s);
}

void
state_restore(struct mpedge *m)
{
	struct span body = m->state.body;
	struct span line;
	enum err e;

	while ((line = saved_line(&body)).at != NULL) {
		e = ERR_UNKNOWN;
		for (unsigned i = 0; i < m->source_count; i++) {
			if (e == ERR_UNKNOWN)
				e = rest_restore(&m->sources[i].rest, line);
		}
		/* Of a venue that is not collected any more, it is no news. */
		if (e != ERR_OK && e != ERR_UNKNOWN)
			tell_unread(&m->state, "a line of it is not known");
	}
}

/* --- writing -------------------------------------------------------------- */

/* Once, until it works again. */
static void
tell_unwritten(struct state *s, const char *why)
{
	struct log_line l;

	if (s->failed)
		return;
	s->failed = true;
	log_open(&l, LOG_WARN, "state", "not_written");
	log_text(&l, "path", s->path);
	log_text(&l, "why", why);
	log_send(&l);
}

static bool
write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.at, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text.at += n;
		text.len -= (size_t)n;
	}
	return true;
}

static bool
replace(const struct state *s, struct span text)
{
	char memory[PATH_BYTES];
	struct out o;
	bool written;
	int fd;

	out_init(&o, memory, sizeof(memory));
	out_text(&o, s->path);
	OUT_LITERAL(&o, ".new");
	out_cstr(&o);
	fd = open(memory, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	written = write_all(fd, text);
	/* It begins to reach the disk, and nobody waits: else the new name may
	 * outlive a power cut without what is behind it. */
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (close(fd) < 0 || !written)
		return false;
	return rename(memory, s->path) == 0;
}

static bool
has_changed(const struct mpedge *m)
{
	for (unsigned i = 0; i < m->source_count; i++) {
		if (m->sources[i].listing.unsaved ||
		    rest_unsaved(&m->sources[i].rest, m->state.paused_until[i]))
			return true;
	}
	return false;
}

/* All venues, those that have not changed too: the file is one. */
void
state_write(struct mpedge *m)
{
	struct state *s = &m->state;
	struct out o;

	if (s->memory == NULL || !has_changed(m))
		return;
	out_init(&o, s->memory, STATE_BYTES);
	saved_begin(&o);
	for (unsigned i = 0; i < m->source_count; i++) {
		rest_save(&m->sources[i].rest, &o);
		s->paused_until[i] = m->sources[i].rest.paused_until;
	}
	for (unsigned i = 0; i < m->source_count; i++)
		symbols_save(&m->sources[i].listing, &o);
	saved_end(&o);
	if (o.full)
		tell_unwritten(s, "there are too many instruments");
	else if (!replace(s, out_done(&o)))
		tell_unwritten(s, strerror(errno));
	else
		s->failed = false;
}

static void
on_look(struct timer *t)
{
	struct mpedge *m = t->owner;

	state_write(m);
	timer_start(&m->loop, t, mono_after_ms(m->loop.now, LOOK_MS));
}

void
state_start(struct mpedge *m)
{
	struct state *s = &m->state;

	if (s->memory == NULL)
		return;
	s->timer.fire = on_look;
	s->timer.owner = m;
	timer_start(&m->loop, &s->timer, mono_after_ms(m->loop.now, LOOK_MS));
}
