#include "feed/catalog.h"

#include "core/must.h"

/* Buckets are at least as many as rows: chains of one or two. */
static uint32_t
buckets_for(uint32_t capacity)
{
	uint32_t n = 16;

	while (n < capacity)
		n *= 2;
	return n;
}

size_t
catalog_bytes(uint32_t capacity)
{
	return (size_t)capacity * sizeof(struct catalog_row) +
	       2 * (size_t)buckets_for(capacity) * sizeof(uint32_t);
}

void
catalog_init(struct catalog *c, void *memory, uint32_t capacity)
{
	must(capacity <= UINT32_MAX / 2);
	*c = (struct catalog){
		.rows = memory,
		.capacity = capacity,
		.buckets = buckets_for(capacity),
	};
	c->native = (uint32_t *)(void *)(c->rows + capacity);
	c->unified = c->native + c->buckets;
	memset(c->native, 0, 2 * (size_t)c->buckets * sizeof(*c->native));
}

static uint32_t *
bucket(const struct catalog *c, uint32_t *heads, struct span name)
{
	return &heads[span_hash(name) & (c->buckets - 1)];
}

static uint32_t
number_of(const struct catalog *c, const struct catalog_row *r)
{
	return (uint32_t)(r - c->rows) + 1;
}

static struct catalog_row *
find_row(const struct catalog *c, struct span native)
{
	uint32_t n = *bucket(c, c->native, native);

	for (; n != 0; n = c->rows[n - 1].next_native) {
		struct catalog_row *r = &c->rows[n - 1];

		if (span_is(native, r->instrument.native))
			return r;
	}
	return NULL;
}

static void
link_unified(struct catalog *c, struct catalog_row *r)
{
	uint32_t *head = bucket(c, c->unified, span_of(r->instrument.unified));

	r->next_unified = *head;
	*head = number_of(c, r);
}

static void
unlink_unified(struct catalog *c, struct catalog_row *r)
{
	uint32_t *link = bucket(c, c->unified, span_of(r->instrument.unified));

	while (*link != number_of(c, r))
		link = &c->rows[*link - 1].next_unified;
	*link = r->next_unified;
}

static void
drop_row(struct catalog *c, struct catalog_row *r)
{
	uint32_t *link = bucket(c, c->native, span_of(r->instrument.native));

	unlink_unified(c, r);
	while (*link != number_of(c, r))
		link = &c->rows[*link - 1].next_native;
	*link = r->next_native;
	c->gone -= r->instrument.status == INSTRUMENT_GONE;
	c->count--;
	memset(r, 0, sizeof(*r));
	r->next_native = c->free;
	c->free = number_of(c, r);
}

/* Rows become resident when they are needed, not before. */
static void
free_one(struct catalog *c)
{
	struct catalog_row *r = &c->rows[c->top];

	if (c->free != 0 || c->top == c->capacity)
		return;
	memset(r, 0, sizeof(*r));
	c->free = ++c->top;
}

/* The one that went first leaves first. */
static void
drop_oldest(struct catalog *c)
{
	struct catalog_row *oldest = NULL;

	for (uint32_t n = 0; n < c->top; n++) {
		struct catalog_row *r = &c->rows[n];

		if (!r->used || r->instrument.status != INSTRUMENT_GONE)
			continue;
		if (!oldest || r->gone_at < oldest->gone_at)
			oldest = r;
	}
	if (oldest)
		drop_row(c, oldest);
}

static struct catalog_row *
new_row(struct catalog *c, struct span native)
{
	struct catalog_row *r;
	uint32_t *head;

	free_one(c);
	if (c->free == 0 && c->gone > 0)
		drop_oldest(c);
	if (c->free == 0)
		return NULL;
	r = &c->rows[c->free - 1];
	c->free = r->next_native;
	head = bucket(c, c->native, native);
	r->next_native = *head;
	*head = number_of(c, r);
	r->used = true;
	r->list = CATALOG_PUSH;
	c->count++;
	return r;
}

static void
note_state(struct catalog *c, struct catalog_row *r, bool was_gone)
{
	bool is_gone = r->instrument.status == INSTRUMENT_GONE;

	c->gone = c->gone + is_gone - was_gone;
	if (is_gone && !was_gone)
		r->gone_at = ++c->clock;
}

static void
note_seen(struct catalog *c, struct catalog_row *r, unsigned list)
{
	if (list == CATALOG_PUSH)
		return;
	r->list = (uint8_t)list;
	r->pass = c->pass[list];
	c->seen[list]++;
}

enum err
catalog_put(struct catalog *c, const struct instrument *i, unsigned list,
    enum catalog_change *change)
{
	struct span native = span_of(i->native);
	struct catalog_row *r = find_row(c, native);
	bool was_gone;

