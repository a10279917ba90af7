/* LINK: codec/http_request codec/http1 core/span core/out core/must */
/* LINK: core/time */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http_request.h"

/*
 * What is read of a head lies in it, and nothing is read beyond its end; the
 * parts are read the same way whatever they are.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *from;
static size_t total;

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
inside(struct span s)
{
	claim(!s.at || (s.at >= from && s.at + s.len <= from + total));
}

static void
look_at_path(struct span path)
{
	char text[512];
	struct span part;
	struct out o;

	while ((part = http_segment(&path)).at != NULL) {
		inside(part);
		claim(part.len > 0 && !memchr(part.at, '/', part.len));
		out_init(&o, text, sizeof(text));
		if (http_decode(part, &o) != ERR_OK)
			continue;
		claim(o.full || o.len <= part.len);
		for (size_t i = 0; i < o.len; i++)
			claim((unsigned char)text[i] >= ' ');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request r;
	struct span value = SPAN_NULL;
	int status;

	from = (const char *)data;
	total = size;
	status = http_request_read((struct span){ from, size }, &r);
	claim(status == 0 || status == 400 || status == 405 || status == 505);
	inside(r.method);
	inside(r.path);
	inside(r.query);
	inside(r.accept);
	inside(r.authorization);
	inside(r.if_none_match);
	if (status == 0) {
		claim(r.path.len > 0 && r.path.at[0] == '/');
		claim(!memchr(r.path.at, '?', r.path.len));
	}
	look_at_path(r.path);
	if (http_query(r.query, "depth", &value))
		inside(value);
	(void)http_none_match(r.if_none_match, SPAN("\"a-1\""));
	inside(http_credentials(r.authorization, "Bearer"));
	claim(!http_same_secret(r.authorization, SPAN("\x01 is never sent")));
	return 0;
}
