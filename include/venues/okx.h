/*
 * okx.h -- reading what OKX v5 sends (WebSocket channels, REST API).
 *
 * okx.c has the requests and the struct venue, okx_names.c the names of
 * instruments and bars; the other functions here read.  Members are found by
 * key, in any order; keys not known are skipped; the same key twice is SYNTAX,
 * because then it is not clear which one is meant; an id or a time outside what
 * can be is RANGE.
 *
 * A message whose data has several rows gives the records of those that can be
 * read, and the error of the first one that cannot.
 */
#ifndef MPEDGE_VENUES_OKX_H
#define MPEDGE_VENUES_OKX_H

#include "venues/venue.h"

/* Every key that is looked at, whatever object it stands in. */
enum okx_word {
	OKX_ARG,
	OKX_DATA,
	OKX_ACTION,
	OKX_EVENT,
	OKX_ID,
	OKX_CODE,
	OKX_MSG,
	OKX_CHANNEL,
	OKX_INST_ID,
	OKX_INST_TYPE,
	OKX_TRADE_ID,
	OKX_PX,
	OKX_SZ,
	OKX_SIDE,
	OKX_TS,
	OKX_COUNT,
	OKX_ASKS,
	OKX_BIDS,
	OKX_CHECKSUM,
	OKX_PREV_SEQ_ID,
	OKX_SEQ_ID,
	OKX_LAST,
	OKX_LAST_SZ,
	OKX_ASK_PX,
	OKX_ASK_SZ,
	OKX_BID_PX,
	OKX_BID_SZ,
	OKX_OPEN_24H,
	OKX_HIGH_24H,
	OKX_LOW_24H,
	OKX_VOL_CCY_24H,
	OKX_VOL_24H,
	OKX_FUNDING_RATE,
	OKX_FUNDING_TIME,
	OKX_NEXT_FUNDING_RATE,
	OKX_NEXT_FUNDING_TIME,
	OKX_OI,
	OKX_OI_CCY,
	OKX_OI_USD,
	OKX_DETAILS,
	OKX_BK_PX,
	OKX_STATE,
	OKX_WORDS
};

/* market_type and the names, which every record has. */
#define OKX_NAME_RECORD(rec, symbol, from)                                     \
	do {                                                                   \
		(rec)->exchange_name = (symbol)->venue;                        \
		(rec)->symbol_name = symbol_unified(symbol);                   \
		(rec)->native_symbol = symbol_native(symbol);                  \
		(rec)->market_type = (symbol)->market;                         \
		(rec)->collected_at = (from)->seen.ns;                         \
	} while (0)

#define OKX_PICK(record, field, type, word, required)                          \
	{                                                                      \
		OKX_##word, (required), OKX_AS_##type,                         \
		    offsetof(struct record, field)                             \
	}

/* Index into routes. */
enum okx_route { OKX_PUBLIC, OKX_BUSINESS, OKX_ROUTES };

/* Index into trade_kinds. */
enum okx_trades { OKX_TRADES, OKX_TRADES_ALL };

/* Where the values of one object's members are: token indices. */
struct okx_members {
	/* Bit n: word n is there; only then its place is set. */
	uint64_t have;
	int at[OKX_WORDS];
};

/* A message with data: {"arg":{...},"data":[...]}. */
struct okx_push {
	struct json *j;
	const struct origin *from;
	struct venue_host *h;
	/* arg.channel */
	struct span channel;
	/* Tokens of arg.instId, data and action; -1: absent. */
	int inst;
	int data;
	int action;
};

/* Token of the value, or -1. */
static inline int
okx_at(const struct okx_members *m, enum okx_word word)
{
	return m->have >> word & 1 ? m->at[word] : -1;
}

/* What a member's value becomes. */
enum okx_type {
	OKX_AS_TIME,
	OKX_AS_DEC,
};

struct okx_pick {
	uint8_t word;
	bool required;
	uint8_t type;
	uint16_t offset;
};

enum {
	/* Rows of one call (4.3.1, 4.3.2). */
	OKX_TRADES_MAX = 100,
	OKX_BOOK_MAX = 400,
};

/* A length of bars. */
struct okx_bar {
	/* "1h", as records and configuration say. */
	const char *interval;
	/* "1H", as OKX says. */
	const char *native;
	/* Length: seconds, or months where this is 0. */
	uint32_t seconds;
	uint32_t months;
};

/* --- okx_members.c --------------------------------------------------------
 */

/* One pass over the object.  TYPE when it is none, SYNTAX when a known key
 * occurs twice. */
enum err okx_members(
    const struct json *j, int object, struct okx_members *m) MUST_USE;

