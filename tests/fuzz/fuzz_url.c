/* LINK: codec/url core/out core/span core/must */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/url.h"

/* What was read and written again is read the same way. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static void
write_again(const struct url *u, struct out *o)
{
	bool v6 = strchr(u->host, ':');

	out_text(o, u->websocket ? "ws" : "http");
	out_text(o, u->secure ? "s://" : "://");
	out_text(o, v6 ? "[" : "");
	out_text(o, u->host);
	out_text(o, v6 ? "]:" : ":");
	out_u64(o, u->port);
	out_span(o, u->path);
}

static void
look_at(const struct url *u, size_t size)
{
	size_t room = size + 64;
	char *text = malloc(room);
	struct url again;
	struct out o;

	claim(u->host[0] != '\0' && strlen(u->host) < URL_HOST_MAX);
	claim(u->port != 0 && u->path.len > 0 && u->path.at[0] == '/');
	out_init(&o, text, room);
	write_again(u, &o);
	claim(!o.full);
	claim(url_parse(out_done(&o), &again) == ERR_OK);
	claim(strcmp(again.host, u->host) == 0 && again.port == u->port);
	claim(span_eq(again.path, u->path));
	claim(again.secure == u->secure && again.websocket == u->websocket);
	free(text);
}

static void
encode(struct span s)
{
	char *text = malloc(3 * s.len + 1);
	struct out o;

	out_init(&o, text, 3 * s.len);
	url_encode(&o, s);
	claim(!o.full && o.len >= s.len);
	if (o.len + 1 < URL_HOST_MAX) {
		char path[URL_HOST_MAX + 1] = "/";

		memcpy(path + 1, text, o.len);
		claim(url_path_ok((struct span){ path, o.len + 1 }));
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);
	struct url u;

	if (size)
		memcpy(copy, data, size);
	if (url_parse((struct span){ copy, size }, &u) == ERR_OK)
		look_at(&u, size);
	encode((struct span){ copy, size });
	free(copy);
	return 0;
}
