/* LINK: status/fill status/fill_marks status/look status/show */
/* LINK: core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "status/fill.h"
#include "status/look.h"
#include "status/show.h"

static char page[16384];

static const char *
filled_within(const char *template, const char *json, size_t most)
{
	struct out o;

	out_init(&o, page, sizeof(page));
	fill(span_of(template), span_of(json), most, &o);
	return out_cstr(&o);
}

static const char *
filled(const char *template, const char *json)
{
	return filled_within(template, json, sizeof(page));
}

/* --- values ----------------------------------------------------------------
 */

static const char *
shown(const char *key, const char *json)
{
	struct out o;

	out_init(&o, page, sizeof(page));
	show_value(span_of(key), span_of(json), &o);
	return out_cstr(&o);
}

static void
values_are_shown_for_people(void **state)
{
	/* clang-format off */
	static const char *const rows[][3] = {
		{ "a", "1234", "1234" },
		{ "a", "12345", "12\xe2\x80\xaf" "345" },
		{ "last_id", "12345", "12345" },
		{ "a_bytes", "1023", "1023 B" },
		{ "a_bytes", "1536", "1.5 KiB" },
		{ "a_bytes", "1887659", "1.8 MiB" },
		{ "bytes", "5368709120", "5.0 GiB" },
		{ "a_ms", "999", "999 ms" },
		{ "a_ms", "1500", "1.5 s" },
		{ "a_ms", "600000", "10 min" },
		{ "a_ms", "9000000", "2.5 h" },
		{ "a_ms", "259200000", "3.0 d" },
		{ "a_ms", "-1", "\xe2\x80\x93" },
		{ "a_s", "60", "60 s" },
		{ "a_s", "3600", "60 min" },
		{ "a_us", "500", "500 \xc2\xb5s" },
		{ "a_us", "2000", "2 ms" },
		{ "a_us", "5000000", "5.0 s" },
		{ "a_us", "null", "&gt; 10 s" },
		{ "a_permille", "27", "2.7 %" },
		{ "a", "\"\"", "\xe2\x80\x93" },
		{ "a", "null", "\xe2\x80\x93" },
		{ "a", "[]", "\xe2\x80\x93" },
		{ "a", "", "\xe2\x80\x93" },
		{ "a", "-5", "-5" },
		{ "a", "0.5", "0.5" },
		{ "a", "true", "yes" },
		{ "a", "\"true\"", "true" },
		{ "a", "\"12345\"", "12345" },
		{ "a", "\"2026-11-23T10:07:14.567000Z\"", "11-23 10:07:14" },
		{ "a", "[\"0.50000000\",\"100\"]", "0.5 \xc3\x97 100" },
		{ "a", "\"x\\\"y\\\\z\\n<\"", "x&quot;y\\z &lt;" },
		{ "a", "\"\\u001b[1m\"", " [1m" },
		{ "a", "\"\\u00", " " },
		{ "a", "\"<script>alert('1')&\"",
		  "&lt;script&gt;alert(&#39;1&#39;)&amp;" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(shown(rows[i][0], rows[i][1]), rows[i][2]);
}

static void
names_lose_their_unit(void **state)
{
	static const char *const rows[][2] = { { "last_update_id",
						   "last update id" },
		{ "size_bytes", "size" }, { "took_ms", "took" },
		{ "bytes", "" }, { "a_<b>", "a &lt;b&gt;" } };
	struct out o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, page, sizeof(page));
		show_name(span_of(rows[i][0]), &o);
		assert_string_equal(out_cstr(&o), rows[i][1]);
	}
}

/* --- the template ----------------------------------------------------------
 */

static const char json[] =
    "{\"state\":\"up\",\"size_bytes\":2048,\"deep\":{\"er\":{\"n\":7},"
    "\"list\":[1,2]},\"line\":[0,2.5,10],\"none\":[],\"rows\":["
    "{\"name\":\"a\",\"state\":\"up\"},{\"name\":\"b<\",\"state\":\"odd\"},"
    "{\"name\":\"c\",\"state\":\"down\"}],\"text\":\"]}\\\",{\"}";

