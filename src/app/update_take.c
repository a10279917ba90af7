#include "app/update_take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/lines.h"
#include "core/log.h"

enum {
	PATH_BYTES = 256,
	/* Journal and state have the rest of the data folder. */
	SPARE_BYTES = 8 * 1024 * 1024,
};

static const char incoming[] = "incoming";
static const char arrived[] = "bundle";

static const char *
path_of(const struct update_take *t, const char *name, char *text)
{
	struct out o;

	/* The folder is at most 191 bytes long. */
	out_init(&o, text, PATH_BYTES);
	out_text(&o, t->options->update.folder);
	out_char(&o, '/');
	out_text(&o, name);
	return out_cstr(&o);
}

void
update_take_init(struct update_take *t, const struct options *o)
{
	struct log_line l;

	memset(t, 0, sizeof(*t));
	t->options = o;
	t->fd = -1;
	t->ready = UPDATE_no_box;
	out_init(&t->why, t->why_text, sizeof(t->why_text));
	if (o->update.folder[0] == '\0') {
		OUT_LITERAL(&t->why, "update.folder is not set");
		return;
	}
	t->ready = update_box_read(
	    &t->box, o->update.slot_file, o->update.key_file, &t->why);
	if (t->ready == UPDATE_done)
		return;
	log_open(&l, LOG_WARN, "update", "not_taken");
	log_span(&l, "why", out_done(&t->why));
	log_send(&l);
}

/* --- ends ----------------------------------------------------------------- */

/* The file goes, if there is one. */
static void
drop(struct update_take *t)
{
	char path[PATH_BYTES];

	if (t->fd >= 0) {
		close(t->fd);
		(void)unlink(path_of(t, incoming, path));
	}
	t->fd = -1;
	t->open = false;
}

static void
remember(struct update_take *t, enum update_end end)
{
	struct log_line l;
	struct out o;

	out_init(&o, t->last, sizeof(t->last) - 1);
	update_sentence(end, out_done(&t->why), &o);
	t->last[o.len] = '\0';
	if (end == UPDATE_done)
		log_open(&l, LOG_INFO, "update", "received");
	else
		log_open(&l, LOG_WARN, "update", "refused");
	log_text(&l, "why", t->last);
	log_send(&l);
}

static bool
refuse(struct update_take *t, enum update_end end, struct status_call *c)
{
	drop(t);
	t->refused++;
	remember(t, end);
	OUT_LITERAL(c->body, "{\"error\":");
	out_json(c->body, span_of(t->last));
	out_char(c->body, '}');
	c->status = update_ends[end].http;
	return false;
}

static bool
refuse_why(struct update_take *t, enum update_end end, const char *what,
    const char *why, struct status_call *c)
{
	out_text(&t->why, what);
	out_text(&t->why, why);
	return refuse(t, end, c);
}

/* --- beginning ------------------------------------------------------------ */

static bool
has_arrived(const struct update_take *t)
{
	char path[PATH_BYTES];
	struct stat st;

	return t->ready == UPDATE_done &&
	       stat(path_of(t, arrived, path), &st) == 0;
}

static bool
has_room(const struct update_take *t, uint64_t length)
{
	struct statvfs v;

	return statvfs(t->options->update.folder, &v) != 0 ||
	       (uint64_t)v.f_bavail * v.f_frsize >= length + SPARE_BYTES;
}

static bool
on_open(void *owner, uint64_t length, struct status_call *c)
{
	struct update_take *t = owner;
	const struct opt_http *h = &t->options->http;

	/* Words of the one under way must not be touched. */
	if (t->open) {
		OUT_LITERAL(c->body, "{\"error\":\"busy: another update is "
				     "under way (it is being received)\"}");
		c->status = update_ends[UPDATE_busy].http;
		return false;
	}
	if (h->token[0] == '\0' && h->user[0] == '\0') {
		out_reset(&t->why);
		return refuse_why(
		    t, UPDATE_denied, "http.token is not set", "", c);
	}
	if (t->ready != UPDATE_done)
		return refuse(t, t->ready, c);
	out_reset(&t->why);
	if (has_arrived(t))
		return refuse_why(
		    t, UPDATE_busy, "a bundle waits to be installed", "", c);
	if (length > (uint64_t)t->options->update.max_bytes)
		return refuse_why(
		    t, UPDATE_large, "update.max_bytes is less", "", c);
	if (!has_room(t, length))
		return refuse_why(
		    t, UPDATE_space, "8 MiB are kept for others", "", c);
	t->open = true;
	t->judged = false;
	t->length = length;
	t->got = 0;
	t->head_len = 0;
	return true;
}

/* --- pieces --------------------------------------------------------------- */

