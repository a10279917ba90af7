/*
 * parse.h -- the JSON of a record (emit.h) back into the record.
 *
 *   struct record_reader r = { .json = &json, .levels = levels, .max = n };
 *   out_init(&r.texts, memory, size);
 *   e = record_parse(&r, subject, text, &id, &rec);
 *
 * It is exact: what record_json made of a record becomes that record, but for
 * times, which it writes in microseconds.  What this build does not know is
 * ignored, a member that is absent is null, so that records of older and newer
 * builds and of the services that publish the same names can be read.  Beyond
 * what record_json writes are accepted: numbers without quotes where a decimal
 * or an id is meant, times with up to nine digits of a second, with an offset
 * or with none (UTC).  Everything else is refused, and r->member says where.
 *
 * The kind of record is the last token of the subject that names one
 * (market.okx.btc-usdt.kline.1m is a kline); without such a token it is the
 * record that has the most of the members.
 */
#ifndef MPEDGE_MODEL_PARSE_H
#define MPEDGE_MODEL_PARSE_H

#include "codec/json.h"
#include "model/model.h"

struct record_reader {
	/* Caller's, with a pool: RECORD_TOKENS(max) take any record. */
	struct json *json;
	/* Memory for the levels of a book, both sides. */
	struct level *levels;
	size_t max;
	/* Texts with escapes are resolved in here. */
	struct out texts;
	/* The member that was wrong, a literal; NULL when it was the whole. */
	const char *member;
};

/* Tokens of a book of that many levels, with members nobody knows. */
#define RECORD_TOKENS(levels) (5 * (size_t)(levels) + 512)

/*
 * Texts of *rec point into text or into r->texts, levels into r->levels.
 * SYNTAX (no JSON object, or a malformed value), TOKENS, TYPE, RANGE, MISSING
 * (exchange_name), UNKNOWN (no record of ours, exchange or word), FULL (more
 * levels or longer texts than there is room for).
 */
enum err record_parse(struct record_reader *r, struct span subject,
    struct span text, enum record_id *id, union record *rec) MUST_USE;

/* The record that the subject names; RECORD_COUNT when it names none. */
enum record_id record_of_subject(struct span subject);

/* ISO 8601 as above into nanoseconds since 1970; SYNTAX or RANGE. */
enum err time_parse(struct span text, int64_t *ns) MUST_USE;

#endif
