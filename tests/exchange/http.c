#define _GNU_SOURCE
#include "http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialect.h"
#include "sim.h"
#include "ws.h"

struct reason {
	int status;
	const char *text;
};

static const struct reason reasons[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 418, "I'm a teapot" },
	{ 429, "Too Many Requests" },
	{ 451, "Unavailable For Legal Reasons" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

static const char *
reason_text(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Whatever";
}

static void
copy(char *out, size_t size, const char *from, size_t len)
{
	if (len >= size)
		len = size - 1;
	memcpy(out, from, len);
	out[len] = '\0';
}

bool
request_header(
    const struct request *r, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);
	const char *line = r->headers;

	while ((line = strchr(line, '\n'))) {
		line++;
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " \t");
		copy(out, size, line, strcspn(line, "\r\n"));
		return true;
	}
	return false;
}

void
url_decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned value;

		if (*text == '%' && isxdigit((unsigned char)text[1]) &&
		    isxdigit((unsigned char)text[2]) &&
		    sscanf(text + 1, "%2x", &value) == 1) {
			*to++ = (char)value;
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

bool
request_query(const struct request *r, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);
	const char *at = r->query;

	while (*at) {
		size_t part = strcspn(at, "&");

		if (part > len && at[len] == '=' &&
		    memcmp(at, name, len) == 0) {
			copy(out, size, at + len + 1, part - len - 1);
			url_decode(out);
			return true;
		}
		at += part;
		at += strspn(at, "&");
	}
	return false;
}

int64_t
request_number(const struct request *r, const char *name, int64_t none)
{
	char text[32];

	if (!request_query(r, name, text, sizeof(text)))
		return none;
	return strtoll(text, NULL, 10);
}

void
http_reply(struct conn *c, int status, const char *type, const char *headers,
    const char *body, size_t len)
{
	buf_print(&c->out,
	    "HTTP/1.1 %d %s\r\nServer: exchange-sim\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n",
	    status, reason_text(status), type, len);
	if (headers)
		buf_text(&c->out, headers);
	if (c->state == CONN_CLOSING)
		buf_text(&c->out, "Connection: close\r\n");
	buf_text(&c->out, "\r\n");
	if (c->truncate) {
		c->truncate = false;
		c->state = CONN_CLOSING;
		len /= 2;
	}
	buf_add(&c->out, body, len);
}

static void
upgrade(struct sim *sim, struct conn *c, const struct request *r)
{
	char key[128], accept[32];
	int status =
	    c->refused ? c->refused : faults_upgrade_status(&sim->faults);

	if (status) {
		c->state = CONN_CLOSING;
		http_reply(c, status, "text/plain", NULL, "no\n", 3);
		return;
	}
	if (!request_header(r, "Sec-WebSocket-Key", key, sizeof(key)) ||
	    strlen(key) != 24) {
		sim->limits.violations.protocol++;
		c->state = CONN_CLOSING;
		http_reply(c, 400, "text/plain", NULL, "key\n", 4);
		return;
	}
	if (!sim->dialect->upgrade(sim, c, r))
		return;
	ws_accept(key, accept);
	buf_print(&c->out,
	    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
	    accept);
	ws_start(sim, c);
	if (sim->dialect->opened)
		sim->dialect->opened(sim, c);
}

static bool
parse(char *text, struct request *r)
{
	char *line_end = strstr(text, "\r\n");
	char *target = strchr(text, ' ');
	char *query;
	char *end = target ? strchr(target + 1, ' ') : NULL;

	if (!end || end > line_end || (size_t)(target - text) > 15)
		return false;
	copy(r->method, sizeof(r->method), text, (size_t)(target - text));
	*end = '\0';
	r->path = target + 1;
	query = strchr(target + 1, '?');
	if (query)
		*query++ = '\0';
	r->query = query ? query : "";
	r->headers = line_end + 1;
	return true;
}

/* One request; the head ends at head_len. */
static void
serve(struct sim *sim, struct conn *c, char *head)
{
	struct request r;
	char value[64];

	memset(&r, 0, sizeof(r));
	if (!parse(head, &r)) {
		c->state = CONN_CLOSING;
		http_reply(c, 400, "text/plain", NULL, "bad\n", 4);
		return;
	}
	r.upgrade = request_header(&r, "Upgrade", value, sizeof(value)) &&
		    strcasecmp(value, "websocket") == 0;
	if (r.upgrade) {
		upgrade(sim, c, &r);
		return;
	}
	if (request_header(&r, "Connection", value, sizeof(value)) &&
	    strcasecmp(value, "close") == 0)
		c->state = CONN_CLOSING;
	sim->stats.requests++;
	sim->dialect->request(sim, c, &r);
}

void
http_input(struct sim *sim, struct conn *c)
{
	while (c->state == CONN_REQUEST && !c->hold_us && buf_left(&c->in)) {
		char *start = c->in.data + c->in.at;
		size_t left = buf_left(&c->in);
		char *end = memmem(start, left, "\r\n\r\n", 4);
		char *head;
		size_t len;

		if (!end) {
			if (left > URL_MAX + HEADERS_MAX)
				conn_end(sim, c, "request too long", false);
			return;
		}
		len = (size_t)(end - start) + 4;
		head = strndup(start, len);
		buf_eat(&c->in, len);
		serve(sim, c, head);
		free(head);
	}
	if (c->state == CONN_STREAMING && buf_left(&c->in))
		ws_input(sim, c);
}
