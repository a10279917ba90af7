#include "codec/url.h"

#include <string.h>

static const struct scheme {
	const char *prefix;
	uint16_t port;
	bool secure;
	bool websocket;
} schemes[] = {
	{ "https://", 443, true, false },
	{ "http://", 80, false, false },
	{ "wss://", 443, true, true },
	{ "ws://", 80, false, true },
};

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

bool
url_path_ok(struct span path)
{
	if (path.len == 0 || path.at[0] != '/')
		return false;
	for (size_t i = 0; i < path.len; i++) {
		if (path.at[i] <= ' ' || path.at[i] > '~' || path.at[i] == '#')
			return false;
	}
	return true;
}

bool
url_host_ok(struct span host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.at[i];

		if (!is_alnum(c) && (c == '\0' || !strchr("-._:", c)))
			return false;
	}
	return host.len > 0;
}

static enum err
read_scheme(struct span *text, struct url *u)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i].prefix);

		if (!span_starts(*text, schemes[i].prefix))
			continue;
		u->port = schemes[i].port;
		u->secure = schemes[i].secure;
		u->websocket = schemes[i].websocket;
		text->at += len;
		text->len -= len;
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

static enum err
read_port(struct span text, uint16_t *port)
{
	uint64_t value;
	enum err e = span_u64(text, &value);

	if (e != ERR_OK)
		return e;
	if (value == 0 || value > UINT16_MAX)
		return ERR_RANGE;
	*port = (uint16_t)value;
	return ERR_OK;
}

/* host, host:port, [address] or [address]:port */
static enum err
read_authority(struct span text, struct url *u)
{
	struct span host = text;
	const char *end;
	size_t used;

	if (text.len > 0 && text.at[0] == '[') {
		end = memchr(text.at, ']', text.len);
		if (!end)
			return ERR_SYNTAX;
		host.at++;
		host.len = (size_t)(end - host.at);
		used = host.len + 2;
	} else {
		end = memchr(text.at, ':', text.len);
		if (end)
			host.len = (size_t)(end - text.at);
		used = host.len;
	}
	if (!url_host_ok(host))
		return ERR_SYNTAX;
	if (host.len >= sizeof(u->host))
		return ERR_FULL;
	memcpy(u->host, host.at, host.len);
	u->host[host.len] = '\0';
	if (used == text.len)
		return ERR_OK;
	if (text.at[used] != ':')
		return ERR_SYNTAX;
	used++;
	return read_port(
	    (struct span){ text.at + used, text.len - used }, &u->port);
}

enum err
url_parse(struct span text, struct url *u)
{
	struct span authority;
	enum err e;

	memset(u, 0, sizeof(*u));
	e = read_scheme(&text, u);
	if (e != ERR_OK)
		return e;
	authority = (struct span){ text.at, 0 };
	while (authority.len < text.len && text.at[authority.len] != '/' &&
	       text.at[authority.len] != '?')
		authority.len++;
	u->path =
	    (struct span){ text.at + authority.len, text.len - authority.len };
	if (u->path.len == 0)
		u->path = SPAN("/");
	if (!url_path_ok(u->path))
		return ERR_SYNTAX;
	return read_authority(authority, u);
}

void
url_encode(struct out *o, struct span s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (is_alnum(s.at[i]) || (c != '\0' && strchr("-._~", c))) {
			out_char(o, s.at[i]);
			continue;
		}
		out_char(o, '%');
		out_char(o, digits[c >> 4]);
		out_char(o, digits[c & 15]);
	}
}

void
url_host_field(struct out *o, struct span host, uint16_t port)
{
	bool v6 = host.len > 0 && memchr(host.at, ':', host.len);

	if (v6)
		out_char(o, '[');
	out_span(o, host);
	if (v6)
		out_char(o, ']');
	if (port == 80 || port == 443)
		return;
	out_char(o, ':');
	out_u64(o, port);
}
