#include "feed/journal_format.h"

#include <string.h>

#include "codec/crc32c.h"

enum {
	/* Behind a frame that is not whole, others are looked for so far. */
	CUT_LOOK = 1024 * 1024,
};

bool
journal_read_checkpoint(
    const uint8_t *map, uint64_t size, struct journal_checkpoint *best)
{
	struct journal_checkpoint c;
	bool found = false;

	for (size_t i = 0; i < 2; i++) {
		memcpy(&c,
		    map + JOURNAL_CHECKPOINTS_AT +
			i * JOURNAL_CHECKPOINT_STRIDE,
		    sizeof(c));
		if (c.crc !=
		    crc32c(0, &c, offsetof(struct journal_checkpoint, crc)))
			continue;
		if (c.head >> 62 != 0 || c.head % 8 != 0 || c.tail > c.head ||
		    c.head - c.tail > size || c.sequence == 0)
			continue;
		if (found && c.number <= best->number)
			continue;
		*best = c;
		found = true;
	}
	return found;
}

static void
apply_mark(struct journal *j, const struct journal_head *h)
{
	if (h->mark != 0 && h->mark <= j->mark_count)
		j->marks[h->mark - 1] = h->value;
}

/*
 * Marks after one that is damaged keep their numbers, because frames refer to
 * marks by number; the damaged one is not entered into the hash.
 */
static void
read_marks(struct journal *j)
{
	struct journal_entry e;

	for (uint32_t n = 0; n < JOURNAL_MARKS_MAX; n++) {
		memcpy(&e, j->map + journal_entry_at(n), sizeof(e));
		j->marks[n] = e.value;
		if (e.name[0] == '\0' || e.name[JOURNAL_NAME_MAX - 1] != '\0' ||
		    e.crc != crc32c(0, &e, offsetof(struct journal_entry, crc)))
			continue;
		j->mark_count = n + 1;
		journal_enter_mark(j, n);
	}
}

static void
read_cursor(struct journal *j, struct journal_cursor *c)
{
	struct journal_slot slot;
	unsigned number = (unsigned)(c - j->cursors);

	for (unsigned which = 0; which < 2; which++) {
		memcpy(&slot, j->map + journal_slot_at(number, which),
		    sizeof(slot));
		if (slot.crc !=
		    crc32c(0, &slot, offsetof(struct journal_slot, crc)))
			continue;
		if (slot.name[0] == '\0' ||
		    slot.name[JOURNAL_CURSOR_NAME_MAX - 1] != '\0')
			continue;
		if (c->used && slot.stores <= c->stores)
			continue;
		memcpy(c->name, slot.name, sizeof(slot.name));
		c->position = slot.position;
		c->sequence = slot.sequence;
		c->stores = slot.stores;
		c->used = true;
	}
}

/* Was there a cursor in its place? */
static bool
is_spoilt(const struct journal *j, unsigned number)
{
	const uint8_t *bytes = j->map + journal_slot_at(number, 0);
	size_t i = 0;

	while (i < 2 * sizeof(struct journal_slot) && bytes[i] == 0)
		i++;
	return i < 2 * sizeof(struct journal_slot);
}

/*
 * A cursor behind the tail lost frames; one past the head belongs to frames
 * that a power cut took, and starts at the head.  Whose is damaged, or who had
 * one when there are frames and no cursors, cannot be told: whoever is new then
 * begins with the oldest frame.
 */
static void
read_cursors(struct journal *j)
{
	bool any = false;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		struct journal_cursor *c = &j->cursors[i];
		uint64_t sequence = c->sequence;
		bool lost;

		read_cursor(j, c);
		any = any || c->used;
		if (!c->used) {
			j->cursors_gone = j->cursors_gone || is_spoilt(j, i);
			continue;
		}
		lost = c->position < j->tail;
		sequence = c->sequence;
		if (lost)
			c->position = j->tail;
		if (c->position > j->head || c->position % 8 != 0)
			c->position = j->head;
		c->sequence = journal_sequence_at(j, c->position);
		/* What it had confirmed of those cut off is not lost to it. */
		if (c->position == j->head && sequence < j->sequence)
			c->sequence = sequence > j->sequence - j->cut
					  ? sequence
					  : j->sequence - j->cut;
		if (lost && c->sequence > sequence)
			c->lost = c->sequence - sequence;
	}
	j->cursors_gone = j->cursors_gone || !any;
}

/* What was read is not kept in memory, however much it is. */
static void
step(const struct journal *j, uint64_t from, uint64_t to)
{
	if (from / JOURNAL_WINDOW != to / JOURNAL_WINDOW)
		journal_forget(j, from - from % JOURNAL_WINDOW, to);
}

/* Follow the frames from the checkpoint on, at most once around. */
static void
follow(struct journal *j, uint16_t life)
{
	struct journal_head h;
	uint64_t end = j->head + j->size;

	for (;;) {
		uint64_t at = journal_place(j, j->head);

		if (at >= end || !journal_intact(j, at % j->size, &h) ||
		    h.position != at || h.sequence != j->sequence ||
		    h.life != life || journal_after(&h) > end)
			return;
		j->head = journal_after(&h);
		step(j, at, j->head);
		apply_mark(j, &h);
		if (journal_unnumbered(&h))
			continue;
		j->sequence++;
		j->recovered++;
	}
}

