/*
 * said.h -- what a sink said to its host, as words with a blank between them:
 * noted by a host that a test made, compared, and forgotten.
 */
#ifndef MPEDGE_TESTS_SAID_H
#define MPEDGE_TESTS_SAID_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { SAID_MAX = 4096 };

struct said {
	char words[SAID_MAX];
	size_t len;
};

static inline void
say(struct said *s, const char *word, const char *more)
{
	s->len += (size_t)snprintf(s->words + s->len, SAID_MAX - s->len,
	    "%s%s%s", s->len > 0 ? " " : "", word, more);
	assert_true(s->len < SAID_MAX);
}

static inline void
say_number(struct said *s, const char *word, uint64_t n)
{
	char number[24];

	snprintf(number, sizeof(number), "%u", (unsigned)n);
	say(s, word, number);
}

static inline void
expect_said(struct said *s, const char *words)
{
	s->words[s->len] = '\0';
	assert_string_equal(s->words, words);
	s->len = 0;
}

#endif
