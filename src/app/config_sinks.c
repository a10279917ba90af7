#include <string.h>

#include "app/config_check.h"
#include "codec/url.h"
#include "model/emit.h"
#include "model/model.h"
#include "sinks/nats_ack.h"
#include "venues/venue.h"

static void
check_subject(struct checker *c, const struct opt_nats *n)
{
	struct subject_plan plan;
	char why[512];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	if (subject_plan_read(&plan, n->subject, n->prefix, &o) == ERR_OK)
		return;
	o.size++;
	check_wrong(c, "nats.subject", out_cstr(&o));
}

static void
check_prefix(struct checker *c, const struct opt_nats *n)
{
	size_t at;
	const char *what =
	    subject_complain(span_of(n->prefix), true, true, &at);
	char why[256];
	struct out o;

	if (what == NULL)
		return;
	out_init(&o, why, sizeof(why));
	out_json(&o, span_of(n->prefix));
	OUT_LITERAL(&o, ": ");
	out_text(&o, what);
	OUT_LITERAL(&o, "; a prefix is letters, digits, - and _, as market");
	check_wrong(c, "nats.prefix", out_cstr(&o));
}

static void
check_nats(struct checker *c, const struct opt_nats *n)
{
	struct span rest = span_of(n->url);
	struct span word;

	check_prefix(c, n);
	check_subject(c, n);
	check_words(c, "nats.subjects", n->subjects, "template marketprism");
	check_words(c, "nats.stream_storage", n->stream_storage, "file memory");
	check_words(c, "nats.stream_discard", n->stream_discard, "old new");
	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (!span_starts(word, "nats://") &&
		    !span_starts(word, "tls://"))
			check_wrong(c, "nats.url",
			    "an address begins with nats:// or tls://");
	}
	if ((n->cert_file[0] == '\0') != (n->key_file[0] == '\0'))
		check_wrong(c, "nats.cert_file",
		    "a certificate needs its key and a key its certificate: "
		    "set cert_file and key_file");
	if ((n->user[0] != '\0') + (n->token[0] != '\0') +
		(n->credentials[0] != '\0') + (n->nkey_seed_file[0] != '\0') >
	    1)
		check_wrong(c, "nats.user",
		    "give one of user and password, token, credentials, "
		    "nkey_seed_file");
}

/* May stand in SQL as it is. */
static bool
is_name(const char *text, bool empty_too)
{
	static const char digits[] = "0123456789";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	if (text[0] == '\0')
		return empty_too;
	if (strchr(digits, text[0]) != NULL)
		return false;
	for (; *text != '\0'; text++) {
		if (!strchr(letters, *text) && !strchr(digits, *text))
			return false;
	}
	return true;
}

bool
check_field(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

static void
check_clickhouse(struct checker *c, const struct opt_clickhouse *o)
{
	char words[512];
	struct out names;
	struct url url;

	if (!o->enabled)
		return;
	out_init(&names, words, sizeof(words));
	for (size_t i = 0; i < RECORD_COUNT; i++) {
		if (i > 0)
			out_char(&names, ' ');
		out_text(&names, records[i].name);
	}
	check_words(c, "clickhouse.types", o->types, out_cstr(&names));
	check_words(c, "clickhouse.schema", o->schema, "mpedge marketprism");
	check_words(c, "clickhouse.compress", o->compress, "none lz4 gzip");
	if (url_parse(span_of(o->url), &url) != ERR_OK || url.websocket)
		check_wrong(c, "clickhouse.url",
		    "an address is http://HOST:PORT or https://HOST:PORT; user "
		    "and password have their own keys");
	if (!is_name(o->database, false))
		check_wrong(c, "clickhouse.database",
		    "a name is letters, digits and _, no digit first");
	if (!is_name(o->table_prefix, true))
		check_wrong(c, "clickhouse.table_prefix",
		    "a name is letters, digits and _, no digit first");
	if (!check_field(o->user) || !check_field(o->password))
		check_wrong(c, "clickhouse.user",
		    "user and password are without control characters");
	if ((o->cert_file[0] == '\0') != (o->key_file[0] == '\0'))
		check_wrong(c, "clickhouse.cert_file",
		    "a certificate needs its key and a key its certificate: "
		    "set cert_file and key_file");
}

/* A token of subjects of the JetStream API. */
static void
check_token(struct checker *c, const char *where, const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ' ||
		    strchr(".*>/\\", *text) != NULL) {
			check_wrong(
			    c, where, "has a blank or one of . * > / \\");
			return;
		}
}

