#define _GNU_SOURCE
#include "deribit_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	/* Contracts end at eight o'clock. */
	EXPIRY_HOUR = 8,
	DAY_SECONDS = 86400,
	/* Premium of an option, in ticks of 0.0001. */
	OPTION_START = 575,
	NAME_PARTS = 4,
	/* Trade ids of one currency differ by the instrument. */
	SYMBOLS_MAX = 1024,
};

/* What the venue lists of a base asset; the last row is for all others. */
struct listing {
	const char *base;
	/* Of the inverse contracts: tick, and contract size in dollars. */
	int64_t inverse_tick;
	int64_t inverse_size;
	/* Of the linear ones, in coins. */
	int64_t linear_tick;
	int64_t linear_size;
};

static const struct listing listings[] = {
	{ "BTC", UNIT / 2, 10 * UNIT, UNIT / 10, UNIT / 10000 },
	{ "ETH", UNIT / 20, UNIT, UNIT / 100, UNIT / 1000 },
	{ "", 0, 10 * UNIT, 0, UNIT },
};

static const struct listing *
listing(const char *base)
{
	const struct listing *l = listings;

	while (*l->base && strcmp(l->base, base) != 0)
		l++;
	return l;
}

/* --- names --- */

struct name_parts {
	char text[NAME_MAX_BYTES];
	char *part[NAME_PARTS];
	int count;
};

static bool
cut(struct name_parts *n, const char *name)
{
	char *state = NULL;

	memset(n, 0, sizeof(*n));
	snprintf(n->text, sizeof(n->text), "%s", name);
	for (char *part = strtok_r(n->text, "-", &state); part;
	     part = strtok_r(NULL, "-", &state)) {
		if (n->count == NAME_PARTS)
			return false;
		n->part[n->count++] = part;
	}
	return n->count > 0;
}

/* BTC or BTC_USDC */
static bool
read_pair(struct symbol *s, const char *pair)
{
	const char *quote = strchr(pair, '_');
	size_t base = quote ? (size_t)(quote - pair) : strlen(pair);

	if (base == 0 || (quote && !quote[1]))
		return false;
	snprintf(s->pair, sizeof(s->pair), "%s", pair);
	snprintf(s->base, sizeof(s->base), "%.*s", (int)base, pair);
	snprintf(s->quote, sizeof(s->quote), "%s", quote ? quote + 1 : "USD");
	snprintf(
	    s->settle, sizeof(s->settle), "%s", quote ? s->quote : s->base);
	return true;
}

/* 25DEC26, 4OCT26 */
static bool
read_expiry(struct symbol *s, const char *text)
{
	struct tm tm = { .tm_hour = EXPIRY_HOUR };
	const char *end = strptime(text, "%d%b%y", &tm);

	if (!end || *end)
		return false;
	s->expiry = (int64_t)timegm(&tm) * 1000;
	return true;
}

/* 100000, and 0d625 where it is a fraction. */
static bool
read_strike(struct symbol *s, const char *text)
{
	int64_t unit = UNIT;
	bool fraction = false;

	for (; *text; text++) {
		if (*text == 'd' && !fraction) {
			fraction = true;
			continue;
		}
		if (!isdigit((unsigned char)*text))
			return false;
		if (fraction)
			unit /= 10;
		s->strike = fraction ? s->strike + (*text - '0') * unit
				     : s->strike * 10 + (*text - '0') * unit;
	}
	return s->strike > 0;
}

/* --- units --- */

static void
set_sizes(struct symbol *s)
{
	const struct listing *l = listing(s->base);

	s->contract = UNIT;
	if (s->kind == OPTION) {
		s->own = UNIT;
		s->price_unit = UNIT / 10000;
		s->start = OPTION_START;
		s->lot_unit = UNIT / 10;
		s->lot_size = 20;
		return;
	}
	s->price_unit = s->inverse ? l->inverse_tick : l->linear_tick;
	s->own = s->inverse ? l->inverse_size : l->linear_size;
	s->lot_unit = s->own;
	/* Some hundred dollars. */
	s->lot_size = s->own >= UNIT ? 400 * UNIT / s->own : 150;
}

