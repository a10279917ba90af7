#include "app/api.h"

#include "app/config.h"

void
api_refuse(struct status_call *c, int status, const char *why)
{
	out_reset(c->body);
	OUT_LITERAL(c->body, "{\"error\":");
	out_json(c->body, span_of(why));
	out_char(c->body, '}');
	c->status = status;
}

bool
api_is_source(const struct source *s, struct span word)
{
	return span_is_nocase(word, s->name) ||
	       span_is_nocase(word, api_exchange(s));
}

/* --- /api/v1/config ------------------------------------------------------- */

static void
value_json(const struct options *o, const struct option_desc *d, struct out *to)
{
	char text[16 * 1024 + 64];
	struct out value;

	out_init(&value, text, sizeof(text));
	config_value_text(o, d, &value);
	if (d->type == OPTION_TYPE_INT || d->type == OPTION_TYPE_BOOL)
		out_span(to, out_done(&value));
	else
		out_json(to, out_done(&value));
}

/* What is in force; of secrets only whether there is one. */
static void
serve_config(void *owner, struct status_call *c)
{
	struct mpedge *m = owner;
	struct out *o = c->body;
	bool open = false, first = true;

	out_char(o, '{');
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL) {
			out_text(o, open ? "}," : "");
			out_json(o, span_of(d.section));
			OUT_LITERAL(o, ":{");
			open = true;
			first = true;
			continue;
		}
		if (!first)
			out_char(o, ',');
		first = false;
		out_json(o, span_of(d.key));
		out_char(o, ':');
		value_json(m->options, &d, o);
	}
	OUT_LITERAL(o, "}}");
	c->status = 200;
}

/* --- /api/v1/data-center/info --------------------------------------------- */

static void
list_sources(const struct mpedge *m, struct out *o)
{
	OUT_LITERAL(o, "\"supported_exchanges\":[");
	for (unsigned i = 0; i < m->source_count; i++) {
		if (i > 0)
			out_char(o, ',');
		out_json(o, span_of(m->sources[i].name));
	}
	OUT_LITERAL(o, "],\"supported_symbols\":{");
	for (unsigned i = 0; i < m->source_count; i++) {
		if (i > 0)
			out_char(o, ',');
		out_json(o, span_of(m->sources[i].name));
		out_char(o, ':');
		api_symbols(&m->sources[i], o);
	}
	OUT_LITERAL(o, "},");
}

static const struct {
	const char *name;
	const char *path;
} endpoints[] = {
	{ "health", "/health" },
	{ "status", "/status" },
	{ "metrics", "/metrics" },
	{ "scheduler", "/scheduler" },
	{ "config", "/api/v1/config" },
	{ "orderbook", "/api/v1/orderbook/{exchange}/{symbol}?depth=&format=" },
	{ "orderbook_refresh",
	    "/api/v1/orderbook/{exchange}/{symbol}/refresh" },
	{ "orderbook_status", "/api/v1/orderbook/status/{exchange}/{symbol}" },
	{ "orderbook_stats", "/api/v1/orderbook/stats" },
	{ "orderbook_health", "/api/v1/orderbook/health" },
	{ "exchanges", "/api/v1/orderbook/exchanges" },
	{ "symbols", "/api/v1/orderbook/symbols/{exchange}" },
	{ "snapshot", "/api/v1/snapshot/{exchange}/{symbol}" },
};

static void
serve_info(void *owner, struct status_call *c)
{
	struct mpedge *m = owner;
	const struct opt_nats *n = &m->options->nats;
	struct out *o = c->body;
	int64_t up_ms = mono_ms_between(m->started, m->loop.now);
	struct wall start = { m->loop.wall.ns - up_ms * NS_PER_MS };

	OUT_LITERAL(o, "{\"service\":\"mpedge\",");
	out_member_text(o, "version", SPAN(MPEDGE_VERSION));
	out_member_text(
	    o, "status", m->draining ? SPAN("stopping") : SPAN("running"));
	OUT_LITERAL(o, "\"start_time\":\"");
	out_time(o, start);
	OUT_LITERAL(o, "\",");
	out_member_i64(o, "uptime_seconds", up_ms / 1000);
	list_sources(m, o);
	OUT_LITERAL(o, "\"capabilities\":{\"real_time_snapshots\":true,"
		       "\"cached_snapshots\":true,\"orderbook_manager\":true,"
		       "\"nats_streaming\":");
	out_text(o, n->enabled ? "true" : "false");
	OUT_LITERAL(o, ",\"rest_api\":true},\"endpoints\":{");
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		if (i > 0)
			out_char(o, ',');
		out_json(o, span_of(endpoints[i].name));
		out_char(o, ':');
		out_json(o, span_of(endpoints[i].path));
	}
	OUT_LITERAL(o, "},\"nats\":{\"enabled\":");
	out_text(o, n->enabled ? "true" : "false");
	OUT_LITERAL(o, ",\"streams\":[");
	if (n->enabled && n->jetstream)
		out_json(o, span_of(n->stream));
	OUT_LITERAL(o, "]}}");
	c->status = 200;
}

static void
serve_update(void *owner, struct status_call *c)
{
	struct mpedge *m = owner;

	update_take_state(&m->take, c->body);
	c->status = 200;
}

static const struct status_api addresses[] = {
	{ "/api/v1/config", true, serve_config, NULL },
	{ "/api/v1/data-center/info", true, serve_info, NULL },
	{ "/api/v1/orderbook/", false, api_orderbook, "/refresh" },
	{ "/api/v1/snapshot/", false, api_snapshot, NULL },
	{ "/api/v1/update", true, serve_update, NULL },
};

void
api_init(struct mpedge *m)
{
	m->status.api = addresses;
	m->status.api_count = sizeof(addresses) / sizeof(addresses[0]);
	m->status.api_owner = m;
	update_take_init(&m->take, m->options);
	m->status.upload = &update_upload;
	m->status.upload_owner = &m->take;
}
