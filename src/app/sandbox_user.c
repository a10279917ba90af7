#define _GNU_SOURCE

#include "app/sandbox_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/lines.h"

enum {
	CAPABILITIES_MAX = 64,
	/* linux/capability.h */
	CAPABILITY_VERSION = 0x20080522,
	/* unistd.h of the kernel, the same on all machines. */
	CALL_FACCESSAT2 = 439,
	PASSWD_LINE_MAX = 1024,
	FIELDS = 4,
};

/* --- who ------------------------------------------------------------------ */

static bool
read_id(struct span s, unsigned *id)
{
	uint64_t n;

	/* The last number means "nobody" to the kernel. */
	if (s.at == NULL || span_u64(s, &n) != ERR_OK || n >= UINT32_MAX)
		return false;
	*id = (unsigned)n;
	return true;
}

static struct span
field_of(struct span *rest)
{
	struct span field = { rest->at, 0 };

	while (field.len < rest->len && rest->at[field.len] != ':')
		field.len++;
	rest->at += field.len;
	rest->len -= field.len;
	if (rest->len > 0) {
		rest->at++;
		rest->len--;
	}
	return field;
}

/* NAME:x:UID:GID:... */
static bool
is_line_of(struct span line, struct span who, struct sandbox_user *u)
{
	struct span fields[FIELDS];

	for (unsigned i = 0; i < FIELDS; i++)
		fields[i] = field_of(&line);
	return (span_eq(fields[0], who) || span_eq(fields[2], who)) &&
	       read_id(fields[2], &u->uid) && read_id(fields[3], &u->gid);
}

static bool
find_line(struct span who, struct sandbox_user *u)
{
	char text[PASSWD_LINE_MAX];
	struct lines l;
	struct span line;
	bool found = false;

	if (lines_open(&l, "/etc/passwd", text, sizeof(text)) != ERR_OK)
		return false;
	while (!found && lines_next(&l, &line) == ERR_OK)
		found = is_line_of(line, who, u);
	lines_close(&l);
	return found;
}

static bool
find(const char *text, struct sandbox_user *u)
{
	struct span rest = span_of(text);
	struct span who = field_of(&rest);

	if (!find_line(who, u)) {
		if (!read_id(who, &u->uid))
			return false;
		u->gid = u->uid;
	}
	return strchr(text, ':') == NULL || read_id(rest, &u->gid);
}

static enum err
refuse(struct out *why, const char *text, const char *what)
{
	OUT_LITERAL(why, "box.user: ");
	out_text(why, text);
	out_text(why, what);
	return ERR_CONFIG;
}

enum err
sandbox_user_find(const char *text, struct sandbox_user *u, struct out *why)
{
	u->change = false;
	u->uid = geteuid();
	u->gid = getegid();
	if (text[0] == '\0')
		return ERR_OK;
	if (!find(text, u))
		return refuse(why, text,
		    ": is no user of /etc/passwd, and neither UID nor UID:GID");
	if (geteuid() != 0 && u->uid != geteuid())
		return refuse(why, text,
		    ": only root can become another user; start mpedge as "
		    "root, or leave it empty");
	u->change = geteuid() == 0 && u->uid != 0;
	return ERR_OK;
}

enum err
sandbox_user_become(const struct sandbox_user *u, struct out *why)
{
	if (!u->change)
		return ERR_OK;
	if (setgroups(0, NULL) == 0 && setresgid(u->gid, u->gid, u->gid) == 0 &&
	    setresuid(u->uid, u->uid, u->uid) == 0 && setuid(0) != 0)
		return ERR_OK;
	OUT_LITERAL(why, "box.user: becoming it: ");
	out_text(why, strerror(errno));
	OUT_LITERAL(why, "; does a container take CAP_SETUID and CAP_SETGID "
			 "away? Then set its user instead");
	return ERR_IO;
}

/* --- capabilities --------------------------------------------------------- */

/* More than this kernel has is refused, and so is all without CAP_SETPCAP. */
void
sandbox_bounds_drop(void)
{
	for (unsigned long c = 0; c < CAPABILITIES_MAX; c++) {
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0)
			break;
	}
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* linux/capability.h */
struct capability_head {
	uint32_t version;
	int32_t pid;
};

struct capability_set {
	uint32_t effective;
	uint32_t permitted;
	uint32_t inheritable;
};

/* A service manager may have seen to that, and forbid the other call. */
static bool
has_none(void)
{
	struct capability_head head = { CAPABILITY_VERSION, 0 };
	struct capability_set sets[2];

	return syscall(SYS_capget, &head, sets) == 0 &&
	       (sets[0].permitted | sets[1].permitted) == 0;
}

int
sandbox_capabilities(uint64_t permitted, uint64_t effective)
{
	struct capability_head head = { CAPABILITY_VERSION, 0 };
	struct capability_set sets[2];

	if (has_none())
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		sets[i].effective = (uint32_t)(effective >> (32 * i));
		sets[i].permitted = (uint32_t)(permitted >> (32 * i));
		sets[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, sets) == 0 ? 0 : errno;
}

/* Kernels before 5.8 can only be asked for the real ids. */
static bool
may_by_bits(const char *path, unsigned how)
{
	struct stat st;
	unsigned shift = 0;

	if (stat(path, &st) != 0)
		return errno == ENOENT;
	if (st.st_uid == geteuid())
		shift = 6;
	else if (st.st_gid == getegid())
		shift = 3;
	return (st.st_mode >> shift & how) == how;
}

bool
sandbox_may(const char *path, bool write, bool folder)
{
	/* These are the bits of a mode, too. */
	int how = (write ? W_OK : R_OK) | (folder ? X_OK : 0);

	if (syscall(CALL_FACCESSAT2, AT_FDCWD, path, how, AT_EACCESS) == 0)
		return true;
	return errno == ENOSYS ? may_by_bits(path, (unsigned)how)
			       : errno == ENOENT;
}
