#define _GNU_SOURCE

#include "core/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "core/must.h"

enum {
	/* A cache line: no two pieces share one. */
	PIECE_ALIGN = 64,
};

enum err
arena_init(struct arena *a, size_t size)
{
	void *base;

	memset(a, 0, sizeof(*a));
	base = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (base == MAP_FAILED)
		return ERR_IO;
	a->base = base;
	a->size = size;
	return ERR_OK;
}

void
arena_fini(struct arena *a)
{
	if (a->base != NULL)
		must(munmap(a->base, a->size) == 0);
	memset(a, 0, sizeof(*a));
}

/* Pieces of one name and size share a row of the memory table. */
static void
remember(struct arena *a, const char *name, size_t count, size_t each_bytes)
{
	struct arena_pool *p;

	for (size_t i = 0; i < a->pool_count; i++) {
		p = &a->pools[i];
		if (p->each_bytes == each_bytes && strcmp(p->name, name) == 0) {
			p->count += count;
			return;
		}
	}
	must(a->pool_count < ARENA_POOLS_MAX);
	p = &a->pools[a->pool_count++];
	p->name = name;
	p->count = count;
	p->each_bytes = each_bytes;
}

void *
arena_take(struct arena *a, const char *name, size_t count, size_t each_bytes)
{
	char *piece;
	size_t bytes;

	must(!a->sealed);
	must(each_bytes == 0 || count <= SIZE_MAX / each_bytes);
	bytes = count * each_bytes;
	must(bytes <= arena_left(a));
	piece = a->base + a->used;
	bytes += (PIECE_ALIGN - bytes % PIECE_ALIGN) % PIECE_ALIGN;
	if (bytes > a->size - a->used)
		bytes = a->size - a->used;
	a->used += bytes;
	remember(a, name, count, each_bytes);
	return piece;
}

size_t
arena_left(const struct arena *a)
{
	return a->size - a->used;
}

void
arena_seal(struct arena *a)
{
	a->sealed = true;
}

void
arena_unuse(void *at, size_t len)
{
	uintptr_t page = 4096;
	uintptr_t from = ((uintptr_t)at + page - 1) & ~(page - 1);
	uintptr_t to = ((uintptr_t)at + len) & ~(page - 1);

	/* Where the kernel refuses, the pages are merely still resident. */
	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}
