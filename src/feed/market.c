#include "feed/market.h"

#include <string.h>

#include "core/arena.h"
#include "core/must.h"
#include "feed/market_internal.h"

enum {
	/* Of a buffer, resident when it was given back. */
	BUFFER_KEPT = 32 * 1024,
};

static uint32_t
table_size(uint32_t symbols)
{
	uint32_t size = 16;

	while (size < symbols * 2)
		size *= 2;
	return size;
}

/* Pieces of the arena are aligned to 64 bytes. */
static size_t
piece(size_t count, size_t each)
{
	return (count * each + 63) / 64 * 64;
}

size_t
market_bytes(const struct market_setup *setup)
{
	uint32_t n = setup->symbols_max;

	return piece(1, sizeof(struct market)) +
	       piece(n, sizeof(struct market_entry)) +
	       piece((size_t)n * MARKET_BARS, sizeof(struct market_bar)) +
	       piece(n, book_bytes(setup->book_capacity)) +
	       piece(table_size(n), sizeof(uint32_t)) +
	       piece(setup->buffers, sizeof(struct market_buffer)) +
	       piece(setup->buffers, setup->buffer_bytes) +
	       piece(1, json_pool_bytes(setup->tokens)) +
	       piece(setup->levels, sizeof(struct level)) +
	       piece(setup->book_publish * 2u, sizeof(struct level));
}

void
market_emit(struct market *m, enum record_id id, const void *rec)
{
	m->counts.records[id]++;
	m->host->record(m->host, id, rec);
}

unsigned
market_number(const struct market *m, const struct market_entry *e)
{
	return (unsigned)(e - m->entries);
}

int
market_borrow(struct market *m, uint32_t spare)
{
	if (m->buffers_free <= spare)
		return MARKET_NO_BUFFER;
	for (uint32_t i = 0; i < m->setup.buffers; i++) {
		if (m->buffers[i].lent)
			continue;
		m->buffers[i].lent = true;
		m->buffers_free--;
		return (int)i;
	}
	return MARKET_NO_BUFFER;
}

void
market_return(struct market *m, int buffer)
{
	must(m->buffers[buffer].lent);
	/* A long outage fills one after the other; none stays large. */
	if (m->setup.buffer_bytes > BUFFER_KEPT)
		arena_unuse(m->buffers[buffer].memory + BUFFER_KEPT,
		    m->setup.buffer_bytes - BUFFER_KEPT);
	m->buffers[buffer].lent = false;
	m->buffers_free++;
}

/* --- symbols -------------------------------------------------------------- */

/* The place of native in the table: its entry's, or a free one. */
uint32_t
market_place(const struct market *m, struct span native)
{
	uint32_t at = (uint32_t)span_hash(native) & (m->table_size - 1);

	while (m->table[at] != 0) {
		const struct symbol *s = &m->entries[m->table[at] - 1].symbol;

		if (span_eq(symbol_native(s), native))
			break;
		at = (at + 1) & (m->table_size - 1);
	}
	return at;
}

/* An entry that nobody has: a new one, or one that was forgotten. */
static struct market_entry *
free_entry(struct market *m)
{
	if (m->count < m->setup.symbols_max)
		return &m->entries[m->count];
	for (unsigned i = 0; i < m->count; i++) {
		if (m->entries[i].symbol.native_len == 0)
			return &m->entries[i];
	}
	return NULL;
}

enum err
market_add(
    struct market *m, struct span native, struct span unified, unsigned *number)
{
	uint32_t at = market_place(m, native);
	struct market_entry *e;
	enum err err;

	if (m->table[at] != 0) {
		*number = m->table[at] - 1;
		return ERR_OK;
	}
	e = free_entry(m);
	if (e == NULL)
		return ERR_FULL;
	err = symbol_set(&e->symbol, m->venue->id,
	    venue_descs[m->venue->id].market, native, unified);
	if (err != ERR_OK)
		return err;
	m->venue->describe(&e->symbol);
	*number = market_number(m, e);
	if (*number == m->count)
		m->count++;
	m->table[at] = *number + 1;
	return ERR_OK;
}

/*
 * What the name alone says about the unit stays, and so does what it says about
 * options, whose prices are in the base (venues: describe).
 */
void
market_learn(struct market *m, unsigned s, const struct instrument *i,
    struct span unified)
{
	struct symbol *y = &m->entries[s].symbol;

	must(s < m->count);
	if (unified.len > 0 && unified.len <= SYMBOL_MAX) {
		memcpy(y->unified, unified.at, unified.len);
		y->unified[unified.len] = '\0';
		y->unified_len = (uint8_t)unified.len;
	}
	y->market = (uint8_t)i->market;
	y->contract_value = i->contract_value;
	if (i->market != MARKET_OPTIONS)
		y->inverse = i->inverse;
	/* Deribit says "future" of what its names call a perpetual. */
	if (i->kind[0] != '\0' &&
	    (i->market != MARKET_PERPETUAL || strcmp(i->kind, "future") != 0))
		memcpy(y->kind, i->kind, sizeof(i->kind));
}

static void
start_entry(struct market *m, struct market_entry *e)
{
	size_t each = book_bytes(m->setup.book_capacity);

	sync_init(&e->sync, m->venue->chain,
	    m->books + market_number(m, e) * each, m->setup.book_capacity);
	e->buffer = MARKET_NO_BUFFER;
	e->ticker.timestamp = TIME_NULL;
	e->funding.timestamp = TIME_NULL;
	e->interest.timestamp = TIME_NULL;
	market_tape_init(&e->tape);
}

