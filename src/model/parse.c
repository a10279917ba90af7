#include "model/parse_parts.h"

enum record_id
record_of_subject(struct span subject)
{
	enum record_id found = RECORD_COUNT;
	enum record_id id;
	struct span word;

	while ((word = span_word(&subject, ".")).at != NULL) {
		id = record_find(word);
		if (id != RECORD_COUNT)
			found = id;
	}
	return found;
}

/* The field with that name, beginning the search where it is expected. */
static size_t
find_field(const struct record_desc *d, struct span name, size_t expected)
{
	for (size_t n = 0; n < d->field_count; n++) {
		size_t i = (expected + n) % d->field_count;

		if (span_is(name, d->fields[i].name))
			return i;
	}
	return d->field_count;
}

/* How well the members fit the record: those it has, less those it lacks. */
static int
fit(const struct json *j, const struct record_desc *d)
{
	int score = -(int)d->field_count;
	size_t expected = 0;
	int key = -1;
	int value;

	while (json_each(j, 0, &key, &value)) {
		size_t i = find_field(d, json_text(j, key), expected);

		if (i == d->field_count)
			continue;
		score += 2;
		expected = i + 1;
	}
	return score;
}

static enum record_id
record_of_members(const struct json *j)
{
	enum record_id best = RECORD_COUNT;
	int most = 0;

	for (unsigned id = 0; id < RECORD_COUNT; id++) {
		int score = fit(j, &records[id]);

		if (score > most) {
			most = score;
			best = (enum record_id)id;
		}
	}
	return best;
}

static enum err
read_members(
    struct record_reader *r, const struct record_desc *d, union record *rec)
{
	size_t expected = 0;
	int key = -1;
	int value;
	enum err e = ERR_OK;

	while (e == ERR_OK && json_each(r->json, 0, &key, &value)) {
		size_t i = find_field(d, json_text(r->json, key), expected);

		if (i == d->field_count)
			continue;
		expected = i + 1;
		if (parse_is_null(r->json, value))
			continue;
		r->member = d->fields[i].name;
		e = parse_value(r, d->fields[i].type, value,
		    (char *)rec + d->fields[i].offset);
	}
	if (e == ERR_OK)
		r->member = NULL;
	return e;
}

/* Several venues are one exchange; its kind of market tells them apart. */
static uint8_t
venue_of(const char *exchange, enum market_type market)
{
	uint8_t best = VENUE_COUNT;
	struct span name = span_of(exchange);

	for (uint8_t v = 0; v < VENUE_COUNT; v++) {
		const struct venue_desc *d = &venue_descs[v];

		if (!span_is(name, d->exchange))
			continue;
		if (d->market == market)
			return v;
		if (best == VENUE_COUNT ||
		    (venue_descs[best].market == MARKET_SPOT &&
			market != MARKET_SPOT))
			best = v;
	}
	return best;
}

static uint8_t *
field_of(const struct record_desc *d, enum field_type type, union record *rec)
{
	for (size_t i = 0; i < d->field_count; i++)
		if (d->fields[i].type == type)
			return (uint8_t *)rec + d->fields[i].offset;
	return NULL;
}

/* Who left market_type out means what the exchange is first known for. */
static void
settle_venue(
    const struct json *j, const struct record_desc *d, union record *rec)
{
	uint8_t *venue = field_of(d, TYPE_VENUE, rec);
	uint8_t *market = field_of(d, TYPE_MARKET, rec);

	if (market == NULL)
		return;
	if (json_none(j, json_member(j, 0, "market_type")))
		*market = (uint8_t)venue_descs[*venue].market;
	*venue =
	    venue_of(venue_descs[*venue].exchange, (enum market_type) * market);
}

enum err
record_parse(struct record_reader *r, struct span subject, struct span text,
    enum record_id *id, union record *rec)
{
	struct json *j = r->json;
	enum err e = json_parse(j, text.at, text.len);

	r->member = NULL;
	if (e != ERR_OK)
		return e;
	if (json_type(j, 0) != JSON_OBJECT)
		return ERR_SYNTAX;
	*id = record_of_subject(subject);
	if (*id == RECORD_COUNT)
		*id = record_of_members(j);
	if (*id == RECORD_COUNT)
		return ERR_UNKNOWN;
	record_init(*id, rec);
	e = read_members(r, &records[*id], rec);
	if (e != ERR_OK)
		return e;
	r->member = "exchange_name";
	if (json_none(j, json_member(j, 0, r->member)))
		return ERR_MISSING;
	r->member = NULL;
	settle_venue(j, &records[*id], rec);
	return ERR_OK;
}
