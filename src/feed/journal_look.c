#define _GNU_SOURCE

#include "feed/journal_format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32c.h"

static bool
is_whole(const struct journal_super *s)
{
	return memcmp(s->magic, JOURNAL_MAGIC, sizeof(s->magic)) == 0 &&
	       s->crc == crc32c(0, s, offsetof(struct journal_super, crc));
}

/* Of the ring.  When the first bytes are damaged the length of the file says
 * it, and recovery whether it was a journal at all. */
static uint64_t
size_of(const struct journal *j)
{
	struct journal_super s;
	struct stat st;

	if (pread(j->fd, &s, sizeof(s), 0) == (ssize_t)sizeof(s) &&
	    is_whole(&s) && s.version == JOURNAL_VERSION &&
	    s.header_bytes == JOURNAL_HEADER && s.ring_bytes % 4096 == 0)
		return s.ring_bytes;
	if (fstat(j->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size <= JOURNAL_HEADER ||
	    (st.st_size - JOURNAL_HEADER) % 4096 != 0)
		return 0;
	return (uint64_t)st.st_size - JOURNAL_HEADER;
}

static enum err
map_and_read(struct journal *j, const char *path, struct out *why)
{
	struct journal_checkpoint c;

	j->size = size_of(j);
	if (j->size == 0 || j->size > SIZE_MAX / 2 - JOURNAL_HEADER)
		return journal_refuse(
		    why, ERR_CONFIG, path, "is not a journal of this version");
	j->map_bytes = journal_memory(j->size);
	j->map = mmap(NULL, j->map_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (j->map == MAP_FAILED) {
		j->map = NULL;
		return journal_refuse(why, ERR_IO, path, strerror(errno));
	}
	if (!journal_map_spare(j))
		return journal_refuse(why, ERR_IO, path, strerror(errno));
	j->ring = j->map + JOURNAL_HEADER;
	if (!is_whole((const struct journal_super *)j->map) &&
	    !journal_read_checkpoint(j->map, j->size, &c))
		return journal_refuse(
		    why, ERR_CONFIG, path, "is not a journal");
	return journal_recover(j, why);
}

enum err
journal_look(struct journal *j, const char *path, struct out *why)
{
	enum err e;

	memset(j, 0, sizeof(*j));
	j->sequence = 1;
	j->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (j->fd < 0)
		return journal_refuse(why, ERR_CONFIG, path, strerror(errno));
	e = map_and_read(j, path, why);
	if (e != ERR_OK)
		journal_leave(j);
	return e;
}

bool
journal_held(const struct journal *j)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(j->fd, F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK;
}

/* Bytes with a checksum behind them: damaged, or never written? */
static bool
is_damaged(const uint8_t *bytes, size_t covered)
{
	uint32_t crc;
	size_t i = 0;

	while (i < covered && bytes[i] == 0)
		i++;
	memcpy(&crc, bytes + covered, sizeof(crc));
	return (i < covered || crc != 0) && crc != crc32c(0, bytes, covered);
}

void
journal_check_header(const struct journal *j,
    void (*bad)(void *owner, const char *what, uint64_t offset), void *owner)
{
	if (!is_whole((const struct journal_super *)j->map))
		bad(owner, "first bytes", 0);
	for (size_t i = 0; i < 2; i++) {
		size_t at =
		    JOURNAL_CHECKPOINTS_AT + i * JOURNAL_CHECKPOINT_STRIDE;

		if (is_damaged(
			j->map + at, offsetof(struct journal_checkpoint, crc)))
			bad(owner, "checkpoint", at);
	}
	for (unsigned i = 0; i < 2 * JOURNAL_CURSORS_MAX; i++) {
		size_t at = journal_slot_at(i / 2, i % 2);

		if (is_damaged(j->map + at, offsetof(struct journal_slot, crc)))
			bad(owner, "cursor", at);
	}
	for (uint32_t n = 0; n < JOURNAL_MARKS_MAX; n++) {
		size_t at = journal_entry_at(n);

		if (is_damaged(
			j->map + at, offsetof(struct journal_entry, crc)))
			bad(owner, "mark", at);
	}
}
