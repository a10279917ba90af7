#include "codec/pack_parts.h"

#include <lz4.h>

size_t
pack_lz4_state_bytes(void)
{
	return (size_t)LZ4_sizeofState();
}

size_t
pack_lz4_block(void *state, struct span piece, char *to, size_t size)
{
	size_t most = piece.len - 1;

	if (size < most)
		most = size;
	return (size_t)LZ4_compress_fast_extState(
	    state, piece.at, to, (int)piece.len, (int)most, 1);
}
