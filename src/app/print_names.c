#include "app/convert.h"
#include "app/print.h"
#include "core/options.h"

/* "`nats.url`", or nothing where there is no twin. */
static void
cell_key(const struct rename *n, struct out *o)
{
	OUT_LITERAL(o, "` | ");
	if (n->section != NULL) {
		out_char(o, '`');
		out_text(o, n->section[0] != '\0' ? n->section : "VENUE");
		out_char(o, '.');
		out_text(o, n->key);
		OUT_LITERAL(o, "` ");
	}
	OUT_LITERAL(o, "| ");
}

static void
rows(enum rename_table t, struct out *o)
{
	for (struct rename n = { 0 }; rename_next(t, &n);) {
		OUT_LITERAL(o, "| `");
		out_text(o, n.name);
		cell_key(&n, o);
		out_text(o, n.meaning);
		OUT_LITERAL(o, " |\n");
	}
}

void
print_environment(struct out *o)
{
	OUT_LITERAL(o,
	    "# Variables\n\nEvery setting of `config.ini` has a variable: "
	    "`MPEDGE_` with its section and key in capitals, "
	    "`MPEDGE_NATS_URL` for `url` in `[nats]`. A secret may also come "
	    "from a file, `MPEDGE_NATS_PASSWORD_FILE`.\n\n"
	    "## Of the services replaced\n\n"
	    "They set a key over the file and below its own variable. One "
	    "without a key means nothing here, for the reason beside it. An "
	    "empty one is none.\n\n"
	    "| variable | key | meaning |\n| --- | --- | --- |\n");
	rows(RENAME_ENVIRONMENT, o);
	OUT_LITERAL(o, "\n# Keys of the service replaced in a file\n\n"
		       "| key | read as | meaning |\n| --- | --- | --- |\n");
	rows(RENAME_ALIASES, o);
	OUT_LITERAL(o,
	    "\n# What mpedge migrate makes of YAML\n\n"
	    "`*` is any one name; VENUE is the section of the venue that the "
	    "file names.\n\n"
	    "| YAML | key | meaning |\n| --- | --- | --- |\n");
	rows(RENAME_MIGRATE, o);
}
