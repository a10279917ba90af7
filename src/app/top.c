#include "app/top.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/config_parts.h"
#include "app/lines.h"

enum {
	BODY_BYTES = 4 * 1024 * 1024,
	TOKENS = 256 * 1024,
	TLS_BYTES = 1024 * 1024,
	ARENA_BYTES = 40 * 1024 * 1024,
	DEADLINE_MS = 10 * 1000,
	CTRL_C = 3,
};

/* --- words ---------------------------------------------------------------- */

static int
fail(const char *what, const char *more)
{
	lines_complain("top", what, more);
	return COMMAND_FAILED;
}

static int
fail_file(const char *path, const char *why)
{
	char text[512];
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, ": ");
	out_text(&o, why);
	return fail(path, out_cstr(&o));
}

static int
usage(const char *what)
{
	(void)fail(what,
	    "\nusage: mpedge top [--once] [--interval SECONDS] [--ca-file "
	    "FILE]\n                  [--token-file FILE | --user-file FILE] "
	    "[URL]\n       URL is http://127.0.0.1:8080 unless given; "
	    "http or https");
	return COMMAND_USAGE;
}

/* --- a frame -------------------------------------------------------------- */

static void
show(struct top *t)
{
	unsigned next = !t->shown;
	struct span old, new;
	struct out frame, update;

	out_init(&frame, t->frames[next], TOP_FRAME_MAX);
	top_frame(&t->json, &t->view, &t->counts[!t->turn], &t->counts[t->turn],
	    &frame);
	new = out_done(&frame);
	if (t->once) {
		top_say(new);
		top_say(SPAN("\n"));
		return;
	}
	old = (struct span){ t->frames[t->shown], t->frame_len[t->shown] };
	out_init(&update, t->update, 2 * (size_t)TOP_FRAME_MAX);
	top_update(old, new, &update);
	top_say(out_done(&update));
	t->frame_len[next] = new.len;
	t->shown = next;
}

/* NULL when it is the status of a collector. */
static const char *
take(struct top *t, const struct httpc_reply *r)
{
	struct out o;

	out_init(&o, t->why, sizeof(t->why) - 1);
	if (r->error != ERR_OK) {
		out_text(&o, r->error == ERR_LATE || t->http.conn.why[0] == '\0'
				 ? err_text(r->error)
				 : t->http.conn.why);
	} else if (r->status != 200) {
		OUT_LITERAL(&o, "HTTP ");
		out_i64(&o, r->status);
		OUT_LITERAL(&o, " for ");
		out_text(&o, t->path);
		if (r->status != 401)
			OUT_LITERAL(
			    &o, ": is it the address of a status page?");
		else if (t->login_file == NULL)
			OUT_LITERAL(
			    &o, ": it wants --token-file or --user-file");
		else
			OUT_LITERAL(&o, ": it does not know the login of ");
		if (r->status == 401 && t->login_file != NULL)
			out_text(&o, t->login_file);
	} else {
		memcpy(t->body, r->body.at, r->body.len);
		if (json_parse(&t->json, t->body, r->body.len) == ERR_OK &&
		    json_is(&t->json, json_member(&t->json, 0, "service"),
			"mpedge"))
			return NULL;
		t->json.count = 0;
		OUT_LITERAL(&o, "what answers is not the /status of mpedge");
	}
	t->why[o.len] = '\0';
	return t->why;
}

static void
tell_failure(const struct top *t)
{
	char text[512];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_text(&o, t->source);
	OUT_LITERAL(&o, ": ");
	(void)fail(out_cstr(&o), t->why);
}

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct top *t = h->owner;
	bool had = t->json.count > 0;

	t->view.error = take(t, r);
	if (t->once) {
		t->loop.stop = true;
		t->failed = t->view.error != NULL;
		if (t->failed)
			tell_failure(t);
		else
			show(t);
		return;
	}
	if (t->view.error == NULL) {
		t->view.passed_ms =
		    had ? mono_ms_between(t->looked, t->loop.now) : 0;
		t->looked = t->loop.now;
		t->turn = !t->turn;
	}
	show(t);
}

static void
look(struct top *t)
{
	top_measure(t);
	if (!t->http.busy && httpc_get(&t->http, t->path) != ERR_OK)
		t->loop.stop = true;
}

static void
on_timer(struct timer *timer)
{
	struct top *t = timer->owner;

	look(t);
	timer_start(&t->loop, timer,
	    mono_after_ms(t->loop.now, (int64_t)t->interval_s * 1000));
}

static void
on_key(struct watch *w, unsigned got)
{
	struct top *t = w->owner;
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	(void)got;
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		t->loop.stop = true;
	for (ssize_t i = 0; i < n; i++) {
		if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == CTRL_C)
			t->loop.stop = true;
	}
	if (n > 0 && !t->loop.stop)
		look(t);
}

static void
on_signal(struct watch *w, unsigned got)
{
	struct top *t = w->owner;

	(void)got;
	t->loop.stop = true;
}

