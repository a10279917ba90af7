#include "venues/venue.h"

const char *
channel_name(enum channel c)
{
	static const char *const names[CHANNEL_COUNT] = {
		[CHANNEL_TRADE] = "trade",
		[CHANNEL_BOOK] = "orderbook",
		[CHANNEL_KLINE] = "kline",
		[CHANNEL_TICKER] = "ticker",
		[CHANNEL_FUNDING] = "funding_rate",
		[CHANNEL_INTEREST] = "open_interest",
		[CHANNEL_LIQUIDATION] = "liquidation",
		[CHANNEL_QUOTE] = "quote",
		[CHANNEL_STATUS] = "status",
	};

	return names[c];
}

bool
venue_route_word(const struct venue *v, struct span word, enum channel *channel,
    unsigned *route)
{
	struct span name = span_word(&word, "=");
	struct span to = span_word(&word, "=");

	for (*channel = 0; *channel < CHANNEL_COUNT; (*channel)++) {
		if (v->channels[*channel].how != OFFER_NONE &&
		    span_is(name, channel_name(*channel)))
			break;
	}
	for (*route = 0; *route < v->route_count; (*route)++) {
		if (span_is(to, v->routes[*route]))
			break;
	}
	return *channel < CHANNEL_COUNT && *route < v->route_count &&
	       (v->channels[*channel].routes >> *route & 1) != 0;
}

unsigned
venue_trades(const struct venue *v, struct span word)
{
	unsigned i = 0;

	while (v->trade_kinds[i] != NULL && !span_is(word, v->trade_kinds[i]))
		i++;
	return v->trade_kinds[i] != NULL ? i : 0;
}

void
venue_ws_path(
    const struct venue *v, const char *path, unsigned route, struct out *o)
{
	static const char mark[] = "{route}";
	struct span rest = span_of(path);

	for (; rest.len > 0; rest.at++, rest.len--) {
		if (span_starts(rest, mark) && route < v->route_count) {
			out_text(o, v->routes[route]);
			rest.at += sizeof(mark) - 2;
			rest.len -= sizeof(mark) - 2;
		} else {
			out_char(o, *rest.at);
		}
	}
}
