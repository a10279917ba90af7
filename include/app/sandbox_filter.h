/*
 * sandbox_filter.h -- tables/syscalls.def as a program that the kernel runs
 * before each call (seccomp, classic BPF).
 *
 * It asks nothing of the system, so that a test can run the programs of all
 * machines.
 */
#ifndef MPEDGE_APP_SANDBOX_FILTER_H
#define MPEDGE_APP_SANDBOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arch.h"

enum {
	/* A quarter of what the kernel takes. */
	FILTER_MAX = 1024,
};

/* As the kernel wants it (struct sock_filter). */
struct filter_step {
	uint16_t code;
	uint8_t yes;
	uint8_t no;
	uint32_t value;
};

/* Steps written to to, which has room for FILTER_MAX; 0: they are more. */
size_t filter_build(enum arch arch, struct filter_step *to);

/* The name of a call that ends the program, or "another". */
const char *filter_killer(enum arch arch, int number);

#endif
