#include "feed/saved.h"

#include <string.h>

#include "codec/crc32c.h"

static const char head[] = "mpedge state ";
static const char section[] = "mpedge instruments ";

enum {
	VERSION = 1,
	/* Digits of the checksum, and of the length. */
	CRC_DIGITS = 10,
	LENGTH_DIGITS = 10,
	HEAD_BYTES = sizeof(head) - 1 + 2 + CRC_DIGITS + 1 + LENGTH_DIGITS + 1,
};

static void
write_head(struct out *o, uint32_t crc, size_t length)
{
	out_text(o, head);
	out_u64(o, VERSION);
	out_char(o, ' ');
	out_pad(o, crc, CRC_DIGITS);
	out_char(o, ' ');
	out_pad(o, length, LENGTH_DIGITS);
	out_char(o, '\n');
}

void
saved_begin(struct out *o)
{
	write_head(o, 0, 0);
}

void
saved_end(struct out *o)
{
	struct out first;

	if (o->full || o->len < HEAD_BYTES)
		return;
	out_init(&first, o->at, HEAD_BYTES);
	write_head(&first, crc32c(0, o->at + HEAD_BYTES, o->len - HEAD_BYTES),
	    o->len - HEAD_BYTES);
}

/* The first line of a file with this body. */
static bool
is_head(struct span line, struct span body)
{
	char text[HEAD_BYTES];
	struct out o;

	out_init(&o, text, sizeof(text));
	write_head(&o, crc32c(0, body.at, body.len), body.len);
	return span_eq(out_done(&o), line);
}

enum err
saved_open(struct span file, struct span *body)
{
	struct span line, rest, words;
	uint64_t version, length;

	*body = SPAN_NULL;
	if (file.len < HEAD_BYTES || !span_starts(file, head))
		return ERR_SYNTAX;
	line = (struct span){ file.at, HEAD_BYTES };
	rest = (struct span){ file.at + HEAD_BYTES, file.len - HEAD_BYTES };
	words = line;
	words.at += sizeof(head) - 1;
	words.len -= sizeof(head);
	if (span_u64(span_word(&words, " "), &version) != ERR_OK)
		return ERR_SYNTAX;
	if (version != VERSION)
		return ERR_UNSUPPORTED;
	span_word(&words, " ");
	if (span_u64(span_word(&words, " "), &length) != ERR_OK)
		return ERR_SYNTAX;
	if (length > rest.len)
		return ERR_SHORT;
	if (!is_head(line, rest))
		return ERR_CORRUPT;
	*body = rest;
	return ERR_OK;
}

/* Cut a line, with its end, off *rest. */
static struct span
cut_line(struct span *rest)
{
	const char *end = memchr(rest->at, '\n', rest->len);
	struct span line = *rest;

	if (end != NULL)
		line.len = (size_t)(end - rest->at) + 1;
	rest->at += line.len;
	rest->len -= line.len;
	return line;
}

/* "mpedge instruments 1 okx\n" */
static bool
is_of(struct span line, struct span venue)
{
	return line.len > venue.len + 1 &&
	       line.at[line.len - venue.len - 2] == ' ' &&
	       memcmp(line.at + line.len - venue.len - 1, venue.at,
		   venue.len) == 0;
}

struct span
saved_of(struct span body, struct span venue)
{
	struct span rest = body;
	struct span found = SPAN_NULL;

	while (rest.len > 0) {
		struct span line = cut_line(&rest);

		if (!span_starts(line, section)) {
			if (found.at != NULL)
				found.len += line.len;
			continue;
		}
		if (found.at != NULL)
			break;
		if (is_of(line, venue))
			found = line;
	}
	return found;
}

struct span
saved_line(struct span *body)
{
	if (body->len == 0 || span_starts(*body, section))
		return SPAN_NULL;
	return cut_line(body);
}
