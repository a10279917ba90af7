#include "venues/instruments.h"

#include "venues/instrument_parts.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
	/* future_combo, option_combo, and what comes later. */
	NOT_OURS = MARKET_COUNT,
};

static const struct row_word kinds[] = {
	{ "spot", MARKET_SPOT },
	{ "future", MARKET_FUTURES },
	{ "option", MARKET_OPTIONS },
};

/* The words of today's documents and of the older ones. */
static const struct row_word states[] = {
	{ "open", INSTRUMENT_LIVE },
	{ "started", INSTRUMENT_LIVE },
	{ "created", INSTRUMENT_PREOPEN },
	{ "delivered", INSTRUMENT_GONE },
	{ "archivized", INSTRUMENT_GONE },
	{ "settled", INSTRUMENT_GONE },
	{ "closed", INSTRUMENT_GONE },
	{ "terminated", INSTRUMENT_GONE },
};

static const struct row_word rights[] = {
	{ "call", 'C' },
	{ "put", 'P' },
};

static enum err
copy_name(char *to, const char *from)
{
	return instrument_name(to, ASSET_MAX, span_of(from));
}

/*
 * Options settled in the coin are quoted in it (quote_currency BTC), but follow
 * the price in counter_currency.  Rows from before that member say nothing of
 * it; a name without an underscore is USD then.
 */
static enum err
read_quote(const struct json *j, int object, struct instrument *i)
{
	enum err e = row_name(j, object, "quote_currency", i->quote, ASSET_MAX);
	char counter[ASSET_MAX + 1];

	if (e != ERR_OK || i->market == MARKET_SPOT)
		return e;
	e = row_maybe_name(j, object, "counter_currency", counter, ASSET_MAX);
	if (e != ERR_OK)
		return e;
	if (counter[0] != '\0')
		return copy_name(i->quote, counter);
	if (strcmp(i->quote, i->base) != 0)
		return ERR_OK;
	i->guessed = true;
	return copy_name(i->quote, "USD");
}

/* instrument_type, future_type in older rows, and options had neither. */
static bool
is_inverse(const struct json *j, int object, const struct instrument *i)
{
	struct span type = row_text(j, object, "instrument_type");

	if (i->market == MARKET_SPOT)
		return false;
	if (type.at == NULL)
		type = row_text(j, object, "future_type");
	if (type.at != NULL)
		return span_is(type, "reversed");
	/* BTC-PERPETUAL is in USD and settled in coins, BTC_USDC-PERPETUAL
	 * linear. */
	return strchr(i->native, '_') == NULL;
}

static enum err
read_settle(const struct json *j, int object, struct instrument *i)
{
	enum err e;

	if (i->market == MARKET_SPOT)
		return ERR_OK;
	e = row_maybe_name(
	    j, object, "settlement_currency", i->settle, ASSET_MAX);
	if (e != ERR_OK || i->settle[0] != '\0')
		return e;
	return copy_name(i->settle, i->inverse ? i->base : i->quote);
}

static enum err
read_fields(const struct json *j, int object, struct instrument *i)
{
	enum err e =
	    row_name(j, object, "instrument_name", i->native, SYMBOL_MAX);

	if (e == ERR_OK)
		e = row_name(j, object, "base_currency", i->base, ASSET_MAX);
	if (e == ERR_OK)
		e = read_quote(j, object, i);
	if (e != ERR_OK)
		return e;
	i->inverse = is_inverse(j, object, i);
	e = read_settle(j, object, i);
	if (e == ERR_OK)
		e = row_time(j, object, "expiration_timestamp", &i->expiry_ns);
	if (e == ERR_OK)
		e = row_time(j, object, "creation_timestamp", &i->listed_ns);
	if (e == ERR_OK)
		e = row_dec(j, object, "contract_size", &i->contract_value);
	return e;
}

/* XRP_USDC-27JUN25-0d625-C: the name writes the point as d, the field not. */
static enum err
read_option(const struct json *j, int object, struct instrument *i)
{
	if (i->market != MARKET_OPTIONS)
		return ERR_OK;
	i->right = (char)row_means(
	    j, object, "option_type", rights, COUNT(rights), '\0');
	return row_dec(j, object, "strike", &i->strike);
}

static void
read_state(const struct json *j, int object, struct instrument *i)
{
	int active = json_member(j, object, "is_active");
	bool is_active;

	i->status = (enum instrument_state)row_means(
	    j, object, "state", states, COUNT(states), INSTRUMENT_HALTED);
	if (json_bool(j, active, &is_active) != ERR_OK)
		return;
	/* Older rows have no state; a new one may be open but not active. */
	if (row_text(j, object, "state").at == NULL && is_active)
		i->status = INSTRUMENT_LIVE;
	if (!is_active && i->status == INSTRUMENT_LIVE)
		i->status = INSTRUMENT_HALTED;
}

enum err
deribit_instrument(const struct json *j, int object, struct instrument *i)
{
	int kind = row_means(j, object, "kind", kinds, COUNT(kinds), NOT_OURS);
	enum err e;

	instrument_init(i);
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	if (kind == NOT_OURS)
		return row_text(j, object, "kind").at ? ERR_UNSUPPORTED
						      : ERR_MISSING;
	i->market = (enum market_type)kind;
	e = read_fields(j, object, i);
	if (e == ERR_OK)
		e = read_option(j, object, i);
	if (e != ERR_OK)
		return e;
	if (i->market == MARKET_FUTURES &&
	    (i->expiry_ns == TIME_NULL ||
		span_is(row_text(j, object, "settlement_period"), "perpetual")))
		i->market = MARKET_PERPETUAL;
	instrument_word(i->kind, KIND_MAX, row_text(j, object, "kind"));
	read_state(j, object, i);
	return instrument_unify(i);
}
