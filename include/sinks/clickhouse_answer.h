/*
 * clickhouse_answer.h -- what an answer of ClickHouse means: pure.
 *
 * The number of an exception is in the header X-ClickHouse-Exception-Code, or,
 * from servers that do not send it, in the first line of the body ("Code: 60,
 * ..." or "Code: 60. ...").  A body behind status 200 of an insert is an
 * exception too: it came after the status had left.
 */
#ifndef MPEDGE_SINKS_CLICKHOUSE_ANSWER_H
#define MPEDGE_SINKS_CLICKHOUSE_ANSWER_H

#include "core/out.h"

enum click_class {
	CLICK_OK,
	CLICK_RETRY,
	CLICK_SPLIT,
	CLICK_PARK,
	CLICK_AUTH,
	CLICK_CREATE,
	CLICK_ASK,
};

struct click_answer {
	/* Of the transport: OK when a whole answer came. */
	enum err error;
	int status;
	/* Of the header, or -1. */
	int64_t code;
	struct span body;
};

struct click_verdict {
	enum click_class class;
	/* 0 when there is none. */
	int64_t code;
	/* For the state of the sink. */
	enum err error;
};

/* quiet: a good answer has no body. */
struct click_verdict click_judge(const struct click_answer *a, bool quiet);

/* "252 TOO_MANY_PARTS: merges do not keep up: " and the server's words. */
void click_words(
    const struct click_verdict *v, const struct click_answer *a, struct out *o);

#endif
