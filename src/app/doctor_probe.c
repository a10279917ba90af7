#include "app/doctor.h"

#include <string.h>

#include "codec/wskey.h"
#include "net/ws_shake.h"
#include "venues/venue.h"

/* A call of each venue that weighs next to nothing and tells its time. */
static const char *const time_paths[VENUE_COUNT] = {
	[VENUE_binance_spot] = "/api/v3/time",
	[VENUE_binance_usdm] = "/fapi/v1/time",
	[VENUE_okx] = "/api/v5/public/time",
	[VENUE_deribit] = "/api/v2/public/get_time",
};

/* --- one connection ------------------------------------------------------- */

static void
finish(struct probe *p, enum err e)
{
	struct loop *l = &p->doctor->loop;
	int64_t wall_ms = l->wall.ns / NS_PER_MS;

	p->over = true;
	p->error = e;
	p->took_ms = mono_ms_between(p->opened, l->now);
	/* It was read half the way ago. */
	if (p->found.server_ms != 0)
		p->ahead_ms = wall_ms - p->took_ms / 2 - p->found.server_ms;
	conn_close(&p->conn);
	doctor_check_over(p->doctor);
}

static enum err
judge(struct probe *p, bool ended)
{
	return doctor_judge(p->kind, (struct span){ p->answer, p->answer_len },
	    ended, &p->found);
}

static void
on_state(void *owner, enum conn_state s)
{
	struct probe *p = owner;

	p->reached = s;
	if (s != CONN_OPEN)
		return;
	p->opened = p->doctor->loop.now;
	conn_kick(&p->conn);
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct probe *p = owner;
	size_t room = sizeof(p->answer) - p->answer_len;

	if (len > room)
		len = room;
	memcpy(p->answer + p->answer_len, bytes, len);
	p->answer_len += len;
	if (judge(p, p->answer_len == sizeof(p->answer)) == ERR_OK)
		finish(p, ERR_OK);
	return ERR_OK;
}

static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct probe *p = owner;
	size_t left = p->request_len - p->request_done;

	*len = left < size ? left : size;
	memcpy(buf, p->request + p->request_done, *len);
	p->request_done += *len;
	return ERR_OK;
}

static void
on_failed(void *owner, enum err e)
{
	struct probe *p = owner;

	/* The end of what a server had to say. */
	if (p->answer_len > 0 && judge(p, true) == ERR_OK)
		e = ERR_OK;
	finish(p, e);
}

/* --- what is asked -------------------------------------------------------- */

static void
http_request(
    struct out *o, const struct probe *p, const char *path, const char *headers)
{
	OUT_LITERAL(o, "GET ");
	out_text(o, path);
	OUT_LITERAL(o, " HTTP/1.1\r\nHost: ");
	url_host_field(o, span_of(p->host), p->port);
	OUT_LITERAL(o, "\r\nUser-Agent: mpedge\r\nConnection: close\r\n");
	out_text(o, headers != NULL ? headers : "");
	OUT_LITERAL(o, "\r\n");
}

static void
ws_request(struct out *o, const struct probe *p, const char *path)
{
	char key_text[WSKEY_TEXT + 1];
	uint8_t random[WSKEY_BYTES];
	struct out key;

	tcp_random(random, sizeof(random));
	out_init(&key, key_text, sizeof(key_text));
	base64_encode(&key, random, sizeof(random));
	if (ws_shake_request(o, span_of(p->host), p->port, span_of(path),
		out_done(&key)) != ERR_OK)
		o->full = true;
}

static struct probe *
new_probe(struct doctor *d, enum probe_kind k, const char *name,
    struct span host, uint16_t port)
{
	struct probe *p = &d->probes[d->probe_count];
	struct out o;

	if (d->probe_count == DOCTOR_PROBES_MAX)
		return NULL;
	p->doctor = d;
	p->kind = k;
	p->port = port;
	out_init(&o, p->name, sizeof(p->name));
	out_text(&o, name);
	(void)out_cstr(&o);
	out_init(&o, p->host, sizeof(p->host));
	out_span(&o, host);
	(void)out_cstr(&o);
	/* Longer names than a host has are refused by the settings. */
	if (o.full)
		return NULL;
	d->probe_count++;
	return p;
}

/* context: of its own, or NULL. */
static void
start(struct probe *p, const struct out *request, struct tls_context *context)
{
	static const struct conn_events events = {
		.state = on_state,
		.data = on_data,
		.drain = on_drain,
		.failed = on_failed,
	};
	struct conn_events mine = events;

	mine.owner = p;
	p->request_len = request->full ? 0 : request->len;
	p->began = p->doctor->loop.now;
	p->opened = p->began;
	conn_init(&p->conn, &p->doctor->world);
	if (p->secure)
		tls_peer_init(&p->peer, p->host);
	p->peer.context = context;
	p->reached = CONN_RESOLVE;
	conn_open(
	    &p->conn, &mine, p->host, p->port, p->secure ? &p->peer : NULL);
}

static const char *
join(const char *a, const char *b, char *text, size_t size)
{
	struct out o;

	out_init(&o, text, size);
	out_text(&o, a);
	out_char(&o, ' ');
	out_text(&o, b);
	return out_cstr(&o);
}

