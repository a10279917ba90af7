/*
 * sockets.h -- sockets that systemd opened for us (sd_listen_fds(3)).
 */
#ifndef MPEDGE_APP_SOCKETS_H
#define MPEDGE_APP_SOCKETS_H

enum {
	SOCKETS_MAX = 64,
};

/* How many stand from descriptor 3 on; 0 when they are not for this process. */
unsigned sockets_passed(char *const *environment);

#endif
