#define _GNU_SOURCE
#include "okx.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	PREOPEN_MAX = 8,
	EXPIRY_HOUR = 8,
	HOURS_BETWEEN_FUNDING = 8,
	FIRST_CODE = 10000,
	DAY_SECONDS = 86400,
	DATED_DAYS = 90,
	/* Coins a linear contract is of, in 1e-8, when no row says so. */
	USUAL_CONTRACT = 100000000,
	/* Dollars an inverse one is of. */
	INVERSE_BTC = 100,
	INVERSE_OTHERS = 10,
};

static const char *const types[] = { "SPOT", "SWAP", "FUTURES" };

static const char *const states[] = { "live", "rebase", "post_only",
	"expired" };

/* Announced, with nothing known of them. */
static char preopen[PREOPEN_MAX][NAME_MAX_BYTES];

struct contract {
	const char *base;
	int64_t worth;
	int64_t lot_unit;
	int64_t lot_size;
};

static const struct contract contracts[] = {
	{ "BTC", 1000000, 1000000, 1500 },
	{ "ETH", 10000000, 1000000, 2000 },
	{ "SOL", 100000000, 1000000, 2500 },
	{ "XRP", 10000000000, 100000000, 30 },
	{ "DOGE", 100000000000, 100000000, 20 },
	{ "PEPE", 100000000000, 100000000, 50 },
	{ "SHIB", 100000000000, 100000000, 50 },
};

/* The first ones; the X-perp of 27 bytes is the longest name seen. */
static const char *const names[] = { "BTC-USDT", "BTC-USDT-SWAP",
	"ETH-USDT-SWAP", "BTC-USD-SWAP", "MOODENG-USD_UM_XPERP-310815",
	"BTC-USDT-%02d%02d%02d", "ETH-USDT", "SOL-USDT-SWAP", "XRP-USDT-SWAP",
	"DOGE-USDT-SWAP" };

const char *
okx_type(int kind)
{
	return types[kind];
}

int
okx_type_find(const char *name)
{
	for (int i = SPOT; i <= DATED; i++)
		if (strcmp(types[i], name) == 0)
			return i;
	return -1;
}

/* --- names --- */

void
okx_name(int i, char *name, int64_t now)
{
	time_t then = (time_t)(now / 1000000) + DATED_DAYS * DAY_SECONDS;
	int rest = i - (int)(sizeof(names) / sizeof(*names));
	struct tm tm;

	gmtime_r(&then, &tm);
	if (rest < 0 && strchr(names[i], '%'))
		snprintf(name, NAME_MAX_BYTES, "BTC-USDT-%02d%02d%02d",
		    tm.tm_year % 100, tm.tm_mon + 1, tm.tm_mday);
	else if (rest < 0)
		snprintf(name, NAME_MAX_BYTES, "%s", names[i]);
	else
		snprintf(name, NAME_MAX_BYTES, "T%03d-USDT-SWAP", rest);
}

static bool
all_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return strlen(text) == len;
}

/* YYMMDD, eight o'clock UTC; 0: not a date. */
static int64_t
expiry(const char *text)
{
	struct tm tm;

	memset(&tm, 0, sizeof(tm));
	if (!all_digits(text, 6) || sscanf(text, "%2d%2d%2d", &tm.tm_year,
					&tm.tm_mon, &tm.tm_mday) != 3)
		return 0;
	tm.tm_year += 100;
	tm.tm_mon -= 1;
	tm.tm_hour = EXPIRY_HOUR;
	return (int64_t)timegm(&tm) * 1000;
}

/* Cuts off what stands behind the last character c; NULL: there is none. */
static char *
cut(char *text, char c)
{
	char *at = strrchr(text, c);

	if (at)
		*at++ = '\0';
	return at;
}

static void
set_contract(struct symbol *s)
{
	bool btc = strcmp(s->base, "BTC") == 0;

	if (s->kind == SPOT)
		return;
	if (s->inverse) {
		s->contract = (btc ? INVERSE_BTC : INVERSE_OTHERS) * UNIT;
		return;
	}
	s->contract = USUAL_CONTRACT;
	s->lot_unit = UNIT;
	for (size_t i = 0; i < sizeof(contracts) / sizeof(*contracts); i++) {
		if (strcmp(contracts[i].base, s->base) != 0)
			continue;
		s->contract = contracts[i].worth;
		s->lot_unit = contracts[i].lot_unit;
		s->lot_size = contracts[i].lot_size;
	}
}

