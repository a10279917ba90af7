#include "model/symbol.h"

bool
symbol_allows(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f &&
	       strchr("?#&/\\\"", c) == NULL;
}

static enum err
set_name(char name[SYMBOL_MAX + 1], uint8_t *len, struct span text)
{
	if (text.len == 0)
		return ERR_SYNTAX;
	if (text.len > SYMBOL_MAX)
		return ERR_FULL;
	for (size_t i = 0; i < text.len; i++) {
		if (!symbol_allows(text.at[i]))
			return ERR_SYNTAX;
		name[i] = text.at[i];
	}
	name[text.len] = '\0';
	*len = (uint8_t)text.len;
	return ERR_OK;
}

enum err
symbol_set(struct symbol *s, enum venue_id venue, enum market_type market,
    struct span native, struct span unified)
{
	enum err e;

	*s = (struct symbol){
		.venue = (uint8_t)venue,
		.market = (uint8_t)market,
	};
	e = set_name(s->native, &s->native_len, native);
	if (e == ERR_OK)
		e = set_name(s->unified, &s->unified_len, unified);
	if (e != ERR_OK)
		s->native_len = s->unified_len = 0;
	return e;
}

void
symbol_value(const struct symbol *s, const struct dec *price,
    const struct dec *quantity, char *buf, struct dec *value)
{
	char inner[DEC_TEXT_MAX];
	const struct dec *count = quantity;
	struct dec base;
	enum err e = ERR_OK;

	*value = DEC_NONE;
	if (s->unit == UNIT_CONTRACTS) {
		if (s->contract_value.kind != DEC_NUMBER)
			return;
		e = dec_mul(quantity, &s->contract_value, inner, &base);
		count = &base;
	}
	if (e != ERR_OK)
		return;
	if (s->unit == UNIT_QUOTE || (s->unit == UNIT_CONTRACTS && s->inverse))
		e = dec_mul(count,
		    &(struct dec){ 1, NULL, 0, 0, 0, DEC_NUMBER }, buf, value);
	else
		e = dec_mul(price, count, buf, value);
	if (e != ERR_OK)
		*value = DEC_NONE;
}

struct span
symbol_native(const struct symbol *s)
{
	return (struct span){ s->native, s->native_len };
}

struct span
symbol_unified(const struct symbol *s)
{
	return (struct span){ s->unified, s->unified_len };
}
