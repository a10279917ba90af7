#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/lines.h"
#include "app/update_parts.h"
#include "codec/wskey.h"

enum {
	TLS_BYTES = 1024 * 1024,
	ARENA_BYTES = 2 * TLS_BYTES,
	/* Of a whole transfer, and of one pause in it. */
	TRANSFER_MS = 30 * 60 * 1000,
	SILENCE_MS = 20 * 1000,
	/* Again after so long, so often without a byte more. */
	AGAIN_MS = 1000,
	TRIES = 5,
};

static const uint64_t fetch_max = 1024 * 1024 * 1024;

/* --- one server ----------------------------------------------------------- */

/* "host:port" is http. */
static bool
read_url(struct update *u, const char *url)
{
	char text[512];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (strstr(url, "://") == NULL)
		OUT_LITERAL(&o, "http://");
	out_text(&o, url);
	if (o.full || url_parse(out_done(&o), &u->net.url) != ERR_OK ||
	    u->net.url.websocket)
		return false;
	out_init(&o, u->net.path, sizeof(u->net.path));
	out_span(&o, u->net.url.path);
	(void)out_cstr(&o);
	return !o.full;
}

static enum update_end
start(struct update *u, const char *url)
{
	struct update_net *n = &u->net;
	struct tls_setup setup = {
		.heap_bytes = TLS_BYTES, .ca_file = u->ca_file, .verify = true
	};

	if (!read_url(u, url))
		return update_cannot(u, UPDATE_fetch, url,
		    "no address such as http://10.0.0.7:8080");
	loop_init(&n->loop);
	if (arena_init(&n->arena, ARENA_BYTES) != ERR_OK)
		return update_cannot(
		    u, UPDATE_fetch, "memory", "there is none");
	setup.heap = arena_take(&n->arena, "TLS heap", 1, TLS_BYTES);
	if (tls_init(&n->tls, &setup) != ERR_OK)
		return update_cannot(u, UPDATE_fetch,
		    u->ca_file != NULL ? u->ca_file : "TLS",
		    "is no readable PEM file with certificates");
	tls_peer_init(&n->peer, n->url.host);
	if (dns_init(&n->dns, &n->loop) != ERR_OK)
		return update_cannot(
		    u, UPDATE_fetch, "the resolver", "could not be started");
	n->world = (struct conn_world){
		.loop = &n->loop, .dns = &n->dns, .tls = &n->tls
	};
	httpc_init(&n->http, &n->world, n->url.host, n->url.port,
	    n->url.secure ? &n->peer : NULL, n->answer, sizeof(n->answer));
	n->http.owner = u;
	return UPDATE_done;
}

/* Why there was no answer. */
static const char *
words_of(const struct httpc *h, enum err e)
{
	return e == ERR_LATE || h->conn.why[0] == '\0' ? err_text(e)
						       : h->conn.why;
}

/* --- fetching ------------------------------------------------------------- */

/* From the beginning, or from where we were. */
static enum err
on_piece(struct httpc *h, int status, struct span bytes)
{
	struct update *u = h->owner;
	struct update_net *n = &u->net;

	if (status != 200 && status != 206)
		return ERR_HTTP;
	/* It does not know of ranges: all of it comes again. */
	if (status == 200 && n->before > 0) {
		n->before = n->have = 0;
		n->file_error =
		    ftruncate(n->fd, 0) != 0 || lseek(n->fd, 0, SEEK_SET) != 0
			? ERR_IO
			: ERR_OK;
	}
	if (n->file_error == ERR_OK && bytes.len > fetch_max - n->have)
		n->file_error = ERR_FULL;
	if (n->file_error == ERR_OK)
		n->file_error = lines_write(n->fd, bytes);
	n->have += bytes.len;
	return n->file_error;
}

static void
ask(struct update *u)
{
	struct update_net *n = &u->net;
	struct out o;

	out_init(&o, n->headers, sizeof(n->headers));
	if (n->have > 0) {
		OUT_LITERAL(&o, "Range: bytes=");
		out_u64(&o, n->have);
		OUT_LITERAL(&o, "-\r\n");
	}
	n->http.headers = out_cstr(&o);
	n->before = n->have;
	if (httpc_get_stream(&n->http, n->path, on_piece) == ERR_OK)
		return;
	n->end =
	    update_cannot(u, UPDATE_fetch, u->source, "is too long an address");
	n->loop.stop = true;
}

