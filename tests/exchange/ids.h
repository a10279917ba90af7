/*
 * ids.h -- the update ids that clients are shown.
 *
 * The market numbers each change of a level without holes.  A venue shows ids
 * of its own: these are the usual ways, for market_rules.show.  Each obeys the
 * symbol's shown_jump (so many ids are left out before this diff) and
 * shown_restart (the ids begin again at a small number).
 */
#ifndef EXCHANGE_IDS_H
#define EXCHANGE_IDS_H

#include "market.h"

/* The market's own: first is prev + 1 (Binance spot). */
void ids_dense(struct market *m, struct symbol *s, struct diff *d);
/* With holes between diffs and inside them: only prev tells whether two diffs
 * follow each other (Binance USD-M, OKX, Deribit). */
void ids_sparse(struct market *m, struct symbol *s, struct diff *d);

#endif
