#define _GNU_SOURCE

#include "init/box.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *what, *where, *type, *options;
	unsigned long flags;
} mounts[] = {
	{ "proc", "/proc", "proc", "", MS_NODEV | MS_NOSUID | MS_NOEXEC },
	{ "sys", "/sys", "sysfs", "", MS_NODEV | MS_NOSUID | MS_NOEXEC },
	{ "dev", "/dev", "devtmpfs", "mode=0755", MS_NOSUID | MS_NOEXEC },
	{ "pts", "/dev/pts", "devpts", "mode=0620,gid=5", MS_NOSUID },
	{ "run", "/run", "tmpfs", "size=8m,mode=0755", MS_NODEV | MS_NOSUID },
	{ "tmp", "/tmp", "tmpfs", "size=4m,mode=1777", MS_NODEV | MS_NOSUID },
	{ "config", CONFIG_FOLDER, "tmpfs", "size=2m,mode=0755",
	    MS_NODEV | MS_NOSUID | MS_NOEXEC },
};

static void
mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		make_folder(mounts[i].where, 0755);
		/* Some are there already: the kernel mounts /dev by itself. */
		(void)mount(mounts[i].what, mounts[i].where, mounts[i].type,
		    mounts[i].flags, mounts[i].options);
	}
	make_folder(DATA_FOLDER, 0755);
	make_folder("/run/log", 0755);
	make_folder("/run/root/.ssh", 0700);
	make_folder(FACTS_FOLDER, 0755);
	(void)symlink("/run/resolv.conf", "/etc/resolv.conf");
	(void)file_replace("/run/resolv.conf", SPAN(""), 0644);
}

static void
null_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	for (int i = 0; fd >= 0 && i < 3; i++)
		(void)dup2(fd, i);
	if (fd > 2)
		close(fd);
}

/* The word behind NAME= on the kernel's command line. */
static void
word_of(const struct box *b, const char *name, char *to, size_t size)
{
	struct span all = span_of(b->cmdline), word;
	size_t len = strlen(name);

	while ((word = span_word(&all, " \n")).at != NULL) {
		if (span_starts(word, name))
			facts_set(to, size,
			    (struct span){ word.at + len, word.len - len });
	}
}

static void
read_cmdline(struct box *b)
{
	char slot[8] = "", trial[8] = "";
	struct span all =
	    file_read("/proc/cmdline", b->cmdline, sizeof(b->cmdline) - 1);

	b->cmdline[all.at == NULL ? 0 : all.len] = '\0';
	word_of(b, "mpedge.slot=", slot, sizeof(slot));
	word_of(b, "mpedge.trial=", trial, sizeof(trial));
	word_of(b, "mpedge.uuid=", b->serial, sizeof(b->serial));
	if (strcmp(slot, "A") == 0 || strcmp(slot, "B") == 0)
		b->facts.slot = slot[0];
	b->slot[0] = b->facts.slot;
	b->facts.trial = strcmp(trial, "1") == 0;
	b->facts.slot_state = b->facts.trial ? "trial" : "good";
}

static void
read_image(struct box *b)
{
	char text[4096];
	struct span all =
	    file_read("/etc/mpedge/slot.conf", text, sizeof(text));
	struct span value = conf_find(all, "board");
	uint64_t n;

	if (value.at != NULL)
		FACTS_SET(b->facts.board, value);
	value = conf_find(all, "version");
	if (value.at != NULL)
		FACTS_SET(b->facts.version, value);
	value = conf_find(all, "sbom");
	if (value.at != NULL)
		FACTS_SET(b->facts.sbom, value);
	if (span_u64(conf_find(all, "built"), &n) == ERR_OK && n < INT32_MAX)
		b->newest_s = (int64_t)n;
	all = file_read("/etc/mpedge/board.conf", text, sizeof(text));
	value = conf_find(all, "board");
	if (value.at != NULL && b->facts.board[0] == '\0')
		FACTS_SET(b->facts.board, value);
	if (span_u64(conf_find(all, "gate_s"), &n) == ERR_OK && n >= 10 &&
	    n <= 86400)
		b->settings.gate_s = (unsigned)n;
}

static void
on_line(struct log_tap *t, const struct log_said *s)
{
	struct box *b = t->owner;

	console_line(&b->console, s->text);
}

static void
on_asked(struct console *c)
{
	boot_banner(c->owner);
}

void
boot_begin(struct box *b)
{
	mount_all();
	null_files();
	read_cmdline(b);
	b->console.asked = on_asked;
	b->console.owner = b;
	console_open(&b->console, &b->loop, span_of(b->cmdline));
	b->tap.take = on_line;
	b->tap.owner = b;
	log_tap(&b->tap);
	read_image(b);
	/* The kernel's own lines would be between ours. */
	(void)file_write("/proc/sys/kernel/printk", "3 4 1 3");
	(void)file_write("/proc/sys/kernel/panic", "10");
	(void)file_write("/proc/sys/vm/panic_on_oom", "0");
	/* mpedge reserves more addresses than there is memory. */
	(void)file_write("/proc/sys/vm/overcommit_memory", "1");
	(void)lan_up("lo");
}

/* A number of /proc/meminfo, whose text ends with a NUL. */
static int64_t
kib_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at == NULL ? -1 : (int64_t)strtoll(at + strlen(name), NULL, 10);
}

static void
tell_memory(void)
{
	char text[512] = "";
	struct log_line l;

	if (file_read("/proc/meminfo", text, sizeof(text) - 1).len == 0)
		return;
	log_open(&l, LOG_INFO, "init", "memory");
	log_int(&l, "total_kib", kib_of(text, "MemTotal:"));
	log_int(&l, "available_kib", kib_of(text, "MemAvailable:"));
	log_send(&l);
}

void
boot_seal(void)
{
	struct log_line l;

	tell_memory();
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0)
		return;
	log_open(&l, LOG_WARN, "init", "root_writable");
	log_send(&l);
}

/* --- what a console shows ------------------------------------------------- */

static void
row(struct out *o, const char *name, const char *value)
{
	out_text(o, name);
	out_text(o, value[0] == '\0' ? "-" : value);
	OUT_LITERAL(o, "\r\n");
}

static const char *
health(const struct box *b)
{
	if (b->sup.safe)
		return "safe mode: nothing is collected";
	if (b->sup.state != SUP_RUNNING)
		return "the collector is not running";
	if (b->gate.now_bits == GATE_ALL)
		return "collecting and delivering";
	return "running, see /health";
}

void
boot_banner(struct box *b)
{
	char text[1024];
	char slot[] = { b->facts.slot ? b->facts.slot : '-', '\0' };
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "\r\n");
	row(&o, "mpedge box  ", b->facts.name);
	row(&o, "address     ", b->facts.address);
	row(&o, "health      ", health(b));
	if (b->sup.safe)
		row(&o, "because     ", b->facts.safe_mode);
	row(&o, "slot        ", slot);
	row(&o, "version     ", b->facts.version);
	row(&o, "data        ", b->facts.data);
	row(&o, "clock       ", facts_clock_name(b->facts.clock));
	OUT_LITERAL(&o, "(nobody can log in here)\r\n\r\n");
	console_show(&b->console, out_done(&o));
}
