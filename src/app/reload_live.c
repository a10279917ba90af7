#include <string.h>

#include "app/reload.h"
#include "venues/venue.h"

/* By section, or of every venue; whoever uses one of them looks each time, or
 * is told below. */
static const struct {
	const char *section;
	const char *key;
} live[] = {
	{ "box", "log_level" }, { "box", "drain_ms" }, { "log", "format" },
	{ "log", "levels" }, { "scheduler", "open_interest_s" },
	{ "scheduler", "funding_history_s" }, { "scheduler", "instruments_s" },
	{ "scheduler", "audit_s" }, { "scheduler", "liquidations_s" },
	{ "scheduler", "liquidation_delay_s" },
	{ "scheduler", "cross_check_s" }, { "scheduler", "cross_quiet_s" },
	{ "scheduler", "coverage_s" }, { "scheduler", "health_s" },
	{ "file", "rotate_bytes" }, { "file", "keep" }, { "file", "sync" },
	{ "nats", "ack_timeout_ms" },
/* clang-format off */
#define ALARM(name, unit, sev, limit, max, hold_s, meaning, remedy, query) \
	{ "alarms", #name "_" #unit }, { "alarms", #name "_hold_s" },
#include "tables/alarms.def"
#undef ALARM
	/* clang-format on */
};

static const char *const live_of_venues[] = { "symbols", "book_interval_s",
	"silence_ms", "liquidation_silence_s", "first_data_ms", "stale_book_ms",
	"lifetime_s", "backoff_min_ms", "backoff_max_ms" };

static bool
is_venue(const char *section)
{
	for (enum venue_id v = 0; v < VENUE_COUNT; v++) {
		if (strcmp(venue_descs[v].name, section) == 0)
			return true;
	}
	return false;
}

bool
reload_is_live(const struct option_desc *d)
{
	if (is_venue(d->section)) {
		for (size_t i = 0; i < sizeof(live_of_venues) / sizeof(char *);
		     i++) {
			if (strcmp(live_of_venues[i], d->key) == 0)
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++) {
		if (strcmp(live[i].section, d->section) == 0 &&
		    strcmp(live[i].key, d->key) == 0)
			return true;
	}
	return false;
}
