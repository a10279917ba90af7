#include "codec/bundle.h"

#include <string.h>

static const char magic[] = "mpedge-bundle 1\n";

enum err
bundle_gather(char *buf, size_t size, size_t *have, const char *in, size_t len,
    size_t *used)
{
	for (*used = 0; *used < len;) {
		char c = in[(*used)++];

		if (*have == size)
			return ERR_SYNTAX;
		buf[(*have)++] = c;
		if (*have < sizeof(magic) && c != magic[*have - 1])
			return ERR_SYNTAX;
		if (*have >= sizeof(magic) && c == '\n' &&
		    buf[*have - 2] == '\n')
			return ERR_OK;
	}
	return ERR_SHORT;
}

bool
bundle_is_name(struct span s, size_t max)
{
	static const char more[] = "._+~-";

	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'z') &&
		    (c < 'A' || c > 'Z') &&
		    memchr(more, c, sizeof(more) - 1) == NULL)
			return false;
	}
	return s.len > 0 && s.len <= max;
}

/* Digits without a zero in front. */
static bool
read_number(struct span s, uint64_t *value)
{
	return s.len > 0 && s.at[0] != '0' && span_u64(s, value) == ERR_OK &&
	       *value <= INT64_MAX;
}

/* Lower case only; how many bytes, 0: it is wrong. */
static size_t
read_hex(struct span s, uint8_t *to, size_t max)
{
	if (s.len % 2 != 0 || s.len / 2 > max)
		return 0;
	for (size_t i = 0; i < s.len; i++) {
		int digit = span_hex(s.at[i]);

		if (digit < 0 || (s.at[i] >= 'A' && s.at[i] <= 'F'))
			return 0;
		to[i / 2] = (uint8_t)(to[i / 2] * 16 + digit);
	}
	return s.len / 2;
}

static bool
read_board(struct bundle *b, struct span v)
{
	b->board = v;
	return bundle_is_name(v, BUNDLE_BOARD_MAX);
}

static bool
read_version(struct bundle *b, struct span v)
{
	b->version = v;
	return bundle_is_name(v, BUNDLE_VERSION_MAX);
}

static bool
read_built(struct bundle *b, struct span v)
{
	return read_number(v, &b->built);
}

static bool
read_size(struct bundle *b, struct span v)
{
	return read_number(v, &b->size);
}

static bool
read_sha256(struct bundle *b, struct span v)
{
	return read_hex(v, b->sha256, sizeof(b->sha256)) == BUNDLE_SHA256;
}

static bool
read_allow(struct bundle *b, struct span v)
{
	b->allow_downgrade = span_is(v, "yes");
	return b->allow_downgrade || span_is(v, "no");
}

static bool
read_signature(struct bundle *b, struct span v)
{
	b->signature_len = read_hex(v, b->signature, sizeof(b->signature));
	return b->signature_len > 0;
}

static const struct {
	const char *key;
	bool (*read)(struct bundle *b, struct span value);
} rows[] = {
	{ "board = ", read_board },
	{ "version = ", read_version },
	{ "built = ", read_built },
	{ "size = ", read_size },
	{ "sha256 = ", read_sha256 },
	{ "allow_downgrade = ", read_allow },
	{ "signature = ", read_signature },
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
};

/* Cut a line off, without its end; false: there is no whole one. */
static bool
cut_line(struct span *rest, struct span *line)
{
	const char *end =
	    rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;

	if (end == NULL)
		return false;
	*line = (struct span){ rest->at, (size_t)(end - rest->at) };
	rest->at += line->len + 1;
	rest->len -= line->len + 1;
	return true;
}

enum err
bundle_read(struct span head, struct bundle *b, unsigned *line)
{
	struct span rest = head, s;

	memset(b, 0, sizeof(*b));
	*line = 1;
	if (!cut_line(&rest, &s) || !span_starts(head, magic))
		return ERR_SYNTAX;
	for (unsigned i = 0; i < ROWS; i++) {
		size_t len = strlen(rows[i].key);

		++*line;
		b->text = (struct span){ head.at, head.len - rest.len };
		if (!cut_line(&rest, &s))
			return ERR_SYNTAX;
		if (i == ROWS - 1 && s.len == 0 && rest.len == 0)
			return ERR_MISSING;
		if (!span_starts(s, rows[i].key) ||
		    !rows[i].read(b, (struct span){ s.at + len, s.len - len }))
			return ERR_SYNTAX;
	}
	++*line;
	return rest.len == 1 && rest.at[0] == '\n' ? ERR_OK : ERR_SYNTAX;
}