	must(list <= CATALOG_PUSH);
	*change = CATALOG_SAME;
	if (i->native[0] == '\0' || i->unified[0] == '\0')
		return ERR_MISSING;
	if (r == NULL) {
		if (i->status == INSTRUMENT_GONE)
			return ERR_OK;
		r = new_row(c, native);
		if (r == NULL) {
			c->refused++;
			return ERR_FULL;
		}
		*change = CATALOG_ADDED;
		r->instrument = *i;
		link_unified(c, r);
	} else if (!instrument_same(&r->instrument, i)) {
		*change = CATALOG_CHANGED;
		was_gone = r->instrument.status == INSTRUMENT_GONE;
		unlink_unified(c, r);
		r->instrument = *i;
		link_unified(c, r);
		note_state(c, r, was_gone);
	}
	note_seen(c, r, list);
	return ERR_OK;
}

void
catalog_begin(struct catalog *c, unsigned list)
{
	must(list < CATALOG_LISTS);
	/* 0 is for what was restored. */
	if (++c->pass[list] == 0)
		c->pass[list] = 1;
	c->seen[list] = 0;
}

/* Would it be GONE if the list ended now? */
static bool
is_missing(const struct catalog *c, const struct catalog_row *r, unsigned list)
{
	return r->used && r->list == list && r->pass != c->pass[list] &&
	       r->instrument.status != INSTRUMENT_GONE;
}

uint32_t
catalog_missing(const struct catalog *c, unsigned list)
{
	uint32_t count = 0;

	must(list < CATALOG_LISTS);
	for (uint32_t n = 0; n < c->top; n++)
		count += is_missing(c, &c->rows[n], list);
	return count;
}

unsigned
catalog_list(const struct instrument *i)
{
	/* The instrument is the first member of its row. */
	return ((const struct catalog_row *)(const void *)i)->list;
}

uint32_t
catalog_end(struct catalog *c, unsigned list,
    void (*gone)(void *owner, const struct instrument *i), void *owner)
{
	uint32_t went = 0;

	must(list < CATALOG_LISTS);
	for (uint32_t n = 0; n < c->top; n++) {
		struct catalog_row *r = &c->rows[n];

		if (!is_missing(c, r, list))
			continue;
		r->instrument.status = INSTRUMENT_GONE;
		note_state(c, r, false);
		went++;
		if (gone)
			gone(owner, &r->instrument);
	}
	return went;
}

void
catalog_forget(struct catalog *c)
{
	for (uint32_t n = 0; n < c->top; n++) {
		struct catalog_row *r = &c->rows[n];

		if (r->used && r->instrument.status == INSTRUMENT_GONE)
			drop_row(c, r);
	}
}

const struct instrument *
catalog_native(const struct catalog *c, struct span native)
{
	const struct catalog_row *r = find_row(c, native);

	return r ? &r->instrument : NULL;
}

/* Those with this unified name, and this settle unless it is NULL. */
static uint32_t
count_unified(const struct catalog *c, struct span unified,
    const struct span *settle, const struct instrument **first)
{
	uint32_t n = *bucket(c, c->unified, unified);
	uint32_t count = 0;

	*first = NULL;
	for (; n != 0; n = c->rows[n - 1].next_unified) {
		const struct instrument *i = &c->rows[n - 1].instrument;

		if (i->status == INSTRUMENT_GONE ||
		    !span_is(unified, i->unified) ||
		    (settle && !span_is(*settle, i->settle)))
			continue;
		*first = i;
		count++;
	}
	return count;
}

uint32_t
catalog_unified(
    const struct catalog *c, struct span name, const struct instrument **i)
{
	const char *colon =
	    name.len > 0 ? memchr(name.at, ':', name.len) : NULL;
	struct span settle;
	uint32_t count = count_unified(c, name, NULL, i);

	if (count > 0 || colon == NULL)
		return count;
	settle.at = colon + 1;
	settle.len = (size_t)(name.at + name.len - settle.at);
	name.len = (size_t)(colon - name.at);
	return count_unified(c, name, &settle, i);
}

const struct instrument *
catalog_find(const struct catalog *c, struct span name)
{
	const struct instrument *i = catalog_native(c, name);

	if (i)
		return i;
	return catalog_unified(c, name, &i) == 1 ? i : NULL;
}

void
catalog_name(const struct catalog *c, const struct instrument *i, struct out *o)
{
	struct span unified = span_of(i->unified);
	struct span settle = span_of(i->settle);
	const struct instrument *other;

	if (count_unified(c, unified, NULL, &other) <= 1) {
		out_span(o, unified);
		return;
	}
	if (settle.len == 0 || count_unified(c, unified, &settle, &other) > 1) {
		out_text(o, i->native);
		return;
	}
	out_span(o, unified);
	out_char(o, ':');
	out_span(o, settle);
}

const struct instrument *
catalog_next(const struct catalog *c, uint32_t *at)
{
	while (*at < c->top) {
		const struct catalog_row *r = &c->rows[(*at)++];

		if (r->used)
			return &r->instrument;
	}
	return NULL;
}
