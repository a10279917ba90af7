/* LINK: app/sandbox_filter */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/sandbox_filter.h"

/* What the kernel hands to a filter (linux/seccomp.h). */
struct data {
	int32_t number;
	uint32_t arch;
	uint64_t pointer;
	uint64_t arguments[6];
};

#define ALLOWED 0x7fff0000u
#define EPERM_ 0x00050001u
#define ENOSYS_ 0x00050026u
#define TRAPPED 0x00030000u
#define ENDED 0x80000000u
#define FLAWED 0xffffffffu

static const uint32_t archs[ARCHS] = { 0xc000003e, 0xc00000b7, 0x40000028 };

/* clang-format off */
static const struct call {
	const char *name;
	int number[ARCHS];
	char verdict;
} calls[] = {
#define CALL(name, x86_64, aarch64, armv7, verdict, why) \
	{ #name, { x86_64, aarch64, armv7 }, #verdict[0] },
#define WHEN(name, argument, op, value, why)
#include "tables/syscalls.def"
#undef CALL
#undef WHEN
};

static const struct when {
	const char *name;
	unsigned argument;
	const char *op;
	uint32_t value;
} whens[] = {
#define CALL(name, x86_64, aarch64, armv7, verdict, why)
#define WHEN(name, argument, op, value, why) { #name, argument, #op, value },
#include "tables/syscalls.def"
#undef CALL
#undef WHEN
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct filter_step steps[ARCHS][FILTER_MAX];
static size_t lengths[ARCHS];

/*
 * Classic BPF as seccomp(2) allows it: aligned words of the data, jumps
 * forward.  FLAWED: what the kernel's checker would not take.
 */
static uint32_t
run(enum arch arch, const struct data *d)
{
	const struct filter_step *s = steps[arch];
	uint32_t a = 0;

	for (size_t i = 0; i < lengths[arch]; i++) {
		bool yes = false;

		switch (s[i].code) {
		case 0x20:
			if (s[i].value % 4 != 0 || s[i].value >= sizeof(*d))
				return FLAWED;
			memcpy(&a, (const char *)d + s[i].value, sizeof(a));
			continue;
		case 0x15:
			yes = a == s[i].value;
			break;
		case 0x45:
			yes = (a & s[i].value) != 0;
			break;
		case 0x06:
			return s[i].value;
		default:
			return FLAWED;
		}
		i += yes ? s[i].yes : s[i].no;
	}
	return FLAWED;
}

static struct data
ask(enum arch arch, int number)
{
	return (struct data){ .number = number, .arch = archs[arch] };
}

static const struct call *
find(const char *name)
{
	for (size_t i = 0; i < COUNT(calls); i++) {
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	}
	fail_msg("%s: WHEN without a CALL", name);
	return NULL;
}

/* Arguments that all conditions of the call let pass. */
static void
satisfy(const char *name, struct data *d)
{
	for (size_t i = COUNT(whens); i-- > 0;) {
		const struct when *w = &whens[i];

		if (strcmp(w->name, name) != 0)
			continue;
		/* The upper half counts for nothing: it is an int there. */
		if (strcmp(w->op, "ONE_OF") == 0)
			d->arguments[w->argument] =
			    UINT64_C(0x5a) << 32 | w->value;
		else if (strcmp(w->op, "BIT") == 0)
			d->arguments[w->argument] |= w->value;
	}
}

static int
build(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++)
		lengths[a] = filter_build(a, steps[a]);
	return 0;
}

static void
fits_the_kernel(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		/* BPF_MAXINSNS; 0 would be too many for us. */
		assert_in_range(lengths[a], 1, 4096);
		/* Every jump lands inside. */
		for (size_t i = 0; i < lengths[a]; i++) {
			assert_true(i + 1 + steps[a][i].yes <= lengths[a] ||
				    steps[a][i].code == 0x06);
			assert_true(i + 1 + steps[a][i].no <= lengths[a] ||
				    steps[a][i].code == 0x06);
		}
		assert_int_equal(steps[a][lengths[a] - 1].code, 0x06);
	}
}

static void
every_row(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		for (size_t i = 0; i < COUNT(calls); i++) {
			const struct call *c = &calls[i];
			struct data d = ask(a, c->number[a]);
			uint32_t want = c->verdict == 'A'   ? ALLOWED
					: c->verdict == 'D' ? EPERM_
							    : TRAPPED;

			if (c->number[a] < 0)
				continue;
			satisfy(c->name, &d);
			if (run(a, &d) != want)
				fail_msg(
				    "%s of %d: %x", c->name, a, run(a, &d));
		}
	}
}

/* Every number there is: no row is reached by another's number. */
static void
every_number(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		for (int n = -2; n < 2000; n++) {
			struct data d = ask(a, n);
			unsigned rows = 0;

			for (size_t i = 0; n >= 0 && i < COUNT(calls); i++)
				rows += calls[i].number[a] == n;
			if (rows > 1)
				fail_msg("%d of %d has %u rows", n, a, rows);
			if (rows == 0)
				assert_int_equal(run(a, &d), ENOSYS_);
			else
				assert_int_not_equal(run(a, &d), ENOSYS_);
		}
	}
}

