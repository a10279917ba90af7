/*
 * deribit.h -- reading what Deribit v2 sends (JSON-RPC over WebSocket and
 * HTTP).  Numbers in brackets are sections of the venue document.
 *
 * src/venues/deribit.c has the requests and the struct venue; deribit_names.c
 * the names; deribit_message.c answers, heartbeats and what channel a message
 * is of; deribit_read.c and deribit_ticker.c the channels; deribit_rest.c the
 * replies.  Members are found by key, in any order; keys not known are skipped;
 * the same known key twice is SYNTAX, because then it is not clear which one is
 * meant.
 *
 * Numbers are JSON numbers in any form (5.4): 1.0e3, 83725.0, 10.  A price or
 * an amount keeps its digits; an id or a time is the integer that it is worth,
 * and RANGE when it is none.  Times are milliseconds.
 *
 * Names (6).  What a name without an instrument list says: BTC-PERPETUAL is
 * inverse, counted in dollars and settled in coins, BTC_USDC-PERPETUAL is not;
 * options are counted in coins.  A combo keeps its native name and is of kind
 * "combo"; a spread of two futures (BTC-FS-...) is counted as they are.
 *
 * Trades.  trade_seq counts without holes for each instrument and is what
 * continuity is checked with; trade_id is the record's id.  Block trades are
 * trades.  amount is money for inverse perpetuals and futures, else the base
 * currency (5.4).  A row that cannot be read is an error of the message, but
 * the rows around it are told: the hole that it leaves in trade_seq is filled
 * by REST.
 *
 * Liquidations (5.4.7) are a flag of a trade: T, the taker was liquidated, on
 * the side of the trade; M, the maker was, on the other side; MT, both were,
 * which is two records.  Any other flag is UNKNOWN and leaves the trade a
 * trade.  A reply with trades is read in the same way: the flag may arrive
 * there an hour after the trade.
 *
 * Books (5.4.2).  The first message of a book is a snapshot, by its type or
 * because it names no prev_change_id; a change names the change_id that it
 * follows.  The ids of what happened in between are not told, so that
 * first_update_id is null.  A delete is the quantity 0.  The grouped form of
 * the channel, which has a few levels and no ids to follow, is UNSUPPORTED.
 *
 * Tickers (5.4.4).  stats.price_change is per cent, so it is
 * price_change_percent; price_change and open_price are not given and stay
 * null.  A side of the book without orders is null or, in older messages, two
 * zeros; both are null here.  volume_usd is quote_volume where the quote
 * currency is a dollar, else it is in another unit and left out.
 *
 * Funding (5.4.5) runs all the time: funding_rate is current_funding, the rate
 * of now.  There is no payment that comes next, so next_funding_time,
 * funding_interval and estimated_rate are null; funding_8h is the rate of the
 * past 8 hours, which no member means.
 *
 * Open interest (5.4.6) is what `amount` is: dollars for inverse perpetuals and
 * futures, where it is also open_interest_value_usd; elsewhere a value would
 * need a price that the venue does not name for it, and is null.
 *
 * Candles (5.4.3) do not say when they are closed or sent: is_closed and
 * timestamp are null (see bars_open).
 */
#ifndef MPEDGE_VENUES_DERIBIT_H
#define MPEDGE_VENUES_DERIBIT_H

#include "venues/venue.h"

/* Longest request: what the feed sends in one frame. */
enum {
	DERIBIT_REQUEST_MAX = 16 * 1024,
};

/* The keys that are read. */
enum deribit_word {
	DERIBIT_NONE,
	DERIBIT_ID,
	DERIBIT_METHOD,
	DERIBIT_PARAMS,
	DERIBIT_RESULT,
	DERIBIT_ERROR,
	DERIBIT_CODE,
	DERIBIT_MESSAGE,
	DERIBIT_CHANNEL,
	DERIBIT_DATA,
	DERIBIT_TYPE,
	DERIBIT_TIMESTAMP,
	DERIBIT_INSTRUMENT_NAME,
	DERIBIT_PRICE,
	DERIBIT_AMOUNT,
	DERIBIT_DIRECTION,
	DERIBIT_TRADE_SEQ,
	DERIBIT_TRADE_ID,
	DERIBIT_LIQUIDATION,
	DERIBIT_BIDS,
	DERIBIT_ASKS,
	DERIBIT_CHANGE_ID,
	DERIBIT_PREV_CHANGE_ID,
	DERIBIT_TICK,
	DERIBIT_OPEN,
	DERIBIT_HIGH,
	DERIBIT_LOW,
	DERIBIT_CLOSE,
	DERIBIT_VOLUME,
	DERIBIT_COST,
	DERIBIT_STATS,
	DERIBIT_VOLUME_USD,
	DERIBIT_PRICE_CHANGE,
	DERIBIT_OPEN_INTEREST,
	DERIBIT_BEST_BID_PRICE,
	DERIBIT_BEST_BID_AMOUNT,
	DERIBIT_BEST_ASK_PRICE,
	DERIBIT_BEST_ASK_AMOUNT,
	DERIBIT_INDEX_PRICE,
	DERIBIT_MARK_PRICE,
	DERIBIT_LAST_PRICE,
	DERIBIT_CURRENT_FUNDING,
	DERIBIT_STATE,
	DERIBIT_TRADES,
	DERIBIT_HAS_MORE,
	DERIBIT_WORDS
};

