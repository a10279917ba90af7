#include "venues/instruments.h"

#include "venues/instrument_parts.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
	/* BTC-USD-261225-100000-C */
	PARTS = 5,
	/* EVENTS, MARGIN (a view of spot pairs), and what comes later. */
	NOT_OURS = MARKET_COUNT,
};

static const struct row_word markets[] = {
	{ "SPOT", MARKET_SPOT },
	{ "SWAP", MARKET_PERPETUAL },
	{ "FUTURES", MARKET_FUTURES },
	{ "OPTION", MARKET_OPTIONS },
};

/* post_only is the last step of a rename: it has a book, and trades soon. */
static const struct row_word states[] = {
	{ "live", INSTRUMENT_LIVE },
	{ "post_only", INSTRUMENT_LIVE },
	{ "preopen", INSTRUMENT_PREOPEN },
	{ "expired", INSTRUMENT_GONE },
};

/* The native name between its dashes. */
struct parts {
	struct span at[PARTS];
	unsigned count;
};

static struct parts
cut_name(struct span name)
{
	struct parts p = { .count = 0 };

	while (p.count < PARTS) {
		p.at[p.count] = span_word(&name, "-");
		if (p.at[p.count].at == NULL)
			break;
		p.count++;
	}
	return p;
}

/* USD_UM and USD_UM_XPERP are settled differently, but quoted in USD. */
static struct span
before_underscore(struct span s)
{
	const char *end = s.len > 0 ? memchr(s.at, '_', s.len) : NULL;

	if (end != NULL)
		s.len = (size_t)(end - s.at);
	return s;
}

static enum err
set_pair(struct instrument *i, struct span pair)
{
	struct parts p = cut_name(pair);
	enum err e;

	if (p.count < 2)
		return ERR_MISSING;
	e = instrument_name(i->base, ASSET_MAX, p.at[0]);
	return e == ERR_OK ? instrument_name(i->quote, ASSET_MAX,
				 before_underscore(p.at[1]))
			   : e;
}

/*
 * Spot rows name base and quote, the others the pair that they follow (uly).
 * Rows of announced instruments may have neither.
 */
static enum err
read_pair(const struct json *j, int object, struct instrument *i)
{
	struct span uly = row_text(j, object, "uly");
	enum err e;

	e = row_maybe_name(j, object, "baseCcy", i->base, ASSET_MAX);
	if (e == ERR_OK)
		e = row_maybe_name(j, object, "quoteCcy", i->quote, ASSET_MAX);
	if (e != ERR_OK || (i->base[0] != '\0' && i->quote[0] != '\0'))
		return e;
	if (i->market != MARKET_SPOT && uly.at == NULL)
		uly = row_text(j, object, "instFamily");
	if (i->market != MARKET_SPOT && uly.at != NULL)
		return set_pair(i, uly);
	i->guessed = true;
	return set_pair(i, span_of(i->native));
}

static enum err
read_values(const struct json *j, int object, struct instrument *i)
{
	char room[DEC_TEXT_MAX];
	struct dec value, multiplier;
	enum err e = row_dec(j, object, "ctVal", &value);

	if (e == ERR_OK)
		e = row_dec(j, object, "ctMult", &multiplier);
	if (e == ERR_OK)
		e = row_dec(j, object, "stk", &i->strike);
	if (e != ERR_OK)
		return e;
	if (multiplier.kind == DEC_NULL)
		multiplier = dec_make(1, 0);
	e = dec_mul(&value, &multiplier, room, &i->contract_value);
	if (e == ERR_OK && i->contract_value.kind == DEC_TEXT)
		e = ERR_RANGE;
	if (e != ERR_OK)
		i->contract_value = DEC_NONE;
	return e;
}

/* FUTURES by instType, but with a funding rate and a nominal expiry. */
static void
know_xperp(const struct json *j, int object, struct instrument *i)
{
	struct span rule = row_text(j, object, "ruleType");
	bool named = text_has(span_of(i->native), "_XPERP-");

	if (i->market != MARKET_FUTURES || !(span_is(rule, "xperp") || named))
		return;
	i->market = MARKET_PERPETUAL;
	instrument_word(i->kind, KIND_MAX, SPAN("xperp"));
	i->guessed |= !span_is(rule, "xperp");
}

/* Of an announced row: what its name alone says. */
static enum err
guess_date(struct instrument *i, const struct parts *p)
{
	if (i->market == MARKET_SPOT || i->market == MARKET_PERPETUAL ||
	    i->expiry_ns != TIME_NULL)
		return ERR_OK;
	if (p->count < 3)
		return ERR_MISSING;
	i->guessed = true;
	return read_day(p->at[2], &i->expiry_ns);
}

static enum err
read_option(const struct json *j, int object, struct instrument *i,
    const struct parts *p)
{
	struct span right = row_text(j, object, "optType");
	enum err e = ERR_OK;

	if (i->market != MARKET_OPTIONS)
		return ERR_OK;
	if (i->strike.kind == DEC_NULL || right.at == NULL) {
		if (p->count < PARTS)
			return ERR_MISSING;
		i->guessed = true;
		right = p->at[4];
		e = dec_parse(p->at[3], &i->strike);
	}
	if (e == ERR_OK && (i->strike.kind != DEC_NUMBER || right.len == 0))
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		return e;
	i->right = right.at[0];
	return i->right == 'C' || i->right == 'P' ? ERR_OK : ERR_SYNTAX;
}

static enum err
read_fields(const struct json *j, int object, struct instrument *i)
{
	enum err e = row_name(j, object, "instId", i->native, SYMBOL_MAX);

	if (e == ERR_OK)
		e = read_pair(j, object, i);
	if (e == ERR_OK)
		e = row_maybe_name(
		    j, object, "settleCcy", i->settle, ASSET_MAX);
	if (e == ERR_OK)
		e = row_time(j, object, "expTime", &i->expiry_ns);
	if (e == ERR_OK)
		e = row_time(j, object, "listTime", &i->listed_ns);
	if (e == ERR_OK)
		e = read_values(j, object, i);
	return e;
}

static bool
is_inverse(const struct json *j, int object, const struct instrument *i)
{
	struct span type = row_text(j, object, "ctType");

	/* Options do not say it. */
	if (type.at == NULL)
		return i->settle[0] != '\0' && strcmp(i->settle, i->base) == 0;
	return span_is(type, "inverse");
}

enum err
okx_instrument(const struct json *j, int object, struct instrument *i)
{
	int type =
	    row_means(j, object, "instType", markets, COUNT(markets), NOT_OURS);
	struct parts p;
	enum err e;

	instrument_init(i);
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	if (type == NOT_OURS)
		return row_text(j, object, "instType").at ? ERR_UNSUPPORTED
							  : ERR_MISSING;
	i->market = (enum market_type)type;
	e = read_fields(j, object, i);
	if (e != ERR_OK)
		return e;
	instrument_word(i->kind, KIND_MAX, row_text(j, object, "instType"));
	know_xperp(j, object, i);
	if (i->market == MARKET_SPOT)
		i->contract_value = dec_make(1, 0);
	i->inverse = is_inverse(j, object, i);
	i->status = (enum instrument_state)row_means(
	    j, object, "state", states, COUNT(states), INSTRUMENT_HALTED);
	p = cut_name(span_of(i->native));
	e = guess_date(i, &p);
	if (e == ERR_OK)
		e = read_option(j, object, i, &p);
	return e == ERR_OK ? instrument_unify(i) : e;
}
