#include "core/log.h"

#include <string.h>

static int
component_of(struct span name)
{
	for (int i = 0; i < LOG_COMPONENTS; i++) {
		if (span_is(name, log_components[i]))
			return i;
	}
	return -1;
}

static enum err
wrong(struct span word, int component, struct out *why)
{
	out_json(why, word);
	if (component >= 0) {
		OUT_LITERAL(why, " is not COMPONENT:LEVEL; levels are: error "
				 "warn info debug");
		return ERR_SYNTAX;
	}
	OUT_LITERAL(why, " is not COMPONENT:LEVEL; components are:");
	for (int i = 0; i < LOG_COMPONENTS; i++) {
		out_char(why, ' ');
		out_text(why, log_components[i]);
	}
	return ERR_SYNTAX;
}

enum err
log_levels_parse(const char *words, struct log_levels *levels, struct out *why)
{
	struct span rest = span_of(words);
	struct span word;

	memset(levels->of, LOG_DEBUG + 1, sizeof(levels->of));
	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		const char *colon = memchr(word.at, ':', word.len);
		size_t len = colon != NULL ? (size_t)(colon - word.at) : 0;
		int c = component_of((struct span){ word.at, len });
		struct span name = { word.at + len + 1, word.len - len - 1 };
		enum log_level level;

		if (c < 0 || log_level_parse(name, &level) != ERR_OK)
			return wrong(word, c, why);
		levels->of[c] = (uint8_t)level;
	}
	return ERR_OK;
}
