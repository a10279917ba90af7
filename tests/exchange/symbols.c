#include "market.h"

#include <stdlib.h>

struct asset {
	const char *base;
	int price_digits;
	int lot_digits;
	/* In ticks. */
	int64_t price;
	/* A usual quantity, in lots. */
	int64_t lots;
};

/* Ends of symbol names that are quote assets, longest first. */
static const char *const quotes[] = { "FDUSD", "USDT", "USDC", "BUSD", "BTC",
	"ETH", "BNB", "EUR", "TRY", "DAI", "USD" };

static const struct asset assets[] = {
	{ "BTC", 2, 5, 9625000, 1500 },
	{ "ETH", 2, 4, 325012, 3000 },
	{ "SOL", 2, 3, 19844, 2500 },
	{ "BNB", 2, 3, 64310, 800 },
	{ "XRP", 4, 1, 24157, 9000 },
	{ "DOGE", 5, 0, 38211, 4000 },
	{ "ADA", 4, 1, 10523, 6000 },
	{ "TRX", 4, 1, 20311, 7000 },
	{ "LINK", 3, 2, 22874, 3000 },
	{ "AVAX", 3, 2, 41950, 2000 },
	{ "DOT", 3, 2, 82110, 2000 },
	{ "LTC", 2, 3, 10287, 900 },
	{ "BCH", 2, 3, 45230, 300 },
	{ "NEAR", 3, 1, 54320, 700 },
	{ "ATOM", 3, 2, 67100, 1200 },
	{ "UNI", 3, 2, 132450, 900 },
	{ "FIL", 3, 2, 52110, 800 },
	{ "APT", 3, 2, 118800, 700 },
	{ "PEPE", 8, 0, 20110, 900000 },
	{ "SHIB", 8, 0, 24560, 500000 },
};

enum { ASSETS = sizeof(assets) / sizeof(*assets) };

static const struct asset other_asset = { "", 4, 2, 52300, 3000 };

const char *
asset_name(int i)
{
	return i < ASSETS ? assets[i].base : NULL;
}

static void
name_symbol(struct symbol *s, const char *name, size_t len)
{
	if (len >= NAME_MAX_BYTES)
		len = NAME_MAX_BYTES - 1;
	for (size_t i = 0; i < len; i++) {
		s->name[i] = name[i];
		s->lower[i] = name[i] >= 'A' && name[i] <= 'Z'
				  ? (char)(name[i] - 'A' + 'a')
				  : name[i];
	}
}

void
symbol_split(struct symbol *s, const char *name, size_t len)
{
	size_t base = len;

	for (size_t i = 0; i < sizeof(quotes) / sizeof(*quotes); i++) {
		size_t q = strlen(quotes[i]);

		if (len > q && memcmp(name + len - q, quotes[i], q) == 0) {
			base = len - q;
			break;
		}
	}
	memcpy(s->base, name, base);
	s->base[base] = '\0';
	memcpy(s->quote, name + base, len - base);
	s->quote[len - base] = '\0';
}

static int64_t
power(int digits)
{
	int64_t v = 1;

	while (digits-- > 0)
		v *= 10;
	return v;
}

static void
fill_book(struct market *m, struct symbol *s, int64_t middle)
{
	int64_t gap = m->setup.depth > 1000 ? 2 : 3;

	for (int side = BID; side <= ASK; side++) {
		int64_t price = middle;

		for (int i = 0; i < m->setup.depth && price > 1; i++) {
			int64_t step = 1 + market_roll(m, gap);

			price += side == BID ? -step : step;
			if (price > 0)
				side_set(&s->side[side], side, price,
				    market_roll_qty(m, s));
		}
	}
}

