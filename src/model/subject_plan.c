/* Subjects of NATS, by a template.  See emit.h. */
#include "model/subject_parts.h"

#include <string.h>

static const char *const words[WORD_COUNT] = {
	[WORD_PREFIX] = "prefix",
	[WORD_EXCHANGE] = "exchange",
	[WORD_VENUE] = "venue",
	[WORD_MARKET_TYPE] = "market_type",
	[WORD_SYMBOL] = "symbol",
	[WORD_SYMBOL_AS_IS] = "SYMBOL",
	[WORD_NATIVE] = "native",
	[WORD_TYPE] = "type",
};

/* --- writing --- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static void
lower_from(struct out *o, size_t from)
{
	for (size_t i = from; i < o->len; i++)
		o->at[i] = lower(o->at[i]);
}

/* The first field of that type; NULL when the record has none. */
static const void *
field_of(enum record_id id, const void *rec, enum field_type type)
{
	const struct record_desc *d = &records[id];

	for (unsigned i = 0; i < d->field_count; i++)
		if (d->fields[i].type == type)
			return (const char *)rec + d->fields[i].offset;
	return NULL;
}

static const struct venue_desc *
venue_of(enum record_id id, const void *rec)
{
	const uint8_t *venue = field_of(id, rec, TYPE_VENUE);

	return &venue_descs[*venue];
}

/* The first text of a record says what it is about. */
static struct span
topic_of(enum record_id id, const void *rec)
{
	const struct span *s = field_of(id, rec, TYPE_SYM);

	if (s == NULL)
		s = field_of(id, rec, TYPE_TEXT);
	return *s;
}

static struct span
market_of(enum record_id id, const void *rec)
{
	const uint8_t *market = field_of(id, rec, TYPE_MARKET);

	return market == NULL ? SPAN_NULL : span_of(market_name(*market));
}

/* native_symbol is the last text but of records that have none. */
static struct span
native_of(enum record_id id, const void *rec)
{
	const struct record_desc *d = &records[id];

	for (unsigned i = 0; i < d->field_count; i++)
		if (strcmp(d->fields[i].name, "native_symbol") == 0)
			return *(const struct span *)((const char *)rec +
						      d->fields[i].offset);
	return topic_of(id, rec);
}

/* Perpetuals and spot share names there, and REST data had another hand. */
static void
marketprism_symbol(enum record_id id, struct out *o, size_t from)
{
	static const char perp[] = "-PERP";
	size_t len = sizeof(perp) - 1;

	if (o->len - from > len && memcmp(o->at + o->len - len, perp, len) == 0)
		o->len -= len;
	if (id != RECORD_funding_rate && id != RECORD_open_interest &&
	    id != RECORD_liquidation)
		return;
	for (size_t i = from; i < o->len; i++)
		if (o->at[i] == '-')
			o->at[i] = '_';
}

static void
out_symbol(const struct subject_plan *p, enum record_id id, const void *rec,
    struct out *o)
{
	size_t from = o->len;

	subject_token(o, topic_of(id, rec));
	if (p->marketprism && !o->full)
		marketprism_symbol(id, o, from);
	lower_from(o, from);
}

static void
out_word(const struct subject_plan *p, const struct subject_part *part,
    enum record_id id, const void *rec, struct out *o)
{
	switch (part->word) {
	case WORD_TEXT:
		out_span(o, part->text);
		break;
	case WORD_PREFIX:
		out_text(o, p->prefix);
		break;
	case WORD_EXCHANGE:
		out_text(o, venue_of(id, rec)->exchange);
		break;
	case WORD_VENUE:
		out_text(o, venue_of(id, rec)->name);
		break;
	case WORD_MARKET_TYPE:
		subject_token(o, market_of(id, rec));
		break;
	case WORD_SYMBOL:
		out_symbol(p, id, rec, o);
		break;
	case WORD_SYMBOL_AS_IS:
		subject_token(o, topic_of(id, rec));
		break;
	case WORD_NATIVE:
		subject_token(o, native_of(id, rec));
		break;
	case WORD_TYPE:
		out_text(o, records[id].name);
		break;
	case WORD_COUNT:
		break;
	}
}

void
record_subject(const struct subject_plan *p, enum record_id id, const void *rec,
    struct out *o)
{
	const struct kline *k = rec;
	const struct orderbook *b = rec;

	if (id == RECORD_event && !p->no_alerts && subject_alert(rec, o))
		return;
	for (unsigned i = 0; i < p->count; i++)
		out_word(p, &p->parts[i], id, rec, o);
	if (id == RECORD_kline) {
		/* 1m is a minute and 1M a month: its case is kept. */
		out_char(o, '.');
		subject_token(o, k->interval);
	}
	if (p->marketprism && id == RECORD_orderbook &&
	    b->update_type == UPDATE_DELTA)
		OUT_LITERAL(o, ".delta");
}

/* --- what a stream has to cover --- */

/*
 * False where the subject begins to differ from record to record.  Types and
 * exchanges are told apart in the first token only, where they must be: one
 * filter with > behind a fixed token is better than one for each.
 */
static bool
out_fixed(const struct subject_plan *p, const struct subject_part *part,
    unsigned type, unsigned venue, struct out *o)
{
	bool first = o->len == 0 || memchr(o->at, '.', o->len) == NULL;

	if (part->word == WORD_TEXT)
		out_span(o, part->text);
	else if (part->word == WORD_PREFIX)
		out_text(o, p->prefix);
	else if (part->word == WORD_TYPE && first)
		out_text(o, records[type].name);
	else if (part->word == WORD_EXCHANGE && first)
		out_text(o, venue_descs[venue].exchange);
	else
		return false;
	return true;
}

