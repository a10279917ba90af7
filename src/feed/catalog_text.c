#include "feed/catalog.h"

/*
 * mpedge instruments 1 okx
 * NATIVE <tab> ... one field after the other, empty where there is none
 * end 1
 *
 * No name has a byte up to a blank in it (symbol_allows), so nothing needs to
 * be escaped.  Another order or meaning of fields is another version.
 */
static const char head[] = "mpedge instruments ";

enum {
	VERSION = 1,
};

enum {
	NATIVE,
	MARKET,
	KIND,
	BASE,
	QUOTE,
	SETTLE,
	STATE,
	FLAGS,
	RIGHT,
	CONTRACT_VALUE,
	MULTIPLIER,
	STRIKE,
	EXPIRY,
	LISTED,
	LIST,
	FIELDS
};

static void
out_field(struct out *o, const char *text)
{
	out_text(o, text);
	out_char(o, '\t');
}

static void
out_number(struct out *o, const struct dec *d)
{
	dec_write(d, o);
	out_char(o, '\t');
}

static void
out_ns(struct out *o, int64_t ns)
{
	if (ns != TIME_NULL)
		out_i64(o, ns);
	out_char(o, '\t');
}

static void
out_row(struct out *o, const struct catalog_row *r)
{
	const struct instrument *i = &r->instrument;
	const char right[2] = { i->right, '\0' };

	out_field(o, i->native);
	out_field(o, market_name(i->market));
	out_field(o, i->kind);
	out_field(o, i->base);
	out_field(o, i->quote);
	out_field(o, i->settle);
	out_field(o, instrument_state_name(i->status));
	out_text(o, i->inverse ? "i" : "");
	out_field(o, i->guessed ? "g" : "");
	out_field(o, right);
	out_number(o, &i->contract_value);
	out_number(o, &i->multiplier);
	out_number(o, &i->strike);
	out_ns(o, i->expiry_ns);
	out_ns(o, i->listed_ns);
	out_u64(o, r->list);
	out_char(o, '\n');
}

static bool
keep_all(void *owner, const struct instrument *i)
{
	(void)owner;
	(void)i;
	return true;
}

void
catalog_save(const struct catalog *c, struct span venue, struct out *o)
{
	catalog_save_some(c, venue, keep_all, NULL, o);
}

void
catalog_save_some(const struct catalog *c, struct span venue,
    bool (*keep)(void *owner, const struct instrument *i), void *owner,
    struct out *o)
{
	uint64_t count = 0;

	out_text(o, head);
	out_u64(o, VERSION);
	out_char(o, ' ');
	out_span(o, venue);
	out_char(o, '\n');
	for (uint32_t n = 0; n < c->top; n++) {
		const struct catalog_row *r = &c->rows[n];

		if (!r->used || r->instrument.status == INSTRUMENT_GONE ||
		    !keep(owner, &r->instrument))
			continue;
		out_row(o, r);
		count++;
	}
	OUT_LITERAL(o, "end ");
	out_u64(o, count);
	out_char(o, '\n');
}

/* Cut what stands before the mark off *rest; false when there is no mark. */
static bool
cut(struct span *rest, char mark, struct span *piece)
{
	const char *end = rest->len ? memchr(rest->at, mark, rest->len) : NULL;

	if (end == NULL)
		return false;
	*piece = (struct span){ rest->at, (size_t)(end - rest->at) };
	rest->at = end + 1;
	rest->len -= piece->len + 1;
	return true;
}

static enum err
cut_fields(struct span line, struct span fields[FIELDS])
{
	for (int n = 0; n < FIELDS - 1; n++) {
		if (!cut(&line, '\t', &fields[n]))
			return ERR_SYNTAX;
	}
	fields[FIELDS - 1] = line;
	return ERR_OK;
}

static enum err
read_name(char *to, size_t max, struct span text)
{
	to[0] = '\0';
	return text.len == 0 ? ERR_OK : instrument_name(to, max, text);
}

static enum err
read_ns(struct span text, int64_t *ns)
{
	*ns = TIME_NULL;
	return text.len == 0 ? ERR_OK : span_i64(text, ns);
}

static enum err
read_number(struct span text, struct dec *d)
{
	enum err e;

	*d = DEC_NONE;
	if (text.len == 0)
		return ERR_OK;
	e = dec_parse(text, d);
	/* A long one would borrow its text. */
	if (e == ERR_OK && (d->kind != DEC_NUMBER || d->mantissa < 0))
		e = ERR_RANGE;
	return e;
}

