#include <string.h>

#include "app/update.h"
#include "codec/mbr.h"

enum {
	SECTOR = 512,
	/* Slot A is the second partition, B the third. */
	SLOT_A = 1,
};

static enum update_end
disk_failed(struct out *why, const char *what, enum err e)
{
	out_text(why, what);
	OUT_LITERAL(why, ": ");
	out_text(why, err_text(e));
	return UPDATE_disk;
}

/* --- partitions and environment ------------------------------------------- */

static enum update_end
look_at_table(struct update_slot *s, struct out *why)
{
	enum err e =
	    s->disk->read(s->disk->owner, 0, s->block, MBR_BYTES, false);
	const struct mbr_partition *p;
	struct mbr table;

	if (e == ERR_OK)
		e = mbr_read(s->block, 0, &table);
	if (e != ERR_OK)
		return disk_failed(why, "the partition table", e);
	p = &table.part[SLOT_A + (s->running == 'A')];
	s->at = (uint64_t)p->first * SECTOR;
	s->bytes = (uint64_t)p->count * SECTOR;
	if (s->at > BOOTENV_LBA * SECTOR + BOOTENV_BYTES &&
	    s->bytes >= UPDATE_BLOCK)
		return UPDATE_done;
	OUT_LITERAL(why, "the disk has no slot ");
	out_char(why, bootenv_other(s->running));
	return UPDATE_disk;
}

/* Where there is none nothing may be written: it may be anything. */
static enum err
read_environment(struct update_slot *s, bool past, struct bootenv *env)
{
	enum err e = s->disk->read(s->disk->owner, BOOTENV_LBA * SECTOR,
	    s->block, BOOTENV_BYTES, past);

	return e == ERR_OK ? bootenv_parse(s->block, BOOTENV_BYTES, env) : e;
}

static bool
same(const struct bootenv *a, const struct bootenv *b)
{
	return a->good == b->good && a->trial == b->trial && a->left == b->left;
}

static enum update_end
write_environment(struct update_slot *s, struct out *why)
{
	const struct update_disk *d = s->disk;
	struct bootenv found;
	enum err e = bootenv_write(&s->env, s->block);

	if (e == ERR_OK)
		e = d->write(
		    d->owner, BOOTENV_LBA * SECTOR, s->block, BOOTENV_BYTES);
	if (e == ERR_OK)
		e = d->sync(d->owner);
	if (e == ERR_OK)
		e = read_environment(s, true, &found);
	if (e == ERR_OK && !same(&found, &s->env))
		e = ERR_CORRUPT;
	return e == ERR_OK
		   ? UPDATE_done
		   : disk_failed(why, "the environment of the boot loader", e);
}

enum update_end
update_slot_look(struct update_slot *s, const struct update_disk *d,
    char running, struct out *why)
{
	enum update_end end;
	enum err e;

	s->disk = d;
	s->running = running;
	end = look_at_table(s, why);
	if (end != UPDATE_done)
		return end;
	e = read_environment(s, false, &s->env);
	if (e != ERR_OK)
		return disk_failed(
		    why, "the environment of the boot loader", e);
	if (s->env.trial == running) {
		OUT_LITERAL(why, "what runs is on trial itself: wait until it "
				 "is committed");
		return UPDATE_busy;
	}
	return UPDATE_done;
}

/* --- the image ------------------------------------------------------------ */

/* Nobody takes the slot for one from here on: its first sector, which is there
 * as a whole or not at all, is gone. */
static enum err
invalidate(struct update_slot *s)
{
	const struct update_disk *d = s->disk;
	enum err e;

	memset(s->block, 0, SECTOR);
	e = d->write(d->owner, s->at, s->block, SECTOR);
	return e == ERR_OK ? d->sync(d->owner) : e;
}

