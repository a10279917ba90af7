#include "sinks/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/out.h"

enum {
	PATH_BYTES = 512,
};

bool
folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_BYTES];
	struct out o;
	bool good;
	int fd;

	out_init(&o, folder, sizeof(folder));
	if (slash == NULL)
		out_char(&o, '.');
	else
		out_bytes(&o, path, (size_t)(slash - path) + 1);
	fd = open(out_cstr(&o), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	/* Some file systems cannot, and need not. */
	good = fsync(fd) == 0 || errno == EINVAL;
	close(fd);
	return good;
}
