#define _GNU_SOURCE

#include "init/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "init/kernel.h"

enum {
	LOOK_EVERY_MS = 50,
	SECTOR = 512,
	/* Serial numbers in the first sector of a FAT, by its kind. */
	AT_SERIAL_16 = 39,
	AT_SERIAL_32 = 67,
	AT_FAT_16_SECTORS = 22,
};

void
disk_part_path(const char *disk, unsigned part, struct out *o)
{
	struct span name = span_of(disk);

	out_span(o, name);
	if (name.len > 0 && name.at[name.len - 1] >= '0' &&
	    name.at[name.len - 1] <= '9')
		out_char(o, 'p');
	out_u64(o, part);
	out_cstr(o);
}

static bool
read_at(int fd, void *to, size_t len, uint64_t sector)
{
	return pread(fd, to, len, (off_t)(sector * SECTOR)) == (ssize_t)len;
}

static void
add_hex(struct out *o, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";

	out_char(o, digits[byte >> 4]);
	out_char(o, digits[byte & 15]);
}

static bool
has_serial(int fd, const struct disk *d, struct span serial)
{
	unsigned char s[SECTOR];
	char text[16];
	struct out o;
	size_t at;

	if (d->mbr.part[PART_BOOT - 1].count == 0 ||
	    !read_at(fd, s, sizeof(s), d->mbr.part[PART_BOOT - 1].first))
		return false;
	at = s[AT_FAT_16_SECTORS] || s[AT_FAT_16_SECTORS + 1] ? AT_SERIAL_16
							      : AT_SERIAL_32;
	out_init(&o, text, sizeof(text));
	add_hex(&o, s[at + 3]);
	add_hex(&o, s[at + 2]);
	out_char(&o, '-');
	add_hex(&o, s[at + 1]);
	add_hex(&o, s[at]);
	out_cstr(&o);
	return span_is_nocase(serial, text);
}

static bool
is_ours(int fd, struct span serial, struct disk *d)
{
	unsigned char sector[MBR_BYTES];
	char block[BOOTENV_BYTES];
	uint64_t bytes = 0;

	if (ioctl(fd, KERNEL_BLKGETSIZE64, &bytes) != 0)
		return false;
	d->sectors = bytes / SECTOR;
	/* A table that says more than there is must not keep us from booting.
	 */
	if (!read_at(fd, sector, sizeof(sector), 0) ||
	    mbr_read(sector, 0, &d->mbr) != ERR_OK)
		return false;
	d->has_env = read_at(fd, block, sizeof(block), BOOTENV_LBA) &&
		     bootenv_parse(block, sizeof(block), &d->env) == ERR_OK;
	if (serial.len > 0)
		return has_serial(fd, d, serial);
	return d->has_env;
}

static bool
try_one(const char *name, struct span serial, struct disk *d)
{
	struct out o;
	bool ours;
	int fd;

	if (name[0] == '.' || strncmp(name, "loop", 4) == 0 ||
	    strncmp(name, "ram", 3) == 0)
		return false;
	out_init(&o, d->path, sizeof(d->path));
	OUT_LITERAL(&o, "/dev/");
	out_text(&o, name);
	out_cstr(&o);
	if (o.full)
		return false;
	fd = open(d->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bootenv_init(&d->env);
	ours = is_ours(fd, serial, d);
	close(fd);
	return ours;
}

static bool
look(struct span serial, struct disk *d)
{
	DIR *all = opendir("/sys/block");
	struct dirent *e;
	bool found = false;

	if (all == NULL)
		return false;
	while (!found && (e = readdir(all)) != NULL)
		found = try_one(e->d_name, serial, d);
	closedir(all);
	return found;
}

enum err
disk_find(struct span serial, struct disk *d)
{
	memset(d, 0, sizeof(*d));
	for (int i = 0; i < DISK_WAIT_MS / LOOK_EVERY_MS; i++) {
		if (look(serial, d))
			return ERR_OK;
		(void)poll(NULL, 0, LOOK_EVERY_MS);
	}
	d->path[0] = '\0';
	return ERR_MISSING;
}

static enum err
tell_kernel(int fd, const struct mbr_partition *p, bool is_new)
{
	struct kernel_blkpg_partition part;
	struct kernel_blkpg arg = { 0 };

	memset(&part, 0, sizeof(part));
	part.start = (long long)p->first * SECTOR;
	part.length = (long long)p->count * SECTOR;
	part.number = PART_DATA;
	arg.op = is_new ? KERNEL_BLKPG_ADD : KERNEL_BLKPG_RESIZE;
	arg.length = sizeof(part);
	arg.data = &part;
	return ioctl(fd, KERNEL_BLKPG, &arg) == 0 ? ERR_OK : ERR_IO;
}

enum err
disk_grow(struct disk *d)
{
	unsigned char sector[MBR_BYTES];
	bool is_new = d->mbr.part[PART_DATA - 1].count == 0;
	bool changed = false;
	int fd = open(d->path, O_RDWR | O_CLOEXEC);
	enum err e = ERR_IO;

	if (fd < 0)
		return ERR_IO;
	if (read_at(fd, sector, sizeof(sector), 0))
		e = mbr_grow(sector, d->sectors, &changed);
	if (e == ERR_OK && changed) {
		if (pwrite(fd, sector, sizeof(sector), 0) != sizeof(sector) ||
		    fsync(fd) != 0 ||
		    mbr_read(sector, d->sectors, &d->mbr) != ERR_OK)
			e = ERR_IO;
		else
			e = tell_kernel(
			    fd, &d->mbr.part[PART_DATA - 1], is_new);
	}
	close(fd);
	return e;
}
