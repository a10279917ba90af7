#define _GNU_SOURCE
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialect.h"

enum option_id {
	OPT_HELP = 1,
	OPT_DIR,
	OPT_LEDGER,
	OPT_PLAY,
	OPT_SYMBOLS,
	OPT_WRONG_CERT,
	OPT_PLAIN,
	OPT_VENUE,
	OPT_KEY_REQUIRED,
	OPT_CHECKSUM,
	/* From here on: a number that goes to a place in struct sim. */
	OPT_NUMBER,
};

struct number_option {
	const char *name;
	const char *help;
	size_t place;
	int64_t usual;
};

/* What the venue says. */
#define VENUES INT64_MIN

#define AT(member) offsetof(struct sim, member)

static const struct number_option numbers[] = {
	{ "seed", "of the market", AT(setup.seed), 1 },
	{ "rate", "trades and diffs a second; 0: flat out", AT(opt.rate), 100 },
	{ "total", "trades and diffs, then none; 0: for ever", AT(opt.total),
	    0 },
	{ "history", "trades kept for REST, a power of two", AT(setup.history),
	    65536 },
	{ "start-ms", "pause before traffic that waits for clients",
	    AT(opt.start_ms), 300 },
	{ "speed", "of --play; 0: flat out", AT(opt.speed), 1 },
	{ "snap-lag", "snapshots are up to so many ids old", AT(opt.snap_lag),
	    3 },
	{ "hold", "streams are so many diffs behind snapshots", AT(opt.hold),
	    0 },
	{ "liquidations-ms", "mean time between liquidations; 0: none",
	    AT(opt.liquidations_ms), 2000 },
	{ "heartbeat-ms", "between heartbeats of Deribit; 0: as asked",
	    AT(opt.heartbeat_ms), 0 },
	{ "flag-delay-ms", "until Deribit flags a liquidation",
	    AT(opt.flag_delay_ms), 1000 },
	{ "ping-ms", "between ping frames", AT(rules.ping_ms), VENUES },
	{ "pong-ms", "to answer one", AT(rules.pong_ms), VENUES },
	{ "idle-ms", "pushed nothing for so long, cut off", AT(rules.idle_ms),
	    VENUES },
	{ "shutdown-ms", "from the notice to the end", AT(rules.shutdown_ms),
	    VENUES },
	{ "max-streams", "a connection", AT(rules.streams_max), VENUES },
	{ "max-messages", "incoming, a second and connection",
	    AT(rules.messages_per_second), VENUES },
	{ "max-ops", "subscriptions and the like, a connection and window",
	    AT(rules.ops_max), VENUES },
	{ "ops-window-ms", "", AT(rules.ops_window_ms), VENUES },
	{ "max-connects", "per connect window", AT(rules.connects_max),
	    VENUES },
	{ "connect-window-ms", "", AT(rules.connects_window_ms), VENUES },
	{ "max-conns", "at the same time", AT(rules.conns_max), VENUES },
	{ "max-weight", "of requests per weight window", AT(rules.weight_max),
	    VENUES },
	{ "weight-window-ms", "", AT(rules.weight_window_ms), VENUES },
	{ "ban-ms", "for who goes on after 429", AT(rules.ban_ms), VENUES },
	{ "book-idle-ms", "okx: idle books are pushed so often",
	    AT(opt.book_idle_ms), 60000 },
	{ "funding-ms", "okx: between funding rates", AT(opt.funding_ms),
	    30000 },
	{ "rename-ms", "okx: between states of a renamed instrument",
	    AT(opt.rename_ms), 500 },
	{ "limit-status", "okx: of calls over a limit; 0: 429 and 200 in turn",
	    AT(opt.limit_status), 429 },
};

/* The same, into an int. */
static const struct number_option small_numbers[] = {
	{ "symbol-count", "symbols, when --symbols is not given",
	    AT(setup.count), 10 },
	{ "depth", "levels a side", AT(setup.depth), 500 },
	{ "levels", "mean number of levels in a diff", AT(setup.levels), 18 },
	{ "ws-port", "0: any that is free", AT(opt.ports[CONN_WS]), 0 },
	{ "rest-port", "likewise", AT(opt.ports[CONN_REST]), 0 },
	{ "control-port", "likewise", AT(opt.ports[CONN_CONTROL]), 0 },
};

enum {
	NUMBERS = sizeof(numbers) / sizeof(*numbers),
	SMALL_NUMBERS = sizeof(small_numbers) / sizeof(*small_numbers),
	WORDS = 10,
};

static const struct option words[WORDS] = {
	{ "help", no_argument, NULL, OPT_HELP },
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "ledger", required_argument, NULL, OPT_LEDGER },
	{ "play", required_argument, NULL, OPT_PLAY },
	{ "symbols", required_argument, NULL, OPT_SYMBOLS },
	{ "wrong-cert", required_argument, NULL, OPT_WRONG_CERT },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "venue", required_argument, NULL, OPT_VENUE },
	{ "key-required", no_argument, NULL, OPT_KEY_REQUIRED },
	{ "checksum", required_argument, NULL, OPT_CHECKSUM },
};

