#include <fcntl.h>
#include <unistd.h>

#include "app/app.h"

enum {
	S_PER_DAY = 86400,
	/* Files of certificates are looked at this often. */
	FILE_LOOKS = 3600,
};

/* --- streams -------------------------------------------------------------- */

static void
on_silence(void *owner, struct span subject, struct span words)
{
	struct lookout *k = owner;

	alarms_report(&k->alarms, ALARM_data_interruption, subject, words);
}

static void
look_at_streams(struct lookout *k, int64_t limit)
{
	for (unsigned i = 0; i < k->program->source_count; i++) {
		struct silence *w = &k->venues[i].silence;

		w->beyond = on_silence;
		w->owner = k;
		silence_look(w, limit * 1000);
	}
}

/* --- errors --------------------------------------------------------------- */

static struct lookout_sample
sample(const struct source *s)
{
	const struct market_counts *c = market_counts(s->market);
	struct lookout_sample now = { .messages = c->messages };

	for (unsigned e = 0; e < ERR_COUNT; e++)
		now.errors += c->skipped[e];
	return now;
}

static void
look_at_errors(struct lookout *k, int64_t limit)
{
	unsigned at =
	    (unsigned)(k->looks / LOOKOUT_SAMPLE_LOOKS % LOOKOUT_SAMPLES);
	unsigned oldest = (at + 1) % LOOKOUT_SAMPLES;

	for (unsigned i = 0; i < k->program->source_count; i++) {
		struct source *s = &k->program->sources[i];
		struct lookout_sample now = sample(s);
		struct lookout_sample *old = &k->venues[i].samples[oldest];
		uint64_t messages = now.messages - old->messages;
		uint64_t errors = now.errors - old->errors;
		char words[ALARM_WORDS_MAX];
		struct out o;

		if (k->looks % LOOKOUT_SAMPLE_LOOKS == 0)
			k->venues[i].samples[at] = now;
		if (messages < LOOKOUT_MESSAGES_MIN ||
		    errors * 100 < messages * (uint64_t)limit)
			continue;
		out_init(&o, words, sizeof(words));
		out_u64(&o, errors);
		OUT_LITERAL(&o, " of ");
		out_u64(&o, messages);
		OUT_LITERAL(&o, " messages could not be used");
		alarms_report(&k->alarms, ALARM_error_rate, span_of(s->name),
		    out_done(&o));
	}
}

/* --- sinks ---------------------------------------------------------------- */

/* Has it confirmed anything?  An overrun pushes the cursor too. */
static bool
has_moved(struct lookout_sink *was, const struct hub_sink *s)
{
	struct lookout_sink now = { .confirmed = s->sink.counts.confirmed,
		.position = s->cursor->position,
		.lost = s->cursor->lost,
		.moved = was->moved };
	bool moved = now.confirmed != was->confirmed ||
		     (now.position != was->position && now.lost == was->lost);

	*was = now;
	return moved;
}

static void
look_at_sinks(struct lookout *k, int64_t limit)
{
	struct hub *h = &k->program->hub;

	for (unsigned i = 0; i < h->sink_count; i++) {
		struct hub_sink *s = &h->sinks[i];
		struct lookout_sink *was = &k->sinks[i];
		uint64_t behind = h->journal->head - s->cursor->position;
		int64_t ms = mono_ms_between(was->moved, h->loop->now);
		char words[ALARM_WORDS_MAX];
		struct out o;

		if (has_moved(was, s) || behind == 0) {
			was->moved = h->loop->now;
			continue;
		}
		if (ms < limit * 1000)
			continue;
		out_init(&o, words, sizeof(words));
		OUT_LITERAL(&o, "nothing confirmed for ");
		out_i64(&o, ms / 1000);
		OUT_LITERAL(&o, " s, ");
		out_u64(&o, behind);
		OUT_LITERAL(&o, " bytes wait");
		if (!s->up && s->why[0] != '\0') {
			OUT_LITERAL(&o, ": ");
			out_text(&o, s->why);
		}
		alarms_report(&k->alarms, ALARM_sink_stalled,
		    span_of(s->sink.type->name), out_done(&o));
	}
}

/* --- the box -------------------------------------------------------------- */

static void
report_percent(struct lookout *k, enum alarm_rule r, const char *subject,
    uint64_t percent, const char *what)
{
	char words[ALARM_WORDS_MAX];
	struct out o;

	out_init(&o, words, sizeof(words));
	out_u64(&o, percent);
	out_text(&o, what);
	alarms_report(&k->alarms, r, span_of(subject), out_done(&o));
}

static void
look_at_journal(struct lookout *k, int64_t limit)
{
	const struct journal *j = &k->program->journal;
	uint64_t used = journal_backlog(j) * 100 / j->size;

	if (used >= (uint64_t)limit)
		report_percent(k, ALARM_journal_filling, "journal", used,
		    " % of it waits for the slowest sink");
}

/* The second and the third number of statm: resident pages, and those of them
 * that have a file behind them. */
