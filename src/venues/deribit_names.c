#include "venues/deribit.h"

enum {
	/* BTC-USD-270326-100000-C */
	PARTS_MAX = 5,
	MONTHS = 12,
};

/* Section 6 of the venue document. */
enum form {
	FORM_OTHER,
	FORM_SPOT,
	FORM_PERPETUAL,
	FORM_FUTURE,
	FORM_OPTION,
	FORM_COMBO,
};

struct date {
	unsigned day;
	unsigned month;
	unsigned year;
};

struct name {
	enum form form;
	struct span base;
	/* SPAN_NULL: dollars, and settled in the base currency. */
	struct span quote;
	struct date date;
	struct span strike;
	struct span right;
};

static const char months[MONTHS][4] = { "JAN", "FEB", "MAR", "APR", "MAY",
	"JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC" };

struct parts {
	struct span at[PARTS_MAX];
	unsigned count;
};

/* At each dash; what is behind the last part that fits stays in it. */
static struct parts
split(struct span text)
{
	struct parts p = { .count = 1 };

	p.at[0] = (struct span){ text.at, 0 };
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '-' && p.count < PARTS_MAX)
			p.at[p.count++] = (struct span){ text.at + i + 1, 0 };
		else
			p.at[p.count - 1].len++;
	}
	return p;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static unsigned
two_digits(const char *at)
{
	return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool
all_digits(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(at[i]))
			return false;
	}
	return true;
}

/* 1 to 12, or 0. */
static unsigned
month_of(const char *at)
{
	for (unsigned i = 0; i < MONTHS; i++) {
		if (deribit_is((struct span){ at, 3 }, months[i], 3))
			return i + 1;
	}
	return 0;
}

/* 27JUN25, 4OCT26 */
static bool
read_native_date(struct span text, struct date *d)
{
	size_t day = text.len - 5;

	if (text.len != 6 && text.len != 7)
		return false;
	if (!all_digits(text.at, day) || text.at[0] == '0' ||
	    !all_digits(text.at + day + 3, 2))
		return false;
	d->day = day == 1 ? (unsigned)(text.at[0] - '0') : two_digits(text.at);
	d->month = month_of(text.at + day);
	d->year = two_digits(text.at + day + 3);
	return d->month != 0 && d->day <= 31;
}

/* 250627 */
static bool
read_unified_date(struct span text, struct date *d)
{
	if (text.len != 6 || !all_digits(text.at, 6))
		return false;
	d->year = two_digits(text.at);
	d->month = two_digits(text.at + 2);
	d->day = two_digits(text.at + 4);
	return d->month >= 1 && d->month <= MONTHS && d->day >= 1 &&
	       d->day <= 31;
}

/* Digits with at most one point, however it is written. */
static bool
is_strike(struct span text, char point)
{
	unsigned points = 0;

	if (text.len == 0 || !is_digit(text.at[0]) ||
	    !is_digit(text.at[text.len - 1]))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == point)
			points++;
		else if (!is_digit(text.at[i]))
			return false;
	}
	return points <= 1;
}

static bool
is_right(struct span text)
{
	return DERIBIT_IS(text, "C") || DERIBIT_IS(text, "P");
}

/* BTC or BTC_USDC */
static bool
read_pair(struct span text, struct name *n)
{
	const char *mark = NULL;

	for (size_t i = 0; i < text.len && mark == NULL; i++) {
		if (text.at[i] == '_')
			mark = text.at + i;
	}
	n->base = text;
	n->quote = SPAN_NULL;
	if (mark != NULL) {
		n->base.len = (size_t)(mark - text.at);
		n->quote.at = mark + 1;
		n->quote.len = text.len - n->base.len - 1;
	}
	for (size_t i = 0; i < n->quote.len; i++) {
		if (n->quote.at[i] == '_')
			return false;
	}
	return n->base.len > 0 && (mark == NULL || n->quote.len > 0);
}

/* Would its unified name be another one's? */
static bool
is_twin(const struct name *n)
{
	struct date d;

	if (n->form != FORM_SPOT)
		return DERIBIT_IS(n->quote, "USD");
	return DERIBIT_IS(n->quote, "PERPETUAL") ||
	       read_native_date(n->quote, &d);
}

static struct name
read_native(struct span native)
{
	struct parts p = split(native);
	struct name n = { .form = FORM_OTHER };

	if (!read_pair(p.at[0], &n))
		return n;
	if (p.count == 1 && n.quote.at != NULL)
		n.form = FORM_SPOT;
	else if (p.count == 2 && DERIBIT_IS(p.at[1], "PERPETUAL"))
		n.form = FORM_PERPETUAL;
	else if (p.count == 2 && read_native_date(p.at[1], &n.date))
		n.form = FORM_FUTURE;
	else if (p.count == 4 && read_native_date(p.at[1], &n.date) &&
		 is_strike(p.at[2], 'd') && is_right(p.at[3]))
		n.form = FORM_OPTION;
	else if (p.count > 2)
		n.form = FORM_COMBO;
	if (is_twin(&n))
		n.form = FORM_OTHER;
	n.strike = p.at[2];
	n.right = p.at[3];
	/* BTC-FS-27JUN25_PERP: a spread of two futures. */
	if (n.form == FORM_COMBO)
		n.strike = p.at[1];
	return n;
}

