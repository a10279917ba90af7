#define _GNU_SOURCE
#include "faults.h"

#include <stdlib.h>

#include "dialect.h"
#include "sim.h"
#include "traffic.h"
#include "ws.h"

enum { SLOW_DEFAULT_MS = 5000 };

void
faults_init(struct faults *f, int symbols)
{
	f->symbol = calloc((size_t)symbols + 1, sizeof(*f->symbol));
	if (!f->symbol)
		abort();
}

static bool
use_one(int64_t *count)
{
	if (*count <= 0)
		return false;
	--*count;
	return true;
}

bool
faults_refuse(struct faults *f)
{
	return use_one(&f->refuse);
}

int
faults_upgrade_status(struct faults *f)
{
	return use_one(&f->upgrade_count) ? f->upgrade_status : 0;
}

enum rest_fault
faults_rest(struct faults *f)
{
	for (int i = REST_429; i < REST_FAULTS; i++)
		if (use_one(&f->rest[i]))
			return (enum rest_fault)i;
	return REST_RIGHT;
}

size_t
faults_slow(const struct faults *f, int64_t now_us)
{
	return now_us < f->slow_until_us ? f->slow_bytes : 0;
}

int64_t
fault_number(int argc, char **argv, int i, int64_t none)
{
	return i < argc ? strtoll(argv[i], NULL, 10) : none;
}

struct conn *
fault_next_ws(struct sim *sim, int *i, int64_t only)
{
	while (*i < sim->server.count) {
		struct conn *c = sim->server.conn[(*i)++];

		if (c->state == CONN_STREAMING &&
		    (only == 0 || c->number == only))
			return c;
	}
	return NULL;
}

static bool
do_close(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 2, 0);
	struct conn *c;
	int i = 0;

	while ((c = fault_next_ws(sim, &i, only)))
		ws_close(c, (int)fault_number(argc, argv, 1, 1000), "as asked");
	return true;
}

static bool
do_reset(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 1, 0);
	struct conn *c;
	int i = 0;

	while ((c = fault_next_ws(sim, &i, only)))
		conn_end(sim, c, "reset as asked", true);
	return true;
}

static bool
do_halfopen(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 2, 0);
	struct conn *c;
	int i = 0;

	while ((c = fault_next_ws(sim, &i, only)))
		c->frozen_us =
		    sim->now_us + fault_number(argc, argv, 1, 0) * 1000;
	return true;
}

static bool
do_stall(struct sim *sim, int argc, char **argv)
{
	struct stream *s =
	    streams_want(&sim->streams, argv[1], strlen(argv[1]));

	s->stalled_us = sim->now_us + fault_number(argc, argv, 2, 0) * 1000;
	return true;
}

static bool
do_silent(struct sim *sim, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		streams_want(&sim->streams, argv[i], strlen(argv[i]))->silent =
		    true;
	return true;
}

static bool
do_silentall(struct sim *sim, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	sim->faults.silent_all = true;
	return true;
}

static bool
do_noack(struct sim *sim, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		streams_want(&sim->streams, argv[i], strlen(argv[i]))->noack =
		    true;
	return true;
}

static bool
do_delaysnap(struct sim *sim, int argc, char **argv)
{
	sim->faults.snap_delay_ms = fault_number(argc, argv, 1, 0);
	return true;
}

static bool
do_clock(struct sim *sim, int argc, char **argv)
{
	sim->faults.clock_ms = fault_number(argc, argv, 1, 0);
	return true;
}

static bool
do_agesnap(struct sim *sim, int argc, char **argv)
{
	sim->faults.snap_age = fault_number(argc, argv, 1, 0);
	return true;
}

static bool
do_baresnap(struct sim *sim, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	sim->faults.snap_bare = true;
	return true;
}

static bool
do_rest429(struct sim *sim, int argc, char **argv)
{
	bool none = argc > 2 && strcmp(argv[2], "none") == 0;

	sim->faults.rest[REST_429] = fault_number(argc, argv, 1, 1);
	sim->faults.retry_after = none ? -1 : fault_number(argc, argv, 2, 2);
	return true;
}

