#include "app/doctor.h"

#include <string.h>

#include "core/log.h"

enum {
	/* Probes and what the collector answers. */
	ARENA_BYTES = 16 * 1024 * 1024,
	TLS_BYTES = 4 * 1024 * 1024,
};

/* --- lines ---------------------------------------------------------------- */

/* Of others: nothing that moves a terminal's cursor. */
static void
put_plain(struct out *o, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		out_char(o, (unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f
				? '?'
				: s.at[i]);
}

void
doctor_line(struct doctor *d)
{
	put_plain(d->out, out_done(&d->detail));
	out_char(d->out, '\n');
	out_reset(&d->detail);
}

void
doctor_say(struct doctor *d, enum doctor_verdict v, const char *what,
    const char *remedy)
{
	static const char *const words[] = { "ok    ", "warn  ", "fail  " };

	d->warned += v == DOCTOR_WARN;
	d->failed += v == DOCTOR_FAIL;
	out_text(d->out, words[v]);
	out_text(d->out, what);
	OUT_LITERAL(d->out, ": ");
	if (v != DOCTOR_OK && remedy != NULL) {
		OUT_LITERAL(&d->detail, " -> ");
		out_text(&d->detail, remedy);
	}
	doctor_line(d);
}

/* --- settings ------------------------------------------------------------- */

/* Each line of errors is a check that failed. */
static void
tell_settings(struct doctor *d, enum err e, const struct out *errors)
{
	struct span rest = out_done(errors);
	struct span line;

	while ((line = span_word(&rest, "\n")).at != NULL) {
		out_span(&d->detail, line);
		doctor_say(d, DOCTOR_FAIL, "settings", NULL);
	}
	if (e != ERR_OK)
		return;
	out_text(
	    &d->detail, d->path != NULL ? d->path : "no file: the defaults");
	OUT_LITERAL(&d->detail, " can be used");
	doctor_say(d, DOCTOR_OK, "settings", NULL);
}

static void
tell_venues(struct doctor *d)
{
	unsigned venues = 0, sinks;
	const struct options *o = d->options;

	for (size_t v = 0; v < OPTION_VENUES; v++)
		venues += o->venue[v].enabled;
	sinks = (unsigned)(o->nats.enabled + o->file.enabled +
			   o->clickhouse.enabled + o->redis.enabled);
	out_u64(&d->detail, venues);
	OUT_LITERAL(&d->detail, " on; sinks on: ");
	out_u64(&d->detail, sinks);
	if (venues == 0 && !o->consume.enabled)
		doctor_say(d, DOCTOR_FAIL, "venues",
		    "enable one: nothing is collected");
	else
		doctor_say(d, sinks > 0 ? DOCTOR_OK : DOCTOR_WARN, "venues",
		    "enable a sink: records go nowhere");
}

/* --- the network ---------------------------------------------------------- */

void
doctor_check_over(struct doctor *d)
{
	if (d->live.waiting == 0 && doctor_probes_over(d))
		d->loop.stop = true;
}

static void
on_deadline(struct timer *t)
{
	struct doctor *d = t->owner;

	d->loop.stop = true;
}

static bool
start_network(struct doctor *d)
{
	const struct opt_tls *o = &d->options->tls;
	struct tls_setup setup = { .heap_bytes = TLS_BYTES,
		.ca_file = o->ca_file[0] != '\0' ? o->ca_file : NULL,
		.verify = o->verify };
	enum err e;

	setup.heap = arena_take(&d->arena, "TLS heap", 1, TLS_BYTES);
	e = tls_init(&d->tls, &setup);
	if (e != ERR_OK) {
		out_text(&d->detail, o->ca_file);
		OUT_LITERAL(&d->detail, ": ");
		out_text(&d->detail, err_text(e));
		doctor_say(d, DOCTOR_FAIL, "tls.ca_file",
		    "it has to be a readable PEM file with certificates");
		return false;
	}
	if (!o->verify) {
		OUT_LITERAL(&d->detail, "anybody can pose as a venue");
		doctor_say(d, DOCTOR_WARN, "tls.verify",
		    "set it to true: false is for tests");
	}
	e = dns_init(&d->dns, &d->loop);
	if (e != ERR_OK) {
		out_text(&d->detail, err_text(e));
		doctor_say(d, DOCTOR_FAIL, "resolver", NULL);
		return false;
	}
	d->world.loop = &d->loop;
	d->world.dns = &d->dns;
	d->world.tls = &d->tls;
	return true;
}

static void
network(struct doctor *d)
{
	if (!start_network(d))
		return;
	doctor_live_start(d);
	doctor_probes_start(d);
	d->deadline.fire = on_deadline;
	d->deadline.owner = d;
	timer_start(
	    &d->loop, &d->deadline, mono_after_ms(d->loop.now, DOCTOR_MS));
	doctor_check_over(d);
	loop_run(&d->loop);
	doctor_probes_end(d);
	doctor_probes_tell(d);
	doctor_live_tell(d);
}

/* --- all ------------------------------------------------------------------ */

static void
summary(struct doctor *d)
{
	struct out *o = d->out;

	if (d->failed == 0) {
		OUT_LITERAL(o, "\nnothing found that would stop collecting");
	} else {
		out_char(o, '\n');
		out_u64(o, d->failed);
		OUT_LITERAL(o, " failed: it would not collect all, or not "
			       "start");
	}
	if (d->warned > 0) {
		OUT_LITERAL(o, "; warnings: ");
		out_u64(o, d->warned);
	}
	out_char(o, '\n');
}

int
doctor_main(struct doctor *d, const struct doctor_input *in)
{
	struct config_input settings = { .path = in->path,
		.environment = in->environment };
	char text[8192];
	struct out errors;
	enum err e;

	d->out = in->out;
	d->path = in->path;
	d->environment = in->environment;
	d->options = in->options;
	d->origins = in->origins;
	d->journal = in->journal;
	out_init(&d->detail, d->detail_text, sizeof(d->detail_text));
	loop_init(&d->loop);
	OUT_LITERAL(d->out, "mpedge doctor, version " MPEDGE_VERSION ", ");
	out_time(d->out, d->loop.wall);
	OUT_LITERAL(d->out, "\n\n== checks\n");
	if (in->path == NULL) {
		settings.path = "defaults";
		settings.text = "";
	}
	out_init(&errors, text, sizeof(text));
	e = config_read(&settings, in->options, in->origins, &errors);
	tell_settings(d, e, &errors);
	tell_venues(d);
	doctor_local(d);
	if (arena_init(&d->arena, ARENA_BYTES) == ERR_OK)
		network(d);
	summary(d);
	doctor_live_errors(d);
	doctor_host(d);
	doctor_environment(d);
	OUT_LITERAL(d->out, "\n== settings in force\n");
	config_effective(d->options, d->origins, d->out);
	return d->failed > 0;
}
