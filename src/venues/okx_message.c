#include "venues/okx.h"

#include <string.h>

enum {
	/* channel:instId, see okx.c. */
	NAME_MAX = 128,
	/* OKX 4.2 */
	CODE_CLOSING = 64008,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* read is NULL for what is known and not collected. */
static const struct channel_reader {
	struct span name;
	enum err (*read)(const struct okx_push *p);
} readers[] = {
	{ { "books", 5 }, okx_read_books },
	{ { "trades", 6 }, okx_read_trades },
	{ { "tickers", 7 }, okx_read_tickers },
	{ { "trades-all", 10 }, okx_read_trades_all },
	{ { "books-l2-tbt", 12 }, okx_read_books },
	{ { "books50-l2-tbt", 14 }, okx_read_books },
	{ { "funding-rate", 12 }, okx_read_funding },
	{ { "open-interest", 13 }, okx_read_interest },
	{ { "liquidation-orders", 18 }, okx_read_liquidations },
	{ { "instruments", 11 }, okx_read_instruments },
	/* Not incremental: what is lost between two of them cannot be seen. */
	{ { "books5", 6 }, NULL },
	{ { "bbo-tbt", 7 }, NULL },
	/* Other orders than those of the book, or all of them together. */
	{ { "books-elp", 9 }, NULL },
	{ { "books-elp-all", 13 }, NULL },
	{ { "status", 6 }, NULL },
	{ { "mark-price", 10 }, NULL },
	{ { "index-tickers", 13 }, NULL },
};

static enum err
dispatch(const struct okx_push *p)
{
	if (span_starts(p->channel, "candle"))
		return okx_read_candles(p);
	for (size_t i = 0; i < COUNT(readers); i++) {
		if (!span_eq(readers[i].name, p->channel))
			continue;
		return readers[i].read == NULL ? ERR_OK : readers[i].read(p);
	}
	return ERR_UNKNOWN;
}

static enum err
read_push(struct json *j, const struct okx_members *root,
    const struct origin *from, struct venue_host *h)
{
	struct okx_members arg;
	struct okx_push p = { .j = j,
		.from = from,
		.h = h,
		.data = okx_at(root, OKX_DATA),
		.action = okx_at(root, OKX_ACTION) };
	enum err e;

	if (okx_at(root, OKX_ARG) < 0)
		return ERR_MISSING;
	e = okx_members(j, okx_at(root, OKX_ARG), &arg);
	if (e != ERR_OK)
		return e;
	p.inst = okx_at(&arg, OKX_INST_ID);
	p.channel = json_text(j, okx_at(&arg, OKX_CHANNEL));
	if (p.channel.len == 0 || json_none(j, p.data))
		return ERR_MISSING;
	if (json_type(j, p.data) != JSON_ARRAY)
		return ERR_TYPE;
	return dispatch(&p);
}

/* channel:instId, or the type for a channel of all instruments of one. */
static struct span
stream_name(struct span channel, struct span inst, struct out *o)
{
	out_span(o, channel);
	if (inst.len > 0) {
		out_char(o, ':');
		out_span(o, inst);
	}
	return o->full ? SPAN_NULL : out_done(o);
}

/* {"event":"subscribe","arg":{...}}: one for each stream of the request. */
static enum err
read_ack(struct json *j, const struct okx_members *root, struct venue_host *h)
{
	char memory[NAME_MAX];
	struct okx_members arg;
	struct span name;
	struct out o;
	int64_t id = -1;
	int inst;
	enum err e;

	if (okx_at(root, OKX_ARG) < 0)
		return ERR_MISSING;
	e = okx_members(j, okx_at(root, OKX_ARG), &arg);
	if (e != ERR_OK)
		return e;
	if (json_none(j, okx_at(&arg, OKX_CHANNEL)))
		return ERR_MISSING;
	inst = okx_at(&arg, OKX_INST_ID);
	if (json_none(j, inst))
		inst = okx_at(&arg, OKX_INST_TYPE);
	out_init(&o, memory, sizeof(memory));
	name = stream_name(
	    json_text(j, okx_at(&arg, OKX_CHANNEL)), json_text(j, inst), &o);
	/* Without a name it would stand for the whole request. */
	if (name.at == NULL)
		return ERR_FULL;
	/* Requests of others have no id, or one that is no number. */
	if (json_i64(j, okx_at(root, OKX_ID), &id) != ERR_OK)
		id = -1;
	h->ack(h, id, name, ERR_OK, SPAN_NULL);
	return ERR_OK;
}

/* What follows `label` in the text, up to a comma, a blank or the end. */
static struct span
word_after(struct span text, const char *label)
{
	size_t len = strlen(label);
	struct span word = SPAN_NULL;

	for (size_t i = 0; i + len <= text.len && word.at == NULL; i++) {
		if (memcmp(text.at + i, label, len) == 0)
			word.at = text.at + i + len;
	}
	if (word.at == NULL)
		return SPAN_NULL;
	while (word.at + word.len < text.at + text.len &&
	       word.at[word.len] != ',' && word.at[word.len] != ' ')
		word.len++;
	if (word.len > 0 && word.at[word.len - 1] == '.')
		word.len--;
	return word;
}

/*
 * An error names its stream in its words alone: "... wrong URL or
 * channel:candle1m,instId:BTC-USDT doesn't exist. ...".  Without both of them
 * it is about the whole request.
 */
static struct span
refused_name(struct span text, struct out *o)
{
	struct span channel = word_after(text, "channel:");
	struct span inst = word_after(text, "instId:");

	if (inst.len == 0)
		inst = word_after(text, "instType:");
	if (channel.len == 0 || inst.len == 0)
		return SPAN_NULL;
	return stream_name(channel, inst, o);
}

static enum err
read_error(struct json *j, const struct okx_members *root, struct venue_host *h)
{
	char memory[NAME_MAX];
	char buf[256];
	int msg = okx_at(root, OKX_MSG);
	struct span text;
	struct out o;
	int64_t id = -1;

	if (json_string(j, msg, buf, sizeof(buf), &text) != ERR_OK)
		text = json_text(j, msg);
	if (json_i64(j, okx_at(root, OKX_ID), &id) != ERR_OK)
		id = -1;
	out_init(&o, memory, sizeof(memory));
	h->ack(h, id, refused_name(text, &o), ERR_REJECTED, text);
	return ERR_OK;
}

static enum err
read_notice(
    struct json *j, const struct okx_members *root, struct venue_host *h)
{
	int64_t code = 0;
	enum err e = json_i64(j, okx_at(root, OKX_CODE), &code);

