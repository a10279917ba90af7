/*
 * nats_inside.h -- the functions of libnats that its public header does not
 * have, and why they are used.
 *
 * The public way costs about 5 CPU microseconds a record: natsMsg_Create, a
 * hash table for the one header, a lock for each publish, and for each message
 * freed a hand-over to a garbage collecting thread that frees it there.  A
 * turn's records are instead written as NATS protocol into memory of ours and
 * appended to the connection's buffer in one call, and acknowledgements are
 * seen while they are parsed.  That leaves about 1 microsecond.
 *
 * These are the functions that the public ones are made of; their declarations
 * are those of src/conn.h and src/msg.h of the version asserted here.  A newer
 * one stops the build until somebody has compared them.
 */
#ifndef MPEDGE_SINKS_NATS_INSIDE_H
#define MPEDGE_SINKS_NATS_INSIDE_H

#include <nats/nats.h>

_Static_assert(NATS_VERSION_NUMBER == 0x030A01,
    "compare these with conn.h and msg.h of the new libnats");

/* Around bufferWrite, as natsConnection_Publish does. */
void natsConn_lockAndRetain(natsConnection *nc);
void natsConn_unlockAndRelease(natsConnection *nc);

/* Append to what will be sent. */
natsStatus natsConn_bufferWrite(natsConnection *nc, const char *bytes, int len);

/* Called for each message parsed, before it is queued; *m = NULL keeps it. */
void natsConn_setFilterWithClosure(natsConnection *nc,
    void (*filter)(natsConnection *nc, natsMsg **m, void *closure),
    void *closure);

/* What natsMsg_Destroy has done by its thread. */
void natsMsg_free(void *m);

#endif
