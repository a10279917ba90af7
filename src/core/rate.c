#include "core/rate.h"

void
rate_sample(struct rate *r, uint64_t counter, int64_t elapsed_ms)
{
	uint64_t grown = counter > r->last ? counter - r->last : 0;
	uint64_t tenths = 0;

	if (elapsed_ms > 0 && grown < UINT64_MAX / 10000)
		tenths = grown * 10000 / (uint64_t)elapsed_ms;
	r->last = counter;
	r->tenths[r->count++ % RATE_SAMPLES] =
	    tenths < UINT32_MAX ? (uint32_t)tenths : UINT32_MAX;
}

uint64_t
rate_now(const struct rate *r)
{
	if (r->count == 0)
		return 0;
	return r->tenths[(r->count - 1) % RATE_SAMPLES] / 10;
}

static void
number(uint32_t tenths, struct out *o)
{
	out_u64(o, tenths / 10);
	if (tenths % 10 == 0)
		return;
	out_char(o, '.');
	out_u64(o, tenths % 10);
}

void
rate_json(const struct rate *r, struct out *o)
{
	uint32_t from = r->count > RATE_SAMPLES ? r->count - RATE_SAMPLES : 0;
	uint32_t now = 0, peak = 0;

	for (uint32_t i = from; i < r->count; i++) {
		now = r->tenths[i % RATE_SAMPLES];
		if (now > peak)
			peak = now;
	}
	OUT_LITERAL(o, "{\"per_second\":");
	number(now, o);
	OUT_LITERAL(o, ",\"peak_per_second\":");
	number(peak, o);
	OUT_LITERAL(o, ",\"history\":[");
	for (uint32_t i = from; i < r->count; i++) {
		if (i > from)
			out_char(o, ',');
		number(r->tenths[i % RATE_SAMPLES], o);
	}
	OUT_LITERAL(o, "]}");
}
