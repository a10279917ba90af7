/*
 * fleet.h -- mpedge fleet: many boxes at a glance.
 *
 *   mpedge fleet [--json] [--watch] [--interval SECONDS] [--timeout SECONDS]
 *                [--token-file FILE] [--ca-file FILE] [-f FILE]... [URL]...
 *
 * Asks the /status.json of each URL, FLEET_SLOTS of them at once, and prints a
 * table in the order given, or with --json an array of objects; a box that does
 * not answer in time, or with something else, gets a row that says why.  FILE
 * has a URL a line; # begins a comment.  With --watch it goes on, every 5
 * seconds unless --interval says otherwise, until it gets a signal.  The token
 * is sent to each of them.
 *
 * Exit status: 0 when all boxes (at the last look) are healthy, else 1; 64 for
 * wrong usage.
 */
#ifndef MPEDGE_APP_FLEET_H
#define MPEDGE_APP_FLEET_H

#include "app/page_url.h"
#include "app/top.h"

enum {
	FLEET_BOXES_MAX = 1024,
	FLEET_SLOTS = 32,
	FLEET_WHY_MAX = 192,
	FLEET_TOKEN_MAX = 255,
	/* Of a row of the table, or an object. */
	FLEET_ROW_MAX = 2048,
};

/* --- fleet_row.c, fleet_table.c: pure ------------------------------------- */

/* What a box says of itself; texts with NUL, "" is not known. */
struct fleet_row {
	/* An answer has come. */
	bool up;
	/* Why not, or what is wrong with it. */
	char why[FLEET_WHY_MAX];
	char box[64];
	char version[64];
	/* "A", "B trial" */
	char slot[24];
	/* healthy, degraded, unhealthy */
	char health[16];
	/* ntp, floor, unset of an appliance, else sync, free */
	char clock[16];
	bool has_restarts;
	uint64_t restarts;
	uint64_t uptime_s;
	uint64_t messages_s;
	uint64_t books;
	uint64_t books_live;
	uint64_t journal_permille;
	/* The sink that is farthest behind; one that is down before others. */
	char sink[16];
	bool sink_down;
	uint64_t behind_bytes;
};

/* From /status.json; what is missing there is not known, versions may differ.
 * SYNTAX when it is not the status of mpedge. */
enum err fleet_row_read(const struct json *j, struct fleet_row *row) MUST_USE;

/* A row for a box that did not answer. */
void fleet_row_failed(struct fleet_row *row, const char *why);

bool fleet_row_good(const struct fleet_row *row);

/* Row number i of n and where it comes from; NULL row ends. */
struct fleet_rows {
	unsigned count;
	void *owner;
	const struct fleet_row *(*at)(
	    void *owner, unsigned i, const char **url);
};

/* The table with its head: columns as wide as they need to be, two blanks
 * between; printable ASCII only. */
void fleet_table(const struct fleet_rows *rows, struct out *o);
/* [{"url":...}, ...] */
void fleet_json(const struct fleet_rows *rows, struct out *o);

/* --- the command ---------------------------------------------------------- */

struct fleet;

struct fleet_box {
	const char *source;
	struct url url;
	char path[PAGE_PATH_MAX];
	struct tls_peer peer;
	struct fleet_row row;
};

struct fleet_slot {
	struct fleet *fleet;
	struct fleet_box *box;
	struct httpc http;
	char *body;
	/* For the next box, in a turn of its own. */
	struct timer next;
};

struct fleet {
	const struct top_input *in;
	bool json;
	bool watch;
	uint64_t interval_s;
	uint64_t timeout_s;
	const char *token_file;
	const char *ca_file;
	bool secure;
	char headers[FLEET_TOKEN_MAX + 32];
	/* Boxes that were asked in this round, and that have answered. */
	struct fleet_box *boxes;
	unsigned count;
	unsigned asked;
	unsigned done;
	struct fleet_slot *slots;
	/* URLs of files. */
	char *names;
	size_t names_len;
	struct arena arena;
	struct loop loop;
	struct dns dns;
	struct tls_context tls;
	struct conn_world world;
	struct json tokens;
	struct timer timer;
	struct watch signals;
	char *text;
	bool shown;
};

/* fleet_args.c: 0, or the exit status.  Boxes are filled, memory is there. */
int fleet_arguments(struct fleet *f);
/* "mpedge fleet: what more" on stderr; COMMAND_FAILED. */
int fleet_fail(const char *what, const char *more);

/* The exit status. */
int fleet_main(struct fleet *f, const struct top_input *in);

#endif