/* A wrong value for one condition, the others satisfied. */
static void
every_condition(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		for (size_t i = 0; i < COUNT(whens); i++) {
			const struct when *w = &whens[i];
			const struct call *c = find(w->name);
			struct data d = ask(a, c->number[a]);
			uint64_t *at = &d.arguments[w->argument];

			if (c->number[a] < 0)
				continue;
			assert_int_equal(c->verdict, 'A');
			satisfy(w->name, &d);
			if (strcmp(w->op, "ONE_OF") == 0) {
				*at = w->value;
				assert_int_equal(run(a, &d), ALLOWED);
				*at = 0x7ffffff0;
			} else if (strcmp(w->op, "NOT") == 0) {
				*at = w->value;
			} else if (strcmp(w->op, "NO_BIT") == 0) {
				/* Its highest bit alone. */
				uint32_t bit = 1u << 31;

				while ((w->value & bit) == 0)
					bit >>= 1;
				*at |= bit;
			} else {
				assert_string_equal(w->op, "BIT");
				*at &= ~(uint64_t)w->value;
			}
			assert_int_equal(run(a, &d), EPERM_);
		}
	}
}

static uint32_t
call(enum arch a, const char *name, uint64_t first, uint64_t second,
    uint64_t third)
{
	struct data d = ask(a, find(name)->number[a]);

	d.arguments[0] = first;
	d.arguments[1] = second;
	d.arguments[2] = third;
	return run(a, &d);
}

/* The ones that matter, spelled out. */
static void
by_name(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		const char *map = a == ARCH_ARMV7 ? "mmap2" : "mmap";

		assert_int_equal(call(a, "execve", 0, 0, 0), TRAPPED);
		assert_int_equal(call(a, "ptrace", 0, 0, 0), TRAPPED);
		assert_int_equal(call(a, "listen", 3, 16, 0), EPERM_);
		/* PROT_READ | PROT_WRITE; and PROT_EXEC */
		assert_int_equal(call(a, map, 0, 4096, 3), ALLOWED);
		assert_int_equal(call(a, map, 0, 4096, 7), EPERM_);
		assert_int_equal(call(a, "mprotect", 0, 4096, 5), EPERM_);
		/* What pthread_create of musl asks for; fork; a namespace. */
		assert_int_equal(call(a, "clone", 0x7d0f00, 0, 0), ALLOWED);
		assert_int_equal(call(a, "clone", 17, 0, 0), EPERM_);
		assert_int_equal(call(a, "clone", 0x10010000, 0, 0), EPERM_);
		assert_int_equal(call(a, "socket", 2, 1, 6), ALLOWED);
		assert_int_equal(call(a, "socket", 2, 0x80801, 6), ALLOWED);
		/* AF_NETLINK, AF_PACKET, SOCK_RAW */
		assert_int_equal(call(a, "socket", 16, 2, 0), EPERM_);
		assert_int_equal(call(a, "socket", 17, 2, 0), EPERM_);
		assert_int_equal(call(a, "socket", 2, 3, 1), EPERM_);
		/* TIOCSTI */
		assert_int_equal(call(a, "ioctl", 0, 0x5412, 0), EPERM_);
		/* SIGTERM, SIGSYS */
		assert_int_equal(call(a, "rt_sigaction", 15, 0, 0), ALLOWED);
		assert_int_equal(call(a, "rt_sigaction", 31, 0, 0), EPERM_);
	}
}

/* int 0x80 of x86_64, and its third set of numbers (x32). */
static void
other_machines(void **state)
{
	struct data d = ask(ARCH_X86_64, 0);

	(void)state;
	d.arch = 0x40000003;
	assert_int_equal(run(ARCH_X86_64, &d), ENDED);
	for (int n = 0; n < 600; n++) {
		d = ask(ARCH_X86_64, 0x40000000 + n);
		assert_int_equal(run(ARCH_X86_64, &d), ENOSYS_);
	}
	for (enum arch a = 0; a < ARCHS; a++) {
		d = ask(a, find("read")->number[a]);
		d.arch = archs[(a + 1) % ARCHS];
		assert_int_equal(run(a, &d), ENDED);
	}
}

static void
names(void **state)
{
	(void)state;
	for (enum arch a = 0; a < ARCHS; a++) {
		for (size_t i = 0; i < COUNT(calls); i++) {
			const struct call *c = &calls[i];

			if (c->verdict == 'K' && c->number[a] >= 0)
				assert_string_equal(
				    filter_killer(a, c->number[a]), c->name);
		}
		assert_string_equal(
		    filter_killer(a, find("read")->number[a]), "another");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_the_kernel),
		cmocka_unit_test(every_row),
		cmocka_unit_test(every_number),
		cmocka_unit_test(every_condition),
		cmocka_unit_test(by_name),
		cmocka_unit_test(other_machines),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, build, NULL);
}
