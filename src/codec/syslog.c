#include "codec/syslog.h"

enum {
	PORT_MAX = 65535,
	/* RFC 5424, section 6. */
	HOST_MAX = 63,
	PROGRAM_MAX = 48,
	ID_MAX = 32,
};

static enum err
keep(struct span s, char *to, size_t size)
{
	struct out o;

	/* What stands in front of a NUL would be somebody else. */
	if (s.len == 0 || memchr(s.at, '\0', s.len) != NULL)
		return ERR_SYNTAX;
	out_init(&o, to, size);
	out_span(&o, s);
	(void)out_cstr(&o);
	return o.full ? ERR_SYNTAX : ERR_OK;
}

/* Behind the host: nothing, or :PORT. */
static enum err
read_port(struct span s, uint16_t *port)
{
	uint64_t n;

	*port = SYSLOG_PORT;
	if (s.len == 0)
		return ERR_OK;
	if (s.at[0] != ':' ||
	    span_u64((struct span){ s.at + 1, s.len - 1 }, &n) != ERR_OK ||
	    n == 0 || n > PORT_MAX)
		return ERR_SYNTAX;
	*port = (uint16_t)n;
	return ERR_OK;
}

static enum err
read_host(struct span s, struct syslog_target *t)
{
	bool brackets = s.len > 0 && s.at[0] == '[';
	const char *end =
	    s.len > 0 ? memchr(s.at, brackets ? ']' : ':', s.len) : NULL;
	struct span host = s;
	struct span rest = { s.at + s.len, 0 };

	if (brackets && end == NULL)
		return ERR_SYNTAX;
	if (end != NULL) {
		host.len = (size_t)(end - s.at);
		rest.at = end + brackets;
		rest.len = s.len - host.len - brackets;
	}
	if (brackets) {
		host.at++;
		host.len--;
	}
	if (!url_host_ok(host) ||
	    keep(host, t->host, sizeof(t->host)) != ERR_OK)
		return ERR_SYNTAX;
	return read_port(rest, &t->port);
}

enum err
syslog_target_parse(struct span text, struct syslog_target *t)
{
	static const char udp[] = "udp://";

	memset(t, 0, sizeof(*t));
	if (span_starts(text, "/"))
		return keep(text, t->path, sizeof(t->path));
	if (!span_starts(text, udp))
		return ERR_SYNTAX;
	text.at += sizeof(udp) - 1;
	text.len -= sizeof(udp) - 1;
	return read_host(text, t);
}

static void
field(struct span s, size_t most, struct out *o)
{
	if (s.len == 0)
		OUT_LITERAL(o, "-");
	for (size_t i = 0; i < s.len && i < most; i++)
		out_char(o, s.at[i] > ' ' && s.at[i] < 0x7f ? s.at[i] : '_');
	out_char(o, ' ');
}

void
syslog_write(const struct syslog_head *h, struct span text, struct out *o)
{
	out_char(o, '<');
	out_u64(o, h->facility * 8 + h->severity);
	OUT_LITERAL(o, ">1 ");
	out_time(o, h->at);
	out_char(o, ' ');
	field(h->host, HOST_MAX, o);
	field(h->program, PROGRAM_MAX, o);
	out_u64(o, h->process);
	out_char(o, ' ');
	field(h->id, ID_MAX, o);
	OUT_LITERAL(o, "- ");
	out_span(o, text);
}