static enum err
read_words(const struct span f[FIELDS], struct instrument *i)
{
	unsigned market = 0;
	unsigned state = 0;

	while (market < MARKET_COUNT &&
	       !span_is(f[MARKET], market_name((enum market_type)market)))
		market++;
	while (state < INSTRUMENT_GONE &&
	       !span_is(f[STATE],
		   instrument_state_name((enum instrument_state)state)))
		state++;
	if (market == MARKET_COUNT || state == INSTRUMENT_GONE)
		return ERR_SYNTAX;
	i->market = (enum market_type)market;
	i->status = (enum instrument_state)state;
	i->inverse = span_starts(f[FLAGS], "i");
	i->guessed = span_is(f[FLAGS], "g") || span_is(f[FLAGS], "ig");
	i->right = f[RIGHT].len > 0 ? f[RIGHT].at[0] : '\0';
	if (f[RIGHT].len > 1 || (i->right && !strchr("CP", i->right)))
		return ERR_SYNTAX;
	if (f[KIND].len > KIND_MAX)
		return ERR_SYNTAX;
	instrument_word(i->kind, KIND_MAX, f[KIND]);
	return ERR_OK;
}

static enum err
read_names(const struct span f[FIELDS], struct instrument *i)
{
	enum err e = instrument_name(i->native, SYMBOL_MAX, f[NATIVE]);

	if (e == ERR_OK)
		e = read_name(i->base, ASSET_MAX, f[BASE]);
	if (e == ERR_OK)
		e = read_name(i->quote, ASSET_MAX, f[QUOTE]);
	if (e == ERR_OK)
		e = read_name(i->settle, ASSET_MAX, f[SETTLE]);
	return e;
}

static enum err
read_numbers(const struct span f[FIELDS], struct instrument *i)
{
	enum err e = read_number(f[CONTRACT_VALUE], &i->contract_value);

	if (e == ERR_OK)
		e = read_number(f[MULTIPLIER], &i->multiplier);
	if (e == ERR_OK)
		e = read_number(f[STRIKE], &i->strike);
	if (e == ERR_OK)
		e = read_ns(f[EXPIRY], &i->expiry_ns);
	if (e == ERR_OK)
		e = read_ns(f[LISTED], &i->listed_ns);
	return e;
}

static enum err
restore_row(struct catalog *c, struct span line)
{
	struct span f[FIELDS];
	struct instrument i;
	enum catalog_change change;
	uint64_t list;
	enum err e = cut_fields(line, f);

	instrument_init(&i);
	if (e == ERR_OK)
		e = read_names(f, &i);
	if (e == ERR_OK)
		e = read_words(f, &i);
	if (e == ERR_OK)
		e = read_numbers(f, &i);
	if (e == ERR_OK)
		e = span_u64(f[LIST], &list);
	if (e == ERR_OK && list > CATALOG_PUSH)
		e = ERR_RANGE;
	if (e == ERR_OK)
		e = instrument_unify(&i);
	if (e == ERR_OK)
		e = catalog_put(c, &i, (unsigned)list, &change);
	if (e == ERR_OK && change != CATALOG_ADDED)
		e = ERR_SYNTAX;
	return e;
}

static enum err
read_head(struct span *text, struct span venue)
{
	struct span line, word;
	uint64_t version;

	if (!cut(text, '\n', &line))
		return ERR_SHORT;
	if (!span_starts(line, head))
		return ERR_SYNTAX;
	line.at += sizeof(head) - 1;
	line.len -= sizeof(head) - 1;
	if (!cut(&line, ' ', &word) || span_u64(word, &version) != ERR_OK)
		return ERR_SYNTAX;
	if (version != VERSION)
		return ERR_UNSUPPORTED;
	return span_eq(line, venue) ? ERR_OK : ERR_UNKNOWN;
}

static enum err
read_end(const struct catalog *c, struct span line, struct span rest)
{
	uint64_t count;

	line.at += strlen("end ");
	line.len -= strlen("end ");
	if (span_u64(line, &count) != ERR_OK || count != c->count)
		return ERR_SYNTAX;
	return rest.len == 0 ? ERR_OK : ERR_SYNTAX;
}

static enum err
restore(struct catalog *c, struct span venue, struct span text)
{
	struct span line;
	enum err e = read_head(&text, venue);

	while (e == ERR_OK) {
		if (!cut(&text, '\n', &line))
			return ERR_SHORT;
		/* A row has tabs, and this has none. */
		if (span_starts(line, "end ") &&
		    memchr(line.at, '\t', line.len) == NULL)
			return read_end(c, line, text);
		e = restore_row(c, line);
	}
	return e;
}

enum err
catalog_restore(struct catalog *c, struct span venue, struct span text)
{
	enum err e;

	/* What went wrong half way leaves nothing behind. */
	catalog_init(c, c->rows, c->capacity);
	e = restore(c, venue, text);
	if (e != ERR_OK)
		catalog_init(c, c->rows, c->capacity);
	memset(c->seen, 0, sizeof(c->seen));
	return e;
}
