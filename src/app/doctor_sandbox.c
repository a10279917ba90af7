#include <string.h>

#include "app/doctor.h"
#include "app/sandbox_parts.h"

static const char no_landlock[] =
    "files are left to their owners and modes: Landlock is in kernels from "
    "5.13 on, with landlock among lsm= on their command line";

/* What the collector would give up on this kernel. */
void
doctor_sandbox(struct doctor *d)
{
	const struct opt_box *o = &d->options->box;
	unsigned version = sandbox_landlock_version();
	struct sandbox_user user;
	struct out *detail = &d->detail;

	if (sandbox_user_find(o->user, &user, detail) != ERR_OK) {
		doctor_say(d, DOCTOR_FAIL, "sandbox",
		    "name another, or run this as the user that starts it");
		return;
	}
	if (strcmp(o->sandbox, "off") == 0) {
		OUT_LITERAL(detail, "box.sandbox is off");
		doctor_say(d, DOCTOR_WARN, "sandbox", "auto is the default");
		return;
	}
	OUT_LITERAL(detail, "user ");
	out_u64(detail, user.uid);
	out_text(detail, sandbox_has_seccomp() ? ", seccomp" : ", no seccomp");
	OUT_LITERAL(detail, ", Landlock ");
	out_u64(detail, version);
	doctor_say(d,
	    version > 0 && sandbox_has_seccomp() ? DOCTOR_OK : DOCTOR_WARN,
	    "sandbox", no_landlock);
}
