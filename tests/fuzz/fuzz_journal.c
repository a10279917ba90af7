/* LINK: feed/journal feed/journal_file feed/journal_keep */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread core/time core/metrics */
/* LINK: codec/crc32c core/out core/span core/err core/must */
/*
 * A journal file of any bytes: open it, read all of it, append, close.  The
 * input is a list of changes to a good file, so that most of it stays good:
 * place (3 bytes), length (1), bytes.  The first byte says whether checksums of
 * header and frames are put right afterwards, which leads deeper.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codec/crc32c.h"
#include "feed/journal_format.h"

enum {
	RING = 8192,
	IMAGE = JOURNAL_HEADER + RING,
};

static uint8_t good[IMAGE];

static void
append(struct journal *j, size_t len)
{
	struct journal_note note = { .record = RECORD_trade };
	struct out body;

	if (journal_reserve(j, len, &body) != ERR_OK)
		abort();
	for (size_t i = 0; i < len; i++)
		out_char(&body, (char)i);
	journal_commit(j, body.len, &note);
}

static void
check(bool claim)
{
	if (!claim)
		abort();
}

static void
make_good(struct journal *j, const char *path)
{
	struct out why;
	char text[256];
	const int64_t *mark;

	out_init(&why, text, sizeof(text));
	check(journal_open(j, path, NULL, RING, &why) == ERR_OK);
	mark = journal_mark(j, "binance:BTCUSDT:trade");
	for (int n = 0; n < 120; n++) {
		append(j, (size_t)n % 97);
		journal_set(j, mark, n);
		journal_confirm(
		    j, journal_cursor(j, n % 2 ? "file" : "nats"), j->head);
		if (n % 50 == 49)
			journal_sync(j, false);
	}
	journal_seal(j);
	memcpy(good, j->map, IMAGE);
	journal_close(j);
}

static void
seal_at(uint8_t *at, size_t size, size_t crc)
{
	uint32_t sum = crc32c(0, at, crc);

	check(crc + 4 <= size);
	memcpy(at + crc, &sum, 4);
}

/* Make every checksum right again. */
static void
put_right(uint8_t *b)
{
	struct journal_head h;

	seal_at(b, 32, offsetof(struct journal_super, crc));
	for (size_t i = 0; i < 2; i++)
		seal_at(
		    b + JOURNAL_CHECKPOINTS_AT + i * JOURNAL_CHECKPOINT_STRIDE,
		    40, offsetof(struct journal_checkpoint, crc));
	for (size_t i = 0; i < 2 * JOURNAL_CURSORS_MAX; i++)
		seal_at(b + JOURNAL_SLOTS_AT + i * sizeof(struct journal_slot),
		    48, offsetof(struct journal_slot, crc));
	for (uint32_t n = 0; n < 4; n++)
		seal_at(b + journal_entry_at(n), sizeof(struct journal_entry),
		    offsetof(struct journal_entry, crc));
	for (size_t at = 0; at + sizeof(h) <= RING; at += 8) {
		uint8_t *f = b + JOURNAL_HEADER + at;
		size_t len = JOURNAL_FRAME_HEAD - 12;

		memcpy(&h, f, sizeof(h));
		if (h.magic != JOURNAL_FRAME_MAGIC)
			continue;
		if (h.record != JOURNAL_FILLER)
			len += h.length;
		if (h.length > RING || 12 + len > RING - at)
			continue;
		h.crc = crc32c(0, f + 12, len);
		memcpy(f + 8, &h.crc, 4);
	}
}

static void
mutate(uint8_t *image, const uint8_t *data, size_t size)
{
	while (size >= 4) {
		size_t at =
		    (data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16) %
		    IMAGE;
		size_t len = data[3] % 65;

		data += 4;
		size -= 4;
		if (len > size)
			len = size;
		if (len > IMAGE - at)
			len = IMAGE - at;
		memcpy(image + at, data, len);
		data += len;
		size -= len;
	}
}

static void
walk(struct journal *j)
{
	struct journal_frame f;
	uint64_t position = 0;
	unsigned sum = 0;
	enum err e;

	while ((e = journal_read(j, position, &f)) != ERR_AGAIN) {
		check(f.next > position && f.next <= j->head);
		position = f.next;
		for (size_t i = 0; e == ERR_OK && i < f.body.len; i++)
			sum += (unsigned char)f.body.at[i];
	}
	check(sum + 1 != 0);
}

static void
use(struct journal *j)
{
	const int64_t *mark = journal_mark(j, "binance:BTCUSDT:trade");

	walk(j);
	for (size_t n = 0; n < 200; n++) {
		append(j, n);
		if (mark != NULL && n % 3 == 0)
			journal_set(j, mark, (int64_t)n);
		journal_seal(j);
		journal_sync(j, false);
	}
	walk(j);
	check(j->head - j->tail <= j->size);
	check(journal_backlog(j) <= j->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct journal j;
	static uint8_t image[IMAGE];
	char path[64];
	char text[256];
	struct out why;
	int fd = memfd_create("journal", 0);

	check(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (good[0] == 0)
		make_good(&j, path);
	memcpy(image, good, IMAGE);
	if (size > 0)
		mutate(image, data + 1, size - 1);
	if (size > 0 && (data[0] & 1))
		put_right(image);
	check(ftruncate(fd, 0) == 0);
	check(pwrite(fd, image, IMAGE, 0) == IMAGE);
	out_init(&why, text, sizeof(text));
	if (journal_open(&j, path, NULL, RING, &why) == ERR_OK) {
		use(&j);
		journal_close(&j);
	} else {
		check(why.len > 0);
	}
	close(fd);
	return 0;
}
