/*
 * api.h -- /api/v1: what the status server does not know of itself.
 *
 * Addresses and members are those of the service replaced, where a box has
 * them (docs/http.md).
 */
#ifndef MPEDGE_APP_API_H
#define MPEDGE_APP_API_H

#include "app/app.h"

/* Before status_start. */
void api_init(struct mpedge *m);

/* {"error": "..."} */
void api_refuse(struct status_call *c, int status, const char *why);

/* Is s the venue or the exchange that this word means? */
bool api_is_source(const struct source *s, struct span word);

/* --- api_find.c: which book is meant, and members of JSON ----------------- */

/* A book that was asked for. */
struct api_book {
	const struct source *source;
	unsigned symbol;
	const struct symbol *name;
	const struct sync *sync;
	bool live;
};

/* Next book of the sources that `word` means, of all when it is empty; source
 * and symbol begin with 0. */
bool api_next_book(const struct mpedge *m, struct span word, unsigned *source,
    unsigned *symbol, struct api_book *found);

/* By the name of exchange or venue, and the unified or native one of the
 * symbol, whatever its case. */
bool api_find_book(const struct mpedge *m, struct span exchange,
    struct span symbol, struct api_book *a);
void api_no_book(
    struct status_call *c, struct span exchange, struct span symbol);
const char *api_exchange(const struct source *s);

/* ["BTC-USDT", ...]: those that are collected. */
void api_symbols(const struct source *s, struct out *o);

/* "name": and a time (TIME_NULL is null), or a truth, with a comma. */
void api_moment(struct out *o, const char *name, int64_t ns);
void api_flag(struct out *o, const char *name, bool value);

/* Instead of the comma behind the last member: }. */
void api_end(struct out *o);

/* How a book keeps in step. */
void api_sync(const struct api_book *a, struct out *o);

/* --- api_book.c, api_books.c ---------------------------------------------- */

/* Behind /api/v1/orderbook/ and /api/v1/snapshot/; owner is struct mpedge. */
void api_orderbook(void *owner, struct status_call *c);
void api_snapshot(void *owner, struct status_call *c);

/* api_refresh.c: the venue is asked for one anew; path is exchange and symbol.
 */
void api_refresh(
    struct mpedge *m, struct status_call *c, const struct span *path);

/* One book: path is exchange and symbol. */
void api_book(
    const struct mpedge *m, struct status_call *c, const struct span *path);

#endif
