/* LINK: app/update_slot app/update_box codec/bundle codec/bootenv codec/mbr */
/* LINK: net/tls_signed core/span core/out core/err core/must */
/* LIBS: mbedtls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/update.h"

enum {
	SECTOR = 512,
	SLOT_BYTES = 256 * 1024,
	A_AT = BOOTENV_LBA * SECTOR + 1024 * 1024,
	B_AT = A_AT + SLOT_BYTES,
	DISK_BYTES = B_AT + SLOT_BYTES,
	DISK_SECTORS = DISK_BYTES / SECTOR,
	ENV_AT = BOOTENV_LBA * SECTOR,
	/* The old image is as long as a slot. */
	IMAGE_BYTES = SLOT_BYTES - 1000,
};

/* --- a disk that forgets at a power cut ----------------------------------- */

struct disk {
	/* What is there for good, and what reads see. */
	uint8_t kept[DISK_BYTES];
	uint8_t seen[DISK_BYTES];
	bool dirty[DISK_SECTORS];
	/* Calls so far; the power is cut at this one. */
	unsigned calls;
	unsigned cut_at;
	/* Writes say they succeed, and do nothing. */
	bool lies;
	unsigned seed;
};

static unsigned
dice(struct disk *d)
{
	d->seed = d->seed * 1103515245u + 12345u;
	return d->seed >> 16;
}

/* Of what was not synced each sector is there, or not. */
static void
cut(struct disk *d)
{
	for (unsigned i = 0; i < DISK_SECTORS; i++) {
		if (d->dirty[i] && dice(d) % 2 == 0)
			memcpy(d->kept + (size_t)i * SECTOR,
			    d->seen + (size_t)i * SECTOR, SECTOR);
	}
}

static bool
is_cut(struct disk *d)
{
	if (d->calls++ < d->cut_at)
		return false;
	if (d->calls == d->cut_at + 1)
		cut(d);
	return true;
}

static enum err
disk_read(void *owner, uint64_t at, void *buf, size_t len, bool past)
{
	struct disk *d = owner;

	assert_true(at + len <= DISK_BYTES);
	if (is_cut(d))
		return ERR_IO;
	if (past)
		assert_int_equal((at | len | (uintptr_t)buf) % SECTOR, 0);
	memcpy(buf, (past ? d->kept : d->seen) + at, len);
	return ERR_OK;
}

static enum err
disk_write(void *owner, uint64_t at, const void *buf, size_t len)
{
	struct disk *d = owner;

	assert_true(at + len <= DISK_BYTES);
	if (!d->lies)
		memcpy(d->seen + at, buf, len);
	for (uint64_t i = at / SECTOR; i <= (at + len - 1) / SECTOR; i++)
		d->dirty[i] = true;
	/* It may be on its way when it happens. */
	return is_cut(d) ? ERR_IO : ERR_OK;
}

static enum err
disk_sync(void *owner)
{
	struct disk *d = owner;

	if (is_cut(d))
		return ERR_IO;
	memcpy(d->kept, d->seen, sizeof(d->kept));
	memset(d->dirty, 0, sizeof(d->dirty));
	return ERR_OK;
}

static void
put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void
put_environment(struct disk *d, const struct bootenv *env)
{
	assert_int_equal(bootenv_write(env, d->seen + ENV_AT), ERR_OK);
	memcpy(d->kept, d->seen, sizeof(d->kept));
}

static struct disk *
new_disk(const struct bootenv *env)
{
	struct disk *d = calloc(1, sizeof(*d));
	uint8_t *entries = d->seen + 446;

	assert_non_null(d);
	d->cut_at = UINT32_MAX;
	d->seed = 1;
	entries[16 + 4] = entries[32 + 4] = 0x83;
	put32(entries + 16 + 8, A_AT / SECTOR);
	put32(entries + 16 + 12, SLOT_BYTES / SECTOR);
	put32(entries + 32 + 8, B_AT / SECTOR);
	put32(entries + 32 + 12, SLOT_BYTES / SECTOR);
	d->seen[510] = 0x55;
	d->seen[511] = 0xaa;
	memset(d->seen + A_AT, 'a', SLOT_BYTES);
	memset(d->seen + B_AT, 'b', SLOT_BYTES);
	put_environment(d, env);
	return d;
}

