#include "app/commands.h"

#include <string.h>
#include <unistd.h>

#include "app/lines.h"
#include "app/offline.h"
#include "app/sidecar.h"
#include "core/must.h"
#include "model/emit.h"

enum {
	LINE_BYTES = 16 * 1024 * 1024,
	SIDE_BYTES = 64 * 1024,
	OUT_BYTES = 8 * 1024 * 1024,
	/* Written when this much has come together. */
	OUT_FLUSH = 4 * 1024 * 1024,
	BOOKS_MAX = 5000,
};

struct replay {
	struct offline offline;
	struct lines lines;
	struct sidecar side;
	char *line_buf;
	char *side_buf;
	struct out out;
	struct level *levels;
	bool raw;
	bool failed;
	uint32_t books;
	/* Of all files. */
	uint64_t number;
	uint64_t rest_replies;
	uint64_t rest_refused;
};

static void
say(const char *text, const char *about)
{
	char buf[512];
	struct out o;
	enum err e;

	out_init(&o, buf, sizeof(buf));
	out_text(&o, text);
	if (about != NULL) {
		OUT_LITERAL(&o, ": ");
		out_text(&o, about);
	}
	out_char(&o, '\n');
	e = lines_write(STDERR_FILENO, out_done(&o));
	/* Where else could this be told? */
	(void)e;
}

static void
flush(struct replay *r, int fd)
{
	if (lines_write(fd, out_done(&r->out)) != ERR_OK)
		r->failed = true;
	out_reset(&r->out);
}

static void
on_record(void *owner, enum record_id id, const void *rec)
{
	struct replay *r = owner;

	record_json(id, rec, &r->out);
	out_char(&r->out, '\n');
	must(!r->out.full);
	if (r->out.len >= OUT_FLUSH)
		flush(r, STDOUT_FILENO);
}

static void
rest_reply(struct replay *r, struct span url, struct span body,
    const struct origin *from)
{
	char name[SYMBOL_MAX + 1];
	char digits[16];
	struct span native =
	    sidecar_parameter(url, "symbol=", name, sizeof(name));
	struct span text =
	    sidecar_parameter(url, "limit=", digits, sizeof(digits));
	uint64_t limit = 0;
	unsigned symbol;

	r->rest_replies++;
	if (r->raw)
		return;
	if (text.at != NULL && span_u64(text, &limit) != ERR_OK)
		limit = 0;
	if (native.at == NULL || limit > UINT32_MAX ||
	    offline_symbol(&r->offline, native, &symbol) != ERR_OK ||
	    market_book_snapshot(r->offline.market, symbol, body, from,
		(uint32_t)limit) != ERR_OK)
		r->rest_refused++;
}

/* --- the messages --------------------------------------------------------- */

static void
one_line(struct replay *r, struct span line)
{
	struct origin from = { .seen = { (int64_t)r->number * NS_PER_US },
		.epoch = 1 };
	struct span url;
	enum err e;

	sidecar_next(&r->side, &from.seen, &url);
	r->offline.now = from.seen;
	if (url.at != NULL) {
		rest_reply(r, url, line, &from);
		return;
	}
	/* Counted by its reason. */
	e = market_message(r->offline.market, line, &from);
	(void)e;
}

static void
one_file(struct replay *r, const char *file, const char *side)
{
	struct span line;
	enum err e = lines_open(&r->lines, file, r->line_buf, LINE_BYTES);

	if (e == ERR_OK)
		e = sidecar_open(&r->side, file, side, r->side_buf, SIDE_BYTES);
	while (e == ERR_OK) {
		e = lines_next(&r->lines, &line);
		if (e != ERR_OK)
			break;
		r->number++;
		one_line(r, line);
	}
	lines_close(&r->lines);
	sidecar_close(&r->side);
	if (e != ERR_CLOSED) {
		say("mpedge replay: cannot read", file);
		r->failed = true;
	}
}

/* --- the end -------------------------------------------------------------- */

static void
print_side(struct replay *r, const char *name, const struct book_side *s)
{
	uint32_t n = book_top(s, r->books, r->levels);

	OUT_LITERAL(&r->out, ",\"");
	out_text(&r->out, name);
	OUT_LITERAL(&r->out, "\":[");
	for (uint32_t i = 0; i < n; i++) {
		out_text(&r->out, i == 0 ? "[\"" : ",[\"");
		dec_write(&r->levels[i].price, &r->out);
		OUT_LITERAL(&r->out, "\",\"");
		dec_write(&r->levels[i].quantity, &r->out);
		OUT_LITERAL(&r->out, "\"]");
	}
	out_char(&r->out, ']');
}

static void
print_books(struct replay *r)
{
	const struct market *m = r->offline.market;

	for (unsigned i = 0; i < market_symbols(m); i++) {
		const struct sync *s = market_book(m, i);

		if (s->applied + s->kept + s->dropped + s->loads == 0)
			continue;
		OUT_LITERAL(&r->out, "{\"symbol\":");
		out_json(&r->out, symbol_native(market_symbol(m, i)));
		OUT_LITERAL(&r->out, ",\"last_update_id\":");
		if (s->id == SEQ_NULL)
			OUT_LITERAL(&r->out, "null");
		else
			out_i64(&r->out, s->id);
		print_side(r, "bids", &s->book.bids);
		print_side(r, "asks", &s->book.asks);
		OUT_LITERAL(&r->out, "}\n");
		if (r->out.len >= OUT_FLUSH)
			flush(r, STDOUT_FILENO);
	}
}

static void
count(struct replay *r, const char *group, const char *name, uint64_t n)
{
	if (n == 0 && group[0] != '\0')
		return;
	out_text(&r->out, group);
	out_text(&r->out, name);
	out_char(&r->out, '=');
	out_u64(&r->out, n);
	out_char(&r->out, '\n');
}

