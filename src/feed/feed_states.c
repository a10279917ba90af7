#include "feed/feed_internal.h"

struct edge {
	enum feed_state from;
	enum feed_state to;
};

/* clang-format off */
static const struct edge edges[] = {
#define STATE(name, deadline, doc)
#define EDGE(from, to, doc) { FEED_##from, FEED_##to },
#include "tables/states.def"
#undef STATE
#undef EDGE
};

static const int64_t deadlines_ms[FEED_STATES] = {
#define STATE(name, deadline, doc) deadline,
#define EDGE(from, to, doc)
#include "tables/states.def"
#undef STATE
#undef EDGE
};
/* clang-format on */

const char *
feed_state_name(enum feed_state s)
{
	static const char *const names[FEED_STATES] = {
		[FEED_IDLE] = "idle",
		[FEED_WAIT] = "wait",
		[FEED_RESOLVE] = "resolve",
		[FEED_CONNECT] = "connect",
		[FEED_HANDSHAKE] = "handshake",
		[FEED_UPGRADE] = "upgrade",
		[FEED_SUBSCRIBE] = "subscribe",
		[FEED_LIVE] = "live",
		[FEED_CLOSING] = "closing",
	};

	return names[s];
}

bool
feed_edge(enum feed_state from, enum feed_state to)
{
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		if (edges[i].from == from && edges[i].to == to)
			return true;
	}
	return false;
}

int64_t
feed_deadline_ms(enum feed_state s)
{
	return deadlines_ms[s];
}
