#include "init/settings.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "core/out.h"

struct place {
	struct settings *s;
	unsigned line;
};

struct key {
	const char *section;
	const char *name;
	/* NULL, or why the value is none. */
	const char *(*take)(struct settings *s, struct span value);
	/* Without take: where in the settings it counts as said, and whether it
	 * does when it is empty. */
	size_t said;
	bool empty_too;
};

/* --- values --------------------------------------------------------------- */

enum err
ipv4_parse(struct span text, uint32_t *address)
{
	uint32_t all = 0;
	unsigned parts = 0;
	struct span rest = text;

	while (rest.len > 0) {
		const char *dot = memchr(rest.at, '.', rest.len);
		size_t len = dot == NULL ? rest.len : (size_t)(dot - rest.at);
		uint64_t n;

		if (len > 3 || parts == 4 || (dot != NULL && parts == 3) ||
		    span_u64((struct span){ rest.at, len }, &n) != ERR_OK ||
		    n > 255)
			return ERR_SYNTAX;
		all = all << 8 | (uint32_t)n;
		parts++;
		rest.at += len + (dot != NULL);
		rest.len -= len + (dot != NULL);
	}
	if (parts != 4)
		return ERR_SYNTAX;
	*address = htonl(all);
	return ERR_OK;
}

static const char *
take_address(struct settings *s, struct span value)
{
	static const char why[] = "not dhcp and not an address as 192.0.2.7/24";
	const char *slash = memchr(value.at, '/', value.len);
	uint32_t address;
	uint64_t prefix;
	size_t len;

	if (span_is_nocase(value, "dhcp")) {
		s->dhcp = true;
		return NULL;
	}
	if (slash == NULL)
		return why;
	len = (size_t)(slash - value.at);
	if (ipv4_parse((struct span){ value.at, len }, &address) != ERR_OK ||
	    span_u64((struct span){ slash + 1, value.len - len - 1 },
		&prefix) != ERR_OK ||
	    prefix < 1 || prefix > 32 || address == 0)
		return why;
	s->dhcp = false;
	s->address = address;
	s->prefix = (unsigned)prefix;
	return NULL;
}

static const char *
take_gateway(struct settings *s, struct span value)
{
	uint32_t gateway;

	if (ipv4_parse(value, &gateway) != ERR_OK)
		return "not an address as 192.0.2.1";
	s->gateway = gateway;
	return NULL;
}

static const char *
copy(char *to, size_t size, struct span value)
{
	if (value.len >= size)
		return "too long";
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];

		if (c < ' ' || c > '~')
			return "has a character that no name has";
	}
	memcpy(to, value.at, value.len);
	to[value.len] = '\0';
	return NULL;
}

static const char *
take_dns(struct settings *s, struct span value)
{
	struct span rest = value, word;
	uint32_t address;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (ipv4_parse(word, &address) != ERR_OK)
			return "not addresses as 192.0.2.1";
	}
	return copy(s->dns, sizeof(s->dns), value);
}

static const char *
take_ntp(struct settings *s, struct span value)
{
	return copy(s->ntp, sizeof(s->ntp), value);
}

static const char *
take_hostname(struct settings *s, struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '.'))
			return "not a host name: letters, digits, - and .";
	}
	return copy(s->hostname, sizeof(s->hostname), value);
}

static const char *
take_gate(struct settings *s, struct span value)
{
	uint64_t n;

	if (span_u64(value, &n) != ERR_OK || n < 10 || n > 86400)
		return "not a number of seconds from 10 to 86400";
	s->gate_s = (unsigned)n;
	return NULL;
}

static const struct key keys[] = {
	{ "network", "address", take_address, 0, false },
	{ "network", "gateway", take_gateway, 0, false },
	{ "network", "dns", take_dns, 0, false },
	{ "network", "ntp", take_ntp, 0, false },
	{ "network", "hostname", take_hostname, 0, false },
	{ "network", "gate_s", take_gate, 0, false },
	{ "box", "name", NULL, offsetof(struct settings, has_name), false },
	{ "box", "user", NULL, offsetof(struct settings, has_user), false },
	{ "box", "state_path", NULL, offsetof(struct settings, has_state),
	    true },
	{ "journal", "path", NULL, offsetof(struct settings, has_journal),
	    true },
	{ "http", "listen", NULL, offsetof(struct settings, has_listen),
	    false },
	{ "update", "folder", NULL, offsetof(struct settings, has_update),
	    false },
};

