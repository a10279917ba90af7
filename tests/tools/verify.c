/*
 * verify -- were the simulator's trades and books delivered?
 *
 *   verify [options] [--venue NAME] LEDGER... RECORDS...
 *
 * LEDGER is what `exchange-sim --ledger` wrote, RECORDS are JSON lines of
 * mpedge in the order of delivery (`-` is stdin), each with or without
 * `subject<TAB>` before it.  There may be a ledger of each venue: they are told
 * from records by their first line, which also names the venue, unless --venue
 * before it does.  Records belong to the ledger of their exchange_name; where
 * there is one ledger only, all are its.
 *
 * Trades: of each symbol every id from the first to the last one delivered must
 * be there once, in ascending order, with the ledger's price, quantity, side
 * and time; a `gap` record covers the ids it names.  A record may be one fill
 * or all fills of a trade together, then under the id of the last.  Ids that
 * the ledger skips are no trades and must not be delivered.
 *
 * Books: rebuilt from snapshots and deltas.  A snapshot with is_valid false
 * ends what is known.  In a known stretch every delta must follow: where it
 * names the id before it that must be the book's (the first one after a
 * snapshot may instead reach over it), else U <= id+1 <= u.  After each record
 * the best levels must be those of the ledger's book at that id, which is the
 * one that the venue shows.  Only what the snapshot showed is compared: levels
 * worse than its worst one are not known to a reader.
 *
 * Of liquidations, open interest and funding each must be one that happened.
 *
 *   -l N   levels compared a side (20)
 *   -t     the tail too: the last trade and the last diff of the ledger must
 *          have arrived, and every book must have been valid there (then the
 *          collector may end, or find that nothing comes any more)
 *   -n     trades only: the records have no books
 *   -r     a repetition of what was delivered is no fault (a file written by a
 *          process that was killed)
 *   -c     a `gap` record of the journal excuses missing trades and broken
 * books -v N   print the first N faults (20)
 *
 * The last line is `trades=.. missing=.. duplicated=.. ...`; exit 1 when
 * anything is wrong, 2 when something could not be read.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BID,
	ASK,
	NAME_BYTES = 64,
	SYMBOLS_MAX = 4096,
	HASH = 8192,
	VENUES_MAX = 8,
	OKX_WINDOW = 400,
};

struct level {
	int64_t price;
	int64_t qty;
};

/* Best last. */
struct side {
	struct level *level;
	int count;
	int size;
	/* Worst price a reader knows about, where there is one. */
	int64_t bound;
	bool bounded;
};

struct trade {
	int64_t price;
	int64_t qty;
	int64_t time;
	int64_t id;
	/* Number in the name that clients know it by, where that is another. */
	int64_t alias;
	/* Of the last of several fills: how many. */
	int fills;
	bool maker;
	/* An id, but no trade. */
	bool none;
	uint8_t seen;
	bool excused;
};

/* Something that happened and has no id. */
struct fact {
	char kind;
	bool sell;
	int64_t time;
	int64_t price;
	int64_t average;
	int64_t qty;
};

struct diff {
	int64_t first;
	int64_t last;
	int64_t shown_first;
	int64_t shown_last;
	size_t levels;
	int bids;
};

struct symbol {
	char name[NAME_BYTES];
	int venue;
	struct trade *trade;
	size_t trades, trades_size;
	/* The ledger has names of trades; fills of the trade to come. */
	bool named;
	int64_t fills_last;
	int fills;
	struct fact *fact;
	size_t facts, facts_size;
	int64_t first_seen, last_seen;
	bool any_seen;
	struct diff *diff;
	size_t diffs, diffs_size;
	/* The ledger's book, at true_id; next_diff was not yet (wholly)
	 * applied. */
	struct side truth[2];
	int64_t true_id;
	int64_t true_shown;
	size_t next_diff;
	/* Shown ids begin again somewhere. */
	bool restarts;
	/* The reader's book. */
	struct side book[2];
	int64_t id;
	bool valid;
	bool began;
	/* No delta came after the snapshot yet. */
	bool fresh;
};

struct venue {
	char name[NAME_BYTES];
	/* Levels of a side that the venue shows, all of them; 0: those of the
	 * snapshot and what changes. */
	int window;
};

