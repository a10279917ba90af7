#include "app/fleet.h"

#include <unistd.h>

#include "app/commands.h"
#include "app/lines.h"

enum {
	BODY_BYTES = 2 * 1024 * 1024,
	TOKENS = 256 * 1024,
	TLS_BYTES = 4 * 1024 * 1024,
	TEXT_BYTES = FLEET_BOXES_MAX * FLEET_ROW_MAX,
	ARENA_BYTES = 128 * 1024 * 1024,
};

/* --- what is shown -------------------------------------------------------- */

static const struct fleet_row *
row_at(void *owner, unsigned i, const char **url)
{
	const struct fleet *f = owner;

	*url = f->boxes[i].source;
	return &f->boxes[i].row;
}

static void
show(struct fleet *f)
{
	struct fleet_rows rows = { f->count, f, row_at };
	struct out o;

	out_init(&o, f->text, TEXT_BYTES);
	if (f->watch && !f->json && isatty(STDOUT_FILENO))
		OUT_LITERAL(&o, "\x1b[H\x1b[2J");
	else if (f->shown && !f->json)
		out_char(&o, '\n');
	if (f->json)
		fleet_json(&rows, &o);
	else
		fleet_table(&rows, &o);
	f->shown = true;
	if (lines_write(STDOUT_FILENO, out_done(&o)) != ERR_OK)
		f->loop.stop = true;
}

/* --- asking --------------------------------------------------------------- */

static void
read_answer(struct fleet_slot *s, const struct httpc_reply *r)
{
	struct fleet *f = s->fleet;
	struct fleet_row *row = &s->box->row;
	char why[FLEET_WHY_MAX];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	if (r->error == ERR_OK && r->status == 200 &&
	    json_parse(&f->tokens, r->body.at, r->body.len) == ERR_OK &&
	    fleet_row_read(&f->tokens, row) == ERR_OK)
		return;
	if (r->error == ERR_LATE)
		OUT_LITERAL(&o, "no answer in time");
	else if (r->error != ERR_OK)
		out_text(&o, s->http.conn.why[0] != '\0' ? s->http.conn.why
							 : err_text(r->error));
	else if (r->status == 401)
		OUT_LITERAL(&o, "HTTP 401: it wants its token (--token-file)");
	else if (r->status != 200) {
		OUT_LITERAL(&o, "HTTP ");
		out_i64(&o, r->status);
		OUT_LITERAL(&o, ": is it the address of a status page?");
	} else {
		OUT_LITERAL(&o, "what answers is not mpedge");
	}
	why[o.len] = '\0';
	fleet_row_failed(row, why);
}

static void
end_of_round(struct fleet *f)
{
	show(f);
	if (!f->watch)
		f->loop.stop = true;
	else
		timer_start(&f->loop, &f->timer,
		    mono_after_ms(f->loop.now, (int64_t)f->interval_s * 1000));
}

/* A box has its row.  The next one follows when the connection has returned
 * from its callback. */
static void
one_done(struct fleet_slot *s)
{
	struct fleet *f = s->fleet;

	s->box = NULL;
	if (++f->done == f->count)
		end_of_round(f);
	else
		timer_start(&f->loop, &s->next, f->loop.now);
}

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct fleet_slot *s = h->owner;

	read_answer(s, r);
	httpc_close(h);
	one_done(s);
}

static void
ask_next(struct timer *t)
{
	struct fleet_slot *s = t->owner;
	struct fleet *f = s->fleet;
	struct fleet_box *b;

	if (f->asked == f->count)
		return;
	b = &f->boxes[f->asked++];
	s->box = b;
	httpc_init(&s->http, &f->world, b->url.host, b->url.port,
	    b->url.secure ? &b->peer : NULL, s->body, BODY_BYTES);
	s->http.owner = s;
	s->http.done = on_done;
	s->http.deadline_ms = (int64_t)f->timeout_s * 1000;
	s->http.headers = f->headers[0] != '\0' ? f->headers : NULL;
	if (httpc_get(&s->http, b->path) == ERR_OK)
		return;
	fleet_row_failed(&b->row, "the address cannot stand in a request");
	one_done(s);
}

static void
on_timer(struct timer *t)
{
	struct fleet *f = t->owner;
	unsigned slots = f->count < FLEET_SLOTS ? f->count : FLEET_SLOTS;

	f->asked = 0;
	f->done = 0;
	for (unsigned i = 0; i < slots; i++)
		ask_next(&f->slots[i].next);
}

static void
on_signal(struct watch *w, unsigned got)
{
	struct fleet *f = w->owner;

	(void)got;
	f->loop.stop = true;
}

/* --- the command ---------------------------------------------------------- */

static int
start_tls(struct fleet *f)
{
	struct tls_setup setup = {
		.heap_bytes = TLS_BYTES, .ca_file = f->ca_file, .verify = true
	};

	if (!f->secure)
		return 0;
	setup.heap = arena_take(&f->arena, "TLS heap", 1, TLS_BYTES);
	if (tls_init(&f->tls, &setup) != ERR_OK)
		return fleet_fail(f->ca_file != NULL ? f->ca_file : "TLS",
		    ": is no readable PEM file with certificates");
	for (unsigned i = 0; i < f->count; i++)
		tls_peer_init(&f->boxes[i].peer, f->boxes[i].url.host);
	return 0;
}

static int
start(struct fleet *f)
{
	unsigned slots = f->count < FLEET_SLOTS ? f->count : FLEET_SLOTS;
	int status = start_tls(f);
	char *bodies;

	if (status != 0)
		return status;
	if (dns_init(&f->dns, &f->loop) != ERR_OK)
		return fleet_fail("the resolver could not be started", "");
	f->world = (struct conn_world){
		.loop = &f->loop, .dns = &f->dns, .tls = &f->tls
	};
	f->slots = arena_take(&f->arena, "slots", slots, sizeof(*f->slots));
	bodies = arena_take(&f->arena, "bodies", slots, BODY_BYTES);
	for (unsigned i = 0; i < slots; i++) {
		f->slots[i].fleet = f;
		f->slots[i].body = bodies + i * (size_t)BODY_BYTES;
		f->slots[i].next.fire = ask_next;
		f->slots[i].next.owner = &f->slots[i];
	}
	json_init(&f->tokens,
	    arena_take(&f->arena, "tokens", 1, json_pool_bytes(TOKENS)),
	    TOKENS);
	f->text = arena_take(&f->arena, "text", 1, TEXT_BYTES);
	return 0;
}

static bool
all_good(const struct fleet *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (!fleet_row_good(&f->boxes[i].row))
			return false;
	}
	return true;
}

int
fleet_main(struct fleet *f, const struct top_input *in)
{
	int status;

	f->in = in;
	loop_init(&f->loop);
	if (arena_init(&f->arena, ARENA_BYTES) != ERR_OK)
		return fleet_fail("no memory", "");
	f->boxes =
	    arena_take(&f->arena, "boxes", FLEET_BOXES_MAX, sizeof(*f->boxes));
	status = fleet_arguments(f);
	if (status == 0)
		status = start(f);
	if (status != 0)
		return status;
	f->signals = (struct watch){ .fd = in->signals,
		.want = LOOP_READ,
		.ready = on_signal,
		.owner = f };
	loop_watch(&f->loop, &f->signals);
	f->timer = (struct timer){ .fire = on_timer, .owner = f };
	timer_start(&f->loop, &f->timer, f->loop.now);
	loop_run(&f->loop);
	return all_good(f) ? 0 : COMMAND_FAILED;
}
