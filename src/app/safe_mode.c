#include "app/safe_mode.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "core/log.h"

enum {
	MEMORY_BYTES = 64 * 1024 * 1024,
	TLS_BYTES = 2 * 1024 * 1024,
};

static const char everywhere[] = "0.0.0.0:8080";

/* --- why ------------------------------------------------------------------ */

/* Line ends stay. */
static void
clean(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' && *text != '\n')
			*text = ' ';
	}
}

static void
read_reason(struct safe_mode *s, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, s->reason, sizeof(s->reason) - 1) : -1;
	struct out o;

	if (n < 0) {
		out_init(&o, s->reason, sizeof(s->reason));
		out_text(&o, path);
		OUT_LITERAL(&o, ": ");
		out_text(&o, strerror(errno));
		(void)out_cstr(&o);
	}
	if (fd >= 0)
		close(fd);
	clean(s->reason);
}

static void
read_settings(struct safe_mode *s, const struct safe_mode_input *in)
{
	struct config_input from = { .path = in->path,
		.environment = in->environment };
	struct out errors;

	out_init(&errors, s->settings, sizeof(s->settings) - 1);
	/* What it could read is there; the rest is told. */
	if (config_read(&from, in->options, in->origins, &errors) == ERR_OK)
		out_reset(&errors);
	s->settings[errors.len] = '\0';
	clean(s->settings);
}

/* --- the settings it lives with ------------------------------------------- */

static bool
can_listen(const char *list)
{
	struct span rest = span_of(list);
	struct span word;
	struct address at;
	bool some = false;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (address_read(word, &at) != ERR_OK)
			return false;
		some = true;
	}
	return some;
}

static void
listen_everywhere(struct options *o)
{
	memcpy(o->http.listen, everywhere, sizeof(everywhere));
}

/* Whoever could have asked in the clear alone may not ask for an update. */
static void
without_tls(struct options *o)
{
	o->http.cert_file[0] = '\0';
	o->http.token[0] = '\0';
	o->http.user[0] = '\0';
}

static void
make_usable(const struct safe_mode_input *in)
{
	struct options *o = in->options;
	int listen = config_find(SPAN("http"), SPAN("listen"));
	bool given = in->origins->of[listen].source != CONFIG_DEFAULT;

	if (!given || !can_listen(o->http.listen))
		listen_everywhere(o);
	if (o->http.cert_file[0] != '\0' && o->http.key_file[0] == '\0')
		without_tls(o);
	o->tls.heap_bytes = TLS_BYTES;
}

/* --- what is shown -------------------------------------------------------- */

static void
lines_json(struct out *o, const char *name, const char *text)
{
	struct span rest = span_of(text), line;
	bool first = true;

	out_member(o, name);
	out_char(o, '[');
	while ((line = span_word(&rest, "\n")).at != NULL) {
		out_text(o, first ? "" : ",");
		first = false;
		out_json(o, line);
	}
	out_char(o, ']');
}

static void
panel_json(void *owner, struct out *o)
{
	const struct safe_mode *s = owner;

	out_char(o, '{');
	lines_json(o, "reason", s->reason);
	out_char(o, ',');
	lines_json(o, "settings", s->settings);
	out_char(o, '}');
}

static void
panel_health(void *owner, struct health_check *h)
{
	const struct safe_mode *s = owner;
	struct span rest =
	    span_of(s->settings[0] != '\0' ? s->settings : s->reason);
	struct span line = span_word(&rest, "\n");
	struct out o;

	h->name = "safe_mode";
	h->level = HEALTH_FAIL;
	out_init(&o, h->why, sizeof(h->why) - 1);
	OUT_LITERAL(&o, "nothing is collected: ");
	out_span(&o, line.at != NULL ? line : SPAN("no reason is given"));
	h->why[o.len] = '\0';
}

static void
process_json(void *owner, struct out *o)
{
	const struct safe_mode *s = owner;

	OUT_LITERAL(o, "{\"uptime_ms\":");
	out_i64(o, mono_ms_between(s->app->started, s->app->loop.now));
	out_char(o, '}');
}

