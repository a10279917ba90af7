#define _GNU_SOURCE
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

#include "traffic.h"

struct message {
	/* Microseconds after the first one. */
	int64_t at_us;
	/* Of the data, without what wraps it. */
	const char *text;
	size_t len;
	/* Stream it belongs to, or symbol of the snapshot. */
	char name[STREAM_NAME_MAX];
	bool snapshot;
};

struct play {
	struct message *message;
	size_t count;
	size_t size;
	size_t next;
	int64_t last_us;
};

/* Seconds with a fraction, or nanoseconds; 0 where there is none. */
static int64_t
parse_time(const char *text)
{
	char *end;
	long long whole = strtoll(text, &end, 10);
	int64_t micro = 0;
	int digits = 0;

	if (*end != '.')
		return whole > 100000000000 ? whole / 1000 : whole * 1000000;
	for (end++; *end >= '0' && *end <= '9' && digits < 6; end++, digits++)
		micro = micro * 10 + (*end - '0');
	while (digits++ < 6)
		micro *= 10;
	return whole * 1000000 + micro;
}

/* Copies what stands behind key up to one of the characters of end. */
static bool
copy_after(
    const char *text, const char *key, const char *end, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t len;

	if (!at)
		return false;
	at += strlen(key);
	len = strcspn(at, end);
	if (len >= size)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

static bool
read_message(struct message *m, char *text, const char *source)
{
	const char *tab = strchr(source, '\t');
	char *data;

	m->at_us = parse_time(source);
	m->len = strlen(text);
	m->text = text;
	if (tab && strncmp(tab + 1, "ws", 2) != 0) {
		m->snapshot = strstr(tab, "/depth?") != NULL;
		return m->snapshot && copy_after(tab, "symbol=", "&\n", m->name,
					  sizeof(m->name));
	}
	data = strstr(text, "\"data\":");
	if (!data ||
	    !copy_after(text, "\"stream\":\"", "\"", m->name, sizeof(m->name)))
		return false;
	/* The last brace closes the wrapping. */
	m->text = data + strlen("\"data\":");
	m->len -= (size_t)(m->text - text) + 1;
	return true;
}

static void
add(struct play *p, const struct message *m)
{
	if (p->count == p->size) {
		p->size = p->size ? p->size * 2 : 1024;
		p->message = realloc(p->message, p->size * sizeof(*p->message));
		if (!p->message)
			abort();
	}
	p->message[p->count++] = *m;
}

/* Every symbol that a stream or a snapshot names, once. */
static char *
list_symbols(const struct play *p)
{
	struct buf b = { 0 };

	buf_text(&b, ",");
	for (size_t i = 0; i < p->count; i++) {
		char name[STREAM_NAME_MAX + 2];
		size_t len = strcspn(p->message[i].name, "@");

		name[0] = ',';
		for (size_t k = 0; k < len; k++) {
			char c = p->message[i].name[k];

			name[k + 1] =
			    c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		}
		memcpy(name + len + 1, ",", 2);
		buf_room(&b, 1)[0] = '\0';
		if (!strstr(b.data, name))
			buf_add(&b, name + 1, len + 1);
	}
	buf_add(&b, "", 1);
	return b.data;
}

static void
strip(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
}

static FILE *
open_source(const char *path)
{
	char name[1024];
	size_t len = strlen(path);

	if (len > 6 && strcmp(path + len - 6, ".jsonl") == 0)
		len -= 6;
	snprintf(name, sizeof(name), "%.*s.ts", (int)len, path);
	return fopen(name, "r");
}

struct play *
play_open(const char *path, char **symbols)
{
	struct play *p = calloc(1, sizeof(*p));
	FILE *file = fopen(path, "r");
	FILE *source = open_source(path);
	char *text = NULL, *from = NULL;
	size_t text_size = 0, from_size = 0;
	int64_t first = 0;

	if (!p || !file) {
		perror(path);
		exit(1);
	}
	while (getline(&text, &text_size, file) > 0) {
		const char *where = "0\tws";
		struct message m;

		memset(&m, 0, sizeof(m));
		strip(text);
		if (source && getline(&from, &from_size, source) > 0)
			where = from;
		if (!read_message(&m, text, where))
			continue;
		if (first == 0)
			first = m.at_us;
		m.at_us = m.at_us > first ? m.at_us - first : 0;
		add(p, &m);
		/* The text is kept; the next line gets new memory. */
		text = NULL;
		text_size = 0;
	}
	free(text);
	free(from);
	fclose(file);
	if (source)
		fclose(source);
	*symbols = list_symbols(p);
	return p;
}

const char *
play_snapshot(const struct play *p, const char *symbol, size_t *len)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct message *m = &p->message[i];

		if (!m->snapshot || strcmp(m->name, symbol) != 0)
			continue;
		*len = m->len;
		return m->text;
	}
	return NULL;
}

static void
play_one(struct sim *sim, const struct message *m)
{
	struct stream *s =
	    streams_find(&sim->streams, m->name, strlen(m->name));

	if (m->snapshot)
		return;
	sim->stats.played++;
	ledger_note(&sim->ledger,
	    "{\"k\":\"play\",\"stream\":\"%s\",\"data\":%.*s}", m->name,
	    (int)m->len, m->text);
	if (s)
		stream_send(sim, s, m->text, m->len);
}

void
play_run(struct sim *sim)
{
	struct play *p = sim->play;
	int64_t passed = sim->now_us - sim->traffic.began_us;

	while (p->next < p->count) {
		const struct message *m = &p->message[p->next];

		if (sim->opt.speed == 0 ? !server_has_room(sim)
					: m->at_us / sim->opt.speed > passed)
			return;
		p->last_us = m->at_us;
		play_one(sim, m);
		p->next++;
	}
}

int64_t
play_due(const struct sim *sim)
{
	const struct play *p = sim->play;
	int64_t late = sim->now_us + 50000;
	int64_t at;

	if (p->next >= p->count || sim->opt.speed == 0)
		return p->next < p->count && server_has_room(sim) ? sim->now_us
								  : late;
	at = sim->traffic.began_us + p->message[p->next].at_us / sim->opt.speed;
	return at < late ? at : late;
}
