#include "okx_rest.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ROW_BYTES = 1024,
	/* Kinds of calls for limits_rate; instruments have one a type. */
	KIND_INSTRUMENTS = 24,
};

/* --- replies --- */

static void
reply(struct okx_rest *k, int status, const struct buf *text)
{
	http_reply(
	    k->conn, status, "application/json", NULL, text->data, text->len);
}

void
okx_fail(struct okx_rest *k, int status, const char *code, const char *text)
{
	struct buf b = { 0 };

	k->failed = true;
	buf_print(
	    &b, "{\"code\":\"%s\",\"data\":[],\"msg\":\"%s\"}", code, text);
	reply(k, status, &b);
	buf_free(&b);
}

static void
succeed(struct okx_rest *k)
{
	struct buf b = { 0 };

	buf_text(&b, "{\"code\":\"0\",\"data\":[");
	buf_add(&b, k->body.data, k->body.len);
	buf_text(&b, "],\"msg\":\"\"}");
	reply(k, 200, &b);
	buf_free(&b);
}

static void
fail_html(struct okx_rest *k)
{
	static const char page[] =
	    "<html><head><title>Restricted</title></head><body>\n"
	    "<h1>Not available in your region</h1></body></html>\n";

	k->failed = true;
	http_reply(k->conn, k->sim->faults.html_status, "text/html", NULL, page,
	    sizeof(page) - 1);
}

/* Over a limit the venue says so with either status. */
static void
fail_limited(struct okx_rest *k)
{
	struct sim *sim = k->sim;
	int status = (int)sim->opt.limit_status;

	if (status == 0)
		status = sim->limits.requests_limited % 2 ? 200 : 429;
	sim->limits.requests_limited++;
	okx_fail(k, status, "50011", "Too Many Requests");
}

/* Does the venue answer at all?  If not, it has said so. */
static bool
admit(struct okx_rest *k, int kind, int64_t most)
{
	struct sim *sim = k->sim;

	if (sim->wall_us < sim->limits.quiet_until_us)
		sim->limits.violations.early++;
	if (!limits_rate(sim, kind, most, sim->rules.weight_window_ms)) {
		fail_limited(k);
		return false;
	}
	switch (faults_rest(&sim->faults)) {
	case REST_429:
		okx_fail(k, 429, "50011", "Too Many Requests");
		return false;
	case REST_5XX:
		okx_fail(k, 503, "50001",
		    "Service temporarily unavailable. Try again later");
		return false;
	case REST_HTML:
		fail_html(k);
		return false;
	case REST_TRUNCATED:
		k->conn->truncate = true;
		return true;
	case REST_RIGHT:
	case REST_FAULTS:
		break;
	}
	return true;
}

/* --- parameters --- */

bool
okx_call_symbol(struct okx_rest *k)
{
	char name[NAME_MAX_BYTES];

	if (!request_query(k->request, "instId", name, sizeof(name))) {
		okx_fail(k, 400, "50014", "Parameter instId can not be empty.");
		return false;
	}
	k->symbol = market_find(&k->sim->market, name, strlen(name));
	if (!k->symbol)
		okx_fail(k, 200, "51001",
		    "Instrument ID, Instrument ID code, or Spread ID doesn't "
		    "exist.");
	return k->symbol != NULL;
}

int64_t
okx_call_limit(
    const struct okx_rest *k, const char *name, int64_t none, int64_t most)
{
	int64_t limit = request_number(k->request, name, none);

	return limit < 1 ? none : limit > most ? most : limit;
}

/* -1: there is none, or none such, which has been answered. */
static int
call_type(struct okx_rest *k)
{
	char name[16];
	int type;

	if (!request_query(k->request, "instType", name, sizeof(name))) {
		okx_fail(
		    k, 400, "50014", "Parameter instType can not be empty.");
		return -1;
	}
	type = okx_type_find(name);
	if (type < 0)
		okx_fail(k, 400, "51000", "Parameter instType error");
	return type;
}

/* --- calls --- */

static void
get_time(struct okx_rest *k)
{
	buf_print(
	    &k->body, "{\"ts\":\"%lld\"}", (long long)(k->sim->wall_us / 1000));
}

static void
get_instruments(struct okx_rest *k)
{
	char name[NAME_MAX_BYTES];
	int type = call_type(k);
	bool one = request_query(k->request, "instId", name, sizeof(name));

	if (type < 0)
		return;
	okx_instrument_rows(k->sim, &k->body, type, one ? name : NULL);
	if (one && k->body.len == 0)
		okx_fail(k, 200, "51001", "Instrument ID doesn't exist.");
}

/* Writes the members behind instId, and the brace. */
typedef char *row_writer(
    char *p, const struct sim *sim, const struct symbol *s);

