/*
 * silence.h -- which streams of a venue bring nothing though they ought to.
 *
 * Somebody looks once a second.  The silence of a stream grows while its
 * connection is live and stands still while it is not: then the connection is
 * told of, once, and not each of its streams.  A stream is given as long as the
 * limit says, and three times its own longest pause where that is longer (a
 * quiet market), up to SILENCE_PATIENCE_MS; pauses are forgotten slowly.
 * Streams that may say nothing for as long as they like are not told of.  A
 * book that is not in step for so long is.
 */
#ifndef MPEDGE_FEED_SILENCE_H
#define MPEDGE_FEED_SILENCE_H

#include "core/arena.h"
#include "feed/source.h"

enum {
	SILENCE_PATIENCE_MS = 30 * 60 * 1000,
	SILENCE_PAUSES = 3,
	/* Of an earlier pause a share is forgotten with each second that has
	 * data. */
	SILENCE_FORGET = 256,
	SILENCE_WORDS_MAX = 160,
};

struct silence_stream {
	/* When the newest data came. */
	struct mono data;
	int64_t age_ms;
	int64_t pause_ms;
	bool beyond;
};

struct silence {
	struct source *source;
	struct silence_stream *streams;
	int64_t down_ms[SOURCE_LANES_MAX];
	struct mono looked;
	/* Is told of each that is beyond its limit; texts are good until it
	 * returns. */
	void (*beyond)(void *owner, struct span subject, struct span words);
	void *owner;
};

/* Before arena_seal. */
void silence_init(struct silence *w, struct source *s, struct arena *a);
void silence_look(struct silence *w, int64_t limit_ms);

/* One stream after elapsed_ms, in which data came or not. */
void silence_step(struct silence_stream *st, bool live, bool data,
    int64_t elapsed_ms, int64_t limit_ms);

#endif
