#include <string.h>

#include "app/config.h"
#include "app/config_check.h"
#include "codec/url.h"
#include "codec/syslog.h"
#include "core/log.h"
#include "venues/venue.h"

void
check_wrong(struct checker *c, const char *where, const char *what)
{
	c->failed = true;
	out_text(c->errors, c->path);
	OUT_LITERAL(c->errors, ": ");
	out_text(c->errors, where);
	OUT_LITERAL(c->errors, ": ");
	out_text(c->errors, what);
	out_char(c->errors, '\n');
}

void
check_words(
    struct checker *c, const char *where, const char *list, const char *words)
{
	struct span rest = span_of(list);
	struct span word;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		struct span left = span_of(words);
		struct span known;
		bool found = false;

		while ((known = span_word(&left, " ")).at != NULL)
			found = found || span_eq(word, known);
		if (found)
			continue;
		c->failed = true;
		out_text(c->errors, c->path);
		OUT_LITERAL(c->errors, ": ");
		out_text(c->errors, where);
		OUT_LITERAL(c->errors, ": ");
		out_json(c->errors, word);
		OUT_LITERAL(c->errors, " is none of: ");
		out_text(c->errors, words);
		out_char(c->errors, '\n');
	}
}

bool
check_plain(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char b = (unsigned char)s.at[i];

		if (b <= ' ' || b == 0x7f || strchr("?#&/\\\"%@", b) != NULL)
			return false;
	}
	return true;
}

static void
check_symbols(struct checker *c, const char *where, const char *list)
{
	struct span rest = span_of(list);
	struct span word;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (check_plain(word) && word.len <= 63)
			continue;
		c->failed = true;
		out_text(c->errors, c->path);
		OUT_LITERAL(c->errors, ": ");
		out_text(c->errors, where);
		OUT_LITERAL(c->errors, ": ");
		out_json(c->errors, word);
		OUT_LITERAL(c->errors,
		    " cannot be a symbol; write BTC-USDT or the venue's own "
		    "name, at most 63 bytes without ? # & / \\ \" % @\n");
	}
}

/* "okx.symbols"; what it returns lies in buf. */
static const char *
key_name(enum venue_id v, const char *key, char *buf, size_t size)
{
	struct out o;

	out_init(&o, buf, size);
	out_text(&o, venue_descs[v].name);
	out_char(&o, '.');
	out_text(&o, key);
	return out_cstr(&o);
}

/* The data types that the venue has, blank-separated. */
static const char *
channel_words(const struct venue *v, char *buf, size_t size)
{
	struct out o;

	out_init(&o, buf, size);
	for (enum channel c = 0; c < CHANNEL_TYPES; c++) {
		if (v->channels[c].how == OFFER_NONE)
			continue;
		if (o.len > 0)
			out_char(&o, ' ');
		out_text(&o, channel_name(c));
	}
	return out_cstr(&o);
}

static const char *
trade_words(const struct venue *v, char *buf, size_t size)
{
	struct out o;

	out_init(&o, buf, size);
	for (unsigned i = 0; v->trade_kinds[i] != NULL; i++) {
		if (i > 0)
			out_char(&o, ' ');
		out_text(&o, v->trade_kinds[i]);
	}
	return out_cstr(&o);
}

/* A stream on a connection that does not carry it is acknowledged and silent
 * for ever (3.1). */
static void
check_routes(
    struct checker *c, enum venue_id id, const char *where, const char *list)
{
	struct span rest = span_of(list);
	struct span word;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		enum channel channel;
		unsigned route;

		if (venue_route_word(venues[id], word, &channel, &route))
			continue;
		c->failed = true;
		out_text(c->errors, c->path);
		OUT_LITERAL(c->errors, ": ");
		out_text(c->errors, where);
		OUT_LITERAL(c->errors, ": ");
		out_json(c->errors, word);
		OUT_LITERAL(c->errors,
		    " is no channel=connection that can deliver anything; "
		    "connections are:");
		for (unsigned i = 0; i < venues[id]->route_count; i++) {
			out_char(c->errors, ' ');
			out_text(c->errors, venues[id]->routes[i]);
		}
		out_char(c->errors, '\n');
	}
}

static void
check_venue(struct checker *c, enum venue_id id, const struct opt_venue *o)
{
	const struct venue *v = venues[id];
	char where[64];
	char words[256];

	check_words(c, key_name(id, "channels", where, sizeof(where)),
	    o->channels, channel_words(v, words, sizeof(words)));
	check_words(c, key_name(id, "intervals", where, sizeof(where)),
	    o->intervals, v->intervals);
	check_words(c, key_name(id, "trades", where, sizeof(where)), o->trades,
	    trade_words(v, words, sizeof(words)));
	check_symbols(
	    c, key_name(id, "symbols", where, sizeof(where)), o->symbols);
	check_routes(
	    c, id, key_name(id, "routes", where, sizeof(where)), o->routes);
	if (o->backoff_min_ms > o->backoff_max_ms)
		check_wrong(c,
		    key_name(id, "backoff_min_ms", where, sizeof(where)),
		    "is larger than backoff_max_ms");
	if (!v->books_in_stream && o->book_publish > o->book_limit)
		check_wrong(c,
		    key_name(id, "book_publish", where, sizeof(where)),
		    "is larger than book_limit: no more can be published than "
		    "is known");
	if (o->book_limit > (int64_t)v->book_limit_max)
		check_wrong(c, key_name(id, "book_limit", where, sizeof(where)),
		    "is more than the venue gives");
	if (o->ws_path[0] != '/')
		check_wrong(c, key_name(id, "ws_path", where, sizeof(where)),
		    "begins with /");
}

static void
check_alarms(struct checker *c, const struct opt_alarms *o)
{
	struct url url;

	if (o->webhook[0] != '\0' &&
	    (url_parse(span_of(o->webhook), &url) != ERR_OK || url.websocket))
		check_wrong(c, "alarms.webhook",
		    "an address is http://HOST/PATH or https://HOST/PATH, "
		    "without user and password; a secret may be in its path");
	if (!check_field(o->webhook_token))
		check_wrong(
		    c, "alarms.webhook_token", "is without control characters");
}

static void
check_log(struct checker *c, const struct opt_log *l)
{
	struct syslog_target target;
	struct log_levels levels;
	char why[512];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	check_words(c, "log.format", l->format, "logfmt json");
	if (log_levels_parse(l->levels, &levels, &o) != ERR_OK) {
		o.size++;
		check_wrong(c, "log.levels", out_cstr(&o));
	}
	if (l->syslog[0] != '\0' &&
	    syslog_target_parse(span_of(l->syslog), &target) != ERR_OK)
		check_wrong(c, "log.syslog",
		    "is neither udp://HOST:PORT nor the path of a socket of at "
		    "most 107 bytes, such as /dev/log");
}

bool
config_check(const char *path, const struct options *o, struct out *errors)
{
	struct checker c = { .path = path, .errors = errors };

	for (enum venue_id v = 0; v < VENUE_COUNT; v++)
		check_venue(&c, v, &o->venue[v]);
	check_log(&c, &o->log);
	check_words(&c, "box.sandbox", o->box.sandbox, "auto on off");
	check_sinks(&c, o);
	check_http(&c, o);
	check_alarms(&c, &o->alarms);
	if (o->shard.index >= o->shard.of)
		check_wrong(&c, "shard.index",
		    "counts from 0 and is below shard.of: of two boxes one "
		    "has 0 and one has 1");
	return !c.failed;
}
