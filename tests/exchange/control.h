/*
 * control.h -- the port tests talk to: one command a line, one line of JSON
 * back.
 *
 * Besides the faults (faults.h): stats, streams, book SYMBOL, pause, resume,
 * flush, time, help, quit.
 */
#ifndef EXCHANGE_CONTROL_H
#define EXCHANGE_CONTROL_H

#include "server.h"

void control_input(struct sim *sim, struct conn *c);

#endif
