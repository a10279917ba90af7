/* LINK: codec/yaml% codec/utf8 core/out core/span core/err core/must */

/*
 * Whatever the file holds: each scalar has a path that is not empty and within
 * its bounds, lines are counted and never go back, and an error has a reason.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/yaml.h"
#include "core/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err
on_scalar(void *owner, struct span path, struct span value, unsigned line)
{
	unsigned *last = owner;
	char bytes[YAML_SCALAR_MAX];

	must(path.len > 0 && path.len <= YAML_PATH_MAX);
	must(value.len <= YAML_SCALAR_MAX);
	must(line >= *last && line > 0);
	*last = line;
	/* All of it can be read. */
	memcpy(bytes, path.at, path.len);
	if (value.at != NULL)
		memcpy(bytes, value.at, value.len);
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml y;
	unsigned line = 0;
	enum err e;

	yaml_init(&y, on_scalar, &line);
	e = yaml_read(&y, (struct span){ (const char *)data, size });
	must(e == ERR_OK || e == ERR_SYNTAX || e == ERR_UNSUPPORTED ||
	     e == ERR_FULL);
	must(e == ERR_OK || (y.why != NULL && y.line > 0));
	return 0;
}
