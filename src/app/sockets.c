#include <unistd.h>

#include "app/sockets.h"
#include "core/span.h"

static struct span
value_of(char *const *environment, const char *name)
{
	size_t len = span_of(name).len;

	for (; environment != NULL && *environment != NULL; environment++) {
		if (span_starts(span_of(*environment), name) &&
		    (*environment)[len] == '=')
			return span_of(*environment + len + 1);
	}
	return SPAN_NULL;
}

unsigned
sockets_passed(char *const *environment)
{
	struct span pid = value_of(environment, "LISTEN_PID");
	struct span count = value_of(environment, "LISTEN_FDS");
	uint64_t who, n;

	if (pid.at == NULL || count.at == NULL ||
	    span_u64(pid, &who) != ERR_OK || who != (uint64_t)getpid() ||
	    span_u64(count, &n) != ERR_OK || n > SOCKETS_MAX)
		return 0;
	return (unsigned)n;
}
