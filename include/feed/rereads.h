/*
 * rereads.h -- what REST says again about what came by the streams: funding
 * that was paid, and trades that were flagged as liquidations late; and the
 * check of trades against best prices.
 *
 * Each goes through the symbols of the venue one call after the other, through
 * rest_queue, and tells its job when it has come to the end.
 */
#ifndef MPEDGE_FEED_REREADS_H
#define MPEDGE_FEED_REREADS_H

#include "core/arena.h"
#include "feed/rest.h"

enum {
	/* Moments of the past whose last trade is remembered. */
	REREAD_STEPS = 20,
	/* The best price must have been seen to move so often, ... */
	CROSS_MOVES = 10,
	/* ... and so many trades be usual in the time that none came. */
	CROSS_USUAL = 20,
	/* Trades are counted over this time and the one before. */
	CROSS_WINDOW_S = 300,
};

struct source;
struct journal;
struct scheduler_job;
struct scheduler_venue;

struct reread_step {
	struct mono at;
	int64_t last;
};

/* Trades of one symbol. */
struct reread_symbol {
	/* Its name when this was filled in: numbers are used again. */
	uint64_t who;
	/* First id that was not read again; SEQ_NULL: none is known. */
	int64_t next;
	/* The same, in the journal; NULL when there is no place. */
	const int64_t *mark;
	struct reread_step steps[REREAD_STEPS];
	unsigned step;
};

struct rereads {
	struct scheduler_venue *venue;
	struct reread_symbol *symbols;
	unsigned room;
	/* Late liquidations: the call under way. */
	struct rest_job trades;
	struct scheduler_job *trades_job;
	unsigned trades_symbol;
	struct trades_ask ask;
	int64_t until;
	unsigned pages;
	uint64_t found_before;
	/* Funding history. */
	struct rest_job funding;
	struct scheduler_job *funding_job;
	unsigned funding_symbol;
	unsigned funding_rows;
	unsigned funding_missed;
	unsigned funding_failed;
};

void rereads_init(
    struct rereads *r, struct scheduler_venue *v, struct arena *a);

void liquidations_run(struct rereads *r, struct scheduler_job *j);
/* fundings.c */
void funding_init(struct rereads *r);
void funding_run(struct rereads *r, struct scheduler_job *j);

/* --- trades against best prices ------------------------------------------- */

struct cross_symbol {
	uint64_t who;
	int64_t last;
	struct dec bid;
	struct dec ask;
	/* Since the last trade. */
	struct mono quiet_since;
	unsigned moves;
	/* Trades in this window and in the one before. */
	uint64_t trades[2];
	bool suspect;
};

struct cross {
	struct cross_symbol *symbols;
	/* Began; how much of a window before it there is. */
	struct mono window;
	int64_t before_ms;
};

void cross_init(struct cross *c, struct source *s, struct arena *a);
void cross_run(struct scheduler_venue *v, struct scheduler_job *j);

#endif
