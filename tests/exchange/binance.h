/*
 * binance.h -- what the Binance dialects share: binance_control.c understands
 * what clients say on a WebSocket (binance_call.c reads it), binance_rest.c and
 * binance_rows.c answer REST calls, binance_text.c writes what the events have
 * in common.
 */
#ifndef EXCHANGE_BINANCE_H
#define EXCHANGE_BINANCE_H

#include "dialect.h"

/* --- control --- */

/* Finds or makes the stream of that name.  A name that means nothing stays
 * unknown, and its stream silent. */
typedef struct stream *binance_want(struct sim *sim, const char *name);

/* Dialects pass what they do not do themselves on to these; the path is /ws..
 * or /stream. */
void binance_message(struct sim *sim, struct conn *c, const char *text,
    size_t len, binance_want *want);
bool binance_upgrade(struct sim *sim, struct conn *c, const struct request *r,
    const char *path, binance_want *want);
/* A symbol by its name in lower case. */
struct symbol *binance_find_lower(
    struct sim *sim, const char *name, size_t len);
/* -1 if there is no such interval of bars; not all venues have seconds. */
int binance_interval(const char *name, bool seconds);
/* Links a stream of bars, unless it is none. */
void binance_want_bars(
    struct sim *sim, struct stream *s, struct symbol *symbol, int interval);
void binance_say_shutdown(struct sim *sim, struct conn *c);

/* --- text --- */

/* A time in microseconds, as the client wants it. */
char *binance_time(char *p, int64_t time_us, bool micro);
/* The last millisecond or microsecond of a bar. */
char *binance_close_time(char *p, int64_t close_ms, bool micro);
/* `"name":value`, the last three quoted; amounts in units. */
char *binance_number(char *p, const char *name, int64_t value);
char *binance_amount(char *p, const char *name, int64_t count, int64_t unit);
char *binance_price(
    char *p, const char *name, const struct symbol *s, int64_t ticks);
char *binance_qty(
    char *p, const char *name, const struct symbol *s, int64_t lots);
/* {"e":TYPE,"E":TIME,"s":SYMBOL, */
char *binance_head(char *p, const char *type, const struct event *e,
    int64_t time_us, bool micro);
/* "k":{..} of an event about a bar. */
char *binance_bar(char *p, const struct event *e, bool micro);
/* "p":..,..,"n":..: the day up to now, what all have of it. */
char *binance_day(char *p, const struct symbol *s, int64_t now, bool micro);

/* What ticker messages and replies say beside the totals. */
struct day_text {
	int64_t change;
	/* Per mille of a per cent. */
	int64_t percent;
	/* In 1e-8. */
	int64_t average;
};
void binance_day_text(const struct symbol *s, struct day_text *d);
char *binance_percent(char *p, int64_t percent);

#endif
