#define _GNU_SOURCE

#include "init/box.h"

#include <string.h>
#include <unistd.h>

/*
 * The job that finds the disk, and what it tells; settings as they are read,
 * and looked at again.
 */

enum {
	DISK_JOB_MS = 5 * 60 * 1000,
	CONFIG_JOB_MS = 20 * 1000,
	CONFIG_AGAIN_MS = 30 * 1000,
	CONFIG_AGAIN_SAFE_MS = 5 * 1000,
	INI_BYTES = 256 * 1024,
};

static void
read_settings(struct box *b)
{
	char text[INI_BYTES];
	struct span ini = file_read(CONFIG_FILE, text, sizeof(text));
	unsigned gate_s = b->settings.gate_s;
	struct log_line l;

	settings_init(&b->settings);
	b->settings.gate_s = gate_s;
	if (ini.at == NULL)
		return;
	settings_read(&b->settings, ini);
	if (b->settings.wrong_line == 0)
		return;
	log_open(&l, LOG_ERROR, "init", "setting_wrong");
	log_text(&l, "file", CONFIG_FILE);
	log_int(&l, "line", b->settings.wrong_line);
	log_text(&l, "why", b->settings.wrong);
	log_send(&l);
}

static void
tell_config(struct box *b)
{
	struct log_line l;

	log_open(&l, b->has_config ? LOG_INFO : LOG_ERROR, "init", "settings");
	log_text(&l, "file", CONFIG_FILE);
	log_text(&l, "found", b->has_config ? "true" : "false");
	log_send(&l);
}

static void
take_config(struct box *b, struct span value)
{
	if (b->knows_config)
		return;
	b->has_config = span_is(value, "ok");
	b->knows_config = true;
	read_settings(b);
	tell_config(b);
	box_wake(b);
}

static void
take_data(struct box *b, struct span value)
{
	bool ram = span_starts(value, "ram");
	struct log_line l;

	/* What comes after its time counts from the next boot on. */
	if (b->knows_data)
		return;
	FACTS_SET(b->facts.data, value);
	b->knows_data = true;
	log_open(&l, ram ? LOG_ERROR : LOG_INFO, "init", "data");
	log_span(&l, "state", value);
	if (ram)
		log_text(&l, "means",
		    "the journal is in RAM and ends with a power cut");
	log_send(&l);
	slot_begin(b);
	box_wake(b);
}

static void
take_identity(struct box *b, struct span value)
{
	struct out o;
	char name[32];

	if (value.len < 6)
		return;
	FACTS_SET(b->facts.identity, value);
	out_init(&o, name, sizeof(name));
	OUT_LITERAL(&o, "mpedge-");
	out_span(&o, (struct span){ value.at + value.len - 6, 6 });
	FACTS_SET(b->facts.name, out_done(&o));
	(void)sethostname(name, o.len);
}

static void
take_note(struct box *b, struct span value)
{
	struct log_line l;

	(void)b;
	log_open(&l, LOG_WARN, "init", "note");
	log_span(&l, "what", value);
	log_send(&l);
}

static void
take_env(struct box *b, struct span key, struct span value)
{
	uint64_t n = 0;

	if (span_is(key, "env.good")) {
		b->env.good = span_is(value, "B") ? 'B' : 'A';
	} else if (span_is(key, "env.try")) {
		b->env.trial = value.len == 1 ? value.at[0] : '\0';
	} else if (span_u64(value, &n) == ERR_OK) {
		if (span_is(key, "env.left"))
			b->env.left = (unsigned)n;
		else if (span_is(key, "env.fails"))
			b->env.fails = (unsigned)n;
	}
}

static void
on_disk_line(struct job *j, struct span line)
{
	struct box *b = j->owner;
	const char *equals = memchr(line.at, '=', line.len);
	struct span key, value;

	if (equals == NULL)
		return;
	key = (struct span){ line.at, (size_t)(equals - line.at) };
	value = (struct span){ equals + 1, line.len - key.len - 1 };
	if (span_is(key, "disk"))
		FACTS_SET(b->facts.disk, value);
	else if (span_starts(key, "env."))
		take_env(b, key, value);
	else if (span_is(key, "config"))
		take_config(b, value);
	else if (span_is(key, "kept"))
		slot_kept(b, value);
	else if (span_is(key, "identity"))
		take_identity(b, value);
	else if (span_is(key, "data"))
		take_data(b, value);
	else if (span_is(key, "other"))
		FACTS_SET(b->facts.other_version, value);
	else if (span_is(key, "note"))
		take_note(b, value);
}

/* Whatever it has not told is as it is without a disk. */
static void
on_disk_done(struct job *j, int status)
{
	struct box *b = j->owner;

	(void)status;
	if (!b->knows_config)
		take_config(b, SPAN("none"));
	if (!b->knows_data)
		take_data(b, j->late
				 ? SPAN("ram: the disk takes too long")
				 : SPAN("ram: the disk could not be set up"));
	b->config_next = box_after(b, CONFIG_AGAIN_MS);
}

void
disk_begin(struct box *b)
{
	const char *const argv[] = { SELF, "job-disk", b->slot, b->serial,
		NULL };

	b->disk.loop = &b->loop;
	b->disk.owner = b;
	b->disk.name = "disk";
	b->disk.line = on_disk_line;
	b->disk.told = box_told;
	b->disk.done = on_disk_done;
	b->config_next = MONO_NEVER;
	if (job_start(&b->jobs, &b->disk, argv, NULL, DISK_JOB_MS) != ERR_OK)
		on_disk_done(&b->disk, -1);
}

static void
on_changed(struct job *j, struct span line)
{
	struct box *b = j->owner;
	struct log_line l;

	if (!span_is(line, "changed=1"))
		return;
	b->has_config = access(CONFIG_FILE, R_OK) == 0;
	read_settings(b);
	log_open(&l, LOG_INFO, "init", "settings_changed");
	log_send(&l);
	sup_config_changed(&b->sup, b->loop.now);
	/* The collector reads what can be changed while it runs. */
	if (job_runs(&b->mpedge) && !b->sup.safe)
		job_kill(&b->mpedge, 1);
}

void
disk_tick(struct box *b)
{
	const char *const argv[] = { SELF, "job-config", NULL };

	/* A disk that hangs must not keep the box from collecting. */
	if (!b->knows_data &&
	    mono_ms_between(b->booted, b->loop.now) > DATA_WAIT_MS) {
		if (!b->knows_config)
			take_config(b, SPAN("none"));
		take_data(b, SPAN("ram: the disk does not answer"));
	}
	if (!box_due(b, b->config_next) || job_runs(&b->config) || b->leaving)
		return;
	b->config_next =
	    box_after(b, b->sup.safe ? CONFIG_AGAIN_SAFE_MS : CONFIG_AGAIN_MS);
	b->config.loop = &b->loop;
	b->config.owner = b;
	b->config.name = "config";
	b->config.line = on_changed;
	if (job_start(&b->jobs, &b->config, argv, NULL, CONFIG_JOB_MS) !=
	    ERR_OK)
		b->config_next = box_after(b, CONFIG_AGAIN_MS);
}
