#include "sinks/redis_table.h"

#include <string.h>

#include "core/arena.h"
#include "core/must.h"

size_t
redis_table_bytes(const struct opt_redis *o)
{
	size_t capacity = (size_t)o->levels * REDIS_SPARE;
	size_t key = sizeof(struct redis_slot) + 2 * sizeof(uint32_t);
	size_t book = sizeof(struct redis_book) + 2 * sizeof(uint32_t) +
		      book_bytes((uint32_t)capacity);

	return (size_t)o->keys * key + (size_t)o->books * book;
}

/* At least as many as there are things to find. */
static uint32_t *
take_buckets(struct arena *a, uint32_t size, uint32_t *mask)
{
	uint32_t count = 16;
	uint32_t *buckets;

	while (count < size)
		count *= 2;
	*mask = count - 1;
	buckets = arena_take(a, "redis hash", count, sizeof(*buckets));
	memset(buckets, 0xff, count * sizeof(*buckets));
	return buckets;
}

void
redis_table_init(
    struct redis_table *t, const struct opt_redis *o, struct arena *a)
{
	uint32_t capacity = (uint32_t)o->levels * REDIS_SPARE;
	char *levels;

	memset(t, 0, sizeof(*t));
	t->size = (uint32_t)o->keys;
	t->books_size = (uint32_t)o->books;
	t->head = t->tail = REDIS_NONE;
	t->slots =
	    arena_take(a, "redis keys", t->size, sizeof(struct redis_slot));
	t->buckets = take_buckets(a, t->size, &t->bucket_mask);
	t->book_buckets = take_buckets(a, t->books_size, &t->book_mask);
	t->books = arena_take(
	    a, "redis books", t->books_size, sizeof(struct redis_book));
	levels =
	    arena_take(a, "redis levels", t->books_size, book_bytes(capacity));
	for (uint32_t i = 0; i < t->books_size; i++)
		book_init(&t->books[i].book, levels + i * book_bytes(capacity),
		    capacity);
}

static uint32_t *
bucket(struct redis_table *t, struct span key)
{
	return &t->buckets[span_hash(key) & t->bucket_mask];
}

static struct span
key_of(const struct redis_slot *s)
{
	return (struct span){ s->key, s->key_len };
}

uint32_t
redis_table_index(const struct redis_table *t, const struct redis_slot *s)
{
	return (uint32_t)(s - t->slots);
}

struct redis_slot *
redis_table_find(struct redis_table *t, struct span key)
{
	/* A chain is no longer than the table. */
	for (uint32_t i = *bucket(t, key); i != REDIS_NONE;
	     i = t->slots[i].chain) {
		if (span_eq(key_of(&t->slots[i]), key))
			return &t->slots[i];
	}
	return NULL;
}

static void
unchain(struct redis_table *t, struct redis_slot *s)
{
	uint32_t *at = bucket(t, key_of(s));
	uint32_t i = redis_table_index(t, s);

	while (*at != i)
		at = &t->slots[*at].chain;
	*at = s->chain;
}

/* A slot whose value is gone at the server too. */
static struct redis_slot *
expired(struct redis_table *t, struct wall now, int64_t ttl_ns)
{
	struct wall next = { INT64_MAX };

	if (ttl_ns == 0 || now.ns < t->full_until.ns)
		return NULL;
	for (uint32_t i = 0; i < t->count; i++) {
		struct redis_slot *s = &t->slots[i];

		if (s->form != REDIS_RECORD || s->queued)
			continue;
		if (now.ns - s->seen.ns >= ttl_ns)
			return s;
		if (s->seen.ns + ttl_ns < next.ns)
			next.ns = s->seen.ns + ttl_ns;
	}
	/* Not for each record that finds no room. */
	if (next.ns == INT64_MAX)
		next.ns = now.ns + NS_PER_S;
	t->full_until = next;
	return NULL;
}

struct redis_slot *
redis_table_add(
    struct redis_table *t, struct span key, struct wall now, int64_t ttl_ns)
{
	struct redis_slot *s;
	uint32_t *first;

	must(key.len <= REDIS_KEY_MAX);
	if (t->count < t->size) {
		s = &t->slots[t->count++];
	} else {
		s = expired(t, now, ttl_ns);
		if (s == NULL)
			return NULL;
		unchain(t, s);
	}
	memset(s, 0, offsetof(struct redis_slot, body));
	memcpy(s->key, key.at, key.len);
	s->key_len = (uint16_t)key.len;
	s->behind = REDIS_NONE;
	s->book = REDIS_NONE;
	first = bucket(t, key);
	s->chain = *first;
	*first = redis_table_index(t, s);
	return s;
}

void
redis_table_queue(struct redis_table *t, struct redis_slot *s)
{
	uint32_t i = redis_table_index(t, s);

	if (s->queued)
		return;
	s->queued = true;
	s->behind = REDIS_NONE;
	if (t->tail == REDIS_NONE)
		t->head = i;
	else
		t->slots[t->tail].behind = i;
	t->tail = i;
	t->waiting++;
}

void
redis_table_first(struct redis_table *t, struct redis_slot *s)
{
	if (s->queued)
		return;
	s->queued = true;
	s->behind = t->head;
	t->head = redis_table_index(t, s);
	if (t->tail == REDIS_NONE)
		t->tail = t->head;
	t->waiting++;
}

struct redis_slot *
redis_table_next(struct redis_table *t)
{
	struct redis_slot *s;

	if (t->head == REDIS_NONE)
		return NULL;
	s = &t->slots[t->head];
	t->head = s->behind;
	if (t->head == REDIS_NONE)
		t->tail = REDIS_NONE;
	s->queued = false;
	t->waiting--;
	return s;
}

void
redis_table_queue_all(struct redis_table *t)
{
	for (uint32_t i = 0; i < t->count; i++)
		redis_table_queue(t, &t->slots[i]);
}

static uint32_t *
book_bucket(const struct redis_table *t, uint8_t venue, struct span native)
{
	return &t->book_buckets[(span_hash(native) + venue) & t->book_mask];
}

struct redis_book *
redis_table_book(const struct redis_table *t, uint8_t venue, struct span native)
{
	/* A chain is no longer than the table. */
	for (uint32_t i = *book_bucket(t, venue, native); i != REDIS_NONE;
	     i = t->books[i].chain) {
		struct redis_book *b = &t->books[i];

		if (b->venue == venue &&
		    span_eq((struct span){ b->native, b->native_len }, native))
			return b;
	}
	return NULL;
}

struct redis_book *
redis_table_add_book(struct redis_table *t, uint8_t venue, struct span native)
{
	struct redis_book *b = &t->books[t->books_count];
	uint32_t *first = book_bucket(t, venue, native);

	if (t->books_count == t->books_size || native.len > SYMBOL_MAX)
		return NULL;
	memcpy(b->native, native.at, native.len);
	b->native_len = (uint8_t)native.len;
	b->venue = venue;
	b->top = b->bbo = REDIS_NONE;
	b->chain = *first;
	*first = t->books_count++;
	return b;
}
