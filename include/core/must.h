/*
 * must.h -- claims about our own code.
 *
 * must(x) is always compiled in; when x is false it writes file, line and claim
 * to stderr and aborts, and the service manager restarts us into a known state.
 * Nothing a peer can send may reach one.  One claim per must.
 */
#ifndef MPEDGE_CORE_MUST_H
#define MPEDGE_CORE_MUST_H

_Noreturn void must_failed(const char *file, int line, const char *claim);

#define must(x) ((x) ? (void)0 : must_failed(__FILE__, __LINE__, #x))

#endif
