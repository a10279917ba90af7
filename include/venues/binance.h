/*
 * binance.h -- what the markets of Binance have in common, and reading it.
 *
 * binance_spot and binance_usdm are made of these: members by key, the values
 * that records are filled from, answers to requests, REST replies.  A market
 * adds its names and requests, its table of events and what it does beyond.
 *
 * Members are found by key, in any order; keys not known are skipped; the same
 * key twice is SYNTAX, because then it is not clear which one is meant; an id
 * or a time outside what can be is RANGE.
 *
 * Times are accepted in milliseconds and in microseconds, whatever was asked
 * for: a number below 10^14 is milliseconds (the year 5138 that way, March 1973
 * the other).
 *
 * USD-M (exchanges.md section 3), what its records say and do not say:
 *
 *   trades       Fills of the insurance fund and of automatic deleveraging are
 *                executions and are records as all others, but REST omits them
 *                (3.4.1): a hole that REST has filled lacks those of the hole.
 *                What is no execution (X "NA", no price or no quantity) has an
 *                id and no record.
 *   liquidations A sample: at most one order a second and symbol (3.4.7).
 *   COIN-M       Its symbols (BTCUSD_PERP) come over the same connections.
 *                Quantities are contracts; volumes in base units are those the
 *                venue gives as such.  The REST calls of USD-M are not known to
 *                take its symbols, so there are no books, no open interest, and
 *                holes in its trades stay.
 */
#ifndef MPEDGE_VENUES_BINANCE_H
#define MPEDGE_VENUES_BINANCE_H

#include "venues/venue.h"

/* --- members ---------------------------------------------------------------
 */

enum {
	/*
	 * The members of Binance's stream objects are mostly single letters;
	 * these are the slots from 'A' to 'z'.
	 */
	BINANCE_LETTERS = 'z' - 'A' + 1,
};

/* The longer keys: of control messages, REST bodies and newer members.  By
 * length, which is how they are looked up. */
enum binance_word {
	BINANCE_ID,
	BINANCE_ST,
	BINANCE_PU,
	BINANCE_AP,
	BINANCE_CS,
	BINANCE_MSG,
	BINANCE_QTY,
	BINANCE_DATA,
	BINANCE_CODE,
	BINANCE_BIDS,
	BINANCE_ASKS,
	BINANCE_TIME,
	BINANCE_ERROR,
	BINANCE_PRICE,
	BINANCE_STREAM,
	BINANCE_RESULT,
	BINANCE_SYMBOL,
	BINANCE_LAST_UPDATE_ID,
	BINANCE_IS_BUYER_MAKER,
	BINANCE_OPEN_INTEREST,
	BINANCE_WORDS
};

/* Where the values of one object's members are: token indices. */
struct binance_members {
	/* Bit n: letter 'A' + n is there; only then its slot is set. */
	uint64_t letters;
	uint32_t words;
	int letter[BINANCE_LETTERS];
	int word[BINANCE_WORDS];
};

/* One pass over the object.  SYNTAX when a known key occurs twice. */
enum err binance_members(
    const struct json *j, int object, struct binance_members *m) MUST_USE;

/* Token of the value, or -1. */
int binance_letter(const struct binance_members *m, char letter);
int binance_word(const struct binance_members *m, enum binance_word word);

/* --- values ----------------------------------------------------------------
 */

/* MISSING, SYNTAX or RANGE; the value in nanoseconds since 1970. */
enum err binance_time(const struct json *j, int token, int64_t *ns) MUST_USE;

/* An id or count: 0 to 2^61, so that sums of ids cannot overflow. */
enum err binance_id(const struct json *j, int token, int64_t *id) MUST_USE;

/*
 * [["price","quantity"],...] into h->levels from *used on.  FULL when they do
 * not fit, RANGE for a negative quantity.
 */
enum err binance_levels(const struct json *j, int token, struct venue_host *h,
    uint32_t *used, struct levels *levels) MUST_USE;

/* What a letter's value becomes. */
enum binance_type {
	BINANCE_PICK_TIME,
	BINANCE_PICK_ID,
	/* An id that is -1 where there was no trade: null then. */
	BINANCE_PICK_TRADE_ID,
	BINANCE_PICK_DEC,
	BINANCE_PICK_BOOL,
};

struct binance_pick {
	char letter;
	bool required;
	enum binance_type type;
	size_t offset;
};

#define BINANCE_PICK(record, letter, type, field, required)                    \
	{                                                                      \
		(letter), (required), BINANCE_PICK_##type,                     \
		    offsetof(struct record, field)                             \
	}

/* Fill rec, which starts with every field null. */
enum err binance_pick(const struct json *j, const struct binance_members *m,
    const struct binance_pick *picks, size_t n, void *rec) MUST_USE;

/* A symbol's name; MISSING when there is none.  buf is for its escapes. */
enum err binance_native(const struct json *j, int token,
    char buf[SYMBOL_MAX + 1], struct span *native) MUST_USE;

/* The symbol of member s; NULL with OK when it is not collected. */
enum err binance_find(const struct json *j, const struct binance_members *m,
    struct venue_host *h, const struct symbol **s) MUST_USE;

