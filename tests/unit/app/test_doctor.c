/* LINK: app/doctor_judge codec/http1 core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/doctor.h"

#define TIME_REPLY                                                             \
	"HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n"                        \
	"{\"serverTime\":1795428434567}"

/* What an answer means as it comes byte by byte: AGAIN until it is enough. */
static struct probe_answer
judged(enum probe_kind k, const char *text)
{
	struct probe_answer a;
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (doctor_judge(k, (struct span){ text, i }, false, &a) ==
		    ERR_OK)
			return a;
	}
	assert_int_equal(
	    doctor_judge(k, (struct span){ text, len }, true, &a), ERR_OK);
	return a;
}

static void
answers(void **state)
{
	static const struct {
		enum probe_kind kind;
		const char *text;
		enum doctor_verdict verdict;
		int status;
		const char *says;
	} rows[] = {
		{ PROBE_WS, "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		    DOCTOR_OK, 101, "answers" },
		{ PROBE_WS, "HTTP/1.1 404 Not Found\r\n\r\n", DOCTOR_FAIL, 404,
		    "does not open a WebSocket" },
		{ PROBE_WS, "HTTP/1.1 451 No\r\n\r\n", DOCTOR_FAIL, 451,
		    "refuses this place" },
		{ PROBE_REST, "HTTP/1.1 403 No\r\n\r\n", DOCTOR_FAIL, 403,
		    "refuses this place" },
		{ PROBE_REST, "HTTP/1.1 429 Slow\r\n\r\n", DOCTOR_WARN, 429,
		    "limits this address" },
		{ PROBE_REST, "HTTP/1.1 503 Busy\r\n\r\n", DOCTOR_WARN, 503,
		    "trouble of its own" },
		{ PROBE_REST, TIME_REPLY, DOCTOR_OK, 200, "answers" },
		{ PROBE_REST, "SSH-2.0-OpenSSH_9.2\r\n\r\n", DOCTOR_FAIL, 0,
		    "does not speak HTTP" },
		{ PROBE_REST, "HTTP/1.1 2", DOCTOR_FAIL, 0,
		    "does not speak HTTP" },
		{ PROBE_CLICKHOUSE, "HTTP/1.1 200 OK\r\n\r\nOk.\n", DOCTOR_OK,
		    200, "answers" },
		{ PROBE_CLICKHOUSE, "HTTP/1.1 404 No\r\n\r\n", DOCTOR_FAIL, 404,
		    "not answered as ClickHouse" },
		{ PROBE_REDIS, "+PONG\r\n", DOCTOR_OK, 0, "answers" },
		{ PROBE_REDIS, "-NOAUTH Authentication required.\r\n",
		    DOCTOR_OK, 0, "answers" },
		{ PROBE_REDIS, "HTTP/1.1 400 Bad\r\n", DOCTOR_FAIL, 0,
		    "not Redis" },
		{ PROBE_NATS, "INFO {\"server_id\":\"x\"}\r\n", DOCTOR_OK, 0,
		    "answers" },
		{ PROBE_NATS, "+PONG\r\n", DOCTOR_FAIL, 0, "not NATS" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe_answer a = judged(rows[i].kind, rows[i].text);

		assert_int_equal(a.verdict, rows[i].verdict);
		assert_int_equal(a.status, rows[i].status);
		assert_non_null(strstr(a.text, rows[i].says));
		assert_true((a.verdict == DOCTOR_OK) == (a.remedy == NULL));
	}
}

static void
clocks(void **state)
{
	static const struct {
		const char *body;
		int64_t ms;
	} rows[] = {
		{ "{\"serverTime\":1795428434567}", 1795428434567 },
		{ "{\"serverTime\":1795428434567890}", 1795428434567 },
		{ "{\"code\":\"0\",\"data\":[{\"ts\":\"1795428434567\"}]}",
		    1795428434567 },
		{ "{\"jsonrpc\":\"2.0\",\"result\":1795428434567,"
		  "\"usIn\":1795428434567012}",
		    1795428434567 },
		/* It may go on. */
		{ "{\"serverTime\":1795428434567", 0 },
		{ "{\"a\":123456789012345678901234567890}", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		struct out o;
		struct probe_answer a;

		out_init(&o, text, sizeof(text));
		OUT_LITERAL(&o, "HTTP/1.1 200 OK\r\n\r\n");
		out_text(&o, rows[i].body);
		assert_int_equal(
		    doctor_judge(PROBE_REST, out_done(&o), false, &a),
		    rows[i].ms != 0 ? ERR_OK : ERR_AGAIN);
		assert_int_equal(a.server_ms, rows[i].ms);
	}
}

static void
variables(void **state)
{
	static const char *const rows[][3] = {
		{ "MPEDGE_NATS_URL", "nats://h:4222",
		    "MPEDGE_NATS_URL=nats://h:4222" },
		{ "MPEDGE_NATS_URL", "nats://joe:hunter2@h",
		    "MPEDGE_NATS_URL=***" },
		{ "NATS_URL", "joe@h", "NATS_URL=***" },
		{ "MPEDGE_REDIS_PASSWORD", "hunter2",
		    "MPEDGE_REDIS_PASSWORD=***" },
		{ "MPEDGE_REDIS_PASSWORD", "", "MPEDGE_REDIS_PASSWORD=" },
		{ "MPEDGE_NATS_TOKEN", "hunter2", "MPEDGE_NATS_TOKEN=***" },
		{ "MPEDGE_NATS_PASSWORD_FILE", "/run/p",
		    "MPEDGE_NATS_PASSWORD_FILE=/run/p" },
		{ "MPEDGE_NATS_TOKEN_FILE", "/run/t",
		    "MPEDGE_NATS_TOKEN_FILE=/run/t" },
		{ "CLICKHOUSE_URL", "http://h/?user=a&x=y",
		    "CLICKHOUSE_URL=***" },
		{ "A", "my_Password=x", "A=***" },
		{ "TZ", "UTC", "TZ=UTC" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		struct out o;

		out_init(&o, text, sizeof(text));
		doctor_variable(span_of(rows[i][0]), span_of(rows[i][1]), &o);
		assert_string_equal(out_cstr(&o), rows[i][2]);
	}
}

static void
nats_addresses(void **state)
{
	static const struct {
		const char *word;
		const char *host;
		uint16_t port;
	} rows[] = {
		{ "nats://h:4333", "h", 4333 },
		{ "nats://h", "h", 4222 },
		{ "tls://joe:a:b@h.example:1/", "h.example", 1 },
		{ "nats://[::1]:4222", "::1", 4222 },
		{ "nats://joe@[fe80::1]", "fe80::1", 4222 },
		{ "nats://", NULL, 0 },
		{ "h:4222", NULL, 0 },
		{ "nats://h:0", NULL, 0 },
		{ "nats://h:70000", NULL, 0 },
		{ "nats://h:", NULL, 0 },
		{ "nats://:4222", NULL, 0 },
		{ "nats://joe@", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span host;
		uint16_t port;
		bool good =
		    doctor_nats_host(span_of(rows[i].word), &host, &port);

		assert_int_equal(good, rows[i].host != NULL);
		if (!good)
			continue;
		assert_true(span_is(host, rows[i].host));
		assert_int_equal(port, rows[i].port);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(clocks),
		cmocka_unit_test(variables),
		cmocka_unit_test(nats_addresses),
	};

	return cmocka_run_group_tests_name("app/doctor", tests, NULL, NULL);
}
