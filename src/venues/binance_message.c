#include "venues/binance.h"

/* All that a bookTicker or a partial book has, and nothing else (2.4.2). */
static bool
has_no_event_type(const struct binance_members *m)
{
	static const char letters[] = "usbBaA";

	if (binance_word(m, BINANCE_LAST_UPDATE_ID) >= 0)
		return true;
	for (size_t i = 0; i < sizeof(letters) - 1; i++) {
		if (binance_letter(m, letters[i]) < 0)
			return false;
	}
	return true;
}

/* Names are short, and most differ in length. */
static bool
is_event(struct span name, const struct binance_event *event)
{
	size_t i = 0;

	if (name.len != event->name.len)
		return false;
	while (i < name.len && name.at[i] == event->name.at[i])
		i++;
	return i == name.len;
}

static enum err
read_event(const struct binance_dialect *d, struct json *j,
    const struct binance_members *m, const struct origin *from,
    struct venue_host *h)
{
	int token = binance_letter(m, 'e');
	struct span name = json_text(j, token);

	if (token < 0)
		return d->has_untyped && has_no_event_type(m) ? ERR_OK
							      : ERR_MISSING;
	for (size_t i = 0; i < d->count; i++) {
		if (!is_event(name, &d->events[i]))
			continue;
		if (d->events[i].read == NULL)
			return ERR_OK;
		return d->events[i].read(j, m, from, h);
	}
	return ERR_UNKNOWN;
}

enum err
binance_shutdown(struct json *j, const struct binance_members *m,
    const struct origin *from, struct venue_host *h)
{
	(void)j;
	(void)m;
	(void)from;
	h->shutdown(h);
	return ERR_OK;
}

/*
 * The answer to a request.  An error comes in two forms (Binance streams:
 * errors):
 * {"code":2,"msg":"...","id":1} and {"error":{"code":2,"msg":"..."},"id":1}.
 * An error about a frame that could not be read has no id: -1.
 */
static enum err
read_answer(
    struct json *j, const struct binance_members *root, struct venue_host *h)
{
	struct binance_members inner;
	const struct binance_members *m = root;
	int error = binance_word(root, BINANCE_ERROR);
	char buf[256];
	struct span text = SPAN_NULL;
	int64_t id = -1;
	enum err e = json_i64(j, binance_word(root, BINANCE_ID), &id);

	if (binance_word(root, BINANCE_RESULT) >= 0 && json_none(j, error)) {
		if (e == ERR_OK)
			h->ack(h, id, SPAN_NULL, ERR_OK, SPAN_NULL);
		return e;
	}
	if (e != ERR_OK)
		id = -1;
	if (json_type(j, error) == JSON_OBJECT) {
		e = binance_members(j, error, &inner);
		if (e != ERR_OK)
			return e;
		m = &inner;
	}
	if (json_string(j, binance_word(m, BINANCE_MSG), buf, sizeof(buf),
		&text) != ERR_OK)
		text = json_text(j, binance_word(m, BINANCE_MSG));
	h->ack(h, id, SPAN_NULL, ERR_REJECTED, text);
	return ERR_OK;
}

static bool
is_answer(const struct binance_members *m)
{
	return binance_word(m, BINANCE_RESULT) >= 0 ||
	       binance_word(m, BINANCE_ERROR) >= 0 ||
	       (binance_word(m, BINANCE_CODE) >= 0 &&
		   binance_word(m, BINANCE_MSG) >= 0);
}

enum err
binance_message(const struct binance_dialect *d, struct json *j,
    const struct origin *from, struct venue_host *h)
{
	struct binance_members m;
	enum err e;
	int data;

	if (json_type(j, 0) != JSON_OBJECT)
		return ERR_TYPE;
	e = binance_members(j, 0, &m);
	if (e != ERR_OK)
		return e;
	data = binance_word(&m, BINANCE_DATA);
	if (data < 0 && binance_letter(&m, 'e') < 0 && is_answer(&m))
		return read_answer(j, &m, h);
	if (data < 0)
		return read_event(d, j, &m, from, h);
	/* Streams of all symbols send arrays; none of them is collected. */
	if (json_type(j, data) == JSON_ARRAY)
		return ERR_OK;
	if (json_type(j, data) != JSON_OBJECT)
		return ERR_TYPE;
	e = binance_members(j, data, &m);
	if (e != ERR_OK)
		return e;
	return read_event(d, j, &m, from, h);
}
