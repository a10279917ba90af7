/*
 * ledger.h -- what happened at the venue, one JSON object a line.
 *
 *   {"k":"venue","name":NAME}                          the first line
 *   {"k":"book","s":S,"u":ID,"v":SHOWN,"b":[[P,Q]..],"a":[..]}   at the start
 *   {"k":"trade","s":S,"t":ID,"p":P,"q":Q,"m":BOOL,"T":MICROSECONDS}
 *                           and "id":NAME where clients know it by another one
 *   {"k":"fills","s":S,"t":LAST,"n":COUNT}             before the fills of one
 *                           trade, where they are several
 *   {"k":"skip","s":S,"t":ID}                          an id, but no trade
 *   {"k":"depth","s":S,"U":FIRST,"u":LAST,"V":SHOWN FIRST,"v":SHOWN LAST,
 *    "b":[..],"a":[..]}
 *   {"k":"kline","s":S,"i":INTERVAL,...}               a closed bar
 *   {"k":"funding","s":S,"p":MARK,"i":INDEX,"r":RATE,"n":NEXT,"T":..}
 *                           rate and next time null where none is paid
 *   {"k":"oi","s":S,"q":QUANTITY,"T":..}               open interest
 *   {"k":"liq","s":S,"t":TRADE,"p":BANKRUPTCY,"a":AVERAGE,"q":Q,"sell":BOOL,
 *    "T":..}
 *   {"k":"play","stream":NAME,"data":{..}}             a recorded frame
 *   {"k":"conn",..} {"k":"fault","cmd":TEXT,..} {"k":"sent",..}
 *
 * Each fill of a trade has its line, and no id is left out.  Update ids inside
 * one diff go to its bids in their order, then to its asks; clients are shown V
 * + i for U + i, but v for u.
 * Lines are gathered and written when there are many, when asked, at the end.
 */
#ifndef EXCHANGE_LEDGER_H
#define EXCHANGE_LEDGER_H

#include <stdio.h>

#include "bars.h"

struct ledger {
	FILE *file;
	uint64_t lines;
};

/* A NULL path keeps no ledger. */
void ledger_open(struct ledger *l, const char *path);
void ledger_flush(struct ledger *l);
void ledger_close(struct ledger *l);
void ledger_book(struct ledger *l, const struct symbol *s);
/* All fills of it, or what is no trade. */
void ledger_trade(struct ledger *l, const struct market *m,
    const struct symbol *s, const struct trade *t);
void ledger_diff(
    struct ledger *l, const struct symbol *s, const struct diff *d);
void ledger_bar(struct ledger *l, const struct symbol *s, const char *interval,
    const struct bar *b);
void ledger_mark(struct ledger *l, const struct symbol *s);
void ledger_interest(struct ledger *l, const struct symbol *s);
void ledger_liquidation(
    struct ledger *l, const struct symbol *s, const struct liquidation *q);
void ledger_note(struct ledger *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ledger_raw(struct ledger *l, const char *text, size_t len);

/* A price and a quantity, with eight decimals or those of a tick and a lot. */
char *put_price(char *p, const struct symbol *s, int64_t ticks);
char *put_qty(char *p, const struct symbol *s, int64_t lots);
/* "b":[["price","qty"],..],"a":[..]: the levels of a diff. */
char *put_diff_levels(char *p, const struct symbol *s, const struct diff *d);
/* [["price","qty"],..], best first, at most limit; the buffer grows. */
void add_side(
    struct buf *b, const struct symbol *s, const struct side *side, int limit);

#endif
