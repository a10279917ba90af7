#include "venues/binance.h"

enum {
	/* What a stream name adds to the symbol, and the end of the frame. */
	NAME_EXTRA = 40,
	FRAME_TAIL = 40,
};

void
binance_lower(struct out *o, struct span native)
{
	for (size_t i = 0; i < native.len; i++) {
		char c = native.at[i];

		out_char(o, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

void
binance_subscribe(void (*stream_name)(const struct stream *s, struct out *o),
    const struct stream *const *streams, size_t n, bool on, int64_t id,
    struct out *o, size_t *taken)
{
	size_t i;

	OUT_LITERAL(o, "{\"method\":\"");
	out_text(o, on ? "SUBSCRIBE" : "UNSUBSCRIBE");
	OUT_LITERAL(o, "\",\"params\":[");
	for (i = 0; i < n && i < BINANCE_NAMES_MAX; i++) {
		const struct symbol *s = streams[i]->symbol;
		size_t need = NAME_EXTRA + (s == NULL ? 0 : s->native_len);

		if (i > 0 && o->size - o->len < need + FRAME_TAIL)
			break;
		if (i > 0)
			out_char(o, ',');
		/* symbol_set lets no byte in that a string must escape. */
		out_char(o, '"');
		stream_name(streams[i], o);
		out_char(o, '"');
	}
	OUT_LITERAL(o, "],\"id\":");
	out_i64(o, id);
	out_char(o, '}');
	*taken = i;
}
