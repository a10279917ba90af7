#include "app/doctor.h"

#include <string.h>

#include "codec/http1.h"

/* --- HTTP ----------------------------------------------------------------- */

/*
 * Each venue's answer to its time call has Unix milliseconds or microseconds,
 * and that is its first number of that many digits.
 */
static int64_t
find_ms(struct span body)
{
	enum {
		MS_DIGITS = 13,
		US_DIGITS = 16,
	};
	size_t run = 0;
	int64_t n;

	/* A number that ends with the body may go on. */
	for (size_t i = 0; i < body.len; i++) {
		if (body.at[i] >= '0' && body.at[i] <= '9') {
			run++;
			continue;
		}
		if ((run == MS_DIGITS || run == US_DIGITS) &&
		    span_i64((struct span){ body.at + i - run, run }, &n) ==
			ERR_OK)
			return run == US_DIGITS ? n / 1000 : n;
		run = 0;
	}
	return 0;
}

/* What the status of a venue says to one who asks for nothing special. */
static void
judge_venue(struct probe_answer *a)
{
	if (a->status == 403 || a->status == 451) {
		a->verdict = DOCTOR_FAIL;
		a->text = "it refuses this place or address";
		a->remedy = "ask the venue whether it serves your country and "
			    "address, or name another host";
	} else if (a->status == 418 || a->status == 429) {
		a->verdict = DOCTOR_WARN;
		a->text = "it limits this address now";
		a->remedy = "wait; is another program here using up the "
			    "requests, or weight_per_minute too high?";
	} else if (a->status >= 500) {
		a->verdict = DOCTOR_WARN;
		a->text = "it has trouble of its own";
		a->remedy = "wait, and see the venue's status page";
	}
}

static void
judge_status(enum probe_kind k, struct probe_answer *a)
{
	if (k == PROBE_WS || k == PROBE_REST)
		judge_venue(a);
	if (k == PROBE_WS && a->status != 101 && a->verdict == DOCTOR_OK) {
		a->verdict = DOCTOR_FAIL;
		a->text = "it does not open a WebSocket";
		a->remedy = "are ws_host, ws_port and ws_path those of its "
			    "documents?";
	}
	if (k == PROBE_CLICKHOUSE && a->status != 200) {
		a->verdict = DOCTOR_FAIL;
		a->text = "/ping is not answered as ClickHouse does";
		a->remedy = "is clickhouse.url right?";
	}
}

static enum err
judge_http(
    enum probe_kind k, struct span bytes, bool ended, struct probe_answer *a)
{
	char head[DOCTOR_ANSWER_MAX];
	size_t have = 0, used = 0;
	struct http1_response r;
	enum err e =
	    http1_gather(head, sizeof(head), &have, bytes.at, bytes.len, &used);

	if (e == ERR_SHORT && !ended)
		return ERR_AGAIN;
	if (e == ERR_OK)
		e = http1_response((struct span){ head, have }, &r);
	if (e != ERR_OK) {
		a->verdict = DOCTOR_FAIL;
		a->text = "what answers does not speak HTTP";
		a->remedy = "is the port right?";
		return ERR_OK;
	}
	a->status = r.status;
	judge_status(k, a);
	if (k != PROBE_REST || r.status != 200)
		return ERR_OK;
	a->server_ms =
	    find_ms((struct span){ bytes.at + used, bytes.len - used });
	return a->server_ms == 0 && !ended ? ERR_AGAIN : ERR_OK;
}

/* --- the others ----------------------------------------------------------- */

/* One line, or as much as says enough. */
static enum err
judge_line(const char *good, const char *good_too, struct span bytes,
    bool ended, const char *text, struct probe_answer *a)
{
	if (span_starts(bytes, good) ||
	    (good_too != NULL && span_starts(bytes, good_too)))
		return ERR_OK;
	if (!ended && bytes.len < 16 &&
	    (bytes.len == 0 || memchr(bytes.at, '\n', bytes.len) == NULL))
		return ERR_AGAIN;
	a->verdict = DOCTOR_FAIL;
	a->text = text;
	a->remedy = "is the port right, and does it want TLS?";
	return ERR_OK;
}

enum err
doctor_judge(
    enum probe_kind k, struct span bytes, bool ended, struct probe_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->text = "answers";
	switch (k) {
	case PROBE_WS:
	case PROBE_REST:
	case PROBE_CLICKHOUSE:
		return judge_http(k, bytes, ended, a);
	case PROBE_REDIS:
		/* Without a password it says so, and that it is Redis. */
		return judge_line("+PONG", "-NOAUTH", bytes, ended,
		    "what answers is not Redis", a);
	case PROBE_NATS:
		return judge_line(
		    "INFO ", NULL, bytes, ended, "what answers is not NATS", a);
	}
	return ERR_OK;
}

/* --- words ---------------------------------------------------------------- */

static bool
has_nocase(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++) {
		if (span_is_nocase((struct span){ s.at + i, len }, word))
			return true;
	}
	return false;
}

static bool
is_secret(struct span s)
{
	static const char *const words[] = { "pass", "secret", "token", "key",
		"seed", "auth", "cred", "pwd" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (has_nocase(s, words[i]))
			return true;
	}
	return false;
}

/* A path tells no secret, a value may: by the variable's name, or because
 * there is something in front of an @ or behind a ? in it. */
void
doctor_variable(struct span name, struct span value, struct out *o)
{
	bool is_path = span_ends(name, "_FILE") || span_ends(name, "_PATH") ||
		       span_ends(name, "_DIRECTORY");
	bool is_address =
	    memchr(value.len > 0 ? value.at : "", '@', value.len) != NULL ||
	    has_nocase(value, "?");

	out_span(o, name);
	out_char(o, '=');
	if (value.len > 0 &&
	    ((is_secret(name) && !is_path) || is_secret(value) || is_address))
		OUT_LITERAL(o, "***");
	else
		out_span(o, value);
}

/* Behind the last of c in s, or all of s. */
static struct span
behind_last(struct span s, char c)
{
	struct span rest = s;

	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == c)
			rest = (struct span){ s.at + i + 1, s.len - i - 1 };
	}
	return rest;
}

static void
cut_before(struct span *s, char c)
{
	const char *at = s->len > 0 ? memchr(s->at, c, s->len) : NULL;

	if (at != NULL)
		s->len = (size_t)(at - s->at);
}

bool
doctor_nats_host(struct span word, struct span *host, uint16_t *port)
{
	struct span digits;
	uint64_t n = 4222;
	size_t i = 0;

	while (i + 3 <= word.len && memcmp(word.at + i, "://", 3) != 0)
		i++;
	if (i + 3 > word.len)
		return false;
	*host = (struct span){ word.at + i + 3, word.len - i - 3 };
	*host = behind_last(*host, '@');
	cut_before(host, '/');
	digits = behind_last(*host, ':');
	/* The last colon of [::1] stands in front of a port only outside. */
	if (digits.len < host->len &&
	    memchr(digits.at, ']', digits.len) == NULL) {
		host->len -= digits.len + 1;
		if (span_u64(digits, &n) != ERR_OK || n == 0 || n > 65535)
			return false;
	}
	if (host->len > 2 && host->at[0] == '[') {
		host->at++;
		host->len -= 2;
	}
	*port = (uint16_t)n;
	return host->len > 0;
}
