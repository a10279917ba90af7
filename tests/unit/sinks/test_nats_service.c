/* LINK: sinks/nats_service core/time core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sinks/nats_service.h"

static const unsigned char bytes[SERVICE_ID_BYTES] = { 1, 2, 0xab };
static struct nats_service service;
static char text[4096];
static struct out o;

static void
metadata(void *owner, struct out *to)
{
	(void)owner;
	out_member_text(to, "slot", SPAN("A"));
}

static void
status(void *owner, struct out *to)
{
	(void)owner;
	OUT_LITERAL(to, "{\"status\":\"healthy\"}");
}

static const struct sink_about about = {
	.version = "0.1.0", .metadata = metadata, .status = status
};

static void
begin(const char *box)
{
	nats_service_init(&service, &about, box, bytes);
	out_init(&o, text, sizeof(text));
}

/* NULL when there is none. */
static const char *
asked(const char *subject)
{
	out_init(&o, text, sizeof(text));
	return nats_service_answer(&service, span_of(subject),
		   (struct mono){ NS_PER_S }, &o) == ERR_OK
		   ? out_cstr(&o)
		   : NULL;
}

static void
ten_subjects(void **state)
{
	static const char *const wanted[SERVICE_SUBJECTS] = { "$SRV.PING",
		"$SRV.INFO", "$SRV.STATS", "$SRV.PING.mpedge",
		"$SRV.INFO.mpedge", "$SRV.STATS.mpedge",
		"$SRV.PING.mpedge.0102ab0000000000000000",
		"$SRV.INFO.mpedge.0102ab0000000000000000",
		"$SRV.STATS.mpedge.0102ab0000000000000000",
		"mpedge.fra1.status" };

	(void)state;
	begin("fra1");
	for (unsigned i = 0; i < SERVICE_SUBJECTS; i++) {
		nats_service_subject(&service, i, &o);
		assert_string_equal(out_cstr(&o), wanted[i]);
		assert_non_null(asked(wanted[i]));
	}
}

/* A name may have anything in it; a token may not. */
static void
names_as_tokens(void **state)
{
	char longest[64];

	(void)state;
	begin("fra.1 *>");
	nats_service_subject(&service, SERVICE_SUBJECTS - 1, &o);
	assert_string_equal(out_cstr(&o), "mpedge.frax2e1x20x2ax3e.status");
	out_reset(&o);
	nats_service_status_subject("a_b-C", &o);
	assert_string_equal(out_cstr(&o), "status.a_b-C");
	memset(longest, '.', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	out_init(&o, text, SERVICE_SUBJECT_MAX);
	nats_service_status_subject(longest, &o);
	assert_false(o.full);
	begin(longest);
	out_init(&o, text, SERVICE_SUBJECT_MAX);
	nats_service_subject(&service, SERVICE_SUBJECTS - 1, &o);
	assert_false(o.full);
	assert_non_null(asked("$SRV.PING"));
}

static void
answers(void **state)
{
	(void)state;
	begin("fra1");
	service.started = (struct wall){ 1700000000 * NS_PER_S };
	assert_string_equal(asked("$SRV.PING"),
	    "{\"type\":\"io.nats.micro.v1.ping_response\","
	    "\"name\":\"mpedge\",\"id\":\"0102ab0000000000000000\","
	    "\"version\":\"0.1.0\",\"metadata\":{\"slot\":\"A\","
	    "\"box\":\"fra1\"}}");
	assert_string_equal(
	    asked("mpedge.fra1.status"), "{\"status\":\"healthy\"}");
	nats_service_took(&service, SPAN("mpedge.fra1.status"), 7);
	nats_service_took(&service, SPAN("mpedge.fra1.status"), 4);
	nats_service_took(&service, SPAN("$SRV.PING"), 100);
	assert_non_null(asked("$SRV.INFO.mpedge"));
	assert_non_null(strstr(text,
	    "\"endpoints\":[{\"name\":\"status\",\"subject\":"
	    "\"mpedge.fra1.status\",\"queue_group\":\"\",\"metadata\":"));
	assert_non_null(asked("$SRV.STATS"));
	assert_non_null(
	    strstr(text, "\"started\":\"2023-11-14T22:13:20.000000Z\""));
	assert_non_null(strstr(text,
	    "\"num_requests\":2,\"num_errors\":0,\"last_error\":\"\","
	    "\"processing_time\":11,\"average_processing_time\":5}]}"));
}

static void
what_is_not_ours(void **state)
{
	static const char *const others[] = { "", "$SRV", "$SRV.PING.",
		"$SRV.PING.mpedge.", "$SRV.PING.mpedge.0102", "$SRV.ping",
		"$SRV.PING.other", "mpedge.ams1.status", "$SRV.STATUS" };

	(void)state;
	begin("fra1");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_null(asked(others[i]));
		assert_int_equal(o.len, 0);
	}
	assert_int_equal(service.metrics.requests, 0);
}

static unsigned
answered_at(int64_t ms)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 3 * SERVICE_RATE; i++) {
		out_reset(&o);
		n += nats_service_answer(&service, SPAN("$SRV.PING"),
			 (struct mono){ ms * NS_PER_MS }, &o) == ERR_OK;
	}
	return n;
}

static void
a_bounded_rate(void **state)
{
	(void)state;
	begin("fra1");
	assert_int_equal(answered_at(0), SERVICE_RATE);
	assert_int_equal(answered_at(1), 0);
	assert_int_equal(answered_at(100), SERVICE_RATE / 10);
	assert_int_equal(answered_at(1100), SERVICE_RATE);
	/* Not more after a long silence. */
	assert_int_equal(answered_at(3600 * 1000), SERVICE_RATE);
	assert_int_equal(service.metrics.dropped,
	    service.metrics.requests - 3 * SERVICE_RATE - SERVICE_RATE / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ten_subjects),
		cmocka_unit_test(names_as_tokens),
		cmocka_unit_test(answers),
		cmocka_unit_test(what_is_not_ours),
		cmocka_unit_test(a_bounded_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
