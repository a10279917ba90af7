#include "venues/deribit.h"

#include "core/swar.h"

#define ID_MAX (1LL << 61)

enum {
	WORD_MAX = 16,
	SLOTS = 128,
};

/* Zeros behind the text, so that it can be loaded eight bytes at a time. */
static const struct word {
	char text[WORD_MAX];
	uint8_t len;
} words[DERIBIT_WORDS] = {
	[DERIBIT_ID] = { "id", 2 },
	[DERIBIT_METHOD] = { "method", 6 },
	[DERIBIT_PARAMS] = { "params", 6 },
	[DERIBIT_RESULT] = { "result", 6 },
	[DERIBIT_ERROR] = { "error", 5 },
	[DERIBIT_CODE] = { "code", 4 },
	[DERIBIT_MESSAGE] = { "message", 7 },
	[DERIBIT_CHANNEL] = { "channel", 7 },
	[DERIBIT_DATA] = { "data", 4 },
	[DERIBIT_TYPE] = { "type", 4 },
	[DERIBIT_TIMESTAMP] = { "timestamp", 9 },
	[DERIBIT_INSTRUMENT_NAME] = { "instrument_name", 15 },
	[DERIBIT_PRICE] = { "price", 5 },
	[DERIBIT_AMOUNT] = { "amount", 6 },
	[DERIBIT_DIRECTION] = { "direction", 9 },
	[DERIBIT_TRADE_SEQ] = { "trade_seq", 9 },
	[DERIBIT_TRADE_ID] = { "trade_id", 8 },
	[DERIBIT_LIQUIDATION] = { "liquidation", 11 },
	[DERIBIT_BIDS] = { "bids", 4 },
	[DERIBIT_ASKS] = { "asks", 4 },
	[DERIBIT_CHANGE_ID] = { "change_id", 9 },
	[DERIBIT_PREV_CHANGE_ID] = { "prev_change_id", 14 },
	[DERIBIT_TICK] = { "tick", 4 },
	[DERIBIT_OPEN] = { "open", 4 },
	[DERIBIT_HIGH] = { "high", 4 },
	[DERIBIT_LOW] = { "low", 3 },
	[DERIBIT_CLOSE] = { "close", 5 },
	[DERIBIT_VOLUME] = { "volume", 6 },
	[DERIBIT_COST] = { "cost", 4 },
	[DERIBIT_STATS] = { "stats", 5 },
	[DERIBIT_VOLUME_USD] = { "volume_usd", 10 },
	[DERIBIT_PRICE_CHANGE] = { "price_change", 12 },
	[DERIBIT_OPEN_INTEREST] = { "open_interest", 13 },
	[DERIBIT_BEST_BID_PRICE] = { "best_bid_price", 14 },
	[DERIBIT_BEST_BID_AMOUNT] = { "best_bid_amount", 15 },
	[DERIBIT_BEST_ASK_PRICE] = { "best_ask_price", 14 },
	[DERIBIT_BEST_ASK_AMOUNT] = { "best_ask_amount", 15 },
	[DERIBIT_INDEX_PRICE] = { "index_price", 11 },
	[DERIBIT_MARK_PRICE] = { "mark_price", 10 },
	[DERIBIT_LAST_PRICE] = { "last_price", 10 },
	[DERIBIT_CURRENT_FUNDING] = { "current_funding", 15 },
	[DERIBIT_STATE] = { "state", 5 },
	[DERIBIT_TRADES] = { "trades", 6 },
	[DERIBIT_HAS_MORE] = { "has_more", 8 },
};

/*
 * The word that a key must be, by slot_of: HASH is a multiplier under which no
 * two of the words meet, found by trying.  A new word needs a new one; the test
 * of all words says when it is not right.
 */
#define HASH UINT64_C(0x8c41c8f19fe6e79b)

static const uint8_t slots[SLOTS] = {
	[6] = DERIBIT_AMOUNT,
	[7] = DERIBIT_MARK_PRICE,
	[11] = DERIBIT_ERROR,
	[13] = DERIBIT_LOW,
	[16] = DERIBIT_CURRENT_FUNDING,
	[17] = DERIBIT_PARAMS,
	[23] = DERIBIT_TRADES,
	[25] = DERIBIT_RESULT,
	[28] = DERIBIT_ID,
	[29] = DERIBIT_ASKS,
	[30] = DERIBIT_TICK,
	[32] = DERIBIT_OPEN_INTEREST,
	[34] = DERIBIT_STATS,
	[40] = DERIBIT_DATA,
	[42] = DERIBIT_HAS_MORE,
	[43] = DERIBIT_INSTRUMENT_NAME,
	[44] = DERIBIT_MESSAGE,
	[46] = DERIBIT_TIMESTAMP,
	[47] = DERIBIT_LIQUIDATION,
	[51] = DERIBIT_TRADE_SEQ,
	[53] = DERIBIT_METHOD,
	[56] = DERIBIT_CHANNEL,
	[60] = DERIBIT_BEST_ASK_PRICE,
	[64] = DERIBIT_BEST_BID_AMOUNT,
	[66] = DERIBIT_COST,
	[67] = DERIBIT_STATE,
	[69] = DERIBIT_PREV_CHANGE_ID,
	[71] = DERIBIT_VOLUME,
	[74] = DERIBIT_PRICE_CHANGE,
	[75] = DERIBIT_CODE,
	[77] = DERIBIT_PRICE,
	[82] = DERIBIT_LAST_PRICE,
	[84] = DERIBIT_CHANGE_ID,
	[87] = DERIBIT_TRADE_ID,
	[88] = DERIBIT_INDEX_PRICE,
	[89] = DERIBIT_OPEN,
	[90] = DERIBIT_BIDS,
	[92] = DERIBIT_BEST_ASK_AMOUNT,
	[95] = DERIBIT_CLOSE,
	[103] = DERIBIT_BEST_BID_PRICE,
	[113] = DERIBIT_TYPE,
	[118] = DERIBIT_VOLUME_USD,
	[124] = DERIBIT_HIGH,
	[125] = DERIBIT_DIRECTION,
};

