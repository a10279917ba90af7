#include "model/instrument.h"

#include "codec/utf8.h"

void
instrument_init(struct instrument *i)
{
	memset(i, 0, sizeof(*i));
	i->market = MARKET_SPOT;
	i->status = INSTRUMENT_HALTED;
	i->contract_value = DEC_NONE;
	i->multiplier = dec_make(1, 0);
	i->strike = DEC_NONE;
	i->expiry_ns = TIME_NULL;
	i->listed_ns = TIME_NULL;
}

enum err
instrument_name(char *to, size_t max, struct span text)
{
	to[0] = '\0';
	if (text.len == 0 || !utf8_valid(text))
		return ERR_SYNTAX;
	if (text.len > max)
		return ERR_FULL;
	for (size_t i = 0; i < text.len; i++) {
		if (!symbol_allows(text.at[i]))
			return ERR_SYNTAX;
	}
	memcpy(to, text.at, text.len);
	to[text.len] = '\0';
	return ERR_OK;
}

void
instrument_word(char *to, size_t max, struct span text)
{
	size_t len = text.len < max ? text.len : max;

	for (size_t i = 0; i < len; i++) {
		char c = text.at[i];

		to[i] = c > ' ' && c < 0x7f ? c : '_';
	}
	to[len] = '\0';
}

/* 2025-06-27T08:00:00.000000Z -> 250627 */
static void
out_day(struct out *o, int64_t ns)
{
	char text[32];
	struct out iso;

	out_init(&iso, text, sizeof(text));
	out_time(&iso, (struct wall){ ns });
	out_bytes(o, text + 2, 2);
	out_bytes(o, text + 5, 2);
	out_bytes(o, text + 8, 2);
}

/* 100000.0 and 1.0e5 are the same strike: 100000. */
static void
out_strike(struct out *o, struct dec d)
{
	d.pad = 0;
	while (d.scale > 0 && d.mantissa % 10 == 0) {
		d.mantissa /= 10;
		d.scale--;
	}
	dec_write(&d, o);
}

static enum err
out_option(struct out *o, const struct instrument *i)
{
	if (i->strike.kind != DEC_NUMBER || i->right == '\0')
		return ERR_MISSING;
	out_char(o, '-');
	out_strike(o, i->strike);
	out_char(o, '-');
	out_char(o, i->right);
	return ERR_OK;
}

static enum err
out_unified(struct out *o, const struct instrument *i)
{
	if (i->base[0] == '\0' || i->quote[0] == '\0')
		return ERR_MISSING;
	out_text(o, i->base);
	out_char(o, '-');
	out_text(o, i->quote);
	if (i->market == MARKET_SPOT)
		return ERR_OK;
	out_char(o, '-');
	if (i->market == MARKET_PERPETUAL) {
		OUT_LITERAL(o, "PERP");
		return ERR_OK;
	}
	if (i->expiry_ns == TIME_NULL)
		return ERR_MISSING;
	out_day(o, i->expiry_ns);
	return i->market == MARKET_OPTIONS ? out_option(o, i) : ERR_OK;
}

enum err
instrument_unify(struct instrument *i)
{
	struct out o;
	enum err e;

	out_init(&o, i->unified, SYMBOL_MAX);
	e = out_unified(&o, i);
	if (e == ERR_OK && o.full)
		e = ERR_FULL;
	i->unified[e == ERR_OK ? o.len : 0] = '\0';
	return e;
}

/* As written: 1.0 is not 1. */
static bool
same_dec(const struct dec *a, const struct dec *b)
{
	return a->kind == b->kind && a->mantissa == b->mantissa &&
	       a->scale == b->scale && a->pad == b->pad;
}

static bool
same_names(const struct instrument *a, const struct instrument *b)
{
	return strcmp(a->native, b->native) == 0 &&
	       strcmp(a->unified, b->unified) == 0 &&
	       strcmp(a->base, b->base) == 0 &&
	       strcmp(a->quote, b->quote) == 0 &&
	       strcmp(a->settle, b->settle) == 0 &&
	       strcmp(a->kind, b->kind) == 0;
}

static bool
same_numbers(const struct instrument *a, const struct instrument *b)
{
	return same_dec(&a->contract_value, &b->contract_value) &&
	       same_dec(&a->multiplier, &b->multiplier) &&
	       same_dec(&a->strike, &b->strike) &&
	       a->expiry_ns == b->expiry_ns && a->listed_ns == b->listed_ns;
}

bool
instrument_same(const struct instrument *a, const struct instrument *b)
{
	return same_names(a, b) && same_numbers(a, b) &&
	       a->market == b->market && a->status == b->status &&
	       a->inverse == b->inverse && a->guessed == b->guessed &&
	       a->right == b->right;
}

const char *
instrument_state_name(enum instrument_state s)
{
	static const char *const names[INSTRUMENT_STATES] = {
		[INSTRUMENT_LIVE] = "live",
		[INSTRUMENT_PREOPEN] = "preopen",
		[INSTRUMENT_HALTED] = "halted",
		[INSTRUMENT_GONE] = "gone",
	};

	return names[s];
}
