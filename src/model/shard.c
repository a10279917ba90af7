#include "model/shard.h"

/* FNV-1a, 64 bits, carried on over bytes. */
static uint64_t
fnv(uint64_t hash, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.at[i]) * 0x100000001b3u;
	return hash;
}

uint32_t
shard_number(struct span venue, struct span native, uint32_t of)
{
	uint64_t key = fnv(0xcbf29ce484222325u, venue);
	uint64_t number = 0;
	uint64_t next = 0;

	key = fnv(fnv(key, SPAN(":")), native);
	/* Each round jumps ahead: about log(of) rounds, at most `of`. */
	while (next < of) {
		number = next;
		key = key * 2862933555777941757u + 1;
		next = ((number + 1) << 31) / ((key >> 33) + 1);
	}
	return (uint32_t)number;
}

bool
shard_has(const struct shard *s, struct span venue, struct span native)
{
	return s->of <= 1 || shard_number(venue, native, s->of) == s->index;
}