/* Milliseconds; MISSING, SYNTAX or RANGE.  The value in nanoseconds is far
 * enough from the end of its range to add a year. */
enum err okx_time(const struct json *j, int token, int64_t *ns) MUST_USE;

/* An id or count: 0 to 2^61, so that sums of ids cannot overflow. */
enum err okx_id(const struct json *j, int token, int64_t *id) MUST_USE;

/* "buy" or "sell". */
enum err okx_side(const struct json *j, int token, uint8_t *side) MUST_USE;

/* Fill rec, which starts with every field null. */
enum err okx_pick(const struct json *j, const struct okx_members *m,
    const struct okx_pick *picks, size_t n, void *rec) MUST_USE;

/*
 * [["price","quantity",...],...] into h->levels from *used on.  FULL when they
 * do not fit, RANGE for a negative quantity.
 */
enum err okx_levels(const struct json *j, int token, struct venue_host *h,
    uint32_t *used, struct levels *levels) MUST_USE;

/* --- okx_read.c: one function a channel -----------------------------------
 */

/* The symbol of this token; *s is NULL with OK when it is not collected. */
enum err okx_symbol(
    const struct okx_push *p, int token, const struct symbol **s) MUST_USE;

/* Each row of the data; the first error, after all of them were read. */
enum err okx_each(const struct okx_push *p,
    enum err (*read)(const struct okx_push *p, int row)) MUST_USE;

/*
 * A row's members and the symbol that it names, or that arg names where the row
 * does not.
 */
enum err okx_row(const struct okx_push *p, int row, struct okx_members *m,
    const struct symbol **s) MUST_USE;

/*
 * One trade, of the stream or of REST.  quote_quantity may lie in
 * product[DEC_TEXT_MAX].
 */
enum err okx_trade(const struct json *j, const struct okx_members *m,
    const struct symbol *s, const struct origin *from, struct trade *t,
    char *product, struct facts *f) MUST_USE;

enum err okx_read_trades(const struct okx_push *p) MUST_USE;
enum err okx_read_trades_all(const struct okx_push *p) MUST_USE;
enum err okx_read_tickers(const struct okx_push *p) MUST_USE;
enum err okx_read_candles(const struct okx_push *p) MUST_USE;

/* --- okx_contracts.c: what only contracts have, and listings --------------
 */

enum err okx_read_funding(const struct okx_push *p) MUST_USE;
enum err okx_read_interest(const struct okx_push *p) MUST_USE;
enum err okx_read_liquidations(const struct okx_push *p) MUST_USE;
enum err okx_read_instruments(const struct okx_push *p) MUST_USE;

/* --- okx_book.c -----------------------------------------------------------
 */

enum err okx_read_books(const struct okx_push *p) MUST_USE;
int32_t okx_checksum(const struct book *b);
enum err okx_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h,
    struct orderbook *snapshot) MUST_USE;

/* --- okx_message.c --------------------------------------------------------
 */

enum err okx_message(
    struct json *j, const struct origin *from, struct venue_host *h) MUST_USE;

/* --- okx_rest.c -----------------------------------------------------------
 */

void okx_book_call(const struct symbol *s, uint32_t limit, struct out *path,
    struct venue_call *call);
bool okx_trades_call(const struct symbol *s, const struct trades_ask *ask,
    struct out *path, struct venue_call *call);
enum err okx_trades_reply(struct json *j, const struct symbol *s,
    const struct trades_ask *ask, const struct origin *from,
    struct venue_host *h, struct trades_page *page) MUST_USE;
void okx_error(struct json *j, struct venue_error *e);

/* OK when the body says that the call was answered; *data is its data. */
enum err okx_body(const struct json *j, int *data) MUST_USE;

/* --- okx_names.c ----------------------------------------------------------
 */

void okx_native(struct span unified, struct out *o);
void okx_unified(struct span native, struct out *o);
void okx_describe(struct symbol *s);
bool okx_has(const struct symbol *s, enum channel c);
const char *okx_group(const struct symbol *s, enum channel c);

/* --- okx_bars.c -----------------------------------------------------------
 */

/* By OKX's or by our word; NULL: there is none. */
const struct okx_bar *okx_bar_native(struct span native);
const struct okx_bar *okx_bar_interval(const char *interval);

/* The last millisecond of the bar that opens at this time. */
int64_t okx_bar_close(const struct okx_bar *bar, int64_t open);

/* okx_funding.c */
void okx_funding_call(const struct symbol *s, int64_t from, int64_t to,
    struct out *path, struct venue_call *call);
enum err okx_funding_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h) MUST_USE;

#endif
