#include "venues/lists.h"

#include "codec/url.h"

enum {
	/* 2.5, 3.5 */
	SPOT_WEIGHT = 20,
	USDM_WEIGHT = 1,
	/* 4.3.8: 20 in 2 s for each type. */
	OKX_WEIGHT = 1,
	OKX_GAP_MS = 200,
	/* 5.2: one a second, and some in a burst.  As much as 20 others. */
	DERIBIT_WEIGHT = 20,
	DERIBIT_GAP_MS = 2000,
	/* Parts of an option's name. */
	PARTS = 5,
};

/* --- Binance -------------------------------------------------------------- */

/*
 * Those that are not traded are asked for too: a symbol that was delisted is
 * then told from one that never was.  The sets of permissions are more than
 * half of the answer.
 */
static void
spot_call(
    unsigned i, struct span family, struct out *path, struct venue_call *call)
{
	(void)i;
	(void)family;
	call->weight = SPOT_WEIGHT;
	OUT_LITERAL(path, "/api/v3/exchangeInfo?showPermissionSets=false");
}

static const struct venue_lists binance_spot = {
	.count = 1,
	.call = spot_call,
	.path = "symbols",
	.row = binance_spot_instrument,
	.live = "TRADING",
};

static void
usdm_call(
    unsigned i, struct span family, struct out *path, struct venue_call *call)
{
	(void)i;
	(void)family;
	call->weight = USDM_WEIGHT;
	OUT_LITERAL(path, "/fapi/v1/exchangeInfo");
}

/* COIN-M has its list at another host (3.1); its streams are here. */
static bool
usdm_unlisted(const struct symbol *s)
{
	return s->inverse;
}

static const struct venue_lists binance_usdm = {
	.count = 1,
	.call = usdm_call,
	.unlisted = usdm_unlisted,
	.path = "symbols",
	.row = binance_usdm_instrument,
	.live = "TRADING",
};

/* --- names of options ----------------------------------------------------- */

struct parts {
	struct span at[PARTS];
	unsigned count;
};

static bool
has_star(struct span s)
{
	return s.len > 0 && memchr(s.at, '*', s.len) != NULL;
}

/*
 * BTC-USD-261225-100000-C, or a pattern of such: BTC-USD-*-C.  A word without
 * an asset before its first star means no options, which are too many to be
 * meant by chance; nor does one with what settles it behind a colon.
 */
static struct parts
cut_option(struct span word)
{
	struct parts p = { .count = 0 };
	struct span rest = word;

	while (p.count < PARTS) {
		p.at[p.count] = span_word(&rest, "-");
		if (p.at[p.count].at == NULL)
			break;
		p.count++;
	}
	if (word.len == 0 || memchr(word.at, ':', word.len) != NULL ||
	    p.count < 3 || has_star(p.at[0]))
		p.count = 0;
	return p;
}

/* C, P, or what may be both. */
static bool
is_right(struct span s)
{
	return span_is(s, "C") || span_is(s, "P") || has_star(s);
}

/* --- OKX ------------------------------------------------------------------ */

static const char *const okx_types[] = { "SPOT", "SWAP", "FUTURES", "OPTION" };

enum {
	OKX_LISTS = 3,
};

static void
okx_call(
    unsigned i, struct span family, struct out *path, struct venue_call *call)
{
	call->weight = OKX_WEIGHT;
	call->gap_ms = OKX_GAP_MS;
	OUT_LITERAL(path, "/api/v5/public/instruments?instType=");
	out_text(path, okx_types[i < OKX_LISTS ? i : OKX_LISTS]);
	if (i < OKX_LISTS)
		return;
	OUT_LITERAL(path, "&instFamily=");
	url_encode(path, family);
}

static bool
okx_family(struct span word, struct out *family)
{
	struct parts p = cut_option(word);

	if (p.count < 4 || has_star(p.at[1]) || !is_right(p.at[p.count - 1]))
		return false;
	out_span(family, p.at[0]);
	out_char(family, '-');
	out_span(family, p.at[1]);
	return true;
}

static const struct venue_lists okx = {
	.count = OKX_LISTS,
	.call = okx_call,
	.family = okx_family,
	.path = "data",
	.row = okx_instrument,
	/* 4.4 */
	.limited = "50011",
	.live = "live post_only",
};

/* --- Deribit -------------------------------------------------------------- */

static const char *const deribit_kinds[] = { "future", "spot", "option" };

enum {
	DERIBIT_LISTS = 2,
};

static void
deribit_call(
    unsigned i, struct span family, struct out *path, struct venue_call *call)
{
	(void)family;
	call->weight = DERIBIT_WEIGHT;
	call->gap_ms = DERIBIT_GAP_MS;
	OUT_LITERAL(path, "/api/v2/public/get_instruments?currency=any&kind=");
	out_text(path, deribit_kinds[i < DERIBIT_LISTS ? i : DERIBIT_LISTS]);
	OUT_LITERAL(path, "&expired=false");
}

/* Native names have a part less: BTC-27JUN25-100000-C; BTC-USD-* means futures.
 */
static bool
deribit_family(struct span word, struct out *family)
{
	struct parts p = cut_option(word);
	struct span last = p.count == 0 ? SPAN_NULL : p.at[p.count - 1];

	if (p.count < 3 || !is_right(last) || (p.count == 3 && has_star(last)))
		return false;
	out_text(family, "any");
	return true;
}

/* Combos are made of contracts, and are not looked for. */
static bool
deribit_unlisted(const struct symbol *s)
{
	return strcmp(s->kind, "combo") == 0;
}

static const struct venue_lists deribit = {
	.count = DERIBIT_LISTS,
	.call = deribit_call,
	.family = deribit_family,
	.unlisted = deribit_unlisted,
	.path = "result",
	.row = deribit_instrument,
	.live = "open started",
};

/* clang-format off */
#define VENUE(id, name, exchange, market, doc) [VENUE_##id] = &id,
const struct venue_lists *const venue_lists[VENUE_COUNT] = {
#include "tables/venues.def"
};
#undef VENUE
/* clang-format on */