	if (e == ERR_OK && code == CODE_CLOSING)
		h->shutdown(h);
	return e;
}

static const struct event_reader {
	struct span name;
	enum err (*read)(struct json *j, const struct okx_members *root,
	    struct venue_host *h);
} events[] = {
	{ { "subscribe", 9 }, read_ack },
	{ { "unsubscribe", 11 }, read_ack },
	{ { "error", 5 }, read_error },
	{ { "notice", 6 }, read_notice },
	{ { "channel-conn-count", 18 }, NULL },
};

static enum err
read_event(struct json *j, const struct okx_members *root, struct venue_host *h)
{
	struct span name = json_text(j, okx_at(root, OKX_EVENT));

	for (size_t i = 0; i < COUNT(events); i++) {
		if (!span_eq(events[i].name, name))
			continue;
		return events[i].read == NULL ? ERR_OK
					      : events[i].read(j, root, h);
	}
	return json_none(j, okx_at(root, OKX_EVENT)) ? ERR_MISSING
						     : ERR_UNKNOWN;
}

enum err
okx_message(struct json *j, const struct origin *from, struct venue_host *h)
{
	struct okx_members root;
	enum err e = okx_members(j, 0, &root);

	if (e != ERR_OK)
		return e;
	if (okx_at(&root, OKX_EVENT) >= 0)
		return read_event(j, &root, h);
	return read_push(j, &root, from, h);
}
