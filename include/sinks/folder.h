/*
 * folder.h -- the name of a file that was made: syncing a file writes what is
 * in it, not that its folder has it.
 */
#ifndef MPEDGE_SINKS_FOLDER_H
#define MPEDGE_SINKS_FOLDER_H

#include <stdbool.h>

/* Write the folder of path to the disk; false with errno. */
bool folder_sync(const char *path);

#endif