static struct {
	struct symbol *symbol;
	int symbols;
	int hash[HASH];
	struct level *level;
	size_t levels, levels_size;
	struct venue venue[VENUES_MAX];
	int venues;
	/* The one that a ledger is read of. */
	int reading;
} all;

static struct {
	uint64_t trades, missing, excused, duplicated, repeated, disorder;
	uint64_t wrong, unknown, backfilled;
	uint64_t gaps, journal_gaps, healed;
	uint64_t snapshots, deltas, old, invalid, unknown_deltas, checked;
	uint64_t books_wrong, broken, skipped, crossed, behind;
	uint64_t klines, tickers, events, others;
	uint64_t liquidations, interests, fundings, facts_wrong;
} n;

static struct {
	int levels;
	bool tail;
	bool trades_only;
	bool repeats;
	bool journal;
	long faults;
} opt = { .levels = 20, .faults = 20 };

static void
fault(const char *format, ...)
{
	va_list args;

	if (opt.faults-- <= 0)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void *
grow(void *array, size_t count, size_t *size, size_t each)
{
	if (count < *size)
		return array;
	*size = *size ? *size * 2 : 256;
	array = realloc(array, *size * each);
	if (!array) {
		perror("verify");
		exit(2);
	}
	return array;
}

/* --- text --- */

/* What stands behind "key":, or NULL. */
static const char *
member(const char *text, const char *key)
{
	char wanted[40];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\"%s\":", key);
	at = strstr(text, wanted);
	return at ? at + strlen(wanted) : NULL;
}

/* A number, quoted or not; none where it is null or absent. */
static int64_t
integer(const char *at, int64_t none)
{
	if (at && *at == '"')
		at++;
	if (!at || !(*at == '-' || (*at >= '0' && *at <= '9')))
		return none;
	return strtoll(at, NULL, 10);
}

/* A decimal in 1e-8; *end is behind it. */
static int64_t
amount(const char *at, const char **end)
{
	int64_t v = 0;
	int places = -1;

	if (!at || *at == 'n')
		return 0;
	if (*at == '"')
		at++;
	/* Funding rates may be below zero. */
	if (*at == '-')
		return -amount(at + 1, end);
	for (; (*at >= '0' && *at <= '9') || *at == '.'; at++) {
		if (*at == '.') {
			places = 0;
		} else if (places < 8) {
			v = v * 10 + (*at - '0');
			places += places >= 0;
		}
	}
	for (places = places < 0 ? 0 : places; places < 8; places++)
		v *= 10;
	if (end)
		*end = at;
	return v;
}

static bool
is_word(const char *at, const char *word)
{
	return at && strncmp(at, word, strlen(word)) == 0;
}

static int64_t
digits(const char **at, int count)
{
	int64_t v = 0;

	for (; count > 0 && **at >= '0' && **at <= '9'; count--, ++*at)
		v = v * 10 + (**at - '0');
	return v;
}

/* "2026-01-02T03:04:05.678901Z" in microseconds since 1970; -1 if not. */
static int64_t
time_of(const char *at)
{
	int64_t year, month, day, seconds, micro = 0;
	int64_t era_day;

	if (!at || *at++ != '"')
		return -1;
	year = digits(&at, 4);
	at++;
	month = digits(&at, 2);
	at++;
	day = digits(&at, 2);
	at++;
	seconds = digits(&at, 2) * 3600;
	at++;
	seconds += digits(&at, 2) * 60;
	at++;
	seconds += digits(&at, 2);
	if (*at == '.') {
		at++;
		micro = digits(&at, 6);
	}
	year -= month <= 2;
	month += month > 2 ? -3 : 9;
	era_day = year * 365 + year / 4 - year / 100 + year / 400 +
		  (153 * month + 2) / 5 + day - 1 - 719468;
	return (era_day * 86400 + seconds) * 1000000 + micro;
}

/* -1: there is no ledger of that venue. */
static int
find_venue(const char *at)
{
	size_t len;

	/* Of one ledger alone, whoever it was. */
	if (all.venues == 1)
		return 0;
	if (!at || *at++ != '"')
		return -1;
	len = strcspn(at, "\"");
	for (int i = 0; i < all.venues; i++)
		if (strlen(all.venue[i].name) == len &&
		    memcmp(all.venue[i].name, at, len) == 0)
			return i;
	return -1;
}