static void
serve_update(void *owner, struct status_call *c)
{
	struct mpedge *m = owner;

	update_take_state(&m->take, c->body);
	c->status = 200;
}

/* --- beginning and end ---------------------------------------------------- */

static void
tell_failure(const char *event_why, enum err e)
{
	struct log_line l;

	log_open(&l, LOG_ERROR, "app", "start_failed");
	log_err(&l, e);
	log_text(&l, "why", event_why);
	log_send(&l);
}

/* As configured; then without TLS; then on every address. */
static enum err
start_status(struct mpedge *m, struct out *why)
{
	enum err e = ERR_CONFIG;

	for (int attempt = 0; attempt < 3 && e != ERR_OK; attempt++) {
		if (attempt == 1 && m->options->http.cert_file[0] != '\0')
			without_tls(m->options);
		else if (attempt > 0)
			listen_everywhere(m->options);
		if (attempt > 0)
			tell_failure(out_cstr(why), e);
		out_reset(why);
		e = status_start(&m->status, &m->loop, m->options, &m->metrics,
		    &m->arena, app_version(), why);
	}
	return e;
}

static enum err
start(struct safe_mode *s, struct mpedge *m, struct out *why)
{
	static const struct status_api addresses[] = {
		{ "/api/v1/update", true, serve_update, NULL },
	};
	const struct panel panels[] = {
		{ "safe_mode", s, panel_json, panel_health, NULL },
		{ "process", s, process_json, NULL, NULL },
	};
	struct tls_setup tls = { .heap_bytes = TLS_BYTES, .verify = true };
	enum err e = arena_init(&m->arena, MEMORY_BYTES);

	if (e != ERR_OK)
		return e;
	tls.heap = arena_take(&m->arena, "TLS heap", 1, TLS_BYTES);
	e = tls_init(&m->tls, &tls);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < 2; i++)
		metrics_panel(&m->metrics, &panels[i]);
	update_take_init(&m->take, m->options);
	m->status.api = addresses;
	m->status.api_count = 1;
	m->status.api_owner = m;
	m->status.upload = &update_upload;
	m->status.upload_owner = &m->take;
	return start_status(m, why);
}

static void
on_signals(struct watch *w, unsigned got)
{
	struct mpedge *m = w->owner;
	char bytes[16];

	/* A reload changes nothing here. */
	if (got != 0 && read(w->fd, bytes, sizeof(bytes)) > 0 &&
	    bytes[0] != SIGHUP)
		m->loop.stop = true;
}

static void
hello(const struct safe_mode *s)
{
	struct health_check h;
	struct log_line l;

	panel_health((void *)(uintptr_t)s, &h);
	log_open(&l, LOG_WARN, "app", "safe_mode");
	log_text(&l, "why", h.why);
	log_send(&l);
}

int
safe_mode_main(struct safe_mode *s, const struct safe_mode_input *in)
{
	struct mpedge *m = in->app;
	char text[1024];
	struct out why;
	enum err e;

	s->app = m;
	m->options = in->options;
	out_init(&why, text, sizeof(text));
	read_reason(s, in->reason_path);
	read_settings(s, in);
	make_usable(in);
	loop_init(&m->loop);
	log_clock(&m->loop.wall);
	metrics_init(&m->metrics);
	m->started = m->loop.now;
	m->journal.fd = -1;
	e = start(s, m, &why);
	if (e != ERR_OK) {
		tell_failure(out_cstr(&why), e);
		return COMMAND_FAILED;
	}
	arena_seal(&m->arena);
	m->sandbox.environment = in->environment;
	m->sandbox.origins = in->origins;
	out_reset(&why);
	e = sandbox_enter(&m->sandbox, m->options, &why);
	/* A page that can be reached is worth more. */
	if (e != ERR_OK)
		tell_failure(out_cstr(&why), e);
	m->signals = (struct watch){ .fd = in->signals,
		.want = LOOP_READ,
		.ready = on_signals,
		.owner = m };
	loop_watch(&m->loop, &m->signals);
	hello(s);
	notify_init(m, in->environment);
	notify_say(m, NOTIFY_READY);
	loop_run(&m->loop);
	status_stop(&m->status);
	return 0;
}
