/*
 * nats_pump -- the nats sink alone, fed with made-up trades, and a few hands on
 * the server, for tests/e2e/nats.sh.
 *
 *   nats_pump send COUNT RATE SECONDS [key=value ...]
 *       Publishes COUNT trades (RATE a second; 0 is flat out) for at most
 *       SECONDS through src/sinks/nats.c; keys are those of [nats].  Tells on
 *       stdout: "up", "down ERROR why", "at N" each tenth, and at the end the
 *       counts.  Exit 0 when all are confirmed, 1 when not, 78 when the sink
 *       does not open.  big=N makes each N-th record a book larger than any
 *       server takes: a snapshot, or with delta=1 a delta.
 *   nats_pump check COUNT URL STREAM PREFIX
 *       Reads the stream: every trade once and in order?
 *   nats_pump stream URL STREAM SUBJECT MAX_MSGS
 *       Makes a stream with discard=new and that limit (0: none).
 *   nats_pump delete URL STREAM
 *   nats_pump listen COUNT SECONDS URL SUBJECT
 *       Subscribes, says "listening", counts messages without JetStream.
 *   nats_pump limit URL STREAM MAX_MSGS [MAX_BYTES]
 *       Changes the limits.
 *   nats_pump state URL STREAM
 *   nats_pump info URL STREAM DURABLE
 *       Tells of a consumer: floor=N (all up to this sequence are acknowledged)
 *       unacked=N pending=N.
 *   nats_pump put URL SUBJECT TEXT
 *       Stores one message.
 *   nats_pump headers URL STREAM SEQUENCE
 *       The headers of a message and its text, one a line.
 *   All but the first find a CA file in NATS_CA.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>
#include <nats/nats.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/options.h"
#include "net/tls.h"
#include "sinks/nats_link.h"
#include "sinks/sink.h"

enum {
	BATCH = 512,
	STEP = 100,
	LEVELS = 30000,
};

struct pump {
	struct loop loop;
	struct arena arena;
	struct options options;
	struct sink sink;
	struct sink_host host;
	struct hook hook;
	struct timer tick;
	struct timer end;
	uint64_t count;
	uint64_t rate;
	uint64_t big;
	bool delta;
	/* Index of the record offered next; allowed so far; confirmed. */
	uint64_t next;
	uint64_t allowed;
	uint64_t confirmed;
	uint64_t told;
	struct mono begin;
	bool failed;
	struct level *levels;
};

static unsigned char heap[4 * 1024 * 1024];

static void
confirm(struct sink_host *h, uint64_t position)
{
	struct pump *p = h->owner;
	uint64_t n = position / STEP;

	if (n < p->confirmed || n > p->next) {
		printf("error: confirmed %llu after %llu, offered %llu\n",
		    (unsigned long long)n, (unsigned long long)p->confirmed,
		    (unsigned long long)p->next);
		p->failed = true;
	}
	p->confirmed = n;
	if (p->confirmed >= p->told + p->count / 10) {
		p->told = p->confirmed;
		printf("at %llu\n", (unsigned long long)p->confirmed);
	}
	if (p->confirmed == p->count)
		p->loop.stop = true;
}

static void
go_back(struct sink_host *h)
{
	struct pump *p = h->owner;

	p->next = p->confirmed;
}

static void
wake(struct timer *t)
{
	struct pump *p = t->owner;
	int64_t ms = mono_ms_between(p->begin, p->loop.now);

	if (p->rate > 0) {
		p->allowed = p->rate * (uint64_t)ms / 1000;
		if (p->allowed > p->count)
			p->allowed = p->count;
		timer_start(&p->loop, t, mono_after_ms(p->loop.now, 10));
	}
}

static void
ready(struct sink_host *h)
{
	struct pump *p = h->owner;

	timer_start(&p->loop, &p->tick, p->loop.now);
}

static void
up(struct sink_host *h)
{
	(void)h;
	printf("up\n");
}

static void
down(struct sink_host *h, enum err e, const char *why)
{
	(void)h;
	printf("down %s %s\n", err_name(e), why);
}