static bool
write_piece(struct update_take *t, struct span bytes, struct status_call *c)
{
	if (lines_write(t->fd, bytes) == ERR_OK)
		return true;
	return refuse_why(t,
	    errno == ENOSPC || errno == EDQUOT ? UPDATE_space : UPDATE_disk,
	    "update.folder: ", strerror(errno), c);
}

/* The head is whole. */
static bool
judge(struct update_take *t, struct status_call *c)
{
	struct span head = { t->head, t->head_len };
	char path[PATH_BYTES];
	enum update_end end = update_judge(&t->box, head, &t->bundle, &t->why);

	if (end != UPDATE_done)
		return refuse(t, end, c);
	if (t->length - t->head_len != t->bundle.size) {
		OUT_LITERAL(&t->why, "the request has ");
		out_u64(&t->why, t->length);
		OUT_LITERAL(&t->why, " bytes instead of ");
		out_u64(&t->why, t->head_len + t->bundle.size);
		return refuse(t, UPDATE_damaged, c);
	}
	t->fd = open(path_of(t, incoming, path),
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (t->fd < 0)
		return refuse_why(
		    t, UPDATE_disk, "update.folder: ", strerror(errno), c);
	t->judged = true;
	tls_sum_start(&t->sum);
	return write_piece(t, head, c);
}

static bool
on_piece(void *owner, struct span bytes, struct status_call *c)
{
	struct update_take *t = owner;

	t->got += bytes.len;
	if (!t->judged) {
		size_t used;
		enum err e = bundle_gather(t->head, sizeof(t->head),
		    &t->head_len, bytes.at, bytes.len, &used);

		if (e == ERR_SHORT)
			return true;
		if (e != ERR_OK)
			return refuse(t, UPDATE_malformed, c);
		if (!judge(t, c))
			return false;
		bytes.at += used;
		bytes.len -= used;
	}
	if (bytes.len == 0)
		return true;
	tls_sum_add(&t->sum, bytes.at, bytes.len);
	return write_piece(t, bytes, c);
}

static void
on_end(void *owner, struct status_call *c)
{
	struct update_take *t = owner;
	char from[PATH_BYTES], to[PATH_BYTES];
	uint8_t sum[TLS_SUM_BYTES];

	if (!t->judged) {
		(void)refuse(t, UPDATE_malformed, c);
		return;
	}
	tls_sum_end(&t->sum, sum);
	if (memcmp(sum, t->bundle.sha256, sizeof(sum)) != 0) {
		(void)refuse(t, UPDATE_damaged, c);
		return;
	}
	if (rename(path_of(t, incoming, from), path_of(t, arrived, to)) != 0) {
		(void)refuse_why(
		    t, UPDATE_disk, "update.folder: ", strerror(errno), c);
		return;
	}
	close(t->fd);
	t->fd = -1;
	t->open = false;
	t->received++;
	out_span(&t->why, t->bundle.version);
	remember(t, UPDATE_done);
	OUT_LITERAL(c->body, "{\"status\":\"accepted\",");
	out_member_text(c->body, "board", t->bundle.board);
	out_member_text(c->body, "version", t->bundle.version);
	OUT_LITERAL(c->body, "\"message\":\"the bundle is good and waits to be "
			     "installed; the box restarts then\"}");
	c->status = update_ends[UPDATE_done].http;
}

static void
on_gone(void *owner)
{
	struct update_take *t = owner;

	OUT_LITERAL(&t->why, "the client went away");
	drop(t);
	t->refused++;
	remember(t, UPDATE_damaged);
}

const struct status_upload update_upload = { "/api/v1/update", on_open,
	on_piece, on_end, on_gone };

/* --- what is told --------------------------------------------------------- */

void
update_take_state(struct update_take *t, struct out *o)
{
	const struct opt_http *h = &t->options->http;
	bool asks = h->token[0] != '\0' || h->user[0] != '\0';

	OUT_LITERAL(o, "{\"taken\":");
	out_text(o, asks && t->ready == UPDATE_done ? "true," : "false,");
	out_member_text(o, "state",
	    t->open          ? SPAN("receiving")
	    : has_arrived(t) ? SPAN("waiting")
			     : SPAN("idle"));
	out_member_text(o, "board", span_of(t->box.board));
	out_member_text(o, "version", span_of(t->box.version));
	out_member_u64(o, "built", t->box.built);
	out_member_u64(o, "received_bytes", t->open ? t->got : 0);
	out_member_u64(o, "size_bytes", t->open ? t->length : 0);
	out_member_u64(o, "received", t->received);
	out_member_u64(o, "refused", t->refused);
	OUT_LITERAL(o, "\"last\":");
	if (t->last[0] == '\0' && t->ready != UPDATE_done)
		out_json(o, out_done(&t->why));
	else
		out_json(o, span_of(t->last));
	out_char(o, '}');
}
