/*
 * okx.h -- what the parts of the OKX v5 dialect share.
 *
 * okx.c understands what clients say on a WebSocket; okx_call.c reads it and
 * okx_channels.c knows what can be subscribed.  okx_books.c (okx_window.c),
 * okx_events.c and okx_contracts.c write what they hear, okx_rest.c and
 * okx_rows.c answer REST calls.  okx_instruments.c knows the instruments,
 * okx_faults.c what goes wrong with them.
 *
 * A stream is named CHANNEL:ID, such as `trades:BTC-USDT-SWAP` or
 * `liquidation-orders:SWAP`; faults and statistics use that name.  The arg of
 * its frames stands in the stream's prefix, and the instId of its rows too: a
 * stream keeps both when the instrument gets another name.
 *
 * Options: --checksum none|zero|right|wrong of `books`, and numbers that are
 * listed by --help.
 */
#ifndef EXCHANGE_OKX_H
#define EXCHANGE_OKX_H

#include "dialect.h"

/* --- text --- */

/* "name":"value", with the comma; amounts in 1e-8, without zeros at their
 * end. */
char *okx_text(char *p, const char *name, const char *value);
char *okx_amount(char *p, const char *name, int64_t amount);
char *okx_int(char *p, const char *name, int64_t value);
/* The same as a bare number. */
char *okx_bare(char *p, const char *name, int64_t value);
/* Milliseconds of a time in microseconds. */
char *okx_time(char *p, const char *name, int64_t time_us);
/* The comma after the last member becomes a brace. */
char *okx_end(char *p);

/* --- instruments --- */

/* What becomes of an instrument that is renamed; the new one goes from REBASE
 * to LIVE. */
enum okx_state { OKX_LIVE, OKX_REBASE, OKX_POST_ONLY, OKX_EXPIRED };

/* What a symbol has here that it has not at other venues; in symbol.own. */
struct okx_more {
	char uly[NAME_MAX_BYTES];
	bool xperp;
	enum okx_state state;
	int64_t state_due_us;
	int64_t book_us;
	int64_t funding_due_us;
	int64_t crossed_until_us;
	/* Open interests so far. */
	int64_t interests;
};

static inline struct okx_more *
okx_more(const struct symbol *s)
{
	return (struct okx_more *)(intptr_t)s->own;
}

bool okx_describe(struct symbol *s, int64_t now);
void okx_name(int i, char *name, int64_t now);
/* SPOT, SWAP, FUTURES; the number is an enum symbol_kind.  -1: no such. */
const char *okx_type(int kind);
int okx_type_find(const char *name);
/* The rows of a type, or of one instrument, announced ones among them. */
void okx_instrument_rows(
    struct sim *sim, struct buf *b, int type, const char *only);
/* Announces an instrument that has no numbers yet; NULL: none any more. */
bool okx_preopen(struct sim *sim, const char *name);
/* Gives it another name, and tells who listens step by step. */
/* The instruments channel says so. */
void okx_listed(struct sim *sim, struct symbol *s);
bool okx_rename(struct sim *sim, struct symbol *s, const char *name);
/* The next step of those that are due. */
void okx_rename_turn(struct sim *sim, struct symbol *s);

/* --- worth --- */

/* The columns vol, volCcy and volCcyQuote of a quantity in lots and what
 * symbol_quote() said of it, in 1e-8. */
struct okx_volume {
	int64_t vol;
	int64_t ccy;
	int64_t quote;
};
struct okx_volume okx_volume(
    const struct symbol *s, int64_t lots, int64_t quote);

/* --- streams --- */

/* The ID of CHANNEL:ID. */
const char *okx_stream_id(const struct stream *st);
/* After a rename trades and books go on under the old name, nothing else. */
bool okx_takes(const struct stream *st, const struct event *e);

void okx_publish_trade(
    struct sim *sim, struct symbol *s, const struct trade *t);
void okx_publish_diff(struct sim *sim, struct symbol *s, const struct diff *d);
void okx_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed);
void okx_publish_day(struct sim *sim, struct symbol *s);
void okx_publish_mark(struct sim *sim, struct symbol *s);
void okx_publish_interest(struct sim *sim, struct symbol *s);
void okx_publish_liquidation(
    struct sim *sim, struct symbol *s, const struct liquidation *l);
/* Of a book that has been idle for a while. */
void okx_keep_alive(struct sim *sim, struct symbol *s);

/* What a subscriber gets at once. */
typedef void okx_first(struct sim *sim, struct conn *c, struct stream *st);
okx_first okx_first_books;
okx_first okx_first_top;
okx_first okx_first_day;
okx_first okx_first_mark;
okx_first okx_first_funding;
okx_first okx_first_interest;

/* --- rows that REST has too; without instId, with the brace at the end --- */

/* "1" when the maker was an ELP order. */
const char *okx_source(const struct trade *t);
char *okx_ticker(char *p, const struct sim *sim, const struct symbol *s);
char *okx_funding(char *p, const struct sim *sim, const struct symbol *s);
char *okx_interest(char *p, const struct symbol *s);
char *okx_mark(char *p, const struct symbol *s);
char *okx_candle(
    char *p, const struct symbol *s, const struct bar *b, bool closed);
/* The interval of a bar such as 1H or 1Dutc; -1: there is none. */
int okx_bar(const char *name);
/* ["price","size","0","orders"], with a comma behind; price and size only, and
 * the orders, when it is short. */
char *okx_level(
    char *p, const struct symbol *s, const struct level *l, bool is_short);
/* "asks":[..],"bids":[..], at most so many levels. */
void okx_book(struct buf *b, const struct symbol *s, const struct side book[2],
    int most, bool is_short);

void okx_request(struct sim *sim, struct conn *c, const struct request *r);

/* okx_faults.c */
extern const struct command okx_faults[];
void okx_turn(struct sim *sim);

#endif
