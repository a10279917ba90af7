/*
 * status_parts.h -- between the files of the status server: status.c (which
 * address is what), health.c, auth.c (who may), and server.c (where it
 * listens).
 */
#ifndef MPEDGE_STATUS_STATUS_PARTS_H
#define MPEDGE_STATUS_STATUS_PARTS_H

#include "status/status.h"

/* --- status.c --- */

/* The server's `serve`. */
void status_serve(
    struct httpd *h, const struct http_request *r, struct httpd_answer *a);

/* A POST that is no upload.  Status 0: there is none to that path. */
void status_post(
    struct status *s, const struct http_request *r, struct httpd_answer *a);

/* --- health.c --- */

enum health_level status_worst(const struct status *s);

/* The members that say who speaks, and when. */
void status_about(const struct status *s, struct out *o);

/* /health */
void status_health(
    struct status *s, const struct http_request *r, struct httpd_answer *a);

/* Does an Accept field name this type? */
bool status_accepts(struct span accept, const char *type);

/* --- upload.c: struct status_upload as the server has it --- */

extern const struct httpd_uploads status_uploads;

/* --- auth.c --- */

/* True when the request has what configuration asks for; else *a is 401. */
bool status_admits(
    struct status *s, const struct http_request *r, struct httpd_answer *a);

#endif
