/*
 * box.h -- the box as init sees it: one object, and the parts of src/init that
 * work on it.
 *
 * init is one loop.  Nothing in it waits: whatever may is a job (job.h), so
 * that it goes on petting the hardware watchdog, which is what says that it is
 * alive.  Every failure has a next step: without a disk there are no settings
 * and the data are in RAM; without a lease it is asked for again; without time
 * the clock is at its floor; without a usable mp.ini there is safe mode.
 */
#ifndef MPEDGE_INIT_BOX_H
#define MPEDGE_INIT_BOX_H

#include "core/log.h"
#include "init/console.h"
#include "init/facts.h"
#include "init/gate.h"
#include "init/job.h"
#include "init/parts.h"
#include "init/settings.h"
#include "init/supervisor.h"

enum {
	LANS_MAX = 4,
	TICK_MS = 200,
	TICK_QUIET_MS = 1000,
	CMDLINE_MAX = 2048,
	RECENT_MAX = 1536,
	DATA_WAIT_MS = 60 * 1000,
	MODULE_ROUNDS = 6,
	WATCHDOGS_MAX = 4,
	KEEP_MS = 10 * 60 * 1000,
	VARIABLES_MAX = 16,
	VARIABLE_BYTES = 4096,
};

struct lan {
	struct job dhcp;
	/* eth0, and its address as text; empty: none. */
	char name[16];
	char address[20];
	char dns[SETTINGS_LIST_MAX];
	char ntp[SETTINGS_LIST_MAX];
	char host[SETTINGS_NAME_MAX];
	struct mono again;
};

struct box {
	struct loop loop;
	struct job_list jobs;
	struct watch signals;
	struct timer tick;
	struct mono booted;
	struct console console;
	struct log_tap tap;
	char cmdline[CMDLINE_MAX];
	/* Of mpedge.slot and mpedge.uuid. */
	char slot[2];
	char serial[16];
	struct settings settings;
	struct facts facts;

	/* modules.c */
	struct job modprobe;
	unsigned module_rounds;
	uint64_t modules_seen;
	struct mono modules_next;
	char module_folder[80];
	/* The root file system is read-only. */
	bool sealed;

	/* disk.c and what it has told. */
	struct job disk;
	bool has_config;
	bool knows_config;
	bool knows_data;
	struct bootenv env;
	struct job config;
	struct mono config_next;
	struct mono ini_seen;

	/* network.c */
	struct lan lans[LANS_MAX];
	unsigned lan_count;
	struct mono lan_next;
	bool resolver_changed;
	/* The first address. */
	struct mono network_since;
	/* dropbear and its key. */
	struct job ssh, ssh_key;
	struct mono ssh_next;

	/* clock.c */
	struct job time;
	struct mono time_next;
	char time_servers[SETTINGS_LIST_MAX];
	int64_t time_server_s;
	int64_t newest_s;
	unsigned time_answers;
	/* In a row without an answer. */
	unsigned time_failures;
	/* The hardware's clock was before the floor. */
	bool clock_behind;

	/* mpedge.c */
	struct job mpedge;
	struct sup sup;
	struct watch notify;
	bool mpedge_may_start;
	/* The last lines of this life. */
	struct out recent;
	char recent_text[RECENT_MAX];

	/* slot.c */
	struct gate gate;
	bool has_gate;
	bool healthy_told;
	unsigned kept_gate;
	struct job keep, bootenv, update;
	/* What the block is to be told; NULL: nothing. */
	const char *bootenv_what;
	struct mono bootenv_next;
	bool keep_due;
	struct mono keep_next;
	char update_line[FACTS_VALUE_MAX];

	/* watchdog.c */
	int watchdogs[WATCHDOGS_MAX];
	struct mono pet_next;

	/* The box goes down. */
	bool leaving;
	int reboot_how;
	struct mono leave_by;
	struct job sync;

	char facts_text[FACTS_BYTES];
	size_t facts_len;
};

/* boot.c: folders, mounts, command line, log. */
void boot_begin(struct box *b);
/* No more is written to the root file system. */
void boot_seal(void);
void boot_banner(struct box *b);

void modules_tick(struct box *b);
void disk_begin(struct box *b);
void disk_tick(struct box *b);
void network_tick(struct box *b);
bool network_is_up(const struct box *b);
void ssh_tick(struct box *b);

/* Not before the build or the newest time seen. */
void clock_floor(struct box *b, int64_t seconds);
void clock_tick(struct box *b);
/* It is set, or it will do, or it was waited for. */
bool clock_may_start(const struct box *b);

void mpedge_open(struct box *b);
void mpedge_tick(struct box *b);
void mpedge_facts(struct box *b);
/* What the facts say of safe mode: the sentence, and the first line of the log
 * that says more. */
void mpedge_describe_safe(struct box *b);

void slot_begin(struct box *b);
void slot_tick(struct box *b);
/* A line of KEPT_FILE. */
void slot_kept(struct box *b, struct span line);
void slot_keep_now(struct box *b);

/* Before the first tick. */
void watchdog_begin(struct box *b);
void watchdog_tick(struct box *b);

/* Down in order: mpedge drains, the data are synced; how is RB_AUTOBOOT or the
 * like. */
void box_leave(struct box *b, int how, const char *why);
void box_leave_tick(struct box *b);

/* A job's stderr: a line of the log. */
void box_told(struct job *j, struct span line);

/* --- for each of them ----------------------------------------------------- */

static inline bool
box_due(const struct box *b, struct mono t)
{
	return mono_due(t, b->loop.now);
}

/* What was waited for is there: the tick comes now. */
static inline void
box_wake(struct box *b)
{
	if (b->tick.fire != NULL)
		timer_start(&b->loop, &b->tick, b->loop.now);
}

static inline struct mono
box_after(const struct box *b, int64_t ms)
{
	return mono_after_ms(b->loop.now, ms);
}

#endif
