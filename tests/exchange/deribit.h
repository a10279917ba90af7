/*
 * deribit.h -- the Deribit v2 dialect: JSON-RPC 2.0 over WebSocket and HTTP.
 *
 * deribit.c takes calls and finds their method, deribit_call.c reads a call and
 * answers it, deribit_session.c keeps heartbeats and credits,
 * deribit_names.c knows the instruments, deribit_channels.c the channels,
 * deribit_subscribe.c who listens to them.  deribit_trades.c, deribit_events.c
 * and deribit_ticker.c write what they say, numbers by deribit_number.c;
 * deribit_rest.c, deribit_history.c and deribit_lists.c answer the calls about
 * the market, deribit_faults.c has the commands of this venue.
 */
#ifndef EXCHANGE_DERIBIT_H
#define EXCHANGE_DERIBIT_H

#include "deribit_call.h"
#include "deribit_number.h"
#include "deribit_session.h"
#include "dialect.h"

enum {
	/* Trades in one message at most: they fit into one event. */
	BATCH_MAX = 16,
	CHANNELS_MAX = 500,
	STATE_MAX = 16,
};

/* The two intervals that need no login. */
enum deribit_interval { EVERY_100MS, EVERY_AGG2, DERIBIT_INTERVALS };

/* Trades of one instrument that wait for the end of their interval. */
struct deribit_batch {
	struct trade trade[BATCH_MAX];
	int count;
	int64_t due_us;
};

struct deribit_symbol {
	struct deribit_batch batch[DERIBIT_INTERVALS];
	int64_t ticker_due_us[DERIBIT_INTERVALS];
	/* As instrument.state says it; empty: open. */
	char state[STATE_MAX];
};

struct deribit {
	struct deribit_symbol *symbol;
	/* When waiting batches were last looked at. */
	int64_t looked_us;
	/* What platform_state says now and then: an index is not usable. */
	bool locked;
	int64_t lock_due_us;
	/* Faults: the next call runs out of credits; a name that spoils a whole
	 * subscription; liquidations are said on the stream too. */
	bool limit_next;
	int64_t limit_until_us;
	char bad_channel[STREAM_NAME_MAX];
	bool live_flag;
};

/* What an event is about; its writers need the simulator too. */
struct deribit_about {
	struct sim *sim;
	const void *what;
};

struct deribit *deribit_of(struct sim *sim);
struct deribit_symbol *deribit_symbol(struct sim *sim, const struct symbol *s);
const char *deribit_state(struct sim *sim, const struct symbol *s);
/* The same for the same number and seed, whoever listens. */
uint64_t deribit_choice(const struct sim *sim, uint64_t number);
enum deribit_form deribit_form_of(const struct sim *sim, uint64_t number);

/* "name": and a number; put_key leaves the value to the caller. */
char *put_key(char *p, const char *name);
char *put_field(
    char *p, const char *name, int64_t value, enum deribit_form form);
/* "name":1, for ids and times. */
char *put_whole(char *p, const char *name, int64_t value);
/* "instrument_name":".." */
char *put_name(char *p, const struct symbol *s);

/* deribit_subscribe.c */
void deribit_subscribe(struct rpc *k);
void deribit_unsubscribe(struct rpc *k);
void deribit_unsubscribe_all(struct rpc *k);

/* deribit_channels.c */
/* NULL: the venue knows no such channel, and does not say so. */
struct stream *deribit_channel(struct sim *sim, const char *name);
/* The interval of a resolution of charts, or -1. */
int deribit_resolution(const char *name);
/* A change of state, to all who asked for this kind and currency. */
void deribit_set_state(struct sim *sim, struct symbol *s, const char *state);
void deribit_say_locks(struct sim *sim);
/* platform_state, if this one listens to it. */
void deribit_tell_platform(struct sim *sim, struct conn *c, const char *data);

/* deribit_faults.c */
extern const struct command deribit_commands[];
void deribit_clear(struct sim *sim);

/* deribit_trades.c */
void deribit_publish_trade(
    struct sim *sim, struct symbol *s, const struct trade *t);
/* Batches whose interval is over. */
void deribit_flush_trades(struct sim *sim, struct symbol *s);
/* One trade as an object; old_order: as before the middle of 2026. */
char *put_deribit_trade(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form, bool old_order);
/* The same with the flag of a liquidation, if it was one. */
char *put_deribit_flagged(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form, bool old_order);

/* deribit_events.c */
void deribit_publish_diff(
    struct sim *sim, struct symbol *s, const struct diff *d);
void deribit_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed);
/* Volume in coins and cost in the quote asset, in 1e-8. */
void deribit_bar(const struct symbol *s, const struct bar *b, int64_t *volume,
    int64_t *cost);
/* The whole book, to one who just subscribed. */
void deribit_send_book(struct sim *sim, struct stream *s, struct conn *c);
/* Best prices and amounts, with a comma at the end. */
char *put_best(char *p, const struct symbol *s, enum deribit_form form);

/* deribit_ticker.c */
void deribit_publish_tickers(struct sim *sim, struct symbol *s);
/* The members of a ticker, without braces; get_order_book has them too. */
char *put_ticker(
    char *p, struct sim *sim, const struct symbol *s, enum deribit_form form);

#endif
