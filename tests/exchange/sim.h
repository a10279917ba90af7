/*
 * sim.h -- the simulator as a whole: what was asked for, and its parts.
 *
 * One thread, one poll loop.  options.c reads the options, server.c moves
 * bytes, http.c and ws.c understand them, a dialect knows one venue's messages,
 * traffic.c, traffic_contracts.c and play.c decide what happens when, market.c,
 * bars.c and contracts.c what it is, limits.c keeps the venue's rules, faults.c
 * breaks them, control.c listens to tests, ledger.c writes down what happened.
 * One process is one venue: --venue picks its dialect from venues.c.
 */
#ifndef EXCHANGE_SIM_H
#define EXCHANGE_SIM_H

#include "cert.h"
#include "faults.h"
#include "ledger.h"
#include "limits.h"
#include "market.h"
#include "server.h"
#include "streams.h"

struct dialect;
struct play;

struct options {
	const char *dir;
	const char *ledger;
	const char *play;
	/* Play this many times faster; 0 is flat out. */
	int64_t speed;
	bool plain;
	bool ledger_sent;
	enum cert_fault wrong_cert;
	int ports[3];
	/* Messages a second, 0 for flat out; then this many, 0 for ever. */
	int64_t rate;
	int64_t total;
	int64_t start_ms;
	/* Snapshots are up to this many update ids old. */
	int64_t snap_lag;
	/* The streams are this many diffs behind the books. */
	int64_t hold;
	/* Mean time between liquidations; 0: there are none. */
	int64_t liquidations_ms;
	/* REST calls that some venues let nobody make without a key. */
	bool key_required;

	/* --- of OKX alone --- */

	/* What books say: none, zero, right or wrong. */
	const char *checksum;
	/* An idle book is pushed so often; 0: never. */
	int64_t book_idle_ms;
	int64_t funding_ms;
	/* Between the states of an instrument that got another name. */
	int64_t rename_ms;
	/* Status of a REST call over the limit, 200 or 429; 0: in turn. */
	int64_t limit_status;
	/* Of Deribit: heartbeats come so often, whatever was asked for (0: as
	 * asked), and liquidations get their flag so late. */
	int64_t heartbeat_ms;
	int64_t flag_delay_ms;
};

struct stats {
	uint64_t trades;
	/* Trade ids that are no trades. */
	uint64_t skips;
	uint64_t diffs;
	uint64_t marks;
	uint64_t interests;
	uint64_t liquidations;
	uint64_t frames;
	uint64_t played;
	uint64_t requests;
	uint64_t snapshots;
	uint64_t connects;
	uint64_t disconnects;
	uint64_t pongs;
};

struct traffic {
	/* When the schedule began, and what it has produced since. */
	int64_t began_us;
	int64_t produced;
	int64_t total;
	int64_t bars_due_us;
	int64_t second_due_us;
	int64_t liquidation_due_us;
	/* Free for the dialect. */
	int64_t own_due_us;
	bool paused;
	bool going;
};

struct sim {
	struct options opt;
	/* The dialect's, unless options said otherwise. */
	struct rules rules;
	struct market_setup setup;
	const struct dialect *dialect;
	struct market market;
	struct ledger ledger;
	struct server server;
	struct streams streams;
	struct limits limits;
	struct faults faults;
	struct traffic traffic;
	struct stats stats;
	struct play *play;
	/* Clocks of this turn: monotonic and since 1970, microseconds. */
	int64_t now_us;
	int64_t wall_us;
	bool stop;
};

void sim_clock(struct sim *sim);

#endif