static void
list_number(const struct sim *sim, const struct number_option *n, bool small)
{
	const char *place = (const char *)sim + n->place;
	int64_t value = 0;
	int as_int;

	if (small) {
		memcpy(&as_int, place, sizeof(as_int));
		value = as_int;
	} else {
		memcpy(&value, place, sizeof(value));
	}
	printf("  --%-18s %s (%lld)\n", n->name, n->help, (long long)value);
}

/* With the values they have now. */
static void
usage(const struct sim *sim)
{
	puts("usage: exchange-sim --dir DIR [options]\n"
	     "DIR gets ca.pem and, when ready, ports (ws= rest= control=).\n"
	     "  --symbols A,B,...    as the venue calls them\n"
	     "  --key-required       for what some venues want a key\n"
	     "  --checksum none|zero|right|wrong   okx: of books (zero)");
	fputs("  --venue             ", stdout);
	for (int i = 0; dialect_number(i); i++)
		printf(" %s", dialect_number(i)->name);
	puts("\n"
	     "  --ledger FILE        what happened, JSON lines\n"
	     "  --play FILE          a recorded session (.jsonl, .ts beside)\n"
	     "  --wrong-cert host|expired|ca\n"
	     "  --plain              no TLS");
	for (int i = 0; i < NUMBERS; i++)
		list_number(sim, &numbers[i], false);
	for (int i = 0; i < SMALL_NUMBERS; i++)
		list_number(sim, &small_numbers[i], true);
}

static void
set_number(struct sim *sim, int i, int64_t value)
{
	char *place = (char *)sim;
	int small = (int)value;

	if (i < NUMBERS)
		memcpy(place + numbers[i].place, &value, sizeof(value));
	else
		memcpy(place + small_numbers[i - NUMBERS].place, &small,
		    sizeof(small));
}

/* Which of these words it is; others are no choice. */
static int
choose(const struct sim *sim, const char *what, const char *const *words_of)
{
	for (int i = 0; words_of[i]; i++)
		if (strcmp(what, words_of[i]) == 0)
			return i;
	usage(sim);
	exit(64);
}

static void
set_wrong_cert(struct sim *sim, const char *what)
{
	static const char *const names[] = { "host", "expired", "ca", NULL };

	sim->opt.wrong_cert =
	    (enum cert_fault)(CERT_HOST + choose(sim, what, names));
}

static void
set_checksum(struct sim *sim, const char *what)
{
	static const char *const names[] = { "none", "zero", "right", "wrong",
		NULL };

	(void)choose(sim, what, names);
	sim->opt.checksum = what;
}

static void
set_venue(struct sim *sim, const char *name)
{
	sim->dialect = dialect_find(name);
	if (!sim->dialect) {
		fprintf(stderr, "exchange-sim: no venue %s\n", name);
		exit(64);
	}
	sim->rules = sim->dialect->rules;
	sim->setup.rules = &sim->dialect->market;
}

static void
set_word(struct sim *sim, int id)
{
	switch (id) {
	case OPT_DIR:
		sim->opt.dir = optarg;
		break;
	case OPT_LEDGER:
		sim->opt.ledger = optarg;
		break;
	case OPT_PLAY:
		sim->opt.play = optarg;
		break;
	case OPT_SYMBOLS:
		sim->setup.symbols = optarg;
		break;
	case OPT_WRONG_CERT:
		set_wrong_cert(sim, optarg);
		break;
	case OPT_PLAIN:
		sim->opt.plain = true;
		break;
	case OPT_KEY_REQUIRED:
		sim->opt.key_required = true;
		break;
	case OPT_CHECKSUM:
		set_checksum(sim, optarg);
		break;
	case OPT_VENUE:
		/* Was read before all others. */
		break;
	default:
		usage(sim);
		exit(id == OPT_HELP ? 0 : 64);
	}
}

void
options_read(struct sim *sim, int argc, char **argv)
{
	struct option all[WORDS + NUMBERS + SMALL_NUMBERS + 1];
	const char *venue = dialect_number(0)->name;
	int id;

	memset(all, 0, sizeof(all));
	memcpy(all, words, sizeof(words));
	for (int i = 0; i < NUMBERS + SMALL_NUMBERS; i++) {
		const struct number_option *n =
		    i < NUMBERS ? &numbers[i] : &small_numbers[i - NUMBERS];

		all[WORDS + i].name = n->name;
		all[WORDS + i].has_arg = required_argument;
		all[WORDS + i].val = OPT_NUMBER + i;
		if (n->usual != VENUES)
			set_number(sim, i, n->usual);
	}
	/* The other options override what the venue says. */
	for (opterr = 0; (id = getopt_long(argc, argv, "", all, NULL)) != -1;)
		if (id == OPT_VENUE)
			venue = optarg;
	set_venue(sim, venue);
	set_checksum(sim, "zero");
	optind = opterr = 1;
	while ((id = getopt_long(argc, argv, "", all, NULL)) != -1) {
		if (id >= OPT_NUMBER && id != '?')
			set_number(
			    sim, id - OPT_NUMBER, strtoll(optarg, NULL, 10));
		else
			set_word(sim, id);
	}
	if (!sim->opt.dir || optind < argc) {
		usage(sim);
		exit(64);
	}
}