/* The first and the last eight bytes of a key are all of it. */
static enum deribit_word
word_of(struct span key)
{
	const struct word *w;
	uint64_t head, tail = 0;
	unsigned slot;

	if (key.len - 1 >= WORD_MAX)
		return DERIBIT_NONE;
	if (key.len <= 8) {
		head = swar_load_short(key.at, key.len);
	} else {
		head = swar_load(key.at);
		tail = swar_load(key.at + key.len - 8);
	}
	slot = (unsigned)((head + tail) * HASH >> 57);
	w = &words[slots[slot]];
	if (w->len != key.len || swar_load(w->text) != head)
		return DERIBIT_NONE;
	if (key.len > 8 && swar_load(w->text + key.len - 8) != tail)
		return DERIBIT_NONE;
	return slots[slot];
}

enum err
deribit_members(const struct json *j, int object, struct deribit_members *m)
{
	int key = json_first(j, object);

	m->words = 0;
	if (json_type(j, object) != JSON_OBJECT)
		return json_none(j, object) ? ERR_MISSING : ERR_TYPE;
	for (; key >= 0; key = json_next(j, key)) {
		enum deribit_word w = word_of(json_text(j, key));

		if (w == DERIBIT_NONE)
			continue;
		if (m->words >> w & 1)
			return ERR_SYNTAX;
		m->words |= UINT64_C(1) << w;
		/* The value stands behind its key. */
		m->word[w] = key + 1;
	}
	return ERR_OK;
}

/* With a fraction or an exponent. */
static __attribute__((noinline)) enum err
unusual_i64(const struct json *j, int token, int64_t *value)
{
	struct dec d;
	enum err e = json_dec(j, token, &d);

	return e == ERR_OK ? dec_at_scale(&d, 0, value) : e;
}

enum err
deribit_i64(const struct json *j, int token, int64_t *value)
{
	enum err e = json_i64(j, token, value);

	return e == ERR_SYNTAX ? unusual_i64(j, token, value) : e;
}

enum err
deribit_id(const struct json *j, int token, int64_t *id)
{
	enum err e = deribit_i64(j, token, id);

	if (e == ERR_OK && (*id < 0 || *id > ID_MAX))
		e = ERR_RANGE;
	return e;
}

enum err
deribit_time(const struct json *j, int token, int64_t *ns)
{
	int64_t ms;
	enum err e = deribit_i64(j, token, &ms);

	if (e != ERR_OK)
		return e;
	if (ms < 0 || ms > INT64_MAX / NS_PER_MS)
		return ERR_RANGE;
	*ns = ms * NS_PER_MS;
	return ERR_OK;
}

static bool
is_negative(const struct dec *d)
{
	return d->kind == DEC_TEXT ? d->text[0] == '-' : d->mantissa < 0;
}

enum err
deribit_amount(const struct json *j, int token, struct dec *d)
{
	enum err e = json_dec(j, token, d);

	return e == ERR_OK && is_negative(d) ? ERR_RANGE : e;
}

enum err
deribit_text(
    const struct json *j, int token, char *buf, size_t size, struct span *s)
{
	if (json_none(j, token))
		return ERR_MISSING;
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	return json_string(j, token, buf, size, s);
}

/* What a level does to its price: its quantity is set, or it goes. */
static enum err
read_action(struct span action, bool *deletes)
{
	*deletes = false;
	if (DERIBIT_IS(action, "new") || DERIBIT_IS(action, "change"))
		return ERR_OK;
	*deletes = DERIBIT_IS(action, "delete");
	return *deletes ? ERR_OK : ERR_UNKNOWN;
}

static enum err
read_level(const struct json *j, int row, bool plain, struct level *l)
{
	int at = json_first(j, row);
	bool deletes = false;
	enum err e = ERR_OK;

	if (json_type(j, row) != JSON_ARRAY)
		return ERR_TYPE;
	if (!plain) {
		if (json_type(j, at) != JSON_STRING)
			return ERR_TYPE;
		e = read_action(json_text(j, at), &deletes);
		at = json_next(j, at);
	}
	if (e == ERR_OK)
		e = json_pair(j, at, &l->price, &l->quantity);
	if (e == ERR_OK && is_negative(&l->quantity))
		e = ERR_RANGE;
	if (e == ERR_OK && deletes && !dec_zero(&l->quantity))
		l->quantity = dec_make(0, 0);
	return e;
}

enum err
deribit_levels(const struct json *j, int token, bool plain,
    struct venue_host *h, uint32_t *used, struct levels *levels)
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
		enum err e = read_level(j, row, plain, &at[i]);

		if (e != ERR_OK)
			return e;
		row = json_next(j, row);
	}
	*levels = (struct levels){ at, (uint32_t)size };
	*used += (uint32_t)size;
	return ERR_OK;
}

enum err
deribit_pick(const struct json *j, const struct deribit_members *m,
    const struct deribit_pick *picks, size_t n, void *rec)
{
	for (size_t i = 0; i < n; i++) {
		const struct deribit_pick *p = &picks[i];
		void *to = (char *)rec + p->offset;
		enum err e = json_dec(j, deribit_word(m, p->word), to);

		if (e == ERR_MISSING && !p->required)
			continue;
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
