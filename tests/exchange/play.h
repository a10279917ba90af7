/*
 * play.h -- a recorded session instead of the market.
 *
 * FILE holds one message a line; beside it FILE with .ts for .jsonl says of
 * each line when it came, a tab, and `ws` or the URL of the REST call it
 * answered. Frames go to those who subscribed to the stream they name.
 */
#ifndef EXCHANGE_PLAY_H
#define EXCHANGE_PLAY_H

#include "sim.h"

/* Names the symbols of the recording with commas between, for market_init. */
struct play *play_open(const char *path, char **symbols);
void play_run(struct sim *sim);
int64_t play_due(const struct sim *sim);
/* The recorded snapshot of a symbol, or NULL. */
const char *play_snapshot(
    const struct play *p, const char *symbol, size_t *len);

#endif