static struct symbol *
find_symbol(int venue, const char *at, bool make)
{
	size_t len;
	uint32_t h = 2166136261u + (uint32_t)venue;
	struct symbol *s;

	if (venue < 0 || !at || *at++ != '"')
		return NULL;
	len = strcspn(at, "\"");
	if (len >= NAME_BYTES)
		return NULL;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)at[i]) * 16777619u;
	for (h %= HASH; all.hash[h]; h = (h + 1) % HASH) {
		s = &all.symbol[all.hash[h] - 1];
		if (s->venue == venue && strlen(s->name) == len &&
		    memcmp(s->name, at, len) == 0)
			return s;
	}
	if (!make || all.symbols == SYMBOLS_MAX)
		return NULL;
	s = &all.symbol[all.symbols++];
	all.hash[h] = all.symbols;
	memcpy(s->name, at, len);
	s->venue = venue;
	return s;
}

/* Of a record.  Binance has one name in exchange_name for all its markets, and
 * the same symbols on them. */
static struct symbol *
symbol_of(const char *line)
{
	const char *exchange = member(line, "exchange_name");
	int venue = find_venue(exchange);

	if (all.venues > 1 && is_word(exchange, "\"binance\"") &&
	    !is_word(member(line, "market_type"), "\"spot\""))
		venue = find_venue("\"binance_usdm\"");
	return find_symbol(venue, member(line, "native_symbol"), false);
}

/* --- books --- */

static int64_t
rank(int side, int64_t price)
{
	return side == BID ? price : -price;
}

static void
set_level(struct side *s, int side, int64_t price, int64_t qty)
{
	int low = 0;
	int high = s->count;
	size_t above;

	while (low < high) {
		int middle = (low + high) / 2;

		if (rank(side, s->level[middle].price) < rank(side, price))
			low = middle + 1;
		else
			high = middle;
	}
	above = (size_t)(s->count - low) * sizeof(struct level);
	if (low < s->count && s->level[low].price == price) {
		if (qty) {
			s->level[low].qty = qty;
			return;
		}
		memmove(s->level + low, s->level + low + 1,
		    above - sizeof(struct level));
		s->count--;
		return;
	}
	if (!qty)
		return;
	if (s->count == s->size) {
		s->size = s->size ? s->size * 2 : 256;
		s->level =
		    realloc(s->level, (size_t)s->size * sizeof(struct level));
		if (!s->level)
			exit(2);
	}
	memmove(s->level + low + 1, s->level + low, above);
	s->level[low] = (struct level){ price, qty };
	s->count++;
}

/* The market's own id of the book that is shown as this one, from where the
 * ledger's book is on; -1: there is none. */
static int64_t
own_id(const struct symbol *s, int64_t shown)
{
	int64_t before = s->true_shown;

	if (shown == s->true_shown)
		return s->true_id;
	for (size_t i = s->next_diff; i < s->diffs; i++) {
		const struct diff *d = &s->diff[i];
		int64_t id = d->first + (shown - d->shown_first);

		if (shown == d->shown_last)
			return d->last;
		/* Between two diffs the book is that of the first. */
		if (shown > before && shown < d->shown_first)
			return d->first - 1;
		if (shown >= d->shown_first && shown < d->shown_last)
			return id < d->last ? id : d->last;
		if (!s->restarts && d->shown_first > shown)
			return -1;
		before = d->shown_last;
	}
	return -1;
}

/* Brings the ledger's book to this shown id; false if it is beyond it already
 * or the ledger does not go so far. */
static bool
truth_at(struct symbol *s, int64_t shown)
{
	int64_t id = own_id(s, shown);

	if (id < s->true_id)
		return false;
	s->true_shown = shown;
	while (s->true_id < id && s->next_diff < s->diffs) {
		const struct diff *d = &s->diff[s->next_diff];
		int64_t i = s->true_id + 1 - d->first;
		const struct level *l = &all.level[d->levels + (size_t)i];
		int side = i < d->bids ? BID : ASK;

		set_level(&s->truth[side], side, l->price, l->qty);
		if (++s->true_id == d->last)
			s->next_diff++;
	}
	return s->true_id == id;
}

/* Level i (1 is the best) where a reader knows of it, else an absent one. */
static struct level
level_at(const struct side *s, int i, int side, const struct side *reader)
{
	static const struct level none;
	const struct level *l;

	if (i > s->count || !reader->bounded)
		return none;
	l = &s->level[s->count - i];
	return rank(side, l->price) < rank(side, reader->bound) ? none : *l;
}

