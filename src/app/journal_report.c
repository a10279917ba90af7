#include "app/journal_tool.h"

#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/lines.h"
#include "feed/hub.h"
#include "feed/journal_format.h"
#include "model/emit.h"
#include "model/frame.h"

enum {
	/* Written when this much has come together. */
	FLUSH_BYTES = 256 * 1024,
};

void
tool_flush(struct journal_tool *t)
{
	if (lines_write(STDOUT_FILENO, out_done(&t->out)) != ERR_OK)
		t->failed = true;
	out_reset(&t->out);
}

void
tool_number(struct journal_tool *t, const char *name, uint64_t n)
{
	out_text(&t->out, name);
	out_char(&t->out, '=');
	out_u64(&t->out, n);
}

static void
time_of(struct journal_tool *t, const char *name, struct wall when)
{
	out_text(&t->out, name);
	out_char(&t->out, '=');
	out_time(&t->out, when);
}

/* --- a walk over all records ---------------------------------------------- */

/*
 * A running process may have overwritten what is being read: then it is not
 * damaged but gone.  Looking again tells.
 */
static bool
is_gone(struct journal_tool *t, uint64_t position)
{
	char text[256];
	struct out why;

	if (!journal_held(t->journal))
		return false;
	journal_leave(t->journal);
	out_init(&why, text, sizeof(text));
	if (journal_look(t->journal, t->path, &why) != ERR_OK) {
		tool_say("", out_done(&why));
		t->failed = true;
		return false;
	}
	return t->journal->tail > position;
}

static void
tell_damage(struct journal_tool *t, const struct journal_frame *f)
{
	const struct journal *j = t->journal;
	uint64_t next = journal_sequence_at(j, f->next);

	t->damaged++;
	tool_number(
	    t, "damaged offset", JOURNAL_HEADER + f->position % j->size);
	tool_number(t, " bytes", f->next - f->position);
	tool_number(t, " after", t->last.sequence);
	tool_number(t, " before", next);
	out_char(&t->out, '\n');
}

/* visit is NULL, or wants each record; damage is told when tell says so. */
static void
walk(struct journal_tool *t, bool tell,
    void (*visit)(struct journal_tool *t, const struct journal_frame *f))
{
	uint64_t position = t->journal->tail;
	uint64_t expected = 0;
	struct journal_frame f;
	enum err e;

	while (!t->failed &&
	       (e = journal_read(t->journal, position, &f)) != ERR_AGAIN) {
		if (e == ERR_CORRUPT && is_gone(t, f.position)) {
			position = t->journal->tail;
			expected = 0;
			continue;
		}
		if (position / JOURNAL_WINDOW != f.next / JOURNAL_WINDOW)
			journal_forget(t->journal,
			    position - position % JOURNAL_WINDOW, f.next);
		position = f.next;
		if (e == ERR_CORRUPT && tell)
			tell_damage(t, &f);
		if (e != ERR_OK)
			continue;
		if (expected != 0 && f.sequence > expected)
			t->missing += f.sequence - expected;
		expected = f.sequence + 1;
		if (t->records++ == 0)
			t->first = f;
		t->last = f;
		if (visit != NULL)
			visit(t, &f);
	}
}

/* --- ls ------------------------------------------------------------------- */

static void
list_cursor(struct journal_tool *t, const struct journal_cursor *c)
{
	const struct journal *j = t->journal;
	uint64_t behind = j->sequence - c->sequence;
	struct journal_frame f;

	OUT_LITERAL(&t->out, "cursor=");
	out_text(&t->out, c->name);
	tool_number(t, " sequence", c->sequence);
	tool_number(t, " behind_records", behind);
	tool_number(t, " behind_bytes", j->head - c->position);
	tool_number(t, " lost", c->lost);
	if (journal_read(j, c->position, &f) == ERR_OK) {
		time_of(t, " oldest", f.seen);
		tool_number(t, " age_s",
		    (uint64_t)(t->now.ns > f.seen.ns
				   ? (t->now.ns - f.seen.ns) / NS_PER_S
				   : 0));
	}
	out_char(&t->out, '\n');
}