/* What the dialect did not say. */
static void
set_units(struct symbol *s)
{
	const struct asset *a = &other_asset;
	int64_t price;

	for (int i = 0; i < ASSETS; i++)
		if (strcmp(assets[i].base, s->base) == 0)
			a = &assets[i];
	price = a->price * power(8 - a->price_digits);
	s->underlying = price;
	s->contract = s->contract ? s->contract : UNIT;
	if (!s->price_unit)
		s->price_unit = power(8 - a->price_digits);
	if (!s->start)
		s->start = price / s->price_unit;
	if (!s->lot_unit) {
		s->lot_unit = s->inverse ? UNIT : power(8 - a->lot_digits);
		s->lot_size = s->inverse ? 20 : a->lots;
	}
	s->lot_size = s->lot_size ? s->lot_size : 100;
	s->quote_unit =
	    s->inverse ? 1 : scale(s->price_unit, s->lot_unit, UNIT);
}

static void
open_symbol(struct market *m, struct symbol *s, int64_t now)
{
	set_units(s);
	s->changes = calloc(CHANGES, sizeof(*s->changes));
	s->diffs = calloc(DIFFS, sizeof(*s->diffs));
	s->trades = calloc((size_t)m->setup.history, sizeof(*s->trades));
	if (!s->changes || !s->diffs || !s->trades)
		abort();
	s->id = 1000000000 + market_roll(m, 50000000000);
	s->trade_first = s->trade_next = 1000000 + market_roll(m, 5000000000);
	s->id_first = s->id_sent = s->shown = s->shown_first = s->id;
	fill_book(m, s, s->start + market_roll(m, 100));
	s->day.began = now;
}

static struct symbol *
find(struct market *m, const char *name, size_t len)
{
	for (int i = 0; i < m->count; i++)
		if (strlen(m->symbol[i].name) == len &&
		    memcmp(m->symbol[i].name, name, len) == 0)
			return &m->symbol[i];
	return NULL;
}

struct symbol *
market_find(struct market *m, const char *name, size_t len)
{
	struct symbol *s = find(m, name, len);

	return s && !s->gone ? s : NULL;
}

/* Room for one more, and for those that may be listed later; these must not
 * move the others, to which streams point. */
static void
make_room(struct market *m)
{
	size_t room = (size_t)m->count + 1 + SYMBOLS_SPARE;

	m->symbol = realloc(m->symbol, room * sizeof(*m->symbol));
	if (!m->symbol)
		abort();
	m->room = (int)room;
}

/* The last one is it; false: the venue has no such name. */
static bool
new_symbol(struct market *m, const char *name, size_t len, int64_t now)
{
	struct symbol *s = &m->symbol[m->count];

	memset(s, 0, sizeof(*s));
	s->number = m->count++;
	name_symbol(s, name, len);
	if (!m->setup.rules->describe(s, now))
		return false;
	open_symbol(m, s, now);
	return true;
}

static bool
add_symbol(struct market *m, const char *name, size_t len, int64_t now)
{
	make_room(m);
	return new_symbol(m, name, len, now);
}

struct symbol *
market_list(struct market *m, const char *name, int64_t now)
{
	size_t len = strlen(name);
	struct symbol *s = find(m, name, len);

	if (s) {
		s = s->gone ? s : NULL;
	} else if (m->count < m->room && len < NAME_MAX_BYTES) {
		if (new_symbol(m, name, len, now))
			s = &m->symbol[m->count - 1];
		else
			m->count--;
	}
	if (s)
		s->gone = false;
	return s;
}

bool
market_init(struct market *m, const struct market_setup *setup, int64_t now)
{
	const char *at = setup->symbols;
	char name[NAME_MAX_BYTES];

	m->setup = *setup;
	m->random = setup->seed;
	while (at && *at) {
		size_t len = strcspn(at, ", ");

		if (len && !add_symbol(m, at, len, now))
			return false;
		at += len;
		at += strspn(at, ", ");
	}
	for (int i = 0; !setup->symbols && i < setup->count; i++) {
		setup->rules->name(i, name, now);
		if (!add_symbol(m, name, strlen(name), now))
			return false;
	}
	return true;
}
