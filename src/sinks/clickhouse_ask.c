#include "sinks/clickhouse_sink.h"

#include "model/row.h"

static const char probe[] =
    "SELECT version(), countIf(name = 'insert_deduplication_token'), "
    "countIf(name = 'max_partitions_per_insert_block'), "
    "countIf(name = 'async_insert') FROM system.settings "
    "FORMAT TabSeparated";

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct click_sink *c = h->owner;
	struct click_answer a = { .error = r->error,
		.status = r->status,
		.code = r->watched,
		.body = r->body };

	/* What does not fit is the rest of the server's words. */
	if (a.error == ERR_FULL && a.status != 0)
		a.error = ERR_OK;
	click_answered(c, &a);
}

void
click_ask_init(struct click_sink *c, const struct sink_setup *setup)
{
	struct out o;

	/* The address was looked at by app/config_check. */
	if (url_parse(span_of(c->options->url), &c->url) != ERR_OK)
		c->url.port = 0;
	c->world.loop = setup->loop;
	c->world.dns = setup->world->dns;
	c->world.counts = setup->world->counts;
	tls_peer_init(&c->peer, c->url.host);
	c->sink->peer = &c->peer;
	httpc_init(&c->http, &c->world, c->url.host, c->url.port,
	    c->url.secure ? &c->peer : NULL, c->answer, sizeof(c->answer));
	c->http.owner = c;
	c->http.done = on_done;
	c->http.deadline_ms = c->options->timeout_ms;
	c->http.watch_header = "X-ClickHouse-Exception-Code";
	out_init(&o, c->headers, sizeof(c->headers));
	if (c->options->user[0] != '\0') {
		OUT_LITERAL(&o, "X-ClickHouse-User: ");
		out_text(&o, c->options->user);
		OUT_LITERAL(&o, "\r\nX-ClickHouse-Key: ");
		out_text(&o, c->options->password);
		OUT_LITERAL(&o, "\r\n");
	}
	c->http.headers = out_cstr(&o);
	out_init(&o, c->sink->target, sizeof(c->sink->target));
	out_text(&o, c->url.secure ? "https://" : "http://");
	url_host_field(&o, span_of(c->url.host), c->url.port);
	out_char(&o, '/');
	out_text(&o, c->options->database);
	if (o.len == o.size)
		o.len--;
	out_cstr(&o);
}

enum err
click_ask_open(struct click_sink *c, struct out *why)
{
	const struct opt_clickhouse *o = c->options;
	struct tls_setup setup = { .verify = o->verify,
		.ca_file = o->ca_file[0] != '\0' ? o->ca_file : NULL,
		.cert_file = o->cert_file[0] != '\0' ? o->cert_file : NULL,
		.key_file = o->key_file[0] != '\0' ? o->key_file : NULL };
	enum err e;

	if (!c->url.secure)
		return ERR_OK;
	e = tls_init_more(&c->tls, &setup);
	c->world.tls = &c->tls;
	if (e == ERR_OK)
		return ERR_OK;
	if (e == ERR_CONFIG) {
		OUT_LITERAL(why, "clickhouse.cert_file: ");
		out_text(why, o->cert_file);
		OUT_LITERAL(
		    why, ": certificate and key_file cannot be used together");
	} else {
		OUT_LITERAL(why, "clickhouse.ca_file: ");
		out_text(why, o->ca_file);
		OUT_LITERAL(why, ": not a readable PEM file with certificates");
	}
	return ERR_CONFIG;
}

/* What every address begins with; parameters follow. */
static void
begin_path(struct click_sink *c, struct out *o)
{
	out_span(o, c->url.path);
	out_char(o, memchr(c->url.path.at, '?', c->url.path.len) ? '&' : '?');
	OUT_LITERAL(o, "wait_end_of_query=1");
}

/*
 * Sent again by httpc itself when a kept-alive connection turns out to be dead:
 * statements change nothing the second time, and the token of an insert says
 * that it is one.
 */
static void
post(struct click_sink *c, struct out *path, struct span body, bool packed,
    bool repeatable)
{
	enum err e = ERR_FULL;

	out_cstr(path);
	c->http.headers = packed ? c->pack_headers : c->headers;
	c->asked = c->sink->loop->now;
	if (!path->full)
		e = httpc_post(&c->http, path->at, body, repeatable);
	if (e != ERR_OK)
		click_fail(c, ERR_CONFIG,
		    "clickhouse: the address with all column names is too long",
		    CLICK_PAUSE_MAX_MS);
}

