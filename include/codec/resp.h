/*
 * resp.h -- the protocol of Redis, RESP2 and RESP3, read as it comes.
 *
 * resp_feed is given bytes in any cut and answers with items: a value, or the
 * head of an aggregate, whose members follow as items of their own, one level
 * deeper.  done says that with this item a whole reply has ended.  It keeps no
 * pointer: what it needs of a cut item is copied, up to RESP_TEXT_MAX bytes; of
 * a longer text the rest is skipped and its length is still right.
 *
 * Attributes (|) come before what they describe; they and their members are
 * items that belong to nothing.  Streamed texts and aggregates ($? *?) are not
 * read: no command asks for them.
 *
 * Written from the Redis protocol specification, versions 2 and 3.
 */
#ifndef MPEDGE_CODEC_RESP_H
#define MPEDGE_CODEC_RESP_H

#include "core/out.h"

enum {
	RESP_TEXT_MAX = 255,
	/* Aggregates inside each other. */
	RESP_DEPTH_MAX = 8,
	/* The server's own limit of a text. */
	RESP_BULK_MAX = 512 * 1024 * 1024,
};

struct resp_item {
	/* As on the wire: + - : $ * _ # , ( ! = % ~ > | */
	char type;
	/* 0: not inside an aggregate. */
	unsigned depth;
	/* $-1, *-1 and _ */
	bool null;
	/* The reply is whole. */
	bool done;
	/* Of : and #; of an aggregate the items that follow in it. */
	int64_t number;
	/* Of + - $ ! = , ( the beginning, good until the next resp_feed. */
	struct span text;
	/* Of the whole text. */
	uint64_t length;
};

enum resp_step {
	/* What is read next: the type, its line, its text, CR LF behind it. */
	RESP_TYPE,
	RESP_LINE,
	RESP_LINE_END,
	RESP_BULK,
	RESP_BULK_CR,
	RESP_BULK_LF,
};

struct resp_level {
	uint64_t left;
	/* Members of an attribute or of a push are no replies. */
	char type;
};

struct resp {
	enum resp_step step;
	char type;
	unsigned depth;
	struct resp_level levels[RESP_DEPTH_MAX];
	/* Of the text being read; have of them are kept. */
	uint64_t length;
	uint64_t seen;
	size_t have;
	char text[RESP_TEXT_MAX + 1];
};

void resp_init(struct resp *r);

/*
 * Read up to one item; *used bytes are done with.  OK: *item is there (feed the
 * rest again).  SHORT: all was used.  PROTOCOL: what came is no RESP, too deep
 * or too large; the reader must be initialised anew.
 */
enum err resp_feed(struct resp *r, const char *bytes, size_t len, size_t *used,
    struct resp_item *item) MUST_USE;

/* Something has begun and is not whole. */
bool resp_within(const struct resp *r);

/* The first word of an error: "ERR", "OOM", "MOVED" ... */
struct span resp_word(const struct resp_item *item);

/* A command is its number of words, then each word. */
void resp_command(struct out *o, unsigned words);
void resp_text(struct out *o, struct span word);
void resp_number(struct out *o, int64_t word);

#endif
