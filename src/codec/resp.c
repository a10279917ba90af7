#include "codec/resp.h"

void
resp_init(struct resp *r)
{
	memset(r, 0, sizeof(*r));
}

bool
resp_within(const struct resp *r)
{
	return r->depth > 0 || r->step != RESP_TYPE;
}

static bool
is_aggregate(char type)
{
	return type == '*' || type == '%' || type == '~' || type == '>' ||
	       type == '|';
}

static bool
is_bulk(char type)
{
	return type == '$' || type == '!' || type == '=';
}

static void
keep(struct resp *r, const char *from, size_t len)
{
	size_t room = RESP_TEXT_MAX - r->have;

	if (len > room)
		len = room;
	memcpy(r->text + r->have, from, len);
	r->have += len;
}

/* One item has ended: so may have what it was in. */
static void
close_levels(struct resp *r, struct resp_item *item)
{
	while (r->depth > 0) {
		struct resp_level *l = &r->levels[r->depth - 1];

		if (l->left > 0 && --l->left > 0)
			return;
		r->depth--;
		/* What an attribute describes is still to come. */
		if (l->type == '|')
			return;
	}
	item->done = true;
}

static enum err
open_level(struct resp *r, struct resp_item *item)
{
	uint64_t count = (uint64_t)item->number;

	if (item->null || count == 0) {
		/* An empty attribute describes nothing and ends nothing. */
		if (r->type != '|')
			close_levels(r, item);
		return ERR_OK;
	}
	if (r->type == '%' || r->type == '|')
		count *= 2;
	if (r->depth == RESP_DEPTH_MAX)
		return ERR_PROTOCOL;
	r->levels[r->depth++] = (struct resp_level){ count, r->type };
	return ERR_OK;
}

static void
start_item(const struct resp *r, struct resp_item *item)
{
	memset(item, 0, sizeof(*item));
	item->type = r->type;
	item->depth = r->depth;
}

static enum err
read_count(const struct resp *r, struct resp_item *item)
{
	struct span s = { r->text, r->have };
	enum err e = span_i64(s, &item->number);

	if (e != ERR_OK || r->length > r->have)
		return ERR_PROTOCOL;
	/* Null is -1 in version 2. */
	item->null = item->number == -1 && (r->type == '$' || r->type == '*');
	if (item->number < 0 && !item->null)
		return ERR_PROTOCOL;
	return item->number > RESP_BULK_MAX ? ERR_PROTOCOL : ERR_OK;
}

/* The line of a $ ! or =: its text follows. */
static enum err
begin_bulk(struct resp *r, struct resp_item *item)
{
	enum err e = read_count(r, item);

	if (e != ERR_OK)
		return e;
	r->step = RESP_TYPE;
	if (item->null) {
		close_levels(r, item);
		return ERR_OK;
	}
	r->length = (uint64_t)item->number;
	r->seen = 0;
	r->have = 0;
	r->step = r->length > 0 ? RESP_BULK : RESP_BULK_CR;
	return ERR_SHORT;
}

static enum err
read_flag(const struct resp *r, struct resp_item *item)
{
	if (r->length != 1 || (r->text[0] != 't' && r->text[0] != 'f'))
		return ERR_PROTOCOL;
	item->number = r->text[0] == 't';
	return ERR_OK;
}

static enum err
read_number(const struct resp *r, struct resp_item *item)
{
	struct span s = { r->text, r->have };

	/* A plus sign is allowed. */
	if (s.len > 1 && s.at[0] == '+' && s.at[1] != '-') {
		s.at++;
		s.len--;
	}
	if (r->length > r->have || span_i64(s, &item->number) != ERR_OK)
		return ERR_PROTOCOL;
	return ERR_OK;
}

