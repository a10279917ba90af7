#include "core/fifo.h"

#include <string.h>

#include "core/must.h"

/*
 * Each piece is its length in four bytes, then its bytes, then padding to a
 * multiple of four.  A length of SKIP says that the rest up to the end of the
 * memory is unused; since everything is a multiple of four it always fits.
 */
enum {
	HEADER = sizeof(uint32_t),
};

#define SKIP UINT32_MAX

void
fifo_init(struct fifo *f, void *memory, size_t size)
{
	f->base = memory;
	f->size = size - size % HEADER;
	f->peak = 0;
	fifo_clear(f);
}

void
fifo_clear(struct fifo *f)
{
	f->head = 0;
	f->tail = 0;
	f->count = 0;
	f->used = 0;
}

static uint32_t
length_at(const struct fifo *f, size_t offset)
{
	uint32_t len;

	memcpy(&len, f->base + offset, sizeof(len));
	return len;
}

static size_t
bytes_for(size_t len)
{
	return HEADER + (len + HEADER - 1) / HEADER * HEADER;
}

/* Where a piece that takes `need` bytes can go: at the tail or at the start. */
static enum err
make_room(struct fifo *f, size_t need)
{
	uint32_t skip = SKIP;
	size_t at_end = f->size - f->tail;

	if (need > f->size - f->used)
		return ERR_FULL;
	/* Wrapped already: all that is free lies between tail and head. */
	if (f->tail < f->head || need <= at_end)
		return ERR_OK;
	if (need > f->head)
		return ERR_FULL;
	if (at_end > 0)
		memcpy(f->base + f->tail, &skip, sizeof(skip));
	f->used += at_end;
	f->tail = 0;
	return ERR_OK;
}

enum err
fifo_push(struct fifo *f, const void *bytes, size_t len)
{
	uint32_t header = (uint32_t)len;
	enum err e;

	if (len > f->size || len >= SKIP)
		return ERR_FULL;
	e = make_room(f, bytes_for(len));
	if (e != ERR_OK)
		return e;
	memcpy(f->base + f->tail, &header, sizeof(header));
	if (len > 0)
		memcpy(f->base + f->tail + HEADER, bytes, len);
	f->tail += bytes_for(len);
	f->used += bytes_for(len);
	f->count++;
	if (f->used > f->peak)
		f->peak = f->used;
	return ERR_OK;
}

bool
fifo_peek(const struct fifo *f, struct span *piece)
{
	if (f->count == 0)
		return false;
	piece->at = f->base + f->head + HEADER;
	piece->len = length_at(f, f->head);
	return true;
}

void
fifo_pop(struct fifo *f)
{
	size_t taken;

	must(f->count > 0);
	taken = bytes_for(length_at(f, f->head));
	f->head += taken;
	f->used -= taken;
	f->count--;
	if (f->count == 0) {
		fifo_clear(f);
	} else if (f->head == f->size || length_at(f, f->head) == SKIP) {
		f->used -= f->size - f->head;
		f->head = 0;
	}
}