static void
on_again(struct timer *t)
{
	ask(t->owner);
}

static bool
may_again(struct update_net *n, const struct httpc_reply *r)
{
	if (n->file_error != ERR_OK || (r->status >= 400 && r->status < 500))
		return false;
	n->tries = n->have > n->before ? 0 : n->tries + 1;
	return n->tries < TRIES;
}

static void
say_why_not(struct update *u, const struct httpc_reply *r)
{
	struct update_net *n = &u->net;

	if (n->file_error == ERR_FULL) {
		n->end = update_cannot(
		    u, UPDATE_large, u->source, "has more than 1 GiB");
	} else if (n->file_error != ERR_OK) {
		n->end = update_cannot(
		    u, UPDATE_space, u->source_path, strerror(errno));
	} else if (r->status != 0 && r->status != 200 && r->status != 206) {
		n->end = update_cannot(u, UPDATE_fetch, u->source, "HTTP ");
		out_i64(&u->why, r->status);
	} else {
		n->end = update_cannot(
		    u, UPDATE_fetch, u->source, words_of(&n->http, r->error));
	}
}

static void
on_fetched(struct httpc *h, const struct httpc_reply *r)
{
	struct update *u = h->owner;
	struct update_net *n = &u->net;

	if (r->error == ERR_OK && (r->status == 200 || r->status == 206)) {
		n->loop.stop = true;
		return;
	}
	if (may_again(n, r)) {
		timer_start(
		    &n->loop, &n->again, mono_after_ms(n->loop.now, AGAIN_MS));
		return;
	}
	say_why_not(u, r);
	n->loop.stop = true;
}

enum update_end
update_fetch(struct update *u, const char *path)
{
	struct update_net *n = &u->net;
	enum update_end end = start(u, u->source);

	if (end != UPDATE_done)
		return end;
	n->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (n->fd < 0)
		return update_cannot(u, UPDATE_space, path, strerror(errno));
	n->http.done = on_fetched;
	n->http.deadline_ms = SILENCE_MS;
	n->http.stream_ms = TRANSFER_MS;
	n->again.fire = on_again;
	n->again.owner = u;
	n->end = UPDATE_done;
	ask(u);
	loop_run(&n->loop);
	httpc_close(&n->http);
	if (close(n->fd) != 0 && n->end == UPDATE_done)
		n->end = update_cannot(u, UPDATE_space, path, strerror(errno));
	if (n->end == UPDATE_done)
		update_say("fetched", n->have, " bytes");
	return n->end;
}

/* --- pushing -------------------------------------------------------------- */

/* {"error":"NAME: ..."} or {...,"message":"..."} */
static struct span
message_of(struct span body, const char *mark)
{
	size_t len = strlen(mark);

	for (size_t i = 0; i + len < body.len; i++) {
		struct span rest = { body.at + i + len, body.len - i - len };
		const char *end = memchr(rest.at, '"', rest.len);

		if (memcmp(body.at + i, mark, len) == 0 && end != NULL)
			return (
			    struct span){ rest.at, (size_t)(end - rest.at) };
	}
	return SPAN_NULL;
}

/* Which row a refusal is; what it says behind the name stays. */
static enum update_end
end_of(struct update *u, int status, struct span said)
{
	struct span word = said;
	struct span name = span_word(&word, ":");

	for (enum update_end e = 0; e < UPDATE_ENDS; e++) {
		if (name.at == NULL || !span_is(name, update_ends[e].name))
			continue;
		out_text(&u->why, "said by the box");
		said = span_word(&word, "()");
		said = span_word(&word, "()");
		if (said.len > 0) {
			OUT_LITERAL(&u->why, ": ");
			out_span(&u->why, said);
		}
		return e;
	}
	OUT_LITERAL(&u->why, "HTTP ");
	out_i64(&u->why, status);
	return status == 401 || status == 403 ? UPDATE_denied : UPDATE_fetch;
}

