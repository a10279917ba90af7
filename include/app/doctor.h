/*
 * doctor.h -- mpedge doctor [FILE]: one text with what a support person would
 * ask for.
 *
 * First a line for each check: `ok`, `warn` or `fail`, what was looked at, what
 * was found and, unless it is ok, a remedy.  A fail is what would keep the
 * collector from starting or a venue from being collected; one of them makes
 * the exit status 1.  Then the last errors of a collector that runs, the
 * variables, and the settings in force.  Secrets are never in it.
 *
 * It changes nothing, and may run beside the collector: the journal is only
 * looked at, each venue and server is asked once.  Everything in the network
 * happens at once and ends after DOCTOR_MS.
 */
#ifndef MPEDGE_APP_DOCTOR_H
#define MPEDGE_APP_DOCTOR_H

#include "app/config.h"
#include "codec/json.h"
#include "codec/url.h"
#include "core/arena.h"
#include "feed/journal.h"
#include "net/conn.h"
#include "net/httpc.h"

enum {
	DOCTOR_MS = 12 * 1000,
	DOCTOR_PROBES_MAX = 24,
	DOCTOR_ANSWER_MAX = 4096,
};

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_WARN,
	DOCTOR_FAIL,
};

enum probe_kind {
	PROBE_WS,
	PROBE_REST,
	PROBE_CLICKHOUSE,
	PROBE_REDIS,
	PROBE_NATS,
};

/* --- doctor_judge.c: pure ------------------------------------------------- */

struct probe_answer {
	enum doctor_verdict verdict;
	/* HTTP status, or 0. */
	int status;
	/* Unix milliseconds of the server's clock, or 0. */
	int64_t server_ms;
	/* What it is, and what to do about it; literals, remedy may be NULL. */
	const char *text;
	const char *remedy;
};

/* What a server's answer so far means.  AGAIN while more may tell more; at the
 * end of the stream, or when there is no time left, ended is true. */
enum err doctor_judge(enum probe_kind k, struct span bytes, bool ended,
    struct probe_answer *a) MUST_USE;

/* The value of a variable as it may be shown. */
void doctor_variable(struct span name, struct span value, struct out *o);

/* Host and port of "nats://user:password@host:port"; false: there is none. */
bool doctor_nats_host(
    struct span word, struct span *host, uint16_t *port) MUST_USE;

/* --- the command ---------------------------------------------------------- */

struct doctor;

struct probe {
	struct doctor *doctor;
	char name[32];
	char host[URL_HOST_MAX];
	uint16_t port;
	enum probe_kind kind;
	/* Without it nothing is collected. */
	bool vital;
	bool secure;
	struct tls_peer peer;
	struct conn conn;
	enum conn_state reached;
	char request[1024];
	size_t request_len;
	size_t request_done;
	char answer[DOCTOR_ANSWER_MAX];
	size_t answer_len;
	struct mono began;
	struct mono opened;
	bool over;
	enum err error;
	struct probe_answer found;
	/* Of our clock, ahead of the server's; and how long that took. */
	int64_t ahead_ms;
	int64_t took_ms;
};

/* The collector that runs with these settings, if any. */
struct doctor_live {
	struct httpc health;
	struct httpc status;
	struct span health_text;
	struct span status_text;
	/* Of the requests; NULL is none. */
	const char *headers;
	enum err error;
	unsigned waiting;
};

struct doctor {
	struct out *out;
	unsigned warned;
	unsigned failed;
	char detail_text[1024];
	struct out detail;
	const char *path;
	char *const *environment;
	const struct options *options;
	const struct config_origins *origins;
	/* Where the handler of SIGBUS looks. */
	struct journal *journal;
	bool journal_held;
	struct arena arena;
	struct loop loop;
	struct dns dns;
	struct tls_context tls;
	struct tls_context more_tls[3];
	unsigned more_count;
	struct conn_world world;
	struct timer deadline;
	struct probe *probes;
	unsigned probe_count;
	struct doctor_live live;
	struct json json;
};

/* A line of checks: what was written to d->detail since the last one. */
void doctor_say(struct doctor *d, enum doctor_verdict v, const char *what,
    const char *remedy);

/* Such a line without a verdict. */
void doctor_line(struct doctor *d);

/* doctor_local.c: this machine. */
void doctor_local(struct doctor *d);
void doctor_disk(struct doctor *d);

/* doctor_sandbox.c: what the collector would give up. */
void doctor_sandbox(struct doctor *d);
void doctor_journal(struct doctor *d);
void doctor_host(struct doctor *d);
void doctor_environment(struct doctor *d);

/* doctor_probe.c: begin with all; then what became of them, and the clock. */
void doctor_probes_start(struct doctor *d);
bool doctor_probes_over(const struct doctor *d);
void doctor_probes_end(struct doctor *d);
void doctor_probes_tell(struct doctor *d);

/* doctor_live.c */
void doctor_live_start(struct doctor *d);
void doctor_live_tell(struct doctor *d);
void doctor_live_errors(struct doctor *d);

/* Stops the loop when nobody is waited for any more. */
void doctor_check_over(struct doctor *d);

struct doctor_input {
	/* NULL: the defaults, and variables. */
	const char *path;
	char *const *environment;
	struct options *options;
	struct config_origins *origins;
	struct journal *journal;
	/* For the whole text. */
	struct out *out;
};

/* The exit status: 0, or 1 when something would stop collecting. */
int doctor_main(struct doctor *d, const struct doctor_input *in);

#endif