int
tool_list(struct journal_tool *t)
{
	const struct journal *j = t->journal;

	walk(t, false, NULL);
	OUT_LITERAL(&t->out, "file=");
	out_text(&t->out, t->path);
	tool_number(t, "\nversion", JOURNAL_VERSION);
	tool_number(t, "\nsize_bytes", j->size);
	tool_number(t, "\nused_bytes", j->head - j->tail);
	OUT_LITERAL(&t->out, "\nin_use=");
	out_text(&t->out, journal_held(j) ? "true" : "false");
	tool_number(t, "\nopened", j->life - 1u);
	tool_number(t, "\nrecords", t->records);
	tool_number(t, "\nmissing", t->missing);
	tool_number(t, "\nafter_checkpoint", j->recovered);
	tool_number(t, "\ncut", journal_held(j) ? 0 : j->cut);
	tool_number(t, "\nmarks", j->mark_count);
	if (t->records > 0) {
		tool_number(t, "\noldest sequence", t->first.sequence);
		time_of(t, " time", t->first.seen);
		tool_number(t, "\nnewest sequence", t->last.sequence);
		time_of(t, " time", t->last.seen);
	}
	out_char(&t->out, '\n');
	for (unsigned i = 0; i < JOURNAL_CURSORS_MAX; i++) {
		if (j->cursors[i].used)
			list_cursor(t, &j->cursors[i]);
	}
	return 0;
}

/* --- verify --------------------------------------------------------------- */

static void
bad_part(void *owner, const char *what, uint64_t offset)
{
	struct journal_tool *t = owner;

	t->header_damaged++;
	OUT_LITERAL(&t->out, "damaged header=\"");
	out_text(&t->out, what);
	tool_number(t, "\" offset", offset);
	out_char(&t->out, '\n');
}

static bool
can_decode(struct journal_tool *t, const struct journal_frame *f)
{
	union record rec;

	return (unsigned)f->record < RECORD_COUNT &&
	       record_decode(f->record, f->body, t->levels, HUB_LEVELS, &rec) ==
		   ERR_OK;
}

static void
verify_record(struct journal_tool *t, const struct journal_frame *f)
{
	struct journal_frame again;

	if (can_decode(t, f) ||
	    journal_read(t->journal, f->position, &again) != ERR_OK)
		return;
	t->damaged++;
	tool_number(t, "unreadable offset",
	    JOURNAL_HEADER + f->position % t->journal->size);
	tool_number(t, " sequence", f->sequence);
	out_char(&t->out, '\n');
}

int
tool_verify(struct journal_tool *t)
{
	uint64_t cut;

	/* What a process writes just now is not whole, and not damaged. */
	cut = journal_held(t->journal) ? 0 : t->journal->cut;
	journal_check_header(t->journal, bad_part, t);
	walk(t, true, verify_record);
	if (cut > 0) {
		tool_number(t, "damaged end offset",
		    JOURNAL_HEADER + t->journal->head % t->journal->size);
		tool_number(t, " cut", cut);
		out_char(&t->out, '\n');
	}
	tool_number(t, "records", t->records);
	tool_number(t, " missing", t->missing);
	tool_number(t, " damaged", t->damaged + t->header_damaged + (cut > 0));
	out_char(&t->out, '\n');
	return t->damaged + t->header_damaged + cut > 0 ? COMMAND_FAILED : 0;
}

/* --- export --------------------------------------------------------------- */

static void
export_record(struct journal_tool *t, const struct journal_frame *f)
{
	size_t before = t->out.len;
	struct journal_frame again;
	union record rec;

	if (f->sequence < t->from || f->sequence > t->to ||
	    (unsigned)f->record >= RECORD_COUNT ||
	    record_decode(f->record, f->body, t->levels, HUB_LEVELS, &rec) !=
		ERR_OK)
		return;
	record_json(f->record, &rec, &t->out);
	out_char(&t->out, '\n');
	/* Overwritten meanwhile? */
	if (journal_read(t->journal, f->position, &again) != ERR_OK ||
	    again.sequence != f->sequence)
		t->out.len = before;
	if (t->out.len > FLUSH_BYTES)
		tool_flush(t);
}

int
tool_export(struct journal_tool *t)
{
	walk(t, false, export_record);
	return 0;
}
