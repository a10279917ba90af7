/*
 * facts.h -- what mpedge is told of the box: lines KEY=VALUE in a file that is
 * written beside and renamed.
 */
#ifndef MPEDGE_INIT_FACTS_H
#define MPEDGE_INIT_FACTS_H

#include "core/out.h"

#define FACTS_FOLDER "/run/mpedge"
#define FACTS_FILE FACTS_FOLDER "/facts"

enum {
	FACTS_BYTES = 4096,
	FACTS_VALUE_MAX = 160,
};

enum facts_clock {
	CLOCK_UNSET,
	CLOCK_FLOOR,
	/* The hardware's: later than all that is known, and not confirmed. */
	CLOCK_RTC,
	CLOCK_NTP,
};

/* Texts are NUL-terminated. */
struct facts {
	char board[64];
	char version[64];
	char sbom[80];
	char other_version[64];
	char identity[40];
	char name[64];
	/* /dev/vda; empty: the disk was not found. */
	char disk[32];
	/* ok, made, ram: why. */
	char data[FACTS_VALUE_MAX];
	char address[32];
	char update[FACTS_VALUE_MAX];
	char restart_reason[FACTS_VALUE_MAX];
	char safe_mode[FACTS_VALUE_MAX];
	/* good, trial, fallback. */
	const char *slot_state;
	/* A, B; 0: not known. */
	char slot;
	bool trial;
	uint64_t restarts;
	uint64_t boots;
	enum facts_clock clock;
	int64_t clock_offset_ms;
};

/* To a member that is an array: cut to what fits, control bytes as '?'. */
#define FACTS_SET(member, text) facts_set((member), sizeof(member), (text))
void facts_set(char *to, size_t size, struct span text);

const char *facts_clock_name(enum facts_clock clock);

void facts_write(const struct facts *f, struct out *o);

#endif