/* USD-PERP, USD-261004, USD-261004-100000-C; the base is in front. */
static enum form
unified_form(const struct parts *p, struct date *d)
{
	struct date native;

	switch (p->count) {
	case 2:
		if (!DERIBIT_IS(p->at[1], "PERPETUAL") &&
		    !read_native_date(p->at[1], &native))
			return FORM_SPOT;
		break;
	case 3:
		if (DERIBIT_IS(p->at[2], "PERP"))
			return FORM_PERPETUAL;
		if (read_unified_date(p->at[2], d))
			return FORM_FUTURE;
		break;
	case 5:
		if (read_unified_date(p->at[2], d) &&
		    is_strike(p->at[3], '.') && is_right(p->at[4]))
			return FORM_OPTION;
		break;
	default:
		break;
	}
	return FORM_OTHER;
}

static struct name
read_unified(struct span unified)
{
	struct parts p = split(unified);
	struct name n = { .base = p.at[0],
		.quote = p.at[1],
		.strike = p.at[3],
		.right = p.at[4] };

	for (size_t i = 0; i < unified.len; i++) {
		/* Only native names have one. */
		if (unified.at[i] == '_')
			return n;
	}
	if (n.base.len > 0 && n.quote.len > 0)
		n.form = unified_form(&p, &n.date);
	return n;
}

static void
put_strike(struct span strike, char from, char to, struct out *o)
{
	for (size_t i = 0; i < strike.len; i++)
		out_char(o, strike.at[i] == from ? to : strike.at[i]);
}

static void
put_native_date(const struct date *d, struct out *o)
{
	out_u64(o, d->day);
	out_text(o, months[d->month - 1]);
	out_pad(o, d->year, 2);
}

static void
put_unified_date(const struct date *d, struct out *o)
{
	out_pad(o, d->year, 2);
	out_pad(o, d->month, 2);
	out_pad(o, d->day, 2);
}

void
deribit_native(struct span unified, struct out *o)
{
	struct name n = read_unified(unified);

	if (n.form == FORM_OTHER) {
		out_span(o, unified);
		return;
	}
	out_span(o, n.base);
	if (n.form == FORM_SPOT || !DERIBIT_IS(n.quote, "USD")) {
		out_char(o, '_');
		out_span(o, n.quote);
	}
	if (n.form == FORM_PERPETUAL)
		OUT_LITERAL(o, "-PERPETUAL");
	if (n.form == FORM_FUTURE || n.form == FORM_OPTION) {
		out_char(o, '-');
		put_native_date(&n.date, o);
	}
	if (n.form == FORM_OPTION) {
		out_char(o, '-');
		put_strike(n.strike, '.', 'd', o);
		out_char(o, '-');
		out_span(o, n.right);
	}
}

void
deribit_unified(struct span native, struct out *o)
{
	struct name n = read_native(native);

	if (n.form == FORM_OTHER || n.form == FORM_COMBO) {
		out_span(o, native);
		return;
	}
	out_span(o, n.base);
	out_char(o, '-');
	if (n.quote.at == NULL)
		OUT_LITERAL(o, "USD");
	else
		out_span(o, n.quote);
	if (n.form == FORM_PERPETUAL)
		OUT_LITERAL(o, "-PERP");
	if (n.form == FORM_FUTURE || n.form == FORM_OPTION) {
		out_char(o, '-');
		put_unified_date(&n.date, o);
	}
	if (n.form == FORM_OPTION) {
		out_char(o, '-');
		put_strike(n.strike, 'd', '.', o);
		out_char(o, '-');
		out_span(o, n.right);
	}
}

/* Is its amount money (5.4)?  A spread of two such futures is like them. */
static bool
counts_money(const struct name *n)
{
	if (n->quote.at != NULL)
		return false;
	return n->form == FORM_PERPETUAL || n->form == FORM_FUTURE ||
	       (n->form == FORM_COMBO && DERIBIT_IS(n->strike, "FS"));
}

void
deribit_describe(struct symbol *s)
{
	static const struct {
		uint8_t market;
		char kind[12];
	} forms[] = {
		[FORM_OTHER] = { MARKET_PERPETUAL, "" },
		[FORM_SPOT] = { MARKET_SPOT, "spot" },
		[FORM_PERPETUAL] = { MARKET_PERPETUAL, "perpetual" },
		[FORM_FUTURE] = { MARKET_FUTURES, "future" },
		[FORM_OPTION] = { MARKET_OPTIONS, "option" },
		[FORM_COMBO] = { MARKET_FUTURES, "combo" },
	};
	struct name n = read_native(symbol_native(s));

	s->market = forms[n.form].market;
	s->unit = counts_money(&n) ? UNIT_QUOTE : UNIT_BASE;
	s->inverse = n.quote.at == NULL && n.form != FORM_OTHER;
	memcpy(s->kind, forms[n.form].kind, sizeof(forms[n.form].kind));
}
