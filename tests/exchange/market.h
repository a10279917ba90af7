/*
 * market.h -- a seeded market: symbols with books, trades and bars.
 *
 * Opens nothing and reads no clock: the caller says what time it is and when
 * something shall happen.  The same seed and the same calls give the same
 * market.
 *
 * Prices are counted in ticks (10^-price_digits) and quantities in lots
 * (10^-lot_digits); the two together have at most eight digits, so that price
 * times quantity is exact in eight decimals.  Each change of one level takes
 * one update id; a diff is the ids first..last, bids before asks, no level
 * twice.  These ids have no holes; what clients are shown is up to the venue
 * (ids.h) and kept beside.
 *
 * A trade may be several fills of one price and taker: each takes an id and is
 * remembered by itself.  A venue may also give an id to what is no trade.
 */
#ifndef EXCHANGE_MARKET_H
#define EXCHANGE_MARKET_H

#include "text.h"

enum {
	BID,
	ASK,
	/* Changes and diffs remembered per symbol (powers of two). */
	CHANGES = 1 << 14,
	DIFFS = 1 << 9,
	/* Most levels in one diff, both sides together. */
	DIFF_LEVELS = 64,
	NAME_MAX_BYTES = 48,
	/* Most fills of one trade. */
	FILLS_MAX = 8,
	/* Lists of streams a symbol has: at least STREAM_KINDS. */
	STREAM_LISTS = 32,
	/* Symbols that may be listed later. */
	SYMBOLS_SPARE = 64,
};

enum symbol_kind { SPOT, PERPETUAL, DATED, OPTION };

/* 1e-8 */
#define UNIT INT64_C(100000000)

struct level {
	int64_t price;
	int64_t qty;
};

/* Worst level first, best last, so that changes near the top move little. */
struct side {
	struct level *level;
	int count;
	int size;
};

struct change {
	int64_t price;
	int64_t qty;
	int64_t before;
	int side;
};

/* A diff as clients see it: prev is the last id of the one before. */
struct ids {
	int64_t first;
	int64_t last;
	int64_t prev;
};

struct diff {
	int64_t first;
	int64_t last;
	struct ids shown;
	/* Number of bids; the rest are asks. */
	int bids;
	int64_t time;
};

/* Who of a trade was liquidated. */
enum liquidated { LIQUIDATED_TAKER = 1, LIQUIDATED_MAKER = 2 };

/* Times are microseconds since 1970. */
struct trade {
	/* Of several fills the last: they are id - count + 1 .. id. */
	int64_t id;
	int64_t price;
	int64_t qty;
	int64_t time;
	int count;
	/* The buyer was the maker: the taker sold. */
	bool maker;
	/* No trade: takes an id, has neither price nor quantity. */
	bool none;
	/* Bits of enum liquidated. */
	uint8_t liquidated;
	/* Trades before this one, each counted once; all its fills have it. */
	int64_t number;
};

/* What a contract is worth, in 1e-8. */
struct mark {
	int64_t mark;
	int64_t index;
	/* Funding rate and its next time; 0 where none is paid. */
	int64_t rate;
	int64_t next;
	int64_t time;
};

/* Open interest, in lots. */
struct interest {
	int64_t qty;
	int64_t time;
};

/* An order that closed somebody's position, and the trade it made. */
struct liquidation {
	int64_t trade;
	/* Of bankruptcy, and of the trade. */
	int64_t price;
	int64_t average;
	int64_t qty;
	int64_t time;
	/* It sold: a long was closed. */
	bool sell;
};

/* Totals since the market began. */
struct day {
	int64_t began;
	int64_t open;
	int64_t high;
	int64_t low;
	int64_t volume;
	int64_t quote;
	int64_t first_id;
	int64_t count;
	struct trade last;
};

struct bars;
struct stream;

struct symbol {
	char name[NAME_MAX_BYTES];
	char lower[NAME_MAX_BYTES];

	/* --- what the dialect knows from the name (market_rules.describe) ---
	 */
	enum symbol_kind kind;
	char base[NAME_MAX_BYTES];
	char quote[NAME_MAX_BYTES];
	char settle[NAME_MAX_BYTES];
	/* The name without expiry and kind, where the venue has such. */
	char pair[NAME_MAX_BYTES];
	/* Worth of quantity 1 in 1e-8: of the base when linear, of the quote
	 * when inverse.  1 where quantities are amounts of coins or dollars. */
	int64_t contract;
	bool inverse;
	/* Milliseconds since 1970; 0: never. */
	int64_t expiry;
	/* Of options, in 1e-8. */
	int64_t strike;
	bool call;
	/* Hours between funding times; 0: none is paid. */
	int funding_hours;
	/* Amounts are written with no more decimals than a tick or a lot
	 * has, instead of eight. */
	bool few_digits;
	/* Free for the dialect. */
	int64_t own;