/* Does what stands at position look like a frame of this life that was the
 * next one?  A flipped bit spoils one of its three names at most. */
static bool
was_next(const struct journal *j, uint64_t position, uint16_t life)
{
	uint64_t offset = position % j->size;
	struct journal_head h;

	if (j->size - offset < JOURNAL_FRAME_HEAD)
		return false;
	memcpy(&h, j->ring + offset, sizeof(h));
	return !journal_unnumbered(&h) && (h.position == position) +
						  (h.sequence == j->sequence) +
						  (h.life == life) >=
					      2;
}

/*
 * What stands behind the first frame that is not whole was written and is cut
 * off: a mark in it would hide that the records before it are missing.  As far
 * as their numbers can be told they are not given again, so that every reader
 * finds the hole and says so.
 */
static void
count_cut(struct journal *j, uint16_t life)
{
	uint64_t next =
	    j->sequence + was_next(j, journal_place(j, j->head), life);
	uint64_t at = j->head + 8;
	uint64_t end = j->head + j->size;
	struct journal_head h;

	for (;;) {
		uint64_t to = end - at < CUT_LOOK ? end : at + CUT_LOOK;

		at = at < to ? journal_find(j, at, to) : to;
		if (at >= to || !journal_intact(j, at % j->size, &h))
			break;
		at = journal_after(&h);
		if (h.life == life && h.sequence >= next)
			next = h.sequence + !journal_unnumbered(&h);
	}
	j->cut = next - j->sequence;
	j->sequence = next;
}

/* Was a written after b?  Behind the frames of a life may stand those that its
 * start had cut off. */
static bool
is_later(const struct journal_head *a, const struct journal_head *b)
{
	uint16_t lives = (uint16_t)(a->life - b->life);

	return lives == 0 ? a->position > b->position : lives < 0x8000;
}

/*
 * Both checkpoints are damaged: the intact frame furthest on tells where the
 * head was.  The only start that looks at the whole ring.
 */
static uint16_t
rebuild(struct journal *j)
{
	struct journal_head h;
	struct journal_head last = { .sequence = 0 };

	for (uint64_t at = 0; at < j->size; at += 8) {
		step(j, at, at + 8);
		if (!journal_intact(j, at, &h))
			continue;
		if (last.sequence == 0 || is_later(&h, &last))
			last = h;
		step(j, at, at + journal_after(&h) - h.position);
		at += journal_after(&h) - h.position - 8;
	}
	if (last.sequence == 0) {
		j->sequence = 1;
		return 0;
	}
	j->head = journal_after(&last);
	j->sequence = last.sequence + !journal_unnumbered(&last);
	return last.life;
}

/* Marks of all frames there are, oldest first. */
static void
replay_marks(struct journal *j)
{
	struct journal_head h;
	uint64_t at = j->tail;

	while (at < j->head) {
		at = journal_place(j, at);
		at = journal_find(j, at, j->head);
		if (at >= j->head || !journal_intact(j, at % j->size, &h))
			return;
		apply_mark(j, &h);
		at = journal_after(&h);
		step(j, h.position, at);
	}
}

/* Are the marks of the header of frames that are cut off? */
static bool
is_ahead(const struct journal *j)
{
	struct journal_marked m;

	memcpy(&m, j->map + JOURNAL_MARKED_AT, sizeof(m));
	return m.crc == crc32c(0, &m, offsetof(struct journal_marked, crc)) &&
	       m.head > j->head;
}

enum err
journal_recover(struct journal *j, struct out *why)
{
	static const char none[sizeof(JOURNAL_MAGIC) - 1];
	struct journal_checkpoint c = { .tail = 0 };
	uint64_t oldest;
	uint16_t life;
	bool found = journal_read_checkpoint(j->map, j->size, &c);

	read_marks(j);
	if (found) {
		j->head = c.head;
		j->sequence = c.sequence;
		j->checkpoints = c.number;
		life = (uint16_t)c.life;
		follow(j, life);
		count_cut(j, life);
	} else {
		life = rebuild(j);
	}
	/* Its first page is empty, and its length was chance. */
	if (j->head == 0 && memcmp(j->map, none, sizeof(none)) == 0) {
		out_text(why, "its first bytes are damaged; move it away");
		return ERR_CORRUPT;
	}
	if (j->head + 2 * j->size >= UINT64_C(1) << 62) {
		out_text(why, "its positions are not possible");
		return ERR_CORRUPT;
	}
	j->life = (uint16_t)(life + 1);
	/* Those found after the checkpoint were verified just now. */
	j->verified = j->head;
	/* They were written by the process before. */
	j->settled = j->head;
	j->settled_sequence = j->sequence;
	journal_prove(j);
	oldest = j->head > j->size ? j->head - j->size : 0;
	j->tail = journal_find(j, c.tail > oldest ? c.tail : oldest, j->head);
	if (!found || is_ahead(j))
		replay_marks(j);
	read_cursors(j);
	return ERR_OK;
}
