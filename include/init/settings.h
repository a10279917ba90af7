/*
 * settings.h -- what init takes from mp.ini: the section [network], and which
 * other keys are there.
 *
 * Reading is tolerant: the network has to come up although other sections, or
 * lines of this one, are wrong.  A value that makes no sense counts as absent
 * and is told in `wrong`, the first of them.  mpedge checks the whole file.
 */
#ifndef MPEDGE_INIT_SETTINGS_H
#define MPEDGE_INIT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/span.h"

enum {
	SETTINGS_LIST_MAX = 256,
	SETTINGS_NAME_MAX = 64,
	/* Lines behind these are not looked at. */
	SETTINGS_LINES_MAX = 20000,
};

struct settings {
	/* False: address and prefix are set. */
	bool dhcp;
	/* IPv4, in the order of the network; 0 is none. */
	uint32_t address;
	unsigned prefix;
	uint32_t gateway;
	/* Words, NUL-terminated. */
	char dns[SETTINGS_LIST_MAX];
	char ntp[SETTINGS_LIST_MAX];
	char hostname[SETTINGS_NAME_MAX];
	/* Keys that mp.ini sets, which init then leaves alone. */
	bool has_name, has_user, has_journal, has_state, has_listen, has_update;
	/* Time that a slot on trial has, in seconds. */
	unsigned gate_s;
	/* Line (from 1) and what is wrong there; line 0: nothing is. */
	unsigned wrong_line;
	const char *wrong;
};

/* As tables/config.def has it. */
void settings_init(struct settings *s);

/* Over what is set already. */
void settings_read(struct settings *s, struct span ini);

/* Dotted decimal; SYNTAX. */
enum err ipv4_parse(struct span text, uint32_t *address) MUST_USE;

/*
 * The value of a line KEY = VALUE of board.conf or the like, the first one;
 * at == NULL when there is none.
 */
struct span conf_find(struct span text, const char *key);

#endif
