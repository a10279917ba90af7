/*
 * commands.h -- the commands beside the collector itself.
 *
 *   mpedge replay --venue NAME [--raw] [--ts SIDE] [--books N] FILE...
 *
 * Feeds recorded messages, one a line, through the code that live ones go
 * through, and prints the records as JSON lines on stdout, in order, and
 * a summary of key=value lines on stderr.  FILE - is stdin.  A side file has
 * one line a message: receive time (Unix seconds with a fraction, nanoseconds,
 * or -), a tab, and `ws` or the URL of the REST request whose reply the message
 * is; its symbol= and limit= say what it answers.  A FILE X.jsonl beside which
 * X.ts stands uses it; --ts names the one of the next FILE.  Without a time,
 * message number n was received n microseconds after 1970 began.  Symbols are
 * collected from their first sight, all channels of them.  There is nobody to
 * ask for missing trades: a hole becomes a gap record at once.
 *   --raw      every record as it is decoded: no books, no continuity
 *   --books N  at the end, for each symbol with a book, its best N levels:
 *              {"symbol":...,"last_update_id":...,"bids":[["p","q"],...],...}
 *
 *   mpedge bench --venue NAME FILE...
 *
 * Reads the files into memory and times, in CPU time of this process, reading
 * each message into a record (no books, no continuity), and the same with the
 * record written as JSON; each for BENCH_MS at least.
 *
 *   mpedge journal ls FILE
 *   mpedge journal verify FILE
 *   mpedge journal export [--from SEQ] [--to SEQ] FILE
 *   mpedge journal drop [--before SEQ] FILE [SINK]
 *
 * docs/journal.md says what they print.  The first three change nothing and
 * work on the file of a running process; drop is refused there.  verify returns
 * 1 when something is damaged.
 *
 * argv is what follows the word.  All print how to use them and return 64 when
 * they cannot understand it; 1 when a file cannot be read.
 */
#ifndef MPEDGE_APP_COMMANDS_H
#define MPEDGE_APP_COMMANDS_H

enum {
	COMMAND_USAGE = 64,
	COMMAND_FAILED = 1,
	BENCH_MS = 2000,
};

/* help.c: what --help writes. */
extern const char help_text[];

int replay_main(int argc, char **argv);
int bench_main(int argc, char **argv);

/* j is where the handler of SIGBUS looks. */
struct journal;
int journal_main(int argc, char **argv, struct journal *j);

#endif
