#include "venues/deribit.h"

/* The first word of a channel; read is NULL for what is not collected. */
static const struct {
	struct span word;
	enum err (*read)(const struct deribit_event *ev);
} channels[] = {
	{ { "book", 4 }, deribit_book },
	{ { "ticker", 6 }, deribit_ticker },
	{ { "trades", 6 }, deribit_trades },
	{ { "chart", 5 }, deribit_chart },
	{ { "quote", 5 }, deribit_quote },
	{ { "instrument", 10 }, deribit_state },
	{ { "incremental_ticker", 18 }, NULL },
	{ { "perpetual", 9 }, NULL },
	{ { "platform_state", 14 }, NULL },
	{ { "announcements", 13 }, NULL },
};

/* {"channel":"trades.BTC-PERPETUAL.100ms","data":...} */
static enum err
read_notification(
    struct json *j, int params, const struct origin *from, struct venue_host *h)
{
	struct deribit_members m;
	struct deribit_event ev = { .j = j, .from = from, .h = h };
	enum err e = deribit_members(j, params, &m);
	struct span channel;
	struct span word;
	int token;

	if (e != ERR_OK)
		return e;
	token = deribit_word(&m, DERIBIT_CHANNEL);
	if (json_none(j, token))
		return ERR_MISSING;
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	ev.data = deribit_word(&m, DERIBIT_DATA);
	channel = json_text(j, token);
	word = (struct span){ channel.at, 0 };
	while (word.len < channel.len && word.at[word.len] != '.')
		word.len++;
	ev.channel =
	    (struct span){ word.at + word.len, channel.len - word.len };
	if (ev.channel.len > 0) {
		ev.channel.at++;
		ev.channel.len--;
	}
	for (size_t i = 0; i < DERIBIT_COUNT(channels); i++) {
		if (!deribit_is(
			word, channels[i].word.at, channels[i].word.len))
			continue;
		return channels[i].read == NULL ? ERR_OK
						: channels[i].read(&ev);
	}
	return ERR_UNKNOWN;
}

/*
 * {"type":"heartbeat"} is a sign of life as any message is.  A test_request has
 * to be answered, or the server closes at once (5.2).
 */
static enum err
read_heartbeat(struct json *j, int params, struct venue_host *h)
{
	struct deribit_members m;
	enum err e = deribit_members(j, params, &m);
	char frame[128];
	struct span type;
	struct out o;
	int token;

	if (e != ERR_OK)
		return e;
	token = deribit_word(&m, DERIBIT_TYPE);
	if (json_none(j, token))
		return ERR_MISSING;
	type = json_text(j, token);
	if (DERIBIT_IS(type, "heartbeat"))
		return ERR_OK;
	if (!DERIBIT_IS(type, "test_request"))
		return ERR_UNKNOWN;
	out_init(&o, frame, sizeof(frame));
	OUT_LITERAL(&o, "{\"jsonrpc\":\"2.0\",\"id\":");
	out_i64(&o, h->request_id(h));
	OUT_LITERAL(&o, ",\"method\":\"public/test\",\"params\":{}}");
	h->send(h, out_done(&o));
	return ERR_OK;
}

/* {"code":13778,"message":"raw_subscriptions_not_available_..."} (5.3) */
static enum err
read_refusal(struct json *j, int error, int64_t id, struct venue_host *h)
{
	struct deribit_members m;
	struct span text = SPAN_NULL;
	enum err e = deribit_members(j, error, &m);
	char buf[256];
	int token;

	if (e != ERR_OK)
		return e;
	token = deribit_word(&m, DERIBIT_MESSAGE);
	if (json_string(j, token, buf, sizeof(buf), &text) != ERR_OK)
		text = json_text(j, token);
	h->ack(h, id, SPAN_NULL, ERR_REJECTED, text);
	return ERR_OK;
}

/*
 * What is subscribed stands in a list; every other result ("ok", an object) is
 * of a request that is about no streams.
 */
static enum err
read_result(struct json *j, int result, int64_t id, struct venue_host *h)
{
	int row = json_first(j, result);
	bool list = json_type(j, result) == JSON_ARRAY;

	for (int at = row; list && at >= 0; at = json_next(j, at)) {
		if (json_type(j, at) != JSON_STRING)
			return ERR_TYPE;
	}
	for (; list && row >= 0; row = json_next(j, row)) {
		char buf[2 * SYMBOL_MAX];
		struct span name;

		if (json_string(j, row, buf, sizeof(buf), &name) == ERR_OK)
			h->ack(h, id, name, ERR_OK, SPAN_NULL);
	}
	h->ack(h, id, SPAN_NULL, ERR_OK, SPAN_NULL);
	return ERR_OK;
}

/* A frame that could not be read is answered without an id: -1. */
static enum err
read_answer(
    struct json *j, const struct deribit_members *m, struct venue_host *h)
{
	int error = deribit_word(m, DERIBIT_ERROR);
	int64_t id = -1;
	enum err e = deribit_i64(j, deribit_word(m, DERIBIT_ID), &id);

	if (e != ERR_OK)
		id = -1;
	if (!json_none(j, error))
		return read_refusal(j, error, id, h);
	if (e != ERR_OK)
		return e;
	return read_result(j, deribit_word(m, DERIBIT_RESULT), id, h);
}

enum err
deribit_message(struct json *j, const struct origin *from, struct venue_host *h)
{
	struct deribit_members m;
	struct span method;
	enum err e = deribit_members(j, 0, &m);
	int params;
	int token;

	if (e != ERR_OK)
		return e;
	token = deribit_word(&m, DERIBIT_METHOD);
	params = deribit_word(&m, DERIBIT_PARAMS);
	if (token < 0 && (deribit_word(&m, DERIBIT_RESULT) >= 0 ||
			     deribit_word(&m, DERIBIT_ERROR) >= 0))
		return read_answer(j, &m, h);
	if (json_none(j, token))
		return ERR_MISSING;
	method = json_text(j, token);
	if (DERIBIT_IS(method, "subscription"))
		return read_notification(j, params, from, h);
	if (DERIBIT_IS(method, "heartbeat"))
		return read_heartbeat(j, params, h);
	return ERR_UNKNOWN;
}
