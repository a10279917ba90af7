/*
 * traffic.h -- decides when the market moves, and hands out what happened.
 */
#ifndef EXCHANGE_TRAFFIC_H
#define EXCHANGE_TRAFFIC_H

#include "sim.h"

void traffic_start(struct sim *sim);
/* Everything that is due now. */
void traffic_run(struct sim *sim);
/* When to run again (monotonic, microseconds). */
int64_t traffic_due(const struct sim *sim);
/* At rest nothing is held back. */
/* After a last trade of every symbol. */
void traffic_pause(struct sim *sim);
void traffic_resume(struct sim *sim);
/* A trade happens now, and is written down and published. */
const struct trade *traffic_trade(
    struct sim *sim, struct symbol *s, unsigned liquidated);
/* The newest diff is written down and published. */
void traffic_diff(struct sim *sim, struct symbol *s, const struct diff *d);
/* Send the diff that waits to be reordered. */
void traffic_release(struct sim *sim, struct symbol *s);

#endif
