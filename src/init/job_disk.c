#define _GNU_SOURCE

#include "init/parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/settings.h"

enum {
	CONFIG_FILE_MAX = 256 * 1024,
	CONFIG_ALL_MAX = 1024 * 1024,
};

/* --- settings ------------------------------------------------------------- */

/* The FAT partition has the loader and, on ARM, the firmware too: what mp.ini
 * may name is what ends like this. */
static bool
is_setting(struct span name)
{
	static const char *const ends[] = { ".ini", ".pem", ".crt", ".cer",
		".key", ".creds", ".nk", ".jwt", ".token" };

	if (span_is_nocase(name, "authorized_keys"))
		return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t len = strlen(ends[i]);

		if (name.len > len &&
		    span_is_nocase(
			(struct span){ name.at + name.len - len, len },
			ends[i]))
			return true;
	}
	return false;
}

static void
path_of(char *to, size_t size, const char *folder, const char *name)
{
	struct out o;

	out_init(&o, to, size);
	out_text(&o, folder);
	out_char(&o, '/');
	out_text(&o, name);
	out_cstr(&o);
	if (o.full)
		to[0] = '\0';
}

/* True: the file in RAM is another one now. */
static bool
copy_file(const char *name, size_t *left)
{
	char text[CONFIG_FILE_MAX], old[CONFIG_FILE_MAX];
	char from[320], to[320];
	struct person p = person_of_mpedge();
	struct span now, before;

	path_of(from, sizeof(from), BOOT_FOLDER, name);
	path_of(to, sizeof(to), CONFIG_FOLDER, name);
	if (from[0] == '\0' || to[0] == '\0')
		return false;
	now = file_read(from, text, sizeof(text));
	if (now.at == NULL || now.len == sizeof(text) || now.len > *left)
		return false;
	*left -= now.len;
	before = file_read(to, old, sizeof(old));
	if (before.at != NULL && span_eq(now, before))
		return false;
	if (file_replace(to, now, 0600) != ERR_OK)
		return false;
	return chown(to, p.uid, p.gid) == 0;
}

bool
config_copy(bool *changed)
{
	DIR *all = opendir(BOOT_FOLDER);
	size_t left = CONFIG_ALL_MAX;
	struct dirent *e;

	*changed = false;
	if (all == NULL)
		return false;
	while ((e = readdir(all)) != NULL) {
		if (e->d_name[0] != '.' && is_setting(span_of(e->d_name)) &&
		    copy_file(e->d_name, &left))
			*changed = true;
	}
	closedir(all);
	return access(CONFIG_FILE, R_OK) == 0;
}

static bool
mount_boot(const char *disk)
{
	char part[DISK_PATH_MAX + 4];
	struct out o;

	out_init(&o, part, sizeof(part));
	disk_part_path(disk, PART_BOOT, &o);
	make_folder(BOOT_FOLDER, 0755);
	return mount(part, BOOT_FOLDER, "vfat",
		   MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC,
		   "umask=077") == 0;
}

int
job_config(char *const argv[])
{
	bool changed;

	(void)argv;
	if (config_copy(&changed) && changed)
		tell_number("changed", 1);
	return 0;
}

/* --- the box -------------------------------------------------------------- */

static void
tell_identity(void)
{
	unsigned char id[IDENTITY_BYTES];
	char text[64];
	struct span s = file_read(DATA_FOLDER "/identity", text, sizeof(text));
	struct out o;

	while (s.len > 0 && s.at[s.len - 1] == '\n')
		s.len--;
	if (s.len == 2 * IDENTITY_BYTES) {
		tell("identity", s);
		return;
	}
	if (!random_bytes(id, sizeof(id)))
		return;
	out_init(&o, text, sizeof(text));
	out_hex(&o, id, sizeof(id));
	out_char(&o, '\n');
	if (file_replace(DATA_FOLDER "/identity", out_done(&o), 0644) != ERR_OK)
		tell_text("note", "the identity could not be kept");
	tell("identity", (struct span){ text, 2 * IDENTITY_BYTES });
}

static void
tell_kept(void)
{
	char text[4096];
	struct span all = file_read(KEPT_FILE, text, sizeof(text)), line;

	while (all.len > 0 && (line = span_word(&all, "\n")).at != NULL)
		tell("kept", line);
}

/* Files that mpedge has made when it was root, or had another number. */
static void
give_away(const char *folder, struct person p)
{
	DIR *all = opendir(folder);
	struct dirent *e;

	if (all == NULL)
		return;
	while ((e = readdir(all)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)!fchownat(dirfd(all), e->d_name, p.uid, p.gid,
			    AT_SYMLINK_NOFOLLOW);
	}
	closedir(all);
}

static void
make_folders(void)
{
	struct person p = person_of_mpedge();
	static const char *const owned[] = { DATA_FOLDER "/mpedge",
		DATA_FOLDER "/update" };

	make_folder(DATA_FOLDER "/init", 0700);
	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
		make_folder(owned[i], 0750);
		if (chown(owned[i], p.uid, p.gid) != 0)
			tell_text("note", "a folder of the data could not be "
					  "given to mpedge");
		give_away(owned[i], p);
	}
	/* What the last boot has left half done. */
	(void)unlink(DATA_FOLDER "/update/incoming");
}

static void
tell_env(const struct disk *d)
{
	char slot[2] = { d->env.good, '\0' };
	char trial[2] = { d->env.trial, '\0' };

	tell_text("disk", d->path);
	if (!d->has_env)
		tell_text("note", "the environment block is not readable");
	tell_text("env.good", slot);
	tell_text("env.try", trial);
	tell_number("env.left", d->env.left);
	tell_number("env.fails", d->env.fails);
}

static void
use_ram(void)
{
	(void)mount("data", DATA_FOLDER, "tmpfs",
	    MS_NODEV | MS_NOSUID | MS_NOEXEC, "size=24m,mode=0755");
}

/* The version of the slot that does not run. */
static void
tell_other(const struct disk *d, const char *slot)
{
	char part[DISK_PATH_MAX + 4];
	char text[2048];
	struct span all, version;
	struct out o;

	out_init(&o, part, sizeof(part));
	disk_part_path(d->path, slot[0] == 'A' ? PART_B : PART_A, &o);
	make_folder("/run/other", 0700);
	if (mount(part, "/run/other", "squashfs",
		MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL) != 0)
		return;
	all = file_read("/run/other/slot.conf", text, sizeof(text));
	version = conf_find(all, "version");
	if (version.at != NULL)
		tell("other", version);
	(void)umount2("/run/other", MNT_DETACH);
}

int
job_disk(char *const argv[])
{
	const char *slot = argv[2];
	char why[160];
	struct disk d;
	struct out o;
	bool changed;

	out_init(&o, why, sizeof(why));
	if (disk_find(span_of(argv[3]), &d) != ERR_OK) {
		tell_text("config", "none");
		use_ram();
		make_folders();
		tell_text("data", "ram: the disk was not found");
		return 0;
	}
	tell_env(&d);
	if (!mount_boot(d.path))
		tell_text("note", "the FAT partition cannot be mounted");
	tell_text("config", config_copy(&changed) ? "ok" : "none");
	if (!data_open(&d, &o))
		use_ram();
	make_folders();
	tell_kept();
	tell_identity();
	tell("data", out_done(&o));
	tell_other(&d, slot);
	return 0;
}