/* Do we publish what we read? */
static bool
is_loop(const struct opt_nats *n, struct span subject)
{
	char ours[sizeof(n->prefix) + 2];
	struct out o;

	out_init(&o, ours, sizeof(ours));
	out_text(&o, n->prefix);
	OUT_LITERAL(&o, ".>");
	return nats_subject_covers(subject, out_done(&o)) ||
	       nats_subject_covers(out_done(&o), subject);
}

static void
check_consume(
    struct checker *c, const struct opt_consume *o, const struct opt_nats *n)
{
	struct span rest = span_of(o->subjects);
	struct span word;
	bool loop = strcmp(o->stream, n->stream) == 0;

	check_token(c, "consume.stream", o->stream);
	check_token(c, "consume.durable", o->durable);
	if (strpbrk(o->dead_letter, " \t*>") != NULL)
		check_wrong(c, "consume.dead_letter",
		    "is one subject, without blanks and wildcards");
	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		loop = loop || is_loop(n, word);
		if (nats_subject_covers(word, span_of(o->dead_letter)))
			check_wrong(c, "consume.dead_letter",
			    "is one of consume.subjects: dead letters would "
			    "be read again");
	}
	if (n->enabled && loop)
		check_wrong(c, "consume.stream",
		    "is what the sink nats publishes to: records would come "
		    "back for ever; set nats.enabled = false, or another "
		    "stream and subjects");
}

/* A book whose key was gone before it is written again would be missed. */
static void
check_book_ttl(struct checker *c, const struct options *o)
{
	const char *kept = o->redis.types;

	if (o->redis.ttl_s == 0 ||
	    (strstr(kept, "orderbook") == NULL && strstr(kept, "bbo") == NULL))
		return;
	for (enum venue_id v = 0; v < VENUE_COUNT; v++) {
		if (o->venue[v].enabled &&
		    o->venue[v].book_interval_s >= o->redis.ttl_s)
			check_wrong(c, "redis.ttl_s",
			    "is not longer than a venue's book_interval_s: "
			    "the book of a quiet symbol would come and go");
	}
}

static void
check_redis(struct checker *c, const struct options *o)
{
	static const char all[] =
	    "trade ticker kline funding_rate open_interest liquidation "
	    "orderbook bbo";
	const struct opt_redis *r = &o->redis;

	if (!r->enabled)
		return;
	check_words(c, "redis.types", r->types, all);
	check_words(c, "redis.stream_types", r->stream_types, all);
	if (!check_plain(span_of(r->client_name)))
		check_wrong(c, "redis.client_name",
		    "a name has no blanks, controls or ? # & / \\ \" % @");
	if (r->user[0] != '\0' && r->password[0] == '\0')
		check_wrong(c, "redis.user", "a user needs a password");
	if (r->ca_file[0] != '\0' && !r->tls)
		check_wrong(
		    c, "redis.ca_file", "is of no use without redis.tls");
	check_book_ttl(c, o);
}

void
check_sinks(struct checker *c, const struct options *o)
{
	if (o->nats.enabled || o->consume.enabled)
		check_nats(c, &o->nats);
	if (o->consume.enabled)
		check_consume(c, &o->consume, &o->nats);
	check_clickhouse(c, &o->clickhouse);
	check_redis(c, o);
	if (!o->nats.enabled && !o->file.enabled && !o->clickhouse.enabled &&
	    !o->redis.enabled)
		check_wrong(c, "nats.enabled",
		    "no sink is on: set nats.enabled, file.enabled, "
		    "clickhouse.enabled or redis.enabled");
}
