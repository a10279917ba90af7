/*
 * dialect.h -- what differs from venue to venue: rules, names, requests and
 * messages.
 *
 * A new venue is a file with a struct dialect, declared here, and a row in
 * venues.c.  Everything it is told about has already happened and stands in the
 * ledger; it writes it as the venue would, to those who subscribed (streams.h).
 * A function that is not needed is NULL where the comment says so.
 */
#ifndef EXCHANGE_DIALECT_H
#define EXCHANGE_DIALECT_H

#include "bars.h"
#include "http.h"
#include "sim.h"

struct dialect {
	const char *name;
	struct rules rules;
	struct market_rules market;
	/* How often day() and interest() are told of a symbol, and the bars
	 * that are not closed; 0: each second, 3 seconds, as Binance spot. */
	int64_t day_ms;
	int64_t interest_ms;
	int64_t bar_ms;

	/* --- events, to all who subscribed --- */

	/* All fills of a trade together, or what is no trade (t->none). */
	void (*trade)(struct sim *sim, struct symbol *s, const struct trade *t);
	void (*diff)(struct sim *sim, struct symbol *s, const struct diff *d);
	void (*bar)(struct sim *sim, struct symbol *s, int interval,
	    const struct bar *b, bool closed);
	void (*day)(struct sim *sim, struct symbol *s);
	/* Of derivatives; NULL: nothing is pushed.  s->mark each second (marks,
	 * funding), s->interest, and a liquidation after the trade it made. */
	void (*mark)(struct sim *sim, struct symbol *s);
	void (*interest)(struct sim *sim, struct symbol *s);
	void (*liquidation)(
	    struct sim *sim, struct symbol *s, const struct liquidation *l);
	/* NULL, or a symbol was listed or delisted (s->gone). */
	void (*listed)(struct sim *sim, struct symbol *s);
	/* NULL, or once a turn while the market is not paused; and of each
	 * streaming connection, paused or not. */
	void (*turn)(struct sim *sim);
	void (*tick)(struct sim *sim, struct conn *c);

	/* --- connections --- */

	/* The venue says to one connection that it is going away; NULL: it
	 * never says so. */
	void (*shutdown)(struct sim *sim, struct conn *c);
	/* What a client sent. */
	void (*message)(
	    struct sim *sim, struct conn *c, const char *text, size_t len);
	/* An upgrade request: answers an error and returns false, or prepares
	 * the connection. */
	bool (*upgrade)(
	    struct sim *sim, struct conn *c, const struct request *r);
	/* NULL, or after the upgrade was answered. */
	void (*opened)(struct sim *sim, struct conn *c);
	void (*request)(
	    struct sim *sim, struct conn *c, const struct request *r);

	/* --- faults --- */

	/* NULL, or commands of this venue alone, the last one without a name;
	 * and what `clear` does about them. */
	const struct command *commands;
	void (*clear)(struct sim *sim);
};

extern const struct dialect binance_spot;
extern const struct dialect binance_usdm;
extern const struct dialect okx;
extern const struct dialect deribit;

/* venues.c: NULL if there is no such venue, or not so many. */
const struct dialect *dialect_find(const char *name);
const struct dialect *dialect_number(int i);

#endif
