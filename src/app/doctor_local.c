#include "app/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/config_parts.h"

enum {
	FILES_LEAST = 256,
	MIB = 1024 * 1024,
};

static void
mib(struct out *o, uint64_t bytes)
{
	bool small = bytes < 10 * MIB;

	out_u64(o, small ? (bytes + 1023) / 1024 : bytes / MIB);
	out_text(o, small ? " KiB" : " MiB");
}

/* --- limits --------------------------------------------------------------- */

static void
check_memory(struct doctor *d)
{
	size_t size = (size_t)d->options->box.memory_bytes;
	struct arena a;
	enum err e = arena_init(&a, size);

	mib(&d->detail, size);
	if (e == ERR_OK) {
		OUT_LITERAL(&d->detail, " of address space can be reserved");
		arena_fini(&a);
	} else {
		OUT_LITERAL(&d->detail, " of address space are refused");
	}
	doctor_say(d, e == ERR_OK ? DOCTOR_OK : DOCTOR_FAIL, "memory",
	    "lower box.memory_bytes, or raise ulimit -v and "
	    "vm.overcommit_memory");
}

static void
check_files(struct doctor *d)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	OUT_LITERAL(&d->detail, "at most ");
	out_u64(&d->detail, r.rlim_cur);
	doctor_say(d, r.rlim_cur >= FILES_LEAST ? DOCTOR_OK : DOCTOR_WARN,
	    "open files", "raise ulimit -n (LimitNOFILE=) to 1024");
}

/* --- disk ----------------------------------------------------------------- */

static void
folder_of(const char *path, char *folder, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct out o;

	out_init(&o, folder, size);
	if (slash == NULL)
		out_char(&o, '.');
	else if (slash == path)
		out_char(&o, '/');
	else
		out_bytes(&o, path, (size_t)(slash - path));
	(void)out_cstr(&o);
}

/* Bytes that a file has on the disk already. */
static uint64_t
taken_by(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 ? (uint64_t)s.st_blocks * 512 : 0;
}

static void
low(struct doctor *d, uint64_t available, uint64_t needed)
{
	mib(&d->detail, available);
	OUT_LITERAL(&d->detail, " free");
	if (available >= needed)
		return;
	OUT_LITERAL(&d->detail, ", up to ");
	mib(&d->detail, needed);
	OUT_LITERAL(&d->detail, " are wanted");
}

/* bad: what it is when it cannot be written.  more: bytes it may yet take. */
static void
check_path(struct doctor *d, const char *key, const char *path, uint64_t most,
    enum doctor_verdict bad)
{
	uint64_t taken = taken_by(path);
	uint64_t needed = most > taken ? most - taken : 0;
	bool there = access(path, F_OK) == 0;
	char folder[512];
	struct statvfs s;
	uint64_t available;

	folder_of(path, folder, sizeof(folder));
	out_text(&d->detail, path);
	OUT_LITERAL(&d->detail, ": ");
	if (access(there ? path : folder, W_OK) != 0 ||
	    statvfs(folder, &s) != 0) {
		out_text(&d->detail, strerror(errno));
		doctor_say(d, bad, key,
		    "make the folder, and let this user write there");
		return;
	}
	available = (uint64_t)s.f_bavail * s.f_frsize;
	low(d, available, needed);
	doctor_say(d,
	    available < needed || available < MIB ? DOCTOR_WARN : DOCTOR_OK,
	    key, "free some room, or lower what the settings let it take");
}

void
doctor_disk(struct doctor *d)
{
	const struct options *o = d->options;
	uint64_t kept = (uint64_t)o->file.keep + 1;

	if (o->journal.path[0] != '\0')
		check_path(d, "journal.path", o->journal.path,
		    (uint64_t)o->journal.size_bytes, DOCTOR_FAIL);
	if (o->box.state_path[0] != '\0')
		check_path(
		    d, "box.state_path", o->box.state_path, MIB, DOCTOR_WARN);
	if (o->file.enabled && strcmp(o->file.path, "-") != 0)
		check_path(d, "file.path", o->file.path,
		    kept * (uint64_t)o->file.rotate_bytes, DOCTOR_FAIL);
	if (o->clickhouse.enabled && o->clickhouse.dead_letter[0] != '\0')
		check_path(d, "clickhouse.dead_letter",
		    o->clickhouse.dead_letter, 0, DOCTOR_WARN);
}

/* --- the journal ---------------------------------------------------------- */

/* The cursor that has most before it. */
static uint64_t
farthest(const struct journal *j, const char **name)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		const struct journal_cursor *c = &j->cursors[i];

		if (!c->used || j->head - c->position < most)
			continue;
		most = j->head - c->position;
		*name = c->name;
	}
	return most;
}

static enum doctor_verdict
tell_ring(struct doctor *d, const struct journal *j)
{
	const char *name = NULL;
	uint64_t behind = farthest(j, &name);
	uint64_t percent = j->size > 0 ? behind * 100 / j->size : 0;

	mib(&d->detail, j->size);
	out_text(&d->detail,
	    d->journal_held ? ", in use by a process" : ", in use by nobody");
	if (name == NULL)
		return DOCTOR_OK;
	OUT_LITERAL(&d->detail, ", ");
	out_text(&d->detail, name);
	OUT_LITERAL(&d->detail, " is farthest behind, by ");
	mib(&d->detail, behind);
	OUT_LITERAL(&d->detail, " or ");
	out_u64(&d->detail, percent);
	OUT_LITERAL(&d->detail, " %");
	return percent >= 50 ? DOCTOR_WARN : DOCTOR_OK;
}

