#include "sinks/clickhouse_batch.h"

#include "codec/crc32c.h"
#include "core/arena.h"
#include "model/row.h"

static void
reset_table(struct click_table *t)
{
	if (t->rows.len > CLICK_KEEP_BYTES)
		arena_unuse(t->rows.at, t->rows.len);
	out_reset(&t->rows);
	t->count = 0;
	t->done = false;
	t->parked = false;
	t->tried = false;
	t->part = CLICK_WHOLE;
	t->cut_count = 0;
	t->step = 1;
}

void
click_batch_reset(struct click_batch *b)
{
	for (size_t i = 0; i < RECORD_COUNT; i++)
		reset_table(&b->tables[i]);
	b->frames = 0;
	b->rows = 0;
	b->bytes = 0;
	b->closed = false;
}

void
click_batch_init(
    struct click_batch *b, void *const memory[RECORD_COUNT], size_t bytes_max)
{
	b->bytes_max = bytes_max;
	for (size_t i = 0; i < RECORD_COUNT; i++)
		out_init(&b->tables[i].rows, memory[i],
		    memory[i] != NULL ? bytes_max : 0);
	click_batch_reset(b);
}

void
click_batch_pass(struct click_batch *b, const struct sink_frame *f)
{
	if (b->frames == 0)
		b->first = f->sequence;
	b->last = f->sequence;
	b->next = f->next;
	b->frames++;
}

/* Row number t->count begins at offset at. */
static void
note_cut(struct click_table *t, size_t at)
{
	if (t->count % t->step != 0)
		return;
	if (t->cut_count == CLICK_CUTS) {
		for (uint32_t i = 0; i < CLICK_CUTS / 2; i++)
			t->cuts[i] = t->cuts[2 * i];
		t->cut_count = CLICK_CUTS / 2;
		t->step *= 2;
		if (t->count % t->step != 0)
			return;
	}
	t->cuts[t->cut_count++] = at;
}

enum err
click_batch_add(struct click_batch *b, const struct sink_frame *f,
    bool marketprism, uint32_t lacks, unsigned *unfit)
{
	struct click_table *t = &b->tables[f->id];
	size_t before = t->rows.len;

	*unfit = 0;
	if (marketprism)
		marketprism_row(f->id, f->record, &t->rows);
	else
		*unfit = record_row(f->id, f->record, lacks, &t->rows);
	if (t->rows.full || b->bytes + (t->rows.len - before) > b->bytes_max) {
		t->rows.len = before;
		t->rows.full = false;
		return ERR_FULL;
	}
	note_cut(t, before);
	t->count++;
	b->rows++;
	b->bytes += t->rows.len - before;
	click_batch_pass(b, f);
	return ERR_OK;
}

enum record_id
click_batch_next(const struct click_batch *b)
{
	unsigned i = 0;

	while (
	    i < RECORD_COUNT && (b->tables[i].count == 0 || b->tables[i].done ||
				    b->tables[i].parked))
		i++;
	return (enum record_id)i;
}

enum record_id
click_batch_parked(const struct click_batch *b, unsigned from)
{
	while (from < RECORD_COUNT && !b->tables[from].parked)
		from++;
	return (enum record_id)from;
}

/* Where the second half begins. */
static size_t
middle(const struct click_table *t)
{
	return t->cuts[t->cut_count / 2];
}

struct span
click_batch_rows(const struct click_table *t)
{
	struct span all = out_done(&t->rows);
	size_t cut;

	if (t->part == CLICK_WHOLE)
		return all;
	cut = middle(t);
	if (t->part == CLICK_FIRST_HALF)
		return (struct span){ all.at, cut };
	return (struct span){ all.at + cut, all.len - cut };
}

uint32_t
click_batch_in(const struct click_table *t)
{
	if (t->part == CLICK_SECOND_HALF)
		return t->cut_count / 2 * t->step;
	return t->done ? t->count : 0;
}

bool
click_batch_split(struct click_table *t)
{
	if (t->part != CLICK_WHOLE || t->cut_count < 2)
		return false;
	t->part = CLICK_FIRST_HALF;
	return true;
}

bool
click_batch_sent(struct click_table *t)
{
	t->tried = false;
	if (t->part == CLICK_FIRST_HALF) {
		t->part = CLICK_SECOND_HALF;
		return false;
	}
	t->done = true;
	return true;
}

void
click_batch_token(const struct click_batch *b, enum record_id id,
    const char *box, const char *table, struct out *o)
{
	struct span rows = click_batch_rows(&b->tables[id]);
	uint32_t crc = crc32c(0, rows.at, rows.len);
	char bytes[4];

	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (char)(crc >> (24 - 8 * i));
	out_text(o, box);
	out_char(o, '-');
	out_text(o, table);
	out_char(o, '-');
	out_u64(o, b->first);
	out_char(o, '-');
	out_u64(o, b->last);
	out_char(o, '-');
	out_hex(o, bytes, sizeof(bytes));
}
