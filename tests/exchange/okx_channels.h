/*
 * okx_channels.h -- what can be subscribed, and the streams it becomes.
 */
#ifndef EXCHANGE_OKX_CHANNELS_H
#define EXCHANGE_OKX_CHANNELS_H

#include "okx.h"
#include "okx_call.h"

/* conn->route: the paths /ws/v5/public and /ws/v5/business. */
enum { OKX_PUBLIC, OKX_BUSINESS };

struct okx_channel {
	const char *name;
	enum stream_kind kind;
	int route;
	/* Subscribed by instType, not by instId. */
	bool by_type;
	/* Bits of the enum symbol_kind that have it. */
	unsigned kinds;
	/* What stands between the arg and a row, then perhaps the instId, and
	 * what stands behind the row. */
	const char *before;
	bool named;
	const char *after;
	/* What a subscriber gets at once, or NULL. */
	okx_first *first;
};

/* One arg, and what it means. */
struct okx_wish {
	struct okx_arg arg;
	const struct okx_channel *channel;
	struct symbol *symbol;
	int type;
};

/* Finds out what w->arg means; false: there is no such thing at this path. */
bool okx_wish_find(struct sim *sim, const struct conn *c, struct okx_wish *w);
/* The stream of what was found, and the one of that arg, if there ever was. */
struct stream *okx_wish_stream(struct sim *sim, const struct okx_wish *w);
struct stream *okx_wish_have(struct sim *sim, const struct okx_wish *w);
/* The arg as the venue writes it; out holds PREFIX_MAX bytes. */
void okx_wish_arg(char *out, const struct okx_wish *w);

#endif
