#define _GNU_SOURCE

#include "app/sandbox_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/sandbox_filter.h"
#include "core/log.h"

enum {
	/* linux/seccomp.h */
	SET_FILTER = 1,
	ALL_THREADS = 1,
	LOG_REFUSALS = 2,
	/* Nothing foreign runs in here that could be made to guess. */
	KEEP_SPEED = 4,
	MODE_FILTER = 2,
	/* linux/capability.h */
	CAP_DAC_OVERRIDE = 1,
};

/* As the kernel wants it (struct sock_fprog). */
struct filter_program {
	unsigned short count;
	struct filter_step *steps;
};

/* --- what is missing ------------------------------------------------------ */

static void
lack(struct sandbox *s, const char *what, const char *because)
{
	size_t len = strlen(s->missing);
	struct out o;

	out_init(&o, s->missing + len, sizeof(s->missing) - len - 1);
	out_text(&o, len > 0 ? "; " : "");
	out_text(&o, what);
	OUT_LITERAL(&o, ": ");
	out_text(&o, because);
	s->missing[len + o.len] = '\0';
}

/* --- files ---------------------------------------------------------------- */

struct check {
	const struct sandbox_user *user;
	struct out *why;
	bool failed;
};

static void
blame(struct check *c, const char *path, const char *key, const char *remedy)
{
	struct out *o = c->why;

	if (c->failed)
		return;
	c->failed = true;
	out_text(o, key);
	OUT_LITERAL(o, ": ");
	out_text(o, path);
	OUT_LITERAL(o, ": user ");
	out_u64(o, c->user->uid);
	out_text(o, remedy);
}

/* What a reload reads is missed then, and not now. */
static void
warn_unread(const struct check *c, const char *path, const char *key)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "sandbox", "not_readable");
	log_text(&l, "path", path);
	log_text(&l, "key", key);
	log_int(&l, "uid", c->user->uid);
	log_text(&l, "why",
	    "SIGHUP or a new connection cannot read it; chgrp it to the "
	    "user's group and chmod g+r it");
	log_send(&l);
}

static void
check_path(void *owner, const char *path, enum sandbox_use use, const char *key)
{
	struct check *c = owner;
	char folder[SANDBOX_TEXT_MAX];
	struct out o;

	if (key == NULL)
		return;
	out_init(&o, folder, sizeof(folder));
	sandbox_folder(path, &o);
	switch (use) {
	case SANDBOX_READS:
		if (!sandbox_may(path, false, false))
			warn_unread(c, path, key);
		break;
	case SANDBOX_WRITES:
		if (!sandbox_may(path, true, false))
			blame(c, path, key, " may not write it; chown it");
		else if (!o.full && !sandbox_may(folder, true, true))
			blame(c, folder, key,
			    " may not write in that folder; chown it");
		break;
	case SANDBOX_WRITES_BENEATH:
		if (!sandbox_may(path, true, true))
			blame(c, path, key,
			    " may not write in that folder; chown it");
		break;
	case SANDBOX_READS_BENEATH:
	case SANDBOX_WRITES_ITSELF:
		break;
	}
}

static bool
may_all(const struct sandbox *s, const struct options *o,
    const struct sandbox_user *user, struct out *why)
{
	struct check c = { .user = user, .why = why };

	sandbox_paths(s, o, check_path, &c);
	return !c.failed;
}

/* --- privileges ----------------------------------------------------------- */

/*
 * Another user has none.  Root without them cannot write in folders of others:
 * where it has to, it keeps the one for that, and says so.
 */
static int
drop_capabilities(
    struct sandbox *s, const struct options *o, const struct sandbox_user *user)
{
	const uint64_t files = UINT64_C(1) << CAP_DAC_OVERRIDE;
	char text[SANDBOX_TEXT_MAX];
	struct out why;

	/* Asked without it. */
	if (user->uid != 0 || sandbox_capabilities(files, 0) != 0)
		return sandbox_capabilities(0, 0);
	out_init(&why, text, sizeof(text) - 1);
	if (may_all(s, o, user, &why))
		return sandbox_capabilities(0, 0);
	lack(s, "capabilities", out_cstr(&why));
	return sandbox_capabilities(files, files);
}

static enum err
drop_privileges(struct sandbox *s, const struct options *o,
    const struct sandbox_user *user, struct out *why)
{
	int error;
	enum err e;

	if (!s->off)
		sandbox_bounds_drop();
	e = sandbox_user_become(user, why);
	if (e != ERR_OK)
		return e;
	s->uid = user->uid;
	if (user->change && !may_all(s, o, user, why))
		return ERR_CONFIG;
	if (s->off)
		return ERR_OK;
	error = drop_capabilities(s, o, user);
	if (error != 0)
		lack(s, "capabilities", strerror(error));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		lack(s, "privileges", strerror(errno));
	s->powerless = s->missing[0] == '\0';
	return ERR_OK;
}

