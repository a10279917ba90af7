#include "feed/journal.h"

#include <string.h>

#include "codec/crc32c.h"
#include "core/must.h"
#include "feed/journal_format.h"

enum {
	/* Where the bytes that the checksum covers begin. */
	CRC_FROM = offsetof(struct journal_head, record),
};

static uint64_t
padded(uint64_t len)
{
	return (len + 7) & ~UINT64_C(7);
}

bool
journal_unnumbered(const struct journal_head *h)
{
	return h->record == JOURNAL_FILLER || h->record == JOURNAL_MARK;
}

uint64_t
journal_after(const struct journal_head *h)
{
	return h->position + JOURNAL_FRAME_HEAD + padded(h->length);
}

uint64_t
journal_place(const struct journal *j, uint64_t position)
{
	uint64_t rest = j->size - position % j->size;

	return rest < JOURNAL_FRAME_HEAD ? position + rest : position;
}

/* A head that belongs at this offset; whether its bytes are whole is open. */
static bool
peek(const struct journal *j, uint64_t offset, struct journal_head *h)
{
	uint64_t room = j->size - offset;

	if (room < JOURNAL_FRAME_HEAD)
		return false;
	room -= JOURNAL_FRAME_HEAD;
	memcpy(h, j->ring + offset, sizeof(*h));
	if (h->magic != JOURNAL_FRAME_MAGIC || h->sequence == 0 ||
	    h->position >> 62 != 0 || h->position % j->size != offset)
		return false;
	if (h->record == JOURNAL_FILLER)
		return h->length == room;
	return h->length <= room;
}

bool
journal_intact(const struct journal *j, uint64_t offset, struct journal_head *h)
{
	size_t len = JOURNAL_FRAME_HEAD - CRC_FROM;

	if (!peek(j, offset, h))
		return false;
	if (h->record != JOURNAL_FILLER)
		len += h->length;
	return h->crc == crc32c(0, j->ring + offset + CRC_FROM, len);
}

uint64_t
journal_find(const struct journal *j, uint64_t from, uint64_t to)
{
	struct journal_head h;
	uint64_t offset;
	uint32_t magic;

	from = padded(from);
	offset = from % j->size;
	for (; from < to; from += 8, offset += 8) {
		if (offset == j->size)
			offset = 0;
		if (offset % JOURNAL_WINDOW == 0)
			journal_forget(j, from - JOURNAL_WINDOW, from);
		memcpy(&magic, j->ring + offset, sizeof(magic));
		if (magic != JOURNAL_FRAME_MAGIC || !peek(j, offset, &h) ||
		    h.position != from || journal_after(&h) > to)
			continue;
		if (journal_intact(j, offset, &h))
			return from;
	}
	return to;
}

/*
 * The head of the frame at position.  What this process wrote lately is
 * correct; what an earlier one left, or what may have been to the disk and back
 * since, is verified.
 */
static bool
frame_at(const struct journal *j, uint64_t position, struct journal_head *h)
{
	uint64_t offset = position % j->size;
	bool good = position < j->verified ? journal_intact(j, offset, h)
					   : peek(j, offset, h);

	return good && h->position == position && journal_after(h) <= j->head;
}

bool
journal_whole(const struct journal *j, uint64_t position)
{
	struct journal_head h;

	return position >= j->head ||
	       (position >= j->tail && frame_at(j, position, &h));
}

uint64_t
journal_sequence_at(const struct journal *j, uint64_t position)
{
	struct journal_head h;

	position = journal_place(j, position);
	if (position < j->head && !frame_at(j, position, &h))
		position = journal_find(j, position + 8, j->head);
	if (position >= j->head || !frame_at(j, position, &h))
		return j->sequence;
	return h.sequence;
}

/* Cursors that stand before the tail lost what is between. */
static void
push_cursors(struct journal *j)
{
	uint64_t sequence = 0;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		struct journal_cursor *c = &j->cursors[i];

		if (!c->used || c->position >= j->tail)
			continue;
		if (sequence == 0)
			sequence = journal_sequence_at(j, j->tail);
		if (sequence > c->sequence)
			c->lost += sequence - c->sequence;
		c->position = j->tail;
		c->sequence = sequence;
	}
}

/* Give up the oldest frames until the tail is at or past `to`. */
static void
move_tail(struct journal *j, uint64_t to)
{
	struct journal_head h;

	if (j->tail >= to)
		return;
	while (j->tail < to) {
		uint64_t at = journal_place(j, j->tail);

		if (at >= j->head)
			j->tail = j->head;
		else if (frame_at(j, at, &h))
			j->tail = journal_after(&h);
		else
			j->tail = journal_find(j, at + 8, j->head);
		/* The head is never more than a ring away from `to`. */
		if (j->tail == j->head)
			break;
	}
	push_cursors(j);
	/* Recovery starts there, so what stands there may not be overwritten.
	 */
	if (j->fd >= 0 && j->checkpoint < j->tail)
		journal_checkpoint(j, j->head, j->sequence, j->marks);
}

