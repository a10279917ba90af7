#define _GNU_SOURCE
#include "control.h"

#include <stdlib.h>

#include "sim.h"
#include "traffic.h"

enum { WORDS_MAX = 64, LINE_MAX_BYTES = 65536 };

struct verb {
	const char *name;
	void (*run)(struct sim *sim, struct buf *out, char **argv);
};

static void
say_ok(struct buf *out)
{
	buf_text(out, "{\"ok\":true}");
}

static void
do_stats(struct sim *sim, struct buf *out, char **argv)
{
	const struct stats *s = &sim->stats;
	const struct limits *l = &sim->limits;
	const struct violations *v = &l->violations;
	int conns = 0;

	(void)argv;
	for (int i = 0; i < sim->server.count; i++)
		conns += sim->server.conn[i]->state == CONN_STREAMING;
#define U(value) ((unsigned long long)(value))
	buf_print(out,
	    "{\"ok\":true,\"trades\":%llu,\"diffs\":%llu,\"frames\":%llu,"
	    "\"played\":%llu,\"conns\":%d,\"connects\":%llu,"
	    "\"disconnects\":%llu,\"subscriptions\":%d,\"requests\":%llu,"
	    "\"snapshots\":%llu,\"pongs\":%llu,\"weight\":%lld,"
	    "\"limited\":%llu,\"paused\":%s,\"ledger\":%llu,",
	    U(s->trades), U(s->diffs), U(s->frames), U(s->played), conns,
	    U(s->connects), U(s->disconnects), sim->streams.subscriptions,
	    U(s->requests), U(s->snapshots), U(s->pongs),
	    (long long)l->weight_used, U(l->requests_limited),
	    sim->traffic.paused ? "true" : "false", U(sim->ledger.lines));
	buf_print(out,
	    "\"skips\":%llu,\"marks\":%llu,\"interests\":%llu,"
	    "\"liquidations\":%llu,",
	    U(s->skips), U(s->marks), U(s->interests), U(s->liquidations));
	buf_print(out,
	    "\"violations\":%llu,\"violations_by\":{\"messages\":%llu,"
	    "\"streams\":%llu,\"connects\":%llu,\"weight\":%llu,"
	    "\"early\":%llu,\"pong\":%llu,\"protocol\":%llu,\"ops\":%llu,"
	    "\"parallel\":%llu,\"credits\":%llu,\"rate\":%llu,"
	    "\"idle\":%llu}}",
	    U(limits_violated(l)), U(v->messages), U(v->streams),
	    U(v->connects), U(v->weight), U(v->early), U(v->pong),
	    U(v->protocol), U(v->ops), U(v->parallel), U(v->credits),
	    U(v->rate), U(v->idle));
#undef U
}

static void
do_streams(struct sim *sim, struct buf *out, char **argv)
{
	const char *comma = "";

	(void)argv;
	buf_text(out, "{\"ok\":true,\"streams\":[");
	for (const struct stream *s = sim->streams.all; s; s = s->next_all) {
		buf_print(out,
		    "%s{\"name\":\"%s\",\"subscribers\":%d,\"known\":%s,"
		    "\"sent\":%llu}",
		    comma, s->name, s->count,
		    s->kind == STREAM_UNKNOWN ? "false" : "true",
		    (unsigned long long)s->sent);
		comma = ",";
	}
	buf_text(out, "]}");
}

static void
do_book(struct sim *sim, struct buf *out, char **argv)
{
	struct symbol *s =
	    argv[1] ? market_find(&sim->market, argv[1], strlen(argv[1]))
		    : NULL;

	if (!s) {
		buf_text(out, "{\"ok\":false,\"error\":\"no such symbol\"}");
		return;
	}
	buf_print(out,
	    "{\"ok\":true,\"s\":\"%s\",\"u\":%lld,\"v\":%lld,\"t\":%lld,"
	    "\"b\":",
	    s->name, (long long)s->id, (long long)s->shown,
	    (long long)s->trade_next - 1);
	add_side(out, s, &s->side[BID], s->side[BID].count);
	buf_text(out, ",\"a\":");
	add_side(out, s, &s->side[ASK], s->side[ASK].count);
	buf_text(out, "}");
}

static void
do_pause(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	traffic_pause(sim);
	say_ok(out);
}

static void
do_resume(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	traffic_resume(sim);
	say_ok(out);
}

static void
do_flush(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	ledger_flush(&sim->ledger);
	say_ok(out);
}

static void
do_time(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	buf_print(out, "{\"ok\":true,\"time\":%lld}", (long long)sim->wall_us);
}

static void
do_help(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	buf_text(out, "{\"ok\":true,\"commands\":[");
	faults_help(sim, out);
	buf_text(out, "]}");
}

static void
do_quit(struct sim *sim, struct buf *out, char **argv)
{
	(void)argv;
	sim->stop = true;
	say_ok(out);
}

static const struct verb verbs[] = {
	{ "stats", do_stats },
	{ "streams", do_streams },
	{ "book", do_book },
	{ "pause", do_pause },
	{ "resume", do_resume },
	{ "flush", do_flush },
	{ "time", do_time },
	{ "help", do_help },
	{ "quit", do_quit },
};

static void
run(struct sim *sim, struct buf *out, int argc, char **argv)
{
	const char *error = "";

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].name, argv[0]) != 0)
			continue;
		verbs[i].run(sim, out, argv);
		return;
	}
	if (faults_command(sim, argc, argv, &error))
		say_ok(out);
	else
		buf_print(
		    out, "{\"ok\":false,\"error\":\"%s: %s\"}", argv[0], error);
}

/* Words must be plain: they end up in JSON. */
static bool
is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\')
			return false;
	return true;
}

static void
command(struct sim *sim, struct conn *c, char *line)
{
	char *argv[WORDS_MAX + 1];
	char *state = NULL;
	int argc = 0;

	if (!is_plain(line)) {
		buf_text(&c->out, "{\"ok\":false,\"error\":\"not plain\"}\n");
		return;
	}
	for (char *word = strtok_r(line, " ", &state); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, " ", &state))
		argv[argc++] = word;
	argv[argc] = NULL;
	if (argc == 0)
		return;
	run(sim, &c->out, argc, argv);
	buf_text(&c->out, "\n");
}

void
control_input(struct sim *sim, struct conn *c)
{
	char *end;

	while (buf_left(&c->in) && c->state == CONN_REQUEST &&
	       (end = memchr(c->in.data + c->in.at, '\n', buf_left(&c->in)))) {
		size_t len = (size_t)(end - (c->in.data + c->in.at)) + 1;
		char *line = strndup(c->in.data + c->in.at, len - 1);

		line[strcspn(line, "\r")] = '\0';
		buf_eat(&c->in, len);
		command(sim, c, line);
		free(line);
	}
	if (buf_left(&c->in) > LINE_MAX_BYTES)
		conn_end(sim, c, "line too long", false);
}
