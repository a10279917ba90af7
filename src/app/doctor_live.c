#include "app/doctor.h"

#include <string.h>

#include "codec/json.h"
#include "status/status.h"

enum {
	HEALTH_BYTES = 64 * 1024,
	STATUS_BYTES = 1024 * 1024,
	TOKENS = 128 * 1024,
	HOST_BYTES = 64,
	HEADER_BYTES = 64,
	LIVE_MS = 5000,
};

/* --- asking --------------------------------------------------------------- */

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct doctor *d = h->owner;
	struct span *text =
	    h == &d->live.health ? &d->live.health_text : &d->live.status_text;

	if (r->error == ERR_OK)
		*text = (struct span){ h->body, r->body.len };
	else
		d->live.error = r->error;
	d->live.waiting--;
	doctor_check_over(d);
}

static void
ask(struct doctor *d, struct httpc *h, const char *host, uint16_t port,
    const char *path, size_t size)
{
	httpc_init(h, &d->world, host, port, NULL,
	    arena_take(&d->arena, "body", 1, size), size);
	h->done = on_done;
	h->owner = d;
	h->deadline_ms = LIVE_MS;
	h->headers = d->live.headers;
	if (httpc_get(h, path) == ERR_OK)
		d->live.waiting++;
}

/* The first of the addresses. */
static enum err
first_address(const struct doctor *d, struct span *word, struct address *a)
{
	struct span rest = span_of(d->options->http.listen);

	*word = span_word(&rest, " ,\t");
	return address_read(*word, a);
}

/* HTTPS may have a certificate of any name, and a password is not ours. */
static bool
may_ask(const struct doctor *d)
{
	const struct opt_http *o = &d->options->http;

	return o->cert_file[0] == '\0' &&
	       (o->user[0] == '\0' || o->token[0] != '\0');
}

static void
show_token(struct doctor *d)
{
	const char *token = d->options->http.token;
	size_t size = strlen(token) + HEADER_BYTES;
	char *text;
	struct out o;

	if (token[0] == '\0')
		return;
	text = arena_take(&d->arena, "header", 1, size);
	out_init(&o, text, size);
	OUT_LITERAL(&o, "Authorization: Bearer ");
	out_text(&o, token);
	OUT_LITERAL(&o, "\r\n");
	d->live.headers = out_cstr(&o);
}

void
doctor_live_start(struct doctor *d)
{
	struct address a;
	struct span host;
	char *name;
	struct out o;

	if (!d->options->http.enabled || !may_ask(d) ||
	    first_address(d, &host, &a) != ERR_OK || a.port == 0)
		return;
	show_token(d);
	while (host.at[host.len - 1] != ':')
		host.len--;
	host.len--;
	if (host.len > 2 && host.at[0] == '[') {
		host.at++;
		host.len -= 2;
	}
	/* All addresses are reached at the loopback one. */
	if (span_is(host, "0.0.0.0"))
		host = SPAN("127.0.0.1");
	if (span_is(host, "::"))
		host = SPAN("::1");
	name = arena_take(&d->arena, "host", 1, HOST_BYTES);
	out_init(&o, name, HOST_BYTES);
	out_span(&o, host);
	(void)out_cstr(&o);
	ask(d, &d->live.health, name, a.port, "/health", HEALTH_BYTES);
	ask(d, &d->live.status, name, a.port, "/status", STATUS_BYTES);
}

/* --- what it said --------------------------------------------------------- */

static bool
parse(struct doctor *d, struct span text)
{
	if (d->json.tokens == NULL)
		json_init(&d->json,
		    arena_take(&d->arena, "tokens", 1, json_pool_bytes(TOKENS)),
		    TOKENS);
	return text.len > 0 &&
	       json_parse(&d->json, text.at, text.len) == ERR_OK;
}

static void
member(struct doctor *d, int object, const char *name, const char *before)
{
	out_text(&d->detail, before);
	out_span(&d->detail,
	    json_text(&d->json, json_member(&d->json, object, name)));
}

static enum doctor_verdict
verdict_of(struct span status)
{
	if (span_is(status, "healthy"))
		return DOCTOR_OK;
	return span_is(status, "degraded") ? DOCTOR_WARN : DOCTOR_FAIL;
}

static void
tell_checks(struct doctor *d)
{
	struct json *j = &d->json;
	int checks = json_member(j, 0, "checks");

	for (int key = -1, value; json_each(j, checks, &key, &value);) {
		char name[64];
		struct out o;

		out_init(&o, name, sizeof(name) - 1);
		OUT_LITERAL(&o, "collector: ");
		out_span(&o, json_text(j, key));
		name[o.len] = '\0';
		member(d, value, "message", "");
		doctor_say(d,
		    verdict_of(json_text(j, json_member(j, value, "status"))),
		    name, "see its log, and the last errors below");
	}
}

