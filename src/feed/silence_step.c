#include "feed/silence.h"

static int64_t
patience_ms(const struct silence_stream *st, int64_t limit_ms)
{
	int64_t ms = SILENCE_PAUSES * st->pause_ms;

	if (ms > SILENCE_PATIENCE_MS)
		ms = SILENCE_PATIENCE_MS;
	return ms > limit_ms ? ms : limit_ms;
}

static void
end_pause(struct silence_stream *st)
{
	st->pause_ms -= st->pause_ms / SILENCE_FORGET;
	if (st->age_ms > st->pause_ms)
		st->pause_ms = st->age_ms;
	st->age_ms = 0;
	st->beyond = false;
}

void
silence_step(struct silence_stream *st, bool live, bool data,
    int64_t elapsed_ms, int64_t limit_ms)
{
	if (data) {
		end_pause(st);
		return;
	}
	if (!live)
		return;
	st->age_ms += elapsed_ms;
	st->beyond = st->age_ms >= patience_ms(st, limit_ms);
}