/* A whole line: what does it say?  SHORT when a text follows. */
static enum err
end_line(struct resp *r, struct resp_item *item)
{
	enum err e = ERR_OK;

	start_item(r, item);
	r->step = RESP_TYPE;
	if (is_bulk(r->type))
		return begin_bulk(r, item);
	if (is_aggregate(r->type)) {
		e = read_count(r, item);
		return e == ERR_OK ? open_level(r, item) : e;
	}
	item->text = (struct span){ r->text, r->have };
	item->length = r->length;
	if (r->type == ':')
		e = read_number(r, item);
	else if (r->type == '#')
		e = read_flag(r, item);
	else if (r->type == '_')
		e = r->length == 0 ? ERR_OK : ERR_PROTOCOL;
	item->null = r->type == '_';
	if (e == ERR_OK)
		close_levels(r, item);
	return e;
}

static void
end_bulk(struct resp *r, struct resp_item *item)
{
	start_item(r, item);
	r->step = RESP_TYPE;
	item->text = (struct span){ r->text, r->have };
	item->length = r->length;
	close_levels(r, item);
}

/* Up to the end of the line, or of what there is. */
static enum err
read_line(struct resp *r, const char *in, size_t len, size_t *used)
{
	const char *end = memchr(in, '\r', len);
	size_t n = end ? (size_t)(end - in) : len;

	/* Nothing but a text may be long. */
	if (memchr(in, '\n', n))
		return ERR_PROTOCOL;
	keep(r, in, n);
	r->length += n;
	*used += n + (end ? 1 : 0);
	if (end)
		r->step = RESP_LINE_END;
	return r->length > RESP_BULK_MAX ? ERR_PROTOCOL : ERR_SHORT;
}

static enum err
read_type(struct resp *r, char c, size_t *used)
{
	if (c == '\0' || !strchr("+-:$*_#,(!=%~>|", c))
		return ERR_PROTOCOL;
	r->type = c;
	r->step = RESP_LINE;
	r->length = 0;
	r->have = 0;
	*used += 1;
	return ERR_SHORT;
}

static enum err
read_bulk(struct resp *r, const char *in, size_t len, size_t *used)
{
	uint64_t left = r->length - r->seen;
	size_t n = left < len ? (size_t)left : len;

	keep(r, in, n);
	r->seen += n;
	*used += n;
	if (r->seen == r->length)
		r->step = RESP_BULK_CR;
	return ERR_SHORT;
}

static enum err
read_mark(struct resp *r, char c, size_t *used, struct resp_item *item)
{
	if (c != (r->step == RESP_BULK_CR ? '\r' : '\n'))
		return ERR_PROTOCOL;
	*used += 1;
	if (r->step == RESP_LINE_END)
		return end_line(r, item);
	if (r->step == RESP_BULK_CR) {
		r->step = RESP_BULK_LF;
		return ERR_SHORT;
	}
	end_bulk(r, item);
	return ERR_OK;
}

static enum err
step(struct resp *r, const char *in, size_t len, size_t *used,
    struct resp_item *item)
{
	switch (r->step) {
	case RESP_TYPE:
		return read_type(r, *in, used);
	case RESP_LINE:
		return read_line(r, in, len, used);
	case RESP_BULK:
		return read_bulk(r, in, len, used);
	case RESP_LINE_END:
	case RESP_BULK_CR:
	case RESP_BULK_LF:
		return read_mark(r, *in, used, item);
	}
	return ERR_PROTOCOL;
}

enum err
resp_feed(struct resp *r, const char *bytes, size_t len, size_t *used,
    struct resp_item *item)
{
	enum err e = ERR_SHORT;

	*used = 0;
	while (e == ERR_SHORT && *used < len)
		e = step(r, bytes + *used, len - *used, used, item);
	return e;
}

struct span
resp_word(const struct resp_item *item)
{
	struct span rest = item->text;

	return span_word(&rest, " ");
}

static void
head(struct out *o, char type, uint64_t number)
{
	out_char(o, type);
	out_u64(o, number);
	OUT_LITERAL(o, "\r\n");
}

void
resp_command(struct out *o, unsigned words)
{
	head(o, '*', words);
}

void
resp_text(struct out *o, struct span word)
{
	head(o, '$', word.len);
	out_span(o, word);
	OUT_LITERAL(o, "\r\n");
}

void
resp_number(struct out *o, int64_t word)
{
	char text[24];
	struct out digits;

	out_init(&digits, text, sizeof(text));
	out_i64(&digits, word);
	resp_text(o, out_done(&digits));
}
