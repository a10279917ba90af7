/*
 * parts.h -- what src/init share: the jobs, which are this program called
 * with other arguments, and small helpers for files.
 *
 * A job tells on stdout, a line KEY=VALUE each, and ends.  It may wait: init
 * does not.
 */
#ifndef MPEDGE_INIT_PARTS_H
#define MPEDGE_INIT_PARTS_H

#include <sys/types.h>

#include "core/out.h"
#include "init/disk.h"

#define BUSYBOX "/bin/busybox"
#define SELF "/init"
#define CONFIG_FOLDER "/config"
#define CONFIG_FILE CONFIG_FOLDER "/mp.ini"
#define BOOT_FOLDER "/run/boot"
#define DATA_FOLDER "/data"
#define KEPT_FILE DATA_FOLDER "/init/kept"
#define DATA_IMAGE "/usr/share/mpedge/data.img.gz"

enum {
	FILE_SMALL_MAX = 64 * 1024,
	IDENTITY_BYTES = 16,
};

/* --- files ---------------------------------------------------------------- */

/* Up to size bytes; at == NULL: it cannot be read. */
struct span file_read(const char *path, char *to, size_t size);

/* Written beside, synced and renamed. */
enum err file_replace(const char *path, struct span text, mode_t mode);

/* In place, for files of /proc and /sys. */
bool file_write(const char *path, const char *text);

/* Folder and those above it; nothing is said when it is there. */
void make_folder(const char *path, mode_t mode);

/* A line KEY=VALUE on stdout. */
void tell(const char *key, struct span value);
void tell_text(const char *key, const char *value);
void tell_number(const char *key, int64_t value);

/* Random bytes that a box without entropy has to wait for. */
bool random_bytes(void *to, size_t len);

/* Who mpedge runs as (/etc/passwd); 0 when it is root. */
struct person {
	uid_t uid;
	gid_t gid;
};
struct person person_of_mpedge(void);

/* --- jobs: argv[2] and further are theirs --------------------------------- */

/* disk SLOT SERIAL: finds it, copies the settings, mounts the data. */
int job_disk(char *const argv[]);
/* config: copies the settings again; tells changed=1. */
int job_config(char *const argv[]);
/* keep TEXT: becomes KEPT_FILE. */
int job_keep(char *const argv[]);
/* bootenv DISK commit|healthy|give-up SLOT */
int job_bootenv(char *const argv[]);
/* time SERVER...: asks each, tells offset_ns= and server= of the best. */
int job_time(char *const argv[]);
/* The script of udhcpc: bound, renew, deconfig. */
int job_lease(char *const argv[]);

/* --- what jobs are made of ------------------------------------------------ */

/* Copies settings from BOOT_FOLDER to CONFIG_FOLDER; tells whether mp.ini is
 * there and whether it is another one now. */
bool config_copy(bool *changed);

/* Mounts or makes the data partition; why tells what has been done. */
bool data_open(struct disk *d, struct out *why);

/* As posix_spawn wants them. */
char *const *spawn_args(const char *const argv[]);

/* Starts a program that writes to out_fd and does not have close_fd; -1: it
 * could not be started. */
pid_t run_apart(const char *const argv[], int out_fd, int close_fd);

/* IPv4 address of an interface, mask and default route; 0: what was there is
 * taken away. */
enum err lan_set(const char *name, uint32_t address, uint32_t mask);
enum err lan_route(uint32_t gateway, const char *name, int metric);
enum err lan_up(const char *name);

#endif
