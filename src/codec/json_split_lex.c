#include "codec/json_split_parts.h"

/* RFC 8259 section 6, and what a number can be when it has come this far. */
enum {
	NO,
	MINUS,
	ZERO,
	INTEGER,
	POINT,
	FRACTION,
	POWER,
	POWER_SIGN,
	EXPONENT,
	NUMBERS
};

enum {
	IS_ZERO,
	IS_DIGIT,
	IS_POINT,
	IS_POWER,
	IS_PLUS,
	IS_MINUS,
	IS_OTHER,
	CLASSES
};

static const uint8_t number_next[NUMBERS][CLASSES] = {
	[NO] = { ZERO, INTEGER, NO, NO, NO, MINUS, NO },
	[MINUS] = { ZERO, INTEGER, NO, NO, NO, NO, NO },
	[ZERO] = { NO, NO, POINT, POWER, NO, NO, NO },
	[INTEGER] = { INTEGER, INTEGER, POINT, POWER, NO, NO, NO },
	[POINT] = { FRACTION, FRACTION, NO, NO, NO, NO, NO },
	[FRACTION] = { FRACTION, FRACTION, NO, POWER, NO, NO, NO },
	[POWER] = { EXPONENT, EXPONENT, NO, NO, POWER_SIGN, POWER_SIGN, NO },
	[POWER_SIGN] = { EXPONENT, EXPONENT, NO, NO, NO, NO, NO },
	[EXPONENT] = { EXPONENT, EXPONENT, NO, NO, NO, NO, NO },
};

static const bool number_whole[NUMBERS] = {
	[ZERO] = true,
	[INTEGER] = true,
	[FRACTION] = true,
	[EXPONENT] = true,
};

static unsigned
class_of(char c)
{
	static const char others[] = ".eE+-";
	static const uint8_t classes[] = { IS_POINT, IS_POWER, IS_POWER,
		IS_PLUS, IS_MINUS, IS_OTHER };
	const char *other;

	if (c >= '0' && c <= '9')
		return c == '0' ? IS_ZERO : IS_DIGIT;
	other = strchr(others, c);
	return other ? classes[other - others] : IS_OTHER;
}

void
split_string(struct json_split *s, bool key)
{
	s->expect = IN_STRING;
	s->in_key = key;
	s->noting = key && (s->depth == s->on || s->depth == 1);
	if (s->noting)
		s->key_len = 0;
}

enum err
split_word(struct json_split *s, const char *rest)
{
	s->word = rest;
	s->expect = IN_WORD;
	return ERR_OK;
}

enum err
split_number(struct json_split *s, char c)
{
	s->number = number_next[NO][class_of(c)];
	s->expect = IN_NUMBER;
	return s->number == NO ? ERR_SYNTAX : ERR_OK;
}

/* A name that is too long stays so, and is none that anybody looks for. */
static void
note(struct json_split *s, char c)
{
	if (s->noting && s->key_len < sizeof(s->key))
		s->key[s->key_len++] = c;
}

enum err
split_in_string(struct json_split *s, const char *at)
{
	if ((unsigned char)*at < 0x20)
		return ERR_SYNTAX;
	if (*at == '"') {
		s->noting = false;
		if (!s->in_key)
			return split_end_value(s, at, '"');
		s->expect = AT_COLON;
		return ERR_OK;
	}
	note(s, *at);
	if (*at == '\\')
		s->expect = IN_ESCAPE;
	return ERR_OK;
}

enum err
split_in_escape(struct json_split *s, const char *at)
{
	note(s, *at);
	s->hex = 0;
	s->expect = *at == 'u' ? IN_HEX : IN_STRING;
	return *at != '\0' && strchr("\"\\/bfnrtu", *at) ? ERR_OK : ERR_SYNTAX;
}

enum err
split_in_hex(struct json_split *s, const char *at)
{
	char c = *at;

	note(s, c);
	if (++s->hex == 4)
		s->expect = IN_STRING;
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
		       (c >= 'A' && c <= 'F')
		   ? ERR_OK
		   : ERR_SYNTAX;
}

enum err
split_in_word(struct json_split *s, const char *at)
{
	if (*at != *s->word++)
		return ERR_SYNTAX;
	return *s->word == '\0' ? split_end_value(s, at + 1, 'w') : ERR_OK;
}

enum err
split_in_number(struct json_split *s, const char *at)
{
	uint8_t next = number_next[s->number][class_of(*at)];
	enum err e;

	if (next != NO) {
		s->number = next;
		return ERR_OK;
	}
	if (!number_whole[s->number])
		return ERR_SYNTAX;
	e = split_end_value(s, at, '0');
	/* The root is a container, so a number always stands in one. */
	return e == ERR_OK ? split_at_next(s, at) : e;
}
