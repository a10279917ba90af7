/* LINK: status/webhook status/webhook_body status/alarms codec/url */
/* LINK: core/arena core/log core/loop core/time core/out core/span core/err */
/* LINK: core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"
#include "status/webhook.h"

struct world {
	struct webhook hook;
	struct opt_alarms options;
	struct conn_world world;
	struct loop loop;
	struct arena arena;
	struct alarm alarm;
	/* What was posted last, and how often. */
	char body[WEBHOOK_BODY_MAX + 1];
	char path[512];
	unsigned posts;
	enum err refuse;
};

static struct world *here;

/* --- stands in for net/httpc and net/tls --- */

void
tls_peer_init(struct tls_peer *p, const char *host)
{
	memset(p, 0, sizeof(*p));
	p->host = host;
}

void
httpc_init(struct httpc *h, struct conn_world *w, const char *host,
    uint16_t port, struct tls_peer *peer, char *body, size_t body_max)
{
	memset(h, 0, sizeof(*h));
	h->world = w;
	h->host = host;
	h->port = port;
	h->peer = peer;
	h->body = body;
	h->body_max = body_max;
}

enum err
httpc_post(struct httpc *h, const char *path, struct span body, bool repeatable)
{
	assert_false(h->busy);
	assert_true(repeatable);
	if (here->refuse != ERR_OK)
		return here->refuse;
	h->busy = true;
	snprintf(here->path, sizeof(here->path), "%s", path);
	assert_true(body.len < sizeof(here->body));
	memcpy(here->body, body.at, body.len);
	here->body[body.len] = '\0';
	here->posts++;
	return ERR_OK;
}

void
httpc_close(struct httpc *h)
{
	h->busy = false;
}

/* --- the world --- */

static void
start(struct world *w, const char *address)
{
	here = w;
	log_level(LOG_ERROR);
	memset(w, 0, sizeof(*w));
	loop_init(&w->loop);
	w->world.loop = &w->loop;
	snprintf(w->options.webhook, sizeof(w->options.webhook), "%s", address);
	snprintf(w->options.webhook_token, sizeof(w->options.webhook_token),
	    "t0ken");
	assert_int_equal(arena_init(&w->arena, 4 * 1024 * 1024), ERR_OK);
	webhook_init(&w->hook, &w->options, "box \"1\"", &w->world, &w->arena);
	w->alarm.rule = ALARM_sink_stalled;
	w->alarm.state = ALARM_FIRING;
	strcpy(w->alarm.subject, "nats");
	strcpy(w->alarm.words, "nothing confirmed for 63 s");
	w->alarm.fired.ns = 1700000000 * NS_PER_S;
}

static void
answer(struct world *w, enum err e, int status)
{
	struct httpc_reply r = { .error = e, .status = status };

	assert_true(w->hook.http->busy);
	w->hook.http->busy = false;
	w->hook.http->done(w->hook.http, &r);
}

static void
change(struct world *w)
{
	webhook_add(
	    &w->hook, &w->alarm, (struct wall){ 1700000100 * NS_PER_S });
	webhook_flush(&w->hook);
}

/* Its pause, as if it were over. */
static int64_t
pause_over(struct world *w)
{
	int64_t ms = mono_ms_between(w->loop.now, w->hook.timer.due);

	assert_true(w->hook.timer.armed);
	timer_stop(&w->loop, &w->hook.timer);
	w->hook.timer.fire(&w->hook.timer);
	return ms;
}

static void
what_is_posted(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "https://hooks.example/a/b?key=s3cret");
	assert_string_equal(w.hook.http->host, "hooks.example");
	assert_int_equal(w.hook.http->port, 443);
	assert_non_null(w.hook.http->peer);
	assert_string_equal(w.hook.http->headers,
	    "Content-Type: application/json\r\n"
	    "Authorization: Bearer t0ken\r\n");
	webhook_flush(&w.hook);
	assert_int_equal(w.posts, 0);
	change(&w);
	assert_int_equal(w.posts, 1);
	assert_string_equal(w.path, "/a/b?key=s3cret");
	assert_non_null(strstr(w.body,
	    "{\"version\":\"4\",\"groupKey\":\"{}:{}\",\"receiver\":\"mpedge\","
	    "\"alerts\":[{\"status\":\"firing\",\"labels\":{"
	    "\"alertname\":\"sink_stalled\",\"severity\":\"critical\","
	    "\"subject\":\"nats\",\"box\":\"box \\\"1\\\"\"},\"annotations\":{"
	    "\"summary\":\"nothing confirmed for 63 s\",\"description\":\""));
	assert_non_null(strstr(w.body,
	    "\"},\"startsAt\":\"2023-11-14T22:13:20.000000Z\","
	    "\"endsAt\":\"0001-01-01T00:00:00Z\"}],\"truncatedAlerts\":0,"
	    "\"status\":\"firing\",\"groupLabels\":{},\"commonLabels\":{"
	    "\"box\":\"box \\\"1\\\"\"},\"commonAnnotations\":{},"
	    "\"externalURL\":\"\"}"));
	answer(&w, ERR_OK, 204);
	assert_int_equal(w.hook.metrics.sent, 1);
	assert_int_equal(w.hook.metrics.queue, 0);
	w.alarm.state = ALARM_OK;
	change(&w);
	assert_non_null(strstr(w.body, "[{\"status\":\"resolved\""));
	assert_non_null(
	    strstr(w.body, "\"endsAt\":\"2023-11-14T22:15:00.000000Z\"}]"));
	assert_non_null(strstr(w.body, ",\"status\":\"resolved\",\"group"));
	arena_fini(&w.arena);
}

