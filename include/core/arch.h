/*
 * arch.h -- which machine this was compiled for, as the kernel's interface
 * tells them apart, and whether musl is beneath.
 */
#ifndef MPEDGE_CORE_ARCH_H
#define MPEDGE_CORE_ARCH_H

#include <features.h>

/* In the order of the columns of tables/syscalls.def. */
enum arch {
	ARCH_X86_64,
	ARCH_AARCH64,
	ARCH_ARMV7,
	ARCHS,
};

enum {
#if defined(__aarch64__)
	ARCH_OURS = ARCH_AARCH64,
#elif defined(__arm__)
	ARCH_OURS = ARCH_ARMV7,
#else
	ARCH_OURS = ARCH_X86_64,
#endif
/* Other libraries ask the kernel for other things: builds with sanitizers. */
#ifdef __GLIBC__
	ARCH_MUSL = 0,
#else
	ARCH_MUSL = 1,
#endif
};

#endif
