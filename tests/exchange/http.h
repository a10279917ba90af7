/*
 * http.h -- HTTP/1.1 requests and replies, keep-alive, and the upgrade.
 */
#ifndef EXCHANGE_HTTP_H
#define EXCHANGE_HTTP_H

#include "server.h"

enum { URL_MAX = 65536, HEADERS_MAX = 8192 };

struct request {
	char method[16];
	/* Without the query; not decoded. */
	const char *path;
	const char *query;
	/* "\nname: value" lines. */
	const char *headers;
	bool upgrade;
};

/* Value of a header, or of a query parameter (decoded); false if absent. */
bool request_header(
    const struct request *r, const char *name, char *out, size_t size);
bool request_query(
    const struct request *r, const char *name, char *out, size_t size);
int64_t request_number(const struct request *r, const char *name, int64_t none);
/* Percent decoding in place. */
void url_decode(char *text);

void http_input(struct sim *sim, struct conn *c);
/* headers: none, or lines that end in \r\n. */
void http_reply(struct conn *c, int status, const char *type,
    const char *headers, const char *body, size_t len);

#endif