bool
deribit_describe(struct symbol *s, int64_t now)
{
	struct name_parts n;
	bool right;

	(void)now;
	if (!cut(&n, s->name) || !read_pair(s, n.part[0]))
		return false;
	if (n.count == 1) {
		s->kind = SPOT;
		right = strchr(s->name, '_') != NULL;
	} else if (n.count == 2 && strcmp(n.part[1], "PERPETUAL") == 0) {
		s->kind = PERPETUAL;
		s->funding_hours = 1;
		right = true;
	} else if (n.count == 2) {
		s->kind = DATED;
		right = read_expiry(s, n.part[1]);
	} else {
		s->kind = OPTION;
		s->call = n.count == 4 && strcmp(n.part[3], "C") == 0;
		right = n.count == 4 &&
			(s->call || strcmp(n.part[3], "P") == 0) &&
			read_expiry(s, n.part[1]) && read_strike(s, n.part[2]);
	}
	s->inverse = s->kind != OPTION && !strchr(s->pair, '_');
	set_sizes(s);
	return right;
}

/* The last Friday of the quarter, a week ahead at least. */
static void
print_expiry(char *out, size_t size, int64_t now)
{
	time_t t = (time_t)(now / 1000000) + 7 * DAY_SECONDS;
	struct tm tm;

	gmtime_r(&t, &tm);
	for (int i = 0; i < 100; i++) {
		time_t later;
		struct tm next;

		t += DAY_SECONDS;
		later = t + 7 * DAY_SECONDS;
		gmtime_r(&t, &tm);
		gmtime_r(&later, &next);
		if (tm.tm_wday == 5 && tm.tm_mon % 3 == 2 &&
		    next.tm_mon != tm.tm_mon)
			break;
	}
	strftime(out, size, "%d%b%y", &tm);
	for (; *out; out++)
		*out = (char)toupper((unsigned char)*out);
}

void
deribit_name(int i, char *name, int64_t now)
{
	static const char *const fixed[] = { "BTC-PERPETUAL", "ETH-PERPETUAL",
		"BTC_USDC-PERPETUAL", "BTC-%s", "BTC-%s-100000-C", "BTC_USDC" };
	enum { FIXED = sizeof(fixed) / sizeof(*fixed) };
	char expiry[16];
	const char *base;

	if (i < FIXED) {
		const char *hole = strstr(fixed[i], "%s");
		size_t len = hole ? (size_t)(hole - fixed[i]) : 0;

		print_expiry(expiry, sizeof(expiry), now);
		if (hole)
			snprintf(name, NAME_MAX_BYTES, "%.*s%s%s", (int)len,
			    fixed[i], expiry, hole + 2);
		else
			snprintf(name, NAME_MAX_BYTES, "%s", fixed[i]);
		return;
	}
	/* BTC is there already. */
	base = asset_name(i - FIXED + 1);
	if (base)
		snprintf(name, NAME_MAX_BYTES, "%s_USDC-PERPETUAL", base);
	else
		snprintf(name, NAME_MAX_BYTES, "T%03d_USDC-PERPETUAL", i);
}

const char *
deribit_kind(const struct symbol *s)
{
	switch (s->kind) {
	case SPOT:
		return "spot";
	case OPTION:
		return "option";
	case PERPETUAL:
	case DATED:
		break;
	}
	return "future";
}

bool
deribit_is(const struct symbol *s, const char *kind, const char *currency)
{
	bool right =
	    strcmp(currency, "any") == 0 || strcmp(currency, s->settle) == 0;

	/* A pair of coins belongs to both. */
	if (s->kind == SPOT && strcmp(currency, s->base) == 0)
		right = true;
	return right &&
	       (strcmp(kind, "any") == 0 || strcmp(kind, deribit_kind(s)) == 0);
}

char *
put_deribit_id(char *p, const struct symbol *s, int64_t seq)
{
	if (strcmp(s->pair, "BTC") != 0) {
		p = put_text(p, s->pair);
		*p++ = '-';
	}
	return put_int(p, seq * SYMBOLS_MAX + s->number);
}