static bool
same_side(const struct symbol *s, int side)
{
	const struct side *book = &s->book[side];
	int window = all.venue[s->venue].window;
	int most = window && window < opt.levels ? window : opt.levels;

	for (int i = 1; i <= most; i++) {
		struct level is = level_at(book, i, side, book);
		struct level should = level_at(&s->truth[side], i, side, book);

		if (is.price == should.price && is.qty == should.qty)
			continue;
		fault("book %s at %lld: %s level %d is %lld x %lld, should be "
		      "%lld x %lld (1e-8)",
		    s->name, (long long)s->id, side == BID ? "bid" : "ask", i,
		    (long long)is.price, (long long)is.qty,
		    (long long)should.price, (long long)should.qty);
		return false;
	}
	return true;
}

static void
compare(struct symbol *s)
{
	const struct side *bid = &s->book[BID];
	const struct side *ask = &s->book[ASK];

	if (bid->count && ask->count &&
	    bid->level[bid->count - 1].price >=
		ask->level[ask->count - 1].price)
		n.crossed++;
	if (!truth_at(s, s->id)) {
		n.skipped++;
		return;
	}
	n.checked++;
	if (!same_side(s, BID) || !same_side(s, ASK))
		n.books_wrong++;
}

/* [{"price":"..","quantity":".."},..] into the reader's book. */
static void
read_levels(struct symbol *s, int side, const char *at, bool snapshot)
{
	struct side *b = &s->book[side];

	if (snapshot) {
		b->count = 0;
		b->bounded = false;
	}
	for (at++; *at == '{';) {
		int64_t price = amount(at + strlen("{\"price\":"), &at);
		int64_t qty = amount(at + strlen("\",\"quantity\":"), &at);

		set_level(b, side, price, qty);
		at += 2;
		at += *at == ',';
	}
	if (snapshot && b->count) {
		b->bounded = true;
		b->bound = b->level[0].price;
	}
	/* What moves into the window is told. */
	if (all.venue[s->venue].window)
		b->bound = side == BID ? 0 : INT64_MAX;
}

static void
take_snapshot(struct symbol *s, const char *line, int64_t id)
{
	n.snapshots++;
	read_levels(s, BID, member(line, "bids"), true);
	read_levels(s, ASK, member(line, "asks"), true);
	s->id = id;
	s->valid = s->began = s->fresh = true;
	compare(s);
}

/* Does a delta say that it follows?  1: yes, 0: it is old, -1: it does not. */
static int
follows(const struct symbol *s, const char *line, int64_t id)
{
	int64_t first = integer(member(line, "first_update_id"), -1);
	int64_t before = integer(member(line, "prev_update_id"), -1);

	if (before < 0)
		return id <= s->id ? 0 : first <= s->id + 1 ? 1 : -1;
	if (before == s->id ||
	    (s->fresh && first >= 0 && first <= s->id && id >= s->id))
		return 1;
	return id <= s->id ? 0 : -1;
}

static void
take_delta(struct symbol *s, const char *line, int64_t id)
{
	int how = follows(s, line, id);

	n.deltas++;
	if (!s->valid) {
		n.unknown_deltas++;
		return;
	}
	if (how == 0) {
		n.old++;
		return;
	}
	if (how < 0) {
		n.broken++;
		s->valid = false;
		fault("book %s: delta %lld..%lld after %lld does not follow "
		      "%lld",
		    s->name,
		    (long long)integer(member(line, "first_update_id"), -1),
		    (long long)id,
		    (long long)integer(member(line, "prev_update_id"), -1),
		    (long long)s->id);
		return;
	}
	s->fresh = false;
	read_levels(s, BID, member(line, "bids"), false);
	read_levels(s, ASK, member(line, "asks"), false);
	s->id = id;
	compare(s);
}

static void
take_book(const char *line)
{
	struct symbol *s = symbol_of(line);
	int64_t id = integer(member(line, "last_update_id"), -1);

	if (!s) {
		n.unknown++;
		return;
	}
	if (is_word(member(line, "is_valid"), "false")) {
		n.invalid++;
		s->valid = false;
	} else if (is_word(member(line, "update_type"), "\"snapshot\"")) {
		take_snapshot(s, line, id);
	} else {
		take_delta(s, line, id);
	}
}

