/*
 * url.h -- addresses as they stand in the configuration.
 *
 *   wss://stream.binance.com:9443/stream?timeUnit=MICROSECOND
 *
 * Schemes http, https, ws and wss (RFC 3986, RFC 6455 section 3).  Names and
 * passwords in an address, fragments, blanks and control bytes are refused.
 */
#ifndef MPEDGE_CODEC_URL_H
#define MPEDGE_CODEC_URL_H

#include "core/out.h"
#include "core/span.h"

enum {
	URL_HOST_MAX = 254,
};

struct url {
	/* https or wss. */
	bool secure;
	/* ws or wss. */
	bool websocket;
	/* With NUL; an IPv6 address is without its brackets. */
	char host[URL_HOST_MAX];
	/* The scheme's own when the address has none. */
	uint16_t port;
	/* Path and query: a piece of the text given, or "/". */
	struct span path;
};

/* SYNTAX, RANGE (port), FULL (host) or UNSUPPORTED (scheme). */
enum err url_parse(struct span text, struct url *u) MUST_USE;

/* Percent-encode all but RFC 3986's unreserved characters. */
void url_encode(struct out *o, struct span s);

/* May stand in a request line: printable ASCII, no blanks, starts with '/'. */
bool url_path_ok(struct span path);

/* May stand in a Host field: letters, digits and -._: */
bool url_host_ok(struct span host);

/* The Host field: brackets around IPv6, and the port unless it is 80 or 443. */
void url_host_field(struct out *o, struct span host, uint16_t port);

#endif
