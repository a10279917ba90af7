#include "app/versions.h"

#include <unistd.h>

#include "app/lines.h"

struct span
versions_commit(const char *version)
{
	const char *plus = strchr(version, '+');

	return plus != NULL ? span_of(plus + 1) : SPAN("unknown");
}

/* "musl":"1.2","zlib":"1:1.3" as lines of words. */
static void
out_linked(struct out *o)
{
	bool quoted = false;

	for (const char *at = versions_json; *at != '\0'; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (quoted)
			out_char(o, *at);
		else
			out_char(o, *at == ':' ? ' ' : '\n');
	}
	out_char(o, '\n');
}

void
versions_text(const char *version, struct out *o)
{
	OUT_LITERAL(o, "mpedge ");
	out_text(o, version);
	OUT_LITERAL(o, "\ncommit ");
	out_span(o, versions_commit(version));
	out_char(o, '\n');
	out_linked(o);
	OUT_LITERAL(o, "sbom ");
	out_text(o, sbom_sha256[0] != '\0' ? sbom_sha256 : "none");
	out_char(o, '\n');
}

int
versions_print(const char *version)
{
	char text[4096];
	struct out o;

	out_init(&o, text, sizeof(text));
	versions_text(version, &o);
	return lines_write(STDOUT_FILENO, out_done(&o)) == ERR_OK ? 0 : 1;
}
