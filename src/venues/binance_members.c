#include "venues/binance.h"

/* Below this a time is in milliseconds, see binance.h. */
#define TIME_MS_MAX 100000000000000LL
#define ID_MAX (1LL << 61)

enum {
	WORD_MAX = 12,
};

static const struct span words[BINANCE_WORDS] = {
	[BINANCE_ID] = { "id", 2 },
	[BINANCE_ST] = { "st", 2 },
	[BINANCE_PU] = { "pu", 2 },
	[BINANCE_AP] = { "ap", 2 },
	[BINANCE_CS] = { "cs", 2 },
	[BINANCE_MSG] = { "msg", 3 },
	[BINANCE_QTY] = { "qty", 3 },
	[BINANCE_DATA] = { "data", 4 },
	[BINANCE_CODE] = { "code", 4 },
	[BINANCE_BIDS] = { "bids", 4 },
	[BINANCE_ASKS] = { "asks", 4 },
	[BINANCE_TIME] = { "time", 4 },
	[BINANCE_ERROR] = { "error", 5 },
	[BINANCE_PRICE] = { "price", 5 },
	[BINANCE_STREAM] = { "stream", 6 },
	[BINANCE_RESULT] = { "result", 6 },
	[BINANCE_SYMBOL] = { "symbol", 6 },
	[BINANCE_LAST_UPDATE_ID] = { "lastUpdateId", 12 },
	[BINANCE_IS_BUYER_MAKER] = { "isBuyerMaker", 12 },
	[BINANCE_OPEN_INTEREST] = { "openInterest", 12 },
};

/* The words of each length: from the first of it to the first of the next. */
static const uint8_t first_word[WORD_MAX + 2] = {
	[0] = BINANCE_ID,
	[1] = BINANCE_ID,
	[2] = BINANCE_ID,
	[3] = BINANCE_MSG,
	[4] = BINANCE_DATA,
	[5] = BINANCE_ERROR,
	[6] = BINANCE_STREAM,
	[7] = BINANCE_LAST_UPDATE_ID,
	[8] = BINANCE_LAST_UPDATE_ID,
	[9] = BINANCE_LAST_UPDATE_ID,
	[10] = BINANCE_LAST_UPDATE_ID,
	[11] = BINANCE_LAST_UPDATE_ID,
	[12] = BINANCE_LAST_UPDATE_ID,
	[13] = BINANCE_WORDS,
};

/* Words are short: a call for each comparison would cost more than it does. */
static bool
is_word(struct span key, const char *word)
{
	size_t i = 0;

	while (i < key.len && key.at[i] == word[i])
		i++;
	return i == key.len;
}

static enum err
note_word(struct binance_members *m, struct span key, int value)
{
	if (key.len > WORD_MAX)
		return ERR_OK;
	for (unsigned i = first_word[key.len]; i < first_word[key.len + 1];
	     i++) {
		if (!is_word(key, words[i].at))
			continue;
		if (m->words >> i & 1)
			return ERR_SYNTAX;
		m->words |= 1U << i;
		m->word[i] = value;
		break;
	}
	return ERR_OK;
}

static enum err
note_letter(struct binance_members *m, char letter, int value)
{
	unsigned i = (unsigned char)letter - (unsigned)'A';

	if (i >= BINANCE_LETTERS)
		return ERR_OK;
	if (m->letters >> i & 1)
		return ERR_SYNTAX;
	m->letters |= 1ULL << i;
	m->letter[i] = value;
	return ERR_OK;
}

enum err
binance_members(const struct json *j, int object, struct binance_members *m)
{
	enum err e = ERR_OK;
	int key = json_first(j, object);

	m->letters = 0;
	m->words = 0;
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	/* The value stands behind its key. */
	for (; key >= 0 && e == ERR_OK; key = json_next(j, key)) {
		struct span name = json_text(j, key);

		if (name.len == 1)
			e = note_letter(m, name.at[0], key + 1);
		else if (name.len > 1)
			e = note_word(m, name, key + 1);
	}
	return e;
}

int
binance_letter(const struct binance_members *m, char letter)
{
	unsigned i = (unsigned char)letter - (unsigned)'A';

	return m->letters >> i & 1 ? m->letter[i] : -1;
}

int
binance_word(const struct binance_members *m, enum binance_word word)
{
	return m->words >> word & 1 ? m->word[word] : -1;
}

enum err
binance_time(const struct json *j, int token, int64_t *ns)
{
	int64_t value;
	int64_t unit;
	enum err e = json_i64(j, token, &value);

	if (e != ERR_OK)
		return e;
	unit = value < TIME_MS_MAX ? NS_PER_MS : NS_PER_US;
	if (value < 0 || value > INT64_MAX / unit)
		return ERR_RANGE;
	*ns = value * unit;
	return ERR_OK;
}

enum err
binance_id(const struct json *j, int token, int64_t *id)
{
	enum err e = json_i64(j, token, id);

	if (e == ERR_OK && (*id < 0 || *id > ID_MAX))
		e = ERR_RANGE;
	return e;
}

static enum err
read_level(const struct json *j, int row, struct level *l)
{
	enum err e;

	if (json_type(j, row) != JSON_ARRAY)
		return ERR_TYPE;
	e = json_pair(j, json_first(j, row), &l->price, &l->quantity);
	if (e == ERR_OK && l->quantity.mantissa < 0)
		e = ERR_RANGE;
	return e;
}

enum err
binance_levels(const struct json *j, int token, struct venue_host *h,
    uint32_t *used, struct levels *levels)
{
	struct level *at = h->levels + *used;
	int row = json_first(j, token);
	int size = json_size(j, token);

	if (json_none(j, token))
		return ERR_MISSING;
	if (json_type(j, token) != JSON_ARRAY)
		return ERR_TYPE;
	if ((uint32_t)size > h->levels_max - *used)
		return ERR_FULL;
	for (int i = 0; i < size; i++) {
		enum err e = read_level(j, row, &at[i]);

		if (e != ERR_OK)
			return e;
		row = json_next(j, row);
	}
	*levels = (struct levels){ at, (uint32_t)size };
	*used += (uint32_t)size;
	return ERR_OK;
}
