/* LINK: core/log core/log_levels core/time core/out core/span */
/* LINK: core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/log.h"

static struct wall now;
static int ends[2];
static int real_stderr;
static char said[16384];

/* From here to what_was_said, stderr is a pipe. */
static void
listen_in(void)
{
	assert_int_equal(pipe(ends), 0);
	real_stderr = dup(STDERR_FILENO);
	assert_true(real_stderr >= 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
}

static const char *
what_was_said(void)
{
	size_t len = 0;
	ssize_t n;

	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(ends[1]);
	while ((n = read(ends[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += (size_t)n;
	close(ends[0]);
	said[len] = '\0';
	return said;
}

static int
begin(void **state)
{
	(void)state;
	/* Far enough from the test before for every limit to be forgotten. */
	now.ns += 3600 * NS_PER_S;
	log_level(LOG_INFO);
	log_component_levels(NULL);
	log_json(false);
	log_priorities(false);
	log_tap(NULL);
	log_clock(&now);
	return 0;
}

static void
one_line(void **state)
{
	struct log_line l;

	(void)state;
	now.ns = 1795428434567000000;
	listen_in();
	log_open(&l, LOG_WARN, "feed", "connect_failed");
	log_text(&l, "venue", "binance");
	log_int(&l, "attempt", 3);
	log_err(&l, ERR_REFUSED);
	log_send(&l);
	assert_string_equal(what_was_said(),
	    "ts=2026-11-23T10:07:14.567000Z level=warn component=feed "
	    "event=connect_failed venue=binance attempt=3 error=refused\n");
}

static void
say(const char *event, const char *value)
{
	struct log_line l;

	log_open(&l, LOG_INFO, "t", event);
	log_text(&l, "v", value);
	log_send(&l);
}

static const char *
value_written(const char *value)
{
	const char *text;

	listen_in();
	now.ns += 60 * NS_PER_S;
	say("quote", value);
	text = strstr(what_was_said(), " v=");
	assert_non_null(text);
	return text + 3;
}

static void
values_are_quoted_when_they_must_be(void **state)
{
	(void)state;
	assert_string_equal(value_written("plain/1:2,3"), "plain/1:2,3\n");
	assert_string_equal(value_written("two words"), "\"two words\"\n");
	assert_string_equal(value_written("a\"b\\c"), "\"a\\\"b\\\\c\"\n");
	assert_string_equal(
	    value_written("a\nts=0 level=error"), "\"a\\nts=0 level=error\"\n");
	assert_string_equal(value_written("a=b"), "\"a=b\"\n");
	assert_string_equal(value_written("\x1b[2J"), "\"\\u001b[2J\"\n");
	assert_string_equal(value_written("\xff"), "\"\xef\xbf\xbd\"\n");
	assert_string_equal(value_written(""), "\"\"\n");
	assert_string_equal(value_written(NULL), "null\n");
}

static void
levels(void **state)
{
	struct log_line l;
	enum log_level level = LOG_WARN;

	(void)state;
	listen_in();
	log_open(&l, LOG_DEBUG, "t", "not_yet");
	log_text(&l, "a", "b");
	log_int(&l, "a", 1);
	log_send(&l);
	log_level(LOG_DEBUG);
	/* Whoever asks for everything gets everything. */
	for (int i = 0; i < 2 * LOG_BURST; i++) {
		log_open(&l, LOG_DEBUG, "t", "many");
		log_int(&l, "i", i);
		log_send(&l);
	}
	what_was_said();
	assert_null(strstr(said, "not_yet"));
	assert_non_null(strstr(said, "event=many i=19\n"));
	assert_int_equal(log_level_parse(SPAN("debug"), &level), ERR_OK);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse(SPAN("error"), &level), ERR_OK);
	assert_int_equal(level, LOG_ERROR);
	assert_int_equal(log_level_parse(SPAN("Error"), &level), ERR_UNKNOWN);
	assert_int_equal(log_level_parse(SPAN_NULL, &level), ERR_UNKNOWN);
}

static int
lines_with(const char *text)
{
	int count = 0;

	for (const char *at = said; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

static void
bursts_are_held_back_and_told(void **state)
{
	struct log_line l;
	uint64_t lost = log_lost();

	(void)state;
	listen_in();
	for (int i = 0; i < LOG_BURST + 7; i++) {
		say("burst", "x");
		now.ns += NS_PER_MS;
	}
	/* Others are not concerned, nor are errors of the same name. */
	say("other", "x");
	log_open(&l, LOG_ERROR, "t", "burst");
	log_text(&l, "v", "e");
	log_send(&l);
	what_was_said();
	assert_int_equal(lines_with("event=burst v=x"), LOG_BURST);
	assert_int_equal(lines_with("event=other v=x"), 1);
	assert_int_equal(lines_with("event=burst v=e"), 1);
	assert_int_equal(lines_with("suppressed"), 0);
	assert_int_equal(log_lost() - lost, 7);

	now.ns += LOG_PERIOD_S * NS_PER_S;
	listen_in();
	say("burst", "y");
	say("burst", "z");
	what_was_said();
	assert_int_equal(lines_with("event=burst suppressed=7 v=y\n"), 1);
	assert_int_equal(lines_with("event=burst v=z\n"), 1);
}

static void
errors_do_not_hold_back_others(void **state)
{
	struct log_line l;

	(void)state;
	listen_in();
	for (int i = 0; i < LOG_BURST + 1; i++) {
		log_open(&l, LOG_ERROR, "t", "apart");
		log_text(&l, "v", "e");
		log_send(&l);
	}
	say("apart", "x");
	what_was_said();
	assert_int_equal(lines_with("event=apart v=e"), LOG_BURST);
	assert_int_equal(lines_with("event=apart v=x"), 1);
}

static void
a_clock_set_back_does_not_silence(void **state)
{
	(void)state;
	listen_in();
	for (int i = 0; i < LOG_BURST + 1; i++)
		say("back", "x");
	now.ns -= 3000 * NS_PER_S;
	say("back", "after");
	what_was_said();
	assert_int_equal(lines_with("suppressed=1 v=after"), 1);
}

/* More kinds than the table holds: the oldest are forgotten, none is lost. */
static void
many_kinds(void **state)
{
	static char names[600][16];
	struct log_line l;
	uint64_t lost = log_lost();

	(void)state;
	for (int i = 0; i < 600; i++) {
		snprintf(names[i], sizeof(names[i]), "k%d", i);
		listen_in();
		log_open(&l, LOG_INFO, "t", names[i]);
		log_send(&l);
		assert_non_null(strstr(what_was_said(), names[i]));
	}
	assert_int_equal(log_lost(), lost);
}

static void
long_lines_are_cut(void **state)
{
	static const char cut[] = " cut=true\n";
	char text[3 * LOG_LINE_MAX];
	struct log_line l;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len += 37) {
		/* Escapes and bytes that are not UTF-8 make it longer. */
		memset(text, len % 2 ? '\xff' : 'x', len);
		text[len] = '\0';
		now.ns += 60 * NS_PER_S;
		listen_in();
		log_open(&l, LOG_INFO, "t", "long");
		log_text(&l, "v", text);
		log_int(&l, "number", INT64_MIN);
		log_text(&l, "last", "field");
		log_send(&l);
		what_was_said();
		assert_true(strlen(said) <= LOG_LINE_MAX);
		assert_int_equal(said[strlen(said) - 1], '\n');
		if (strstr(said, "last=field\n") != NULL) {
			assert_non_null(strstr(said, "-9223372036854775808 "));
			continue;
		}
		assert_string_equal(said + strlen(said) - strlen(cut), cut);
		assert_true(strlen(said) > LOG_LINE_MAX / 3);
	}
}

static void
a_full_pipe_loses_the_line(void **state)
{
	char filler[4096] = { 0 };
	uint64_t lost = log_lost();
	int flags;

	(void)state;
	listen_in();
	flags = fcntl(ends[1], F_GETFL);
	fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
	while (write(ends[1], filler, sizeof(filler)) > 0)
		;
	fcntl(ends[1], F_SETFL, flags);
	/* Would hang here for ever if it waited. */
	say("full", "x");
	while (read(ends[0], filler, sizeof(filler)) == sizeof(filler)) {
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	}
	fcntl(ends[0], F_SETFL, 0);
	say("room", "x");
	what_was_said();
	assert_int_equal(lines_with("event=full"), 0);
	assert_int_equal(lines_with("event=room"), 1);
	assert_int_equal(log_lost() - lost, 1);
}

static void
without_a_clock_the_time_is_read(void **state)
{
	(void)state;
	log_clock(NULL);
	listen_in();
	say("clock", "x");
	assert_int_equal(strncmp(what_was_said(), "ts=20", 5), 0);
}

/* --- JSON -------------------------------------------------------------------
 */

static void
one_object(void **state)
{
	struct log_line l;

	(void)state;
	now.ns = 1795428434567000000;
	log_json(true);
	listen_in();
	log_open(&l, LOG_WARN, "feed", "json");
	log_text(&l, "venue", "bin\"ance\n");
	log_int(&l, "attempt", -3);
	log_text(&l, "none", NULL);
	log_text(&l, "digits", "12");
	log_err(&l, ERR_REFUSED);
	log_send(&l);
	assert_string_equal(what_was_said(),
	    "{\"ts\":\"2026-11-23T10:07:14.567000Z\",\"level\":\"warn\","
	    "\"component\":\"feed\",\"event\":\"json\","
	    "\"venue\":\"bin\\\"ance\\n\",\"attempt\":-3,\"none\":null,"
	    "\"digits\":\"12\",\"error\":\"refused\"}\n");
}

static void
long_objects_are_cut_and_whole(void **state)
{
	static const char cut[] = ",\"cut\":true}\n";
	char text[3 * LOG_LINE_MAX];
	struct log_line l;
	size_t cuts = 0;

	(void)state;
	log_json(true);
	log_priorities(true);
	for (size_t len = 0; len < sizeof(text); len += 37) {
		memset(text, len % 2 ? '"' : 'x', len);
		text[len] = '\0';
		now.ns += 60 * NS_PER_S;
		listen_in();
		log_open(&l, LOG_INFO, "t", "long_object");
		log_text(&l, "v", text);
		log_int(&l, "number", INT64_MIN);
		log_text(&l, "last", "field");
		log_send(&l);
		what_was_said();
		assert_true(strlen(said) <= LOG_LINE_MAX);
		if (strstr(said, "\"last\":\"field\"}\n") != NULL)
			continue;
		cuts++;
		assert_string_equal(said + strlen(said) - strlen(cut), cut);
		/* What stands before it ended: a string or a number. */
		assert_non_null(
		    strchr("\"8", said[strlen(said) - strlen(cut) - 1]));
	}
	assert_true(cuts > 10);
}

/* --- where it goes ------------------------------------------------------ */

static void
a_journal_gets_priorities(void **state)
{
	struct log_line l;

	(void)state;
	log_level(LOG_DEBUG);
	log_priorities(true);
	listen_in();
	for (enum log_level i = LOG_ERROR; i <= LOG_DEBUG; i++) {
		log_open(&l, i, "t", "priority");
		log_send(&l);
	}
	what_was_said();
	assert_int_equal(strncmp(said, "<3>ts=", 6), 0);
	assert_int_equal(lines_with("\n<4>ts="), 1);
	assert_int_equal(lines_with("\n<6>ts="), 1);
	assert_int_equal(lines_with("\n<7>ts="), 1);
}

struct tapped {
	struct log_tap tap;
	char text[LOG_LINE_MAX];
	enum log_level level;
	const char *event;
	int count;
};

static void
take(struct log_tap *t, const struct log_said *s)
{
	struct tapped *to = t->owner;

	assert_true(s->text.len < sizeof(to->text));
	memcpy(to->text, s->text.at, s->text.len);
	to->text[s->text.len] = '\0';
	to->level = s->level;
	to->event = s->event;
	assert_int_equal(s->at.ns, now.ns);
	to->count++;
}

static void
a_tap_gets_what_was_written(void **state)
{
	struct tapped t = { .tap = { .take = take } };
	struct log_line l;

	(void)state;
	t.tap.owner = &t;
	log_tap(&t.tap);
	log_priorities(true);
	listen_in();
	log_open(&l, LOG_WARN, "t", "tapped");
	log_text(&l, "a", "b c");
	log_send(&l);
	what_was_said();
	assert_string_equal(said + 3 + strlen(t.text), "\n");
	assert_memory_equal(said + 3, t.text, strlen(t.text));
	assert_int_equal(t.level, LOG_WARN);
	assert_string_equal(t.event, "tapped");
	listen_in();
	for (int i = 0; i < LOG_BURST + 5; i++)
		say("tapped_often", "x");
	log_open(&l, LOG_DEBUG, "t", "muted");
	log_send(&l);
	what_was_said();
	assert_int_equal(t.count, 1 + LOG_BURST);
}

/* --- levels of components ------------------------------------------------ */

static int
passes(enum log_level level, const char *component)
{
	struct log_line l;

	log_open(&l, level, component, "level");
	return !l.muted;
}

static void
components_have_levels(void **state)
{
	char why[512];
	struct log_levels levels;
	struct out o;

	(void)state;
	out_init(&o, why, sizeof(why));
	log_level(LOG_WARN);
	assert_int_equal(
	    log_levels_parse(
		"feed:debug, rest:error\tsink:info sink:error", &levels, &o),
	    ERR_OK);
	log_component_levels(&levels);
	assert_true(passes(LOG_DEBUG, "feed"));
	assert_false(passes(LOG_WARN, "rest"));
	assert_true(passes(LOG_ERROR, "rest"));
	assert_false(passes(LOG_WARN, "sink"));
	assert_true(passes(LOG_WARN, "app"));
	assert_false(passes(LOG_INFO, "app"));
	/* That of all counts for the others alone. */
	log_level(LOG_DEBUG);
	assert_true(passes(LOG_DEBUG, "app"));
	assert_false(passes(LOG_WARN, "rest"));
	assert_int_equal(log_levels_parse("", &levels, &o), ERR_OK);
	log_component_levels(&levels);
	assert_true(passes(LOG_DEBUG, "rest"));
	log_component_levels(NULL);
	assert_true(passes(LOG_DEBUG, "rest"));
}

static void
wrong_levels_are_named(void **state)
{
	static const char *const bad[][2] = {
		{ "fed:debug", "\"fed:debug\" is not COMPONENT:LEVEL; "
			       "components are: app audit " },
		{ "feed", "\"feed\" is not COMPONENT:LEVEL; components" },
		{ ":debug", "\":debug\" is not COMPONENT:LEVEL; components" },
		{ "feed:loud", "\"feed:loud\" is not COMPONENT:LEVEL; levels "
			       "are: error warn info debug" },
		{ "feed:", "\"feed:\" is not COMPONENT:LEVEL; levels" },
		{ "app:info feed:debug:", "\"feed:debug:\" is not" },
	};
	char why[512];
	struct log_levels levels;
	struct out o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		out_init(&o, why, sizeof(why));
		assert_int_equal(
		    log_levels_parse(bad[i][0], &levels, &o), ERR_SYNTAX);
		assert_int_equal(
		    strncmp(out_cstr(&o), bad[i][1], strlen(bad[i][1])), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_line),
		TEST(values_are_quoted_when_they_must_be),
		TEST(levels),
		TEST(bursts_are_held_back_and_told),
		TEST(errors_do_not_hold_back_others),
		TEST(a_clock_set_back_does_not_silence),
		TEST(many_kinds),
		TEST(long_lines_are_cut),
		TEST(a_full_pipe_loses_the_line),
		TEST(without_a_clock_the_time_is_read),
		TEST(one_object),
		TEST(long_objects_are_cut_and_whole),
		TEST(a_journal_gets_priorities),
		TEST(a_tap_gets_what_was_written),
		TEST(components_have_levels),
		TEST(wrong_levels_are_named),
	};

	return cmocka_run_group_tests_name("core/log", tests, NULL, NULL);
}
