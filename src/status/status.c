#include "status/status_parts.h"

#include <string.h>

#include "status/expose.h"
#include "status/page.h"
#include "status/parts.h"

static const char json_type_text[] = "application/json; charset=utf-8";

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
	member(o, "status", status_level_name(status_worst(s)));
	out_char(o, ',');
	status_about(s, o);
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
serve_page(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	(void)r;
	status_page(s, &a->body);
	a->content_type = "text/html; charset=utf-8";
	a->headers = page_policy;
	a->status = 200;
}

static void
serve_status_json(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	(void)r;
	status_json(s, &a->body);
	a->content_type = json_type_text;
	a->status = 200;
}

static void
serve_status(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	if (status_accepts(r->accept, "text/html")) {
		serve_page(s, r, a);
		return;
	}
	serve_status_json(s, r, a);
	a->headers = "Vary: Accept\r\n";
}

_Static_assert(
    sizeof(struct expose) <= sizeof(((struct httpd_answer *)0)->places),
    "struct expose does not fit the places of an answer");

static bool
more_metrics(struct httpd *h, uint64_t *places, struct out *slice)
{
	(void)h;
	return expose_more((struct expose *)places, slice);
}

/* As many slices as there are, each in a turn of its own. */
static void
serve_metrics(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	struct expose *x = (struct expose *)a->places;
	bool open = expose_openmetrics(r->accept);

	refresh(s);
	s->counts.requests = s->httpd.requests;
	s->counts.refused = s->httpd.refused;
	s->counts.errors = s->httpd.errors;
	s->counts.late = s->httpd.late;
	s->counts.clients = s->httpd.used;
	expose_begin(x, s->loop, s->metrics, &s->page_counts, open,
	    s->options->http.compat_metrics);
	if (expose_more(x, &a->body))
		a->more = more_metrics;
	a->content_type = expose_content_type(open);
	a->headers = "Vary: Accept\r\n";
	a->status = 200;
}

static void
serve_livez(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	(void)s;
	(void)r;
	OUT_LITERAL(&a->body, "ok\n");
	a->content_type = "text/plain; charset=utf-8";
	a->status = 200;
}

static void
serve_readyz(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	enum health_level level = status_worst(s);

	(void)r;
	out_text(&a->body, status_level_name(level));
	out_char(&a->body, '\n');
	a->content_type = "text/plain; charset=utf-8";
	a->status = level == HEALTH_FAIL ? 503 : 200;
}

static const struct {
	const char *path;
	void (*serve)(struct status *s, const struct http_request *r,
	    struct httpd_answer *a);
	/* Probes bring no secret; they learn one word. */
	bool open;
} pages[] = {
	{ "/", serve_page, false },
	{ "/health", status_health, false },
	{ "/livez", serve_livez, true },
	{ "/metrics", serve_metrics, false },
	{ "/readyz", serve_readyz, true },
	{ "/status", serve_status, false },
	{ "/status.json", serve_status_json, false },
};

/* What registered an address of its own. */
static bool
serve_registered(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
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

/* Addresses under a prefix. */
static const struct status_api *
find_api(const struct status *s, struct span path)
{
	for (size_t i = 0; i < s->api_count; i++) {
		const struct status_api *p = &s->api[i];

		if (span_starts(path, p->prefix) &&
		    (!p->exact || path.len == strlen(p->prefix)))
			return p;
	}
	return NULL;
}

static bool
serve_api(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	const struct status_api *p = find_api(s, r->path);
	struct status_call c = { .path = r->path,
		.query = r->query,
		.body = &a->body,
		.post = r->post };

	if (p == NULL)
		return false;
	c.path.at += strlen(p->prefix);
	c.path.len -= strlen(p->prefix);
	p->serve(s->api_owner, &c);
	out_char(&a->body, '\n');
	a->status = c.status;
	a->retry_s = c.retry_s;
	a->version = c.version;
	a->content_type = json_type_text;
	if (c.status == 405)
		a->headers = "Allow: POST\r\n";
	return true;
}

/* A browser says where its page is from; it may bring a password that its user
 * has typed elsewhere. */
void
status_post(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	const struct opt_http *o = &s->options->http;
	const struct status_api *p = find_api(s, r->path);

	if (p == NULL || p->post == NULL || !span_ends(r->path, p->post))
		return;
	if (!status_admits(s, r, a))
		return;
	if ((o->token[0] != '\0' || o->user[0] != '\0') &&
	    r->origin.at == NULL) {
		(void)serve_api(s, r, a);
		return;
	}
	s->counts.denied++;
	OUT_LITERAL(&a->body, "{\"error\":\"this is for those alone who know "
			      "http.token, or http.user and http.password; "
			      "not for pages of a browser\"}\n");
	a->content_type = json_type_text;
	a->status = 403;
}

static void
serve_nothing(struct status *s, struct httpd_answer *a)
{
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
	for (size_t i = 0; i < s->api_count; i++) {
		out_char(&a->body, ' ');
		out_text(&a->body, s->api[i].prefix);
	}
	out_char(&a->body, '\n');
}

void
status_serve(
    struct httpd *h, const struct http_request *r, struct httpd_answer *a)
{
	struct status *s = h->owner;
	size_t count = sizeof(pages) / sizeof(pages[0]);
	size_t i = 0;

	while (i < count && !span_is(r->path, pages[i].path))
		i++;
	if ((i == count || !pages[i].open) && !status_admits(s, r, a))
		return;
	if (i < count) {
		pages[i].serve(s, r, a);
		return;
	}
	if (!serve_registered(s, r, a) && !serve_api(s, r, a))
		serve_nothing(s, a);
}
