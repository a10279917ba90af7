/* LINK: venues/binance_instruments venues/binance_scaled */
/* LINK: venues/okx_instruments */
/* LINK: venues/deribit_instruments venues/instrument_parts */
/* LINK: model/instrument model/symbol model/model codec/utf8 codec/json */
/* LINK: codec/json_scan codec/json_value codec/decimal codec/decmath */
/* LINK: core/time core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/utf8.h"
#include "venues/instruments.h"

/* The first byte says whose row it is.  What was read must be whole, and must
 * be what it says. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
check_name(const char *name, size_t max, bool may_be_empty)
{
	struct span s = span_of(name);

	claim(s.len <= max && (may_be_empty || s.len > 0));
	claim(utf8_valid(s));
	for (size_t i = 0; i < s.len; i++)
		claim(symbol_allows(name[i]));
}

static void
check_dec(const struct dec *d)
{
	claim(d->kind == DEC_NULL || d->kind == DEC_NUMBER);
	claim(d->kind == DEC_NULL || d->mantissa >= 0);
}

static void
check(const struct instrument *i)
{
	struct instrument again = *i;

	check_name(i->native, SYMBOL_MAX, false);
	check_name(i->unified, SYMBOL_MAX, false);
	check_name(i->base, ASSET_MAX, false);
	check_name(i->quote, ASSET_MAX, false);
	check_name(i->settle, ASSET_MAX, true);
	claim(strlen(i->kind) <= KIND_MAX && !strchr(i->kind, ' '));
	check_dec(&i->contract_value);
	check_dec(&i->multiplier);
	check_dec(&i->strike);
	claim(i->market < MARKET_COUNT && i->status < INSTRUMENT_STATES);
	claim((i->market == MARKET_OPTIONS) == (i->right != '\0'));
	claim(i->expiry_ns == TIME_NULL || i->expiry_ns > 0);
	claim(i->listed_ns == TIME_NULL || i->listed_ns > 0);
	claim(i->market == MARKET_SPOT || i->market == MARKET_PERPETUAL ||
	      i->expiry_ns != TIME_NULL);
	claim(instrument_unify(&again) == ERR_OK);
	claim(instrument_same(i, &again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static enum err (*const readers[])(
	    const struct json *j, int object, struct instrument *i) = {
		binance_spot_instrument,
		binance_usdm_instrument,
		binance_coinm_instrument,
		okx_instrument,
		deribit_instrument,
	};
	struct instrument i;
	struct json j;
	char *text;
	enum err e;

	if (size < 2)
		return 0;
	text = malloc(size - 1);
	memcpy(text, data + 1, size - 1);
	json_init(
	    &j, malloc(json_pool_bytes(INSTRUMENT_TOKENS)), INSTRUMENT_TOKENS);
	if (json_parse(&j, text, size - 1) == ERR_OK) {
		memset(&i, 0xa5, sizeof(i));
		e = readers[data[0] % 5](&j, 0, &i);
		free(text);
		text = NULL;
		if (e == ERR_OK)
			check(&i);
	}
	free(j.tokens);
	free(text);
	return 0;
}
