#define _GNU_SOURCE
#include "deribit_rest.h"

#include "deribit.h"
#include "deribit_names.h"

enum {
	ROW_MAX = 2048,
	/* Said of what never ends. */
	CREATED_BEFORE_DAYS = 90,
	DAY_MS = 86400000,
};

#define NEVER INT64_C(32503708800000)

struct symbol *
deribit_instrument(struct rpc *k)
{
	char name[RPC_PARAM_MAX];
	struct symbol *s;

	if (!rpc_word(k, "instrument_name", name, sizeof(name))) {
		rpc_error(
		    k, RPC_INVALID_PARAMS, "Invalid params", "instrument_name");
		return NULL;
	}
	s = market_find(&k->sim->market, name, strlen(name));
	if (!s)
		rpc_error(k, RPC_INVALID_PARAMS, "Invalid params",
		    "wrong instrument name");
	return s;
}

static char *
put_word(char *p, const char *name, const char *value)
{
	p = put_text(put_key(p, name), "\"");
	p = put_text(p, value);
	return PUT(p, "\",");
}

static char *
put_flag(char *p, const char *name, bool value)
{
	p = put_bool(put_key(p, name), value);
	*p++ = ',';
	return p;
}

static char *
put_size(char *p, const char *name, int64_t value)
{
	p = put_field(p, name, value, FORM_SHORT);
	*p++ = ',';
	return p;
}

static char *
put_currencies(char *p, const struct symbol *s)
{
	bool option = s->kind == OPTION;

	p = put_word(p, "base_currency", s->base);
	/* What an option costs is counted in the coin it is on. */
	p = put_word(p, "quote_currency", option ? s->settle : s->quote);
	p = put_word(p, "counter_currency", s->quote);
	if (s->kind != SPOT)
		p = put_word(p, "settlement_currency", s->settle);
	return p;
}

/* From half a cent on, options have larger ticks. */
static char *
put_ticks(char *p, const struct symbol *s)
{
	p = put_size(p, "tick_size", s->price_unit);
	if (s->kind != OPTION)
		return PUT(p, "\"tick_size_steps\":[],");
	p = PUT(p, "\"tick_size_steps\":[{");
	p = put_size(p, "tick_size", 5 * s->price_unit);
	p = put_field(p, "above_price", UNIT / 200, FORM_SHORT);
	return PUT(p, "}],");
}

static char *
put_option(char *p, const struct symbol *s)
{
	p = put_size(p, "strike", s->strike);
	return put_word(p, "option_type", s->call ? "call" : "put");
}

static bool
is_expired(const struct sim *sim, const struct symbol *s)
{
	return s->expiry && s->expiry <= sim->wall_us / 1000;
}

static char *
put_instrument(char *p, struct sim *sim, const struct symbol *s)
{
	const char *state = deribit_state(sim, s);
	bool inverse = s->inverse || s->kind == OPTION;

	*p++ = '{';
	p = put_whole(p, "instrument_id", 200000 + s->number);
	p = put_word(p, "kind", deribit_kind(s));
	p = put_word(p, "instrument_type", inverse ? "reversed" : "linear");
	p = put_word(p, "state", state);
	p = put_flag(
	    p, "is_active", strcmp(state, "open") == 0 && !is_expired(sim, s));
	p = put_currencies(p, s);
	p = put_size(p, "contract_size", s->own);
	p = put_size(p, "min_trade_amount", s->lot_unit);
	p = put_ticks(p, s);
	if (s->kind == OPTION)
		p = put_option(p, s);
	p = put_whole(p, "expiration_timestamp", s->expiry ? s->expiry : NEVER);
	p = put_whole(p, "creation_timestamp",
	    sim->wall_us / 1000 - (int64_t)CREATED_BEFORE_DAYS * DAY_MS);
	if (s->kind != SPOT)
		p = put_word(p, "settlement_period",
		    s->kind == PERPETUAL ? "perpetual" : "month");
	p = put_size(p, "maker_commission", 0);
	p = put_size(p, "taker_commission", UNIT / 2000);
	p = put_name(p, s);
	*p++ = '}';
	return p;
}

/* --- lists --- */

/* All of a currency and kind; they are active, or they are not. */
static void
list(struct rpc *k, bool expired,
    char *(*put)(char *p, struct sim *sim, const struct symbol *s))
{
	struct sim *sim = k->sim;
	char currency[RPC_PARAM_MAX], kind[RPC_PARAM_MAX] = "any";
	const char *comma = "";

	if (!rpc_word(k, "currency", currency, sizeof(currency))) {
		rpc_error(k, RPC_INVALID_PARAMS, "Invalid params", "currency");
		return;
	}
	rpc_word(k, "kind", kind, sizeof(kind));
	buf_text(&k->body, "[");
	for (int i = 0; i < sim->market.count; i++) {
		const struct symbol *s = &sim->market.symbol[i];
		char *p;

		if (s->gone || !deribit_is(s, kind, currency) ||
		    is_expired(sim, s) != expired)
			continue;
		buf_text(&k->body, comma);
		comma = ",";
		p = put(buf_room(&k->body, ROW_MAX), sim, s);
		k->body.len = (size_t)(p - k->body.data);
	}
	buf_text(&k->body, "]");
	rpc_result(k);
}

void
deribit_get_instruments(struct rpc *k)
{
	char expired[RPC_PARAM_MAX] = "false";

	rpc_word(k, "expired", expired, sizeof(expired));
	list(k, strcmp(expired, "true") == 0, put_instrument);
}

/* A number, or null where there is none yet. */
static char *
put_maybe(char *p, const char *name, bool known, int64_t value)
{
	p = known ? put_field(p, name, value, FORM_SHORT)
		  : PUT(put_key(p, name), "null");
	*p++ = ',';
	return p;
}

static char *
put_summary(char *p, struct sim *sim, const struct symbol *s)
{
	const struct day *d = &s->day;
	int64_t volume =
	    s->inverse ? d->quote * s->quote_unit : d->volume * s->lot_unit;
	bool traded = d->count > 0;
	bool marked = s->mark.time > 0;

	*p++ = '{';
	p = put_whole(p, "creation_timestamp", sim->wall_us / 1000);
	p = put_word(p, "base_currency", s->base);
	p = put_word(p, "quote_currency", s->quote);
	p = put_size(p, "volume", volume);
	p = put_maybe(p, "high", traded, d->high * s->price_unit);
	p = put_maybe(p, "low", traded, d->low * s->price_unit);
	p = put_maybe(p, "last", traded, d->last.price * s->price_unit);
	p = put_size(p, "mid_price", symbol_middle(s));
	p = put_maybe(p, "mark_price", marked, s->mark.mark);
	if (s->kind != SPOT)
		p = put_maybe(p, "open_interest", s->interest.time > 0,
		    s->interest.qty * s->lot_unit);
	if (s->kind == PERPETUAL) {
		p = put_maybe(p, "current_funding", marked, s->mark.rate);
		p = put_maybe(p, "funding_8h", marked, s->mark.rate * 8 / 10);
	}
	p = put_name(p, s);
	*p++ = '}';
	return p;
}

void
deribit_get_summary(struct rpc *k)
{
	list(k, false, put_summary);
}