static bool
do_rest418(struct sim *sim, int argc, char **argv)
{
	struct limits *l = &sim->limits;

	l->banned_until_us =
	    sim->wall_us + fault_number(argc, argv, 1, 5) * 1000000;
	/* A client cannot know before it has asked once. */
	l->quiet_until_us = 0;
	l->ban_body_only = argc > 2 && strcmp(argv[2], "body") == 0;
	return true;
}

static bool
do_rest(struct sim *sim, int argc, char **argv)
{
	enum rest_fault f = strcmp(argv[0], "rest5xx") == 0    ? REST_5XX
			    : strcmp(argv[0], "resthtml") == 0 ? REST_HTML
							       : REST_TRUNCATED;

	sim->faults.rest[f] = fault_number(argc, argv, 1, 1);
	sim->faults.html_status = (int)fault_number(argc, argv, 2, 403);
	return true;
}

static bool
do_refuse(struct sim *sim, int argc, char **argv)
{
	sim->faults.refuse = fault_number(argc, argv, 1, 1);
	return true;
}

static bool
do_httpstatus(struct sim *sim, int argc, char **argv)
{
	sim->faults.upgrade_status = (int)fault_number(argc, argv, 1, 503);
	sim->faults.upgrade_count = fault_number(argc, argv, 2, 1);
	return true;
}

static bool
do_slowsend(struct sim *sim, int argc, char **argv)
{
	sim->faults.slow_bytes = (size_t)fault_number(argc, argv, 1, 100);
	sim->faults.slow_until_us =
	    sim->now_us + fault_number(argc, argv, 2, SLOW_DEFAULT_MS) * 1000;
	return true;
}

static bool
do_shutdown(struct sim *sim, int argc, char **argv)
{
	int64_t only = fault_number(argc, argv, 1, 0);
	struct conn *c;
	int i = 0;

	while ((c = fault_next_ws(sim, &i, only))) {
		if (sim->dialect->shutdown)
			sim->dialect->shutdown(sim, c);
		c->close_us = sim->now_us + sim->rules.shutdown_ms * 1000;
	}
	return true;
}

static bool
do_clear(struct sim *sim, int argc, char **argv)
{
	struct symbol_faults *symbol = sim->faults.symbol;

	(void)argc;
	(void)argv;
	for (int i = 0; i < sim->market.count; i++) {
		traffic_release(sim, &sim->market.symbol[i]);
		memset(&symbol[i], 0, sizeof(symbol[i]));
	}
	memset(&sim->faults, 0, sizeof(sim->faults));
	sim->faults.symbol = symbol;
	if (sim->dialect->clear)
		sim->dialect->clear(sim);
	sim->limits.banned_until_us = 0;
	sim->limits.quiet_until_us = 0;
	for (struct stream *s = sim->streams.all; s; s = s->next_all) {
		s->silent = s->noack = false;
		s->stalled_us = 0;
	}
	return true;
}