/* The head comes last and at once: whoever is killed before it leaves no frame,
 * and nothing that looks like one that was there. */
static void
put_head(struct journal *j, struct journal_head *h)
{
	uint8_t *at = j->ring + j->head % j->size;

	h->magic = JOURNAL_FRAME_MAGIC;
	h->schema = JOURNAL_SCHEMA;
	h->life = j->life;
	h->sequence = j->sequence;
	h->position = j->head;
	h->crc = crc32c(
	    0, (const uint8_t *)h + CRC_FROM, JOURNAL_FRAME_HEAD - CRC_FROM);
	if (h->record != JOURNAL_FILLER)
		h->crc = crc32c(h->crc, at + JOURNAL_FRAME_HEAD, h->length);
	memcpy(at, h, sizeof(*h));
}

/* Fill what is left of the ring, so that the next frame starts at its front. */
static void
put_filler(struct journal *j, uint64_t room)
{
	struct journal_head h = { .record = JOURNAL_FILLER };

	if (room >= JOURNAL_FRAME_HEAD) {
		h.length = (uint32_t)(room - JOURNAL_FRAME_HEAD);
		move_tail(
		    j, j->head + room > j->size ? j->head + room - j->size : 0);
		put_head(j, &h);
	}
	j->head += room;
}

/* Room for a frame of need bytes at the head, which does not wrap. */
static void
make_room(struct journal *j, uint64_t need)
{
	uint64_t room;

	journal_seal(j);
	room = j->size - j->head % j->size;
	if (room < need)
		put_filler(j, room);
	if (j->head + need > j->size)
		move_tail(j, j->head + need - j->size);
	if (j->spare)
		journal_spare_room(j, j->head + need);
}

enum err
journal_reserve(struct journal *j, size_t max, struct out *body)
{
	if (max > j->size / 4 - JOURNAL_FRAME_HEAD) {
		j->refused++;
		return ERR_FULL;
	}
	make_room(j, JOURNAL_FRAME_HEAD + padded(max));
	j->reserved = max;
	out_init(body, j->ring + j->head % j->size + JOURNAL_FRAME_HEAD, max);
	return ERR_OK;
}

void
journal_commit(struct journal *j, size_t len, const struct journal_note *note)
{
	static const uint8_t zeros[8];
	uint8_t *body = j->ring + j->head % j->size + JOURNAL_FRAME_HEAD;

	must(len <= j->reserved);
	memcpy(body + len, zeros, padded(len) - len);
	j->reserved = 0;
	j->open = true;
	j->open_len = len;
	j->open_mark = 0;
	j->note = *note;
}

void
journal_seal(struct journal *j)
{
	struct journal_head h = {
		.length = (uint32_t)j->open_len,
		.record = (uint8_t)j->note.record,
		.seen = j->note.seen.ns,
		.stamp = j->note.stamp.ns,
		.mark = j->open_mark,
	};

	if (!j->open)
		return;
	j->open = false;
	if (j->open_mark != 0)
		h.value = j->marks[j->open_mark - 1];
	put_head(j, &h);
	j->head = journal_after(&h);
	j->sequence++;
	j->appended++;
}

void
journal_set(struct journal *j, const int64_t *mark, int64_t value)
{
	uint32_t n = (uint32_t)(mark - j->marks);
	struct journal_head h = {
		.record = JOURNAL_MARK,
		.mark = n + 1,
		.value = value,
	};

	must(n < j->mark_count);
	if (!j->open || (j->open_mark != 0 && j->open_mark != n + 1)) {
		make_room(j, JOURNAL_FRAME_HEAD);
		put_head(j, &h);
		j->head = journal_after(&h);
	} else {
		j->open_mark = n + 1;
	}
	j->marks[n] = value;
}

/* AGAIN, STALE and CORRUPT: from here on, and where to go on. */
static enum err
skip_to(struct journal_frame *f, uint64_t from, uint64_t next, enum err e)
{
	f->position = from;
	f->next = next;
	return e;
}

enum err
journal_read(
    const struct journal *j, uint64_t position, struct journal_frame *f)
{
	struct journal_head h;

	if (position < j->tail)
		return skip_to(f, position, j->tail, ERR_STALE);
	for (;;) {
		position = journal_place(j, position);
		if (position >= j->head)
			return skip_to(f, position, j->head, ERR_AGAIN);
		if (!frame_at(j, position, &h))
			return skip_to(f, position,
			    journal_find(j, position + 8, j->head),
			    ERR_CORRUPT);
		if (!journal_unnumbered(&h))
			break;
		position = journal_after(&h);
	}
	f->position = position;
	f->next = journal_after(&h);
	f->sequence = h.sequence;
	f->record = (enum record_id)h.record;
	f->schema = h.schema;
	f->seen.ns = h.seen;
	f->stamp.ns = h.stamp;
	f->mark = h.mark;
	f->value = h.value;
	f->body.at =
	    (const char *)j->ring + position % j->size + JOURNAL_FRAME_HEAD;
	f->body.len = h.length;
	return ERR_OK;
}