/* --- an update ------------------------------------------------------------ */

static uint8_t image[IMAGE_BYTES];
static uint8_t image_sum[TLS_SUM_BYTES];

static void
make_image(void)
{
	struct tls_sum sum;

	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 7 + i / 256 + 1);
	tls_sum_start(&sum);
	tls_sum_add(&sum, image, sizeof(image));
	tls_sum_end(&sum, image_sum);
}

static enum update_end
install(struct disk *d, char running)
{
	static struct update_slot slot;
	static char text[UPDATE_WHY_MAX];
	const struct update_disk ops = { d, disk_read, disk_write, disk_sync };
	enum update_end end;
	struct out why;

	out_init(&why, text, sizeof(text));
	memset(&slot, 0, sizeof(slot));
	end = update_slot_look(&slot, &ops, running, &why);
	if (end == UPDATE_done)
		end = update_slot_begin(&slot, IMAGE_BYTES, &why);
	for (size_t at = 0; at < IMAGE_BYTES && end == UPDATE_done;
	     at += UPDATE_BLOCK) {
		size_t len = IMAGE_BYTES - at < UPDATE_BLOCK ? IMAGE_BYTES - at
							     : UPDATE_BLOCK;

		end = update_slot_add(&slot, image + at, len, &why);
	}
	if (end == UPDATE_done)
		end = update_slot_end(&slot, image_sum, &why);
	assert_false(why.full);
	return end;
}

static bool
is_all(const uint8_t *at, uint8_t byte)
{
	for (size_t i = 0; i < SLOT_BYTES; i++) {
		if (at[i] != byte)
			return false;
	}
	return true;
}

/* As the boot loader does it; 'o' old, 'n' new, 0: what it boots is neither. */
static char
boot(const struct disk *d)
{
	struct bootenv env;
	const uint8_t *at;
	char slot;

	(void)!bootenv_parse(d->kept + ENV_AT, BOOTENV_BYTES, &env);
	slot = env.trial != 0 && env.left > 0 ? env.trial : env.good;
	at = d->kept + (slot == 'A' ? A_AT : B_AT);
	if (is_all(at, slot == 'A' ? 'a' : 'b'))
		return 'o';
	return memcmp(at, image, IMAGE_BYTES) == 0 ? 'n' : 0;
}

/* May the boot loader take the other slot for one that is whole, while it is
 * not? */
static bool
is_half(const struct disk *d, size_t at, uint8_t old)
{
	const uint8_t *slot = d->kept + at;
	bool began_old = true;

	for (size_t i = 0; i < SECTOR; i++)
		began_old = began_old && slot[i] == old;
	return (began_old && !is_all(slot, old)) ||
	       (memcmp(slot, image, SECTOR) == 0 &&
		   memcmp(slot, image, IMAGE_BYTES) != 0);
}

static void
the_next_boot_tries_it(void **state)
{
	struct bootenv env;

	(void)state;
	for (char running = 'A'; running <= 'B'; running++) {
		struct disk *d;

		bootenv_init(&env);
		env.good = running;
		d = new_disk(&env);
		assert_int_equal(install(d, running), UPDATE_done);
		assert_int_equal(boot(d), 'n');
		assert_int_equal(
		    bootenv_parse(d->kept + ENV_AT, BOOTENV_BYTES, &env),
		    ERR_OK);
		assert_int_equal(env.good, running);
		assert_int_equal(env.trial, bootenv_other(running));
		assert_int_equal(env.left, BOOTENV_TRIAL_BOOTS);
		assert_true(is_all(d->kept + (running == 'A' ? A_AT : B_AT),
		    running == 'A' ? 'a' : 'b'));
		free(d);
	}
}

