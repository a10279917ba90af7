/* LINK: codec/resp core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/resp.h"

enum {
	SAID = 8192,
};

/* What was read, one word an item: depth, type, value; a dot after a reply. */
struct said {
	char text[SAID];
	size_t len;
	enum err error;
};

static void
say(struct said *s, const struct resp_item *i)
{
	int n;

	if (i->null)
		n = snprintf(s->text + s->len, SAID - s->len, "%u%cnull",
		    i->depth, i->type);
	else if (i->text.at && i->type != ':' && i->type != '#')
		n = snprintf(s->text + s->len, SAID - s->len, "%u%c%.*s(%u)",
		    i->depth, i->type, (int)i->text.len, i->text.at,
		    (unsigned)i->length);
	else
		n = snprintf(s->text + s->len, SAID - s->len, "%u%c%lld",
		    i->depth, i->type, (long long)i->number);
	s->len += (size_t)n;
	n = snprintf(
	    s->text + s->len, SAID - s->len, "%s ", i->done ? " ." : "");
	s->len += (size_t)n;
	assert_true(s->len < SAID);
}

/* Piece after piece of `cut` bytes (the first of `first`), each in a block of
 * its size. */
static void
hear(struct said *s, const char *bytes, size_t len, size_t first, size_t cut)
{
	struct resp r;
	struct resp_item item;
	size_t at = 0;

	resp_init(&r);
	memset(s, 0, sizeof(*s));
	s->error = ERR_SHORT;
	while (at < len && s->error == ERR_SHORT) {
		size_t n = at == 0 && first > 0 ? first : cut;
		char *piece;
		size_t done = 0;

		n = n < len - at ? n : len - at;
		piece = malloc(n);
		memcpy(piece, bytes + at, n);
		while (done < n) {
			size_t used = 0;

			s->error =
			    resp_feed(&r, piece + done, n - done, &used, &item);
			assert_true(used <= n - done);
			done += used;
			if (s->error != ERR_OK)
				break;
			assert_true(used > 0);
			say(s, &item);
			s->error = ERR_SHORT;
		}
		free(piece);
		at += n;
	}
	if (s->error == ERR_SHORT && !resp_within(&r))
		s->error = ERR_OK;
}

static void
reads_as(const char *bytes, size_t len, enum err e, const char *words)
{
	struct said whole, cut;

	hear(&whole, bytes, len, 0, len);
	assert_string_equal(whole.text, words);
	assert_int_equal(whole.error, e);
	for (size_t i = 1; i < len; i++) {
		hear(&cut, bytes, len, i, len);
		assert_string_equal(cut.text, words);
		assert_int_equal(cut.error, e);
		hear(&cut, bytes, len, i, i);
		assert_string_equal(cut.text, words);
		assert_int_equal(cut.error, e);
	}
}

#define READS(literal, e, words)                                               \
	reads_as(literal, sizeof(literal) - 1, e, words)

static void
version_2(void **state)
{
	(void)state;
	READS("+OK\r\n", ERR_OK, "0+OK(2) . ");
	READS("+\r\n", ERR_OK, "0+(0) . ");
	READS(":1000\r\n:-7\r\n:+3\r\n", ERR_OK, "0:1000 . 0:-7 . 0:3 . ");
	READS("$6\r\nfoo\r\nb\r\n$0\r\n\r\n$-1\r\n", ERR_OK,
	    "0$foo\r\nb(6) . 0$(0) . 0$null . ");
	READS("*2\r\n$3\r\nfoo\r\n:5\r\n*0\r\n*-1\r\n", ERR_OK,
	    "0*2 1$foo(3) 1:5 . 0*0 . 0*null . ");
	READS("-ERR no\r\n", ERR_OK, "0-ERR no(6) . ");
}

static void
nested(void **state)
{
	(void)state;
	READS("*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n*1\r\n+x\r\n:9\r\n", ERR_OK,
	    "0*2 1*2 2:1 2*0 1*1 2*1 3+x(1) . 0:9 . ");
}

static void
version_3(void **state)
{
	(void)state;
	READS("%2\r\n$5\r\nproto\r\n:3\r\n$7\r\nmodules\r\n*0\r\n", ERR_OK,
	    "0%2 1$proto(5) 1:3 1$modules(7) 1*0 . ");
	READS("_\r\n#t\r\n#f\r\n,1.5\r\n(123456789012345678901\r\n", ERR_OK,
	    "0_null . 0#1 . 0#0 . 0,1.5(3) . 0(123456789012345678901(21) . ");
	READS("!5\r\nERR x\r\n=7\r\ntxt:abc\r\n~1\r\n:1\r\n", ERR_OK,
	    "0!ERR x(5) . 0=txt:abc(7) . 0~1 1:1 . ");
	READS(">2\r\n+message\r\n%0\r\n+OK\r\n", ERR_OK,
	    "0>2 1+message(7) 1%0 . 0+OK(2) . ");
}

