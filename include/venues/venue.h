/*
 * venue.h -- what a venue knows: names, messages, requests.  No network.
 *
 * A venue reads a message and says what it saw through struct venue_host; it
 * writes the texts of requests into a struct out.  It keeps no state of its
 * own: books, continuity and pacing are the market's and the feed's
 * (feed/market.h, feed/feed.h), so the same code serves live connections,
 * replay and benchmarks.
 */
#ifndef MPEDGE_VENUES_VENUE_H
#define MPEDGE_VENUES_VENUE_H

#include "book/sync.h"
#include "codec/json.h"
#include "model/model.h"
#include "model/symbol.h"

enum channel {
	CHANNEL_TRADE,
	CHANNEL_BOOK,
	CHANNEL_KLINE,
	CHANNEL_TICKER,
	CHANNEL_FUNDING,
	CHANNEL_INTEREST,
	CHANNEL_LIQUIDATION,
	/* The ones above are data types; these serve them: best prices for
	 * tickers that come without, and listings. */
	CHANNEL_QUOTE,
	CHANNEL_STATUS,
	CHANNEL_COUNT,
	CHANNEL_TYPES = CHANNEL_QUOTE
};

/* "trade", "orderbook", ...: for data types also the words of the config. */
const char *channel_name(enum channel c);

/* How a venue gives a channel of one symbol. */
enum offer {
	OFFER_NONE,
	/* A stream a symbol. */
	OFFER_STREAM,
	/* One stream for all symbols of a group (struct venue group). */
	OFFER_GROUP,
	/* Comes with the stream of channel `with`. */
	OFFER_WITH,
	/* REST only (poll_call). */
	OFFER_POLL,
};

struct venue_channel {
	enum offer how;
	enum channel with;
	/* Index into routes, and bit n: route n would deliver it too. */
	uint8_t route;
	uint8_t routes;
};

/* One subscription. */
struct stream {
	/* NULL: all symbols of `group`. */
	const struct symbol *symbol;
	/* A static text of the venue: "SWAP"; NULL when there is a symbol. */
	const char *group;
	enum channel channel;
	/* "1m"; empty unless CHANNEL_KLINE. */
	char interval[8];
	/* CHANNEL_TRADE: index into trade_kinds. */
	uint8_t trades;
	/* The connection it belongs to: index into routes. */
	uint8_t route;
	/* Nobody wants it any more. */
	bool gone;
};

/* Where a message came from. */
struct origin {
	/* Clock of the turn that read its last byte. */
	struct wall seen;
	/* Connection epoch, see feed/market.h. */
	uint32_t epoch;
};

/* What the market needs to know beside a record. */
struct facts {
	/* CHANNEL_TRADE: the ids that the record covers; their continuity is
	 * checked.  SEQ_NULL: there is none. */
	int64_t first;
	int64_t last;
	/* CHANNEL_BOOK: CRC-32 of the book after the record, where the venue
	 * sends one (OKX, 4.3.2). */
	bool has_checksum;
	int32_t checksum;
};

/* Best prices; what is not known is null. */
struct quote {
	struct dec bid_price;
	struct dec bid_quantity;
	struct dec ask_price;
	struct dec ask_quantity;
	/* TIME_NULL: the venue does not say. */
	int64_t time;
};

/* What a venue says while it reads. */
struct venue_host {
	void *owner;

	/* The symbol with this native name, or NULL (counted as skipped). */
	const struct symbol *(*find)(struct venue_host *h, struct span native);

	/* Is this channel of s collected?  For messages that carry several. */
	bool (*wants)(
	    struct venue_host *h, const struct symbol *s, enum channel c);

	/*
	 * A record of symbol s.  f may be NULL for channels without facts.  For
	 * CHANNEL_BOOK rec is a delta, or a snapshot that came in the stream.
	 */
	void (*record)(struct venue_host *h, const struct symbol *s,
	    enum channel c, enum record_id id, void *rec,
	    const struct facts *f);

	/* Trade ids first..last of s were used for something that is no trade
	 * (3.4.1): no record, and no hole. */
	void (*skip)(struct venue_host *h, const struct symbol *s,
	    int64_t first, int64_t last);

