#include "core/must.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/out.h"

_Noreturn void
must_failed(const char *file, int line, const char *claim)
{
	char text[512];
	struct out o;
	ssize_t written;

	/* The last byte is kept for the end of the line. */
	out_init(&o, text, sizeof(text) - 1);
	OUT_LITERAL(&o, "level=error component=must event=failed at=");
	out_text(&o, file);
	out_char(&o, ':');
	out_i64(&o, line);
	OUT_LITERAL(&o, " claim=");
	out_json(&o, span_of(claim));
	text[o.len++] = '\n';
	written = write(STDERR_FILENO, text, o.len);
	/* Nobody is left to hear that stderr is gone. */
	(void)written;
	abort();
}
