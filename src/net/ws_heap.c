#include "net/ws_heap.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "core/must.h"

enum {
	ALIGN = 16,
	LEAST = 4096,
};

/* In front of each piece; the pieces follow each other without gaps. */
struct block {
	_Alignas(ALIGN) size_t size;
	/* Of the block in front; 0 at the start of the region. */
	size_t before;
	bool taken;
};

struct region {
	_Alignas(ALIGN) char *end;
	size_t used;
	size_t peak;
};

/* See the header: wslay's calls bring no context. */
static struct region *region;

static struct block *
first(void)
{
	return (struct block *)(region + 1);
}

static struct block *
after(struct block *b)
{
	char *next = (char *)b + b->size;

	return next < region->end ? (struct block *)next : NULL;
}

void
ws_heap_init(void *memory, size_t size)
{
	uintptr_t skew = (0 - (uintptr_t)memory) % ALIGN;
	struct block *b;

	must(size >= LEAST);
	size -= skew;
	size -= size % ALIGN;
	region = (struct region *)((char *)memory + skew);
	memset(region, 0, sizeof(*region));
	region->end = (char *)region + size;
	b = first();
	memset(b, 0, sizeof(*b));
	b->size = size - sizeof(*region);
}

size_t
ws_heap_used(void)
{
	return region ? region->used : 0;
}

size_t
ws_heap_peak(void)
{
	return region ? region->peak : 0;
}

static void
count(size_t taken, size_t given)
{
	region->used += taken;
	region->used -= given;
	if (region->used > region->peak)
		region->peak = region->used;
}

/* Make b `size` bytes long and leave the rest as a free block behind it. */
static void
split(struct block *b, size_t size)
{
	struct block *rest, *next;

	if (b->size - size < sizeof(*b) + ALIGN)
		return;
	rest = (struct block *)((char *)b + size);
	rest->size = b->size - size;
	rest->before = size;
	rest->taken = false;
	b->size = size;
	next = after(rest);
	if (next)
		next->before = rest->size;
}

/* b swallows the free block behind it. */
static void
merge(struct block *b)
{
	struct block *next = after(b);

	if (!next || next->taken)
		return;
	b->size += next->size;
	next = after(b);
	if (next)
		next->before = b->size;
}

/* Bytes of a block that holds `size`; 0 when no region is that large. */
static size_t
block_size(size_t size)
{
	if (size > (size_t)(region->end - (char *)region))
		return 0;
	if (size < ALIGN)
		size = ALIGN;
	return sizeof(struct block) + (size + ALIGN - 1) / ALIGN * ALIGN;
}

void *
ws_malloc(size_t size)
{
	size_t want;

	must(region != NULL);
	want = block_size(size);
	if (want == 0)
		return NULL;
	for (struct block *b = first(); b; b = after(b)) {
		if (b->taken || b->size < want)
			continue;
		split(b, want);
		b->taken = true;
		count(b->size, 0);
		return b + 1;
	}
	return NULL;
}

void *
ws_calloc(size_t number, size_t size)
{
	void *p;

	if (size != 0 && number > SIZE_MAX / size)
		return NULL;
	p = ws_malloc(number * size);
	if (p)
		memset(p, 0, number * size);
	return p;
}

void
ws_free(void *old)
{
	struct block *b, *front;

	if (!old)
		return;
	b = (struct block *)old - 1;
	must(b->taken);
	b->taken = false;
	count(0, b->size);
	merge(b);
	if (b->before == 0)
		return;
	front = (struct block *)((char *)b - b->before);
	if (!front->taken)
		merge(front);
}

void *
ws_realloc(void *old, size_t size)
{
	struct block *b;
	size_t was, want;
	void *p;

	if (!old)
		return ws_malloc(size);
	want = block_size(size);
	if (want == 0)
		return NULL;
	b = (struct block *)old - 1;
	was = b->size;
	merge(b);
	if (b->size >= want) {
		split(b, want);
		count(b->size, was);
		return old;
	}
	split(b, was);
	p = ws_malloc(size);
	if (!p)
		return NULL;
	memcpy(p, old, was - sizeof(*b));
	ws_free(old);
	return p;
}