static void
on_pushed(struct httpc *h, const struct httpc_reply *r)
{
	struct update *u = h->owner;

	u->net.loop.stop = true;
	u->net.end = UPDATE_done;
	if (r->error != ERR_OK)
		u->net.end = update_cannot(
		    u, UPDATE_fetch, u->box_url, words_of(h, r->error));
	else if (r->status == update_ends[UPDATE_done].http)
		out_text(&u->why, "the box has it, and installs it now");
	else
		u->net.end =
		    end_of(u, r->status, message_of(r->body, "\"error\":\""));
}

/* The first line, with NUL. */
static enum update_end
read_token(struct update *u)
{
	size_t max = sizeof(u->net.token) - 1, len = 0;
	ssize_t n;
	int fd;

	if (u->token_file == NULL)
		return UPDATE_done;
	fd = open(u->token_file, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, u->net.token, max) : -1;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return update_cannot(
		    u, UPDATE_denied, u->token_file, strerror(errno));
	while (len < (size_t)n && u->net.token[len] > ' ' &&
	       u->net.token[len] < 0x7f)
		len++;
	u->net.token[len] = '\0';
	if (len > 0 && len < max)
		return UPDATE_done;
	return update_cannot(
	    u, UPDATE_denied, u->token_file, "its first line is no token");
}

static enum update_end
write_headers(struct update *u)
{
	struct update_net *n = &u->net;
	enum update_end end = read_token(u);
	char text[384];
	struct out o, pair;

	if (end != UPDATE_done)
		return end;
	out_init(&o, n->headers, sizeof(n->headers));
	OUT_LITERAL(&o, "Content-Type: application/octet-stream\r\n");
	out_init(&pair, text, sizeof(text));
	if (u->user != NULL) {
		out_text(&pair, u->user);
		out_char(&pair, ':');
		out_text(&pair, n->token);
		OUT_LITERAL(&o, "Authorization: Basic ");
		base64_encode(&o, (const uint8_t *)text, pair.len);
		OUT_LITERAL(&o, "\r\n");
	} else if (n->token[0] != '\0') {
		OUT_LITERAL(&o, "Authorization: Bearer ");
		out_text(&o, n->token);
		OUT_LITERAL(&o, "\r\n");
	}
	n->http.headers = out_cstr(&o);
	return o.full || pair.full ? update_cannot(u, UPDATE_denied,
					 "the user's name", "is too long")
				   : UPDATE_done;
}

/* The page may lie below another path. */
static bool
write_path(struct update_net *n)
{
	struct out o;
	size_t len = strlen(n->path);

	while (len > 0 && n->path[len - 1] == '/')
		len--;
	out_init(&o, n->path + len, sizeof(n->path) - len);
	OUT_LITERAL(&o, "/api/v1/update");
	(void)out_cstr(&o);
	return !o.full;
}

static enum update_end
map(struct update *u, struct span *bytes)
{
	struct stat st;
	void *at = MAP_FAILED;
	int fd = open(u->source, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &st) == 0)
		at = mmap(
		    NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return update_cannot(
		    u, UPDATE_fetch, u->source, strerror(errno));
	*bytes = (struct span){ at, (size_t)st.st_size };
	return UPDATE_done;
}

enum update_end
update_push(struct update *u)
{
	struct update_net *n = &u->net;
	enum update_end end = start(u, u->box_url);
	struct span bytes;

	if (end == UPDATE_done)
		end = write_headers(u);
	if (end == UPDATE_done)
		end = map(u, &bytes);
	if (end != UPDATE_done)
		return end;
	n->http.done = on_pushed;
	n->http.deadline_ms = TRANSFER_MS;
	if (!write_path(n) ||
	    httpc_post(&n->http, n->path, bytes, false) != ERR_OK)
		return update_cannot(
		    u, UPDATE_fetch, u->box_url, "is too long an address");
	loop_run(&n->loop);
	httpc_close(&n->http);
	return n->end;
}
