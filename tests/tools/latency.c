/*
 * latency -- from the venue's clock to a NATS subscriber.
 *
 *   latency URL SUBJECT WARM-UP SECONDS
 *
 * Subscribes, says "listening", leaves out WARM-UP seconds, then measures for
 * SECONDS: the clock (CLOCK_REALTIME) when a message came minus the
 * `timestamp` it carries, which the simulator sets to when it sent it.  Prints
 * `messages=.. rate=.. p50_us=.. p90_us=.. p99_us=.. max_us=..`; exit 1 when
 * nothing came.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nats/nats.h>

enum { SAMPLES_MAX = 4 << 20, POLL_MS = 200 };

static int32_t samples[SAMPLES_MAX];
static size_t count;

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
digits(const char *at, int n)
{
	int64_t v = 0;

	while (n-- > 0)
		v = v * 10 + (*at++ - '0');
	return v;
}

/* "2026-01-02T03:04:05.678901Z": microseconds of its day. */
static int64_t
time_of_day(const char *at)
{
	return (digits(at + 11, 2) * 3600 + digits(at + 14, 2) * 60 +
		   digits(at + 17, 2)) *
		   1000000 +
	       digits(at + 20, 6);
}

static void
take(natsMsg *m)
{
	static const char key[] = "\"timestamp\":\"";
	const int64_t day = 86400LL * 1000000;
	int64_t now = now_us() % day;
	const char *data = natsMsg_GetData(m);
	const char *end = data + natsMsg_GetDataLength(m);
	const char *at =
	    memmem(data, (size_t)(end - data), key, sizeof(key) - 1);

	if (at == NULL || end - at < 40 || count == SAMPLES_MAX)
		return;
	now -= time_of_day(at + sizeof(key) - 1);
	samples[count++] = (int32_t)(now < -day / 2 ? now + day : now);
}

static int
ascending(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a;
	int32_t y = *(const int32_t *)b;

	return (x > y) - (x < y);
}

static int
at_rank(int permille)
{
	return samples[(count - 1) * (size_t)permille / 1000];
}

static int
say(natsStatus s)
{
	if (s != NATS_OK)
		fprintf(stderr, "latency: %s\n", natsStatus_GetText(s));
	return s == NATS_OK;
}

int
main(int argc, char **argv)
{
	natsConnection *nc = NULL;
	natsSubscription *sub = NULL;
	natsMsg *m = NULL;
	int64_t begin, end;

	if (argc < 5) {
		fputs("usage: latency URL SUBJECT WARM-UP SECONDS\n", stderr);
		return 64;
	}
	if (!say(natsConnection_ConnectTo(&nc, argv[1])) ||
	    !say(natsConnection_SubscribeSync(&sub, nc, argv[2])) ||
	    !say(natsSubscription_SetPendingLimits(sub, -1, -1)) ||
	    !say(natsConnection_Flush(nc)))
		return 2;
	puts("listening");
	fflush(stdout);
	begin = now_us() + atoll(argv[3]) * 1000000;
	end = begin + atoll(argv[4]) * 1000000;
	while (now_us() < end) {
		if (natsSubscription_NextMsg(&m, sub, POLL_MS) != NATS_OK)
			continue;
		if (now_us() >= begin)
			take(m);
		natsMsg_Destroy(m);
	}
	if (count == 0)
		return 1;
	qsort(samples, count, sizeof(samples[0]), ascending);
	printf("messages=%zu rate=%lld p50_us=%d p90_us=%d p99_us=%d "
	       "max_us=%d\n",
	    count, (long long)count * 1000000 / (end - begin), at_rank(500),
	    at_rank(900), at_rank(990), at_rank(1000));
	return 0;
}
