/*
 * traffic_contracts.h -- when marks, open interest and liquidations happen.
 */
#ifndef EXCHANGE_TRAFFIC_CONTRACTS_H
#define EXCHANGE_TRAFFIC_CONTRACTS_H

#include "sim.h"

/* Derivatives have marks and open interest from the beginning. */
void contracts_start(struct sim *sim);
/* The first mark and interest of a symbol that was listed. */
void contracts_begin(struct sim *sim, struct symbol *s);
/* Everything that is due now. */
void contracts_run(struct sim *sim);

#endif