/* --- calls ---------------------------------------------------------------- */

/* The call was not made; the thread that asked for it is not to be trusted. */
static void
on_refused(int number, siginfo_t *info, void *context)
{
	char text[160];
	struct out o;
	ssize_t n;

	(void)number;
	(void)context;
	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "level=error component=sandbox event=killed call=");
	out_text(&o, filter_killer((enum arch)ARCH_OURS, info->si_syscall));
	OUT_LITERAL(&o, " number=");
	out_i64(&o, info->si_syscall);
	OUT_LITERAL(&o, " why=\"a collector never asks for that\"\n");
	n = write(STDERR_FILENO, o.at, o.len);
	(void)n;
	abort();
}

static int
install(struct filter_program *p)
{
	unsigned flags = ALL_THREADS | LOG_REFUSALS | KEEP_SPEED;

	if (syscall(SYS_seccomp, SET_FILTER, flags, p) == 0)
		return 0;
	/* Kernels before 4.17 do not know all of these; those before 3.17, and
	 * service managers, do not know this call.  There is one thread. */
	flags = ALL_THREADS;
	if (syscall(SYS_seccomp, SET_FILTER, flags, p) == 0 ||
	    prctl(PR_SET_SECCOMP, MODE_FILTER, p, 0, 0) == 0)
		return 0;
	return errno == EINVAL ? ENOSYS : errno;
}

static int
filter_calls(void)
{
	struct filter_step steps[FILTER_MAX];
	struct filter_program p = { .steps = steps };
	struct sigaction a;

	if (!ARCH_MUSL)
		return ENOSYS;
	p.count = (unsigned short)filter_build((enum arch)ARCH_OURS, steps);
	memset(&a, 0, sizeof(a));
	a.sa_sigaction = on_refused;
	a.sa_flags = SA_SIGINFO;
	if (sigaction(SIGSYS, &a, NULL) != 0)
		return errno;
	return p.count > 0 ? install(&p) : E2BIG;
}

bool
sandbox_has_seccomp(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

/* --- all ------------------------------------------------------------------ */

static const char *
reason(int error)
{
	return !ARCH_MUSL        ? "this build is for tests"
	       : error == ENOSYS ? "this kernel has none"
				 : strerror(error);
}

static void
confine(struct sandbox *s, struct sandbox_rules *r)
{
	int error = sandbox_rules_apply(r);

	if (error == 0)
		s->landlock = r->version;
	else
		lack(s, "landlock", reason(error));
	error = filter_calls();
	s->seccomp = error == 0;
	if (error != 0)
		lack(s, "seccomp", reason(error));
}

static void
tell(struct sandbox *s)
{
	bool whole = s->missing[0] == '\0';
	struct log_line l;

	s->metrics.parts =
	    (uint64_t)s->powerless + (s->landlock > 0) + s->seccomp;
	log_open(&l, whole ? LOG_INFO : LOG_WARN, "sandbox",
	    whole ? "entered" : "incomplete");
	log_int(&l, "uid", s->uid);
	log_text(&l, "seccomp", s->seccomp ? "true" : "false");
	log_int(&l, "landlock", s->landlock);
	log_text(&l, "writes", s->writes);
	if (!whole)
		log_text(&l, "missing", s->missing);
	log_send(&l);
}

static void
tell_off(const struct sandbox *s)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "sandbox", "off");
	log_int(&l, "uid", s->uid);
	log_send(&l);
}

enum err
sandbox_enter(struct sandbox *s, const struct options *o, struct out *why)
{
	struct sandbox_rules rules = { .fd = -1 };
	struct sandbox_user user;
	enum err e = sandbox_user_find(o->box.user, &user, why);

	if (e != ERR_OK)
		return e;
	s->off = strcmp(o->box.sandbox, "off") == 0;
	if (!s->off && ARCH_MUSL)
		(void)sandbox_rules_make(&rules, s, o);
	e = drop_privileges(s, o, &user, why);
	if (e != ERR_OK)
		return e;
	if (s->off) {
		tell_off(s);
		return ERR_OK;
	}
	confine(s, &rules);
	tell(s);
	if (strcmp(o->box.sandbox, "on") != 0 || s->missing[0] == '\0')
		return ERR_OK;
	OUT_LITERAL(why, "box.sandbox = on: ");
	out_text(why, s->missing);
	OUT_LITERAL(why, "; auto goes on without");
	return ERR_UNSUPPORTED;
}

void
sandbox_json(const struct sandbox *s, struct out *o)
{
	out_member_u64(o, "uid", s->uid);
	out_member(o, "no_privileges");
	out_text(o, s->powerless ? "true," : "false,");
	out_member(o, "seccomp");
	out_text(o, s->seccomp ? "true," : "false,");
	out_member_u64(o, "landlock", s->landlock);
	out_member_text(o, "writes", span_of(s->writes));
	OUT_LITERAL(o, "\"missing\":");
	out_json(o, span_of(s->missing));
}
