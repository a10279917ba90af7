/*
 * offline.h -- a market without a network, for replay and bench.
 *
 * Symbols are added, and collected on all channels, when a message first names
 * them.  The rest of struct market_host is the command's.
 */
#ifndef MPEDGE_APP_OFFLINE_H
#define MPEDGE_APP_OFFLINE_H

#include "core/arena.h"
#include "feed/market.h"

enum {
	OFFLINE_SYMBOLS = 256,
	OFFLINE_BUFFERS = 64,
};

struct offline {
	struct arena arena;
	struct market_host host;
	struct market *market;
	const struct venue *venue;
	/* Records, and what they are given to. */
	void *owner;
	void (*record)(void *owner, enum record_id id, const void *rec);
	/* Time of the message that is being read. */
	struct wall now;
	uint64_t acks;
	uint64_t shutdowns;
	uint64_t refused_symbols;
};

/*
 * trades: one of the venue's trade_kinds, NULL for the first.  extra bytes stay
 * in the arena for the caller, which seals it.  UNKNOWN when there is no such
 * venue or kind; IO when there is no memory.
 */
enum err offline_init(struct offline *o, const char *venue, const char *trades,
    size_t extra) MUST_USE;
void offline_fini(struct offline *o);

/* Number of the symbol with this native name, added when it is new. */
enum err offline_symbol(
    struct offline *o, struct span native, unsigned *number) MUST_USE;

#endif