	/* Best prices of s. */
	void (*quote)(struct venue_host *h, const struct symbol *s,
	    const struct quote *q);

	/*
	 * Answer to request id.  name: the stream it is about, as stream_name
	 * writes it, or SPAN_NULL for the whole request; e is OK or REJECTED,
	 * text is the venue's words.  id is -1 where the answer has none.
	 */
	void (*ack)(struct venue_host *h, int64_t id, struct span name,
	    enum err e, struct span text);

	/* Write this frame on the connection the message came from; request_id
	 * gives a number not used on it yet. */
	void (*send)(struct venue_host *h, struct span frame);
	int64_t (*request_id)(struct venue_host *h);

	/* The venue will close this connection soon. */
	void (*shutdown)(struct venue_host *h);

	/* The instrument was listed, renamed or changed its state: the list is
	 * worth reading again. */
	void (*changed)(
	    struct venue_host *h, struct span native, struct span state);

	/* Index into trade_kinds of what is collected as trades. */
	unsigned trades;

	/* Scratch for levels of one message. */
	struct level *levels;
	uint32_t levels_max;
};

/* A REST call.  path goes into the struct out that came with it. */
struct venue_call {
	/* Request weight in the venue's unit. */
	uint32_t weight;
	/* Not sooner than this after the call before it; 0: at once. */
	uint32_t gap_ms;
};

/* Trades wanted from REST. */
struct trades_ask {
	int64_t first;
	int64_t last;
	uint32_t limit;
	/* Index into trade_kinds. */
	unsigned trades;
	/* 0 is the best source; the next one is tried after a refusal or when
	 * a page did not reach `first`. */
	unsigned source;
};

/*
 * What a page of trades says: of the ids first..last the venue has those that
 * were told to h->record, and no others.  first > last: it says nothing.
 */
struct trades_page {
	int64_t first;
	int64_t last;
};

/* What REST error bodies say. */
struct venue_error {
	int64_t code;
	/* Borrowed from the body. */
	struct span text;
	/* "IP banned until <ms>": wall clock, 0 when not said. */
	struct wall banned_until;
};

struct venue {
	enum venue_id id;
	enum chain chain;
	/* Books begin with a snapshot in their stream, and a stream that is
	 * subscribed again sends a new one; else REST snapshots (book_call). */
	bool books_in_stream;
	/* An answer without a name says that the streams of the request that
	 * were not named before it are not subscribed (5.3). */
	bool acks_each;

	/* Klines carry no sign that they are closed: the market says so when
	 * the next bar begins (5.4.3). */
	bool bars_open;
	/* Liquidations are flagged in REST trades about an hour later (5.4.7).
	 */
	bool liquidations_late;

	/* From the venue's documents; each is a fact of them. */
	uint32_t streams_max;
	/* Books a connection; 0: no limit of their own. */
	uint32_t books_max;
	/* Streams in one request. */
	uint32_t names_max;
	uint32_t sends_per_s;
	/* Subscribe and unsubscribe requests an hour and connection; 0: none.
	 */
	uint32_t sends_per_hour;
	uint32_t connects_per_5min;
	/* Between two attempts. */
	uint32_t connect_gap_ms;
	uint32_t weight_per_min;
	/* Name of the response header with the weight used in this minute, or
	 * NULL. */
	const char *weight_header;

	/* The connections that streams are spread over: {route} in ws_path. */
	const char *const *routes;
	unsigned route_count;
	struct venue_channel channels[CHANNEL_COUNT];
	/* What can be collected as trades; "trade" alone, or NULL-terminated.
	 */
	const char *const *trade_kinds;
	/* Blank-separated, as the config writes them. */
	const char *intervals;

	/* When nothing came for keepalive_ms this text is sent; 0: never. */
	uint32_t keepalive_ms;
	const char *keepalive;

	/* Header lines (with CR LF) that every REST request carries. */
	const char *rest_headers;

	/*
	 * Native name of a unified one when no instrument list is known:
	 * BTC-USDT -> BTCUSDT.  A native name passes unchanged.
	 */
	void (*native)(struct span unified, struct out *o);

	/* Unified name of a native one by cutting its text; the fallback.  Also
	 * what the name says about market, unit and kind. */
	void (*unified)(struct span native, struct out *o);
	void (*describe)(struct symbol *s);