static void
look(struct doctor *d, const char *path)
{
	uint64_t wanted = (uint64_t)d->options->journal.size_bytes & ~4095ULL;
	enum doctor_verdict v;
	enum err e = journal_look(d->journal, path, &d->detail);

	if (e != ERR_OK) {
		doctor_say(d, DOCTOR_FAIL, "journal",
		    "mpedge journal verify says more; moving the file away "
		    "lets it begin anew, without what it holds");
		return;
	}
	d->journal_held = journal_held(d->journal);
	v = tell_ring(d, d->journal);
	if (d->journal->size != wanted) {
		OUT_LITERAL(&d->detail, "; journal.size_bytes is another: ");
		out_u64(&d->detail, wanted);
		v = DOCTOR_FAIL;
	}
	journal_leave(d->journal);
	doctor_say(d, v, "journal",
	    v == DOCTOR_FAIL
		? "set size_bytes to what the file has, or move the file away "
		  "when all is delivered"
		: "does its server take records? the oldest are lost when the "
		  "ring is full");
}

void
doctor_journal(struct doctor *d)
{
	const struct opt_journal *o = &d->options->journal;

	if (o->path[0] == '\0') {
		mib(&d->detail, (uint64_t)o->size_bytes);
		OUT_LITERAL(&d->detail,
		    " in RAM: what is not delivered ends with the process");
		doctor_say(d, DOCTOR_OK, "journal", NULL);
	} else if (access(o->path, F_OK) != 0 && errno == ENOENT) {
		out_text(&d->detail, o->path);
		OUT_LITERAL(&d->detail, ": will be made at the first start");
		doctor_say(d, DOCTOR_OK, "journal", NULL);
	} else {
		look(d, o->path);
	}
}

void
doctor_local(struct doctor *d)
{
	check_memory(d);
	check_files(d);
	doctor_disk(d);
	doctor_sandbox(d);
	doctor_journal(d);
}

/* --- facts ---------------------------------------------------------------- */

/* What stands in a small file, each line with a blank before it. */
static void
copy_file(const char *path, const char *only, struct out *o)
{
	char text[2048];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct span rest, line;
	ssize_t n;

	if (fd < 0)
		return;
	n = read(fd, text, sizeof(text));
	close(fd);
	rest = (struct span){ text, n > 0 ? (size_t)n : 0 };
	while ((line = span_word(&rest, "\n")).at != NULL) {
		if (!span_starts(line, only))
			continue;
		OUT_LITERAL(o, "  ");
		out_span(o, line);
		out_char(o, '\n');
	}
}

void
doctor_host(struct doctor *d)
{
	struct utsname u;

	OUT_LITERAL(d->out, "\n== machine\n");
	if (uname(&u) == 0) {
		OUT_LITERAL(d->out, "  ");
		out_text(d->out, u.sysname);
		out_char(d->out, ' ');
		out_text(d->out, u.release);
		out_char(d->out, ' ');
		out_text(d->out, u.machine);
		OUT_LITERAL(d->out, ", host ");
		out_text(d->out, u.nodename);
		out_char(d->out, '\n');
	}
	copy_file("/proc/meminfo", "Mem", d->out);
	OUT_LITERAL(d->out, "  load");
	copy_file("/proc/loadavg", "", d->out);
	copy_file("/etc/resolv.conf", "nameserver", d->out);
	copy_file("/etc/resolv.conf", "search", d->out);
	copy_file("/etc/os-release", "PRETTY_NAME", d->out);
}

/* Of the collector, of the services replaced, and what libraries look at. */
static bool
is_of_interest(struct span name)
{
	static const char *const names[] = { "JOURNAL_STREAM",
		"CREDENTIALS_DIRECTORY", "NOTIFY_SOCKET", "INVOCATION_ID",
		"RES_OPTIONS", "LOCALDOMAIN", "HTTP_PROXY", "HTTPS_PROXY",
		"NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "TZ" };

	if (span_starts(name, "MPEDGE_"))
		return true;
	for (struct rename n = { 0 }; rename_next(RENAME_ENVIRONMENT, &n);) {
		if (span_is(name, n.name))
			return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_is(name, names[i]))
			return true;
	}
	return false;
}

void
doctor_environment(struct doctor *d)
{
	bool any = false;

	OUT_LITERAL(d->out, "\n== environment\n");
	for (char *const *e = d->environment; *e != NULL; e++) {
		const char *end = strchr(*e, '=');
		struct span name;

		if (end == NULL)
			continue;
		name = (struct span){ *e, (size_t)(end - *e) };
		if (!is_of_interest(name))
			continue;
		OUT_LITERAL(d->out, "  ");
		doctor_variable(name, span_of(end + 1), d->out);
		out_char(d->out, '\n');
		any = true;
	}
	if (!any)
		OUT_LITERAL(d->out, "  no variable that matters\n");
}
