#define _GNU_SOURCE

#include "app/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* linux/landlock.h; calls have the same number on all machines. */
enum {
	CALL_CREATE = 444,
	CALL_ADD = 445,
	CALL_RESTRICT = 446,
	ASK_VERSION = 1,
	RULE_BENEATH = 1,

	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_REG = 1 << 8,
	TRUNCATE = 1 << 14,

	ALL_1 = (1 << 13) - 1,
	ALL_2 = (1 << 14) - 1,
	ALL_3 = (1 << 15) - 1,
	ALL_5 = (1 << 16) - 1,
	NET_BIND_TCP = 1,
	SCOPE_SIGNAL = 2,

	OF_FILES = WRITE_FILE | READ_FILE | TRUNCATE,
	TO_READ = READ_FILE,
	TO_WRITE = OF_FILES | READ_DIR | REMOVE_FILE | MAKE_REG,
	PATH_BYTES = 512,
};

unsigned
sandbox_landlock_version(void)
{
	long version = syscall(CALL_CREATE, NULL, 0, ASK_VERSION);

	return version > 0 ? (unsigned)version : 0;
}

static uint64_t
all_of(unsigned version)
{
	return version >= 5   ? ALL_5
	       : version >= 3 ? ALL_3
	       : version == 2 ? ALL_2
			      : ALL_1;
}

/* What a file cannot have is left out, and what this kernel does not know. */
static void
add(const struct sandbox_rules *r, int fd, bool folder, uint64_t may)
{
	struct {
		uint64_t allowed;
		int32_t fd;
	} __attribute__((packed)) rule = { may & all_of(r->version), fd };

	if (!folder)
		rule.allowed &= OF_FILES;
	(void)syscall(CALL_ADD, r->fd, RULE_BENEATH, &rule, 0);
}

/* Where a descriptor leads, in path; false: it cannot be told. */
static bool
real_path(int fd, char *path, size_t size)
{
	char link[64];
	struct out o;
	ssize_t n;

	out_init(&o, link, sizeof(link));
	OUT_LITERAL(&o, "/proc/self/fd/");
	out_i64(&o, fd);
	n = readlink(out_cstr(&o), path, size - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return true;
}

static void
remember(struct sandbox *s, const char *folder)
{
	struct out o;
	size_t len = strlen(s->writes);
	struct span rest = { s->writes, len };
	struct span word;

	while ((word = span_word(&rest, " ")).at != NULL) {
		if (span_is(word, folder))
			return;
	}
	out_init(&o, s->writes + len, sizeof(s->writes) - len);
	out_text(&o, len > 0 ? " " : "");
	out_text(&o, folder);
	(void)out_cstr(&o);
	if (o.full)
		s->writes[len] = '\0';
}

static bool
add_folder(const struct sandbox_rules *r, const char *path, uint64_t may)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char real[PATH_BYTES];

	if (fd < 0)
		return false;
	add(r, fd, true, may);
	if (may == TO_WRITE)
		remember(r->sandbox,
		    real_path(fd, real, sizeof(real)) ? real : path);
	close(fd);
	return true;
}

/* One that does not exist yet may be made later: the nearest that does. */
static void
add_folder_of(const struct sandbox_rules *r, const char *path, uint64_t may)
{
	char text[2][PATH_BYTES];
	struct out o;

	for (unsigned i = 0; i < PATH_BYTES; i++) {
		out_init(&o, text[i % 2], PATH_BYTES);
		sandbox_folder(path, &o);
		if (o.full || add_folder(r, text[i % 2], may) ||
		    may == TO_WRITE || strcmp(path, text[i % 2]) == 0)
			return;
		path = text[i % 2];
	}
}

/* From the folder of the link. */
static void
add_target(const struct sandbox_rules *r, const char *link, uint64_t may)
{
	char target[PATH_BYTES], path[PATH_BYTES];
	ssize_t n = readlink(link, target, sizeof(target) - 1);
	struct out o;

	if (n <= 0)
		return;
	target[n] = '\0';
	out_init(&o, path, sizeof(path));
	if (target[0] != '/') {
		sandbox_folder(link, &o);
		out_char(&o, '/');
	}
	out_text(&o, target);
	(void)out_cstr(&o);
	if (!o.full)
		add_folder_of(r, path, may);
}

/*
 * Of a file its folder, as it may be made, replaced or rotated; of a link both
 * folders.  Of a device only itself.
 */
static void
add_file(const struct sandbox_rules *r, const char *path, uint64_t may)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	char real[PATH_BYTES];
	struct stat st;

	if (fd < 0) {
		add_target(r, path, may);
		add_folder_of(r, path, may);
		return;
	}
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISFIFO(st.st_mode)) {
		add(r, fd, S_ISDIR(st.st_mode), may);
	} else {
		if (real_path(fd, real, sizeof(real)))
			add_folder_of(r, real, may);
		add_folder_of(r, path, may);
	}
	close(fd);
}

static void
add_itself(const struct sandbox_rules *r, const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	add(r, fd, false, WRITE_FILE);
	close(fd);
}

static void
add_path(void *owner, const char *path, enum sandbox_use use, const char *key)
{
	const struct sandbox_rules *r = owner;

	(void)key;
	switch (use) {
	case SANDBOX_READS:
		add_file(r, path, TO_READ);
		break;
	case SANDBOX_WRITES:
		add_file(r, path, TO_WRITE);
		break;
	case SANDBOX_WRITES_ITSELF:
		add_itself(r, path);
		break;
	case SANDBOX_READS_BENEATH:
		(void)add_folder(r, path, TO_READ);
		break;
	case SANDBOX_WRITES_BENEATH:
		(void)add_folder(r, path, TO_WRITE);
		break;
	}
}

int
sandbox_rules_make(
    struct sandbox_rules *r, struct sandbox *s, const struct options *o)
{
	struct {
		uint64_t files;
		uint64_t net;
		uint64_t scoped;
	} handled;

	r->sandbox = s;
	r->fd = -1;
	r->version = sandbox_landlock_version();
	if (r->version == 0)
		return ENOSYS;
	handled.files = all_of(r->version);
	handled.net = r->version >= 4 ? NET_BIND_TCP : 0;
	handled.scoped = r->version >= 6 ? SCOPE_SIGNAL : 0;
	r->fd = (int)syscall(CALL_CREATE, &handled, sizeof(handled), 0);
	if (r->fd < 0)
		return errno;
	sandbox_paths(s, o, add_path, r);
	return 0;
}

int
sandbox_rules_apply(struct sandbox_rules *r)
{
	int error;

	if (r->fd < 0)
		return ENOSYS;
	error = syscall(CALL_RESTRICT, r->fd, 0) == 0 ? 0 : errno;
	close(r->fd);
	r->fd = -1;
	return error;
}