static const struct command commands[] = {
	{ "close", 1, "CODE [CONN]: close frame to WebSocket clients",
	    do_close },
	{ "reset", 0, "[CONN]: RST", do_reset },
	{ "cut", 0, "[CONN]: end in the middle of a frame", fault_cut },
	{ "halfopen", 1, "MS [CONN]: neither read nor write", do_halfopen },
	{ "stall", 2, "STREAM MS: send nothing of it", do_stall },
	{ "silent", 1, "STREAM...: acknowledge, never send", do_silent },
	{ "silentall", 0, ": send nothing of any stream", do_silentall },
	{ "noack", 1, "STREAM...: do not even acknowledge", do_noack },
	{ "reject", 1, "SYMBOL: refuse subscriptions", fault_reject },
	{ "skip", 1, "SYMBOL [N]: leave out diffs", fault_skip },
	{ "repeat", 1, "SYMBOL [N]: send diffs twice", fault_repeat },
	{ "reorder", 1, "SYMBOL: swap the next two diffs", fault_reorder },
	{ "corrupt", 1, "SYMBOL [N]: diffs with a wrong quantity in them",
	    fault_corrupt },
	{ "dupstrade", 1, "SYMBOL [N]: send trades twice", fault_dupstrade },
	{ "seqreset", 1, "SYMBOL: book ids begin again", fault_seqreset },
	{ "engine", 1, "SYMBOL [N]: leave out diffs, then ids jump",
	    fault_engine },
	{ "list", 1, "SYMBOL: it is listed, or listed again", fault_list },
	{ "delist", 1, "SYMBOL: it is not traded any more", fault_delist },
	{ "delaysnap", 1, "MS: snapshots come later", do_delaysnap },
	{ "agesnap", 1, "N: snapshots are N diffs old", do_agesnap },
	{ "clock", 1, "MS: the exchange's clock is so far ahead", do_clock },
	{ "baresnap", 0, ": okx: snapshots without seqId", do_baresnap },
	{ "rest429", 1, "N [SECONDS|none]: 429, Retry-After", do_rest429 },
	{ "rest418", 1, "SECONDS [body]: ban, said in the body only",
	    do_rest418 },
	{ "rest5xx", 1, "N: 503", do_rest },
	{ "resthtml", 1, "N [STATUS]: 403 with HTML", do_rest },
	{ "resttrunc", 1, "N: half of the body, then the end", do_rest },
	{ "refuse", 1, "N: accept and close", do_refuse },
	{ "httpstatus", 1, "CODE [N]: answer of upgrades", do_httpstatus },
	{ "slowsend", 1, "BYTES [MS]: per connection and 10 ms", do_slowsend },
	{ "garbage", 0, ": a text that is not JSON", fault_frame },
	{ "truncjson", 0, ": half a message", fault_frame },
	{ "invalidutf8", 0, ": a text that is not UTF-8", fault_frame },
	{ "rsv1", 0, ": a frame with RSV1", fault_frame },
	{ "bigframe", 1, "BYTES: in fragments, a ping between",
	    fault_bigframe },
	{ "ping", 1, "BYTES: ping with this payload", fault_ping },
	{ "shutdown", 0, "[CONN]: announce, then close", do_shutdown },
	{ "notice", 0, "[CONN]: the same", do_shutdown },
	{ "clear", 0, ": end all faults", do_clear },
	{ NULL, 0, NULL, NULL },
};

static void
add_help(struct buf *out, const struct command *c)
{
	for (; c && c->name; c++)
		buf_print(out, "%s\"%s %s\"", c == commands ? "" : ",", c->name,
		    c->help);
}

void
faults_help(const struct sim *sim, struct buf *out)
{
	add_help(out, commands);
	add_help(out, sim->dialect->commands);
}

static void
note(struct sim *sim, int argc, char **argv)
{
	struct buf b = { 0 };

	for (int i = 0; i < argc; i++)
		buf_print(&b, "%s%s", i ? " " : "", argv[i]);
	buf_add(&b, "", 1);
	ledger_note(&sim->ledger, "{\"k\":\"fault\",\"cmd\":\"%s\",\"T\":%lld}",
	    b.data, (long long)sim->wall_us);
	buf_free(&b);
}

static const struct command *
find(const struct command *c, const char *name)
{
	while (c && c->name && strcmp(c->name, name) != 0)
		c++;
	return c && c->name ? c : NULL;
}

bool
faults_command(struct sim *sim, int argc, char **argv, const char **error)
{
	const struct command *c = find(commands, argv[0]);

	if (!c)
		c = find(sim->dialect->commands, argv[0]);
	*error = c ? c->help : "no such command";
	if (!c || argc - 1 < c->args || !c->run(sim, argc, argv))
		return false;
	note(sim, argc, argv);
	return true;
}
