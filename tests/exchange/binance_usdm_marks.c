#include "binance_usdm.h"

#include "ledger.h"

enum { SLOW_US = 3000000, CONTRACT_EVERY_US = 1000000 };

/* {"e":"markPriceUpdate",..}; dated contracts have neither rate nor next
 * time. */
static char *
write_mark(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	const struct mark *m = &s->mark;

	(void)micro;
	p = binance_head(p, "markPriceUpdate", e, m->time, false);
	p = binance_amount(p, "p", m->mark, 1);
	*p++ = ',';
	p = binance_amount(p, "ap", m->mark - s->price_unit / 4, 1);
	*p++ = ',';
	p = binance_amount(p, "P", m->index + s->price_unit / 2, 1);
	*p++ = ',';
	p = binance_amount(p, "i", m->index, 1);
	*p++ = ',';
	if (s->funding_hours)
		p = binance_amount(p, "r", m->rate, 1);
	else
		p = PUT(p, "\"r\":\"\"");
	*p++ = ',';
	p = binance_number(p, "T", m->next / 1000);
	p = PUT(p, ",\"st\":");
	p = put_int(p, usdm_st(s));
	*p++ = '}';
	return p;
}

void
usdm_mark(struct sim *sim, struct symbol *s)
{
	struct event e = { .symbol = s, .write = write_mark };

	streams_publish(sim, STREAM_MARK, &e);
	if (sim->now_us < s->own)
		return;
	s->own = sim->now_us + SLOW_US;
	streams_publish(sim, (enum stream_kind)STREAM_SLOW_MARK, &e);
}

/* --- liquidations --- */

static char *
put_order(char *p, const struct symbol *s, const struct liquidation *l)
{
	p = PUT(p, "\"s\":\"");
	p = put_text(p, s->name);
	p = PUT(p, "\",\"S\":\"");
	p = put_text(p, l->sell ? "SELL" : "BUY");
	p = PUT(p, "\",\"o\":\"LIMIT\",\"f\":\"IOC\",");
	p = binance_qty(p, "q", s, l->qty);
	*p++ = ',';
	p = binance_price(p, "p", s, l->price);
	*p++ = ',';
	p = binance_price(p, "ap", s, l->average);
	p = PUT(p, ",\"X\":\"FILLED\",");
	p = binance_qty(p, "l", s, l->qty);
	*p++ = ',';
	p = binance_qty(p, "z", s, l->qty);
	*p++ = ',';
	return binance_number(p, "T", l->time / 1000);
}

/* ps and st stand inside the order in what was seen, outside in what is
 * documented: half of the messages are of each kind. */
static char *
write_liquidation(char *p, const struct event *e, bool micro)
{
	const struct liquidation *l = e->what;
	bool inside = l->trade & 1;

	(void)micro;
	p = PUT(p, "{\"e\":\"forceOrder\",");
	p = binance_number(p, "E", l->time / 1000 + 6);
	p = PUT(p, ",\"o\":{");
	p = put_order(p, e->symbol, l);
	if (!inside)
		*p++ = '}';
	p = PUT(p, ",\"ps\":\"");
	p = put_text(p, e->symbol->pair);
	p = PUT(p, "\",\"st\":");
	p = put_int(p, usdm_st(e->symbol));
	p = inside ? PUT(p, "}}") : PUT(p, "}");
	return p;
}

/* Whoever listens to all hears of COIN-M too, also of contracts that are not
 * among the symbols of this run. */
static void
foreign_liquidation(struct sim *sim, const struct liquidation *like)
{
	static struct symbol coin = {
		.name = "BTCUSD_PERP",
		.pair = "BTCUSD",
		.inverse = true,
		.few_digits = true,
		.price_unit = UNIT / 10,
		.lot_unit = UNIT,
	};
	struct liquidation l = *like;
	struct event e = {
		.symbol = &coin, .what = &l, .write = write_liquidation
	};

	if (market_find(&sim->market, coin.name, strlen(coin.name)))
		return;
	l.price = 961000 + market_roll(&sim->market, 1000);
	l.average = l.price + (l.sell ? 40 : -40);
	l.qty = 1 + market_roll(&sim->market, 100);
	streams_publish(sim, STREAM_LIQUIDATION, &e);
}

void
usdm_liquidation(struct sim *sim, struct symbol *s, const struct liquidation *l)
{
	struct event e = { .symbol = s, .what = l, .write = write_liquidation };

	streams_publish(sim, STREAM_LIQUIDATION, &e);
	foreign_liquidation(sim, l);
}

/* --- contracts --- */

static char *
write_contract(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	int64_t now = *(const int64_t *)e->what;

	(void)micro;
	p = binance_head(p, "contractInfo", e, now, false);
	p = PUT(p, "\"ct\":\"");
	p = put_text(p, usdm_contract_type(s, now));
	p = PUT(p, "\",");
	p = binance_number(p, "dt", usdm_delivery(s));
	*p++ = ',';
	p = binance_number(p, "ot", s->day.began / 1000);
	p = PUT(p, ",\"cs\":\"");
	p = put_text(p, s->gone ? "CLOSE" : "TRADING");
	p = PUT(p, "\",\"st\":");
	p = put_int(p, usdm_st(s));
	*p++ = '}';
	return p;
}

void
usdm_listed(struct sim *sim, struct symbol *s)
{
	struct event e = {
		.symbol = s, .what = &sim->wall_us, .write = write_contract
	};

	streams_publish(sim, STREAM_CONTRACT, &e);
}

void
usdm_turn(struct sim *sim)
{

	if (!sim->streams.wide[STREAM_CONTRACT] ||
	    sim->now_us < sim->traffic.own_due_us)
		return;
	sim->traffic.own_due_us = sim->now_us + CONTRACT_EVERY_US;
	usdm_listed(sim, market_pick(&sim->market));
}