static uint64_t
anonymous_bytes(void)
{
	char text[128];
	uint64_t pages[3] = { 0 };
	struct span rest;
	ssize_t n;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	close(fd);
	rest = (struct span){ text, n > 0 ? (size_t)n : 0 };
	for (unsigned i = 0; i < 3; i++) {
		if (span_u64(span_word(&rest, " \n"), &pages[i]) != ERR_OK)
			return 0;
	}
	return (pages[1] - pages[2]) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
look_at_memory(struct lookout *k, int64_t limit)
{
	uint64_t all = (uint64_t)k->program->options->box.memory_bytes;
	uint64_t used = anonymous_bytes() * 100 / all;

	if (used >= (uint64_t)limit)
		report_percent(k, ALARM_memory_high, "memory", used,
		    " % of box.memory_bytes is resident");
}

/* --- the clock ------------------------------------------------------------ */

static void
look_at_clock(struct lookout *k, int64_t limit)
{
	struct loop *l = &k->program->loop;

	for (unsigned i = 0; i < k->program->source_count; i++) {
		struct source *s = &k->program->sources[i];
		struct lookout_venue *v = &k->venues[i];
		char words[ALARM_WORDS_MAX];
		struct out o;
		int64_t ms;

		if (s->delay_least_ns != SOURCE_NO_DELAY) {
			v->delay_ns = s->delay_least_ns;
			v->delay_seen = l->now;
			s->delay_least_ns = SOURCE_NO_DELAY;
		}
		ms = v->delay_ns / NS_PER_MS;
		if (mono_ms_between(v->delay_seen, l->now) > LOOKOUT_DELAY_MS ||
		    (ms < limit && -ms < limit))
			continue;
		out_init(&o, words, sizeof(words));
		OUT_LITERAL(&o, "this box is ");
		out_i64(&o, ms < 0 ? -ms : ms);
		out_text(&o, ms < 0 ? " ms behind its trades"
				    : " ms ahead of its trades, or they come "
				      "so late");
		alarms_report(&k->alarms, ALARM_clock_off, span_of(s->name),
		    out_done(&o));
	}
}

/* --- certificates --------------------------------------------------------- */

static void
look_at_end(
    struct lookout *k, const char *subject, int64_t ends_s, int64_t limit)
{
	int64_t days;
	char words[ALARM_WORDS_MAX];
	struct wall at = { ends_s * NS_PER_S };
	struct out o;

	if (ends_s <= 0)
		return;
	days = (ends_s - k->program->loop.wall.ns / NS_PER_S) / S_PER_DAY;
	if (days >= limit)
		return;
	out_init(&o, words, sizeof(words));
	OUT_LITERAL(&o, "it ends on ");
	out_time(&o, at);
	alarms_report(
	    &k->alarms, ALARM_certificate_ends, span_of(subject), out_done(&o));
}

static void
look_at_file(struct lookout *k, unsigned i, const char *path,
    int64_t (*ends)(const char *path), int64_t limit)
{
	if (path[0] == '\0')
		return;
	if (k->looks % FILE_LOOKS == 0)
		k->file_ends_s[i] = ends(path);
	look_at_end(k, path, k->file_ends_s[i], limit);
}

static void
look_at_certificates(struct lookout *k, int64_t limit)
{
	struct mpedge *m = k->program;
	const struct options *o = m->options;

	for (unsigned i = 0; i < m->source_count; i++) {
		struct source *s = &m->sources[i];

		look_at_end(k, s->ws_peer.host, s->ws_peer.ends_s, limit);
		look_at_end(k, s->rest_peer.host, s->rest_peer.ends_s, limit);
	}
	for (unsigned i = 0; i < m->hub.sink_count; i++) {
		const struct tls_peer *p = m->hub.sinks[i].sink.peer;

		if (p != NULL)
			look_at_end(k, m->hub.sinks[i].sink.type->name,
			    p->ends_s, limit);
	}
	if (o->consume.enabled)
		look_at_end(k, "consume", m->consume.link.peer.ends_s, limit);
	if (o->nats.enabled || o->consume.enabled) {
		look_at_file(k, 0, o->nats.cert_file, tls_file_ends, limit);
		look_at_file(
		    k, 1, o->nats.credentials, nats_key_creds_end, limit);
	}
	if (o->clickhouse.enabled)
		look_at_file(
		    k, 2, o->clickhouse.cert_file, tls_file_ends, limit);
	if (o->http.enabled)
		look_at_file(k, 3, o->http.cert_file, tls_file_ends, limit);
}

static void (*const looks[ALARM_RULES])(struct lookout *k, int64_t limit) = {
	[ALARM_data_interruption] = look_at_streams,
	[ALARM_error_rate] = look_at_errors,
	[ALARM_sink_stalled] = look_at_sinks,
	[ALARM_journal_filling] = look_at_journal,
	[ALARM_clock_off] = look_at_clock,
	[ALARM_certificate_ends] = look_at_certificates,
	[ALARM_memory_high] = look_at_memory,
};

void
lookout_look(struct lookout *k)
{
	for (enum alarm_rule r = 0; r < ALARM_RULES; r++) {
		int64_t limit = alarms_limit(&k->alarms, r);

		if (limit > 0)
			looks[r](k, limit);
	}
}