	int number;
	/* Delisted: nothing happens, and nobody may subscribe. */
	bool gone;
	/* What turns ticks, lots and symbol_quote() into 1e-8.  The dialect
	 * may set the first two, lot_size (a usual quantity, in lots) and
	 * start (a price, in ticks); what it leaves 0 comes from the asset. */
	int64_t price_unit;
	int64_t lot_unit;
	int64_t quote_unit;
	int64_t lot_size;
	int64_t start;
	/* Price of the base, in 1e-8: what options are on. */
	int64_t underlying;
	struct side side[2];
	/* Last update id, and that of the book the market began with. */
	int64_t id;
	int64_t id_first;
	/* The last ones shown, how far the next ones are off (faults), and by
	 * how much they shall jump or that they shall begin again. */
	int64_t shown;
	int64_t shown_first;
	int64_t shown_offset;
	int64_t shown_jump;
	bool shown_restart;
	struct change *changes;
	struct diff *diffs;
	uint64_t diff_count;
	/* Diffs handed to subscribers; behind diff_count while some are held.
	 */
	uint64_t diff_sent;
	/* Update id that those who listen to the diffs have come to. */
	int64_t id_sent;
	struct trade *trades;
	int64_t trade_first;
	int64_t trade_next;
	int64_t trade_count;
	/* Side that loses levels at the top, for a while. */
	int weak;
	struct day day;
	struct bars *bars;
	struct mark mark;
	struct interest interest;
	/* Best levels that were told last, for dialects that tell. */
	struct level best[2];
	/* Owned by streams.c, one list a kind. */
	struct stream *streams[STREAM_LISTS];
	int64_t ticker_due;
	int64_t mark_due;
	int64_t interest_due;
};

struct market;

/* What is up to the venue. */
struct market_rules {
	/* Says what s->name means; false: the venue has no such name. */
	bool (*describe)(struct symbol *s, int64_t now);
	/* The names there are when none are given; name holds NAME_MAX_BYTES.
	 */
	void (*name)(int i, char *name, int64_t now);
	/* Sets d->shown (ids.h). */
	void (*show)(struct market *m, struct symbol *s, struct diff *d);
	/* NULL: clients know a trade by its number.  Or it writes the name that
	 * they know it by. */
	char *(*trade_id)(char *p, const struct symbol *s, int64_t id);
	/* Of a hundred trades so many are several fills. */
	int fills_percent;
	/* Of a thousand trade ids so many are no trades. */
	int none_per_mille;
};

struct market_setup {
	uint64_t seed;
	const struct market_rules *rules;
	/* Names with commas between; NULL makes count names up. */
	const char *symbols;
	int count;
	int depth;
	/* Mean number of levels in a diff. */
	int levels;
	/* Trades remembered per symbol: a power of two. */
	int64_t history;
};

struct market {
	struct market_setup setup;
	uint64_t random;
	struct symbol *symbol;
	int count;
	int room;
	/* The last one made. */
	struct trade trade;
};

/* false: the venue has no symbol of the last one's name. */
bool market_init(
    struct market *m, const struct market_setup *setup, int64_t now);
/* Name of a base asset; NULL: there are not so many. */
const char *asset_name(int i);
/* Base and quote of a name that has nothing between them. */
void symbol_split(struct symbol *s, const char *name, size_t len);
/* NULL: there is none, or it was delisted. */
struct symbol *market_find(struct market *m, const char *name, size_t len);
/* A new one, or one that was delisted; NULL: the venue has no such name, there
 * is no room, or it is listed already. */
struct symbol *market_list(struct market *m, const char *name, int64_t now);
uint64_t market_random(struct market *m);
/* 0..below-1, and a quantity as this symbol has them. */
int64_t market_roll(struct market *m, int64_t below);
int64_t market_roll_qty(struct market *m, const struct symbol *s);
/* Quantity 0 removes; returns the quantity there was. */
int64_t side_set(struct side *s, int side, int64_t price, int64_t qty);

/* The next trade, all its fills together, good until the next one; liquidated
 * is what it says about that. */
const struct trade *market_trade(
    struct market *m, struct symbol *s, int64_t now, unsigned liquidated);
const struct diff *market_diff(struct market *m, struct symbol *s, int64_t now);
/* The same by hand: begin, set d->bids, change levels, bids first, end. */
struct diff *market_begin(struct symbol *s, int64_t now);
void market_change(struct symbol *s, int side, int64_t price, int64_t qty);
const struct diff *market_end(
    struct market *m, struct symbol *s, struct diff *d);
int64_t symbol_best(const struct symbol *s, int side);
struct symbol *market_pick(struct market *m);

/* Diff number i (0 is the first ever), if it is still remembered. */
const struct diff *symbol_diff(const struct symbol *s, uint64_t i);
static inline const struct change *
symbol_change(const struct symbol *s, int64_t id)
{
	return &s->changes[id & (CHANGES - 1)];
}

/* The book as it was after update id, or after the oldest one remembered; the
 * caller frees out[].level.  Returns the id it is of. */
int64_t symbol_book(const struct symbol *s, int64_t id, struct side out[2]);

/* The shown id of the book after update id `id`. */
int64_t symbol_shown(const struct symbol *s, int64_t id);

/* One fill, or what is no trade. */
const struct trade *symbol_trade(
    const struct market *m, const struct symbol *s, int64_t id);
/* The trade that fill belongs to, as far as its fills are remembered. */
bool symbol_whole(const struct market *m, const struct symbol *s, int64_t id,
    struct trade *out);
/* What it is worth: price times quantity when linear, in quote_unit, but
 * without the worth of a contract; base in 1e-8 when inverse. */
int64_t symbol_quote(const struct symbol *s, int64_t price, int64_t qty);
/* Half way between the best prices, in 1e-8. */
int64_t symbol_middle(const struct symbol *s);
/* Oldest trade id still remembered. */
int64_t symbol_oldest(const struct market *m, const struct symbol *s);

#endif
