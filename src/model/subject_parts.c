/* Tokens of subjects, and the subjects of alarms. */
#include "model/subject_parts.h"

bool
subject_barred(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f || c == '.' || c == '*' ||
	       c == '>';
}

void
subject_token(struct out *o, struct span s)
{
	if (s.len == 0)
		s = SPAN("all");
	for (size_t i = 0; i < s.len; i++) {
		if (subject_barred(s.at[i])) {
			out_char(o, 'x');
			out_hex(o, &s.at[i], 1);
		} else {
			out_char(o, s.at[i]);
		}
	}
}

void
event_alert_name(const char *box, const char *rule, struct out *o)
{
	OUT_LITERAL(o, "alerts.");
	subject_token(o, span_of(box));
	out_char(o, '.');
	out_text(o, rule);
}

/* Token by token: it may have been read from a stream. */
bool
subject_alert(const struct event *e, struct out *o)
{
	struct span rest = e->connection;
	struct span token;
	bool more = false;

	if (!span_starts(rest, "alerts."))
		return false;
	while ((token = span_word(&rest, ".")).at != NULL) {
		if (more)
			out_char(o, '.');
		subject_token(o, token);
		more = true;
	}
	return true;
}
