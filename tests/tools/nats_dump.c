/*
 * nats_dump -- every message of a JetStream stream in order, on stdout.
 *
 *   nats_dump URL STREAM [SUBJECT]
 *
 * Writes `subject<TAB>payload` lines, and on stderr how many.  What the stream
 * holds when it begins is written, what comes later is not.  Exit 1 when the
 * server or the stream cannot be reached or messages stay away.
 */
#include <stdio.h>
#include <stdlib.h>

#include <nats/nats.h>

enum { WAIT_MS = 10000, OUTPUT = 1 << 20 };

static int
say(natsStatus s, const char *what)
{
	if (s != NATS_OK)
		fprintf(
		    stderr, "nats_dump: %s: %s\n", what, natsStatus_GetText(s));
	return s == NATS_OK;
}

/* Number of messages that fit the subject. */
static int
count_messages(
    jsCtx *js, const char *stream, const char *subject, uint64_t *count)
{
	jsStreamInfo *info = NULL;
	jsOptions o;
	uint64_t total = 0;

	jsOptions_Init(&o);
	o.Stream.Info.SubjectsFilter = subject;
	if (!say(js_GetStreamInfo(&info, js, stream, &o, NULL), stream))
		return 0;
	if (info->State.Subjects)
		for (int i = 0; i < info->State.Subjects->Count; i++)
			total += info->State.Subjects->List[i].Msgs;
	*count = total;
	jsStreamInfo_Destroy(info);
	return 1;
}

static int
dump(jsCtx *js, const char *stream, const char *subject, uint64_t count)
{
	natsSubscription *sub = NULL;
	jsSubOptions o;

	jsSubOptions_Init(&o);
	o.Ordered = true;
	o.Stream = stream;
	if (!say(js_SubscribeSync(&sub, js, subject, NULL, &o, NULL), stream) ||
	    !say(natsSubscription_SetPendingLimits(sub, -1, -1), stream))
		return 0;
	for (uint64_t i = 0; i < count; i++) {
		natsMsg *m = NULL;

		if (!say(natsSubscription_NextMsg(&m, sub, WAIT_MS), stream))
			return 0;
		fputs(natsMsg_GetSubject(m), stdout);
		putchar('\t');
		fwrite(natsMsg_GetData(m), 1, (size_t)natsMsg_GetDataLength(m),
		    stdout);
		putchar('\n');
		natsMsg_Destroy(m);
	}
	natsSubscription_Destroy(sub);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *subject = argc > 3 ? argv[3] : ">";
	natsConnection *nc = NULL;
	jsCtx *js = NULL;
	uint64_t count = 0;
	int good;

	if (argc < 3) {
		fputs("usage: nats_dump URL STREAM [SUBJECT]\n", stderr);
		return 64;
	}
	setvbuf(stdout, NULL, _IOFBF, OUTPUT);
	good = say(natsConnection_ConnectTo(&nc, argv[1]), argv[1]) &&
	       say(natsConnection_JetStream(&js, nc, NULL), "jetstream") &&
	       count_messages(js, argv[2], subject, &count) &&
	       dump(js, argv[2], subject, count);
	fprintf(stderr, "%llu messages\n", (unsigned long long)count);
	fflush(stdout);
	jsCtx_Destroy(js);
	natsConnection_Destroy(nc);
	nats_Close();
	return !good;
}
