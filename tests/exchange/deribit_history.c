#define _GNU_SOURCE
#include "deribit_rest.h"

#include "contracts.h"
#include "deribit.h"

enum {
	HOUR_MS = 3600000,
	/* Hours, and bars, in one answer. */
	FUNDING_MAX = 744,
	ROW_MAX = 512,
};

/* --- bars --- */

/* Bars of a series by their number; those before first are not wanted. */
struct bars_asked {
	const struct symbol *s;
	struct series *r;
	int64_t first;
	int64_t last;
};

static const struct bar *
bar_at(const struct bars_asked *a, int64_t i)
{
	return &a->r->ring[i & (BARS_KEPT - 1)];
}

static struct bars_asked
choose_bars(const struct rpc *k, const struct symbol *s, struct series *r)
{
	int64_t from = rpc_number(k, "start_timestamp", 0);
	int64_t to = rpc_number(k, "end_timestamp", INT64_MAX);
	struct bars_asked a = { s, r, 0, r->count - 1 };

	if (r->count > BARS_KEPT)
		a.first = r->count - BARS_KEPT;
	while (a.first <= a.last && bar_at(&a, a.first)->open_time < from)
		a.first++;
	while (a.first <= a.last && bar_at(&a, a.last)->open_time > to)
		a.last--;
	return a;
}

static int64_t
column_value(const struct symbol *s, const struct bar *b, int column)
{
	const int64_t prices[] = { b->open, b->high, b->low, b->close };
	int64_t volume, cost;

	if (column < 4)
		return prices[column] * s->price_unit;
	deribit_bar(s, b, &volume, &cost);
	return column == 4 ? volume : cost;
}

static void
add_column(struct rpc *k, const struct bars_asked *a, int column)
{
	static const char *const names[] = { "open", "high", "low", "close",
		"volume", "cost" };
	char *p = buf_room(&k->body, ROW_MAX);

	p = PUT(put_key(p, names[column]), "[");
	for (int64_t i = a->first; i <= a->last; i++) {
		p = put_deribit(
		    p, column_value(a->s, bar_at(a, i), column), FORM_SHORT);
		*p++ = ',';
		k->body.len = (size_t)(p - k->body.data);
		p = buf_room(&k->body, ROW_MAX);
	}
	p -= a->first <= a->last;
	p = PUT(p, "],");
	k->body.len = (size_t)(p - k->body.data);
}

static void
add_ticks(struct rpc *k, const struct bars_asked *a)
{
	buf_text(&k->body, "\"ticks\":[");
	for (int64_t i = a->first; i <= a->last; i++)
		buf_print(&k->body, "%s%lld", i > a->first ? "," : "",
		    (long long)bar_at(a, i)->open_time);
	buf_text(&k->body, "],");
}

void
deribit_get_chart(struct rpc *k)
{
	struct symbol *s = deribit_instrument(k);
	char resolution[RPC_PARAM_MAX] = "";
	struct bars_asked a;
	int interval;

	if (!s)
		return;
	rpc_word(k, "resolution", resolution, sizeof(resolution));
	interval = deribit_resolution(resolution);
	if (interval < 0) {
		rpc_error(
		    k, RPC_INVALID_PARAMS, "Invalid params", "resolution");
		return;
	}
	a = choose_bars(k, s,
	    bars_want(&k->sim->market, s, interval, k->sim->wall_us / 1000));
	buf_text(&k->body, "{");
	for (int i = 0; i < 6; i++)
		add_column(k, &a, i);
	add_ticks(k, &a);
	buf_print(&k->body, "\"status\":\"%s\"}",
	    a.first <= a.last ? "ok" : "no_data");
	rpc_result(k);
}

/* --- funding --- */

static char *
put_hour(char *p, const struct rpc *k, const struct symbol *s, int64_t ms)
{
	const struct market *m = &k->sim->market;
	int64_t rate = funding_rate(m, s, ms);
	int64_t index = s->mark.index;

	*p++ = '{';
	p = put_whole(p, "timestamp", ms);
	p = put_field(p, "index_price", index, FORM_SHORT);
	*p++ = ',';
	p = put_field(p, "prev_index_price", index - s->price_unit, FORM_SHORT);
	*p++ = ',';
	p = put_field(p, "interest_8h", rate, FORM_SHORT);
	*p++ = ',';
	p = put_field(p, "interest_1h", rate / 8, FORM_SHORT);
	*p++ = '}';
	return p;
}

void
deribit_get_funding(struct rpc *k)
{
	const struct symbol *s = deribit_instrument(k);
	int64_t now = k->sim->wall_us / 1000;
	int64_t from = rpc_number(k, "start_timestamp", -1);
	int64_t to = rpc_number(k, "end_timestamp", -1);
	const char *comma = "";

	if (!s)
		return;
	if (s->kind != PERPETUAL || from < 0 || to < from) {
		rpc_error(
		    k, RPC_INVALID_PARAMS, "Invalid params", "start_timestamp");
		return;
	}
	to = to < now ? to : now;
	from += (HOUR_MS - from % HOUR_MS) % HOUR_MS;
	buf_text(&k->body, "[");
	for (int i = 0; from <= to && i < FUNDING_MAX; i++, from += HOUR_MS) {
		char *p;

		buf_text(&k->body, comma);
		comma = ",";
		p = put_hour(buf_room(&k->body, ROW_MAX), k, s, from);
		k->body.len = (size_t)(p - k->body.data);
	}
	buf_text(&k->body, "]");
	rpc_result(k);
}