/* At every call, with every environment it can begin with. */
static void
a_power_cut_at_any_moment(void **state)
{
	static const struct bootenv begins[] = {
		{ .good = 'A' },
		{ .good = 'A', .trial = 'B', .left = 2 },
		{ .good = 'A', .trial = 'B' },
		/* The good slot did not come up: this is the other one. */
		{ .good = 'B', .fails = 5 },
		{ .good = 'B', .fails = 6 },
	};
	unsigned cuts = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		for (unsigned at = 0, over = 0; !over; at++) {
			for (unsigned seed = 0; seed < 4; seed++) {
				struct disk *d = new_disk(&begins[i]);
				char what;

				d->cut_at = at;
				d->seed = seed * 77 + at;
				over = install(d, 'A') == UPDATE_done;
				what = boot(d);
				if (what == 0)
					fail_msg("%zu %u %u", i, at, seed);
				if (over)
					assert_int_equal(what, 'n');
				if (is_half(d, B_AT, 'b'))
					fail_msg(
					    "half: %zu %u %u", i, at, seed);
				free(d);
				cuts++;
			}
		}
	}
	assert_true(cuts > 200);
}

static void
what_the_disk_does_not_keep_is_noticed(void **state)
{
	struct bootenv env;
	struct disk *d;

	(void)state;
	bootenv_init(&env);
	d = new_disk(&env);
	d->lies = true;
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	assert_int_equal(boot(d), 'o');
	free(d);
	/* Here the environment alone shows it, before the slot is touched. */
	env.trial = 'B';
	env.left = 2;
	d = new_disk(&env);
	d->lies = true;
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	assert_true(is_all(d->kept + B_AT, 'b'));
	free(d);
}

static void
a_trial_is_no_time_for_it(void **state)
{
	struct bootenv env = { .good = 'A', .trial = 'B', .left = 1 };
	struct disk *d = new_disk(&env);

	(void)state;
	assert_int_equal(install(d, 'B'), UPDATE_busy);
	assert_memory_equal(d->seen, d->kept, DISK_BYTES);
	assert_true(is_all(d->kept + A_AT, 'a'));
	free(d);
}

static void
other_disks_are_left_alone(void **state)
{
	struct bootenv env;
	struct disk *d;

	(void)state;
	bootenv_init(&env);
	d = new_disk(&env);
	d->seen[511] = 0;
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	d->seen[511] = 0xaa;
	/* Slot B where the environment is. */
	put32(d->seen + 446 + 32 + 8, BOOTENV_LBA);
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	put32(d->seen + 446 + 32 + 8, 0);
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	put32(d->seen + 446 + 32 + 8, B_AT / SECTOR);
	d->seen[ENV_AT] = 'X';
	assert_int_equal(install(d, 'A'), UPDATE_disk);
	d->seen[ENV_AT] = '#';
	/* Too small. */
	put32(d->seen + 446 + 32 + 12, IMAGE_BYTES / SECTOR);
	assert_int_equal(install(d, 'A'), UPDATE_large);
	assert_true(is_all(d->seen + B_AT, 'b'));
	free(d);
}

/* --- what the box knows --------------------------------------------------- */

static void
values(void **state)
{
	static const char text[] = "a = 1\nbb=2 \r\n# c\nc\nab = 3\na = 4\n";

	(void)state;
	assert_true(span_is(update_value(span_of(text), "a"), "1"));
	assert_true(span_is(update_value(span_of(text), "bb"), "2"));
	assert_true(span_is(update_value(span_of(text), "ab"), "3"));
	assert_null(update_value(span_of(text), "c").at);
	assert_null(update_value(SPAN_NULL, "c").at);
}

static void
sentences(void **state)
{
	char text[256];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	update_sentence(UPDATE_unsigned, SPAN("why"), &o);
	assert_string_equal(
	    out_cstr(&o), "unsigned: the bundle is not signed (why)");
	for (size_t i = 1; i < UPDATE_ENDS; i++) {
		assert_true(update_ends[i].exit > update_ends[i - 1].exit);
		assert_true(update_ends[i].http >= 400);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_boot_tries_it),
		cmocka_unit_test(a_power_cut_at_any_moment),
		cmocka_unit_test(what_the_disk_does_not_keep_is_noticed),
		cmocka_unit_test(a_trial_is_no_time_for_it),
		cmocka_unit_test(other_disks_are_left_alone),
		cmocka_unit_test(values),
		cmocka_unit_test(sentences),
	};

	make_image();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
