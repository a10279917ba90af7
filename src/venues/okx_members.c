#include "venues/okx.h"

#include <string.h>

#include "core/swar.h"

/* 2200-01-01, see okx.h. */
#define TIME_MS_MAX 7258118400000LL
#define ID_MAX (1LL << 61)

enum {
	SLOTS = 128,
	TEXT_MAX = 16,
};

struct word {
	/* Zeros behind it. */
	char text[TEXT_MAX];
	uint8_t len;
	uint8_t word;
};

/*
 * A perfect hash: length, first byte and the byte three quarters on tell all
 * words apart, and with these factors no two fall into one slot (two would not
 * compile: -Woverride-init).  A row names its two bytes because a constant
 * cannot look them up; one that is wrong is a word that is never found.
 */
/* clang-format off */
#define SLOT(len, first, later) \
	(((unsigned)(len) * 4 + (unsigned char)(first) * 2u + \
	(unsigned char)(later) * 13u) % SLOTS)
#define WORD(word, text, first, later) \
	[SLOT(sizeof(text) - 1, first, later)] = \
	    { text, sizeof(text) - 1, OKX_##word }

static const struct word words[SLOTS] = {
	WORD(ARG, "arg", 'a', 'g'),
	WORD(DATA, "data", 'd', 'a'),
	WORD(ACTION, "action", 'a', 'o'),
	WORD(EVENT, "event", 'e', 'n'),
	WORD(ID, "id", 'i', 'd'),
	WORD(CODE, "code", 'c', 'e'),
	WORD(MSG, "msg", 'm', 'g'),
	WORD(CHANNEL, "channel", 'c', 'e'),
	WORD(INST_ID, "instId", 'i', 'I'),
	WORD(INST_TYPE, "instType", 'i', 'p'),
	WORD(TRADE_ID, "tradeId", 't', 'I'),
	WORD(PX, "px", 'p', 'x'),
	WORD(SZ, "sz", 's', 'z'),
	WORD(SIDE, "side", 's', 'e'),
	WORD(TS, "ts", 't', 's'),
	WORD(COUNT, "count", 'c', 'n'),
	WORD(ASKS, "asks", 'a', 's'),
	WORD(BIDS, "bids", 'b', 's'),
	WORD(CHECKSUM, "checksum", 'c', 'u'),
	WORD(PREV_SEQ_ID, "prevSeqId", 'p', 'q'),
	WORD(SEQ_ID, "seqId", 's', 'I'),
	WORD(LAST, "last", 'l', 't'),
	WORD(LAST_SZ, "lastSz", 'l', 'S'),
	WORD(ASK_PX, "askPx", 'a', 'P'),
	WORD(ASK_SZ, "askSz", 'a', 'S'),
	WORD(BID_PX, "bidPx", 'b', 'P'),
	WORD(BID_SZ, "bidSz", 'b', 'S'),
	WORD(OPEN_24H, "open24h", 'o', '4'),
	WORD(HIGH_24H, "high24h", 'h', '4'),
	WORD(LOW_24H, "low24h", 'l', '4'),
	WORD(VOL_CCY_24H, "volCcy24h", 'v', '2'),
	WORD(VOL_24H, "vol24h", 'v', '4'),
	WORD(FUNDING_RATE, "fundingRate", 'f', 'a'),
	WORD(FUNDING_TIME, "fundingTime", 'f', 'i'),
	WORD(NEXT_FUNDING_RATE, "nextFundingRate", 'n', 'R'),
	WORD(NEXT_FUNDING_TIME, "nextFundingTime", 'n', 'T'),
	WORD(OI, "oi", 'o', 'i'),
	WORD(OI_CCY, "oiCcy", 'o', 'c'),
	WORD(OI_USD, "oiUsd", 'o', 's'),
	WORD(DETAILS, "details", 'd', 'l'),
	WORD(BK_PX, "bkPx", 'b', 'x'),
	WORD(STATE, "state", 's', 't'),
};
/* clang-format on */

/* Eight bytes at a time, the second eight ending with the text. */
static bool
is_word(const struct word *w, struct span key)
{
	if (w->len != key.len)
		return false;
	if (key.len <= 8)
		return swar_load_short(key.at, key.len) == swar_load(w->text);
	return swar_load(key.at) == swar_load(w->text) &&
	       swar_load(key.at + key.len - 8) ==
		   swar_load(w->text + key.len - 8);
}

enum err
okx_members(const struct json *j, int object, struct okx_members *m)
{
	int key = json_first(j, object);

	m->have = 0;
	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	/* The value stands behind its key. */
	for (; key >= 0; key = json_next(j, key)) {
		struct span name = json_text(j, key);
		const struct word *w;
		uint64_t bit;

		if (name.len - 1 >= TEXT_MAX)
			continue;
		w = &words[SLOT(
		    name.len, name.at[0], name.at[name.len * 3 / 4])];
		if (!is_word(w, name))
			continue;
		bit = 1ULL << w->word;
		if (m->have & bit)
			return ERR_SYNTAX;
		m->have |= bit;
		m->at[w->word] = key + 1;
	}
	return ERR_OK;
}

enum err
okx_time(const struct json *j, int token, int64_t *ns)
{
	int64_t ms;
	enum err e = json_i64(j, token, &ms);

	if (e != ERR_OK)
		return e;
	if (ms < 0 || ms > TIME_MS_MAX)
		return ERR_RANGE;
	*ns = ms * NS_PER_MS;
	return ERR_OK;
}

enum err
okx_id(const struct json *j, int token, int64_t *id)
{
	enum err e = json_i64(j, token, id);

	if (e == ERR_OK && (*id < 0 || *id > ID_MAX))
		e = ERR_RANGE;
	return e;
}

enum err
okx_side(const struct json *j, int token, uint8_t *side)
{
	struct span text = json_text(j, token);

	if (span_is(text, "buy"))
		*side = SIDE_BUY;
	else if (span_is(text, "sell"))
		*side = SIDE_SELL;
	else
		return json_none(j, token) ? ERR_MISSING : ERR_SYNTAX;
	return ERR_OK;
}

enum err
okx_pick(const struct json *j, const struct okx_members *m,
    const struct okx_pick *picks, size_t n, void *rec)
{
	for (size_t i = 0; i < n; i++) {
		const struct okx_pick *p = &picks[i];
		int token = okx_at(m, p->word);
		void *to = (char *)rec + p->offset;
		enum err e = p->type == OKX_AS_TIME ? okx_time(j, token, to)
						    : json_dec(j, token, to);

		if (e == ERR_MISSING && !p->required)
			continue;
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
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
okx_levels(const struct json *j, int token, struct venue_host *h,
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