/* --- trades --- */

static struct trade *
find_trade(struct symbol *s, int64_t id)
{
	if (s->trades == 0 || id < s->trade[0].id ||
	    id > s->trade[s->trades - 1].id)
		return NULL;
	return &s->trade[id - s->trade[0].id];
}

/* The number in a name such as "ETH-311974188", or the number it is. */
static int64_t
name_number(const char *at)
{
	const char *end, *dash;

	if (!at || *at++ != '"')
		return -1;
	end = at + strcspn(at, "\"");
	dash = memrchr(at, '-', (size_t)(end - at));
	return integer(dash ? dash + 1 : at, -1);
}

/* By the id of a record. */
static struct trade *
known_trade(struct symbol *s, const char *at)
{
	int64_t wanted = name_number(at);
	size_t low = 0;
	size_t high = s->trades;

	if (!s->named)
		return find_trade(s, integer(at, -1));
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->trade[middle].alias < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->trades && s->trade[low].alias == wanted ? &s->trade[low]
								: NULL;
}

/* The ledger has microseconds; a reader may have asked for milliseconds. */
static bool
same_time(int64_t is, int64_t should)
{
	return is == should || (is % 1000 == 0 && is / 1000 == should / 1000);
}

/* All but the quantity. */
static bool
same_trade(const struct trade *t, const char *line)
{
	return amount(member(line, "price"), NULL) == t->price &&
	       is_word(
		   member(line, "side"), t->maker ? "\"sell\"" : "\"buy\"") &&
	       same_time(time_of(member(line, "timestamp")), t->time);
}

/* How many fills up to this one the record is; 0: it is neither this one nor
 * all of the trade. */
static int
fills_in(const struct trade *t, const char *line)
{
	int64_t qty = amount(member(line, "quantity"), NULL);
	int64_t sum = 0;

	if (!same_trade(t, line))
		return 0;
	if (qty == t->qty)
		return 1;
	for (int i = 0; i < t->fills; i++)
		sum += t[-i].qty;
	return t->fills && sum == qty ? t->fills : 0;
}

static bool
seen_before(struct symbol *s, struct trade *t, int fills)
{
	bool again = false;

	for (int i = 0; i < fills; i++) {
		again = again || t[-i].seen;
		t[-i].seen = 1;
	}
	if (!again)
		return false;
	n.repeated += opt.repeats;
	n.duplicated += !opt.repeats;
	if (!opt.repeats)
		fault("trade %s %lld again", s->name, (long long)t->id);
	return true;
}

static void
take_trade(const char *line)
{
	struct symbol *s = symbol_of(line);
	struct trade *t = s ? known_trade(s, member(line, "trade_id")) : NULL;
	int fills;
	int64_t id;

	n.trades++;
	n.backfilled += is_word(member(line, "backfill"), "true");
	if (!t || t->none) {
		n.unknown++;
		fault("no trade of the ledger: %.300s", line);
		return;
	}
	id = t->id;
	fills = fills_in(t, line);
	if (fills == 0) {
		n.wrong++;
		fault("trade %s %lld differs: %.300s", s->name, (long long)id,
		    line);
		fills = 1;
	}
	if (seen_before(s, t, fills))
		return;
	if (!s->any_seen) {
		s->any_seen = true;
		s->first_seen = id - fills + 1;
		s->last_seen = id;
	} else if (id < s->last_seen) {
		n.disorder++;
		fault("trade %s %lld after %lld", s->name, (long long)id,
		    (long long)s->last_seen);
	}
	if (id - fills + 1 < s->first_seen)
		s->first_seen = id - fills + 1;
	s->last_seen = id > s->last_seen ? id : s->last_seen;
}

static void
take_gap(const char *line)
{
	struct symbol *s = symbol_of(line);
	int64_t from = integer(member(line, "from_id"), -1);
	int64_t to = integer(member(line, "to_id"), -1);

	n.gaps++;
	n.healed += is_word(member(line, "healed"), "true");
	n.journal_gaps += is_word(member(line, "data_type"), "\"journal\"");
	if (!s || from < 0 || to < from || s->trades == 0 ||
	    !is_word(member(line, "data_type"), "\"trade\""))
		return;
	for (size_t i = 0; i < s->trades; i++)
		if (s->trade[i].id >= from && s->trade[i].id <= to)
			s->trade[i].excused = true;
}