/* BASE-QUOTE[_UM[_XPERP]][-SWAP|-YYMMDD] */
static bool
read_name(struct symbol *s, struct okx_more *more)
{
	char rest[NAME_MAX_BYTES];
	char *quote = strcpy(rest, s->name);
	char *kind = NULL;

	if (strspn(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") !=
	    strlen(rest))
		return false;
	if (strchr(rest, '-') != strrchr(rest, '-'))
		kind = cut(rest, '-');
	strcpy(s->pair, rest);
	quote = cut(rest, '-');
	if (!quote || !*quote || strchr(rest, '-'))
		return false;
	s->kind = !kind ? SPOT : strcmp(kind, "SWAP") == 0 ? PERPETUAL : DATED;
	s->expiry = s->kind == DATED ? expiry(kind) : 0;
	if (s->kind == DATED && !s->expiry)
		return false;
	more->xperp = strstr(quote, "_XPERP") != NULL;
	s->inverse = s->kind != SPOT && strcmp(quote, "USD") == 0;
	quote[strcspn(quote, "_")] = '\0';
	strcpy(s->base, rest);
	strcpy(s->quote, quote);
	strcpy(s->settle, s->kind == SPOT ? "" : s->inverse ? rest : quote);
	snprintf(more->uly, sizeof(more->uly), "%.20s-%.20s", rest, quote);
	return true;
}

bool
okx_describe(struct symbol *s, int64_t now)
{
	struct okx_more *more = calloc(1, sizeof(*more));

	(void)now;
	if (!more)
		abort();
	s->own = (int64_t)(intptr_t)more;
	if (!read_name(s, more))
		return false;
	if (s->kind == PERPETUAL || more->xperp)
		s->funding_hours = HOURS_BETWEEN_FUNDING;
	if (strcmp(s->base, "BTC") == 0)
		s->price_unit = UNIT / 10;
	set_contract(s);
	return true;
}

/* --- rows --- */

static void
add_numbers(struct buf *b, const struct symbol *s)
{
	char text[512];
	char *p = text;

	p = okx_amount(p, "tickSz", s->price_unit);
	p = okx_amount(p, "lotSz", s->lot_unit);
	p = okx_amount(p, "minSz", s->lot_unit);
	p = okx_bare(p, "instIdCode", FIRST_CODE + s->number);
	p = okx_text(p, "ctMult", s->kind == SPOT ? "" : "1");
	p = s->kind == SPOT ? okx_text(p, "ctVal", "")
			    : okx_amount(p, "ctVal", s->contract);
	p = s->expiry ? okx_int(p, "expTime", s->expiry)
		      : okx_text(p, "expTime", "");
	buf_add(b, text, (size_t)(p - text));
}

static void
add_row(
    struct buf *b, const struct symbol *s, const char *id, enum okx_state state)
{
	bool spot = s->kind == SPOT;

	buf_text(b, "{");
	add_numbers(b, s);
	buf_print(b,
	    "\"auctionEndTime\":\"\",\"baseCcy\":\"%s\",\"category\":\"1\","
	    "\"contTdSwTime\":\"\",\"ctType\":\"%s\",\"ctValCcy\":\"%s\","
	    "\"futureSettlement\":false,\"instCategory\":\"1\","
	    "\"instFamily\":\"%s\",\"instId\":\"%s\",\"instType\":\"%s\","
	    "\"lever\":\"100\",\"listTime\":\"1573557408000\","
	    "\"maxIcebergSz\":\"100000000.0000000000000000\","
	    "\"maxLmtAmt\":\"20000000\",\"maxLmtSz\":\"100000000\","
	    "\"maxMktAmt\":\"\",\"maxMktSz\":\"30000\",\"openType\":\"\","
	    "\"optType\":\"\",\"preMktSwTime\":\"\",\"quoteCcy\":\"%s\","
	    "\"ruleType\":\"%s\",\"settleCcy\":\"%s\",\"state\":\"%s\","
	    "\"stk\":\"\",\"tradeQuoteCcyList\":[],\"uly\":\"%s\","
	    "\"upcChg\":[]}",
	    spot ? s->base : "",
	    spot         ? ""
	    : s->inverse ? "inverse"
			 : "linear",
	    spot         ? ""
	    : s->inverse ? s->quote
			 : s->base,
	    spot ? "" : s->pair, id, okx_type((int)s->kind),
	    spot ? s->quote : "", okx_more(s)->xperp ? "xperp" : "normal",
	    s->settle, states[state], spot ? "" : okx_more(s)->uly);
}

/* As announced instruments appear since 2025-05-06. */
static void
add_preopen(struct buf *b, const char *id, int type)
{
	buf_print(b,
	    "{\"baseCcy\":\"\",\"contTdSwTime\":\"\",\"ctMult\":\"\","
	    "\"ctType\":\"\",\"ctVal\":\"\",\"ctValCcy\":\"\","
	    "\"expTime\":\"\",\"instFamily\":\"\",\"instId\":\"%s\","
	    "\"instIdCode\":null,\"instType\":\"%s\",\"listTime\":\"\","
	    "\"lotSz\":\"\",\"minSz\":\"\",\"openType\":\"\","
	    "\"quoteCcy\":\"\",\"ruleType\":\"normal\",\"settleCcy\":\"\","
	    "\"state\":\"preopen\",\"tickSz\":\"\",\"uly\":\"\","
	    "\"upcChg\":[]}",
	    id, okx_type(type));
}

static int
type_of_name(const char *name)
{
	char text[NAME_MAX_BYTES];
	char *end;

	snprintf(text, sizeof(text), "%s", name);
	end = cut(text, '-');
	if (!end || !strchr(text, '-'))
		return SPOT;
	return strcmp(end, "SWAP") == 0 ? PERPETUAL : DATED;
}

void
okx_instrument_rows(struct sim *sim, struct buf *b, int type, const char *only)
{
	const char *comma = "";

	for (int i = 0; i < sim->market.count; i++) {
		const struct symbol *s = &sim->market.symbol[i];

		if ((int)s->kind != type ||
		    (only && strcmp(only, s->name) != 0))
			continue;
		buf_text(b, comma);
		add_row(
		    b, s, s->name, s->gone ? OKX_EXPIRED : okx_more(s)->state);
		comma = ",";
	}
	for (int i = 0; i < PREOPEN_MAX; i++) {
		if (!preopen[i][0] || type_of_name(preopen[i]) != type ||
		    (only && strcmp(only, preopen[i]) != 0))
			continue;
		buf_text(b, comma);
		add_preopen(b, preopen[i], type);
		comma = ",";
	}
}

/* --- what becomes of them --- */

static void
say(struct sim *sim, int type, struct buf *row)
{
	struct stream *st = sim->streams.wide[STREAM_CONTRACT];

	for (; st; st = st->next)
		if (st->own == type)
			stream_send(sim, st, row->data, row->len);
	buf_free(row);
}

static void
say_state(struct sim *sim, const struct symbol *s, const char *id,
    enum okx_state state)
{
	struct buf b = { 0 };

	add_row(&b, s, id, state);
	say(sim, (int)s->kind, &b);
}

void
okx_listed(struct sim *sim, struct symbol *s)
{
	/* What was announced has opened. */
	for (int i = 0; i < PREOPEN_MAX; i++)
		if (strcmp(preopen[i], s->name) == 0)
			preopen[i][0] = '\0';
	say_state(sim, s, s->name, s->gone ? OKX_EXPIRED : OKX_LIVE);
}

bool
okx_preopen(struct sim *sim, const char *name)
{
	struct buf b = { 0 };

	if (!name) {
		memset(preopen, 0, sizeof(preopen));
		return true;
	}
	for (int i = 0; i < PREOPEN_MAX; i++) {
		if (preopen[i][0] || strlen(name) >= NAME_MAX_BYTES)
			continue;
		strcpy(preopen[i], name);
		add_preopen(&b, name, type_of_name(name));
		say(sim, type_of_name(name), &b);
		return true;
	}
	return false;
}

bool
okx_rename(struct sim *sim, struct symbol *s, const char *name)
{
	struct okx_more *more = okx_more(s);
	struct okx_more other = *more;
	struct symbol new = *s;

	if (strlen(name) >= sizeof(new.name) ||
	    market_find(&sim->market, name, strlen(name)))
		return false;
	strcpy(new.name, name);
	for (size_t i = 0; i <= strlen(name); i++)
		new.lower[i] = (char)tolower((unsigned char)name[i]);
	if (!read_name(&new, &other) || new.kind != s->kind)
		return false;
	say_state(sim, s, s->name, OKX_EXPIRED);
	*s = new;
	*more = other;
	more->state = OKX_REBASE;
	more->state_due_us = sim->now_us + sim->opt.rename_ms * 1000;
	say_state(sim, s, s->name, more->state);
	return true;
}

void
okx_rename_turn(struct sim *sim, struct symbol *s)
{
	struct okx_more *more = okx_more(s);

	if (more->state == OKX_LIVE || more->state_due_us > sim->now_us)
		return;
	more->state = more->state == OKX_REBASE ? OKX_POST_ONLY : OKX_LIVE;
	more->state_due_us = sim->now_us + sim->opt.rename_ms * 1000;
	say_state(sim, s, s->name, more->state);
}
