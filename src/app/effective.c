#include <string.h>

#include "app/config.h"
#include "core/log.h"

static void
write_level(int64_t level, struct out *to)
{
	static const char *const names[] = { [LOG_ERROR] = "error",
		[LOG_WARN] = "warn",
		[LOG_INFO] = "info",
		[LOG_DEBUG] = "debug" };

	out_text(to, names[level]);
}

/* An address without the user and password in it. */
static void
write_word(struct span word, struct out *to)
{
	size_t host = 0, from = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (from == 0 && i + 3 <= word.len &&
		    memcmp(word.at + i, "://", 3) == 0)
			from = i + 3;
		if (from > 0 && word.at[i] == '@')
			host = i;
	}
	if (host == 0) {
		out_span(to, word);
		return;
	}
	out_bytes(to, word.at, from);
	OUT_LITERAL(to, "***");
	out_bytes(to, word.at + host, word.len - host);
}

static void
write_words(struct span text, struct out *to)
{
	struct span word;
	bool first = true;

	while ((word = span_word(&text, " ,\t")).at != NULL) {
		if (!first)
			out_char(to, ' ');
		first = false;
		write_word(word, to);
	}
}

void
config_value_text(
    const struct options *o, const struct option_desc *d, struct out *to)
{
	const char *at = (const char *)o + d->offset;
	int64_t n;

	switch (d->type) {
	case OPTION_TYPE_BOOL:
		out_text(
		    to, *(const bool *)(const void *)at ? "true" : "false");
		return;
	case OPTION_TYPE_INT:
		memcpy(&n, at, sizeof(n));
		out_i64(to, n);
		return;
	case OPTION_TYPE_LEVEL:
		memcpy(&n, at, sizeof(n));
		write_level(n, to);
		return;
	case OPTION_TYPE_SECRET:
		out_text(to, at[0] != '\0' ? "***" : "");
		return;
	case OPTION_TYPE_TEXT:
		write_word(span_of(at), to);
		return;
	case OPTION_TYPE_LIST:
		write_words(span_of(at), to);
		return;
	}
}

/* A line of a file has at most 2046 bytes. */
static void
write_list(const struct option_desc *d, struct span words, struct out *to)
{
	enum {
		LINE_BYTES = 1024,
	};

	do {
		struct span line = words;

		if (line.len > LINE_BYTES) {
			line.len = LINE_BYTES;
			while (line.len > 0 && line.at[line.len - 1] != ' ')
				line.len--;
			line.len = line.len > 0 ? line.len : words.len;
		}
		words.at += line.len;
		words.len -= line.len;
		out_text(to, d->key);
		OUT_LITERAL(to, " = ");
		out_span(to, span_trim(line));
		if (words.len > 0)
			out_char(to, '\n');
	} while (words.len > 0);
}

void
config_write_key(const struct options *o, const struct option_desc *d,
    bool secrets, struct out *to)
{
	char text[16 * 1024 + 64];
	struct out value;

	out_init(&value, text, sizeof(text));
	if (secrets &&
	    (d->type == OPTION_TYPE_SECRET || d->type == OPTION_TYPE_TEXT ||
		d->type == OPTION_TYPE_LIST))
		out_text(&value, (const char *)o + d->offset);
	else
		config_value_text(o, d, &value);
	write_list(d, out_done(&value), to);
}

static size_t
size_of(const struct option_desc *d, const struct options *o)
{
	switch (d->type) {
	case OPTION_TYPE_BOOL:
		return sizeof(bool);
	case OPTION_TYPE_INT:
	case OPTION_TYPE_LEVEL:
		return sizeof(int64_t);
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_LIST:
	case OPTION_TYPE_SECRET:
		return strlen((const char *)o + d->offset) + 1;
	}
	return 0;
}

bool
config_is_changed(const struct option_desc *d, const struct options *a,
    const struct options *b)
{
	size_t size;

	if (d->key == NULL)
		return false;
	size = size_of(d, a);
	return size != size_of(d, b) ||
	       memcmp((const char *)a + d->offset, (const char *)b + d->offset,
		   size) != 0;
}

void
config_copy(
    const struct option_desc *d, struct options *to, const struct options *from)
{
	memcpy((char *)to + d->offset, (const char *)from + d->offset,
	    size_of(d, from));
}

void
config_effective(
    const struct options *o, const struct config_origins *from, struct out *to)
{
	OUT_LITERAL(to,
	    "; what is in force, each key with its origin; of secrets only "
	    "whether there is one\n");
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL) {
			OUT_LITERAL(to, "\n[");
			out_text(to, d.section);
			OUT_LITERAL(to, "]\n");
			continue;
		}
		config_write_key(o, &d, false, to);
		OUT_LITERAL(to, " ; ");
		config_origin_text(from, i, to);
		out_char(to, '\n');
	}
}
