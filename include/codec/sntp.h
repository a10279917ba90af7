/*
 * sntp.h -- one question to a time server and its answer (RFC 4330, the client
 * of RFC 5905), without a socket.
 *
 * The time that the question carries is not the clock's but 64 random bits: an
 * answer must bring them back, so that nobody who does not see the question can
 * answer it, and the clock is not told to the network.  Times are nanoseconds
 * since 1970; an answer counts up to 2104 (a second era is understood).
 */
#ifndef MPEDGE_CODEC_SNTP_H
#define MPEDGE_CODEC_SNTP_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/time.h"

enum {
	SNTP_BYTES = 48,
	SNTP_PORT = 123,
	/* A server further from its source than this is none. */
	SNTP_STRATUM_MAX = 15,
	/* And one whose own error is more than this, root delay and dispersion
	 * together. */
	SNTP_ROOT_MAX_MS = 3000,
};

struct sntp_answer {
	/* What is to be added to our clock. */
	int64_t offset_ns;
	/* There and back, without the server's own time. */
	int64_t delay_ns;
	/* The server's clock when it answered. */
	struct wall server;
	unsigned stratum;
};

/* Writes the question, SNTP_BYTES; cookie is random. */
void sntp_ask(uint64_t cookie, void *packet);

/*
 * Reads an answer to the question with `cookie`, sent and received at these
 * times of our clock.  SHORT: not a packet; PROTOCOL: no server's answer, or
 * not to this question; LIMITED: the server says not to ask it (kiss-o'-death);
 * STALE: the server itself has no time.
 */
enum err sntp_read(const void *packet, size_t len, uint64_t cookie,
    struct wall sent, struct wall received, struct sntp_answer *a) MUST_USE;

#endif
