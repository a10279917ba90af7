/*
 * pattern.h -- many symbols in one word of the configuration.
 *
 *   *-USDT-PERP    BTC-*    1000*USDT    *
 *
 * A * stands for any bytes, none included; everything else for itself, upper
 * and lower case apart.  A word without a * is a name, not a pattern.
 */
#ifndef MPEDGE_MODEL_PATTERN_H
#define MPEDGE_MODEL_PATTERN_H

#include "core/span.h"

/* Has it a *? */
bool pattern_is(struct span text);

/* Does the whole text fit?  Takes pattern.len * text.len steps at most. */
bool pattern_fits(struct span pattern, struct span text);

/* Does either name of an instrument or symbol fit? */
bool pattern_picks(
    struct span pattern, const char *native, const char *unified);

#endif
