/*
 * options.h -- what the command line says; `exchange-sim --help` lists it.
 *
 * A number is a row in options.c that names its place in struct sim.  The venue
 * is looked for first: its rules are what the other options override.
 */
#ifndef EXCHANGE_OPTIONS_H
#define EXCHANGE_OPTIONS_H

#include "sim.h"

/* Ends the process where there is nothing to run. */
void options_read(struct sim *sim, int argc, char **argv);

#endif
