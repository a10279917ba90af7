/*
 * alloc_count.c -- linked into mpedge with --wrap: counts what the program and
 * its libraries ask malloc for, in the first eight bytes of the file named by
 * ALLOCATIONS, which a test reads while the program runs.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *at, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *at, size_t size);

static _Atomic uint64_t *counter;

__attribute__((constructor)) static void
open_counter(void)
{
	const char *path = getenv("ALLOCATIONS");
	int fd = path != NULL ? open(path, O_RDWR) : -1;
	void *at;

	if (fd < 0)
		return;
	at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at != MAP_FAILED)
		counter = at;
}

static void
count(void)
{
	if (counter != NULL)
		atomic_fetch_add(counter, 1);
}

void *
__wrap_malloc(size_t size)
{
	count();
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	count();
	return __real_calloc(n, size);
}

void *
__wrap_realloc(void *at, size_t size)
{
	count();
	return __real_realloc(at, size);
}
