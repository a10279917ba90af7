#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_parts.h"
#include "core/log.h"

enum {
	SECRET_MAX = 4096,
};

static void
refuse(struct config_reader *r, size_t option, const char *path,
    const char *why, const struct config_origin *at)
{
	struct option_desc d = option_at(option);

	config_complain(r, at, d.section, d.key);
	out_text(r->errors, path);
	out_text(r->errors, ": ");
	out_text(r->errors, why);
	out_char(r->errors, '\n');
}

/* systemd shows them to one service alone, whatever their bits say. */
static bool
is_credential(const struct config_reader *r, const char *path)
{
	struct span folder = r->credentials;

	return folder.len > 0 && strncmp(path, folder.at, folder.len) == 0 &&
	       path[folder.len] == '/' && strstr(path, "/../") == NULL;
}

static void
warn_readable(const char *path)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "config", "secret_readable");
	log_text(&l, "path", path);
	log_text(&l, "why", "others may read it, by its bits");
	log_send(&l);
}

/* Reads the first line; NULL, or why not. */
static const char *
read_line(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;
	char *end;

	while (n > 0 && len < size - 1) {
		n = read(fd, text + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (n < 0)
		return strerror(errno);
	end = memchr(text, '\n', len);
	if (end != NULL)
		len = (size_t)(end - text);
	if (len == size - 1)
		return "its first line is too long";
	if (len > 0 && text[len - 1] == '\r')
		len--;
	text[len] = '\0';
	return strlen(text) == len ? NULL : "it has a NUL in it";
}

/* credential: what others may do is the service manager's to decide. */
static const char *
check(int fd, const char *path, bool credential)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is not a file";
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return NULL;
	if (!credential)
		return "others may read it; chmod 600 it";
	/* The group's bits are the mask of its access list. */
	if ((st.st_mode & S_IRWXO) != 0)
		warn_readable(path);
	return NULL;
}

static void
wipe(char *text, size_t size)
{
	volatile char *at = text;

	while (size-- > 0)
		*at++ = '\0';
}

static void
read_secret(struct config_reader *r, size_t option, int fd, const char *path,
    const struct config_origin *at)
{
	char text[SECRET_MAX] = "";
	const char *why = check(fd, path, is_credential(r, path));

	if (why == NULL)
		why = read_line(fd, text, sizeof(text));
	if (why != NULL)
		refuse(r, option, path, why, at);
	else
		/* What was wrong with it has been told. */
		(void)config_set(r, option, text, at, false);
	wipe(text, sizeof(text));
}

/* For the sandbox, which lets them be read again. */
static void
remember(struct config_origins *from, const char *path)
{
	struct out o;

	if (from->secret_count == CONFIG_SECRETS_MAX)
		return;
	out_init(&o, from->secrets[from->secret_count], CONFIG_PATH_MAX);
	out_text(&o, path);
	(void)out_cstr(&o);
	from->secret_count += !o.full;
}

const char *
secrets_line(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why;

	if (fd < 0)
		return strerror(errno);
	why = check(fd, path, false);
	if (why == NULL)
		why = read_line(fd, text, size);
	close(fd);
	return why;
}

void
secrets_from(struct config_reader *r, size_t option, const char *path,
    const struct config_origin *at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	remember(r->origins, path);
	if (fd < 0) {
		refuse(r, option, path, strerror(errno), at);
		return;
	}
	read_secret(r, option, fd, path, at);
	close(fd);
}

void
secrets_credentials(struct config_reader *r)
{
	const struct config_origin at = { .source = CONFIG_CREDENTIAL };
	char path[2 * CONFIG_PATH_MAX];
	struct out o;

	if (r->credentials.len == 0)
		return;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);
		int fd;

		if (d.key == NULL || d.type != OPTION_TYPE_SECRET)
			continue;
		out_init(&o, path, sizeof(path));
		out_span(&o, r->credentials);
		out_char(&o, '/');
		out_text(&o, d.section);
		out_char(&o, '.');
		out_text(&o, d.key);
		out_cstr(&o);
		if (o.full)
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0) {
			refuse(r, i, path, strerror(errno), &at);
			continue;
		}
		read_secret(r, i, fd, path, &at);
		close(fd);
	}
}
