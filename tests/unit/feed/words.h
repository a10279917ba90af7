/*
 * words.h -- what a test's neighbours are told, as words.  Include it where
 * `w` is, which has `words` and `len`.
 */
#ifndef TEST_FEED_WORDS_H
#define TEST_FEED_WORDS_H

static inline void
say(const char *format, ...)
{
	va_list args;

	if (w->len > 0)
		w->words[w->len++] = ' ';
	va_start(args, format);
	w->len += (size_t)vsnprintf(
	    w->words + w->len, sizeof(w->words) - w->len, format, args);
	va_end(args);
	assert_true(w->len < sizeof(w->words) - 1);
}

/* That was all since the last time. */
static inline void
expect_said(const char *words)
{
	w->words[w->len] = '\0';
	assert_string_equal(w->words, words);
	w->len = 0;
}

#endif