static void
add_row(struct okx_rest *k, const struct symbol *s, row_writer *write)
{
	char *p;

	if (k->body.len)
		buf_text(&k->body, ",");
	p = buf_room(&k->body, ROW_BYTES);
	*p++ = '{';
	p = okx_text(p, "instId", s->name);
	p = write(p, k->sim, s);
	k->body.len = (size_t)(p - k->body.data);
}

static char *
interest_row(char *p, const struct sim *sim, const struct symbol *s)
{
	(void)sim;
	return okx_interest(p, s);
}

static char *
mark_row(char *p, const struct sim *sim, const struct symbol *s)
{
	(void)sim;
	return okx_end(okx_mark(p, s));
}

/* All of a type from this one on, or the one that is named. */
static void
get_rows(struct okx_rest *k, row_writer *write, enum symbol_kind first)
{
	char name[NAME_MAX_BYTES];
	int type = call_type(k);
	bool one = request_query(k->request, "instId", name, sizeof(name));

	if (type >= 0 && type < (int)first)
		okx_fail(k, 400, "51000", "Parameter instType error");
	for (int i = 0; !k->failed && i < k->sim->market.count; i++) {
		const struct symbol *s = &k->sim->market.symbol[i];

		if ((int)s->kind == type &&
		    (!one || strcmp(name, s->name) == 0))
			add_row(k, s, write);
	}
}

static void
get_tickers(struct okx_rest *k)
{
	get_rows(k, okx_ticker, SPOT);
}

static void
get_ticker(struct okx_rest *k)
{
	if (okx_call_symbol(k))
		add_row(k, k->symbol, okx_ticker);
}

static void
get_open_interest(struct okx_rest *k)
{
	get_rows(k, interest_row, PERPETUAL);
}

static void
get_mark_price(struct okx_rest *k)
{
	get_rows(k, mark_row, PERPETUAL);
}

static void
get_funding(struct okx_rest *k)
{
	const struct market *m = &k->sim->market;
	char name[NAME_MAX_BYTES] = "";

	request_query(k->request, "instId", name, sizeof(name));
	if (strcmp(name, "ANY") == 0) {
		for (int i = 0; i < m->count; i++)
			if (m->symbol[i].funding_hours)
				add_row(k, &m->symbol[i], okx_funding);
		return;
	}
	if (!okx_call_symbol(k))
		return;
	if (k->symbol->funding_hours)
		add_row(k, k->symbol, okx_funding);
	else
		okx_fail(k, 200, "51001", "Instrument ID doesn't exist.");
}

/* How many of each in the window of two seconds. */
struct route {
	const char *path;
	int64_t most;
	void (*run)(struct okx_rest *k);
};

static const struct route routes[] = {
	{ "/api/v5/public/time", 10, get_time },
	{ "/api/v5/public/instruments", 20, get_instruments },
	{ "/api/v5/market/books", 40, okx_get_books },
	{ "/api/v5/market/books-full", 10, okx_get_books_full },
	{ "/api/v5/market/trades", 100, okx_get_trades },
	{ "/api/v5/market/history-trades", 20, okx_get_history_trades },
	{ "/api/v5/market/candles", 40, okx_get_candles },
	{ "/api/v5/market/history-candles", 20, okx_get_history_candles },
	{ "/api/v5/market/tickers", 20, get_tickers },
	{ "/api/v5/market/ticker", 20, get_ticker },
	{ "/api/v5/public/funding-rate", 10, get_funding },
	{ "/api/v5/public/funding-rate-history", 10, okx_get_funding_history },
	{ "/api/v5/public/open-interest", 20, get_open_interest },
	{ "/api/v5/public/mark-price", 10, get_mark_price },
};

enum { ROUTES = sizeof(routes) / sizeof(*routes) };

_Static_assert((int)ROUTES <= (int)KIND_INSTRUMENTS, "kinds of calls");

static int
kind_of(const struct request *r, int route)
{
	char name[16] = "";

	if (routes[route].run != get_instruments)
		return route;
	request_query(r, "instType", name, sizeof(name));
	return KIND_INSTRUMENTS + 1 + okx_type_find(name);
}

void
okx_request(struct sim *sim, struct conn *c, const struct request *r)
{
	struct okx_rest k = { .sim = sim, .conn = c, .request = r };

	for (int i = 0; i < ROUTES; i++) {
		if (strcmp(routes[i].path, r->path) != 0)
			continue;
		if (!admit(&k, kind_of(r, i), routes[i].most))
			return;
		routes[i].run(&k);
		if (!k.failed)
			succeed(&k);
		buf_free(&k.body);
		return;
	}
	okx_fail(&k, 404, "50404", "Invalid request path");
}
