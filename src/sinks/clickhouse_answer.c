#include "sinks/clickhouse_answer.h"

enum {
	/* Of the server's words. */
	WORDS_MAX = 120,
};

/* clang-format off */
static const struct {
	int16_t number;
	uint8_t class;
	const char *name;
	const char *doc;
} codes[] = {
#define CODE(number, class, name, doc) { number, CLICK_##class, name, doc },
#include "tables/clickhouse.def"
#undef CODE
};
/* clang-format on */

enum {
	CODES = sizeof(codes) / sizeof(codes[0]),
};

/* Its place in codes, or CODES. */
static size_t
find(int64_t number)
{
	size_t i = 0;

	while (i < CODES && codes[i].number != number)
		i++;
	return i;
}

/* The number behind "Code: ", or 0. */
static int64_t
code_of(struct span body)
{
	static const char start[] = "Code: ";
	int64_t code = 0;

	if (!span_starts(body, start))
		return 0;
	for (size_t i = sizeof(start) - 1; i < body.len; i++) {
		if (body.at[i] < '0' || body.at[i] > '9' || code > 100000)
			break;
		code = code * 10 + (body.at[i] - '0');
	}
	return code;
}

static enum click_class
class_of_status(int status)
{
	if (status == 401 || status == 403)
		return CLICK_AUTH;
	if (status == 415)
		return CLICK_ASK;
	if (status == 413)
		return CLICK_SPLIT;
	return CLICK_RETRY;
}

static enum click_class
class_of_code(int64_t code, int status)
{
	size_t i = find(code);

	if (i < CODES)
		return (enum click_class)codes[i].class;
	return status >= 400 && status < 500 ? CLICK_PARK : CLICK_RETRY;
}

struct click_verdict
click_judge(const struct click_answer *a, bool quiet)
{
	struct click_verdict v = { .class = CLICK_RETRY, .error = a->error };

	if (a->error != ERR_OK)
		return v;
	v.code = a->code > 0 ? a->code : code_of(a->body);
	if (a->status == 200 && v.code == 0 && (!quiet || a->body.len == 0)) {
		v.class = CLICK_OK;
		return v;
	}
	v.error = ERR_HTTP;
	if (v.code > 0)
		v.class = class_of_code(v.code, a->status);
	else
		v.class = class_of_status(a->status);
	if (v.class == CLICK_AUTH)
		v.error = ERR_AUTH;
	return v;
}

void
click_words(
    const struct click_verdict *v, const struct click_answer *a, struct out *o)
{
	size_t i = find(v->code);
	size_t len = a->body.len < WORDS_MAX ? a->body.len : WORDS_MAX;

	if (v->code > 0) {
		OUT_LITERAL(o, "code ");
		out_i64(o, v->code);
		out_char(o, ' ');
	} else {
		OUT_LITERAL(o, "HTTP status ");
		out_i64(o, a->status);
	}
	if (v->code > 0 && i < CODES) {
		out_text(o, codes[i].name);
		OUT_LITERAL(o, " (");
		out_text(o, codes[i].doc);
		out_char(o, ')');
	}
	if (len > 0)
		OUT_LITERAL(o, ": ");
	for (size_t k = 0; k < len; k++) {
		char c = a->body.at[k];

		out_char(o, c >= ' ' && c < 0x7f ? c : ' ');
	}
}
