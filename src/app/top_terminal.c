#include "app/top.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/config_parts.h"
#include "app/lines.h"

static unsigned
variable(const struct top *t, const char *name, unsigned otherwise)
{
	struct span s = environment_find(t->in->environment, name);
	uint64_t n;

	return span_u64(s, &n) == ERR_OK && n > 0 && n < 10000 ? (unsigned)n
							       : otherwise;
}

static unsigned
within(unsigned n, unsigned least, unsigned most)
{
	return n < least ? least : n > most ? most : n;
}

/* Asked at each look, which is how a changed size is noticed.  A serial line
 * does not know its size. */
void
top_measure(struct top *t)
{
	struct winsize w = { .ws_col = 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0 ||
	    w.ws_row == 0) {
		w.ws_col = (unsigned short)variable(t, "COLUMNS", TOP_COLS);
		w.ws_row = (unsigned short)variable(t, "LINES", TOP_ROWS);
	}
	w.ws_col = (unsigned short)within(w.ws_col, 20, TOP_COLS_MAX);
	w.ws_row = (unsigned short)within(w.ws_row, 5, TOP_ROWS_MAX);
	if (w.ws_col != t->view.cols || w.ws_row != t->view.rows)
		t->frame_len[t->shown] = 0;
	t->view.cols = w.ws_col;
	t->view.rows = w.ws_row;
}

bool
top_is_terminal(const struct top *t)
{
	struct span term = environment_find(t->in->environment, "TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       !span_is(term, "dumb");
}

void
top_say(struct span text)
{
	/* A terminal that is gone tells by its keys. */
	if (lines_write(STDOUT_FILENO, text) != ERR_OK)
		return;
}

void
top_raw(struct top *t)
{
	struct termios a;

	if (tcgetattr(STDIN_FILENO, &t->saved) != 0)
		return;
	a = t->saved;
	a.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	a.c_cc[VMIN] = 1;
	a.c_cc[VTIME] = 0;
	t->is_raw = tcsetattr(STDIN_FILENO, TCSAFLUSH, &a) == 0;
	/* No cursor. */
	top_say(SPAN("\x1b[?25l"));
}

void
top_restore(struct top *t)
{
	char text[64];
	struct out o;

	if (!t->is_raw)
		return;
	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "\x1b[0m\x1b[?25h\x1b[");
	out_u64(&o, t->view.rows);
	OUT_LITERAL(&o, ";1H\r\n");
	top_say(out_done(&o));
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &t->saved);
}
