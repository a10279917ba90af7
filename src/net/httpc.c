#include "net/httpc.h"

#include <string.h>

#include "codec/url.h"
#include "core/must.h"

static void on_deadline(struct timer *t);

void
httpc_init(struct httpc *h, struct conn_world *w, const char *host,
    uint16_t port, struct tls_peer *peer, char *body, size_t body_max)
{
	memset(h, 0, sizeof(*h));
	conn_init(&h->conn, w);
	h->world = w;
	h->host = host;
	h->port = port;
	h->peer = peer;
	h->body = body;
	h->body_max = body_max;
	h->deadline_ms = HTTPC_DEADLINE_MS;
	h->stream_ms = HTTPC_STREAM_MS;
	h->deadline.fire = on_deadline;
	h->deadline.owner = h;
}

void
httpc_close(struct httpc *h)
{
	timer_stop(h->world->loop, &h->deadline);
	conn_close(&h->conn);
	h->busy = false;
}

/* The one place where a request ends. */
static void
finish(struct httpc *h, enum err e)
{
	struct loop *l = h->world->loop;

	timer_stop(l, &h->deadline);
	h->busy = false;
	if (e != ERR_OK || !h->keep)
		conn_close(&h->conn);
	h->reply.error = e;
	h->reply.body = (struct span){ h->body, h->body_len };
	h->reply.seen = l->wall;
	h->done(h, &h->reply);
}

static void
on_deadline(struct timer *t)
{
	finish(t->owner, ERR_LATE);
}

static int64_t
read_watched(const struct httpc *h, struct span fields)
{
	int64_t value;

	if (!h->watch_header ||
	    span_i64(http1_field(fields, h->watch_header), &value) != ERR_OK)
		return -1;
	return value;
}

/* For whoever logs the failure. */
static void
say_coding(struct httpc *h, struct span coding)
{
	struct out o;

	out_init(&o, h->conn.why, sizeof(h->conn.why) - 1);
	OUT_LITERAL(&o, "Content-Encoding ");
	out_span(&o, coding);
	h->conn.why[o.len] = '\0';
}

/* The head is whole: what is to come?  SHORT when another head follows. */
static enum err
read_head(struct httpc *h)
{
	struct http1_response r;
	struct span coding;
	enum err e;

	e = http1_response((struct span){ h->head, h->head_len }, &r);
	if (e != ERR_OK)
		return ERR_PROTOCOL;
	h->head_len = 0;
	/* Interim answers are skipped (RFC 9110 section 15.2); nobody asked to
	 * switch protocols. */
	if (r.status == 101)
		return ERR_PROTOCOL;
	if (r.status < 200)
		return ERR_SHORT;
	h->reply.status = r.status;
	h->reply.retry_after_s = http1_retry_after(r.fields);
	h->reply.watched = read_watched(h, r.fields);
	coding = http1_field(r.fields, "Content-Encoding");
	if (coding.at && !span_is_nocase(coding, "identity")) {
		say_coding(h, coding);
		return ERR_UNSUPPORTED;
	}
	e = http1_body_start(&h->decoder, &r);
	if (e != ERR_OK)
		return e == ERR_UNSUPPORTED ? ERR_HTTP : e;
	if (!h->piece && h->decoder.framing == HTTP1_LENGTH &&
	    h->decoder.left > h->body_max)
		return ERR_FULL;
	h->keep =
	    http1_keeps(r.fields, r.minor) && h->decoder.framing != HTTP1_CLOSE;
	h->in_body = true;
	return ERR_OK;
}

static void
set_deadline(struct httpc *h)
{
	struct loop *l = h->world->loop;
	struct mono end = mono_after_ms(l->now, h->deadline_ms);

	timer_start(
	    l, &h->deadline, h->piece ? mono_min(end, h->stream_end) : end);
}

/* Some of the body has come. */
static enum err
take(struct httpc *h, struct span piece)
{
	if (piece.len == 0)
		return ERR_OK;
	if (h->piece) {
		set_deadline(h);
		return h->piece(h, h->reply.status, piece);
	}
	if (piece.len > h->body_max - h->body_len)
		return ERR_FULL;
	memcpy(h->body + h->body_len, piece.at, piece.len);
	h->body_len += piece.len;
	return ERR_OK;
}

/* One step over the bytes; *used of them are done with. */
static enum err
step(struct httpc *h, const char *in, size_t len, size_t *used)
{
	struct span piece;
	enum err e;

	if (!h->in_body) {
		e = http1_gather(
		    h->head, sizeof(h->head), &h->head_len, in, len, used);
		if (e != ERR_OK)
			return e;
		e = read_head(h);
		return e == ERR_SHORT ? ERR_OK : e;
	}
	e = http1_body_feed(&h->decoder, in, len, used, &piece);
	return e == ERR_OK ? take(h, piece) : ERR_PROTOCOL;
}

