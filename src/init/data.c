#define _GNU_SOURCE

#include "init/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/kernel.h"

enum {
	AT_SUPER = 1024,
	SUPER_BYTES = 1024,
	/* In the superblock of ext4. */
	AT_BLOCKS_LOW = 0x04,
	AT_BLOCK_SIZE = 0x18,
	AT_MAGIC = 0x38,
	AT_BLOCKS_HIGH = 0x150,
	MAGIC = 0xef53,
	/* Less than this is not worth a change of the file system. */
	GROW_BYTES = 1024 * 1024,
	/* What is written last when a file system is made. */
	HEAD_BYTES = 4096,
	COPY_BYTES = 256 * 1024,
	MOUNT_TRIES = 3,
};

#define MOUNT_FLAGS (MS_NOATIME | MS_NODEV | MS_NOSUID | MS_NOEXEC)

/* What is worth saving from a file system that cannot be mounted any more. */
struct saved {
	struct span identity, kept;
	char identity_text[64];
	char kept_text[FILE_SMALL_MAX / 16];
};

static uint64_t
le32(const unsigned char *at)
{
	return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 |
	       (uint64_t)at[3] << 24;
}

/* --- a new one ------------------------------------------------------------ */

static bool
read_full(int fd, char *to, size_t len, size_t *got)
{
	ssize_t n = 1;

	*got = 0;
	while (*got < len && n > 0) {
		n = read(fd, to + *got, len - *got);
		if (n > 0)
			*got += (size_t)n;
	}
	return n >= 0;
}

/*
 * The image without its beginning, then that: a file system whose making was
 * cut off has no superblock, and is made again.
 */
