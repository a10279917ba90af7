/*
 * binance_rest.h -- one REST call and what the answers of the Binance dialects
 * share: binance_rest.c says yes and no and has the books, binance_rows.c the
 * rows of trades and bars.
 */
#ifndef EXCHANGE_BINANCE_REST_H
#define EXCHANGE_BINANCE_REST_H

#include "binance.h"

struct rest_call;

struct rest_route {
	const char *path;
	void (*run)(struct rest_call *k);
};

/* What differs between the venues. */
struct rest_venue {
	const struct rest_route *routes;
	int count;
	/* Times in microseconds can be asked for; 429 and 418 come with
	 * Retry-After. */
	bool micro;
	bool retry_after;
};

/* One call that is being answered. */
struct rest_call {
	struct sim *sim;
	struct conn *conn;
	const struct request *request;
	const struct rest_venue *venue;
	struct symbol *symbol;
	bool micro;
	struct buf body;
};

/* Does the venue answer at all?  If not, it has said so. */
bool call_admit(struct rest_call *k, int64_t weight);
/* Sets k->symbol, or answers that there is none. */
bool call_symbol(struct rest_call *k);
int64_t call_limit(const struct rest_call *k, int64_t none, int64_t most);
/* startTime and endTime come in either unit; result in microseconds. */
int64_t call_time(const struct rest_call *k, const char *name, int64_t none);
/* Sends k->body; more is header lines. */
void call_reply(struct rest_call *k, int status, const char *more);
void call_fail(struct rest_call *k, int status, int code, const char *text);

/* 429, as faults and rules have it; retry_after -1: say nothing about it. */
void call_limited(struct rest_call *k, int status, int64_t retry_after);
/* Answers a request. */
void binance_request(struct sim *sim, struct conn *c, const struct request *r,
    const struct rest_venue *venue);

void binance_get_time(struct rest_call *k);
void binance_get_ping(struct rest_call *k);
/* The head of exchangeInfo, up to its rateLimits. */
void binance_add_limits(struct rest_call *k);
/* "filters":[..], */
void binance_add_filters(struct buf *b, const struct symbol *s);
/* The book; more is members before the levels. */
void binance_reply_book(struct rest_call *k, int64_t limit, const char *more);

/* Writes one trade, without the comma. */
typedef char *row_writer(
    char *p, const struct symbol *s, const struct trade *t, bool micro);

/* Fills, ascending from id `from`; a negative one means the newest. */
void binance_reply_trades(
    struct rest_call *k, int64_t from, int64_t limit, row_writer *row);
/* Whole trades, as fromId or startTime of the call say. */
void binance_reply_agg_trades(
    struct rest_call *k, int64_t limit, row_writer *row);
/* "a":..,..,"m":..: what all have of a whole trade. */
char *binance_agg_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro);
/* "id":..,..,"isBuyerMaker":.. of one fill. */
char *binance_trade_row(
    char *p, const struct symbol *s, const struct trade *t, bool micro);
void binance_reply_klines(struct rest_call *k, int64_t limit, bool seconds);
/* "symbol":..,..,"count":..: what all have of a day. */
char *binance_day_row(char *p, const struct symbol *s, int64_t now, bool micro);

#endif