/* The whole tokens at the start that do not differ, and > for the rest. */
static void
out_filter(
    const struct subject_plan *p, unsigned type, unsigned venue, struct out *o)
{
	unsigned i = 0;

	while (i < p->count && out_fixed(p, &p->parts[i], type, venue, o))
		i++;
	while (o->len > 0 && o->at[o->len - 1] != '.')
		o->len--;
	out_char(o, '>');
}

/* Number i of all there may be, with repetitions; the last is that of alarms.
 */
static void
out_number(const struct subject_plan *p, unsigned i, struct out *o)
{
	if (i == RECORD_COUNT * VENUE_COUNT)
		OUT_LITERAL(o, SUBJECT_ALERTS);
	else
		out_filter(p, i / VENUE_COUNT, i % VENUE_COUNT, o);
}

bool
subject_filter(const struct subject_plan *p, unsigned *at, struct out *o)
{
	unsigned end = RECORD_COUNT * VENUE_COUNT + !p->no_alerts;
	char text[SUBJECT_MAX];
	struct out before;
	bool known = true;

	for (; known && *at < end; ++*at) {
		out_reset(o);
		out_number(p, *at, o);
		known = false;
		for (unsigned i = 0; i < *at && !known; i++) {
			out_init(&before, text, sizeof(text));
			out_number(p, i, &before);
			known = span_eq(out_done(&before), out_done(o));
		}
	}
	return !known;
}

/* --- reading --- */

static enum err
wrong(struct out *why, struct span rest, const char *template, const char *what)
{
	size_t column = strlen(template) - rest.len + 1;

	OUT_LITERAL(why, "column ");
	out_u64(why, column);
	OUT_LITERAL(why, " of ");
	out_json(why, span_of(template));
	OUT_LITERAL(why, ": ");
	out_text(why, what);
	return ERR_SYNTAX;
}

/* {word} */
static enum err
read_word(struct span *rest, struct subject_part *part)
{
	const char *end = memchr(rest->at, '}', rest->len);
	struct span name;

	if (end == NULL)
		return ERR_SYNTAX;
	name.at = rest->at + 1;
	name.len = (size_t)(end - name.at);
	for (int w = WORD_TEXT + 1; w < WORD_COUNT; w++)
		if (span_is(name, words[w])) {
			*part = (struct subject_part){ w, SPAN_NULL };
			rest->len -= (size_t)(end + 1 - rest->at);
			rest->at = end + 1;
			return ERR_OK;
		}
	return ERR_SYNTAX;
}

static void
read_text(struct span *rest, struct subject_part *part)
{
	size_t len = 0;

	while (len < rest->len && rest->at[len] != '{' && rest->at[len] != '}')
		len++;
	*part = (struct subject_part){ WORD_TEXT, { rest->at, len } };
	rest->at += len;
	rest->len -= len;
}

const char *
subject_complain(struct span text, bool first, bool last, size_t *at)
{
	bool dot = first;

	for (*at = 0; *at < text.len; ++*at) {
		char c = text.at[*at];

		if (first && *at == 0 && (c == '$' || c == '_'))
			return "a subject does not begin with $ or _, which "
			       "are the server's own";
		if (c != '.' && subject_barred(c))
			return "blanks, * and > cannot be in a subject";
		if (c == '.' && (dot || (last && *at + 1 == text.len)))
			return "an empty token: dots stand between tokens";
		dot = c == '.';
	}
	return NULL;
}

static bool
has_word(const struct subject_plan *p, enum subject_word w)
{
	for (unsigned i = 0; i < p->count; i++)
		if (p->parts[i].word == w)
			return true;
	return false;
}

/* What holds for the template as a whole. */
static enum err
check_whole(const struct subject_plan *p, const char *template, struct out *why)
{
	struct span all = span_of(template);
	char text[SUBJECT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (!has_word(p, WORD_SYMBOL) && !has_word(p, WORD_SYMBOL_AS_IS) &&
	    !has_word(p, WORD_NATIVE))
		return wrong(why, all, template,
		    "{symbol}, {SYMBOL} or {native} is missing, so that "
		    "symbols could not be told apart");
	if (!has_word(p, WORD_TYPE))
		return wrong(why, all, template,
		    "{type} is missing, so that types could not be told "
		    "apart");
	out_filter(p, 0, 0, &o);
	if (o.len < 2)
		return wrong(why, all, template,
		    "the first token must be of text, {prefix}, {type} and "
		    "{exchange}, because a stream needs subjects to cover");
	return ERR_OK;
}

enum err
subject_plan_read(struct subject_plan *p, const char *template,
    const char *prefix, struct out *why)
{
	struct span rest = span_of(template);

	*p = (struct subject_plan){ .prefix = prefix };
	while (rest.len > 0) {
		struct subject_part *part = &p->parts[p->count];
		struct span from = rest;
		const char *what;
		size_t at;

		if (p->count == SUBJECT_PARTS)
			return wrong(why, rest, template, "too many parts");
		if (rest.at[0] == '{' || rest.at[0] == '}') {
			if (rest.at[0] == '}' ||
			    read_word(&rest, part) != ERR_OK)
				return wrong(why, rest, template,
				    "words are {prefix} {exchange} {venue} "
				    "{market_type} {symbol} {SYMBOL} {native} "
				    "{type}");
		} else {
			bool first = p->count == 0;

			read_text(&rest, part);
			what = subject_complain(
			    part->text, first, rest.len == 0, &at);
			from.at += at;
			from.len -= at;
			if (what != NULL)
				return wrong(why, from, template, what);
		}
		p->count++;
	}
	return check_whole(p, template, why);
}