static void
one_at_a_time(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "http://a/");
	for (int i = 0; i < 3; i++)
		change(&w);
	assert_int_equal(w.posts, 1);
	assert_int_equal(w.hook.metrics.queue, 3);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(w.posts, i);
		answer(&w, ERR_OK, 200);
	}
	assert_int_equal(w.posts, 3);
	assert_int_equal(w.hook.metrics.sent, 3);
	arena_fini(&w.arena);
}

/* Pauses double, and then it is given up and the next one's turn. */
static void
bounded_retries(void **state)
{
	static struct world w;
	int64_t pause_ms = WEBHOOK_PAUSE_MS;

	(void)state;
	start(&w, "http://a/");
	change(&w);
	change(&w);
	for (unsigned i = 1; i < WEBHOOK_TRIES; i++) {
		if (i % 2 == 0)
			answer(&w, ERR_REFUSED, 0);
		else
			answer(&w, ERR_OK, 503);
		/* What comes meanwhile does not shorten it. */
		webhook_flush(&w.hook);
		assert_int_equal(w.posts, i);
		assert_int_equal(pause_over(&w), pause_ms);
		assert_int_equal(w.posts, i + 1);
		pause_ms *= 2;
	}
	answer(&w, ERR_LATE, 0);
	assert_int_equal(w.hook.metrics.dropped, 1);
	assert_int_equal(w.hook.metrics.retries, WEBHOOK_TRIES - 1);
	assert_int_equal(w.hook.metrics.queue, 1);
	assert_int_equal(pause_over(&w), 0);
	answer(&w, ERR_OK, 200);
	assert_int_equal(w.hook.metrics.sent, 1);
	arena_fini(&w.arena);
}

static void
answers(void **state)
{
	static const struct {
		enum err e;
		int status;
		bool sent;
		bool again;
	} all[] = {
		{ ERR_OK, 200, true, false },
		{ ERR_OK, 299, true, false },
		/* More words than we have room for. */
		{ ERR_FULL, 200, true, false },
		{ ERR_FULL, 0, false, true },
		{ ERR_OK, 302, false, false },
		{ ERR_OK, 404, false, false },
		{ ERR_OK, 408, false, true },
		{ ERR_OK, 429, false, true },
		{ ERR_OK, 500, false, true },
		{ ERR_CLOSED, 200, false, true },
	};
	static struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		start(&w, "http://a/");
		change(&w);
		answer(&w, all[i].e, all[i].status);
		assert_int_equal(w.hook.metrics.sent, all[i].sent);
		assert_int_equal(w.hook.metrics.retries, all[i].again);
		assert_int_equal(
		    w.hook.metrics.dropped, !all[i].sent && !all[i].again);
		arena_fini(&w.arena);
	}
}

/* The oldest that is not under way goes. */
static void
a_full_queue(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "http://a/");
	for (int i = 0; i < WEBHOOK_QUEUE + 5; i++) {
		snprintf(w.alarm.subject, sizeof(w.alarm.subject), "n%03d", i);
		change(&w);
	}
	assert_int_equal(w.hook.metrics.dropped, 5);
	assert_int_equal(w.hook.metrics.queue, WEBHOOK_QUEUE);
	assert_non_null(strstr(w.body, "\"n000\""));
	answer(&w, ERR_OK, 200);
	assert_non_null(strstr(w.body, "\"n006\""));
	for (int i = 7; i < WEBHOOK_QUEUE + 5; i++)
		answer(&w, ERR_OK, 200);
	snprintf(w.alarm.subject, sizeof(w.alarm.subject), "\"n%03d\"",
	    WEBHOOK_QUEUE + 4);
	assert_non_null(strstr(w.body, w.alarm.subject));
	answer(&w, ERR_OK, 200);
	assert_int_equal(w.hook.metrics.queue, 0);
	arena_fini(&w.arena);
}

/* More changes than a message holds are counted in it. */
static void
a_long_message(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "http://a/");
	memset(w.alarm.words, '"', sizeof(w.alarm.words) - 1);
	memset(w.alarm.subject, '\\', sizeof(w.alarm.subject) - 1);
	for (int i = 0; i < ALARMS_MAX; i++)
		webhook_add(&w.hook, &w.alarm, (struct wall){ 0 });
	webhook_flush(&w.hook);
	assert_null(strstr(w.body, "\"truncatedAlerts\":0"));
	assert_string_equal(
	    w.body + strlen(w.body) - sizeof("\"externalURL\":\"\"}") + 1,
	    "\"externalURL\":\"\"}");
	assert_int_equal(w.hook.metrics.queue, 1);
	arena_fini(&w.arena);
}

static void
what_cannot_be_sent(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "http://a/");
	w.refuse = ERR_FULL;
	change(&w);
	for (int i = 1; i < WEBHOOK_TRIES; i++)
		pause_over(&w);
	assert_int_equal(w.hook.metrics.dropped, 1);
	webhook_close(&w.hook);
	arena_fini(&w.arena);
}

static void
without_an_address(void **state)
{
	static struct world w;

	(void)state;
	start(&w, "");
	change(&w);
	webhook_close(&w.hook);
	assert_int_equal(w.posts, 0);
	arena_fini(&w.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_posted),
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(bounded_retries),
		cmocka_unit_test(answers),
		cmocka_unit_test(a_full_queue),
		cmocka_unit_test(a_long_message),
		cmocka_unit_test(what_cannot_be_sent),
		cmocka_unit_test(without_an_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
