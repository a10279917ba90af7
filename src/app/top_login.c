#include "app/top.h"

#include <string.h>

#include "app/config_parts.h"
#include "codec/wskey.h"

/* Text of a header (RFC 9110): printable, no line ends. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

const char *
top_login(struct top *t)
{
	char secret[TOP_LOGIN_MAX / 2] = "";
	struct out o;
	const char *why;

	if (t->login_file == NULL)
		return NULL;
	why = secrets_line(t->login_file, secret, sizeof(secret));
	if (why != NULL)
		return why;
	if (secret[0] == '\0' || !is_plain(secret))
		return t->login_basic ? "its first line is no user:password"
				      : "its first line is no token";
	if (t->login_basic && strchr(secret, ':') == NULL)
		return "its first line is no user:password";
	out_init(&o, t->headers, sizeof(t->headers));
	OUT_LITERAL(&o, "Authorization: ");
	if (t->login_basic) {
		OUT_LITERAL(&o, "Basic ");
		base64_encode(&o, secret, strlen(secret));
	} else {
		OUT_LITERAL(&o, "Bearer ");
		out_text(&o, secret);
	}
	OUT_LITERAL(&o, "\r\n");
	(void)out_cstr(&o);
	t->http.headers = t->headers;
	return o.full ? "its first line is too long" : NULL;
}
