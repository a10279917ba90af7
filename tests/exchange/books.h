/*
 * books.h -- the books that clients ask for.
 *
 * Both return the shown id; the caller frees out[].level.
 */
#ifndef EXCHANGE_BOOKS_H
#define EXCHANGE_BOOKS_H

#include "sim.h"

/* For a REST call: as old as --snap-lag and the fault agesnap want it. */
int64_t book_asked(struct sim *sim, const struct symbol *s, struct side out[2]);
/* For who subscribes now: as of the last diff that the subscribers of this
 * symbol have got (or lost by a fault), so that the next one follows. */
int64_t book_sent(const struct symbol *s, struct side out[2]);
void book_free(struct side book[2]);

#endif