static void
start_venue(struct doctor *d, enum venue_id v)
{
	const struct opt_venue *s = &d->options->venue[v];
	const char *name = venue_descs[v].name;
	char label[64], path[256];
	struct probe *p;
	struct out o;

	out_init(&o, path, sizeof(path));
	venue_ws_path(venues[v], s->ws_path, 0, &o);
	(void)out_cstr(&o);
	p = new_probe(d, PROBE_WS, join(name, "ws", label, sizeof(label)),
	    span_of(s->ws_host), (uint16_t)s->ws_port);
	if (p != NULL) {
		p->vital = p->secure = true;
		out_init(&o, p->request, sizeof(p->request));
		ws_request(&o, p, path);
		start(p, &o, NULL);
	}
	p = new_probe(d, PROBE_REST, join(name, "rest", label, sizeof(label)),
	    span_of(s->rest_host), (uint16_t)s->rest_port);
	if (p != NULL) {
		p->vital = p->secure = true;
		out_init(&o, p->request, sizeof(p->request));
		http_request(&o, p, time_paths[v] != NULL ? time_paths[v] : "/",
		    venues[v]->rest_headers);
		start(p, &o, NULL);
	}
}

/* --- sinks ---------------------------------------------------------------- */

/* TLS with files of its own; NULL when they cannot be used. */
static struct tls_context *
context_of(struct doctor *d, const char *section, const char *ca_file,
    bool verify, const char *cert_file, const char *key_file)
{
	struct tls_setup s = { .verify = verify,
		.ca_file = ca_file[0] != '\0' ? ca_file : NULL,
		.cert_file = cert_file[0] != '\0' ? cert_file : NULL,
		.key_file = key_file[0] != '\0' ? key_file : NULL };
	struct tls_context *c = &d->more_tls[d->more_count];
	enum err e = tls_init_more(c, &s);

	if (e == ERR_OK) {
		d->more_count++;
		return c;
	}
	out_text(&d->detail, section);
	OUT_LITERAL(&d->detail, ": ");
	out_text(&d->detail, err_text(e));
	doctor_say(d, DOCTOR_FAIL, "TLS files",
	    "are ca_file, cert_file and key_file there, readable and PEM?");
	return NULL;
}

static void
start_clickhouse(struct doctor *d)
{
	const struct opt_clickhouse *s = &d->options->clickhouse;
	struct tls_context *c = NULL;
	struct probe *p;
	struct url u;
	struct out o;

	if (url_parse(span_of(s->url), &u) != ERR_OK)
		return;
	if (u.secure)
		c = context_of(d, "clickhouse", s->ca_file, s->verify,
		    s->cert_file, s->key_file);
	p = new_probe(
	    d, PROBE_CLICKHOUSE, "clickhouse", span_of(u.host), u.port);
	if (p == NULL)
		return;
	p->secure = u.secure;
	out_init(&o, p->request, sizeof(p->request));
	http_request(&o, p, "/ping", NULL);
	start(p, &o, c);
}

static void
start_redis(struct doctor *d)
{
	const struct opt_redis *s = &d->options->redis;
	struct tls_context *c = NULL;
	struct probe *p;
	struct out o;

	if (s->tls)
		c = context_of(d, "redis", s->ca_file, s->verify, "", "");
	p = new_probe(
	    d, PROBE_REDIS, "redis", span_of(s->host), (uint16_t)s->port);
	if (p == NULL)
		return;
	p->secure = s->tls;
	out_init(&o, p->request, sizeof(p->request));
	OUT_LITERAL(&o, "PING\r\n");
	start(p, &o, c);
}

/* Its server speaks first, in the clear unless tls_first. */
static void
start_nats(struct doctor *d)
{
	const struct opt_nats *s = &d->options->nats;
	struct span rest = span_of(s->url);
	struct tls_context *c = NULL;
	struct span word, host;
	uint16_t port;

	if (s->tls_first)
		c = context_of(d, "nats", s->ca_file, s->verify, s->cert_file,
		    s->key_file);
	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		struct out none = { 0 };
		struct probe *p;

		if (!doctor_nats_host(word, &host, &port)) {
			doctor_say(d, DOCTOR_FAIL, "nats.url",
			    "an address is nats://HOST:PORT or "
			    "tls://HOST:PORT");
			continue;
		}
		p = new_probe(d, PROBE_NATS, "nats", host, port);
		if (p == NULL)
			return;
		p->secure = s->tls_first;
		start(p, &none, c);
	}
}

void
doctor_probes_start(struct doctor *d)
{
	const struct options *o = d->options;

	d->probes = arena_take(
	    &d->arena, "probes", DOCTOR_PROBES_MAX, sizeof(*d->probes));
	for (enum venue_id v = 0; v < VENUE_COUNT; v++) {
		if (o->venue[v].enabled)
			start_venue(d, v);
	}
	if (o->nats.enabled || o->consume.enabled)
		start_nats(d);
	if (o->clickhouse.enabled)
		start_clickhouse(d);
	if (o->redis.enabled)
		start_redis(d);
}

bool
doctor_probes_over(const struct doctor *d)
{
	for (unsigned i = 0; i < d->probe_count; i++) {
		if (!d->probes[i].over)
			return false;
	}
	return true;
}

void
doctor_probes_end(struct doctor *d)
{
	for (unsigned i = 0; i < d->probe_count; i++) {
		struct probe *p = &d->probes[i];

		if (!p->over && p->answer_len > 0 && judge(p, true) == ERR_OK)
			finish(p, ERR_OK);
		else if (!p->over)
			finish(p, ERR_LATE);
	}
}
