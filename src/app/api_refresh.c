#include "app/api.h"

static void
accepted(const struct mpedge *m, struct status_call *c)
{
	OUT_LITERAL(c->body,
	    "{\"success\":true,\"message\":\"the venue is asked for this book "
	    "anew; until it has come there is none\",");
	api_moment(c->body, "timestamp", m->loop.wall.ns);
	api_end(c->body);
	c->status = 202;
}

static void
refuse(struct status_call *c, enum err e, int64_t wait_ms)
{
	c->retry_s = (unsigned)((wait_ms + 999) / 1000);
	if (e == ERR_DOWN)
		api_refuse(c, 503, "no connection brings this book now");
	else if (e == ERR_AGAIN)
		api_refuse(c, 409, "this book is being asked for already");
	else
		api_refuse(c, 429,
		    "too soon after the last time, or too much for the "
		    "venue's limits; Retry-After says when to try again");
}

void
api_refresh(struct mpedge *m, struct status_call *c, const struct span *path)
{
	int64_t wait_ms = 1000;
	struct api_book a;
	enum err e;

	if (!c->post) {
		api_refuse(c, 405, "this is asked with POST");
		return;
	}
	if (!api_find_book(m, path[0], path[1], &a)) {
		api_no_book(c, path[0], path[1]);
		return;
	}
	e = source_renew_book(
	    &m->sources[a.source - m->sources], a.symbol, &wait_ms);
	if (e == ERR_OK)
		accepted(m, c);
	else
		refuse(c, e, wait_ms);
}
