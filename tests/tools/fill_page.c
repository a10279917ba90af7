/*
 * fill_page -- the status page as the server makes it, of the answer of /status
 * on stdin.
 */
#include <stdio.h>

#include "status/fill.h"
#include "status/page.h"

static char json[1 << 20];
static char page[1 << 20];

int
main(void)
{
	size_t n = fread(json, 1, sizeof(json), stdin);
	struct out o;

	out_init(&o, page, sizeof(page));
	fill(
	    span_of(page_template), (struct span){ json, n }, sizeof(page), &o);
	fwrite(o.at, 1, o.len, stdout);
	return o.full;
}
