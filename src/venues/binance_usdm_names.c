#include "venues/binance.h"

#include <string.h>

/*
 * BTCUSDT is a perpetual; BTCUSDT_270326 is delivered that day; with a tail and
 * the quote USD it is one of COIN-M: BTCUSD_PERP, BTCUSD_261225 (6).
 */
struct name {
	struct span base;
	struct span quote;
	/* Null, "PERP" or six digits. */
	struct span tail;
};

enum {
	DATE_LEN = 6,
};

/*
 * Only the fallback: the instrument list knows better (exchangeInfo).  A
 * perpetual of USD-M has none that ends with another; with a tail BUSD is not
 * looked for, because BNBUSD_PERP is BNB in USD.
 */
static const char *const perpetual_quotes[] = { "USDT", "USDC", "BUSD", "BTC",
	NULL };
static const char *const dated_quotes[] = { "USDT", "USDC", "USD", NULL };
static const char *const coin_quotes[] = { "USD", NULL };

static struct span
asset_of(struct span base)
{
	const struct binance_scaled *s = binance_usdm_scaled(base);

	return s == NULL ? base : s->asset;
}

static struct span
base_of(struct span asset)
{
	const struct binance_scaled *s = binance_usdm_scaled_asset(asset);

	return s == NULL ? asset : s->base;
}

static bool
is_date(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
	}
	return s.len == DATE_LEN;
}

/* Cut off what stands behind the last `mark`; null when there is none. */
static struct span
cut_tail(struct span *s, char mark)
{
	for (size_t i = s->len; i-- > 0;) {
		if (s->at[i] == mark) {
			struct span tail = { s->at + i + 1, s->len - i - 1 };

			s->len = i;
			return tail;
		}
	}
	return SPAN_NULL;
}

/* Does the pair end with one of these quotes? */
static bool
split_pair(struct span pair, const char *const *quotes, struct name *n)
{
	for (; *quotes != NULL; quotes++) {
		struct span quote = span_of(*quotes);
		size_t base = pair.len - quote.len;

		if (pair.len <= quote.len ||
		    memcmp(pair.at + base, quote.at, quote.len) != 0)
			continue;
		n->base = (struct span){ pair.at, base };
		n->quote = (struct span){ pair.at + base, quote.len };
		return true;
	}
	return false;
}

/* false: the name is none of the forms known. */
static bool
read_native(struct span native, struct name *n)
{
	n->tail = cut_tail(&native, '_');
	if (n->tail.at == NULL)
		return split_pair(native, perpetual_quotes, n);
	if (span_is(n->tail, "PERP"))
		return split_pair(native, coin_quotes, n);
	return is_date(n->tail) && split_pair(native, dated_quotes, n);
}

void
binance_usdm_unified(struct span native, struct out *o)
{
	struct name n;

	if (!read_native(native, &n)) {
		out_span(o, native);
		return;
	}
	out_span(o, span_is(n.quote, "USD") ? n.base : asset_of(n.base));
	out_char(o, '-');
	out_span(o, n.quote);
	out_char(o, '-');
	if (n.tail.at == NULL)
		OUT_LITERAL(o, "PERP");
	else
		out_span(o, n.tail);
}

/* Its last part says what it is; without one it is a perpetual, the market of
 * this venue. */
static bool
read_unified(struct span unified, struct name *n)
{
	struct span last = cut_tail(&unified, '-');

	n->tail = SPAN("PERP");
	if (span_is(last, "PERP") || is_date(last)) {
		n->tail = last;
		last = cut_tail(&unified, '-');
	}
	n->quote = last;
	n->base = unified;
	return last.at != NULL;
}

void
binance_usdm_native(struct span unified, struct out *o)
{
	struct name n;
	bool coin;

	if (!read_unified(unified, &n)) {
		out_span(o, unified);
		return;
	}
	coin = span_is(n.quote, "USD");
	out_span(o, coin ? n.base : base_of(n.base));
	out_span(o, n.quote);
	if (coin || is_date(n.tail)) {
		out_char(o, '_');
		out_span(o, n.tail);
	}
}

/* The venue's words for a dated contract (CURRENT_QUARTER, NEXT_QUARTER) are
 * not in its name, and a tail of another form says nothing. */
void
binance_usdm_describe(struct symbol *s)
{
	static const char perpetual[] = "PERPETUAL";
	struct name n;
	bool known = read_native(symbol_native(s), &n);

	s->market =
	    known && is_date(n.tail) ? MARKET_FUTURES : MARKET_PERPETUAL;
	s->inverse = known && span_is(n.quote, "USD");
	s->unit = s->inverse ? UNIT_CONTRACTS : UNIT_BASE;
	s->kind[0] = '\0';
	if (n.tail.at == NULL || span_is(n.tail, "PERP"))
		memcpy(s->kind, perpetual, sizeof(perpetual));
}
