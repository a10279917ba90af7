/*
 * update_parts.h -- between the files of the command `mpedge update`: update.c
 * (what is asked for, and installing), update_file.c (files and disks), and
 * update_net.c (fetching and pushing).
 */
#ifndef MPEDGE_APP_UPDATE_PARTS_H
#define MPEDGE_APP_UPDATE_PARTS_H

#include "app/update.h"
#include "codec/url.h"
#include "core/arena.h"
#include "net/httpc.h"

/* A disk, or a file that stands for one. */
struct update_file {
	int fd;
	/* The same past the page cache; -1 where that is not to be had. */
	int direct;
};

/* What comes over the network, or goes there. */
struct update_net {
	struct arena arena;
	struct loop loop;
	struct dns dns;
	struct tls_context tls;
	struct tls_peer peer;
	struct conn_world world;
	struct httpc http;
	struct url url;
	struct timer again;
	char path[512];
	char headers[512];
	char answer[4096];
	char token[256];
	/* The file, and what is there of it. */
	int fd;
	uint64_t have;
	uint64_t before;
	unsigned tries;
	enum err file_error;
	enum update_end end;
};

struct update {
	/* As asked for; NULL: not. */
	const char *root;
	const char *disk;
	const char *slot_name;
	const char *source;
	const char *box_url;
	const char *token_file;
	const char *user;
	const char *ca_file;
	/* The bundle. */
	char source_path[UPDATE_PATH_MAX];
	int in;
	char head[BUNDLE_HEAD_MAX];
	size_t head_len;
	struct bundle bundle;
	/* The box. */
	struct update_box box;
	char disk_path[UPDATE_PATH_MAX];
	struct update_file file;
	struct update_disk disk_ops;
	struct update_slot slot;
	struct update_net net;
	char why_text[UPDATE_WHY_MAX];
	struct out why;
};

/* --- update_file.c --- */

/* NO_BOX, DISK, BUSY: another one has it. */
enum update_end update_file_open(struct update_file *f, const char *path,
    struct update_disk *d, struct out *why);
void update_file_close(struct update_file *f);

/* len bytes at an offset.  SHORT when the file ends before. */
enum err update_read_at(int fd, void *buf, size_t len, uint64_t at) MUST_USE;

/* --- update_net.c --- */

/* u->source is a URL: to the file at path.  FETCH, SPACE, LARGE. */
enum update_end update_fetch(struct update *u, const char *path);

/* u->source is a file, for the box at u->box_url. */
enum update_end update_push(struct update *u);

/* The reason, for the sentence; end. */
enum update_end update_cannot(
    struct update *u, enum update_end end, const char *what, const char *why);

/* "mpedge update: " and this on stdout. */
void update_say(const char *what, uint64_t number, const char *unit);

/* The exit status.  u is zeroed memory. */
int update_main(struct update *u, int argc, char **argv);

#endif
