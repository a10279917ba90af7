/* LINK: codec/yaml% codec/utf8 core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/yaml.h"

enum {
	TEXT = 8192,
};

static char said[TEXT];
static struct out words;
static struct yaml yaml;

static enum err
on_scalar(void *owner, struct span path, struct span value, unsigned line)
{
	struct out *o = owner;

	out_span(o, path);
	out_char(o, '=');
	if (value.at == NULL)
		OUT_LITERAL(o, "null");
	else
		out_json(o, value);
	out_char(o, '@');
	out_u64(o, line);
	out_char(o, ' ');
	return ERR_OK;
}

/* In memory of its own size, so that nobody reads behind it. */
static enum err
read_text(const char *text)
{
	size_t len = strlen(text);
	char *copy = malloc(len + (len == 0));
	enum err e;

	assert_non_null(copy);
	memcpy(copy, text, len);
	out_init(&words, said, sizeof(said));
	yaml_init(&yaml, on_scalar, &words);
	e = yaml_read(&yaml, (struct span){ copy, len });
	out_cstr(&words);
	free(copy);
	return e;
}

/* clang-format off */
static const struct {
	const char *text;
	const char *said;
} good[] = {
	{ "", "" },
	{ "# nothing\n\n   # at all\n", "" },
	{ "a: 1", "a=\"1\"@1 " },
	{ "---\na: 1\n...\n# end\n", "a=\"1\"@2 " },
	{ "\xef\xbb\xbf" "a: 1\r\nb: 2\r\n", "a=\"1\"@1 b=\"2\"@2 " },
	{ "a:\n  b:\n    c: x y\n  d: 2\ne: 3\n",
	  "a.b.c=\"x y\"@3 a.d=\"2\"@4 e=\"3\"@5 " },
	{ "a: wss://h:9443/ws # note\nb: x#y\nc: 10:30\n",
	  "a=\"wss://h:9443/ws\"@1 b=\"x#y\"@2 c=\"10:30\"@3 " },
	{ "a: 'it''s # \\n'\nb: \"q\\\"\\\\\\n\" # c\n\"c d\": ''\n",
	  "a=\"it's # \\\\n\"@1 b=\"q\\\"\\\\\\n\"@2 c d=\"\"@3 " },
	{ "a: ~\nb:\nc: null\nd: {}\ne: []\n",
	  "a=null@1 b=null@3 c=null@3 d=null@4 e=null@5 " },
	{ "a:\n  - x\n  - 'y'\nb: 1\n", "a[]=\"x\"@2 a[]=\"y\"@3 b=\"1\"@4 " },
	{ "a:\n- x\n- y\nb: 1\n", "a[]=\"x\"@2 a[]=\"y\"@3 b=\"1\"@4 " },
	{ "a: [x, 'y, z', \"]\" , ] # c\n",
	  "a[]=\"x\"@1 a[]=\"y, z\"@1 a[]=\"]\"@1 " },
	{ "a:\n  - n: 1\n    m:\n      k: 2\n  - n: 3\nb: 4\n",
	  "a[].n=\"1\"@2 a[].m.k=\"2\"@4 a[].n=\"3\"@5 b=\"4\"@6 " },
	{ "- a\n- b: 1\n  c: 2\n", "[]=\"a\"@1 [].b=\"1\"@2 [].c=\"2\"@3 " },
	{ "a:\n  -\n    b: 1\n", "a[].b=\"1\"@3 " },
	{ "a:\n\n  # c\n  b: 1\n", "a.b=\"1\"@4 " },
	{ "a:   # c\n    b: ${X:-y}\n", "a.b=\"${X:-y}\"@2 " },
};

