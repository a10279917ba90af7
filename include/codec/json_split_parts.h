/*
 * json_split_parts.h -- what json_split.c (structure) and json_split_lex.c
 * (strings, words, numbers) share; for them alone.
 *
 * Each step takes one byte; what it expects next is its whole memory.
 */
#ifndef MPEDGE_CODEC_JSON_SPLIT_PARTS_H
#define MPEDGE_CODEC_JSON_SPLIT_PARTS_H

#include "codec/json_split.h"

/* What may come next. */
enum {
	AT_START,
	AT_VALUE,
	AT_FIRST_VALUE,
	AT_KEY,
	AT_FIRST_KEY,
	AT_COLON,
	AT_NEXT,
	IN_STRING,
	IN_ESCAPE,
	IN_HEX,
	IN_WORD,
	IN_NUMBER,
	AT_END,
	EXPECTS
};

/* A string (key or not), a word or a number begins. */
void split_string(struct json_split *s, bool key);
enum err split_word(struct json_split *s, const char *rest) MUST_USE;
enum err split_number(struct json_split *s, char c) MUST_USE;

/* Their steps. */
enum err split_in_string(struct json_split *s, const char *at) MUST_USE;
enum err split_in_escape(struct json_split *s, const char *at) MUST_USE;
enum err split_in_hex(struct json_split *s, const char *at) MUST_USE;
enum err split_in_word(struct json_split *s, const char *at) MUST_USE;
enum err split_in_number(struct json_split *s, const char *at) MUST_USE;

/* A value that began with `opening` ends before `end`. */
enum err split_end_value(
    struct json_split *s, const char *end, char opening) MUST_USE;

/* Behind a value: a comma or a closing bracket. */
enum err split_at_next(struct json_split *s, const char *at) MUST_USE;

#endif