/* Nobody listens there: could we?  A port may be taken by what is no HTTP. */
static void
tell_absent(struct doctor *d)
{
	struct address a;
	struct span word;
	int fd = -1;
	enum err e = ERR_OK;

	out_text(&d->detail, d->options->http.listen);
	OUT_LITERAL(&d->detail, ": ");
	if (first_address(d, &word, &a) == ERR_OK)
		e = tcp_listen(&a, &fd);
	if (e != ERR_OK) {
		OUT_LITERAL(&d->detail, "nobody answers, and it cannot be "
					"listened at: ");
		out_text(&d->detail, err_text(e));
		doctor_say(d, DOCTOR_FAIL, "collector",
		    "is the address of this machine, the port free and above "
		    "1023? it would not start: change http.listen");
		return;
	}
	tcp_close(fd);
	OUT_LITERAL(&d->detail, "no collector answers");
	if (d->journal_held)
		OUT_LITERAL(&d->detail,
		    ", but a process has the journal: it hangs, or has other "
		    "settings");
	doctor_say(d, d->journal_held ? DOCTOR_WARN : DOCTOR_OK, "collector",
	    "look for it with ps, and restart it");
}

void
doctor_live_tell(struct doctor *d)
{
	const char *listen = d->options->http.listen;
	struct json *j = &d->json;

	if (!d->options->http.enabled) {
		OUT_LITERAL(&d->detail, "http.enabled is false: it cannot be "
					"asked how it is");
		doctor_say(d, DOCTOR_OK, "collector", NULL);
		return;
	}
	if (!may_ask(d)) {
		OUT_LITERAL(&d->detail,
		    "not asked: it serves HTTPS, or wants a password; "
		    "curl /health tells how it is");
		doctor_say(d, DOCTOR_OK, "collector", NULL);
		return;
	}
	if (d->live.health_text.len == 0 &&
	    (d->live.error == ERR_OK || d->live.error == ERR_REFUSED)) {
		tell_absent(d);
		return;
	}
	out_text(&d->detail, listen);
	OUT_LITERAL(&d->detail, ": ");
	if (!parse(d, d->live.health_text) ||
	    !json_is(j, json_member(j, 0, "service"), "mpedge")) {
		OUT_LITERAL(&d->detail, "what answers is not this program");
		doctor_say(d, DOCTOR_FAIL, "collector",
		    "end the other program, or change http.listen");
		return;
	}
	OUT_LITERAL(&d->detail, "runs");
	member(d, 0, "box", ", box ");
	member(d, 0, "version", ", version ");
	member(d, 0, "uptime_seconds", ", up ");
	OUT_LITERAL(&d->detail, " s");
	member(d, 0, "status", ", ");
	doctor_say(d, DOCTOR_OK, "collector", NULL);
	tell_checks(d);
}

/* --- last errors ---------------------------------------------------------- */

/* An object that has some, whatever panel it is of. */
static bool
tell_error(struct doctor *d, int object)
{
	static const char *const names[] = { "name", "venue", "job", "symbol",
		"stream" };
	static const char *const errors[] = { "last_error", "reason", "why" };
	struct json *j = &d->json;
	int error = -1;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (json_none(j, error))
			error = json_member(j, object, errors[i]);
	}
	if (json_none(j, error))
		return false;
	OUT_LITERAL(&d->detail, " ");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!json_none(j, json_member(j, object, names[i])))
			member(d, object, names[i], " ");
	}
	member(d, object, "state", ", ");
	member(d, object, "since", ", ");
	OUT_LITERAL(&d->detail, ": ");
	out_span(&d->detail, json_text(j, error));
	doctor_line(d);
	return true;
}

void
doctor_live_errors(struct doctor *d)
{
	struct json *j = &d->json;
	bool any = false;

	OUT_LITERAL(d->out, "\n== last errors of the collector\n");
	if (!parse(d, d->live.status_text)) {
		OUT_LITERAL(d->out,
		    "  it does not answer; its log (journalctl -u mpedge) has "
		    "them\n");
		return;
	}
	for (int key = -1, panel; json_each(j, 0, &key, &panel);) {
		int row = json_first(j, panel);

		if (json_type(j, panel) == JSON_OBJECT)
			any = tell_error(d, panel) || any;
		if (json_type(j, panel) != JSON_ARRAY)
			continue;
		for (; row >= 0; row = json_next(j, row))
			any = tell_error(d, row) || any;
	}
	if (!any)
		OUT_LITERAL(d->out, "  none\n");
}
