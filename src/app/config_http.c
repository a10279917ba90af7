#include <string.h>

#include "app/config_check.h"
#include "net/httpd.h"

enum {
	/* What one client's TLS takes of the heap while it shakes hands. */
	TLS_CLIENT_BYTES = 64 * 1024,
};

static void
check_listen(struct checker *c, const char *list)
{
	struct span rest = span_of(list);
	struct span word;
	struct address at;
	unsigned count = 0;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		count++;
		if (address_read(word, &at) == ERR_OK)
			continue;
		c->failed = true;
		out_text(c->errors, c->path);
		OUT_LITERAL(c->errors, ": http.listen: ");
		out_json(c->errors, word);
		OUT_LITERAL(c->errors,
		    " is not an address and port such as 127.0.0.1:8080 or "
		    "[::1]:8080\n");
	}
	if (count == 0)
		check_wrong(c, "http.listen",
		    "names no address; http.enabled = false serves nothing");
	if (count > HTTPD_LISTENERS)
		check_wrong(c, "http.listen", "has more than 8 addresses");
}

/* May stand in an Authorization field. */
static bool
is_token(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text <= ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

void
check_http(struct checker *c, const struct options *o)
{
	const struct opt_http *h = &o->http;

	if (!h->enabled)
		return;
	check_listen(c, h->listen);
	if (!is_token(h->token))
		check_wrong(c, "http.token",
		    "has a blank, a control character or more than ASCII; it "
		    "stands in a header line");
	if ((h->user[0] == '\0') != (h->password[0] == '\0'))
		check_wrong(c, "http.user",
		    "a user needs a password and a password its user: set "
		    "user and password");
	if (strchr(h->user, ':') != NULL)
		check_wrong(c, "http.user",
		    "has a colon, which ends the user's name (RFC 7617)");
	if ((h->cert_file[0] == '\0') != (h->key_file[0] == '\0'))
		check_wrong(c, "http.cert_file",
		    "a certificate needs its key and a key its certificate: "
		    "set cert_file and key_file");
	if (h->cert_file[0] != '\0' &&
	    h->clients * TLS_CLIENT_BYTES > o->tls.heap_bytes / 2)
		check_wrong(c, "http.clients",
		    "with TLS each client may take 64 KiB of tls.heap_bytes, "
		    "and half of that is kept for venues: raise "
		    "tls.heap_bytes or lower clients");
}