static void
make_trade(struct pump *p, uint64_t i, union record *r, char *id, char *symbol)
{
	struct trade *t = &r->trade;

	record_init(RECORD_trade, r);
	sprintf(id, "%llu", (unsigned long long)i);
	sprintf(symbol, "SYM%d", (int)(i % 10));
	t->exchange_name = VENUE_binance_spot;
	t->symbol_name = span_of(symbol);
	t->native_symbol = span_of(symbol);
	t->trade_id = span_of(id);
	t->price = (struct dec){ .mantissa = 6543210 + (int64_t)(i % 1000),
		.scale = 2,
		.kind = DEC_NUMBER };
	t->quantity =
	    (struct dec){ .mantissa = 12345, .scale = 5, .kind = DEC_NUMBER };
	t->quote_quantity = t->price;
	t->timestamp = p->loop.wall.ns;
	t->collected_at = p->loop.wall.ns;
	t->side = SIDE_BUY;
}

static void
make_big(struct pump *p, uint64_t i, union record *r)
{
	struct orderbook *b = &r->orderbook;

	record_init(RECORD_orderbook, r);
	b->symbol_name = SPAN("BIG");
	b->native_symbol = SPAN("BIG");
	b->last_update_id = (int64_t)i;
	b->collected_at = p->loop.wall.ns;
	b->update_type = p->delta ? UPDATE_DELTA : UPDATE_SNAPSHOT;
	b->is_valid = BOOL_TRUE;
	b->depth_levels = 2 * LEVELS;
	b->bids = (struct levels){ p->levels, LEVELS };
	b->asks = b->bids;
}

static enum err
offer(struct pump *p)
{
	char id[32];
	char symbol[32];
	union record r;
	uint64_t i = p->next;
	bool big = p->big > 0 && i % p->big == p->big - 1;
	struct sink_frame f = {
		.position = i * STEP,
		.next = (i + 1) * STEP,
		.sequence = i,
		.id = big ? RECORD_orderbook : RECORD_trade,
		.record = &r,
		.seen = p->loop.wall,
		.stamp = p->loop.wall,
	};
	enum err e;

	if (big)
		make_big(p, i, &r);
	else
		make_trade(p, i, &r, id, symbol);
	/* A rewind inside take wins over the step forward. */
	p->next = i + 1;
	e = p->sink.type->take(&p->sink, &f);
	if (e != ERR_OK && p->next == i + 1)
		p->next = i;
	return e;
}

static void
end_of_turn(struct hook *h)
{
	struct pump *p = h->owner;

	for (int i = 0; i < BATCH && p->next < p->allowed; i++)
		if (offer(p) != ERR_OK) {
			p->sink.type->flush(&p->sink);
			return;
		}
	p->sink.type->flush(&p->sink);
	if (p->next < p->allowed)
		timer_start(&p->loop, &p->tick, p->loop.now);
}

static void
too_long(struct timer *t)
{
	struct pump *p = t->owner;

	p->failed = true;
	p->loop.stop = true;
}

/* clang-format off */
static const struct {
	const char *key;
	size_t offset;
	char type;
} keys[] = {
#define SECTION(name, doc)
#define KEY(section, name, type, value, min, max, doc) \
	{ #section "." #name, offsetof(struct options, section.name), \
	  #type[0] == 'I' ? 'i' : #type[0] == 'B' ? 'b' : 't' },
#define END(name)
#define VENUE_SECTIONS
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS
};
/* clang-format on */

static void
set(struct options *o, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char *at = (char *)o + keys[i].offset;

		if (strncmp(keys[i].key, "nats.", 5) != 0 ||
		    strcmp(keys[i].key + 5, key) != 0)
			continue;
		if (keys[i].type == 'i')
			*(int64_t *)at = strtoll(value, NULL, 10);
		else if (keys[i].type == 'b')
			*(bool *)at = strcmp(value, "true") == 0;
		else
			strcpy(at, value);
		return;
	}
	fprintf(stderr, "no key %s\n", key);
	exit(2);
}

