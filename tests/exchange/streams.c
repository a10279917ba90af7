#include "streams.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim.h"
#include "ws.h"

_Static_assert((int)STREAM_KINDS <= (int)STREAM_LISTS, "a list for every kind");

/* Longest event: a diff of 2 * DIFF_LEVELS levels, of which each may push
 * another one out of sight and let one in. */
enum { EVENT_MAX = 512 + 6 * DIFF_LEVELS * 64 };

struct stream *
streams_find(const struct streams *all, const char *name, size_t len)
{
	struct stream *s = all->all;

	while (s && (strlen(s->name) != len || memcmp(s->name, name, len) != 0))
		s = s->next_all;
	return s;
}

struct stream *
streams_want(struct streams *all, const char *name, size_t len)
{
	char prefix[PREFIX_MAX];
	struct stream *s;

	if (len >= STREAM_NAME_MAX)
		len = STREAM_NAME_MAX - 1;
	s = streams_find(all, name, len);
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	memcpy(s->name, name, len);
	snprintf(
	    prefix, sizeof(prefix), "{\"stream\":\"%s\",\"data\":", s->name);
	stream_wrap(s, prefix, "}");
	s->next_all = all->all;
	all->all = s;
	return s;
}

void
stream_link(struct streams *all, struct stream *s, enum stream_kind kind,
    struct symbol *symbol)
{
	struct stream **list =
	    symbol ? &symbol->streams[kind] : &all->wide[kind];

	if (s->kind != STREAM_UNKNOWN)
		return;
	s->kind = kind;
	s->symbol = symbol;
	s->next = *list;
	*list = s;
}

void
stream_wrap(struct stream *s, const char *prefix, const char *suffix)
{
	s->prefix_len =
	    (size_t)snprintf(s->prefix, sizeof(s->prefix), "%s", prefix);
	s->suffix_len =
	    (size_t)snprintf(s->suffix, sizeof(s->suffix), "%s", suffix);
	if (s->prefix_len >= sizeof(s->prefix) ||
	    s->suffix_len >= sizeof(s->suffix))
		abort();
}

bool
streams_join(struct streams *all, struct stream *s, struct conn *c)
{
	for (int i = 0; i < c->stream_count; i++)
		if (c->streams[i] == s)
			return false;
	s->conn =
	    realloc(s->conn, (size_t)(s->count + 1) * sizeof(struct conn *));
	c->streams = realloc(c->streams,
	    (size_t)(c->stream_count + 1) * sizeof(struct stream *));
	if (!s->conn || !c->streams)
		abort();
	s->conn[s->count++] = c;
	c->streams[c->stream_count++] = s;
	all->subscriptions++;
	return true;
}

bool
streams_quit(struct streams *all, struct stream *s, struct conn *c)
{
	for (int i = 0; i < c->stream_count; i++) {
		if (c->streams[i] != s)
			continue;
		c->streams[i] = c->streams[--c->stream_count];
		for (int k = 0; k < s->count; k++)
			if (s->conn[k] == c)
				s->conn[k] = s->conn[--s->count];
		all->subscriptions--;
		return true;
	}
	return false;
}

void
streams_leave(struct streams *all, struct conn *c)
{
	while (c->stream_count)
		streams_quit(all, c->streams[0], c);
}

bool
stream_mute(const struct sim *sim, const struct stream *s)
{
	return sim->faults.silent_all || s->silent || s->noack ||
	       s->stalled_us > sim->now_us;
}

static void
send_to(struct sim *sim, struct stream *s, struct conn *c, const char *text,
    size_t len)
{
	if (c->state != CONN_STREAMING ||
	    (s->routes && !(s->routes & 1u << c->route)))
		return;
	if (c->combined)
		ws_send3(c, s->prefix, s->prefix_len, text, len, s->suffix,
		    s->suffix_len);
	else
		ws_send(c, WS_TEXT, text, len);
	s->sent++;
	sim->stats.frames++;
}

void
stream_tell(struct sim *sim, struct stream *s, struct conn *c, const char *text,
    size_t len)
{
	if (!stream_mute(sim, s))
		send_to(sim, s, c, text, len);
}

void
stream_send(struct sim *sim, struct stream *s, const char *text, size_t len)
{
	if (stream_mute(sim, s))
		return;
	for (int i = 0; i < s->count; i++)
		send_to(sim, s, s->conn[i], text, len);
}

/* Texts of one event, in milliseconds and in microseconds. */
struct texts {
	char text[2][EVENT_MAX];
	size_t len[2];
};

static bool
is_for(const struct stream *s, const struct event *e)
{
	if (s->kind == STREAM_BAR && s->interval != e->interval)
		return false;
	return !s->takes || s->takes(s, e);
}

static void
publish(
    struct sim *sim, struct stream *s, const struct event *e, struct texts *t)
{
	if (stream_mute(sim, s) || !is_for(s, e))
		return;
	for (int i = 0; i < s->count; i++) {
		struct conn *c = s->conn[i];
		bool micro = c->micro;

		if (!t->len[micro])
			t->len[micro] =
			    (size_t)(e->write(t->text[micro], e, micro) -
				     t->text[micro]);
		send_to(sim, s, c, t->text[micro], t->len[micro]);
	}
}

void
streams_publish(struct sim *sim, enum stream_kind kind, const struct event *e)
{
	static struct texts t;
	struct stream *s = e->symbol ? e->symbol->streams[kind] : NULL;

	t.len[0] = t.len[1] = 0;
	for (; s; s = s->next)
		publish(sim, s, e, &t);
	for (s = sim->streams.wide[kind]; s; s = s->next)
		publish(sim, s, e, &t);
}
