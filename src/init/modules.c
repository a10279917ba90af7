#define _GNU_SOURCE

#include "init/box.h"

#include <dirent.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/*
 * Devices say which module they want (modalias); modprobe knows the modules.
 * What a module finds has wishes of its own: so again, until nothing new is
 * there, and now and then later for what is plugged in.
 */

enum {
	ALIASES_MAX = 400,
	ALIAS_BYTES = 24 * 1024,
	FIRST_PHASE_MS = 30 * 1000,
	AGAIN_MS = 300,
	AGAIN_LATER_MS = 30 * 1000,
	MODPROBE_MS = 60 * 1000,
};

struct aliases {
	struct out text;
	const char *argv[ALIASES_MAX + 8];
	unsigned count;
	uint64_t hash;
	char bytes[ALIAS_BYTES];
};

static void
add(struct aliases *a, struct span alias)
{
	size_t before = a->text.len;

	if (alias.len == 0 || a->count == ALIASES_MAX)
		return;
	out_span(&a->text, alias);
	out_char(&a->text, '\0');
	if (a->text.full) {
		a->text.len = before;
		a->text.full = false;
		return;
	}
	a->argv[a->count++] = a->bytes + before;
	/* In any order. */
	a->hash += span_hash(alias);
}

static void
add_bus(struct aliases *a, const char *bus)
{
	char path[512], alias[256];
	struct out o;
	DIR *all;
	struct dirent *e;

	out_init(&o, path, sizeof(path));
	OUT_LITERAL(&o, "/sys/bus/");
	out_text(&o, bus);
	OUT_LITERAL(&o, "/devices");
	out_cstr(&o);
	all = o.full ? NULL : opendir(path);
	if (all == NULL)
		return;
	while ((e = readdir(all)) != NULL) {
		struct out file = o;
		struct span s;

		out_char(&file, '/');
		out_text(&file, e->d_name);
		OUT_LITERAL(&file, "/modalias");
		out_cstr(&file);
		if (e->d_name[0] == '.' || file.full)
			continue;
		s = file_read(path, alias, sizeof(alias));
		while (s.len > 0 && s.at[s.len - 1] == '\n')
			s.len--;
		add(a, s);
	}
	closedir(all);
}

static void
add_devices(struct aliases *a)
{
	DIR *all = opendir("/sys/bus");
	struct dirent *e;

	if (all == NULL)
		return;
	while ((e = readdir(all)) != NULL) {
		if (e->d_name[0] != '.')
			add_bus(a, e->d_name);
	}
	closedir(all);
}

static void
add_named(struct aliases *a)
{
	char text[4096];
	struct span all =
	    file_read("/etc/mpedge/board.conf", text, sizeof(text));
	struct span names = conf_find(all, "modules"), word;

	while (names.len > 0 && (word = span_word(&names, " \t,")).at != NULL)
		add(a, word);
}

static void
on_done(struct job *j, int status)
{
	struct box *b = j->owner;

	/* Most aliases have no module here: the status says nothing. */
	(void)status;
	b->modules_next = b->loop.now;
	if (++b->module_rounds >= MODULE_ROUNDS)
		b->modules_next = box_after(b, AGAIN_MS);
}

static void
load(struct box *b, struct aliases *a)
{
	const char *argv[ALIASES_MAX + 8] = { BUSYBOX, "modprobe", "-a", "-b",
		"-q" };

	memcpy(argv + 5, a->argv, a->count * sizeof(argv[0]));
	argv[5 + a->count] = NULL;
	b->modprobe.loop = &b->loop;
	b->modprobe.owner = b;
	b->modprobe.name = "modprobe";
	b->modprobe.done = on_done;
	if (job_start(&b->jobs, &b->modprobe, argv, NULL, MODPROBE_MS) !=
	    ERR_OK)
		b->modules_next = box_after(b, AGAIN_LATER_MS);
}

/* --- and away with the rest ------------------------------------------------
 */

static void
on_dropped(struct job *j, int status)
{
	(void)j;
	(void)status;
	boot_seal();
}

/* What is not loaded by now takes memory that the box may not have. */
static void
drop(struct box *b)
{
	const char *argv[] = { BUSYBOX, "rm", "-rf", b->module_folder, NULL };
	char text[4096];
	struct utsname u;
	struct out o;
	struct span all =
	    file_read("/etc/mpedge/board.conf", text, sizeof(text));

	b->sealed = true;
	out_init(&o, b->module_folder, sizeof(b->module_folder));
	OUT_LITERAL(&o, "/lib/modules/");
	out_text(&o, uname(&u) == 0 ? u.release : "none");
	OUT_LITERAL(&o, "/kernel");
	out_cstr(&o);
	b->modprobe.name = "rm";
	b->modprobe.done = on_dropped;
	if (o.full || !span_is(conf_find(all, "drop_modules"), "yes") ||
	    job_start(&b->jobs, &b->modprobe, argv, NULL, MODPROBE_MS) !=
		ERR_OK)
		boot_seal();
}

void
modules_tick(struct box *b)
{
	struct aliases a;
	bool early = mono_ms_between(b->booted, b->loop.now) < FIRST_PHASE_MS;

	if (job_runs(&b->modprobe))
		return;
	if (!b->sealed && b->mpedge_may_start && !early) {
		drop(b);
		return;
	}
	if (!box_due(b, b->modules_next))
		return;
	a.count = 0;
	a.hash = 0;
	out_init(&a.text, a.bytes, sizeof(a.bytes));
	if (b->module_rounds == 0)
		add_named(&a);
	add_devices(&a);
	b->modules_next = box_after(b, early ? AGAIN_MS : AGAIN_LATER_MS);
	if (a.hash == b->modules_seen || a.count == 0)
		return;
	b->modules_seen = a.hash;
	load(b, &a);
}