static void
sum_up_books(struct replay *r)
{
	static const char *const states[] = {
		[SYNC_OFF] = "off",
		[SYNC_WAITING] = "waiting",
		[SYNC_BUFFERING] = "buffering",
		[SYNC_LIVE] = "live",
	};
	const struct market *m = r->offline.market;

	for (unsigned i = 0; i < market_symbols(m); i++) {
		const struct sync *s = market_book(m, i);

		if (s->applied + s->kept + s->dropped + s->loads == 0)
			continue;
		OUT_LITERAL(&r->out, "book=");
		out_span(&r->out, symbol_native(market_symbol(m, i)));
		OUT_LITERAL(&r->out, " applied=");
		out_u64(&r->out, s->applied);
		OUT_LITERAL(&r->out, " old=");
		out_u64(&r->out, s->old);
		OUT_LITERAL(&r->out, " gaps=");
		out_u64(&r->out, s->gaps);
		OUT_LITERAL(&r->out, " state=");
		out_text(&r->out, states[s->state]);
		out_char(&r->out, '\n');
	}
}

static void
sum_up(struct replay *r)
{
	const struct market_counts *c = market_counts(r->offline.market);

	count(r, "", "messages", c->messages);
	count(r, "", "bytes", c->bytes);
	count(r, "", "rest_replies", r->rest_replies);
	count(r, "", "rest_refused", r->rest_refused);
	for (unsigned i = 0; i < RECORD_COUNT; i++)
		count(r, "records.", records[i].name, c->records[i]);
	for (unsigned i = 0; i < ERR_COUNT; i++)
		count(r, "skipped.", err_name((enum err)i), c->skipped[i]);
	count(r, "", "acks", r->offline.acks);
	count(r, "", "shutdowns", r->offline.shutdowns);
	count(r, "", "duplicates", c->duplicates);
	count(r, "", "gaps", c->gaps);
	count(r, "", "books_applied", c->book_applied);
	count(r, "", "books_old", c->book_old);
	count(r, "", "books_loaded", c->book_loads);
	count(r, "", "books_stale", c->book_stale);
	count(r, "", "books_crossed", c->book_crossed);
	sum_up_books(r);
	flush(r, STDERR_FILENO);
}

/* --- the command ---------------------------------------------------------- */

static int
usage(const char *why)
{
	say("mpedge replay", why);
	say("usage: mpedge replay --venue NAME [--trades KIND] [--raw] "
	    "[--ts SIDE] [--books N] FILE...",
	    NULL);
	return COMMAND_USAGE;
}

struct args {
	const char *venue;
	const char *trades;
	bool raw;
	uint32_t books;
};

static int
start(struct replay *r, const struct args *a)
{
	size_t extra = (size_t)LINE_BYTES + SIDE_BYTES + OUT_BYTES +
		       BOOKS_MAX * sizeof(struct level) + 4096;
	enum err e = offline_init(&r->offline, a->venue, a->trades, extra);
	struct arena *arena = &r->offline.arena;

	if (e == ERR_UNKNOWN)
		return usage("no such venue, or it has no such trades");
	if (e != ERR_OK) {
		say("mpedge replay", err_text(e));
		return COMMAND_FAILED;
	}
	r->line_buf = arena_take(arena, "lines", 1, LINE_BYTES);
	r->side_buf = arena_take(arena, "side", 1, SIDE_BYTES);
	r->levels =
	    arena_take(arena, "levels", BOOKS_MAX, sizeof(struct level));
	out_init(&r->out, arena_take(arena, "out", 1, OUT_BYTES), OUT_BYTES);
	arena_seal(arena);
	r->offline.owner = r;
	r->offline.record = on_record;
	market_raw(r->offline.market, r->raw);
	return 0;
}

/* Options that hold for all files; they may stand anywhere. */
static int
read_options(int argc, char **argv, struct args *a)
{
	int files = 0;

	for (int i = 0; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		uint64_t n;

		if (strcmp(argv[i], "--raw") == 0) {
			a->raw = true;
			continue;
		}
		if (strncmp(argv[i], "--", 2) != 0) {
			files++;
			continue;
		}
		if (value == NULL)
			return usage("a value is missing");
		i++;
		if (strcmp(argv[i - 1], "--venue") == 0) {
			a->venue = value;
		} else if (strcmp(argv[i - 1], "--trades") == 0) {
			a->trades = value;
		} else if (strcmp(argv[i - 1], "--books") == 0) {
			if (span_u64(span_of(value), &n) != ERR_OK ||
			    n > BOOKS_MAX)
				return usage("--books is 0 to 5000");
			a->books = (uint32_t)n;
		} else if (strcmp(argv[i - 1], "--ts") != 0) {
			return usage(argv[i - 1]);
		}
	}
	if (a->venue == NULL || files == 0)
		return usage("which venue, and which files?");
	return 0;
}

int
replay_main(int argc, char **argv)
{
	struct replay r;
	struct args a = { 0 };
	const char *side = NULL;
	int code = read_options(argc, argv, &a);

	if (code != 0)
		return code;
	memset(&r, 0, sizeof(r));
	r.raw = a.raw;
	r.books = a.books;
	code = start(&r, &a);
	if (code != 0)
		return code;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--raw") == 0)
			continue;
		if (strcmp(argv[i], "--ts") == 0)
			side = argv[i + 1];
		if (strncmp(argv[i], "--", 2) == 0) {
			i++;
			continue;
		}
		one_file(&r, argv[i], side);
		side = NULL;
	}
	if (r.books > 0)
		print_books(&r);
	flush(&r, STDOUT_FILENO);
	sum_up(&r);
	offline_fini(&r.offline);
	return r.failed ? COMMAND_FAILED : 0;
}
