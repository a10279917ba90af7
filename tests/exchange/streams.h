/*
 * streams.h -- who wants to hear what.
 *
 * A stream is made when it is first named, also one that the venue does not
 * know (the venues acknowledge those and stay silent).  The dialect says what a
 * name means; publishing walks the streams of one symbol and kind, then those
 * of that kind that are about many symbols.
 */
#ifndef EXCHANGE_STREAMS_H
#define EXCHANGE_STREAMS_H

#include "market.h"
#include "server.h"

/* Messages of one kind have one text; what differs is another kind. */
enum stream_kind {
	STREAM_UNKNOWN,
	STREAM_TRADE,
	STREAM_AGG_TRADE,
	STREAM_DIFF,
	STREAM_BAR,
	STREAM_DAY,
	/* The best levels, and the few best. */
	STREAM_BEST,
	STREAM_TOP,
	STREAM_MARK,
	STREAM_INDEX,
	STREAM_FUNDING,
	STREAM_INTEREST,
	STREAM_LIQUIDATION,
	/* Of instruments, of the venue. */
	STREAM_CONTRACT,
	STREAM_STATUS,
	/* As the dialect likes. */
	STREAM_OTHER_1,
	STREAM_OTHER_2,
	STREAM_OTHER_3,
	STREAM_OTHER_4,
	STREAM_KINDS
};

enum { STREAM_NAME_MAX = 128, PREFIX_MAX = 256 };

struct event;

struct stream {
	char name[STREAM_NAME_MAX];
	enum stream_kind kind;
	struct symbol *symbol;
	int interval;
	struct conn **conn;
	int count;
	/* What stands before and after the data in a combined message. */
	char prefix[PREFIX_MAX];
	size_t prefix_len;
	char suffix[8];
	size_t suffix_len;
	/* Connections it delivers to: a bit for each conn->route; 0: all. */
	unsigned routes;
	/* Of one about many symbols: which events; NULL: all. */
	bool (*takes)(const struct stream *s, const struct event *e);
	/* Free for the dialect. */
	int own;
	/* Faults. */
	int64_t stalled_us;
	bool silent;
	bool noack;
	uint64_t sent;
	/* Next of the same symbol and kind, and next of all. */
	struct stream *next;
	struct stream *next_all;
};

struct streams {
	struct stream *all;
	/* Those about many symbols. */
	struct stream *wide[STREAM_KINDS];
	int subscriptions;
	int64_t changed_us;
};

/* What is sent: written once per time unit, however many want it. */
struct event {
	/* NULL: of the whole venue. */
	struct symbol *symbol;
	const void *what;
	const void *more;
	int interval;
	bool closed;
	char *(*write)(char *p, const struct event *e, bool micro);
};

struct stream *streams_find(
    const struct streams *all, const char *name, size_t len);
/* Finds or makes; link it with stream_link when it is known. */
struct stream *streams_want(struct streams *all, const char *name, size_t len);
/* Only the first link of a stream counts.  No symbol: about many. */
void stream_link(struct streams *all, struct stream *s, enum stream_kind kind,
    struct symbol *symbol);
/* Instead of {"stream":NAME,"data": and }. */
void stream_wrap(struct stream *s, const char *prefix, const char *suffix);
bool streams_join(struct streams *all, struct stream *s, struct conn *c);
bool streams_quit(struct streams *all, struct stream *s, struct conn *c);
void streams_leave(struct streams *all, struct conn *c);

void streams_publish(
    struct sim *sim, enum stream_kind kind, const struct event *e);
/* Are faults in the way of it? */
bool stream_mute(const struct sim *sim, const struct stream *s);
/* One message of one stream to one of its subscribers, unless it is mute. */
void stream_tell(struct sim *sim, struct stream *s, struct conn *c,
    const char *text, size_t len);
/* One message of one stream to all its subscribers. */
void stream_send(
    struct sim *sim, struct stream *s, const char *text, size_t len);

#endif
