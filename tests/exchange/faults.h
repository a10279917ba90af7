/*
 * faults.h -- what can be made to go wrong, by commands of the control port.
 *
 * A command is a word with arguments; `help` lists them.  Those with a count
 * end by themselves; `clear` ends all that last.  Each is written to the
 * ledger.
 */
#ifndef EXCHANGE_FAULTS_H
#define EXCHANGE_FAULTS_H

#include "market.h"

struct sim;
struct conn;

struct symbol_faults {
	/* Diffs to leave out, to send twice. */
	int64_t skip;
	int64_t repeat;
	/* Send the next two diffs in the wrong order; the first one while it
	 * waits (its number plus one). */
	bool reorder;
	uint64_t held;
	/* Diffs to send with a quantity that is wrong. */
	int64_t corrupt;
	/* Trades to send twice. */
	int64_t twice;
	/* Refuse subscriptions. */
	bool reject;
};

struct command {
	const char *name;
	/* At least so many. */
	int args;
	const char *help;
	bool (*run)(struct sim *sim, int argc, char **argv);
};

enum rest_fault {
	REST_RIGHT,
	REST_429,
	REST_5XX,
	REST_HTML,
	REST_TRUNCATED,
	REST_FAULTS
};

struct faults {
	struct symbol_faults *symbol;
	/* No stream sends anything. */
	bool silent_all;
	int64_t refuse;
	int64_t upgrade_count;
	int upgrade_status;
	size_t slow_bytes;
	int64_t slow_until_us;
	/* Its clock is so far ahead of this machine's. */
	int64_t clock_ms;
	int64_t snap_delay_ms;
	int64_t snap_age;
	/* Snapshots say no id, where the venue need not (OKX). */
	bool snap_bare;
	int64_t rest[REST_FAULTS];
	/* Seconds; -1: no such header. */
	int64_t retry_after;
	/* Of REST_HTML; 0: 403. */
	int html_status;
};

void faults_init(struct faults *f, int symbols);
/* Runs a command of argc words; false with *error set, or true. */
bool faults_command(struct sim *sim, int argc, char **argv, const char **error);
/* Names and arguments, a line each, those of the venue at the end. */
void faults_help(const struct sim *sim, struct buf *out);

/* Each of these uses up one of what was asked for. */
bool faults_refuse(struct faults *f);
int faults_upgrade_status(struct faults *f);
enum rest_fault faults_rest(struct faults *f);
/* Bytes a connection may write per turn; 0: as many as it can. */
size_t faults_slow(const struct faults *f, int64_t now_us);

/* --- for the commands themselves --- */

/* Word i as a number, or none if there are not so many. */
int64_t fault_number(int argc, char **argv, int i, int64_t none);
/* The next streaming connection from index *i on; only that with number `only`
 * unless it is 0. */
struct conn *fault_next_ws(struct sim *sim, int *i, int64_t only);
/* faults_frames.c: frames that no venue should send, or seldom does. */
bool fault_frame(struct sim *sim, int argc, char **argv);
bool fault_bigframe(struct sim *sim, int argc, char **argv);
bool fault_ping(struct sim *sim, int argc, char **argv);
bool fault_cut(struct sim *sim, int argc, char **argv);
/* faults_symbols.c: what goes wrong with one symbol. */
bool fault_reject(struct sim *sim, int argc, char **argv);
bool fault_skip(struct sim *sim, int argc, char **argv);
bool fault_repeat(struct sim *sim, int argc, char **argv);
bool fault_reorder(struct sim *sim, int argc, char **argv);
bool fault_corrupt(struct sim *sim, int argc, char **argv);
bool fault_dupstrade(struct sim *sim, int argc, char **argv);
bool fault_seqreset(struct sim *sim, int argc, char **argv);
bool fault_engine(struct sim *sim, int argc, char **argv);
bool fault_list(struct sim *sim, int argc, char **argv);
bool fault_delist(struct sim *sim, int argc, char **argv);

#endif
