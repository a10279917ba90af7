#define _GNU_SOURCE
#include "binance_rest.h"

#include <stdio.h>

#include "books.h"
#include "play.h"

enum { AMOUNT_BYTES = 32 };

/* --- replies --- */

void
call_reply(struct rest_call *k, int status, const char *more)
{
	char headers[256];

	snprintf(headers, sizeof(headers),
	    "X-MBX-USED-WEIGHT: %lld\r\nX-MBX-USED-WEIGHT-1M: %lld\r\n%s",
	    (long long)k->sim->limits.weight_used,
	    (long long)k->sim->limits.weight_used, more);
	http_reply(k->conn, status, "application/json;charset=UTF-8", headers,
	    k->body.data, k->body.len);
}

void
call_fail(struct rest_call *k, int status, int code, const char *text)
{
	k->body.len = k->body.at = 0;
	buf_print(&k->body, "{\"code\":%d,\"msg\":\"%s\"}", code, text);
	call_reply(k, status, "");
}

void
call_limited(struct rest_call *k, int status, int64_t retry_after)
{
	char header[64] = "";

	if (retry_after >= 0)
		snprintf(header, sizeof(header), "Retry-After: %lld\r\n",
		    (long long)retry_after);
	if (status == 418)
		buf_print(&k->body,
		    "{\"code\":-1003,\"msg\":\"Way too much request weight "
		    "used; IP banned until %lld. Please use WebSocket Streams "
		    "for live updates to avoid bans.\"}",
		    (long long)(k->sim->limits.banned_until_us / 1000));
	else
		buf_print(&k->body,
		    "{\"code\":-1003,\"msg\":\"Too much request weight used; "
		    "current limit is %lld request weight per 1 MINUTE. "
		    "Please use WebSocket Streams for live updates to avoid "
		    "polling the API.\"}",
		    (long long)k->sim->rules.weight_max);
	call_reply(k, status, header);
	/* Who is told to wait must. */
	if (status == 418)
		k->sim->limits.quiet_until_us = k->sim->limits.banned_until_us;
}

static void
fail_html(struct rest_call *k)
{
	static const char page[] =
	    "<html><head><title>403 Forbidden</title></head><body>\n"
	    "<center><h1>403 Forbidden</h1></center></body></html>\n";

	http_reply(k->conn, k->sim->faults.html_status, "text/html", NULL, page,
	    sizeof(page) - 1);
}

