#include "app/page_url.h"

enum err
page_url_read(
    const char *text, const char *page, struct url *u, char path[PAGE_PATH_MAX])
{
	struct span name = span_of(page);
	char whole[PAGE_PATH_MAX];
	struct out o, p;

	out_init(&o, whole, sizeof(whole));
	if (strstr(text, "://") == NULL)
		OUT_LITERAL(&o, "http://");
	out_text(&o, text);
	if (o.full)
		return ERR_FULL;
	if (url_parse(out_done(&o), u) != ERR_OK || u->websocket)
		return ERR_SYNTAX;
	out_init(&p, path, PAGE_PATH_MAX);
	out_span(&p, u->path);
	u->path = SPAN_NULL;
	while (p.len > 0 && path[p.len - 1] == '/')
		p.len--;
	if (p.len < name.len ||
	    memcmp(path + p.len - name.len, name.at, name.len) != 0)
		out_span(&p, name);
	(void)out_cstr(&p);
	return p.full ? ERR_FULL : ERR_OK;
}