void
market_drop(struct market *m, unsigned s, const char *why, struct wall now)
{
	struct market_entry *e = &m->entries[s];
	struct market_bar *bars = e->bars;
	struct symbol symbol = e->symbol;

	must(s < m->count);
	/* Each turn closes a hole. */
	while (e->tape.hole_count > 0) {
		e->tape.wished = true;
		market_trades_failed(m, s, why, now);
	}
	market_lost(m, s, CHANNEL_BOOK, why, now);
	memset(e, 0, sizeof(*e));
	e->symbol = symbol;
	e->bars = bars;
	start_entry(m, e);
}

void
market_forget(struct market *m, unsigned s)
{
	must(s < m->count);
	memset(&m->entries[s].symbol, 0, sizeof(m->entries[s].symbol));
	/* A chain of the table must not be broken. */
	memset(m->table, 0, m->table_size * sizeof(*m->table));
	for (unsigned i = 0; i < m->count; i++) {
		struct span native = symbol_native(&m->entries[i].symbol);

		if (native.len > 0)
			m->table[market_place(m, native)] = i + 1;
	}
}

unsigned
market_symbols(const struct market *m)
{
	return m->count;
}

const struct symbol *
market_symbol(const struct market *m, unsigned s)
{
	must(s < m->count);
	return &m->entries[s].symbol;
}

void
market_want(struct market *m, unsigned s, enum channel c)
{
	must(s < m->count);
	m->entries[s].wants[c] = true;
	if (c == CHANNEL_BOOK)
		market_book_want(m, &m->entries[s]);
}

int64_t
market_last_trade(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].tape.last;
}

unsigned
market_holes(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].tape.hole_count;
}

int64_t
market_first_trade(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].tape.first;
}

void
market_raw(struct market *m, bool raw)
{
	m->raw = raw;
}

const struct sync *
market_book(const struct market *m, unsigned s)
{
	must(s < m->count);
	return &m->entries[s].sync;
}

bool
market_book_live(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].sync.state == SYNC_LIVE && !m->entries[s].crossed;
}

uint32_t
market_book_epoch(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].book_epoch;
}

const struct market_counts *
market_counts(const struct market *m)
{
	return &m->counts;
}

enum err
market_message(struct market *m, struct span text, const struct origin *from)
{
	enum err e;

	m->counts.messages++;
	m->counts.bytes += text.len;
	m->from = *from;
	m->heard = false;
	if (m->venue->plain != NULL && m->venue->plain(text))
		return ERR_OK;
	e = json_parse(&m->json, text.at, text.len);
	if (e == ERR_OK)
		e = m->venue->message(&m->json, from, &m->reader);
	if (e != ERR_OK)
		m->counts.skipped[e]++;
	else if (!m->heard)
		m->counts.skipped[ERR_UNSUPPORTED]++;
	return e;
}

/* --- start ---------------------------------------------------------------- */

enum err
market_poll_reply(struct market *m, unsigned s, enum channel c,
    struct span body, const struct origin *from)
{
	enum err e;

	must(s < m->count);
	m->from = *from;
	e = json_parse(&m->json, body.at, body.len);
	if (e == ERR_OK)
		e = m->venue->poll_reply(
		    &m->json, &m->entries[s].symbol, c, from, &m->reader);
	return e;
}

static void
make_entries(struct market *m, struct arena *a)
{
	uint32_t n = m->setup.symbols_max;
	struct market_bar *bars;

	m->entries = arena_take(a, "symbols", n, sizeof(*m->entries));
	bars = arena_take(a, "bars", (size_t)n * MARKET_BARS, sizeof(*bars));
	m->books =
	    arena_take(a, "books", n, book_bytes(m->setup.book_capacity));
	for (uint32_t i = 0; i < n; i++) {
		m->entries[i].bars = bars + (size_t)i * MARKET_BARS;
		start_entry(m, &m->entries[i]);
	}
	m->table_size = table_size(n);
	m->table =
	    arena_take(a, "symbol table", m->table_size, sizeof(*m->table));
}

static void
make_buffers(struct market *m, struct arena *a)
{
	const struct market_setup *s = &m->setup;
	char *memory;

	m->buffers = arena_take(a, "buffers", s->buffers, sizeof(*m->buffers));
	memory = arena_take(a, "sync buffers", s->buffers, s->buffer_bytes);
	for (uint32_t i = 0; i < s->buffers; i++)
		m->buffers[i].memory = memory + i * s->buffer_bytes;
	m->buffers_free = s->buffers;
}

struct market *
market_new(
    struct arena *a, const struct market_setup *setup, struct market_host *h)
{
	struct market *m = arena_take(a, "market", 1, sizeof(*m));
	void *tokens;

	m->setup = *setup;
	m->host = h;
	m->venue = setup->venue;
	make_entries(m, a);
	make_buffers(m, a);
	tokens =
	    arena_take(a, "JSON tokens", 1, json_pool_bytes(setup->tokens));
	json_init(&m->json, tokens, setup->tokens);
	m->reader.levels =
	    arena_take(a, "levels", setup->levels, sizeof(struct level));
	m->reader.levels_max = setup->levels;
	market_listen(m);
	m->top = arena_take(a, "snapshot levels", setup->book_publish * 2u,
	    sizeof(struct level));
	return m;
}