/* What every record has, from struct symbol and struct origin. */
#define BINANCE_NAME(rec, symbol, from)                                        \
	do {                                                                   \
		(rec)->exchange_name = (symbol)->venue;                        \
		(rec)->symbol_name = symbol_unified(symbol);                   \
		(rec)->native_symbol = symbol_native(symbol);                  \
		(rec)->market_type = (symbol)->market;                         \
		(rec)->collected_at = (from)->seen.ns;                         \
	} while (0)

/* --- records ---------------------------------------------------------------
 */

struct binance_trade {
	struct trade record;
	int64_t id;
	/* For the text of quote_quantity. */
	char product[DEC_TEXT_MAX];
};

/* A trade with its id in member id_letter: t, or a of an aggregate. */
enum err binance_trade(const struct json *j, const struct binance_members *m,
    char id_letter, const struct symbol *s, const struct origin *from,
    struct binance_trade *t) MUST_USE;

/* Has it a price and a quantity?  What has none is no execution (3.4.1). */
bool binance_trade_is_one(const struct binance_trade *t);

/* Tell it to h->record, continuity by its id. */
void binance_trade_tell(
    struct venue_host *h, const struct symbol *s, struct binance_trade *t);

/* U, u, b, a of a depthUpdate; no time. */
enum err binance_delta(const struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from, struct venue_host *h,
    struct orderbook *b) MUST_USE;

/* Read and told to h->record. */
enum err binance_kline(struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from,
    struct venue_host *h) MUST_USE;
enum err binance_ticker(struct json *j, const struct binance_members *m,
    const struct symbol *s, const struct origin *from,
    struct venue_host *h) MUST_USE;

/* --- messages --------------------------------------------------------------
 */

/* One kind of event: the object of an "e" member. */
struct binance_event {
	struct span name;
	/* NULL: known, and not collected. */
	enum err (*read)(struct json *j, const struct binance_members *m,
	    const struct origin *from, struct venue_host *h);
};

struct binance_dialect {
	const struct binance_event *events;
	size_t count;
	/* Some messages have no event type (spot bookTicker, partial books). */
	bool has_untyped;
};

/*
 * One message: an event, alone or as the data of a stream, or the answer to a
 * request.  UNKNOWN for an event that is not in the table.
 */
enum err binance_message(const struct binance_dialect *d, struct json *j,
    const struct origin *from, struct venue_host *h) MUST_USE;

/* serverShutdown, a struct binance_event's read. */
enum err binance_shutdown(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h) MUST_USE;

/* --- requests --------------------------------------------------------------
 */

enum {
	/* Names in one SUBSCRIBE; the limit is not documented (2.2). */
	BINANCE_NAMES_MAX = 200,
};

/* ASCII in lower case, other bytes as they are: an upper-case name of a stream
 * is acknowledged and silent for ever (8, row 35). */
void binance_lower(struct out *o, struct span native);

/* {"method":"SUBSCRIBE","params":[...],"id":7} as venue->subscribe. */
void binance_subscribe(
    void (*stream_name)(const struct stream *s, struct out *o),
    const struct stream *const *streams, size_t n, bool on, int64_t id,
    struct out *o, size_t *taken);

/* --- REST ------------------------------------------------------------------
 */

enum err binance_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h,
    struct orderbook *snapshot) MUST_USE;

/* What a call for trades answers with. */
struct binance_rows {
	/* Rows like aggTrade events; else id, price, qty, time, isBuyerMaker.
	 */
	bool aggregate;
	/* The newest ones there are; else those from the id asked for. */
	bool newest;
	/* So many ids may have no row in front of the first row; where more
	 * are missing the page begins later than it was asked to. */
	int64_t absent_max;
};

/* LIMITED or REJECTED when the body is an error. */
enum err binance_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct binance_rows *rows,
    const struct origin *from, struct venue_host *h,
    struct trades_page *page) MUST_USE;

void binance_error(struct json *j, struct venue_error *e);

/* --- the markets -----------------------------------------------------------
 */

/* Members of struct venue, see venues/venue.h. */
enum err binance_spot_message(
    struct json *j, const struct origin *from, struct venue_host *h) MUST_USE;
enum err binance_usdm_message(
    struct json *j, const struct origin *from, struct venue_host *h) MUST_USE;
void binance_usdm_native(struct span unified, struct out *o);
void binance_usdm_unified(struct span native, struct out *o);
void binance_usdm_describe(struct symbol *s);

/* A base of USD-M that stands for many of an asset.  A number in front says
 * nothing by itself: 1INCH is a name (6). */
struct binance_scaled {
	struct span base;
	struct span asset;
	int64_t multiplier;
};

/* The row with this base, or with this asset; NULL: there is none.  Both what
 * lists and what names say of an instrument go by it, so that they agree. */
const struct binance_scaled *binance_usdm_scaled(struct span base);
const struct binance_scaled *binance_usdm_scaled_asset(struct span asset);

/* USD-M: indices into trade_kinds. */
enum {
	BINANCE_USDM_TRADE,
	BINANCE_USDM_AGG_TRADE,
};

/* binance_usdm_funding.c */
void binance_usdm_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call);
enum err binance_usdm_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h) MUST_USE;

#endif