enum update_end
update_slot_fits(const struct update_slot *s, uint64_t size, struct out *why)
{
	if (size <= s->bytes)
		return UPDATE_done;
	OUT_LITERAL(why, "an image of ");
	out_u64(why, size);
	OUT_LITERAL(why, " bytes, a slot of ");
	out_u64(why, s->bytes);
	return UPDATE_large;
}

enum update_end
update_slot_begin(struct update_slot *s, uint64_t size, struct out *why)
{
	enum update_end end = update_slot_fits(s, size, why);
	enum err e;

	if (end != UPDATE_done)
		return end;
	/* The other slot must be wanted by nobody: what runs has booted. */
	if (s->env.good != s->running || s->env.trial != 0) {
		bootenv_commit(&s->env, s->running);
		end = write_environment(s, why);
	}
	if (end != UPDATE_done)
		return end;
	e = invalidate(s);
	if (e != ERR_OK)
		return disk_failed(why, "the slot", e);
	s->size = size;
	s->done = 0;
	return UPDATE_done;
}

enum update_end
update_slot_add(
    struct update_slot *s, const void *bytes, size_t len, struct out *why)
{
	const struct update_disk *d = s->disk;
	uint64_t block = s->done / UPDATE_BLOCK;
	enum err e = ERR_OK;

	if (len > s->size - s->done || len > UPDATE_BLOCK ||
	    (len < UPDATE_BLOCK && len < s->size - s->done))
		return disk_failed(why, "the slot", ERR_RANGE);
	/* It makes the slot one: it comes last. */
	if (block == 0) {
		memset(s->first, 0, sizeof(s->first));
		memcpy(s->first, bytes, len);
	} else {
		e = d->write(d->owner, s->at + s->done, bytes, len);
	}
	s->done += len;
	if (e == ERR_OK && block % UPDATE_SYNC_BLOCKS == UPDATE_SYNC_BLOCKS - 1)
		e = d->sync(d->owner);
	return e == ERR_OK ? UPDATE_done : disk_failed(why, "the slot", e);
}

/* The first sector when all others are there. */
static enum err
finish_image(struct update_slot *s)
{
	const struct update_disk *d = s->disk;
	enum err e = d->write(d->owner, s->at + SECTOR, s->first + SECTOR,
	    sizeof(s->first) - SECTOR);

	if (e == ERR_OK)
		e = d->sync(d->owner);
	if (e == ERR_OK)
		e = d->write(d->owner, s->at, s->first, SECTOR);
	return e == ERR_OK ? d->sync(d->owner) : e;
}

/* What the disk has. */
static enum err
read_back(struct update_slot *s, uint8_t *sha256)
{
	const struct update_disk *d = s->disk;
	enum err e = ERR_OK;

	tls_sum_start(&s->sum);
	for (uint64_t at = 0; at < s->size && e == ERR_OK; at += UPDATE_BLOCK) {
		uint64_t room = s->bytes - at, left = s->size - at;

		e = d->read(d->owner, s->at + at, s->block,
		    room < UPDATE_BLOCK ? (size_t)room : UPDATE_BLOCK, true);
		if (e == ERR_OK)
			tls_sum_add(&s->sum, s->block,
			    left < UPDATE_BLOCK ? (size_t)left : UPDATE_BLOCK);
	}
	tls_sum_end(&s->sum, sha256);
	return e;
}

enum update_end
update_slot_end(struct update_slot *s, const uint8_t *sha256, struct out *why)
{
	uint8_t found[TLS_SUM_BYTES];
	enum err e = s->done == s->size ? finish_image(s) : ERR_SHORT;

	if (e == ERR_OK)
		e = read_back(s, found);
	if (e == ERR_OK && memcmp(found, sha256, sizeof(found)) != 0)
		e = ERR_CORRUPT;
	if (e != ERR_OK) {
		/* Whatever it is, it is no slot. */
		if (invalidate(s) != ERR_OK)
			return disk_failed(why, "the slot", e);
		return disk_failed(why, "the slot, read back", e);
	}
	bootenv_try(&s->env, bootenv_other(s->running));
	return write_environment(s, why);
}