bool
call_admit(struct rest_call *k, int64_t weight)
{
	struct sim *sim = k->sim;
	int64_t retry_after = -1;
	int status = limits_weigh(sim, weight, &retry_after);

	if (status != 200) {
		if (!k->venue->retry_after)
			retry_after = -1;
		call_limited(k, status, retry_after);
		return false;
	}
	switch (faults_rest(&sim->faults)) {
	case REST_429:
		retry_after = sim->faults.retry_after;
		if (retry_after > 0)
			sim->limits.quiet_until_us =
			    sim->wall_us + retry_after * 1000000;
		call_limited(k, 429, retry_after);
		return false;
	case REST_5XX:
		call_fail(k, 503, -1000, "An unknown error occurred.");
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

bool
call_symbol(struct rest_call *k)
{
	char name[NAME_MAX_BYTES];

	if (!request_query(k->request, "symbol", name, sizeof(name))) {
		call_fail(k, 400, -1102,
		    "Mandatory parameter 'symbol' was not sent, was "
		    "empty/null, or malformed.");
		return false;
	}
	k->symbol = market_find(&k->sim->market, name, strlen(name));
	if (!k->symbol)
		call_fail(k, 400, -1121, "Invalid symbol.");
	return k->symbol != NULL;
}

int64_t
call_limit(const struct rest_call *k, int64_t none, int64_t most)
{
	int64_t limit = request_number(k->request, "limit", none);

	return limit < 1 ? none : limit > most ? most : limit;
}

int64_t
call_time(const struct rest_call *k, const char *name, int64_t none)
{
	int64_t t = request_number(k->request, name, none);

	return t != none && t < 100000000000000 ? t * 1000 : t;
}

/* --- calls --- */

void
binance_get_time(struct rest_call *k)
{
	if (!call_admit(k, 1))
		return;
	buf_print(&k->body, "{\"serverTime\":%lld}",
	    (long long)(k->micro ? k->sim->wall_us : k->sim->wall_us / 1000));
	call_reply(k, 200, "");
}

void
binance_get_ping(struct rest_call *k)
{
	if (!call_admit(k, 1))
		return;
	buf_text(&k->body, "{}");
	call_reply(k, 200, "");
}

void
binance_add_filters(struct buf *b, const struct symbol *s)
{
	char tick[AMOUNT_BYTES], lot[AMOUNT_BYTES];

	*put_price(tick, s, 1) = '\0';
	*put_qty(lot, s, 1) = '\0';
	buf_print(b,
	    "\"filters\":[{\"filterType\":\"PRICE_FILTER\",\"minPrice\":\"%s\","
	    "\"maxPrice\":\"1000000.00000000\",\"tickSize\":\"%s\"},"
	    "{\"filterType\":\"LOT_SIZE\",\"minQty\":\"%s\","
	    "\"maxQty\":\"9000000.00000000\",\"stepSize\":\"%s\"}],",
	    tick, tick, lot, lot);
}

void
binance_add_limits(struct rest_call *k)
{
	buf_print(&k->body,
	    "{\"timezone\":\"UTC\",\"serverTime\":%lld,\"rateLimits\":["
	    "{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
	    "\"intervalNum\":1,\"limit\":%lld},"
	    "{\"rateLimitType\":\"ORDERS\",\"interval\":\"SECOND\","
	    "\"intervalNum\":10,\"limit\":100}",
	    (long long)(k->sim->wall_us / 1000),
	    (long long)k->sim->rules.weight_max);
}

static void
add_book(struct rest_call *k, int limit, const char *more)
{
	const struct symbol *s = k->symbol;
	struct side book[2];
	int64_t id = book_asked(k->sim, s, book);

	buf_print(&k->body, "{\"lastUpdateId\":%lld,%s\"bids\":", (long long)id,
	    more);
	add_side(&k->body, s, &book[BID], limit);
	buf_text(&k->body, ",\"asks\":");
	add_side(&k->body, s, &book[ASK], limit);
	buf_text(&k->body, "}");
	book_free(book);
}

void
binance_reply_book(struct rest_call *k, int64_t limit, const char *more)
{
	const char *recorded;
	size_t len;

	k->sim->stats.snapshots++;
	recorded = k->sim->play
		       ? play_snapshot(k->sim->play, k->symbol->name, &len)
		       : NULL;
	if (recorded)
		buf_add(&k->body, recorded, len);
	else
		add_book(k, (int)limit, more);
	call_reply(k, 200, "");
	if (k->sim->faults.snap_delay_ms)
		k->conn->hold_us =
		    k->sim->now_us + k->sim->faults.snap_delay_ms * 1000;
}

void
binance_request(struct sim *sim, struct conn *c, const struct request *r,
    const struct rest_venue *venue)
{
	struct rest_call k = {
		.sim = sim, .conn = c, .request = r, .venue = venue
	};
	char unit[32] = "";

	request_header(r, "X-MBX-TIME-UNIT", unit, sizeof(unit));
	k.micro = venue->micro && strcasecmp(unit, "MICROSECOND") == 0;
	for (int i = 0; i < venue->count; i++) {
		if (strcmp(venue->routes[i].path, r->path) != 0)
			continue;
		venue->routes[i].run(&k);
		buf_free(&k.body);
		return;
	}
	http_reply(
	    c, 404, "text/html", NULL, "<html>no such path</html>\n", 26);
}
