#include "sinks/redis_table.h"

void
redis_book_lose(struct redis_book *b, bool told)
{
	book_clear(&b->book);
	b->valid = false;
	b->suspect = !told;
}

/* The best that there is room for. */
static struct levels
best_of(struct levels all, const struct book_side *s)
{
	if (all.count > s->capacity)
		all.count = s->capacity;
	return all;
}

static bool
load(struct redis_book *b, const struct orderbook *r, uint32_t limit)
{
	/* Whether levels were missing from the first snapshot of a book its
	 * length says; of a later one only what was known before. */
	bool first = !b->valid && !b->suspect;
	bool all_bids = first || (b->valid && !b->book.bids.cut);
	bool all_asks = first || (b->valid && !b->book.asks.cut);
	struct levels bids = best_of(r->bids, &b->book.bids);
	struct levels asks = best_of(r->asks, &b->book.asks);

	if (book_load(&b->book, bids, asks, 0) != ERR_OK)
		return false;
	if (!all_bids || r->bids.count >= limit || bids.count < r->bids.count)
		book_cut(&b->book.bids);
	if (!all_asks || r->asks.count >= limit || asks.count < r->asks.count)
		book_cut(&b->book.asks);
	b->valid = true;
	return true;
}

bool
redis_book_record(
    struct redis_book *b, const struct orderbook *r, uint32_t limit)
{
	bool good = false;

	if (r->is_valid == BOOL_FALSE) {
		redis_book_lose(b, true);
		return false;
	}
	if (r->update_type == UPDATE_SNAPSHOT)
		good = load(b, r, limit);
	else if (b->valid)
		good = book_apply(&b->book, r->bids, r->asks) == ERR_OK;
	else
		return false;
	if (!good || book_crossed(&b->book)) {
		redis_book_lose(b, false);
		return false;
	}
	b->last_update_id = r->last_update_id;
	b->timestamp = r->timestamp;
	b->collected_at = r->collected_at;
	return true;
}
