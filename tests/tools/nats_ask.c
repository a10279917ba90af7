/*
 * nats_ask -- a request to whoever answers it, and their answers.
 *
 *   nats_ask URL SUBJECT COUNT [MS [TIMES [BODY]]]
 *
 * Sends the request TIMES (1) with BODY (none) and writes each answer as a
 * line, until there are COUNT of them or none came for MS (10000).  Exit 1 when
 * there were fewer.  Answers are not limited to those of one service.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nats/nats.h>

static int
good(natsStatus s, const char *what)
{
	if (s != NATS_OK)
		fprintf(
		    stderr, "nats_ask: %s: %s\n", what, natsStatus_GetText(s));
	return s == NATS_OK;
}

static int
take(natsSubscription *sub, int count, int ms)
{
	int i = 0;

	for (; i < count; i++) {
		natsMsg *m = NULL;

		if (natsSubscription_NextMsg(&m, sub, ms) != NATS_OK)
			break;
		/* Nobody is there. */
		if (natsMsg_IsNoResponders(m)) {
			natsMsg_Destroy(m);
			break;
		}
		fwrite(natsMsg_GetData(m), 1, (size_t)natsMsg_GetDataLength(m),
		    stdout);
		putchar('\n');
		natsMsg_Destroy(m);
	}
	return i;
}

int
main(int argc, char **argv)
{
	natsConnection *nc = NULL;
	natsSubscription *sub = NULL;
	natsInbox *inbox = NULL;
	int count = argc > 3 ? atoi(argv[3]) : 1;
	int ms = argc > 4 ? atoi(argv[4]) : 10000;
	int times = argc > 5 ? atoi(argv[5]) : 1;
	const char *body = argc > 6 ? argv[6] : "";
	int got = 0;

	if (argc < 4) {
		fputs("usage: nats_ask URL SUBJECT COUNT [MS [TIMES [BODY]]]\n",
		    stderr);
		return 64;
	}
	if (good(natsConnection_ConnectTo(&nc, argv[1]), argv[1]) &&
	    good(natsInbox_Create(&inbox), "inbox") &&
	    good(natsConnection_SubscribeSync(&sub, nc, inbox), inbox)) {
		for (int i = 0; i < times; i++)
			good(natsConnection_PublishRequest(
				 nc, argv[2], inbox, body, (int)strlen(body)),
			    argv[2]);
		got = take(sub, count, ms);
	}
	fflush(stdout);
	natsSubscription_Destroy(sub);
	natsInbox_Destroy(inbox);
	natsConnection_Destroy(nc);
	nats_Close();
	return got < count;
}
