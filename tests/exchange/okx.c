#define _GNU_SOURCE
#include "okx.h"

#include <stdio.h>
#include <stdlib.h>

#include "ids.h"
#include "okx_channels.h"
#include "ws.h"

enum {
	/* What is quoted of a request that nobody can read. */
	QUOTE_MAX = 200,
	FILLS_PERCENT = 30,
	REQUEST_MAX = 65536,
};

/* --- what the venue says about a request --- */

/* "id":"..", when there was one, behind the opening brace. */
static void
begin_event(struct buf *b, const struct okx_call *k, const char *event)
{
	buf_text(b, "{");
	if (k && k->id[0])
		buf_print(b, "\"id\":\"%s\",", k->id);
	buf_print(b, "\"event\":\"%s\",", event);
}

static void
end_event(struct conn *c, struct buf *b)
{
	/* Looks like a hash, and is never twice the same. */
	buf_print(b, "\"connId\":\"%08x\"}", (unsigned)c->number * 2654435761u);
	ws_send(c, WS_TEXT, b->data, b->len);
	buf_free(b);
}

static void
say_error(
    struct conn *c, const struct okx_call *k, const char *code, const char *why)
{
	struct buf b = { 0 };

	begin_event(&b, k, "error");
	buf_print(&b, "\"code\":\"%s\",\"msg\":\"%s\",", code, why);
	end_event(c, &b);
}

static void
refuse(struct conn *c, const struct okx_call *k, const struct okx_wish *w)
{
	bool by_id = w->arg.inst_id[0] != '\0';
	char why[512];

	snprintf(why, sizeof(why),
	    "Subscribe failed, wrong URL or channel:%s,%s:%s doesn't exist. "
	    "Please use the correct URL, channel and parameters referring to "
	    "API document.",
	    w->arg.channel, by_id ? "instId" : "instType",
	    by_id ? w->arg.inst_id : w->arg.inst_type);
	say_error(c, k, "60018", why);
}

static void
acknowledge(struct conn *c, const struct okx_call *k, const struct okx_wish *w)
{
	char arg[PREFIX_MAX];
	struct buf b = { 0 };

	okx_wish_arg(arg, w);
	begin_event(&b, k, k->op);
	buf_print(&b, "\"arg\":%s,", arg);
	end_event(c, &b);
}

/* As much of it as can be shown inside a string. */
static void
refuse_text(struct conn *c, const char *text, size_t len)
{
	char why[2 * QUOTE_MAX + 64] = "Invalid request: ";
	char *p = why + strlen(why);

	for (size_t i = 0; i < len && i < QUOTE_MAX; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*p++ = '\\';
		*p++ = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	}
	*p = '\0';
	say_error(c, NULL, "60012", why);
}

/* --- requests --- */

static void
subscribe(struct sim *sim, struct conn *c, const struct okx_call *k,
    struct okx_wish *w)
{
	struct stream *st;

	if (!okx_wish_find(sim, c, w)) {
		refuse(c, k, w);
		return;
	}
	st = okx_wish_stream(sim, w);
	if (!st->noack)
		acknowledge(c, k, w);
	if (streams_join(&sim->streams, st, c))
		sim->streams.changed_us = sim->now_us;
	/* Who subscribes again gets it again. */
	if (w->channel->first)
		w->channel->first(sim, c, st);
}

/* A book of a renamed instrument ends by the new name too. */
static void
quit_books(struct sim *sim, struct conn *c, const struct okx_wish *w)
{
	struct stream *st =
	    w->channel && w->channel->kind == STREAM_DIFF && w->symbol
		? w->symbol->streams[STREAM_DIFF]
		: NULL;

	for (; st; st = st->next)
		streams_quit(&sim->streams, st, c);
}

static void
unsubscribe(struct sim *sim, struct conn *c, const struct okx_call *k,
    struct okx_wish *w)
{
	struct stream *st;

	okx_wish_find(sim, c, w);
	st = okx_wish_have(sim, w);
	if (st)
		streams_quit(&sim->streams, st, c);
	quit_books(sim, c, w);
	if (!st && !w->symbol)
		refuse(c, k, w);
	else
		acknowledge(c, k, w);
}

static void
message(struct sim *sim, struct conn *c, const char *text, size_t len)
{
	struct okx_call k;
	struct okx_wish w;
	bool join, quit;

	if (len == 4 && memcmp(text, "ping", 4) == 0) {
		ws_send(c, WS_TEXT, "pong", 4);
		return;
	}
	if (len > REQUEST_MAX) {
		sim->limits.violations.protocol++;
		ws_close(c, 1009, "Request too long");
		return;
	}
	if (!okx_call_parse(&k, text, len)) {
		refuse_text(c, text, len);
		return;
	}
	join = strcmp(k.op, "subscribe") == 0;
	quit = strcmp(k.op, "unsubscribe") == 0;
	if (!join && !quit) {
		refuse_text(c, text, len);
		return;
	}
	if (!limits_op(sim, c)) {
		say_error(c, &k, "60014", "Requests too frequent");
		return;
	}
	for (int i = k.args; okx_call_next(&k, &i, &w.arg);) {
		if (join)
			subscribe(sim, c, &k, &w);
		else
			unsubscribe(sim, c, &k, &w);
	}
}

/* --- connections --- */

static bool
upgrade(struct sim *sim, struct conn *c, const struct request *r)
{
	(void)sim;
	if (strcmp(r->path, "/ws/v5/public") == 0) {
		c->route = OKX_PUBLIC;
	} else if (strcmp(r->path, "/ws/v5/business") == 0) {
		c->route = OKX_BUSINESS;
	} else {
		c->state = CONN_CLOSING;
		http_reply(c, 404, "text/plain", NULL, "path\n", 5);
		return false;
	}
	/* Every stream has its arg in front. */
	c->combined = true;
	return true;
}

static void
say_shutdown(struct sim *sim, struct conn *c)
{
	struct buf b = { 0 };

	(void)sim;
	begin_event(&b, NULL, "notice");
	buf_text(&b, "\"code\":\"64008\",\"msg\":\"The connection will soon "
		     "be closed for a service upgrade. Please reconnect.\",");
	end_event(c, &b);
}

const struct dialect okx = {
	.name = "okx",
	.rules = {
		.ops_max = 480,
		.ops_window_ms = 3600000,
		.connects_max = 3,
		.connects_window_ms = 1000,
		.weight_window_ms = 2000,
		.idle_ms = 30000,
		.shutdown_ms = 60000,
	},
	.market = { .describe = okx_describe,
	    .name = okx_name,
	    .show = ids_sparse,
	    .fills_percent = FILLS_PERCENT },
	.bar_ms = 1000,
	.trade = okx_publish_trade,
	.diff = okx_publish_diff,
	.bar = okx_publish_bar,
	.day = okx_publish_day,
	.mark = okx_publish_mark,
	.interest = okx_publish_interest,
	.liquidation = okx_publish_liquidation,
	.turn = okx_turn,
	.listed = okx_listed,
	.shutdown = say_shutdown,
	.message = message,
	.upgrade = upgrade,
	.request = okx_request,
	.commands = okx_faults,
};
