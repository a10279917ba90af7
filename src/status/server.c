#include "core/log.h"
#include "status/status_parts.h"

enum {
	/* systemd passes its sockets from here on (sd_listen_fds(3)). */
	SOCKETS_START = 3,
};

static void
say_where(const struct status *s, const struct watch *listener)
{
	const struct opt_http *h = &s->options->http;
	struct address at;
	struct log_line l;
	char text[64];
	struct out o;

	if (tcp_local(listener->fd, &at) != ERR_OK)
		return;
	out_init(&o, text, sizeof(text));
	address_write(&at, &o);
	log_open(&l, LOG_INFO, "http", "listening");
	log_text(&l, "address", out_cstr(&o));
	log_text(&l, "tls", s->httpd.setup.tls != NULL ? "true" : "false");
	log_text(&l, "authentication",
	    h->token[0] != '\0' || h->user[0] != '\0' ? "true" : "false");
	log_send(&l);
}

static enum err
adopt_sockets(struct status *s, struct out *why)
{
	for (unsigned i = 0; i < s->sockets; i++) {
		int fd = SOCKETS_START + (int)i;
		enum err e = tcp_adopt(fd);

		if (e == ERR_OK)
			e = httpd_adopt(&s->httpd, fd);
		if (e == ERR_OK)
			continue;
		OUT_LITERAL(why, "LISTEN_FDS: socket ");
		out_i64(why, fd);
		out_text(why, e == ERR_FULL
				  ? ": more than can be served"
				  : ": is no stream socket that listens");
		return e;
	}
	return ERR_OK;
}

static enum err
listen_to(struct status *s, struct span word, struct out *why)
{
	struct address at;
	enum err e;

	OUT_LITERAL(why, "http.listen: ");
	out_span(why, word);
	if (address_read(word, &at) != ERR_OK) {
		OUT_LITERAL(
		    why, ": not an address and port such as 127.0.0.1:8080");
		return ERR_CONFIG;
	}
	e = httpd_listen(&s->httpd, &at);
	if (e != ERR_OK) {
		OUT_LITERAL(why, ": ");
		out_text(why, err_text(e));
		OUT_LITERAL(why, "; is another program listening there?");
		return e;
	}
	out_reset(why);
	return ERR_OK;
}

static enum err
listen_all(struct status *s, struct out *why)
{
	struct span rest = span_of(s->options->http.listen);
	struct span word = span_word(&rest, " ,\t");
	enum err e = ERR_OK;

	/* Those of systemd stand for all of ours. */
	if (s->sockets > 0)
		return adopt_sockets(s, why);
	do {
		e = listen_to(s, word, why);
		word = span_word(&rest, " ,\t");
	} while (e == ERR_OK && word.at != NULL);
	return e;
}

static enum err
start_tls(struct status *s, struct out *why)
{
	const struct opt_http *h = &s->options->http;
	enum err e;

	if (h->cert_file[0] == '\0')
		return ERR_OK;
	e = tls_init_server(&s->tls, h->cert_file, h->key_file);
	if (e == ERR_OK)
		return ERR_OK;
	OUT_LITERAL(why, "http.cert_file: ");
	out_text(why, h->cert_file);
	OUT_LITERAL(why, " with http.key_file: ");
	out_text(why, h->key_file);
	OUT_LITERAL(why, ": not a PEM file with a certificate, and the key "
			 "that belongs to it");
	return e;
}

enum err
status_start(struct status *s, struct loop *l, const struct options *o,
    struct metrics *m, struct arena *a, const char *version, struct out *why)
{
	const struct opt_http *h = &o->http;
	struct httpd_setup setup = { .loop = l,
		.clients = (unsigned)h->clients,
		.body_bytes = STATUS_BODY_BYTES,
		.head_ms = h->head_ms,
		.answer_ms = h->answer_ms };
	enum err e;

	s->loop = l;
	s->options = o;
	s->metrics = m;
	s->arena = a;
	s->version = version;
	s->started = l->now;
	e = start_tls(s, why);
	if (e != ERR_OK)
		return e;
	setup.tls = h->cert_file[0] != '\0' ? &s->tls : NULL;
	setup.memory = arena_take(a, "status server", 1,
	    httpd_bytes(setup.clients, setup.body_bytes));
	httpd_init(&s->httpd, &setup);
	s->httpd.serve = status_serve;
	s->httpd.owner = s;
	s->httpd.uploads = s->upload != NULL ? &status_uploads : NULL;
	e = listen_all(s, why);
	if (e != ERR_OK) {
		httpd_fini(&s->httpd);
		return e;
	}
	metrics_add(m, METRICS_http, &s->counts, "");
	metrics_add(m, METRICS_metrics, &s->page_counts, "");
	for (unsigned i = 0; i < s->httpd.listener_count; i++)
		say_where(s, &s->httpd.listeners[i]);
	return ERR_OK;
}

void
status_stop(struct status *s)
{
	httpd_fini(&s->httpd);
	if (s->httpd.setup.tls != NULL)
		tls_fini_more(&s->tls);
}
