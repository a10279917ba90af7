/*
 * emit.h -- records as text: JSON (src/model/emit.c), NATS subjects and message
 * ids (src/model/subject.c).
 *
 * All three append to a struct out of the caller; check out.full at the end.
 */
#ifndef MPEDGE_MODEL_EMIT_H
#define MPEDGE_MODEL_EMIT_H

#include "model/model.h"

/*
 * One JSON object, no blanks, members in table order.  Absent values are null;
 * decimals are strings with the venue's digits; times are ISO 8601, UTC, with
 * microseconds and Z; a null backfill is left out.
 */
void record_json(enum record_id id, const void *rec, struct out *o);

/* Longest prefix, subject and message id. */
enum {
	SUBJECT_MAX = 256,
	MSGID_MAX = 256,
};

/*
 * How subjects are spelled: a template such as
 *
 *   {prefix}.{exchange}.{symbol}.{type}
 *
 * Its words: prefix; exchange (binance) and venue (binance_usdm), as
 * configured; market_type (spot); symbol (btc-usdt) and SYMBOL (BTC-USDT);
 * native (the venue's own, its case kept); type (trade).  Klines get
 * .{interval} at the end, its case kept (1M is a month).  Bytes that a subject
 * token cannot carry (blank, '.', '*', '>', controls, DEL) are written as x and
 * two hex digits; `all` stands for what a record does not have, and events have
 * the name of their connection for a symbol.
 *
 * Events of alarms are apart from all this: their connection is the subject,
 * alerts.{box}.{rule}; with no_alerts set, because a stream does not take it,
 * they are spelled like every other event.
 *
 * With marketprism set the spelling is that of the collector of this name,
 * which is the default but for: deltas of books under orderbook.delta, _
 * instead of - in symbols of funding rates, open interest and liquidations, and
 * no -PERP.
 */
#define SUBJECT_DEFAULT "{prefix}.{exchange}.{symbol}.{type}"

enum subject_word {
	WORD_TEXT,
	WORD_PREFIX,
	WORD_EXCHANGE,
	WORD_VENUE,
	WORD_MARKET_TYPE,
	WORD_SYMBOL,
	WORD_SYMBOL_AS_IS,
	WORD_NATIVE,
	WORD_TYPE,
	WORD_COUNT
};

enum {
	SUBJECT_PARTS = 24,
};

struct subject_plan {
	const char *prefix;
	bool marketprism;
	bool no_alerts;
	unsigned count;
	struct subject_part {
		enum subject_word word;
		/* Of WORD_TEXT. */
		struct span text;
	} parts[SUBJECT_PARTS];
};

/*
 * What is wrong with text of a subject, NULL when nothing is, and where:
 * blanks, wildcards, empty tokens, and at the first place what is the server's
 * own. first, last: nothing is in front of it, or behind it.
 */
const char *subject_complain(
    struct span text, bool first, bool last, size_t *at);

/*
 * Template and prefix are kept, not copied.  SYNTAX with a sentence in why,
 * which names the place, when subjects could be empty, could not be told apart
 * or could not be subscribed to.
 */
enum err subject_plan_read(struct subject_plan *p, const char *template,
    const char *prefix, struct out *why) MUST_USE;

void record_subject(const struct subject_plan *p, enum record_id id,
    const void *rec, struct out *o);

/* alerts.{box}.{rule}: the connection of an event that tells of an alarm. */
void event_alert_name(const char *box, const char *rule, struct out *o);

/* What covers the subjects of such events. */
#define SUBJECT_ALERTS "alerts.>"

/*
 * The subjects, with wildcards, that together are all of ours, for a stream:
 * {prefix}.> and alerts.> by default.  *at begins with 0 and moves; false after
 * the last.
 */
bool subject_filter(
    const struct subject_plan *p, unsigned *at, struct out *o) MUST_USE;

/*
 * {venue}:{native_symbol}:{type}:{id of the event at the venue}: equal on every
 * box that sees the same event.  orderbook: U-u of a delta, or p, the id before
 * and -u where there is no U, or t and its time where there are no ids; s, the
 * id and the time it was collected of a snapshot (what heals a book is never a
 * repetition), x and the time of an invalidation; kline: interval, open time,
 * event time, or where there is none volume and open or closed; ticker,
 * funding_rate, open_interest: event time; liquidation: its time, side, price,
 * quantity, and :{venue_trade_id} where it has one; gap:
 * {data_type}:{from}-{to}, with :{time} behind it where one of the two is not
 * known, without a symbol :{reason}:{time}.  An event is
 * {exchange}:{connection}:event:{time}:{state}, coverage
 * {venue}:{connection}:coverage:{data_type}:{time}.  Times are nanoseconds,
 * what is null is a dash; blanks and controls are written as in subjects.
 */
void record_msgid(enum record_id id, const void *rec, struct out *o);

#endif
