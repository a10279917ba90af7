/* The settings of the [redis] section, and the memory they ask for. */
#include "sinks/redis_sink.h"

#include "core/arena.h"
#include "core/log.h"
#include "net/tcp.h"

/* Bits of enum record_id; *bbo is for what is no record. */
static uint32_t
types_of(const char *list, bool *bbo)
{
	struct span rest = span_of(list);
	struct span word;
	uint32_t bits = 0;

	*bbo = false;
	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		enum record_id id = record_find(word);

		if (span_is(word, "bbo"))
			*bbo = true;
		else if (id != RECORD_COUNT)
			bits |= 1u << id;
	}
	return bits;
}

static void
name_target(struct sink *s, const struct opt_redis *o)
{
	struct out out;

	out_init(&out, s->target, sizeof(s->target) - 1);
	out_text(&out, o->tls ? "rediss://" : "redis://");
	out_text(&out, o->host);
	out_char(&out, ':');
	out_i64(&out, o->port);
	out_char(&out, '/');
	out_i64(&out, o->db);
	s->target[out.len] = '\0';
}

static enum err
open_tls(struct redis_sink *r, struct out *why)
{
	const struct opt_redis *o = r->options;
	const struct tls_setup setup = {
		.ca_file = o->ca_file[0] != '\0' ? o->ca_file : NULL,
		.verify = o->verify,
	};
	struct log_line l;
	enum err e = tls_init_more(&r->tls, &setup);

	if (e != ERR_OK) {
		OUT_LITERAL(why, "redis.ca_file: ");
		out_text(why, o->ca_file);
		OUT_LITERAL(why, ": not a readable PEM file with certificates");
		return ERR_CONFIG;
	}
	if (!o->verify) {
		log_open(&l, LOG_WARN, "redis", "not_verified");
		log_text(&l, "why",
		    "redis.verify is false: anybody can pose as the server");
		log_send(&l);
	}
	tls_peer_init(&r->peer, o->host);
	r->peer.context = &r->tls;
	r->sink->peer = &r->peer;
	return ERR_OK;
}

static void
take_memory(struct redis_sink *r, struct arena *a)
{
	const struct opt_redis *o = r->options;

	redis_table_init(&r->table, o, a);
	r->window_size = (uint32_t)o->pipeline + REDIS_BURST;
	r->window =
	    arena_take(a, "redis window", r->window_size, sizeof(*r->window));
	out_init(&r->batch, arena_take(a, "redis batch", 1, REDIS_BATCH_BYTES),
	    REDIS_BATCH_BYTES);
	r->value = arena_take(a, "redis value", 1, REDIS_COMMAND_MAX);
	r->levels = arena_take(
	    a, "redis top", (size_t)o->levels * 2, sizeof(*r->levels));
	if (!o->streams && !o->publish)
		return;
	r->command = arena_take(a, "redis command", 1, REDIS_COMMAND_MAX);
	fifo_init(&r->extras,
	    arena_take(a, "redis queue", 1, (size_t)o->queue_bytes),
	    (size_t)o->queue_bytes);
}

/* What take_memory takes, rounding included. */
static size_t
memory_of(const struct opt_redis *o)
{
	return redis_table_bytes(o) + (size_t)o->pipeline * sizeof(uint32_t) +
	       (size_t)o->queue_bytes + sizeof(struct redis_sink) +
	       (size_t)6 * REDIS_COMMAND_MAX;
}

enum err
redis_sink_open(struct sink *s, const struct sink_setup *setup, struct out *why)
{
	const struct opt_redis *o = &setup->options->redis;
	struct redis_sink *r;
	uint64_t seed;

	if (memory_of(o) > arena_left(setup->arena)) {
		OUT_LITERAL(why,
		    "redis.keys, redis.books, redis.levels: more than "
		    "box.memory_bytes holds; lower them, or raise that");
		return ERR_CONFIG;
	}
	r = arena_take(setup->arena, "redis sink", 1, sizeof(*r));
	s->state = r;
	r->sink = s;
	r->options = o;
	r->all = setup->options;
	r->started = setup->loop->wall;
	r->kept = types_of(o->types, &r->bbo);
	if (o->streams)
		r->streamed = types_of(o->stream_types, &r->bbo_streamed);
	r->tick.fire = redis_wire_tick;
	r->tick.owner = r;
	tcp_random(&seed, sizeof(seed));
	random_init(&r->random, seed);
	take_memory(r, setup->arena);
	name_target(s, o);
	conn_init(&r->conn, setup->world);
	if (o->tls && open_tls(r, why) != ERR_OK)
		return ERR_CONFIG;
	redis_state_start(r);
	return ERR_OK;
}
