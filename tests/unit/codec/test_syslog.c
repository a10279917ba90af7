/* LINK: codec/syslog codec/url core/time core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/syslog.h"

static char text[2048];
static struct out o;

static const char *
written(const struct syslog_head *h, const char *line)
{
	out_init(&o, text, sizeof(text));
	syslog_write(h, span_of(line), &o);
	return out_cstr(&o);
}

static void
a_message(void **state)
{
	struct syslog_head h = { .facility = 3,
		.severity = 4,
		.at = { 1795428434567000000 },
		.host = SPAN("edge-1"),
		.program = SPAN("mpedge"),
		.process = 417,
		.id = SPAN("connect_failed") };

	(void)state;
	assert_string_equal(written(&h, "level=warn a=\"b c\""),
	    "<28>1 2026-11-23T10:07:14.567000Z edge-1 mpedge 417 "
	    "connect_failed - level=warn a=\"b c\"");
	h.facility = 23;
	h.severity = 7;
	h.host = SPAN_NULL;
	h.id = SPAN("a b\nc\x7f\xff");
	assert_string_equal(written(&h, "x"),
	    "<191>1 2026-11-23T10:07:14.567000Z - mpedge 417 a_b_c__ - x");
}

static void
fields_have_a_length(void **state)
{
	char many[300];
	struct syslog_head h = { .at = { 1795428434567000000 } };

	(void)state;
	memset(many, 'x', sizeof(many));
	h.host = h.program = h.id = (struct span){ many, sizeof(many) };
	h.process = UINT32_MAX;
	written(&h, "end");
	assert_true(o.len < SYSLOG_HEAD_MAX + 60);
	/* 63, 48 and 32. */
	assert_string_equal(text + o.len - 50,
	    "xxxxx 4294967295 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx - end" + 5);
}

static void
targets(void **state)
{
	static const struct {
		const char *text;
		const char *host;
		uint16_t port;
		const char *path;
	} good[] = {
		{ "udp://10.0.0.1:5514", "10.0.0.1", 5514, "" },
		{ "udp://logs.example", "logs.example", 514, "" },
		{ "udp://[::1]:514", "::1", 514, "" },
		{ "udp://[fe80::1]", "fe80::1", 514, "" },
		{ "/dev/log", "", 0, "/dev/log" },
	};
	struct syslog_target t;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(
		    syslog_target_parse(span_of(good[i].text), &t), ERR_OK);
		assert_string_equal(t.host, good[i].host);
		assert_int_equal(t.port, good[i].port);
		assert_string_equal(t.path, good[i].path);
	}
}

static void
wrong_targets(void **state)
{
	static const char *const bad[] = { "", "udp://", "tcp://a:1", "dev/log",
		"udp://:514", "udp://a:", "udp://a:0", "udp://a:65536",
		"udp://a:b", "udp://[::1", "udp://[]:5", "udp://[::1]514",
		"udp://a b", "udp://user@a",
		"/a23456789012345678901234567890123456789012345678901234567890"
		"12345678901234567890123456789012345678901234567" };
	struct syslog_target t;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    syslog_target_parse(span_of(bad[i]), &t), ERR_SYNTAX);
	assert_int_equal(
	    syslog_target_parse((struct span){ "/a\0b", 4 }, &t), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message),
		cmocka_unit_test(fields_have_a_length),
		cmocka_unit_test(targets),
		cmocka_unit_test(wrong_targets),
	};

	return cmocka_run_group_tests_name("codec/syslog", tests, NULL, NULL);
}
