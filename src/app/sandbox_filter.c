#include "app/sandbox_filter.h"

enum op {
	/* CALL */
	ALLOW,
	DENY,
	KILL,
	/* WHEN */
	ONE_OF,
	NOT,
	NO_BIT,
	BIT,
};

struct row {
	int16_t number[ARCHS];
	uint8_t op;
	uint8_t argument;
	uint32_t value;
};

/* clang-format off */
static const struct row rows[] = {
#define CALL(name, x86_64, aarch64, armv7, verdict, why) \
	{ { x86_64, aarch64, armv7 }, verdict, 0, 0 },
#define WHEN(name, argument, op, value, why) \
	{ { -1, -1, -1 }, op, argument, value },
#include "tables/syscalls.def"
#undef CALL
#undef WHEN
};

static const char names[][24] = {
#define CALL(name, x86_64, aarch64, armv7, verdict, why) NAME_##verdict(name)
#define WHEN(name, argument, op, value, why)
#define NAME_ALLOW(name)
#define NAME_DENY(name)
#define NAME_KILL(name) #name,
#include "tables/syscalls.def"
#undef CALL
#undef WHEN
};
/* clang-format on */

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	/* linux/bpf_common.h */
	LOAD = 0x20,
	IF_EQUAL = 0x15,
	IF_BIT = 0x45,
	RETURN = 0x06,
	/* struct seccomp_data, little-endian: low halves of arguments. */
	AT_NUMBER = 0,
	AT_ARCH = 4,
	AT_ARGUMENTS = 16,
	ARGUMENT_BYTES = 8,
	/* Equal on all machines. */
	NUMBER_EPERM = 1,
	NUMBER_ENOSYS = 38,
};

/* linux/seccomp.h and linux/audit.h */
#define VERDICT_END 0x80000000u
#define VERDICT_TRAP 0x00030000u
#define VERDICT_ERROR 0x00050000u
#define VERDICT_ALLOW 0x7fff0000u

static const uint32_t audit_archs[ARCHS] = {
	[ARCH_X86_64] = 0xc000003e,
	[ARCH_AARCH64] = 0xc00000b7,
	[ARCH_ARMV7] = 0x40000028,
};

struct program {
	struct filter_step *steps;
	size_t len;
};

/* What is too much is counted only. */
static void
put(struct program *p, uint16_t code, size_t yes, size_t no, uint32_t value)
{
	if (p->len < FILTER_MAX)
		p->steps[p->len] = (struct filter_step){ code, (uint8_t)yes,
			(uint8_t)no, value };
	p->len++;
}

static void
put_refusal(struct program *p)
{
	put(p, RETURN, 0, 0, VERDICT_ERROR | NUMBER_EPERM);
}

/* One question: rows from first on that belong together; how many. */
static size_t
ask(struct program *p, const struct row *first, size_t left)
{
	size_t n = 1;

	put(p, LOAD, 0, 0,
	    AT_ARGUMENTS + ARGUMENT_BYTES * (uint32_t)first->argument);
	switch ((enum op)first->op) {
	case ONE_OF:
		while (n < left && first[n].op == ONE_OF &&
		       first[n].argument == first->argument)
			n++;
		/* Past the questions that are left, and the refusal. */
		for (size_t i = 0; i < n; i++)
			put(p, IF_EQUAL, n - i, 0, first[i].value);
		break;
	case NOT:
		put(p, IF_EQUAL, 0, 1, first->value);
		break;
	case NO_BIT:
		put(p, IF_BIT, 0, 1, first->value);
		break;
	case BIT:
		put(p, IF_BIT, 1, 0, first->value);
		break;
	case ALLOW:
	case DENY:
	case KILL:
		break;
	}
	put_refusal(p);
	return n;
}

static bool
is_call(const struct row *r)
{
	return r->op <= KILL;
}

/* A call with what has to hold: those of rows[i] and behind; how many. */
static size_t
add_call(struct program *p, enum arch arch, size_t i)
{
	const struct row *call = &rows[i];
	size_t start = p->len, n = 1;

	while (i + n < ROWS && !is_call(&call[n]))
		n++;
	if (call->number[arch] < 0)
		return n;
	put(p, IF_EQUAL, 0, 0, (uint32_t)call->number[arch]);
	for (size_t k = 1; k < n;)
		k += ask(p, call + k, n - k);
	if (call->op == ALLOW)
		put(p, RETURN, 0, 0, VERDICT_ALLOW);
	else if (call->op == KILL)
		put(p, RETURN, 0, 0, VERDICT_TRAP);
	else
		put_refusal(p);
	if (start < FILTER_MAX)
		p->steps[start].no = (uint8_t)(p->len - start - 1);
	return n;
}

size_t
filter_build(enum arch arch, struct filter_step *to)
{
	struct program p = { .steps = to };

	/* Calls by the numbers of another machine are none of ours. */
	put(&p, LOAD, 0, 0, AT_ARCH);
	put(&p, IF_EQUAL, 1, 0, audit_archs[arch]);
	put(&p, RETURN, 0, 0, VERDICT_END);
	put(&p, LOAD, 0, 0, AT_NUMBER);
	for (size_t i = 0; i < ROWS;)
		i += add_call(&p, arch, i);
	put(&p, RETURN, 0, 0, VERDICT_ERROR | NUMBER_ENOSYS);
	return p.len <= FILTER_MAX ? p.len : 0;
}

const char *
filter_killer(enum arch arch, int number)
{
	size_t name = 0;

	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].op != KILL)
			continue;
		if (rows[i].number[arch] == number)
			return names[name];
		name++;
	}
	return "another";
}
