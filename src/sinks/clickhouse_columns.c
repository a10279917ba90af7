#include "sinks/clickhouse_sink.h"

#include "core/log.h"
#include "model/row.h"

static void
tell(const struct click_sink *c, bool added, uint32_t columns, const char *why)
{
	enum record_id id = (enum record_id)c->step;
	uint32_t all =
	    (uint32_t)((UINT64_C(1) << (records[id].field_count + 1)) - 1);
	char names[CLICK_WHY_MAX];
	struct log_line l;
	struct out o;

	out_init(&o, names, sizeof(names) - 1);
	record_columns(id, all & ~columns, &o);
	names[o.len] = '\0';
	log_open(&l, added ? LOG_INFO : LOG_WARN, "clickhouse",
	    added ? "columns_added" : "columns_missing");
	log_text(&l, "table", ddl_plain(&c->ddl, id));
	log_text(&l, "columns", names);
	if (!added) {
		log_text(&l, "why", why);
		log_text(&l, "remedy",
		    "rows are sent without them; add them as mpedge --print "
		    "ddl has them and start again");
	}
	log_send(&l);
}

static void
next(struct click_sink *c)
{
	c->adding = false;
	c->step++;
	click_goto(c, CLICK_COLUMNS);
}

void
click_columns_read(struct click_sink *c, struct span body)
{
	uint32_t *lacks = &c->lacks[c->step];

	if (c->adding) {
		tell(c, true, *lacks, "");
		*lacks = 0;
		next(c);
		return;
	}
	*lacks = ddl_lacks((enum record_id)c->step, body);
	c->adding = *lacks != 0 && c->options->create;
	if (c->adding) {
		click_goto(c, CLICK_COLUMNS);
		return;
	}
	if (*lacks != 0)
		tell(c, false, *lacks, "clickhouse.create is off");
	next(c);
}

/* Those of a table that cannot be looked at are taken to be there. */
void
click_columns_refused(struct click_sink *c, const char *why)
{
	struct log_line l;

	if (c->adding) {
		tell(c, false, c->lacks[c->step], why);
	} else {
		log_open(&l, LOG_WARN, "clickhouse", "columns_not_checked");
		log_text(
		    &l, "table", ddl_plain(&c->ddl, (enum record_id)c->step));
		log_text(&l, "why", why);
		log_send(&l);
	}
	next(c);
}