static void
attributes_say_what_goes_where(void **state)
{
	/* clang-format off */
	static const char *const rows[][2] = {
		{ "<b>as it is", "<b>as it is" },
		{ "<b data-v=\"state\"></b>", "<b data-v=\"state\">up</b>" },
		{ "<b data-v=\"size_bytes\"></b>",
		  "<b data-v=\"size_bytes\" title=\"2048\">2.0 KiB</b>" },
		{ "<b data-v=\"deep.er.n\"></b>",
		  "<b data-v=\"deep.er.n\">7</b>" },
		{ "<b data-v=\"state deep.er.n\"></b>",
		  "<b data-v=\"state deep.er.n\">up \xe2\x80\x93 7</b>" },
		{ "<b data-v=\"text\"></b>",
		  "<b data-v=\"text\">]}&quot;,{</b>" },
		{ "<b data-v=\"deep.er.m.n\"></b>",
		  "<b data-v=\"deep.er.m.n\">\xe2\x80\x93</b>" },
		{ "<b data-good=\"ok up\" data-c=\"state\">",
		  "<b data-good=\"ok up\" data-c=\"state\" class=good>" },
		{ "<b data-bad=\"up\" data-c=\"state\">",
		  "<b data-bad=\"up\" data-c=\"state\" class=bad>" },
		{ "<b data-c=\"state\">",
		  "<b data-c=\"state\" class=warn>" },
		{ "<i data-b=\"deep.er.n size_bytes\">",
		  "<i data-b=\"deep.er.n size_bytes\" value=0.003>" },
		{ "<i data-b=\"size_bytes deep.er.n\">",
		  "<i data-b=\"size_bytes deep.er.n\" value=1.000>" },
		{ "<i data-b=\"size_bytes none\">",
		  "<i data-b=\"size_bytes none\" value=0.000>" },
		{ "<i data-s=\"line\">",
		  "<i data-s=\"line\" points=\"57,20 58,15 59,0\">" },
		{ "<i data-has=\"none\">", "<i data-has=\"none\" hidden>" },
		{ "<i data-has=\"other\">", "<i data-has=\"other\" hidden>" },
		{ "<i data-has=\"rows\">", "<i data-has=\"rows\">" },
		{ "<i data-other=\"rows\">", "<i data-other=\"rows\">" },
		{ "<i data-v=\"state\"", "<i data-v=\"state\"up" },
		{ "<i data-v=\"state", "<i data-v=\"state\xe2\x80\x93" },
		{ "<i data-", "<i data-" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(filled(rows[i][0], json), rows[i][1]);
}

#define ROWS "<u data-good=\"up\" data-bad=\"down\"> <t data-each=\"rows\">"

static void
rows_with_trouble_come_first(void **state)
{
	static const char template[] =
	    ROWS "<template><b data-c=\"state\" data-v=\"name\"></b>"
		 "<i data-v=\"/deep.er.n\"></i></template></t>";
	const char *text = filled(template, json);

	(void)state;
	assert_string_equal(strstr(text, "</template>"),
	    "</template><b class=warn>b&lt;</b><i>7</i>"
	    "<b class=bad>c</b><i>7</i>"
	    "<b class=good>a</b><i>7</i></t>");
	/* The script needs it as it is. */
	assert_non_null(
	    strstr(text, "<template><b data-c=\"state\" data-v=\"name\">"));
}

static void
members_are_rows_too(void **state)
{
	static const char template[] =
	    "<t data-each=\"deep\"><template><b data-k=\"\"></b>"
	    "<i data-v=\".\"></i></template></t>";

	(void)state;
	assert_string_equal(
	    strstr(filled(template, "{\"deep\":{\"a_b\":1,\"c\":[1],\"d\":{}"
				    ",\"e_bytes\":2}}"),
		"</template>"),
	    "</template><b>a b</b><i>1</i>"
	    "<b>e</b><i title=\"2\">2 B</i></t>");
}

#define MORE "<p data-more=\"\"><b></b> more</p>"

static void
what_is_left_out_is_counted(void **state)
{
	static const char template[] =
	    "<t data-good=\"up\" data-max=\"2\" data-each=\"rows\"><template>"
	    "<b data-v=\"name\"></b></template></t>" MORE
	    "<t data-each=\"line\"><template><b data-v=\".\"></b></template>"
	    "</t>" MORE;
	const char *text = filled(template, json);

	(void)state;
	assert_non_null(strstr(text, "</template><b>b&lt;</b><b>c</b></t>"
				     "<p data-more=\"\"><b>1</b> more"));
	assert_non_null(
	    strstr(text, "</template><b>0</b><b>2.5</b><b>10</b></t>"
			 "<p data-more=\"\" hidden><b>0</b> more"));
	/* No room for rows: still what is around them. */
	text = filled_within(template, json, 100);
	assert_non_null(strstr(text, "</template></t>"));
	assert_non_null(strstr(text, "<b>3</b> more"));
}

/* Ours is well formed; should it not be, nothing is read beyond its end. */
static void
broken_json_does_no_harm(void **state)
{
	static const char template[] =
	    "<b data-v=\"a\"></b><b data-v=\"c.d\"></b><i data-s=\"e\">"
	    "<t data-each=\"e\"><template><b data-v=\".\"></b></template></t>"
	    "<t data-each=\"c\"><template><b data-v=\".\"></b></template></t>";
	static const char broken[] =
	    "{\"a\":\"x\\\"\",\"b\":[\"1.0\",2],\"c\":{\"d\":1},\"e\":[[1],{},"
	    "{\"state\":1}]}]";
	struct out o;

	(void)state;
	for (size_t from = 0; from < sizeof(broken); from++) {
		for (size_t len = 0; len < sizeof(broken) - from; len++) {
			char *copy = malloc(len + 1);

			assert_non_null(copy);
			memcpy(copy + 1, broken + from, len);
			out_init(&o, page, sizeof(page));
			fill(span_of(template), (struct span){ copy + 1, len },
			    sizeof(page), &o);
			assert_false(o.full);
			free(copy);
		}
	}
}

static void
a_page_without_room_is_cut(void **state)
{
	static const char template[] =
	    ROWS "<template><b data-c=\"state\" data-v=\"name\"></b>"
		 "</template></t>" MORE "<b data-v=\"state\"></b>";
	struct out o;

	(void)state;
	for (size_t room = 0; room < 400; room++) {
		char *memory = malloc(room + 1);

		assert_non_null(memory);
		out_init(&o, memory, room);
		fill(span_of(template), span_of(json), 1000, &o);
		assert_true(o.len <= room);
		free(memory);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_shown_for_people),
		cmocka_unit_test(names_lose_their_unit),
		cmocka_unit_test(attributes_say_what_goes_where),
		cmocka_unit_test(rows_with_trouble_come_first),
		cmocka_unit_test(members_are_rows_too),
		cmocka_unit_test(what_is_left_out_is_counted),
		cmocka_unit_test(broken_json_does_no_harm),
		cmocka_unit_test(a_page_without_room_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