static void
count_missing(struct symbol *s)
{
	int64_t last = s->last_seen;

	if (s->trades == 0)
		return;
	if (!s->any_seen) {
		if (opt.tail) {
			for (size_t i = 0; i < s->trades; i++)
				n.missing += !s->trade[i].none;
			fault("no trade of %s", s->name);
		}
		return;
	}
	if (opt.tail)
		last = s->trade[s->trades - 1].id;
	for (int64_t id = s->first_seen; id <= last; id++) {
		const struct trade *t = find_trade(s, id);

		if (t->seen || t->none)
			continue;
		if (t->excused) {
			n.excused++;
			continue;
		}
		n.missing++;
		fault("trade %s %lld is missing", s->name, (long long)id);
	}
}

static void
check_tail(const struct symbol *s)
{
	int64_t last = s->diffs ? s->diff[s->diffs - 1].shown_last : s->id;

	if (!opt.tail || opt.trades_only || (s->began && s->id == last))
		return;
	n.behind++;
	fault("book %s ends %s at %lld, the ledger's at %lld", s->name,
	    s->valid ? "valid" : "invalid", (long long)s->id, (long long)last);
}

/* --- facts --- */

static void
take_fact(const char *line, char kind, uint64_t *count)
{
	struct symbol *s = symbol_of(line);
	const struct fact wanted = {
		.sell = is_word(member(line, "side"), "\"sell\""),
		.time = time_of(member(line, "timestamp")),
		.price = amount(member(line, "price"), NULL),
		.qty = amount(member(line, kind == 'l'   ? "quantity"
					   : kind == 'o' ? "open_interest"
							 : "funding_rate"),
		    NULL),
	};

	++*count;
	for (size_t i = 0; s && i < s->facts; i++) {
		const struct fact *f = &s->fact[i];

		if (f->kind != kind || f->qty != wanted.qty)
			continue;
		/* Only these happen at one moment. */
		if (kind != 'l' || (f->sell == wanted.sell &&
				       same_time(wanted.time, f->time) &&
				       (f->price == wanted.price ||
					   f->average == wanted.price)))
			return;
	}
	n.facts_wrong++;
	fault("it did not happen: %.300s", line);
}

/* --- reading --- */

/* [["price","qty"],..]: adds to all.level; returns how many. */
static int
ledger_levels(const char *at)
{
	int count = 0;

	for (at++; *at == '[';) {
		struct level l;

		l.price = amount(at + 1, &at);
		l.qty = amount(at + 2, &at);
		all.level = grow(all.level, all.levels, &all.levels_size,
		    sizeof(*all.level));
		all.level[all.levels++] = l;
		at += 2;
		at += *at == ',';
		count++;
	}
	return count;
}

static void
ledger_book(struct symbol *s, const char *line)
{
	size_t start = all.levels;
	int bids = ledger_levels(member(line, "b"));
	int asks = ledger_levels(member(line, "a"));

	for (int i = 0; i < bids + asks; i++) {
		const struct level *l = &all.level[start + (size_t)i];
		int side = i < bids ? BID : ASK;

		set_level(&s->truth[side], side, l->price, l->qty);
	}
	all.levels = start;
	s->true_id = integer(member(line, "u"), 0);
	s->true_shown = integer(member(line, "v"), s->true_id);
}

static void
ledger_trade(struct symbol *s, const char *line)
{
	struct trade *t;

	s->trade = grow(s->trade, s->trades, &s->trades_size, sizeof(*t));
	t = &s->trade[s->trades++];
	memset(t, 0, sizeof(*t));
	t->id = integer(member(line, "t"), -1);
	t->price = amount(member(line, "p"), NULL);
	t->qty = amount(member(line, "q"), NULL);
	t->maker = is_word(member(line, "m"), "true");
	t->time = integer(member(line, "T"), -1);
	t->none = is_word(member(line, "k"), "\"skip\"");
	t->alias = member(line, "id") ? name_number(member(line, "id")) : -1;
	s->named = s->named || t->alias >= 0;
	t->fills = t->id == s->fills_last ? s->fills : 0;
	if (t->id != s->trade[0].id + (int64_t)s->trades - 1) {
		printf("ledger: trade ids of %s are not contiguous\n", s->name);
		exit(2);
	}
}

