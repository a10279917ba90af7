/*
 * jsmn_cost -- a measure of the machine for tests/perf/bench.sh.
 *
 *   jsmn_cost FILE
 *
 * Finds the tokens of each message of FILE (one a line) with jsmn as it is,
 * with parent links, again and again for about half a second of CPU time, and
 * prints the nanoseconds a message.  What `mpedge bench` says about the same
 * file in the same run, divided by this, does not depend on how fast or how
 * busy the machine is.
 */
#define _GNU_SOURCE
#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jsmn.h>

enum { TEXT_MAX = 16 << 20, LINES_MAX = 1 << 16, TOKENS_MAX = 1 << 16 };

static char text[TEXT_MAX];
static struct {
	const char *at;
	size_t len;
} lines[LINES_MAX];
static jsmntok_t tokens[TOKENS_MAX];

static int64_t
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static size_t
split(size_t bytes)
{
	char *at = text;
	char *end;
	size_t n = 0;

	while (n < LINES_MAX && at < text + bytes) {
		end = memchr(at, '\n', (size_t)(text + bytes - at));
		if (end == NULL)
			end = text + bytes;
		if (end > at) {
			lines[n].at = at;
			lines[n++].len = (size_t)(end - at);
		}
		at = end + 1;
	}
	return n;
}

int
main(int argc, char **argv)
{
	const int64_t enough = 500000000;
	jsmn_parser parser;
	int64_t start;
	int64_t spent;
	int64_t messages = 0;
	size_t i;
	size_t n;
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (f == NULL) {
		fputs("usage: jsmn_cost FILE\n", stderr);
		return 2;
	}
	n = split(fread(text, 1, sizeof(text), f));
	fclose(f);
	if (n == 0) {
		fprintf(stderr, "jsmn_cost: %s: no message\n", argv[1]);
		return 1;
	}
	start = cpu_ns();
	do {
		for (i = 0; i < n; i++) {
			jsmn_init(&parser);
			if (jsmn_parse(&parser, lines[i].at, lines[i].len,
				tokens, TOKENS_MAX) < 0) {
				fprintf(stderr, "jsmn_cost: %s: line %zu\n",
				    argv[1], i + 1);
				return 1;
			}
		}
		messages += (int64_t)n;
		spent = cpu_ns() - start;
	} while (spent < enough);
	printf("%lld\n", (long long)(spent / messages));
	return 0;
}