/* An attribute is no reply, also not inside an array. */
static void
attributes(void **state)
{
	(void)state;
	READS("|1\r\n+ttl\r\n:3\r\n+OK\r\n", ERR_OK,
	    "0|1 1+ttl(3) 1:3 0+OK(2) . ");
	READS("*2\r\n:1\r\n|1\r\n+a\r\n+b\r\n:2\r\n:3\r\n", ERR_OK,
	    "0*2 1:1 1|1 2+a(1) 2+b(1) 1:2 . 0:3 . ");
	READS("|0\r\n+OK\r\n", ERR_OK, "0|0 0+OK(2) . ");
}

static void
long_texts(void **state)
{
	char *bytes = malloc(70000);
	struct said s;
	char want[512];
	size_t len;

	(void)state;
	len = (size_t)sprintf(bytes, "$66000\r\n");
	memset(bytes + len, 'a', 66000);
	memcpy(bytes + len + 66000, "\r\n:1\r\n", 6);
	sprintf(want, "0$%0255d(66000) . 0:1 . ", 0);
	memset(want + 2, 'a', RESP_TEXT_MAX);
	hear(&s, bytes, len + 66006, 0, 70000);
	assert_string_equal(s.text, want);
	hear(&s, bytes, len + 66006, 3, 77);
	assert_string_equal(s.text, want);
	/* A line is no different. */
	memset(bytes, 'b', 1000);
	bytes[0] = '-';
	memcpy(bytes + 1000, "\r\n", 2);
	hear(&s, bytes, 1002, 0, 9);
	assert_int_equal(s.error, ERR_OK);
	assert_true(strstr(s.text, "(999) . ") != NULL);
	free(bytes);
}

static void
not_resp(void **state)
{
	(void)state;
	READS("HTTP/1.1 400\r\n", ERR_PROTOCOL, "");
	READS("+a\nb\r\n", ERR_PROTOCOL, "");
	READS("+a\rb", ERR_PROTOCOL, "");
	READS("$3\r\nabcd\r\n", ERR_PROTOCOL, "");
	READS("$3\r\nabc\n", ERR_PROTOCOL, "");
	READS("$-2\r\n", ERR_PROTOCOL, "");
	READS("$x\r\n", ERR_PROTOCOL, "");
	READS("$\r\n", ERR_PROTOCOL, "");
	READS("$?\r\n", ERR_PROTOCOL, "");
	READS(":\r\n", ERR_PROTOCOL, "");
	READS(":1x\r\n", ERR_PROTOCOL, "");
	READS("%-1\r\n", ERR_PROTOCOL, "");
	READS("#x\r\n", ERR_PROTOCOL, "");
	READS("_x\r\n", ERR_PROTOCOL, "");
	READS("$99999999999\r\n", ERR_PROTOCOL, "");
	READS("*99999999999999999999999\r\n", ERR_PROTOCOL, "");
	reads_as("\0\r\n", 3, ERR_PROTOCOL, "");
}

static void
too_deep(void **state)
{
	(void)state;
	READS("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", ERR_OK,
	    "0*1 1*1 2*1 3*1 4*1 5*1 6*1 7*1 8:1 . ");
	READS("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
	    ERR_PROTOCOL, "0*1 1*1 2*1 3*1 4*1 5*1 6*1 7*1 ");
}

static void
words_of_errors(void **state)
{
	struct resp_item i = { .type = '-' };

	(void)state;
	i.text = SPAN("OOM command not allowed");
	assert_true(span_is(resp_word(&i), "OOM"));
	i.text = SPAN("EXECABORT");
	assert_true(span_is(resp_word(&i), "EXECABORT"));
	i.text = SPAN("");
	assert_int_equal(resp_word(&i).len, 0);
}

static void
writer(void **state)
{
	char text[128];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	resp_command(&o, 3);
	resp_text(&o, SPAN("SET"));
	resp_text(&o, (struct span){ "a\r\n\0b", 5 });
	resp_number(&o, -42);
	assert_false(o.full);
	assert_int_equal(o.len, 33);
	assert_memory_equal(
	    text, "*3\r\n$3\r\nSET\r\n$5\r\na\r\n\0b\r\n$3\r\n-42\r\n", 33);
	out_init(&o, text, 20);
	resp_text(&o, SPAN("does not fit in here"));
	assert_true(o.full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_2),
		cmocka_unit_test(nested),
		cmocka_unit_test(version_3),
		cmocka_unit_test(attributes),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(not_resp),
		cmocka_unit_test(too_deep),
		cmocka_unit_test(words_of_errors),
		cmocka_unit_test(writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
