#include "venues/okx.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NS_PER_HOUR (3600 * NS_PER_S)

/* OKX 4.3.5.  The rate is that of the coming payment.  The member premium is a
 * ratio and no difference of prices: it is not what premium_index means. */
static const struct okx_pick funding_picks[] = {
	OKX_PICK(funding_rate, funding_rate, DEC, FUNDING_RATE, true),
	OKX_PICK(funding_rate, estimated_rate, DEC, NEXT_FUNDING_RATE, false),
	OKX_PICK(funding_rate, next_funding_time, TIME, FUNDING_TIME, false),
	OKX_PICK(funding_rate, timestamp, TIME, TS, true),
};

/* OKX 4.3.6 */
static const struct okx_pick interest_picks[] = {
	OKX_PICK(open_interest, open_interest, DEC, OI, true),
	OKX_PICK(open_interest, open_interest_value, DEC, OI_CCY, false),
	OKX_PICK(open_interest, open_interest_value_usd, DEC, OI_USD, false),
	OKX_PICK(open_interest, timestamp, TIME, TS, true),
};

/* OKX 4.3.7.  No price of a fill is given: the one at which the position is
 * bankrupt is the order's. */
static const struct okx_pick liquidation_picks[] = {
	OKX_PICK(liquidation, price, DEC, BK_PX, true),
	OKX_PICK(liquidation, quantity, DEC, SZ, true),
	OKX_PICK(liquidation, timestamp, TIME, TS, true),
};

/* The venue's word, else what the name says; null when neither does. */
static struct span
instrument_type(
    const struct json *j, const struct okx_members *m, const struct symbol *s)
{
	int token = okx_at(m, OKX_INST_TYPE);

	if (json_type(j, token) == JSON_STRING && !json_none(j, token))
		return json_text(j, token);
	return s->kind[0] != '\0' ? span_of(s->kind) : SPAN_NULL;
}

/* Whole hours up to a day; payments further apart are not known anywhere. */
static struct span
hours_between(int64_t from, int64_t to)
{
	static const char *const words[] = { NULL, "1h", "2h", "3h", "4h", "5h",
		"6h", "7h", "8h", "9h", "10h", "11h", "12h", "13h", "14h",
		"15h", "16h", "17h", "18h", "19h", "20h", "21h", "22h", "23h",
		"24h" };
	int64_t hours = (to - from) / NS_PER_HOUR;

	if (hours < 1 || hours >= (int64_t)COUNT(words) ||
	    hours * NS_PER_HOUR != to - from)
		return SPAN_NULL;
	return span_of(words[hours]);
}

static enum err
read_funding(const struct okx_push *p, int row)
{
	const struct symbol *s;
	struct okx_members m;
	struct funding_rate f;
	int64_t after = TIME_NULL;
	enum err e = okx_row(p, row, &m, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	record_init(RECORD_funding_rate, &f);
	OKX_NAME_RECORD(&f, s, p->from);
	e = okx_pick(p->j, &m, funding_picks, COUNT(funding_picks), &f);
	if (e != ERR_OK)
		return e;
	e = okx_time(p->j, okx_at(&m, OKX_NEXT_FUNDING_TIME), &after);
	if (e != ERR_OK && e != ERR_MISSING)
		return e;
	if (e == ERR_OK && f.next_funding_time != TIME_NULL)
		f.funding_interval = hours_between(f.next_funding_time, after);
	p->h->record(p->h, s, CHANNEL_FUNDING, RECORD_funding_rate, &f, NULL);
	return ERR_OK;
}

enum err
okx_read_funding(const struct okx_push *p)
{
	return okx_each(p, read_funding);
}

static enum err
read_interest(const struct okx_push *p, int row)
{
	const struct symbol *s;
	struct okx_members m;
	struct open_interest o;
	enum err e = okx_row(p, row, &m, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	record_init(RECORD_open_interest, &o);
	OKX_NAME_RECORD(&o, s, p->from);
	e = okx_pick(p->j, &m, interest_picks, COUNT(interest_picks), &o);
	if (e != ERR_OK)
		return e;
	o.instrument_type = instrument_type(p->j, &m, s);
	p->h->record(p->h, s, CHANNEL_INTEREST, RECORD_open_interest, &o, NULL);
	return ERR_OK;
}

enum err
okx_read_interest(const struct okx_push *p)
{
	return okx_each(p, read_interest);
}

static enum err
read_detail(
    const struct okx_push *p, const struct symbol *s, struct span type, int row)
{
	struct okx_members m;
	char product[DEC_TEXT_MAX];
	struct liquidation l;
	enum err e = okx_members(p->j, row, &m);

	if (e != ERR_OK)
		return e;
	record_init(RECORD_liquidation, &l);
	OKX_NAME_RECORD(&l, s, p->from);
	e = okx_pick(p->j, &m, liquidation_picks, COUNT(liquidation_picks), &l);
	if (e == ERR_OK)
		e = okx_side(p->j, okx_at(&m, OKX_SIDE), &l.side);
	if (e != ERR_OK)
		return e;
	l.instrument_type = type;
	symbol_value(s, &l.price, &l.quantity, product, &l.value);
	p->h->record(
	    p->h, s, CHANNEL_LIQUIDATION, RECORD_liquidation, &l, NULL);
	return ERR_OK;
}

static enum err
read_liquidation(const struct okx_push *p, int row)
{
	const struct symbol *s;
	struct okx_members m;
	int details;
	int detail;
	enum err first = okx_row(p, row, &m, &s);

	/* The stream is that of all instruments of a type; most of them are
	 * not collected. */
	if (first != ERR_OK || s == NULL)
		return first;
	details = okx_at(&m, OKX_DETAILS);
	if (json_none(p->j, details))
		return ERR_MISSING;
	if (json_type(p->j, details) != JSON_ARRAY)
		return ERR_TYPE;
	detail = json_first(p->j, details);
	for (int i = json_size(p->j, details); i > 0; i--) {
		enum err e =
		    read_detail(p, s, instrument_type(p->j, &m, s), detail);

		if (first == ERR_OK)
			first = e;
		detail = json_next(p->j, detail);
	}
	return first;
}

enum err
okx_read_liquidations(const struct okx_push *p)
{
	return okx_each(p, read_liquidation);
}

/*
 * OKX 4.3.8.  Only the names are read: rows of instruments that are announced
 * have empty members in nearly every other place.
 */
static enum err
read_instrument(const struct okx_push *p, int row)
{
	char id_buf[SYMBOL_MAX + 1];
	char state_buf[32];
	struct span native = SPAN_NULL;
	struct span state = SPAN_NULL;
	struct okx_members m;
	enum err e = okx_members(p->j, row, &m);

	if (e == ERR_OK)
		e = json_string(p->j, okx_at(&m, OKX_INST_ID), id_buf,
		    sizeof(id_buf), &native);
	if (e == ERR_OK)
		e = json_string(p->j, okx_at(&m, OKX_STATE), state_buf,
		    sizeof(state_buf), &state);
	if (e == ERR_OK && (native.len == 0 || state.len == 0))
		e = ERR_MISSING;
	if (e == ERR_OK)
		p->h->changed(p->h, native, state);
	return e;
}

enum err
okx_read_instruments(const struct okx_push *p)
{
	return okx_each(p, read_instrument);
}
