#define _GNU_SOURCE
#include "deribit_rest.h"

#include "books.h"
#include "deribit.h"

enum {
	TRADES_DEFAULT = 10,
	TRADES_MAX = 1000,
	DEPTH_DEFAULT = 5,
	/* Longest trade, ticker, and level. */
	ROW_MAX = 2048,
	LEVEL_MAX = 80,
};

void
deribit_get_time(struct rpc *k)
{
	char text[NUMBER_MAX + 1];

	*put_int(text, k->sim->wall_us / 1000) = '\0';
	rpc_say(k, text);
}

void
deribit_status(struct rpc *k)
{
	rpc_say(k, "{\"locked\":\"false\",\"locked_currencies\":[]}");
}

void
deribit_get_ticker(struct rpc *k)
{
	const struct symbol *s = deribit_instrument(k);
	char *p;

	if (!s)
		return;
	p = buf_room(&k->body, ROW_MAX);
	*p++ = '{';
	p = put_ticker(p, k->sim, s, FORM_SHORT);
	*p++ = '}';
	k->body.len = (size_t)(p - k->body.data);
	rpc_result(k);
}

/* --- books --- */

static void
add_levels(struct rpc *k, const struct symbol *s, const struct side *side,
    int64_t depth)
{
	int count = depth < side->count ? (int)depth : side->count;
	char *p = buf_room(&k->body, (size_t)count * LEVEL_MAX + 2);

	*p++ = '[';
	for (int i = 0; i < count; i++) {
		const struct level *l = &side->level[side->count - 1 - i];

		p = PUT(p, "[");
		p = put_deribit(p, l->price * s->price_unit, FORM_SHORT);
		*p++ = ',';
		p = put_deribit(p, l->qty * s->lot_unit, FORM_SHORT);
		p = PUT(p, "],");
	}
	p -= count > 0;
	*p++ = ']';
	k->body.len = (size_t)(p - k->body.data);
}

void
deribit_get_order_book(struct rpc *k)
{
	struct sim *sim = k->sim;
	const struct symbol *s = deribit_instrument(k);
	int64_t depth = rpc_number(k, "depth", DEPTH_DEFAULT);
	struct side book[2];
	int64_t id;
	char *p;

	if (!s)
		return;
	if (depth < 1 || depth > 10000) {
		rpc_error(k, RPC_INVALID_PARAMS, "Invalid params", "depth");
		return;
	}
	sim->stats.snapshots++;
	id = book_asked(sim, s, book);
	p = buf_room(&k->body, ROW_MAX);
	*p++ = '{';
	p = put_ticker(p, sim, s, FORM_SHORT);
	*p++ = ',';
	p = put_whole(p, "change_id", id);
	p = put_key(p, "bids");
	k->body.len = (size_t)(p - k->body.data);
	add_levels(k, s, &book[BID], depth);
	buf_text(&k->body, ",\"asks\":");
	add_levels(k, s, &book[ASK], depth);
	buf_text(&k->body, "}");
	book_free(book);
	rpc_result(k);
	if (k->request && sim->faults.snap_delay_ms)
		k->conn->hold_us =
		    sim->now_us + sim->faults.snap_delay_ms * 1000;
}

/* --- trades --- */

/* Sequence numbers first..last; more: of the range are left. */
struct range {
	int64_t first;
	int64_t last;
	bool ascending;
	bool more;
};

/* By sequence and by time, as far as they are remembered.  What has no order
 * asked for comes newest first. */
static struct range
asked_range(const struct rpc *k, const struct symbol *s)
{
	const struct market *m = &k->sim->market;
	int64_t from = rpc_number(k, "start_timestamp", 0) * 1000;
	int64_t to = rpc_number(k, "end_timestamp", INT64_MAX / 1000);
	int64_t count = rpc_number(k, "count", TRADES_DEFAULT);
	struct range r = {
		.first = rpc_number(k, "start_seq", 0),
		.last = rpc_number(k, "end_seq", INT64_MAX),
	};
	char sorting[16] = "";

	rpc_word(k, "sorting", sorting, sizeof(sorting));
	r.ascending = strcmp(sorting, "asc") == 0;
	count = count < 1 ? 1 : count > TRADES_MAX ? TRADES_MAX : count;
	if (r.first < symbol_oldest(m, s))
		r.first = symbol_oldest(m, s);
	if (r.last >= s->trade_next)
		r.last = s->trade_next - 1;
	while (r.first <= r.last && symbol_trade(m, s, r.first)->time < from)
		r.first++;
	while (
	    r.first <= r.last && symbol_trade(m, s, r.last)->time / 1000 > to)
		r.last--;
	r.more = r.last - r.first >= count;
	if (r.more && r.ascending)
		r.last = r.first + count - 1;
	else if (r.more)
		r.first = r.last - count + 1;
	return r;
}

/* The flag of a liquidation comes late. */
static char *
put_row(char *p, struct sim *sim, const struct symbol *s, const struct trade *t)
{
	bool late = sim->wall_us - t->time >= sim->opt.flag_delay_ms * 1000;
	enum deribit_form form = deribit_form_of(sim, (uint64_t)t->id);

	return (late ? put_deribit_flagged : put_deribit_trade)(
	    p, sim, s, t, form, false);
}

void
deribit_get_trades(struct rpc *k)
{
	const struct symbol *s = deribit_instrument(k);
	struct range r;

	if (!s)
		return;
	r = asked_range(k, s);
	buf_text(&k->body, "{\"trades\":[");
	for (int64_t i = 0; i <= r.last - r.first; i++) {
		int64_t id = r.ascending ? r.first + i : r.last - i;
		char *p = buf_room(&k->body, ROW_MAX);

		if (i)
			*p++ = ',';
		p = put_row(p, k->sim, s, symbol_trade(&k->sim->market, s, id));
		k->body.len = (size_t)(p - k->body.data);
	}
	buf_print(&k->body, "],\"has_more\":%s}", r.more ? "true" : "false");
	rpc_result(k);
}