static void
post_statement(struct click_sink *c, struct span statement, bool packed)
{
	char path[CLICK_PATH_MAX];
	struct out o;

	out_init(&o, path, sizeof(path));
	begin_path(c, &o);
	post(c, &o, statement, packed, true);
}

void
click_ask_probe(struct click_sink *c, bool again)
{
	c->pack.probing = c->pack.pack.kind != PACK_NONE && !again;
	post_statement(c,
	    c->pack.probing ? click_pack_text(c, SPAN(probe)) : SPAN(probe),
	    c->pack.probing);
}

void
click_ask_make(struct click_sink *c)
{
	struct out o;

	out_init(&o, c->statement, sizeof(c->statement));
	if (c->step == 0)
		ddl_database(&c->ddl, &o);
	else
		ddl_table(&c->ddl, (enum record_id)(c->step - 1), &o);
	post_statement(c, out_done(&o), false);
}

void
click_ask_columns(struct click_sink *c)
{
	enum record_id id = (enum record_id)c->step;
	struct out o;

	out_init(&o, c->statement, sizeof(c->statement));
	if (c->adding)
		ddl_add(&c->ddl, id, c->lacks[id], !c->server.tokens, &o);
	else
		ddl_ask(&c->ddl, id, &o);
	post_statement(c, out_done(&o), false);
}

static void
put_query(struct click_sink *c, enum record_id id, struct out *path)
{
	char text[1024];
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "INSERT INTO ");
	ddl_name(&c->ddl, id, &o);
	OUT_LITERAL(&o, " (");
	if (c->ddl.marketprism)
		marketprism_columns(id, &o);
	else
		record_columns(id, c->lacks[id], &o);
	out_text(&o, c->ddl.marketprism ? ") FORMAT TabSeparated"
					: ") FORMAT RowBinary");
	OUT_LITERAL(path, "&query=");
	url_encode(path, out_done(&o));
	path->full = path->full || o.full;
}

static void
put_token(struct click_sink *c, enum record_id id, struct out *path)
{
	char token[CLICK_TOKEN_MAX];
	struct out o;

	out_init(&o, token, sizeof(token));
	click_batch_token(&c->batch, id, c->box, ddl_plain(&c->ddl, id), &o);
	OUT_LITERAL(path, "&insert_deduplication_token=");
	url_encode(path, out_done(&o));
}

static void
post_rows(struct click_sink *c, struct span body, bool packed)
{
	enum record_id id = (enum record_id)c->step;
	char path[CLICK_PATH_MAX];
	struct out o;

	out_init(&o, path, sizeof(path));
	begin_path(c, &o);
	if (c->server.tokens)
		put_token(c, id, &o);
	/* After a long outage a batch may hold many days. */
	if (c->server.partitions)
		OUT_LITERAL(&o, "&max_partitions_per_insert_block=0");
	if (c->server.async)
		OUT_LITERAL(&o, "&async_insert=0");
	put_query(c, id, &o);
	post(c, &o, body, packed, c->server.tokens);
}

void
click_ask_packed(struct click_sink *c)
{
	post_rows(c, out_done(&c->pack.body), true);
}

void
click_ask_insert(struct click_sink *c)
{
	struct click_table *t = &c->batch.tables[c->step];

	if (t->tried)
		c->sink->counts.resent += t->count;
	t->tried = true;
	if (click_packs(c))
		click_pack_rows(c, click_batch_rows(t));
	else
		post_rows(c, click_batch_rows(t), false);
}

void
click_read_probe(struct click_server *s, struct span body)
{
	struct span version = span_word(&body, "\t\n");
	struct out o;

	memset(s, 0, sizeof(*s));
	out_init(&o, s->version, sizeof(s->version) - 1);
	out_span(&o, version);
	s->version[o.len] = '\0';
	s->tokens = span_is(span_word(&body, "\t\n"), "1");
	s->partitions = span_is(span_word(&body, "\t\n"), "1");
	s->async = span_is(span_word(&body, "\t\n"), "1");
}
