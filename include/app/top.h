/*
 * top.h -- mpedge top: what /status of a collector says, in a terminal.
 *
 *   mpedge top [--once] [--interval SECONDS] [--ca-file FILE]
 *              [--token-file FILE | --user-file FILE] [URL]
 *
 * URL is http://127.0.0.1:8080 unless one is given; http or https, of this box
 * or another, with or without /status.  q ends it, another key looks at once.
 * Frames are plain ANSI for at least 80 columns and 24 lines, of which only the
 * lines that have changed are sent: a serial line is enough.  A changed size is
 * noticed at the next look.  With --once, or where there is no terminal (or
 * TERM is dumb), one frame without any escapes is written: as large as the
 * terminal, or COLUMNS and LINES, or 80 by 24.
 *
 * A collector that wants a login gets the token (http.token) or user:password
 * (http.user, http.password) that is the first line of a file, which only its
 * owner may read: an argument would show in the list of processes.
 *
 * Members that a collector does not have are shown as -, those that are not
 * known here are passed over: versions may differ.
 */
#ifndef MPEDGE_APP_TOP_H
#define MPEDGE_APP_TOP_H

#include <termios.h>

#include "app/page_url.h"
#include "codec/json.h"
#include "core/arena.h"
#include "net/httpc.h"

enum {
	TOP_COLS = 80,
	TOP_ROWS = 24,
	TOP_COLS_MAX = 300,
	TOP_ROWS_MAX = 200,
	/* Connections and sinks whose rate is known. */
	TOP_RATES_MAX = 256,
	/* Of a frame: each cell, colours, and line ends. */
	/* A header line with a token or a password. */
	TOP_LOGIN_MAX = 1024,
	TOP_FRAME_MAX = TOP_COLS_MAX * TOP_ROWS_MAX + 32 * 1024,
};

/* --- top_frame.c, top_cells.c: pure --------------------------------------- */

struct top_rate {
	uint64_t name;
	uint64_t count;
};

/* What was counted at one look. */
struct top_counts {
	uint64_t records;
	uint64_t messages;
	uint64_t bytes;
	uint64_t cpu_ms;
	struct top_rate of[TOP_RATES_MAX];
	unsigned rate_count;
};

struct top_view {
	unsigned cols;
	unsigned rows;
	bool colour;
	/* Where it comes from. */
	const char *source;
	/* Why the last look failed, or NULL. */
	const char *error;
	/* Between the two looks; 0: there was none before. */
	int64_t passed_ms;
};

/*
 * One frame: at most rows lines of at most cols columns, a line end between
 * two.  j->count is 0 when nothing is known yet.  *now is filled, *past is that
 * of the look before.
 */
void top_frame(const struct json *j, const struct top_view *v,
    const struct top_counts *past, struct top_counts *now, struct out *o);

/* What a terminal that shows the frame `old` needs to show `new`; old.len is 0
 * when it shows anything else. */
void top_update(struct span old, struct span new, struct out *o);

/* Fits a screen of v into memory that does. */
struct top_screen {
	struct out *out;
	const struct top_view *view;
	unsigned x;
	unsigned y;
};

/* Next cell; bytes that are not printable ASCII are shown as ?. */
void top_put(struct top_screen *s, struct span text);
void top_text(struct top_screen *s, const char *text);
/* Blanks up to this column, at least one behind what is there. */
void top_to(struct top_screen *s, unsigned col);
/* Right-aligned, ends before this column. */
void top_right(struct top_screen *s, struct span text, unsigned end);
/* A colour or 0, as SGR has them. */
void top_style(struct top_screen *s, unsigned sgr);
/* A word in the colour of what it means. */
void top_state(struct top_screen *s, struct span word);
/* Lines left, the present one included. */
unsigned top_left(const struct top_screen *s);
void top_line(struct top_screen *s);

/* "12345", "123k", "12M"; "12 KiB"; "340ms", "12s", "5m", "3h", "4d". */
void top_count(struct out *o, uint64_t n);
void top_bytes(struct out *o, uint64_t n);
void top_age(struct out *o, uint64_t ms);

/* --- the command ---------------------------------------------------------- */

struct top;

/* top_login.c: the header of login_file for every request; NULL or why not. */
const char *top_login(struct top *t);

struct top_input {
	int argc;
	char **argv;
	char *const *environment;
	/* Read end of a pipe that has a byte when a signal came. */
	int signals;
};

struct top {
	const struct top_input *in;
	/* What was asked for. */
	bool once;
	uint64_t interval_s;
	const char *ca_file;
	/* NULL: without; login_basic: user:password. */
	const char *login_file;
	bool login_basic;
	const char *source;
	struct url url;
	char path[PAGE_PATH_MAX];
	char headers[TOP_LOGIN_MAX];
	/* How it is fetched. */
	struct arena arena;
	struct loop loop;
	struct dns dns;
	struct tls_context tls;
	struct tls_peer peer;
	struct conn_world world;
	struct httpc http;
	struct timer timer;
	struct watch keys;
	struct watch signals;
	/* What came last, and what is on the screen: one of two, in turn. */
	char *body;
	struct json json;
	struct top_counts counts[2];
	unsigned turn;
	struct mono looked;
	struct top_view view;
	char why[CONN_WHY + 64];
	char *frames[2];
	size_t frame_len[2];
	unsigned shown;
	char *update;
	struct termios saved;
	bool is_raw;
	bool failed;
};

/* top_terminal.c: its size, into t->view; is there one; keys one by one and no
 * cursor, and as it was. */
void top_measure(struct top *t);
bool top_is_terminal(const struct top *t);
void top_raw(struct top *t);
void top_restore(struct top *t);
void top_say(struct span text);

/* The exit status. */
int top_main(struct top *t, const struct top_input *in);

#endif
