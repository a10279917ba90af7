/*
 * journal_fill FILE SIZE CURSOR
 *
 * A journal of SIZE bytes that has gone around once, with a cursor at its
 * oldest record: records of about a kilobyte, as fast as they can be made.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed/journal.h"
#include "model/frame.h"

enum {
	REASON = 900,
};

static struct journal j;

static void
append(int64_t n, char *reason)
{
	struct journal_note note = { .record = RECORD_event,
		.seen = { n * NS_PER_MS } };
	struct event e;
	struct out body;

	record_init(RECORD_event, &e);
	e.connection = SPAN("filled:0");
	e.state = SPAN("live");
	e.reason = (struct span){ reason, REASON };
	e.timestamp = n * NS_PER_MS;
	if (journal_reserve(&j, 2 * REASON, &body) != ERR_OK)
		exit(1);
	record_encode(RECORD_event, &e, &body);
	journal_commit(&j, body.len, &note);
	journal_seal(&j);
}

int
main(int argc, char **argv)
{
	char text[256];
	char reason[REASON];
	struct out why;
	uint64_t size;

	if (argc != 4 || span_u64(span_of(argv[2]), &size) != ERR_OK)
		return 64;
	out_init(&why, text, sizeof(text));
	if (journal_open(&j, argv[1], NULL, size, &why) != ERR_OK) {
		fprintf(stderr, "%s\n", out_cstr(&why));
		return 1;
	}
	memset(reason, 'x', sizeof(reason));
	journal_cursor(&j, argv[3]);
	for (int64_t n = 1; j.head < j.size + j.size / 100; n++) {
		append(n, reason);
		if (n % 1000 == 0)
			journal_sync(&j, false);
	}
	journal_close(&j);
	printf("%llu records\n", (unsigned long long)(j.sequence - 1));
	return 0;
}
