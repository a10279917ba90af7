/*
 * rest_internal.h -- between rest.c (what is sent when) and rest_answer.c (what
 * an answer means) of one module.
 */
#ifndef MPEDGE_FEED_REST_INTERNAL_H
#define MPEDGE_FEED_REST_INTERNAL_H

#include "feed/rest.h"

/* Pause before try number `tries` of the same wish: doubling, with jitter. */
int64_t rest_retry_ms(struct rest *r, unsigned tries);

/* Look again at due, or sooner. */
void rest_arm(struct rest *r, struct mono due);

/* A hole is not filled in time, or cannot be. */
void rest_give_up_trades(struct rest *r, unsigned symbol, const char *why);

/* The HTTP client's answer. */
void rest_done(struct httpc *h, const struct httpc_reply *a);

/* rest_refusal.c: what every answer says about weight and refusals; OK when
 * there is a body to be read, else the error that it stands for. */
enum err rest_heed(struct rest *r, const struct httpc_reply *a, bool in_pieces);

/* What a body is by its first byte. */
enum rest_refusal rest_body_refusal(struct span body);

/* Nothing is sent for a while. */
void rest_pause(
    struct rest *r, enum rest_refusal f, int64_t ms, struct span text);

/* The same for a body that says LIMITED behind status 200. */
void rest_pause_limited(struct rest *r);

/* When the present minute of the venue's windows is over. */
struct mono rest_next_minute(struct rest *r);

/* rest_jobs.c */
void rest_jobs_init(struct rest *r);
void rest_jobs_close(struct rest *r);

#endif