enum {
	/* Error code: more calls than there are credits (5.2). */
	DERIBIT_TOO_MANY = 10028,
};

/* Where the values of one object's members are: token indices. */
struct deribit_members {
	/* Bit n: word n is there; only then its slot is set. */
	uint64_t words;
	int word[DERIBIT_WORDS];
};

/* One pass over the object.  TYPE when it is none, SYNTAX when a known key
 * occurs twice. */
enum err deribit_members(
    const struct json *j, int object, struct deribit_members *m) MUST_USE;

/* Token of the value, or -1. */
static inline int
deribit_word(const struct deribit_members *m, enum deribit_word word)
{
	return m->words >> word & 1 ? m->word[word] : -1;
}

/* s is the text of this length? */
static inline bool
deribit_is(struct span s, const char *text, size_t len)
{
	if (s.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s.at[i] != text[i])
			return false;
	}
	return true;
}

#define DERIBIT_IS(s, literal) deribit_is((s), (literal), sizeof(literal) - 1)

/* The integer that a number is worth.  RANGE when it is none. */
enum err deribit_i64(const struct json *j, int token, int64_t *value) MUST_USE;

/* An id: 0 to 2^61, so that sums of ids cannot overflow. */
enum err deribit_id(const struct json *j, int token, int64_t *id) MUST_USE;

/* Milliseconds; the value in nanoseconds since 1970. */
enum err deribit_time(const struct json *j, int token, int64_t *ns) MUST_USE;

/* An amount: RANGE when it is negative. */
enum err deribit_amount(
    const struct json *j, int token, struct dec *d) MUST_USE;

/* A string that is not empty, its escapes resolved into buf. */
enum err deribit_text(const struct json *j, int token, char *buf, size_t size,
    struct span *s) MUST_USE;

/*
 * [[action, price, amount], ...], or without the action ("plain"), into
 * h->levels from *used on.  FULL when they do not fit, UNKNOWN for another
 * action.
 */
enum err deribit_levels(const struct json *j, int token, bool plain,
    struct venue_host *h, uint32_t *used, struct levels *levels) MUST_USE;

/* A number of a record: where it stands and where it goes. */
struct deribit_pick {
	enum deribit_word word;
	bool required;
	size_t offset;
};

#define DERIBIT_PICK(record, WORD, field, required)                            \
	{                                                                      \
		DERIBIT_##WORD, (required), offsetof(struct record, field)     \
	}

/* Fill rec, which starts with every field null. */
enum err deribit_pick(const struct json *j, const struct deribit_members *m,
    const struct deribit_pick *picks, size_t n, void *rec) MUST_USE;

#define DERIBIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* market_type and the names, which every record has. */
#define DERIBIT_NAME(rec, symbol, from)                                        \
	do {                                                                   \
		(rec)->exchange_name = (symbol)->venue;                        \
		(rec)->symbol_name = symbol_unified(symbol);                   \
		(rec)->native_symbol = symbol_native(symbol);                  \
		(rec)->market_type = (symbol)->market;                         \
		(rec)->collected_at = (from)->seen.ns;                         \
	} while (0)

/* A notification while it is read. */
struct deribit_event {
	struct json *j;
	const struct origin *from;
	struct venue_host *h;
	/* The channel behind its first word: "BTC-PERPETUAL.100ms". */
	struct span channel;
	/* Token of params.data. */
	int data;
};

/*
 * The symbol of an object: by its instrument_name, or where it has none by the
 * channel.  *s is NULL with OK when it is not collected.
 */
enum err deribit_find(const struct deribit_event *ev,
    const struct deribit_members *m, const struct symbol **s) MUST_USE;

/* Notifications by the first word of their channel. */
enum err deribit_trades(const struct deribit_event *ev) MUST_USE;
enum err deribit_book(const struct deribit_event *ev) MUST_USE;
enum err deribit_ticker(const struct deribit_event *ev) MUST_USE;
enum err deribit_quote(const struct deribit_event *ev) MUST_USE;
enum err deribit_chart(const struct deribit_event *ev) MUST_USE;
enum err deribit_state(const struct deribit_event *ev) MUST_USE;

/*
 * One trade of s, and its liquidations: to h->record with backfill as said.  An
 * error other than UNKNOWN has told nothing.
 */
enum err deribit_trade(const struct json *j, const struct deribit_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h,
    enum tristate backfill) MUST_USE;

/* "1m" <-> "1".  NULL when there is none. */
const char *deribit_resolution(const char *interval);

/* Trades that one call asks for: from ask->first to *last. */
uint32_t deribit_page(
    const struct symbol *s, const struct trades_ask *ask, int64_t *last);

/* The members of struct venue, see venues/venue.h. */
void deribit_native(struct span unified, struct out *o);
void deribit_unified(struct span native, struct out *o);
void deribit_describe(struct symbol *s);
enum err deribit_message(
    struct json *j, const struct origin *from, struct venue_host *h) MUST_USE;
enum err deribit_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h,
    struct orderbook *snapshot) MUST_USE;
enum err deribit_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page) MUST_USE;
void deribit_error(struct json *j, struct venue_error *e);

/* deribit_funding.c */
void deribit_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call);
enum err deribit_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h) MUST_USE;

#endif
