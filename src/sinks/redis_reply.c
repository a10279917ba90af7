/* The refusals of Redis, by their first word, and what to do about them. */
#include "sinks/redis_sink.h"

/* The last row stands for any other word. */
static const struct redis_refusal redis_refusals[] = {
	{ "LOADING", ERR_DOWN, false,
	    "the server is loading its data; it goes on by itself" },
	{ "OOM", ERR_SPACE, false,
	    "the server is at maxmemory: raise it, set maxmemory-policy, or "
	    "keep less (redis.types, keys, stream_maxlen)" },
	{ "READONLY", ERR_REJECTED, true,
	    "the server is a read-only replica: give its master as "
	    "redis.host" },
	{ "MASTERDOWN", ERR_DOWN, true,
	    "the server is a replica without its master: give the master as "
	    "redis.host" },
	{ "MOVED", ERR_UNSUPPORTED, true,
	    "the server is a node of a cluster, which is not supported: give "
	    "a single server or a proxy as redis.host" },
	{ "CLUSTERDOWN", ERR_UNSUPPORTED, true,
	    "the server is a node of a cluster, which is not supported: give "
	    "a single server or a proxy as redis.host" },
	{ "NOAUTH", ERR_AUTH, true,
	    "the server wants a password: set redis.password (and "
	    "redis.user)" },
	{ "WRONGPASS", ERR_AUTH, true,
	    "redis.user and redis.password are not those of the server, or "
	    "the user is off" },
	{ "NOPERM", ERR_AUTH, false,
	    "the user may not do that: allow it SET, DEL, PING (XADD, PUBLISH) "
	    "on keys and channels of redis.prefix" },
	{ "MISCONF", ERR_IO, false,
	    "the server cannot save to its disk and takes no writes: see its "
	    "log, free space, or set stop-writes-on-bgsave-error no" },
	{ "NOREPLICAS", ERR_DOWN, false,
	    "the server has too few replicas to take writes "
	    "(min-replicas-to-write)" },
	{ "WRONGTYPE", ERR_REJECTED, false,
	    "a key of redis.prefix ending with :stream is no stream: delete "
	    "it, or set another redis.prefix" },
	{ "BUSY", ERR_DOWN, false, "the server is busy with a script" },
	{ NULL, ERR_REJECTED, false, "refused" },
};

const struct redis_refusal *
redis_refusal_of(struct span word)
{
	const struct redis_refusal *f = redis_refusals;

	while (f->word != NULL && !span_is(word, f->word))
		f++;
	return f;
}

void
redis_refusal_say(const struct redis_refusal *f, const struct resp_item *item,
    bool with_text, struct out *o)
{
	if (f->word == NULL && with_text) {
		out_span(o, item->text);
		return;
	}
	out_span(o, resp_word(item));
	OUT_LITERAL(o, ": ");
	out_text(o, f->remedy);
}
