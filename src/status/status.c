#include "status/status.h"

#include <string.h>

#include "core/log.h"
#include "status/expose.h"
#include "status/page.h"
#include "status/parts.h"

static const char json_type_text[] = "application/json; charset=utf-8";

static const char *
level_name(enum health_level l)
{
	switch (l) {
	case HEALTH_PASS:
		return "healthy";
	case HEALTH_WARN:
		return "degraded";
	case HEALTH_FAIL:
		return "unhealthy";
	}
	return "unhealthy";
}

static void
member(struct out *o, const char *name, const char *value)
{
	out_json(o, span_of(name));
	out_char(o, ':');
	out_json(o, span_of(value));
}

static void
refresh(const struct status *s)
{
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		const struct panel *p = &s->metrics->panels[i];

		if (p->refresh != NULL)
			p->refresh(p->owner);
	}
}

/* What panel i thinks of itself; false when it has no opinion. */
static bool
ask(const struct status *s, unsigned i, struct health_check *c)
{
	const struct panel *p = &s->metrics->panels[i];

	if (p->health == NULL)
		return false;
	memset(c, 0, sizeof(*c));
	p->health(p->owner, c);
	return true;
}

static enum health_level
worst(const struct status *s)
{
	enum health_level level = HEALTH_PASS;
	struct health_check c;

	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		if (ask(s, i, &c) && c.level > level)
			level = c.level;
	}
	return level;
}

static void
about(const struct status *s, struct out *o)
{
	int64_t up_ms = mono_ms_between(s->started, s->loop->now);

	OUT_LITERAL(o, "\"timestamp\":\"");
	out_time(o, s->loop->wall);
	OUT_LITERAL(o, "\",\"uptime_seconds\":");
	out_i64(o, up_ms / 1000);
	out_char(o, '.');
	out_pad(o, (uint64_t)(up_ms % 1000), 3);
	out_char(o, ',');
	member(o, "service", "mpedge");
	out_char(o, ',');
	member(o, "version", s->version);
	out_char(o, ',');
	member(o, "box", s->options->box.name);
}

/* The panel of this name is a part of /health too. */
static void
show_alarms(const struct status *s, struct out *o)
{
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		const struct panel *p = &s->metrics->panels[i];

		if (strcmp(p->name, "alarms") != 0)
			continue;
		OUT_LITERAL(o, ",\"alarms\":");
		p->json(p->owner, o);
	}
}

static void
serve_health(struct status *s, struct httpd_answer *a)
{
	enum health_level level = worst(s);
	struct out *o = &a->body;
	struct health_check c;
	bool first = true;

	OUT_LITERAL(o, "{");
	member(o, "status", level_name(level));
	OUT_LITERAL(o, ",\"checks\":{");
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		if (!ask(s, i, &c))
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_json(o, span_of(c.name));
		OUT_LITERAL(o, ":{");
		member(o, "status", level_name(c.level));
		out_char(o, ',');
		member(o, "message", c.why);
		out_char(o, '}');
	}
	OUT_LITERAL(o, "},");
	about(s, o);
	show_alarms(s, o);
	OUT_LITERAL(o, "}\n");
	a->content_type = json_type_text;
	a->status = level == HEALTH_FAIL ? 503 : 200;
}

static void
memory_json(const struct status *s, struct out *o)
{
	out_char(o, '[');
	for (size_t i = 0; i < s->arena->pool_count; i++) {
		const struct arena_pool *p = &s->arena->pools[i];

		if (i > 0)
			out_char(o, ',');
		out_char(o, '{');
		member(o, "pool", p->name);
		OUT_LITERAL(o, ",\"count\":");
		out_u64(o, p->count);
		OUT_LITERAL(o, ",\"each_bytes\":");
		out_u64(o, p->each_bytes);
		OUT_LITERAL(o, ",\"bytes\":");
		out_u64(o, p->count * p->each_bytes);
		out_char(o, '}');
	}
	out_char(o, ']');
}

void
status_json(const struct status *s, struct out *o)
{
	refresh(s);
	out_char(o, '{');
	member(o, "status", level_name(worst(s)));
	out_char(o, ',');
	about(s, o);
	OUT_LITERAL(o, ",\"checks\":");
	status_checks(s->metrics, o);
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		const struct panel *p = &s->metrics->panels[i];

		if (p->json == NULL)
			continue;
		out_char(o, ',');
		out_json(o, span_of(p->name));
		out_char(o, ':');
		p->json(p->owner, o);
	}
	OUT_LITERAL(o, ",\"latency\":");
	status_latency(s->metrics, o);
	OUT_LITERAL(o, ",\"memory\":");
	memory_json(s, o);
	OUT_LITERAL(o, "}\n");
}

static void
serve_status(struct status *s, struct httpd_answer *a)
{
	status_json(s, &a->body);
	a->content_type = json_type_text;
	a->status = 200;
}