static void
ledger_diff(struct symbol *s, const char *line)
{
	struct diff *d;
	int levels;

	s->diff = grow(s->diff, s->diffs, &s->diffs_size, sizeof(*d));
	d = &s->diff[s->diffs++];
	d->first = integer(member(line, "U"), -1);
	d->last = integer(member(line, "u"), -1);
	d->shown_first = integer(member(line, "V"), d->first);
	d->shown_last = integer(member(line, "v"), d->last);
	if (d->shown_last < (s->diffs > 1 ? d[-1].shown_last : s->true_shown))
		s->restarts = true;
	d->levels = all.levels;
	d->bids = ledger_levels(member(line, "b"));
	levels = d->bids + ledger_levels(member(line, "a"));
	if (d->last - d->first + 1 != levels) {
		printf("ledger: diff %lld of %s has %d levels\n",
		    (long long)d->first, s->name, levels);
		exit(2);
	}
}

/* The trade to come is several fills. */
static void
ledger_fills(struct symbol *s, const char *line)
{
	s->fills_last = integer(member(line, "t"), -1);
	s->fills = (int)integer(member(line, "n"), 0);
}

static void
ledger_fact(struct symbol *s, const char *line)
{
	struct fact *f;

	s->fact = grow(s->fact, s->facts, &s->facts_size, sizeof(*f));
	f = &s->fact[s->facts++];
	f->kind = member(line, "k")[1];
	f->sell = is_word(member(line, "sell"), "true");
	f->time = integer(member(line, "T"), -1);
	f->price = amount(member(line, "p"), NULL);
	f->average = amount(member(line, "a"), NULL);
	f->qty = amount(member(line, f->kind == 'f' ? "r" : "q"), NULL);
}

static const struct {
	const char *kind;
	void (*take)(struct symbol *s, const char *line);
} ledger_kinds[] = {
	{ "\"trade\"", ledger_trade },
	{ "\"depth\"", ledger_diff },
	{ "\"skip\"", ledger_trade },
	{ "\"fills\"", ledger_fills },
	{ "\"book\"", ledger_book },
	{ "\"liq\"", ledger_fact },
	{ "\"oi\"", ledger_fact },
	{ "\"funding\"", ledger_fact },
};

static void
ledger_line(const char *line)
{
	const char *kind = member(line, "k");
	struct symbol *s;

	for (size_t i = 0; i < sizeof(ledger_kinds) / sizeof(*ledger_kinds);
	     i++) {
		if (!is_word(kind, ledger_kinds[i].kind))
			continue;
		s = find_symbol(all.reading, member(line, "s"), true);
		if (s)
			ledger_kinds[i].take(s, line);
		return;
	}
}

static void
record_line(const char *line)
{
	const char *tab = strchr(line, '\t');

	if (tab)
		line = tab + 1;
	if (member(line, "trade_id"))
		take_trade(line);
	else if (member(line, "update_type"))
		take_book(line);
	else if (member(line, "data_type"))
		take_gap(line);
	else if (member(line, "is_closed"))
		n.klines++;
	else if (member(line, "last_price"))
		n.tickers++;
	else if (member(line, "connection"))
		n.events++;
	else if (member(line, "funding_rate"))
		take_fact(line, 'f', &n.fundings);
	else if (member(line, "open_interest"))
		take_fact(line, 'o', &n.interests);
	else if (member(line, "value"))
		take_fact(line, 'l', &n.liquidations);
	else
		n.others++;
}

static void
read_lines(const char *path, void (*take)(const char *))
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!f) {
		perror(path);
		exit(2);
	}
	while ((len = getline(&line, &size, f)) > 0) {
		/* The last line may still be being written. */
		if (line[len - 1] == '\n')
			take(line);
	}
	free(line);
	if (f != stdin)
		fclose(f);
}

/* The name of the venue whose ledger this is, which may be ""; false: it is no
 * ledger. */
static bool
read_head(const char *path, char *name)
{
	FILE *f = strcmp(path, "-") == 0 ? NULL : fopen(path, "r");
	char line[256] = "";
	const char *at;

	*name = '\0';
	if (!f)
		return false;
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	at = member(line, "name");
	if (is_word(line, "{\"k\":\"venue\"") && at)
		snprintf(name, NAME_BYTES, "%.*s", (int)strcspn(at + 1, "\""),
		    at + 1);
	return is_word(line, "{\"k\":");
}