static const struct {
	const char *text;
	enum err e;
	unsigned line;
} bad[] = {
	{ "a: &x 1\n", ERR_UNSUPPORTED, 1 },
	{ "a: 1\nb: *x\n", ERR_UNSUPPORTED, 2 },
	{ "a: !!str 1\n", ERR_UNSUPPORTED, 1 },
	{ "a: |\n  text\n", ERR_UNSUPPORTED, 1 },
	{ "a: >-\n  text\n", ERR_UNSUPPORTED, 1 },
	{ "a: {b: 1}\n", ERR_UNSUPPORTED, 1 },
	{ "a: [b,\n  c]\n", ERR_UNSUPPORTED, 1 },
	{ "a: [[b]]\n", ERR_UNSUPPORTED, 1 },
	{ "- - a\n", ERR_UNSUPPORTED, 1 },
	{ "<<: x\n", ERR_UNSUPPORTED, 1 },
	{ "? a\n", ERR_UNSUPPORTED, 1 },
	{ "a: 1\n---\nb: 2\n", ERR_UNSUPPORTED, 2 },
	{ "a: 1\n...\nb: 2\n", ERR_UNSUPPORTED, 3 },
	{ "%YAML 1.2\n", ERR_UNSUPPORTED, 1 },
	{ "a: \"\\u0041\"\n", ERR_UNSUPPORTED, 1 },
	{ "a\n", ERR_SYNTAX, 1 },
	{ "a: 1\n b: 2\n", ERR_SYNTAX, 2 },
	{ "a:\n    b: 1\n  c: 2\n", ERR_SYNTAX, 3 },
	{ "a:\n  b: 1\n  - c\n", ERR_SYNTAX, 3 },
	{ "a:\n\tb: 1\n", ERR_SYNTAX, 2 },
	{ "a: b: c\n", ERR_SYNTAX, 1 },
	{ "a: 'b\n", ERR_SYNTAX, 1 },
	{ "a: 'b' c\n", ERR_SYNTAX, 1 },
	{ "a: [b] c\n", ERR_SYNTAX, 1 },
	{ "a: @b\n", ERR_SYNTAX, 1 },
	{ "a: \x01\n", ERR_SYNTAX, 1 },
	{ "a:\n b:\n  c:\n   d:\n    e:\n     f:\n      g:\n       h:\n"
	  "        i:\n         j:\n          k:\n           l:\n"
	  "            m:\n             n:\n              o:\n"
	  "               p:\n                q:\n                 r: 1\n",
	  ERR_FULL, 17 },
};
/* clang-format on */

static void
what_settings_are_written_in_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(read_text(good[i].text), ERR_OK);
		assert_string_equal(said, good[i].said);
	}
}

static void
what_is_not_read_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		enum err e = read_text(bad[i].text);

		if (e != bad[i].e || yaml.line != bad[i].line)
			print_error(
			    "%s: %d at %u\n", bad[i].text, (int)e, yaml.line);
		assert_int_equal(e, bad[i].e);
		assert_int_equal(yaml.line, bad[i].line);
		assert_non_null(yaml.why);
	}
}

static void
lengths_have_limits(void **state)
{
	char text[2 * YAML_SCALAR_MAX];

	(void)state;
	snprintf(text, sizeof(text), "a: %0*d\n", YAML_SCALAR_MAX - 1, 7);
	assert_int_equal(read_text(text), ERR_OK);
	snprintf(text, sizeof(text), "a: %0*d\n", YAML_SCALAR_MAX, 7);
	assert_int_equal(read_text(text), ERR_FULL);
	snprintf(text, sizeof(text), "a: '%0*d'\n", YAML_SCALAR_MAX + 1, 7);
	assert_int_equal(read_text(text), ERR_FULL);
	snprintf(text, sizeof(text), "%0*d: 1\n", YAML_PATH_MAX, 7);
	assert_int_equal(read_text(text), ERR_OK);
	snprintf(text, sizeof(text), "%0*d: 1\n", YAML_PATH_MAX + 1, 7);
	assert_int_equal(read_text(text), ERR_FULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_settings_are_written_in_is_read),
		cmocka_unit_test(what_is_not_read_is_named),
		cmocka_unit_test(lengths_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
