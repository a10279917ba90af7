#include "venues/instruments.h"

#include "venues/binance.h"
#include "venues/instrument_parts.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct row_word spot_states[] = {
	{ "TRADING", INSTRUMENT_LIVE },
	{ "PRE_TRADING", INSTRUMENT_PREOPEN },
	{ "PENDING_TRADING", INSTRUMENT_PREOPEN },
};

/* Everything else, TRADING_HALT and DELIVERING included, is HALTED. */
static const struct row_word futures_states[] = {
	{ "TRADING", INSTRUMENT_LIVE },
	{ "PENDING_TRADING", INSTRUMENT_PREOPEN },
	{ "DELIVERED", INSTRUMENT_GONE },
	{ "CLOSE", INSTRUMENT_GONE },
};

/* Parts of a contractType; more of them have been added over the years. */
static const struct row_word types_of_contract[] = {
	{ "PERPETUAL", MARKET_PERPETUAL },
	{ "QUARTER", MARKET_FUTURES },
	{ "MONTH", MARKET_FUTURES },
	{ "WEEK", MARKET_FUTURES },
};

static enum err
read_names(const struct json *j, int object, struct instrument *i)
{
	enum err e;

	instrument_init(i);
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	e = row_name(j, object, "symbol", i->native, SYMBOL_MAX);
	if (e == ERR_OK)
		e = row_name(j, object, "baseAsset", i->base, ASSET_MAX);
	if (e == ERR_OK)
		e = row_name(j, object, "quoteAsset", i->quote, ASSET_MAX);
	return e;
}

enum err
binance_spot_instrument(const struct json *j, int object, struct instrument *i)
{
	enum err e = read_names(j, object, i);

	if (e != ERR_OK)
		return e;
	instrument_word(i->kind, KIND_MAX, SPAN("SPOT"));
	i->market = MARKET_SPOT;
	i->contract_value = dec_make(1, 0);
	i->status = (enum instrument_state)row_means(j, object, "status",
	    spot_states, COUNT(spot_states), INSTRUMENT_HALTED);
	return instrument_unify(i);
}

/*
 * The name of a dated contract ends with its day: BTCUSDT_270326.  For rows
 * whose contractType says nothing, because their delivery date alone does not
 * either: a perpetual that will be delisted has one too.
 */
static bool
has_day(const char *native)
{
	const char *day = strchr(native, '_');
	int64_t ns;

	return day && read_day(span_of(day + 1), &ns) == ERR_OK;
}

static void
read_market(const struct json *j, int object, struct instrument *i)
{
	struct span type = row_text(j, object, "contractType");

	instrument_word(i->kind, KIND_MAX, type);
	for (size_t k = 0; k < COUNT(types_of_contract); k++) {
		if (text_has(type, types_of_contract[k].word)) {
			i->market =
			    (enum market_type)types_of_contract[k].means;
			return;
		}
	}
	i->market = MARKET_PERPETUAL;
	if (i->expiry_ns != TIME_NULL) {
		i->guessed = true;
		if (has_day(i->native))
			i->market = MARKET_FUTURES;
	}
}

static enum err
read_contract(const struct json *j, int object, struct instrument *i)
{
	const char *status = "contractStatus";
	enum err e = read_names(j, object, i);

	if (e == ERR_OK)
		e = row_maybe_name(
		    j, object, "marginAsset", i->settle, ASSET_MAX);
	if (e == ERR_OK)
		e = row_time(j, object, "deliveryDate", &i->expiry_ns);
	if (e == ERR_OK)
		e = row_time(j, object, "onboardDate", &i->listed_ns);
	if (e != ERR_OK)
		return e;
	read_market(j, object, i);
	if (json_member(j, object, status) < 0)
		status = "status";
	i->status = (enum instrument_state)row_means(j, object, status,
	    futures_states, COUNT(futures_states), INSTRUMENT_HALTED);
	return ERR_OK;
}

static enum err
unscale(struct instrument *i)
{
	const struct binance_scaled *s = binance_usdm_scaled(span_of(i->base));

	if (s == NULL)
		return ERR_OK;
	i->multiplier = dec_make(s->multiplier, 0);
	return instrument_name(i->base, ASSET_MAX, s->asset);
}

enum err
binance_usdm_instrument(const struct json *j, int object, struct instrument *i)
{
	enum err e = read_contract(j, object, i);

	if (e != ERR_OK)
		return e;
	i->contract_value = dec_make(1, 0);
	e = unscale(i);
	return e == ERR_OK ? instrument_unify(i) : e;
}

enum err
binance_coinm_instrument(const struct json *j, int object, struct instrument *i)
{
	enum err e = read_contract(j, object, i);

	if (e == ERR_OK)
		e = row_dec(j, object, "contractSize", &i->contract_value);
	i->inverse = true;
	return e == ERR_OK ? instrument_unify(i) : e;
}