static void
read_ledger(const char *path, const char *name)
{
	struct venue *v;

	if (all.venues == VENUES_MAX)
		exit(2);
	all.reading = all.venues++;
	v = &all.venue[all.reading];
	snprintf(v->name, sizeof(v->name), "%s", name);
	if (strcmp(name, "okx") == 0)
		v->window = OKX_WINDOW;
	read_lines(path, ledger_line);
}

/* The ledgers, then the records, in the order they are named; name is the
 * venue of the first one, if that was said. */
static void
read_files(int count, char **path, const char *name)
{
	char own[NAME_BYTES];
	bool *ledger = calloc((size_t)count, sizeof(*ledger));

	for (int i = 0; i < count; i++) {
		if (strcmp(path[i], "--venue") == 0 && i + 1 < count) {
			ledger[i] = ledger[i + 1] = true;
			name = path[++i];
			continue;
		}
		/* One that has nothing in it yet may come first. */
		if (!read_head(path[i], own) && all.venues > 0 && !name)
			continue;
		ledger[i] = true;
		read_ledger(path[i], name ? name : own);
		name = NULL;
	}
	for (int i = 0; i < count; i++)
		if (!ledger[i])
			read_lines(path[i], record_line);
	free(ledger);
}

#define P(name, value) printf(name "=%llu ", (unsigned long long)(value))

static bool
report(void)
{
	bool excused = opt.journal && n.journal_gaps;
	bool good = n.trades + n.checked > 0 && !n.duplicated && !n.disorder &&
		    !n.wrong && !n.unknown && !n.books_wrong && !n.behind &&
		    !n.facts_wrong && !n.others;

	if (!excused && (n.missing || n.broken || n.journal_gaps))
		good = false;
	P("trades", n.trades);
	P("missing", n.missing);
	P("duplicated", n.duplicated);
	P("disorder", n.disorder);
	P("gaps", n.gaps);
	P("books_checked", n.checked);
	P("books_wrong", n.books_wrong);
	P("wrong", n.wrong);
	P("unknown", n.unknown);
	P("excused", n.excused);
	P("repeated", n.repeated);
	P("backfilled", n.backfilled);
	P("journal_gaps", n.journal_gaps);
	P("healed", n.healed);
	P("snapshots", n.snapshots);
	P("deltas", n.deltas);
	P("invalid", n.invalid);
	P("unknown_deltas", n.unknown_deltas);
	P("old", n.old);
	P("broken", n.broken);
	P("skipped", n.skipped);
	P("crossed", n.crossed);
	P("behind", n.behind);
	P("klines", n.klines);
	P("tickers", n.tickers);
	P("events", n.events);
	P("liquidations", n.liquidations);
	P("interests", n.interests);
	P("fundings", n.fundings);
	P("facts_wrong", n.facts_wrong);
	P("others", n.others);
	puts(good ? "good" : "BAD");
	return good;
}

int
main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "venue", required_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *venue = NULL;
	int o;

	/* Later ones stand between the files. */
	while ((o = getopt_long(argc, argv, "+l:v:trcn", words, NULL)) != -1) {
		switch (o) {
		case 'V':
			venue = optarg;
			break;
		case 'l':
			opt.levels = atoi(optarg);
			break;
		case 'v':
			opt.faults = atol(optarg);
			break;
		case 't':
			opt.tail = true;
			break;
		case 'n':
			opt.trades_only = true;
			break;
		case 'r':
			opt.repeats = true;
			break;
		case 'c':
			opt.journal = true;
			break;
		default:
			return 64;
		}
	}
	if (argc - optind < 2) {
		fputs("usage: verify [-trcn] [-l N] [-v N] [--venue NAME] "
		      "LEDGER... RECORDS...\n",
		    stderr);
		return 64;
	}
	all.symbol = calloc(SYMBOLS_MAX, sizeof(*all.symbol));
	read_files(argc - optind, argv + optind, venue);
	for (int i = 0; i < all.symbols; i++) {
		count_missing(&all.symbol[i]);
		check_tail(&all.symbol[i]);
	}
	return report() ? 0 : 1;
}