static bool
copy_image(int from, int to, char *buffer)
{
	static const char none[HEAD_BYTES];
	char head[HEAD_BYTES];
	size_t got;
	off_t at = HEAD_BYTES;

	if (pwrite(to, none, sizeof(none), 0) != (ssize_t)sizeof(none) ||
	    fsync(to) != 0)
		return false;
	if (!read_full(from, head, sizeof(head), &got) || got != sizeof(head))
		return false;
	do {
		if (!read_full(from, buffer, COPY_BYTES, &got) ||
		    pwrite(to, buffer, got, at) != (ssize_t)got)
			return false;
		at += (off_t)got;
	} while (got == COPY_BYTES);
	return fsync(to) == 0 &&
	       pwrite(to, head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       fsync(to) == 0;
}

static bool
make_new(const char *part)
{
	char buffer[COPY_BYTES];
	const char *const argv[] = { BUSYBOX, "gzip", "-dc", DATA_IMAGE, NULL };
	int ends[2], to, status;
	bool made;
	pid_t pid;

	if (access(DATA_IMAGE, R_OK) != 0 || pipe(ends) != 0)
		return false;
	pid = run_apart(argv, ends[1], ends[0]);
	close(ends[1]);
	to = open(part, O_RDWR | O_CLOEXEC);
	made = pid > 0 && to >= 0 && copy_image(ends[0], to, buffer);
	close(ends[0]);
	if (to >= 0)
		close(to);
	if (pid > 0 && waitpid(pid, &status, 0) == pid)
		made = made && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return made;
}

/* --- what is there -------------------------------------------------------- */

static bool
read_super(const char *part, unsigned char *super)
{
	int fd = open(part, O_RDONLY | O_CLOEXEC);
	bool is_one = false;

	if (fd < 0)
		return false;
	if (pread(fd, super, SUPER_BYTES, AT_SUPER) == SUPER_BYTES)
		is_one = (le32(super + AT_MAGIC) & 0xffff) == MAGIC;
	close(fd);
	return is_one;
}

static int
mount_data(const char *part, bool rescue)
{
	int error = 0;

	for (int i = 0; i < MOUNT_TRIES; i++) {
		if (mount(part, DATA_FOLDER, "ext4",
			MOUNT_FLAGS | (rescue ? MS_RDONLY : 0),
			rescue ? "noload" : "errors=remount-ro") == 0)
			return 0;
		error = errno;
	}
	return error;
}

/* An error of the disk is no reason to make a new file system: it may be back
 * with the next boot, and what stands there is worth more. */
static bool
is_of_the_disk(int error)
{
	return error == EIO || error == ENXIO || error == ENOENT ||
	       error == ENODEV || error == EROFS || error == EBUSY ||
	       error == ENOMEM || error == EACCES;
}

static void
save(const char *part, struct saved *s)
{
	memset(s, 0, sizeof(*s));
	if (mount_data(part, true) != 0)
		return;
	s->identity = file_read(DATA_FOLDER "/identity", s->identity_text,
	    sizeof(s->identity_text));
	s->kept = file_read(KEPT_FILE, s->kept_text, sizeof(s->kept_text));
	(void)umount2(DATA_FOLDER, MNT_DETACH);
}

static void
put_back(const struct saved *s)
{
	make_folder(DATA_FOLDER "/init", 0700);
	if (s->identity.len > 0 &&
	    file_replace(DATA_FOLDER "/identity", s->identity, 0644) != ERR_OK)
		return;
	if (s->kept.len > 0 && file_replace(KEPT_FILE, s->kept, 0600) != ERR_OK)
		return;
}

/* --- its size ------------------------------------------------------------- */

static void
grow_files(const struct disk *d, const char *part)
{
	unsigned char super[SUPER_BYTES];
	uint64_t bytes = (uint64_t)d->mbr.part[PART_DATA - 1].count * MBR_BYTES;
	uint64_t block, blocks, wanted;
	int fd;

	if (!read_super(part, super) || le32(super + AT_BLOCK_SIZE) > 6)
		return;
	block = UINT64_C(1024) << le32(super + AT_BLOCK_SIZE);
	blocks = le32(super + AT_BLOCKS_LOW) | le32(super + AT_BLOCKS_HIGH)
						   << 32;
	wanted = bytes / block;
	if (wanted < blocks + GROW_BYTES / block)
		return;
	fd = open(DATA_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (ioctl(fd, KERNEL_EXT4_RESIZE, &wanted) != 0)
		tell_text("note", "the data partition could not be grown");
	close(fd);
}

/* --- the whole ------------------------------------------------------------ */

static void
describe(struct out *why, const char *text, int error)
{
	out_text(why, text);
	if (error != 0) {
		OUT_LITERAL(why, ": ");
		out_text(why, strerror(error));
		/* Not every number has words there. */
		OUT_LITERAL(why, " (");
		out_i64(why, error);
		out_char(why, ')');
	}
}

static bool
replace(const char *part, int error, struct out *why)
{
	unsigned char super[SUPER_BYTES];
	struct saved s;
	bool had_one = read_super(part, super);

	memset(&s, 0, sizeof(s));
	if (had_one)
		save(part, &s);
	if (!make_new(part)) {
		describe(why, "ram: no file system could be made", 0);
		return false;
	}
	error = mount_data(part, false) == 0 ? error : errno;
	if (access(DATA_FOLDER "/lost+found", F_OK) != 0) {
		describe(
		    why, "ram: the new file system cannot be mounted", error);
		return false;
	}
	put_back(&s);
	describe(why, had_one ? "made again, the old one was broken" : "made",
	    had_one ? error : 0);
	return true;
}

bool
data_open(struct disk *d, struct out *why)
{
	char part[DISK_PATH_MAX + 4];
	struct out o;
	enum err grown = disk_grow(d);
	bool is_open = true;
	int error;

	if (d->mbr.part[PART_DATA - 1].count == 0) {
		describe(why, "ram: there is no fourth partition", 0);
		return false;
	}
	if (grown != ERR_OK)
		tell_text("note", "the fourth partition could not be grown");
	out_init(&o, part, sizeof(part));
	disk_part_path(d->path, PART_DATA, &o);
	error = mount_data(part, false);
	if (error == 0) {
		OUT_LITERAL(why, "ok");
	} else if (is_of_the_disk(error)) {
		describe(why, "ram", error);
		is_open = false;
	} else {
		is_open = replace(part, error, why);
	}
	if (is_open)
		grow_files(d, part);
	return is_open;
}
