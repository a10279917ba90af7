#include "codec/wskey.h"
#include "status/status_parts.h"

#define BEARER "WWW-Authenticate: Bearer realm=\"mpedge\"\r\n"
#define BASIC "WWW-Authenticate: Basic realm=\"mpedge\", charset=\"UTF-8\"\r\n"

/* user:password in base64 (RFC 7617), written anew: what the client sent is not
 * decoded. */
static bool
is_user(const struct opt_http *o, struct span given)
{
	char plain[sizeof(o->user) + sizeof(o->password)];
	char text[(sizeof(plain) + 2) / 3 * 4];
	struct out p, t;

	out_init(&p, plain, sizeof(plain));
	out_text(&p, o->user);
	out_char(&p, ':');
	out_text(&p, o->password);
	out_init(&t, text, sizeof(text));
	base64_encode(&t, p.at, p.len);
	return http_same_secret(given, out_done(&t));
}

bool
status_admits(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	const struct opt_http *o = &s->options->http;
	bool token = o->token[0] != '\0';
	bool user = o->user[0] != '\0';
	struct span given;

	if (!token && !user)
		return true;
	given = http_credentials(r->authorization, "Bearer");
	if (token && given.at != NULL &&
	    http_same_secret(given, span_of(o->token)))
		return true;
	given = http_credentials(r->authorization, "Basic");
	if (user && given.at != NULL && is_user(o, given))
		return true;
	s->counts.denied++;
	a->status = 401;
	a->headers = !user ? BEARER : !token ? BASIC : BEARER BASIC;
	OUT_LITERAL(&a->body, "Unauthorized\n");
	return false;
}