/* clang-format off */
static const struct {
	const char *section, *name, *value;
} defaults[] = {
#define SECTION(name, doc)
#define KEY(section, name, type, value, min, max, doc) \
	{ #section, #name, value },
#define END(name)
#define VENUE_SECTIONS
#include "tables/config.def"
#undef SECTION
#undef KEY
#undef END
#undef VENUE_SECTIONS
};
/* clang-format on */

/* --- lines ---------------------------------------------------------------- */

static void
take(struct place *p, struct span section, struct span name, struct span value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct key *k = &keys[i];
		const char *why = NULL;

		if (!span_is(section, k->section) || !span_is(name, k->name))
			continue;
		/* An empty value is what stands there by default. */
		if (value.len == 0 && !k->empty_too)
			return;
		if (k->take == NULL)
			*(bool *)((char *)p->s + k->said) = true;
		else
			why = k->take(p->s, value);
		if (why != NULL && p->s->wrong_line == 0) {
			p->s->wrong_line = p->line;
			p->s->wrong = why;
		}
		return;
	}
}

/* Up to the line's end, without \r; *rest goes behind it. */
static struct span
cut_line(struct span *rest)
{
	const char *end = memchr(rest->at, '\n', rest->len);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->at);
	struct span line = { rest->at, len };

	rest->at += len + (end != NULL);
	rest->len -= len + (end != NULL);
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return span_trim(line);
}

/* A comment behind a value begins with a blank and a semicolon. */
static struct span
without_comment(struct span value)
{
	for (size_t i = 1; i < value.len; i++) {
		if (value.at[i] == ';' &&
		    (value.at[i - 1] == ' ' || value.at[i - 1] == '\t'))
			return span_trim((struct span){ value.at, i });
	}
	return value;
}

static bool
cut_key(struct span line, struct span *name, struct span *value)
{
	const char *equals;

	if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
		return false;
	equals = memchr(line.at, '=', line.len);
	if (equals == NULL)
		return false;
	*name = span_trim((struct span){ line.at, (size_t)(equals - line.at) });
	*value = span_trim((struct span){
	    equals + 1, line.len - (size_t)(equals - line.at) - 1 });
	*value = without_comment(*value);
	return true;
}

void
settings_init(struct settings *s)
{
	struct place p = { s, 0 };

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		if (strcmp(defaults[i].section, "network") == 0)
			take(&p, SPAN("network"), span_of(defaults[i].name),
			    span_of(defaults[i].value));
	}
}

void
settings_read(struct settings *s, struct span ini)
{
	struct place p = { s, 0 };
	struct span section = SPAN(""), name, value;

	if (span_starts(ini, "\xef\xbb\xbf")) {
		ini.at += 3;
		ini.len -= 3;
	}
	while (ini.len > 0 && p.line < SETTINGS_LINES_MAX) {
		struct span line = cut_line(&ini);
		const char *close;

		p.line++;
		if (line.len > 0 && line.at[0] == '[') {
			close = memchr(line.at, ']', line.len);
			section = SPAN("");
			if (close != NULL)
				section = (struct span){ line.at + 1,
					(size_t)(close - line.at) - 1 };
		} else if (cut_key(line, &name, &value)) {
			take(&p, section, name, value);
		}
	}
}

struct span
conf_find(struct span text, const char *key)
{
	struct span name, value;

	for (unsigned i = 0; text.len > 0 && i < SETTINGS_LINES_MAX; i++) {
		struct span line = cut_line(&text);

		if (cut_key(line, &name, &value) && span_is(name, key))
			return value;
	}
	return SPAN_NULL;
}
