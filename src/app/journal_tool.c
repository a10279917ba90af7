#include "app/journal_tool.h"

#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/lines.h"
#include "core/loop.h"
#include "feed/hub.h"

enum {
	TEXT_BYTES = 8 * 1024 * 1024,
};

/* --- words ---------------------------------------------------------------- */

void
tool_say(const char *text, struct span about)
{
	char buf[512];
	struct out o;

	out_init(&o, buf, sizeof(buf));
	OUT_LITERAL(&o, "mpedge journal: ");
	out_text(&o, text);
	out_span(&o, about);
	out_char(&o, '\n');
	if (lines_write(STDERR_FILENO, out_done(&o)) != ERR_OK)
		return;
}

static int
usage(const char *why)
{
	tool_say(why, SPAN_NULL);
	tool_say("usage: mpedge journal ls|verify FILE\n"
		 "       mpedge journal export [--from SEQ] [--to SEQ] FILE\n"
		 "       mpedge journal drop [--before SEQ] FILE [SINK]",
	    SPAN_NULL);
	return COMMAND_USAGE;
}

/* --- drop ----------------------------------------------------------------- */

static uint64_t
position_of(struct journal_tool *t, uint64_t sequence)
{
	const struct journal *j = t->journal;
	uint64_t position = j->tail;
	struct journal_frame f;
	enum err e;

	while ((e = journal_read(j, position, &f)) != ERR_AGAIN) {
		if (e == ERR_OK && f.sequence >= sequence)
			return f.position;
		position = f.next;
	}
	return j->head;
}

static void
drop_cursor(struct journal_tool *t, struct journal_cursor *c, uint64_t position)
{
	uint64_t sequence = c->sequence;
	uint64_t bytes = position > c->position ? position - c->position : 0;

	journal_confirm(t->journal, c, position);
	OUT_LITERAL(&t->out, "cursor=");
	out_text(&t->out, c->name);
	tool_number(t, " given_up_records", c->sequence - sequence);
	tool_number(t, " bytes", bytes);
	tool_number(t, " from", sequence);
	tool_number(t, " now", c->sequence);
	out_char(&t->out, '\n');
}

static int
drop(struct journal_tool *t)
{
	uint64_t position = position_of(t, t->before);
	bool found = false;

	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		struct journal_cursor *c = &t->journal->cursors[i];

		if (!c->used ||
		    (t->sink != NULL && strcmp(c->name, t->sink) != 0))
			continue;
		found = true;
		drop_cursor(t, c, position);
	}
	if (!found)
		tool_say("there is no cursor of this sink: ",
		    span_of(t->sink != NULL ? t->sink : "any"));
	journal_close(t->journal);
	if (t->journal->spare)
		tool_say("the file could not be written: ", span_of(t->path));
	return found && !t->journal->spare ? 0 : COMMAND_FAILED;
}

/* --- the command ---------------------------------------------------------- */

static const struct verb {
	const char *name;
	bool changes;
	bool takes_range;
	int (*run)(struct journal_tool *t);
} verbs[] = {
	{ "ls", false, false, tool_list },
	{ "verify", false, false, tool_verify },
	{ "export", false, true, tool_export },
	{ "drop", true, false, drop },
};

static uint64_t *
option_of(struct journal_tool *t, const struct verb *v, const char *name)
{
	if (v->takes_range && strcmp(name, "--from") == 0)
		return &t->from;
	if (v->takes_range && strcmp(name, "--to") == 0)
		return &t->to;
	if (v->changes && strcmp(name, "--before") == 0)
		return &t->before;
	return NULL;
}

static int
read_options(
    struct journal_tool *t, const struct verb *v, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		uint64_t *value;

		if (strncmp(argv[i], "--", 2) == 0) {
			value = option_of(t, v, argv[i]);
			if (value == NULL)
				return usage("an option is not known");
			if (++i == argc ||
			    span_u64(span_of(argv[i]), value) != ERR_OK)
				return usage("a sequence number is missing");
		} else if (t->path == NULL) {
			t->path = argv[i];
		} else if (v->changes && t->sink == NULL) {
			t->sink = argv[i];
		} else {
			return usage("one FILE is expected");
		}
	}
	if (t->path == NULL)
		return usage("FILE is missing");
	if (v->changes && t->sink == NULL && t->before == UINT64_MAX)
		return usage("whose records, or before which one?");
	return 0;
}

/* The size that the file has is the one to open it with. */
static enum err
open_journal(struct journal_tool *t, bool changes, struct out *why)
{
	enum err e = journal_look(t->journal, t->path, why);
	uint64_t size = t->journal->size;

	if (e != ERR_OK || !changes)
		return e;
	journal_leave(t->journal);
	return journal_open(t->journal, t->path, NULL, size, why);
}

static int
run(struct journal_tool *t, const struct verb *v)
{
	size_t levels = HUB_LEVELS * sizeof(*t->levels);
	struct loop loop;
	char text[512];
	struct out why;
	int status;

	if (arena_init(&t->arena, levels + TEXT_BYTES + 4096) != ERR_OK) {
		tool_say("no memory", SPAN_NULL);
		return COMMAND_FAILED;
	}
	t->levels = arena_take(&t->arena, "levels", 1, levels);
	out_init(
	    &t->out, arena_take(&t->arena, "out", 1, TEXT_BYTES), TEXT_BYTES);
	loop_init(&loop);
	t->now = loop.wall;
	out_init(&why, text, sizeof(text));
	if (open_journal(t, v->changes, &why) != ERR_OK) {
		tool_say("", out_done(&why));
		return COMMAND_FAILED;
	}
	status = v->run(t);
	tool_flush(t);
	journal_leave(t->journal);
	arena_fini(&t->arena);
	return t->failed ? COMMAND_FAILED : status;
}

int
journal_main(int argc, char **argv, struct journal *j)
{
	struct journal_tool t = {
		.journal = j, .to = UINT64_MAX, .before = UINT64_MAX
	};
	const struct verb *v = NULL;
	int status;

	for (size_t i = 0; argc > 0 && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++) {
		if (strcmp(argv[0], verbs[i].name) == 0)
			v = &verbs[i];
	}
	if (v == NULL)
		return usage("what is to be done?");
	status = read_options(&t, v, argc - 1, argv + 1);
	return status != 0 ? status : run(&t, v);
}
