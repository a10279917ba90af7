/*
 * update_take.h -- a bundle that is pushed over HTTP: POST /api/v1/update.
 *
 * It is judged as soon as its head is there, and written to update.folder as it
 * comes; when all of it is there and right it is renamed to `bundle`, where
 * init finds it.  One at a time.  Nothing of it stays in memory, and a turn of
 * the loop takes HTTPD_PIECE_MAX bytes of it.  Without http.token or http.user
 * nobody may.
 *
 * Key and slot file are read once, at the start.  The loop does not wait for
 * the disk: what a power cut leaves of a bundle is refused by who installs it.
 */
#ifndef MPEDGE_APP_UPDATE_TAKE_H
#define MPEDGE_APP_UPDATE_TAKE_H

#include "app/update.h"
#include "core/options.h"
#include "status/status.h"

struct update_take {
	const struct options *options;
	/* done: bundles are taken; else why not. */
	enum update_end ready;
	struct update_box box;
	/* The one under way. */
	bool open;
	int fd;
	uint64_t length;
	uint64_t got;
	char head[BUNDLE_HEAD_MAX];
	size_t head_len;
	bool judged;
	struct bundle bundle;
	struct tls_sum sum;
	/* Why not, or what became of the last one. */
	char why_text[UPDATE_WHY_MAX];
	struct out why;
	char last[2 * UPDATE_WHY_MAX];
	uint64_t received;
	uint64_t refused;
};

void update_take_init(struct update_take *t, const struct options *o);

/* The owner is a struct update_take. */
extern const struct status_upload update_upload;

/* What GET /api/v1/update says. */
void update_take_state(struct update_take *t, struct out *o);

#endif
