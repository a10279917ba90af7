#include "feed/hub_internal.h"

#include <string.h>

#include "core/log.h"

static void
tell_file(struct hub *h, enum err e)
{
	struct log_line l;

	log_open(&l, e == ERR_OK ? LOG_WARN : LOG_ERROR, "journal",
	    e == ERR_OK ? "file_in_use_again" : "file_fails");
	if (e != ERR_OK)
		log_err(&l, e);
	if (e != ERR_OK)
		log_text(&l, "why", strerror(h->journal->spare_error));
	log_int(&l, "times", (int64_t)h->journal->spares);
	log_send(&l);
}

/* While the file fails it is tried again and again, at growing distances that
 * begin anew when it was good for long enough. */
bool
hub_mind_file(struct hub *h)
{
	struct journal *j = h->journal;
	struct mono now = h->loop->now;
	enum err e;

	if (!j->spare) {
		if (mono_due(
			mono_after_ms(h->file_retry, HUB_FILE_MAX_MS), now))
			h->file_pause_ms = HUB_FILE_MIN_MS;
		return false;
	}
	if (!mono_due(h->file_retry, now))
		return false;
	e = journal_resume(j);
	if (e == ERR_AGAIN)
		return true;
	h->file_retry = mono_after_ms(now, h->file_pause_ms);
	if (e == ERR_OK) {
		tell_file(h, ERR_OK);
		h->file_told = false;
		return false;
	}
	if (h->file_pause_ms < HUB_FILE_MAX_MS)
		h->file_pause_ms *= 2;
	if (!h->file_told)
		tell_file(h, e);
	h->file_told = true;
	return false;
}
