#include "status/page.h"

#include "status/fill.h"
#include "status/status.h"

enum {
	/* What is served, and room for it and for a row too many. */
	PAGE_BYTES_MAX = 40000 - 1,
	PAGE_ROOM = 64 * 1024,
};

/*
 * What /status says is written behind the room of the page, and the template
 * is filled from it: the page cannot say anything else.
 */
void
status_page(const struct status *s, struct out *o)
{
	size_t size = o->size;
	struct out json;

	if (o->full || size - o->len < 2 * PAGE_ROOM) {
		o->full = true;
		return;
	}
	out_init(&json, o->at + o->len + PAGE_ROOM, size - o->len - PAGE_ROOM);
	status_json(s, &json);
	o->size = o->len + PAGE_ROOM;
	fill(span_of(page_template), out_done(&json), o->len + PAGE_BYTES_MAX,
	    o);
	o->size = size;
}
