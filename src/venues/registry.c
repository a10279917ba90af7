#include "venues/venue.h"

const struct venue *const venues[VENUE_COUNT] = {
#define VENUE(id, name, exchange, market, doc) &venue_##id,
#include "tables/venues.def"
#undef VENUE
};
