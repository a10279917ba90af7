/*
 * subject_parts.h -- between the files of emit.h that write subjects.
 */
#ifndef MPEDGE_MODEL_SUBJECT_PARTS_H
#define MPEDGE_MODEL_SUBJECT_PARTS_H

#include "model/emit.h"

/* May the byte not stand in a token of a NATS subject? */
bool subject_barred(char c);

/* A part of a token is never empty: `all` stands for what is absent. */
void subject_token(struct out *o, struct span s);

/* The subject of an event that tells of an alarm; false when it is none. */
bool subject_alert(const struct event *e, struct out *o);

#endif
