#include "app/sidecar.h"

#include <string.h>
#include <unistd.h>

enum {
	PATH_BYTES = 4096,
};

enum err
sidecar_open(struct sidecar *s, const char *file, const char *side, void *buf,
    size_t size)
{
	static const char end[] = ".jsonl";
	char path[PATH_BYTES];
	size_t len = strlen(file);
	struct out o;
	enum err e;

	memset(s, 0, sizeof(*s));
	if (side == NULL && len > sizeof(end) - 1 &&
	    strcmp(file + len - (sizeof(end) - 1), end) == 0) {
		out_init(&o, path, sizeof(path));
		out_bytes(&o, file, len - (sizeof(end) - 1));
		OUT_LITERAL(&o, ".ts");
		out_cstr(&o);
		if (!o.full && access(path, R_OK) == 0)
			side = path;
	}
	if (side == NULL)
		return ERR_OK;
	e = lines_open(&s->lines, side, buf, size);
	s->open = e == ERR_OK;
	return e;
}

void
sidecar_close(struct sidecar *s)
{
	if (s->open)
		lines_close(&s->lines);
	s->open = false;
}

/* "1633998512.0633569", "1723161253937085768" or "-". */
static struct wall
read_time(struct span text, struct wall otherwise)
{
	struct span rest = text;
	struct span whole = span_word(&rest, ".");
	struct span part = span_word(&rest, ".");
	uint64_t seconds;
	uint64_t fraction = 0;

	if (whole.at == NULL || span_u64(whole, &seconds) != ERR_OK)
		return otherwise;
	if (part.at == NULL && whole.len > 12 && seconds <= INT64_MAX)
		return (struct wall){ (int64_t)seconds };
	if (seconds > INT64_MAX / NS_PER_S - 1)
		return otherwise;
	if (part.len > 9)
		part.len = 9;
	if (part.len > 0 && span_u64(part, &fraction) != ERR_OK)
		return otherwise;
	for (size_t i = part.len; i < 9; i++)
		fraction *= 10;
	return (struct wall){ (int64_t)(seconds * NS_PER_S + fraction) };
}

struct span
sidecar_parameter(struct span url, const char *name, char *buf, size_t size)
{
	struct span rest = url;
	struct span word;
	struct out o;

	out_init(&o, buf, size);
	span_word(&rest, "?");
	while ((word = span_word(&rest, "?&")).at != NULL) {
		if (span_starts(word, name))
			break;
	}
	if (word.at == NULL)
		return SPAN_NULL;
	for (size_t i = strlen(name); i < word.len; i++) {
		char c = word.at[i];

		if (c == '%' && i + 2 < word.len &&
		    span_hex(word.at[i + 1]) >= 0 &&
		    span_hex(word.at[i + 2]) >= 0) {
			c = (char)(span_hex(word.at[i + 1]) * 16 +
				   span_hex(word.at[i + 2]));
			i += 2;
		}
		out_char(&o, c);
	}
	return o.full ? SPAN_NULL : out_done(&o);
}

void
sidecar_next(struct sidecar *s, struct wall *seen, struct span *url)
{
	struct span line;

	*url = SPAN_NULL;
	if (!s->open || lines_next(&s->lines, &line) != ERR_OK)
		return;
	*seen = read_time(span_word(&line, "\t"), *seen);
	*url = span_word(&line, "\t");
	if (url->at != NULL && span_is(*url, "ws"))
		*url = SPAN_NULL;
}