static void
defaults(struct options *o)
{
#define SECTION(name, doc)
#define KEY(section, name, type, value, min, max, doc)                         \
	if (strcmp(#section, "nats") == 0)                                     \
		set(o, #name, value);
#define END(name)
#define VENUE_SECTIONS
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS
	strcpy(o->box.name, "pump");
}

static void
settings(struct pump *p, int argc, char **argv)
{
	defaults(&p->options);
	for (int i = 0; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value == NULL)
			exit(2);
		*value++ = '\0';
		if (strcmp(argv[i], "big") == 0)
			p->big = strtoull(value, NULL, 10);
		else if (strcmp(argv[i], "delta") == 0)
			p->delta = true;
		else
			set(&p->options, argv[i], value);
	}
}

static void
open_sink(struct pump *p)
{
	static char text[256];
	struct out why;
	struct sink_setup setup = {
		.options = &p->options,
		.arena = &p->arena,
		.loop = &p->loop,
		.host = &p->host,
	};
	enum err e;

	out_init(&why, text, sizeof(text) - 1);
	p->sink.type = &sink_nats;
	p->sink.host = &p->host;
	p->sink.loop = &p->loop;
	p->host = (struct sink_host){ .owner = p,
		.confirm = confirm,
		.rewind = go_back,
		.ready = ready,
		.up = up,
		.down = down };
	e = p->sink.type->open(&p->sink, &setup, &why);
	if (e == ERR_OK) {
		arena_seal(&p->arena);
		return;
	}
	printf("refused %s %s\n", err_name(e), out_cstr(&why));
	exit(78);
}

static void
report(struct pump *p)
{
	const struct sink_counts *c = &p->sink.counts;
	struct rusage u;
	int64_t cpu;
	size_t peak = 0;
	size_t blocks = 0;

	getrusage(RUSAGE_SELF, &u);
	cpu = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL +
	      u.ru_utime.tv_usec + u.ru_stime.tv_usec;
	mbedtls_memory_buffer_alloc_max_get(&peak, &blocks);
	printf("confirmed=%llu taken=%llu duplicates=%llu errors=%llu "
	       "resent=%llu connects=%llu in_flight=%llu idle=%d "
	       "trimmed=%llu passed_over=%llu\n",
	    (unsigned long long)p->confirmed, (unsigned long long)c->taken,
	    (unsigned long long)c->duplicates, (unsigned long long)c->errors,
	    (unsigned long long)c->resent, (unsigned long long)c->connects,
	    (unsigned long long)c->in_flight, p->sink.type->idle(&p->sink),
	    (unsigned long long)c->trimmed, (unsigned long long)c->passed_over);
	printf("server_ends=%lld login_ends=%lld\n",
	    (long long)p->sink.peer->ends_s,
	    (long long)nats_key_creds_end(p->options.nats.credentials));
	printf("cpu_us=%lld ms=%lld rss_kb=%ld tls_heap=%zu target=%s\n",
	    (long long)cpu, (long long)mono_ms_between(p->begin, p->loop.now),
	    u.ru_maxrss, peak, p->sink.target);
}

static int
do_send(int argc, char **argv)
{
	static struct pump p;

	if (argc < 3)
		return 2;
	p.count = strtoull(argv[0], NULL, 10);
	p.rate = strtoull(argv[1], NULL, 10);
	settings(&p, argc - 3, argv + 3);
	mbedtls_memory_buffer_alloc_init(heap, sizeof(heap));
	if (arena_init(&p.arena, 256 * 1024 * 1024) != ERR_OK)
		return 1;
	p.levels = calloc(LEVELS, sizeof(*p.levels));
	for (int i = 0; i < LEVELS; i++)
		p.levels[i].price = p.levels[i].quantity =
		    (struct dec){ .mantissa = 123456789012345 + i,
			    .scale = 8,
			    .kind = DEC_NUMBER };
	loop_init(&p.loop);
	p.begin = p.loop.now;
	p.allowed = p.rate == 0 ? p.count : 0;
	open_sink(&p);
	p.hook = (struct hook){ end_of_turn, &p, NULL };
	loop_hook(&p.loop, &p.hook);
	p.tick.fire = wake;
	p.tick.owner = &p;
	timer_start(&p.loop, &p.tick, p.loop.now);
	p.end.fire = too_long;
	p.end.owner = &p;
	timer_start(&p.loop, &p.end,
	    mono_after_ms(p.loop.now, strtoll(argv[2], NULL, 10) * 1000));
	loop_run(&p.loop);
	report(&p);
	p.sink.type->close(&p.sink);
	free(p.levels);
	return p.failed || p.confirmed != p.count;
}

static natsConnection *nc;
static jsCtx *js;

static bool
say(natsStatus s)
{
	if (s != NATS_OK)
		printf(
		    "%s: %s\n", natsStatus_GetText(s), nats_GetLastError(NULL));
	return s == NATS_OK;
}

static bool
trust(natsOptions *o)
{
	return say(natsOptions_SetSecure(o, true)) &&
	       say(natsOptions_LoadCATrustedCertificates(o, getenv("NATS_CA")));
}

/* With the library's own threads; NATS_CA is a CA file. */
static bool
reach(const char *url)
{
	natsOptions *o = NULL;
	bool tls = strncmp(url, "tls:", 4) == 0;
	bool there;

	mbedtls_memory_buffer_alloc_init(heap, sizeof(heap));
	there = say(natsOptions_Create(&o)) &&
		say(natsOptions_SetURL(o, url)) && (!tls || trust(o)) &&
		say(natsConnection_Connect(&nc, o)) &&
		say(natsConnection_JetStream(&js, nc, NULL));
	natsOptions_Destroy(o);
	return there;
}

static uint64_t
trade_id_of(natsMsg *m)
{
	const char *data = natsMsg_GetData(m);
	const char *at = memmem(
	    data, (size_t)natsMsg_GetDataLength(m), "\"trade_id\":\"", 12);

	return at == NULL ? UINT64_MAX : strtoull(at + 12, NULL, 10);
}

static int
do_check(int argc, char **argv)
{
	uint64_t count;
	uint64_t expected = 0;
	uint64_t wrong = 0;
	uint64_t messages = 0;
	natsSubscription *sub = NULL;
	natsMsg *m = NULL;
	jsSubOptions o;
	char subject[128];

	if (argc < 4 || !reach(argv[1]))
		return 1;
	count = strtoull(argv[0], NULL, 10);
	snprintf(subject, sizeof(subject), "%s.>", argv[3]);
	jsSubOptions_Init(&o);
	o.Ordered = true;
	o.Stream = argv[2];
	if (!say(js_SubscribeSync(&sub, js, subject, NULL, &o, NULL)))
		return 1;
	while (natsSubscription_NextMsg(
		   &m, sub, messages < count ? 2000 : 300) == NATS_OK) {
		if (trade_id_of(m) != expected)
			wrong++;
		expected = trade_id_of(m) + 1;
		messages++;
		natsMsg_Destroy(m);
	}
	printf("messages=%llu wrong=%llu\n", (unsigned long long)messages,
	    (unsigned long long)wrong);
	return messages == count && wrong == 0 ? 0 : 1;
}

static int
do_stream(int argc, char **argv)
{
	jsStreamConfig c;

	if (argc < 4 || !reach(argv[0]))
		return 1;
	jsStreamConfig_Init(&c);
	c.Name = argv[1];
	c.Subjects = (const char *[]){ argv[2] };
	c.SubjectsLen = 1;
	c.Discard = js_DiscardNew;
	if (strtoll(argv[3], NULL, 10) > 0)
		c.MaxMsgs = strtoll(argv[3], NULL, 10);
	return !say(js_AddStream(NULL, js, &c, NULL, NULL));
}

static int
do_limit(int argc, char **argv)
{
	jsStreamInfo *info = NULL;
	bool done;

	if (argc < 3 || !reach(argv[0]) ||
	    !say(js_GetStreamInfo(&info, js, argv[1], NULL, NULL)))
		return 1;
	info->Config->MaxMsgs = strtoll(argv[2], NULL, 10);
	if (argc > 3)
		info->Config->MaxBytes = strtoll(argv[3], NULL, 10);
	done = say(js_UpdateStream(NULL, js, info->Config, NULL, NULL));
	jsStreamInfo_Destroy(info);
	return !done;
}

static int
do_state(int argc, char **argv)
{
	jsStreamInfo *info = NULL;
	const char *text;

	if (argc < 2 || !reach(argv[0]) ||
	    !say(js_GetStreamInfo(&info, js, argv[1], NULL, NULL)))
		return 1;
	text = info->Config->Description;
	printf("messages=%llu storage=%s discard=%s description=%s\n",
	    (unsigned long long)info->State.Msgs,
	    info->Config->Storage == js_MemoryStorage ? "memory" : "file",
	    info->Config->Discard == js_DiscardNew ? "new" : "old",
	    text == NULL ? "" : text);
	jsStreamInfo_Destroy(info);
	return 0;
}

static int
do_delete(int argc, char **argv)
{
	if (argc < 2 || !reach(argv[0]))
		return 1;
	return !say(js_DeleteStream(js, argv[1], NULL, NULL));
}

static int
do_listen(int argc, char **argv)
{
	uint64_t count;
	uint64_t got = 0;
	natsSubscription *sub = NULL;
	natsMsg *m = NULL;
	time_t end;

	if (argc < 4 || !reach(argv[2]))
		return 1;
	count = strtoull(argv[0], NULL, 10);
	end = time(NULL) + strtoll(argv[1], NULL, 10);
	if (!say(natsConnection_SubscribeSync(&sub, nc, argv[3])) ||
	    !say(natsSubscription_SetPendingLimits(sub, -1, -1)) ||
	    !say(natsConnection_Flush(nc)))
		return 1;
	printf("listening\n");
	while (got < count && time(NULL) < end)
		if (natsSubscription_NextMsg(&m, sub, 500) == NATS_OK) {
			got++;
			natsMsg_Destroy(m);
		}
	printf("got=%llu\n", (unsigned long long)got);
	return got == count ? 0 : 1;
}

static int
do_info(int argc, char **argv)
{
	jsConsumerInfo *i = NULL;

	if (argc < 3 || !reach(argv[0]) ||
	    !say(js_GetConsumerInfo(&i, js, argv[1], argv[2], NULL, NULL)))
		return 1;
	printf("floor=%llu unacked=%lld pending=%llu\n",
	    (unsigned long long)i->AckFloor.Stream, (long long)i->NumAckPending,
	    (unsigned long long)i->NumPending);
	jsConsumerInfo_Destroy(i);
	return 0;
}

static int
do_put(int argc, char **argv)
{
	return argc < 3 || !reach(argv[0]) ||
	       !say(js_Publish(NULL, js, argv[1], argv[2], (int)strlen(argv[2]),
		   NULL, NULL));
}

static int
do_headers(int argc, char **argv)
{
	natsMsg *m = NULL;
	const char **names = NULL;
	const char *value = NULL;
	int n = 0;

	if (argc < 3 || !reach(argv[0]) ||
	    !say(js_GetMsg(
		&m, js, argv[1], strtoull(argv[2], NULL, 10), NULL, NULL)) ||
	    !say(natsMsgHeader_Keys(m, &names, &n)))
		return 1;
	for (int i = 0; i < n; i++)
		if (natsMsgHeader_Get(m, names[i], &value) == NATS_OK)
			printf("%s: %s\n", names[i], value);
	printf("%.*s\n", natsMsg_GetDataLength(m), natsMsg_GetData(m));
	free(names);
	natsMsg_Destroy(m);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "send", do_send },
	{ "check", do_check },
	{ "stream", do_stream },
	{ "limit", do_limit },
	{ "state", do_state },
	{ "delete", do_delete },
	{ "listen", do_listen },
	{ "info", do_info },
	{ "put", do_put },
	{ "headers", do_headers },
};

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run(argc - 2, argv + 2);
	fprintf(stderr, "usage: see the top of nats_pump.c\n");
	return 2;
}
