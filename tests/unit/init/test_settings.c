/* LINK: init/settings core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/settings.h"

static struct settings
of(const char *ini)
{
	struct settings s;

	settings_init(&s);
	settings_read(&s, span_of(ini));
	return s;
}

static void
by_default_dhcp(void **state)
{
	struct settings s = of("");

	(void)state;
	assert_true(s.dhcp);
	assert_int_equal(s.gate_s, 300);
	assert_true(strlen(s.ntp) > 0);
	assert_string_equal(s.dns, "");
	assert_false(s.has_name || s.has_journal || s.has_state);
	assert_int_equal(s.wrong_line, 0);
}

static void
a_static_address(void **state)
{
	const unsigned char ip[] = { 192, 0, 2, 7 }, gw[] = { 192, 0, 2, 1 };
	struct settings s = of("\xef\xbb\xbf; mine\r\n[network]\r\n"
			       "address = 192.0.2.7/24 ; the rack\r\n"
			       "gateway=192.0.2.1\r\n"
			       "dns = 192.0.2.53, 198.51.100.1\r\n"
			       "ntp = ntp.example.org:1123 192.0.2.9\r\n"
			       "hostname = edge-1\r\n");

	(void)state;
	assert_int_equal(s.wrong_line, 0);
	assert_false(s.dhcp);
	assert_memory_equal(&s.address, ip, 4);
	assert_int_equal(s.prefix, 24);
	assert_memory_equal(&s.gateway, gw, 4);
	assert_string_equal(s.dns, "192.0.2.53, 198.51.100.1");
	assert_string_equal(s.ntp, "ntp.example.org:1123 192.0.2.9");
	assert_string_equal(s.hostname, "edge-1");
}

/* The rest of the file may be anything. */
static void
other_sections_may_be_wrong(void **state)
{
	struct settings s = of("[[binance\n=\n\x01\x02\nsymbols = ,,\n"
			       "[network\naddress = 1.1.1.1/8\n"
			       "[network]\naddress = 10.0.0.2/8\nnonsense\n"
			       "[box]\nname = edge\n[journal]\npath =\n");

	(void)state;
	assert_int_equal(s.wrong_line, 0);
	assert_false(s.dhcp);
	assert_int_equal(s.prefix, 8);
	assert_true(s.has_name);
	assert_true(s.has_journal);
	assert_false(s.has_listen);
}

static void
says_the_first_line_that_is_wrong(void **state)
{
	static const char *const wrong[] = { "address = 10.0.0.2",
		"address = 10.0.0.256/8", "address = 10.0.2/8",
		"address = 10.0.0.2/33", "address = 10.0.0.2/0",
		"address = 10.0.0.2.3/8", "address = 0.0.0.0/8",
		"address = 10.0.0.2./8", "address = static", "gateway = router",
		"dns = 192.0.2.1 resolver", "hostname = a_b", "gate_s = soon",
		"gate_s = 1" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[128] = "[network]\n\n";
		struct settings s;

		strcat(text, wrong[i]);
		s = of(text);
		assert_int_equal(s.wrong_line, 3);
		assert_non_null(s.wrong);
		assert_true(s.dhcp);
		assert_int_equal(s.gateway, 0);
	}
}

/* A value that is too long counts as absent. */
static void
long_values(void **state)
{
	char text[1000] = "[network]\nntp = ";
	struct settings s, usual;

	(void)state;
	memset(text + strlen(text), 'x', 800);
	s = of(text);
	usual = of("");
	assert_int_equal(s.wrong_line, 2);
	assert_string_equal(s.ntp, usual.ntp);
}

static void
finds_in_a_conf(void **state)
{
	struct span text =
	    SPAN("# board = no\nboard = x86_64\n\nmodules=a b\nboard = y");

	(void)state;
	assert_true(span_is(conf_find(text, "board"), "x86_64"));
	assert_true(span_is(conf_find(text, "modules"), "a b"));
	assert_null(conf_find(text, "gate_s").at);
	assert_null(conf_find(SPAN_NULL, "board").at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_default_dhcp),
		cmocka_unit_test(a_static_address),
		cmocka_unit_test(other_sections_may_be_wrong),
		cmocka_unit_test(says_the_first_line_that_is_wrong),
		cmocka_unit_test(long_values),
		cmocka_unit_test(finds_in_a_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
