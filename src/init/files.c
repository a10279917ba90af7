#define _GNU_SOURCE

#include "init/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct span
file_read(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return SPAN_NULL;
	while (len < size && n > 0) {
		n = read(fd, to + len, size - len);
		if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	return n < 0 ? SPAN_NULL : (struct span){ to, len };
}

static bool
write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.at, text.len);

		if (n <= 0)
			return false;
		text.at += n;
		text.len -= (size_t)n;
	}
	return true;
}

/* The rename is on the disk when its folder is. */
static void
sync_folder(const char *path)
{
	char folder[256];
	const char *slash = strrchr(path, '/');
	struct out o;
	int fd;

	out_init(&o, folder, sizeof(folder));
	out_span(&o, (struct span){ path, (size_t)(slash - path) });
	out_cstr(&o);
	fd = o.full ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

enum err
file_replace(const char *path, struct span text, mode_t mode)
{
	char beside[256];
	struct out o;
	bool written;
	int fd;

	out_init(&o, beside, sizeof(beside));
	out_text(&o, path);
	OUT_LITERAL(&o, ".new");
	out_cstr(&o);
	if (o.full)
		return ERR_FULL;
	(void)unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return ERR_IO;
	written = write_all(fd, text) && fsync(fd) == 0;
	close(fd);
	if (!written || rename(beside, path) != 0) {
		(void)unlink(beside);
		return ERR_IO;
	}
	sync_folder(path);
	return ERR_OK;
}

bool
file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write_all(fd, span_of(text));
	close(fd);
	return written;
}

void
make_folder(const char *path, mode_t mode)
{
	char part[256];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i < len; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		(void)mkdir(part, 0755);
		part[i] = '/';
	}
	(void)mkdir(part, mode);
}

void
tell(const char *key, struct span value)
{
	char line[512];
	struct out o;

	out_init(&o, line, sizeof(line) - 1);
	out_text(&o, key);
	out_char(&o, '=');
	out_span(&o, value);
	line[o.len++] = '\n';
	(void)write_all(STDOUT_FILENO, (struct span){ line, o.len });
}

void
tell_text(const char *key, const char *value)
{
	tell(key, span_of(value));
}

void
tell_number(const char *key, int64_t value)
{
	char digits[24];
	struct out o;

	out_init(&o, digits, sizeof(digits));
	out_i64(&o, value);
	tell(key, out_done(&o));
}

bool
random_bytes(void *to, size_t len)
{
	return getrandom(to, len, 0) == (ssize_t)len;
}

/* The interface of POSIX cannot say that the words are only read. */
char *const *
spawn_args(const char *const argv[])
{
	return (char *const *)(uintptr_t)argv;
}

pid_t
run_apart(const char *const argv[], int out_fd, int close_fd)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	int r;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
	if (close_fd >= 0)
		posix_spawn_file_actions_addclose(&files, close_fd);
	r = posix_spawn(&pid, argv[0], &files, NULL, spawn_args(argv), environ);
	posix_spawn_file_actions_destroy(&files);
	return r == 0 ? pid : -1;
}

/* NAME:x:UID:GID: */
static bool
read_person(struct span line, struct person *p)
{
	uint64_t ids[2];

	(void)span_word(&line, ":");
	(void)span_word(&line, ":");
	for (unsigned i = 0; i < 2; i++) {
		struct span word = span_word(&line, ":");

		if (span_u64(word, &ids[i]) != ERR_OK || ids[i] > 65533)
			return false;
	}
	p->uid = (uid_t)ids[0];
	p->gid = (gid_t)ids[1];
	return true;
}

struct person
person_of_mpedge(void)
{
	struct person p = { 0, 0 };
	char text[4096];
	struct span all = file_read("/etc/passwd", text, sizeof(text));
	struct span line;

	if (all.at == NULL)
		return p;
	while ((line = span_word(&all, "\n")).at != NULL) {
		if (span_starts(line, "mpedge:") && read_person(line, &p))
			return p;
	}
	return (struct person){ 0, 0 };
}