static bool
all_sent(const struct httpc *h)
{
	return h->request_done == h->request_len &&
	       h->upload_done == h->upload.len;
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct httpc *h = owner;
	const char *in = bytes;
	size_t used = 0;
	enum err e;

	/* Nobody asked for these. */
	if (!h->busy)
		return ERR_PROTOCOL;
	h->reused = false;
	while (len > 0 && !(h->in_body && h->decoder.done)) {
		e = step(h, in, len, &used);
		if (e == ERR_SHORT)
			return ERR_OK;
		if (e != ERR_OK) {
			finish(h, e);
			return e;
		}
		in += used;
		len -= used;
	}
	if (!h->in_body || !h->decoder.done)
		return ERR_OK;
	if (len > 0 || !all_sent(h))
		h->keep = false;
	finish(h, ERR_OK);
	return ERR_OK;
}

/* The next bytes of from, of which *done have gone. */
static size_t
move(struct span from, size_t *done, char *to, size_t room)
{
	size_t n = from.len - *done < room ? from.len - *done : room;

	if (n > 0)
		memcpy(to, from.at + *done, n);
	*done += n;
	return n;
}

static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct httpc *h = owner;
	struct span request = { h->request, h->request_len };

	*len = 0;
	if (!h->busy)
		return ERR_OK;
	*len = move(request, &h->request_done, buf, size);
	*len +=
	    move(h->upload, &h->upload_done, (char *)buf + *len, size - *len);
	return ERR_OK;
}

static void connect_now(struct httpc *h);

static void
on_failed(void *owner, enum err e)
{
	struct httpc *h = owner;

	if (!h->busy)
		return;
	if (h->reused && h->repeatable) {
		connect_now(h);
		return;
	}
	if (e == ERR_CLOSED && h->in_body && h->decoder.framing == HTTP1_CLOSE)
		e = ERR_OK;
	finish(h, e);
}

static void
connect_now(struct httpc *h)
{
	struct conn_events events = { h, NULL, on_data, on_drain, on_failed };

	h->reused = false;
	h->request_done = 0;
	h->upload_done = 0;
	conn_open(&h->conn, &events, h->host, h->port, h->peer);
}

static enum err
write_request(struct httpc *h, const char *method, const char *path)
{
	struct out o;

	if (!url_path_ok(span_of(path)) || !url_host_ok(span_of(h->host)))
		return ERR_SYNTAX;
	out_init(&o, h->request, sizeof(h->request));
	out_text(&o, method);
	out_text(&o, path);
	OUT_LITERAL(&o, " HTTP/1.1\r\nHost: ");
	url_host_field(&o, span_of(h->host), h->port);
	OUT_LITERAL(&o, "\r\nUser-Agent: mpedge\r\nAccept: */*\r\n"
			"Accept-Encoding: identity\r\n");
	if (h->upload.at != NULL) {
		OUT_LITERAL(&o, "Content-Length: ");
		out_u64(&o, h->upload.len);
		OUT_LITERAL(&o, "\r\n");
	}
	if (h->headers)
		out_text(&o, h->headers);
	OUT_LITERAL(&o, "\r\n");
	h->request_len = o.len;
	return o.full ? ERR_FULL : ERR_OK;
}

static void
begin(struct httpc *h)
{
	h->busy = true;
	h->stream_end = mono_after_ms(h->world->loop->now, h->stream_ms);
	h->request_done = 0;
	h->upload_done = 0;
	h->head_len = 0;
	h->in_body = false;
	h->body_len = 0;
	h->keep = false;
	memset(&h->reply, 0, sizeof(h->reply));
	h->reply.retry_after_s = -1;
	h->reply.watched = -1;
	set_deadline(h);
	h->reused = h->conn.state == CONN_OPEN;
	if (h->reused)
		conn_kick(&h->conn);
	else
		connect_now(h);
}

struct question {
	const char *method;
	struct span upload;
	bool repeatable;
	enum err (*piece)(struct httpc *h, int status, struct span bytes);
};

static enum err
ask(struct httpc *h, const char *path, const struct question *q)
{
	enum err e;

	must(!h->busy);
	must(h->done != NULL);
	h->upload = q->upload;
	e = write_request(h, q->method, path);
	if (e != ERR_OK)
		return e;
	h->piece = q->piece;
	h->repeatable = q->repeatable;
	begin(h);
	return ERR_OK;
}

enum err
httpc_get(struct httpc *h, const char *path)
{
	const struct question q = { .method = "GET ", .repeatable = true };

	return ask(h, path, &q);
}

enum err
httpc_get_stream(struct httpc *h, const char *path,
    enum err (*piece)(struct httpc *h, int status, struct span bytes))
{
	const struct question q = {
		.method = "GET ", .repeatable = true, .piece = piece
	};

	must(piece != NULL);
	return ask(h, path, &q);
}

enum err
httpc_post(struct httpc *h, const char *path, struct span body, bool repeatable)
{
	const struct question q = {
		.method = "POST ", .upload = body, .repeatable = repeatable
	};

	must(body.at != NULL);
	return ask(h, path, &q);
}
