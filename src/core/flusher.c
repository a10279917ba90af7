#include "core/flusher.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/must.h"
#include "core/thread.h"

static int
flush(int fd)
{
	int result;

	do
		result = fdatasync(fd);
	while (result != 0 && errno == EINTR);
	return result == 0 ? 0 : errno;
}

static void *
run(void *argument)
{
	struct flusher *f = argument;
	int error;
	int fd;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		while (f->fd < 0 && !f->ends)
			pthread_cond_wait(&f->wake, &f->lock);
		if (f->fd < 0)
			break;
		fd = f->fd;
		f->began = time_mono();
		pthread_mutex_unlock(&f->lock);
		error = flush(fd);
		pthread_mutex_lock(&f->lock);
		f->error = error;
		f->took_ns = time_mono().ns - f->began.ns;
		f->fd = -1;
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

void
flusher_init(struct flusher *f)
{
	memset(f, 0, sizeof(*f));
	f->fd = -1;
	must(pthread_mutex_init(&f->lock, NULL) == 0);
	must(pthread_cond_init(&f->wake, NULL) == 0);
}

bool
flusher_ask(struct flusher *f, int fd)
{
	if (!f->runs && thread_start(&f->thread, run, f) != ERR_OK)
		return false;
	f->runs = true;
	pthread_mutex_lock(&f->lock);
	must(f->fd < 0);
	f->fd = fd;
	f->began = MONO_NEVER;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	return true;
}

bool
flusher_over(struct flusher *f, int *error, int64_t *took_ns)
{
	bool over;

	pthread_mutex_lock(&f->lock);
	over = f->fd < 0;
	*error = f->error;
	*took_ns = f->took_ns;
	pthread_mutex_unlock(&f->lock);
	return over;
}

int64_t
flusher_waits_ms(struct flusher *f, struct mono now)
{
	int64_t ms = 0;

	if (!f->runs)
		return 0;
	pthread_mutex_lock(&f->lock);
	if (f->fd >= 0 && mono_due(f->began, now))
		ms = mono_ms_between(f->began, now);
	pthread_mutex_unlock(&f->lock);
	return ms;
}

void
flusher_stop(struct flusher *f)
{
	if (!f->runs)
		return;
	pthread_mutex_lock(&f->lock);
	f->ends = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	f->runs = false;
}
