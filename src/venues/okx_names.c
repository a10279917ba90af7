#include "venues/okx.h"

#include <string.h>

/*
 * What a native name is made of (section 6):
 *
 *   BTC-USDT                      pair
 *   BTC-USDT-SWAP                 perpetual
 *   BTC-USD_UM-SWAP               perpetual of another family of the pair
 *   BTC-USD_UM_XPERP-310404       perpetual with a nominal expiry
 *   BTC-USDT-261225               future
 *   BTC-USD-261225-100000-C       option
 *
 * A unified name has the quote alone (USD) and PERP for what does not expire.
 * Two families may share a pair, and what a name leaves out must not make two
 * instruments one: what was cut off the quote stands behind a colon, as the
 * settlement of an ambiguous name does.
 *
 *   BTC-USD-PERP:USD_UM
 *   BTC-USD-PERP:USD_UM_XPERP-310404
 *   BTC-USD-261225:USD_UM
 */
struct parts {
	struct span base;
	/* "USD_UM" */
	struct span family;
	/* What follows, without the dash in front; empty for a pair. */
	struct span rest;
	/* "USD" */
	struct span quote;
	bool xperp;
};

static const char xperp[] = "_XPERP";

/* Cut up to the separator off *rest; the separator goes too. */
static struct span
cut(struct span *rest, char separator)
{
	struct span head = *rest;

	for (head.len = 0; head.len < rest->len; head.len++) {
		if (rest->at[head.len] == separator)
			break;
	}
	rest->at += head.len;
	rest->len -= head.len;
	if (rest->len > 0) {
		rest->at++;
		rest->len--;
	}
	return head;
}

static void
split(struct span native, struct parts *p)
{
	struct span family;

	p->rest = native;
	p->base = cut(&p->rest, '-');
	p->family = cut(&p->rest, '-');
	family = p->family;
	p->quote = cut(&family, '_');
	p->xperp = span_ends(p->family, xperp);
}

void
okx_unified(struct span native, struct out *o)
{
	struct parts p;

	split(native, &p);
	out_span(o, p.base);
	if (p.quote.len == 0)
		return;
	out_char(o, '-');
	out_span(o, p.quote);
	if (p.xperp || span_is(p.rest, "SWAP")) {
		OUT_LITERAL(o, "-PERP");
	} else if (p.rest.len > 0) {
		out_char(o, '-');
		out_span(o, p.rest);
	}
	if (p.quote.len == p.family.len)
		return;
	out_char(o, ':');
	out_span(o, p.family);
	if (p.xperp) {
		out_char(o, '-');
		out_span(o, p.rest);
	}
}

/* A native name has neither a colon nor PERP in its place. */
void
okx_native(struct span unified, struct out *o)
{
	struct span settled = unified;
	struct span plain = cut(&settled, ':');
	struct parts p;
	bool nominal;

	split(plain, &p);
	nominal = memchr(settled.at, '-', settled.len) != NULL;
	out_span(o, p.base);
	if (p.family.len == 0)
		return;
	out_char(o, '-');
	out_span(o, settled.len > 0 ? settled : p.family);
	if (p.rest.len == 0 || nominal)
		return;
	out_char(o, '-');
	if (span_is(p.rest, "PERP"))
		OUT_LITERAL(o, "SWAP");
	else
		out_span(o, p.rest);
}

static void
set_kind(struct symbol *s, const char *kind)
{
	memcpy(s->kind, kind, strlen(kind) + 1);
}

/*
 * BTC-USD is settled in BTC and counts dollars; every other family, BTC-USD_UM
 * too, is settled in its quote and counts base.  Options of BTC-USD have prices
 * in BTC and count BTC: price times quantity is their premium, as with a linear
 * contract.
 */
void
okx_describe(struct symbol *s)
{
	struct parts p;

	split(symbol_native(s), &p);
	s->unit = UNIT_CONTRACTS;
	s->inverse = span_is(p.family, "USD");
	if (p.rest.len == 0) {
		s->market = MARKET_SPOT;
		s->unit = UNIT_BASE;
		s->inverse = false;
		set_kind(s, "SPOT");
	} else if (span_is(p.rest, "SWAP")) {
		s->market = MARKET_PERPETUAL;
		set_kind(s, "SWAP");
	} else if (memchr(p.rest.at, '-', p.rest.len) != NULL) {
		s->market = MARKET_OPTIONS;
		s->inverse = false;
		set_kind(s, "OPTION");
	} else {
		/* OKX lists perpetuals with a nominal expiry as futures. */
		s->market = p.xperp ? MARKET_PERPETUAL : MARKET_FUTURES;
		set_kind(s, "FUTURES");
	}
}

bool
okx_has(const struct symbol *s, enum channel c)
{
	switch (c) {
	case CHANNEL_FUNDING:
		return s->market == MARKET_PERPETUAL;
	case CHANNEL_INTEREST:
		return s->market != MARKET_SPOT;
	case CHANNEL_LIQUIDATION:
		return s->market == MARKET_PERPETUAL ||
		       s->market == MARKET_FUTURES;
	case CHANNEL_TRADE:
	case CHANNEL_BOOK:
	case CHANNEL_KLINE:
	case CHANNEL_TICKER:
	case CHANNEL_STATUS:
		return true;
	case CHANNEL_QUOTE:
	case CHANNEL_COUNT:
		break;
	}
	return false;
}

const char *
okx_group(const struct symbol *s, enum channel c)
{
	static const char *const by_market[MARKET_COUNT] = {
		[MARKET_SPOT] = "SPOT",
		[MARKET_PERPETUAL] = "SWAP",
		[MARKET_FUTURES] = "FUTURES",
		[MARKET_OPTIONS] = "OPTION",
	};
	struct parts p;

	if ((c != CHANNEL_LIQUIDATION && c != CHANNEL_STATUS) || !okx_has(s, c))
		return NULL;
	split(symbol_native(s), &p);
	return p.xperp ? by_market[MARKET_FUTURES] : by_market[s->market];
}