/* --- the command ---------------------------------------------------------- */

/* What names a file: its place, or NULL. */
static const char **
file_of(struct top *t, const char *word)
{
	if (strcmp(word, "--ca-file") == 0)
		return &t->ca_file;
	if (strcmp(word, "--token-file") == 0)
		return &t->login_file;
	if (strcmp(word, "--user-file") != 0)
		return NULL;
	t->login_basic = true;
	return &t->login_file;
}

/* 0, or the exit status. */
static int
read_arguments(struct top *t)
{
	const char *url = NULL;

	for (int i = 0; i < t->in->argc; i++) {
		const char *word = t->in->argv[i];
		const char *next =
		    i + 1 < t->in->argc ? t->in->argv[i + 1] : NULL;
		const char **file = file_of(t, word);

		if (file != NULL) {
			if (next == NULL || *file != NULL)
				return usage("a FILE is expected, once");
			*file = next;
			i++;
		} else if (strcmp(word, "--once") == 0) {
			t->once = true;
		} else if (strcmp(word, "--interval") == 0) {
			if (span_u64(span_of(next), &t->interval_s) != ERR_OK ||
			    t->interval_s < 1 || t->interval_s > 3600)
				return usage("--interval takes 1 to 3600");
			i++;
		} else if (word[0] == '-' || url != NULL) {
			return usage("one URL is expected");
		} else {
			url = word;
		}
	}
	t->source = url != NULL ? url : "http://127.0.0.1:8080";
	return 0;
}

static int
read_url(struct top *t)
{
	enum err e = page_url_read(t->source, "/status", &t->url, t->path);

	if (e == ERR_FULL)
		return usage("the address is too long");
	if (e == ERR_OK)
		return 0;
	fail(t->source, ": is no address such as http://127.0.0.1:8080 or "
			"https://box.example/mpedge/status");
	return COMMAND_USAGE;
}

static int
start(struct top *t)
{
	struct tls_setup setup = {
		.heap_bytes = TLS_BYTES, .ca_file = t->ca_file, .verify = true
	};
	const char *why;

	loop_init(&t->loop);
	if (arena_init(&t->arena, ARENA_BYTES) != ERR_OK)
		return fail("no memory", "");
	if (t->url.secure) {
		setup.heap = arena_take(&t->arena, "TLS heap", 1, TLS_BYTES);
		if (tls_init(&t->tls, &setup) != ERR_OK)
			return fail(t->ca_file != NULL ? t->ca_file : "TLS",
			    ": is no readable PEM file with certificates");
		tls_peer_init(&t->peer, t->url.host);
	}
	if (dns_init(&t->dns, &t->loop) != ERR_OK)
		return fail("the resolver could not be started", "");
	t->world = (struct conn_world){
		.loop = &t->loop, .dns = &t->dns, .tls = &t->tls
	};
	t->body = arena_take(&t->arena, "body", 1, BODY_BYTES);
	for (unsigned i = 0; i < 2; i++)
		t->frames[i] = arena_take(&t->arena, "frame", 1, TOP_FRAME_MAX);
	t->update =
	    arena_take(&t->arena, "update", 1, 2 * (size_t)TOP_FRAME_MAX);
	json_init(&t->json,
	    arena_take(&t->arena, "tokens", 1, json_pool_bytes(TOKENS)),
	    TOKENS);
	httpc_init(&t->http, &t->world, t->url.host, t->url.port,
	    t->url.secure ? &t->peer : NULL,
	    arena_take(&t->arena, "answer", 1, BODY_BYTES), BODY_BYTES);
	t->http.owner = t;
	t->http.done = on_done;
	t->http.deadline_ms = DEADLINE_MS;
	why = top_login(t);
	return why == NULL ? 0 : fail_file(t->login_file, why);
}

static void
watch(struct top *t, struct watch *w, int fd,
    void (*ready)(struct watch *w, unsigned got))
{
	*w = (struct watch){
		.fd = fd, .want = LOOP_READ, .ready = ready, .owner = t
	};
	loop_watch(&t->loop, w);
}

int
top_main(struct top *t, const struct top_input *in)
{
	int status;

	t->in = in;
	t->interval_s = 1;
	status = read_arguments(t);
	if (status == 0)
		status = read_url(t);
	if (status == 0)
		status = start(t);
	if (status != 0)
		return status;
	t->once = t->once || !top_is_terminal(t);
	t->view.source = t->source;
	t->view.colour = !t->once;
	watch(t, &t->signals, in->signals, on_signal);
	if (!t->once) {
		watch(t, &t->keys, STDIN_FILENO, on_key);
		top_raw(t);
	}
	t->timer.fire = on_timer;
	t->timer.owner = t;
	timer_start(&t->loop, &t->timer, t->loop.now);
	loop_run(&t->loop);
	top_restore(t);
	return t->failed ? COMMAND_FAILED : 0;
}