/* Slices until all is there; what does not fit becomes 500. */
static void
serve_metrics(struct status *s, struct httpd_answer *a)
{
	struct out *o = &a->body;
	struct expose x;

	refresh(s);
	s->counts.requests = s->httpd.requests;
	s->counts.refused = s->httpd.refused;
	s->counts.errors = s->httpd.errors;
	expose_begin(&x, s->loop, s->metrics, &s->page_counts, s->openmetrics,
	    s->options->http.compat_metrics);
	while (expose_more(&x, o) && !o->full)
		o->full = o->size - o->len < METRICS_PART_MAX;
	a->content_type = expose_content_type(s->openmetrics);
	a->status = 200;
}

static void
serve_page(struct status *s, struct httpd_answer *a)
{
	status_page(s, &a->body);
	a->content_type = "text/html; charset=utf-8";
	a->headers = page_policy;
	a->status = 200;
}

static void
serve_livez(struct status *s, struct httpd_answer *a)
{
	(void)s;
	OUT_LITERAL(&a->body, "ok\n");
	a->content_type = "text/plain; charset=utf-8";
	a->status = 200;
}

static void
serve_readyz(struct status *s, struct httpd_answer *a)
{
	enum health_level level = worst(s);

	out_text(&a->body, level_name(level));
	out_char(&a->body, '\n');
	a->content_type = "text/plain; charset=utf-8";
	a->status = level == HEALTH_FAIL ? 503 : 200;
}

static const struct {
	const char *path;
	void (*serve)(struct status *s, struct httpd_answer *a);
} pages[] = {
	{ "/", serve_page },
	{ "/health", serve_health },
	{ "/livez", serve_livez },
	{ "/metrics", serve_metrics },
	{ "/readyz", serve_readyz },
	{ "/status", serve_status },
};

/* What registered an address of its own. */
static bool
serve_registered(
    struct status *s, const struct httpd_request *r, struct httpd_answer *a)
{
	for (unsigned i = 0; i < s->metrics->page_count; i++) {
		const struct metrics_page *p = &s->metrics->pages[i];

		if (!span_is(r->path, p->path))
			continue;
		refresh(s);
		p->json(p->owner, &a->body);
		out_char(&a->body, '\n');
		a->content_type = json_type_text;
		a->status = 200;
		return true;
	}
	return false;
}

static void
serve(struct httpd *h, const struct httpd_request *r, struct httpd_answer *a)
{
	struct status *s = h->owner;

	s->openmetrics = expose_openmetrics(r->accept);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (span_is(r->path, pages[i].path)) {
			pages[i].serve(s, a);
			return;
		}
	}
	if (serve_registered(s, r, a))
		return;
	a->status = 404;
	a->content_type = "text/plain; charset=utf-8";
	OUT_LITERAL(&a->body, "There is nothing here.  There are:");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		out_char(&a->body, ' ');
		out_text(&a->body, pages[i].path);
	}
	for (unsigned i = 0; i < s->metrics->page_count; i++) {
		out_char(&a->body, ' ');
		out_text(&a->body, s->metrics->pages[i].path);
	}
	out_char(&a->body, '\n');
}

/* "127.0.0.1:8080", "[::1]:8080" */
static enum err
parse_listen(const char *text, struct address *a)
{
	const char *colon = NULL;
	uint64_t port;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == ':')
			colon = p;
	}
	if (colon == NULL || span_u64(span_of(colon + 1), &port) != ERR_OK ||
	    port > 65535)
		return ERR_SYNTAX;
	return address_parse(
	    (struct span){ text, (size_t)(colon - text) }, (uint16_t)port, a);
}

static void
say_where(const struct status *s)
{
	struct address at;
	struct log_line l;
	char text[64];
	struct out o;

	if (tcp_local(s->httpd.listener.fd, &at) != ERR_OK)
		return;
	out_init(&o, text, sizeof(text));
	address_write(&at, &o);
	log_open(&l, LOG_INFO, "http", "listening");
	log_text(&l, "address", out_cstr(&o));
	log_send(&l);
}

enum err
status_start(struct status *s, struct loop *l, const struct options *o,
    struct metrics *m, struct arena *a, const char *version, struct out *why)
{
	struct address at;
	enum err e;

	s->loop = l;
	s->options = o;
	s->metrics = m;
	s->arena = a;
	s->version = version;
	s->started = l->now;
	OUT_LITERAL(why, "http.listen: ");
	out_text(why, o->http.listen);
	e = parse_listen(o->http.listen, &at);
	if (e != ERR_OK) {
		OUT_LITERAL(
		    why, ": not an address and port such as 127.0.0.1:8080");
		return ERR_CONFIG;
	}
	e = httpd_init(&s->httpd, l, &at,
	    arena_take(a, "status server", 1, httpd_bytes(STATUS_BODY_BYTES)),
	    STATUS_BODY_BYTES);
	if (e != ERR_OK) {
		OUT_LITERAL(why, ": ");
		out_text(why, err_text(e));
		OUT_LITERAL(why, "; is another program listening there?");
		return e;
	}
	s->httpd.serve = serve;
	s->httpd.owner = s;
	out_reset(why);
	metrics_add(m, METRICS_http, &s->counts, "");
	metrics_add(m, METRICS_metrics, &s->page_counts, "");
	say_where(s);
	return ERR_OK;
}

void
status_stop(struct status *s)
{
	httpd_fini(&s->httpd);
}