	/* Does this symbol have that channel at all?  NULL: what channels says.
	 */
	bool (*has)(const struct symbol *s, enum channel c);

	/* The route of a stream where channels does not say it all; NULL: it
	 * does. */
	unsigned (*route)(const struct stream *s);

	/* OFFER_GROUP: the group of s, a static text. */
	const char *(*group)(const struct symbol *s, enum channel c);

	/* "btcusdt@depth@100ms" */
	void (*stream_name)(const struct stream *s, struct out *o);

	/*
	 * A frame that (un)subscribes streams[0..n); *taken says how many went
	 * in (at least one).
	 */
	void (*subscribe)(const struct stream *const *streams, size_t n,
	    bool on, int64_t id, struct out *o, size_t *taken);

	/* The first frame of a connection.  NULL: none. */
	void (*greeting)(int64_t id, struct out *o);

	/* Is this message, which is no JSON, a sign of life ("pong")?  NULL:
	 * there are none. */
	bool (*plain)(struct span text);

	/*
	 * Read one message (already tokenised).  OK also when it is of a kind
	 * that is not collected; else what was wrong with it.
	 */
	enum err (*message)(
	    struct json *j, const struct origin *from, struct venue_host *h);

	/* CRC-32 of a book as the venue works it out.  NULL: it sends none. */
	int32_t (*checksum)(const struct book *b);

	/* Request a full book of `limit` levels a side. */
	void (*book_call)(const struct symbol *s, uint32_t limit,
	    struct out *path, struct venue_call *call);

	/* Read its reply into *snapshot (levels in h->levels). */
	enum err (*book_reply)(struct json *j, const struct symbol *s,
	    const struct origin *from, struct venue_host *h,
	    struct orderbook *snapshot);

	/* Request the trades of *ask, or as many of them as one page has, the
	 * oldest first.  false: there is no such source. */
	bool (*trades_call)(const struct symbol *s,
	    const struct trades_ask *ask, struct out *path,
	    struct venue_call *call);

	/*
	 * Read its reply: each trade goes to h->record with backfill set, in
	 * ascending order of id.  LIMITED or REJECTED when the body says so.
	 */
	enum err (*trades_reply)(struct json *j, const struct symbol *s,
	    const struct trades_ask *ask, const struct origin *from,
	    struct venue_host *h, struct trades_page *page);

	/* A channel by REST (OFFER_POLL): its records go to h->record. */
	void (*poll_call)(const struct symbol *s, enum channel c,
	    struct out *path, struct venue_call *call);
	enum err (*poll_reply)(struct json *j, const struct symbol *s,
	    enum channel c, const struct origin *from, struct venue_host *h);

	/* The rates that were paid from..to (nanoseconds since 1970), as many
	 * as one answer has.  NULL: there is no such call. */
	void (*funding_call)(const struct symbol *s, int64_t from, int64_t to,
	    struct out *path, struct venue_call *call);

	/* Each goes to h->record as CHANNEL_FUNDING: its timestamp is when it
	 * was paid. */
	enum err (*funding_reply)(struct json *j, const struct symbol *s,
	    const struct origin *from, struct venue_host *h);

	/* Read an error body; code 0 when it is not one. */
	void (*error)(struct json *j, struct venue_error *e);

	/* Most levels a side and most trades one call may ask for. */
	uint32_t book_limit_max;
	uint32_t trades_limit_max;
};

/* clang-format off */
#define VENUE(id, name, exchange, market, doc) \
	extern const struct venue venue_##id;
#include "tables/venues.def"
#undef VENUE
/* clang-format on */

/* Indexed by enum venue_id. */
extern const struct venue *const venues[VENUE_COUNT];

/*
 * "trade=market": a channel and the connection that is to carry it.  false:
 * there is no such channel or connection, or the venue is known to say nothing
 * there.
 */
bool venue_route_word(const struct venue *v, struct span word,
    enum channel *channel, unsigned *route);

/* Index into trade_kinds, 0 when it is none of them. */
unsigned venue_trades(const struct venue *v, struct span word);

/* The path of the settings with the name of the route in it. */
void venue_ws_path(
    const struct venue *v, const char *path, unsigned route, struct out *o);

#endif
