/*
 * versions.h -- what the program consists of.
 */
#ifndef MPEDGE_APP_VERSIONS_H
#define MPEDGE_APP_VERSIONS_H

#include "core/out.h"

/* build/gen/versions.c: what is linked in, as members of a JSON object. */
extern const char versions_json[];

/* The SHA-256 of the list of components (make sbom) in hexadecimal; empty in
 * what is linked without one, such as tests. */
extern const char sbom_sha256[];

/* The commit of a version such as 0.1.0+35823ac5c695-dirty. */
struct span versions_commit(const char *version);

/* A line each: the program, its commit, what is linked in, the SHA-256. */
void versions_text(const char *version, struct out *o);

/* The same on stdout; the exit status. */
int versions_print(const char *version);

#endif
