#include "feed/journal.h"

#include <string.h>

#include "codec/crc32c.h"
#include "core/must.h"
#include "feed/journal_format.h"

/* Its own, else a free one, else one nobody wants any more. */
static struct journal_cursor *
find_cursor(struct journal *j, const char *name)
{
	struct journal_cursor *free_one = NULL;
	struct journal_cursor *stale = NULL;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		struct journal_cursor *c = &j->cursors[i];

		if (c->used && strcmp(c->name, name) == 0)
			return c;
		if (!c->used && free_one == NULL)
			free_one = c;
		if (!c->wanted && stale == NULL)
			stale = c;
	}
	return free_one != NULL ? free_one : stale;
}

struct journal_cursor *
journal_cursor(struct journal *j, const char *name)
{
	struct journal_cursor *c = find_cursor(j, name);
	uint64_t stores;

	must(strlen(name) < JOURNAL_CURSOR_NAME_MAX);
	must(c != NULL);
	if (!c->used || strcmp(c->name, name) != 0) {
		/* Its slots must become older than the one stored now. */
		stores = c->stores;
		memset(c, 0, sizeof(*c));
		memcpy(c->name, name, strlen(name));
		c->used = true;
		c->stores = stores;
		c->position = j->cursors_gone ? j->tail : j->head;
		c->sequence = journal_sequence_at(j, c->position);
		journal_store_cursor(j, c);
	}
	c->wanted = true;
	return c;
}

void
journal_store_cursor(struct journal *j, struct journal_cursor *c)
{
	unsigned which = (unsigned)(++c->stores & 1);
	struct journal_slot slot = {
		.position = c->position,
		.sequence = c->sequence,
		.stores = c->stores,
	};

	if (j->fd < 0)
		return;
	memcpy(slot.name, c->name, sizeof(slot.name));
	slot.crc = crc32c(0, &slot, offsetof(struct journal_slot, crc));
	memcpy(j->map + journal_slot_at((unsigned)(c - j->cursors), which),
	    &slot, sizeof(slot));
	j->header_dirty = true;
}

void
journal_confirm(struct journal *j, struct journal_cursor *c, uint64_t position)
{
	if (position <= c->position)
		return;
	must(position <= j->head);
	if (position / JOURNAL_WINDOW != c->position / JOURNAL_WINDOW)
		journal_forget(
		    j, c->position - c->position % JOURNAL_WINDOW, position);
	c->position = position;
	c->sequence = journal_sequence_at(j, position);
	journal_store_cursor(j, c);
}

bool
journal_on_disk(const struct journal *j)
{
	return j->fd >= 0 && !j->spare;
}

uint64_t
journal_backlog(const struct journal *j)
{
	uint64_t oldest = j->head;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		const struct journal_cursor *c = &j->cursors[i];

		if (c->wanted && !c->loose && c->position < oldest)
			oldest = c->position;
	}
	return j->head - oldest;
}

static const char *
mark_name(const struct journal *j, uint32_t n)
{
	return (const char *)j->map + journal_entry_at(n);
}

/* The place of name in the hash: its own or the free one it would take. */
static uint16_t *
mark_slot(struct journal *j, struct span name)
{
	uint64_t at = span_hash(name);

	/* Half of the places are always free, so this ends. */
	for (;; at++) {
		uint16_t *slot = &j->mark_slots[at % JOURNAL_MARK_SLOTS];

		if (*slot == 0 || span_is(name, mark_name(j, *slot - 1u)))
			return slot;
	}
}

void
journal_enter_mark(struct journal *j, uint32_t n)
{
	uint16_t *slot = mark_slot(j, span_of(mark_name(j, n)));

	if (*slot == 0)
		*slot = (uint16_t)(n + 1);
}

const int64_t *
journal_mark(struct journal *j, const char *name)
{
	struct journal_entry entry = { .value = SEQ_NULL };
	uint16_t *slot = mark_slot(j, span_of(name));
	uint32_t n = j->mark_count;

	if (*slot != 0)
		return &j->marks[*slot - 1];
	if (n == JOURNAL_MARKS_MAX || strlen(name) >= JOURNAL_NAME_MAX)
		return NULL;
	memcpy(entry.name, name, strlen(name));
	entry.crc = crc32c(0, &entry, offsetof(struct journal_entry, crc));
	memcpy(j->map + journal_entry_at(n), &entry, sizeof(entry));
	j->marks[n] = SEQ_NULL;
	j->settled_marks[n] = SEQ_NULL;
	j->mark_count++;
	j->names_dirty = true;
	journal_enter_mark(j, n);
	return &j->marks[n];
}

bool
journal_carries(
    const struct journal *j, const struct journal_frame *f, const int64_t *mark)
{
	return f->mark == (uint32_t)(mark - j->marks) + 1;
}
