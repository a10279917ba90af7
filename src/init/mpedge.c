#define _GNU_SOURCE

#include "init/box.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTIFY FACTS_FOLDER "/notify"
#define REASON FACTS_FOLDER "/reason"
#define PROGRAM "/usr/bin/mpedge"

enum {
	DATAGRAM_MAX = 2048,
	DATAGRAMS_PER_TURN = 16,
	NETWORK_WAIT_MS = 15 * 1000,
	NOT_STARTED = -1,
};

/* --- what it says --------------------------------------------------------- */

/* The oldest lines make room. */
static void
remember(struct box *b, struct span line)
{
	struct out *o = &b->recent;

	if (line.len + 1 > o->size)
		line.len = o->size - 1;
	while (o->len + line.len + 1 > o->size) {
		const char *end = memchr(o->at, '\n', o->len);
		size_t cut = end == NULL ? o->len : (size_t)(end - o->at) + 1;

		memmove(o->at, o->at + cut, o->len - cut);
		o->len -= cut;
	}
	out_span(o, line);
	out_char(o, '\n');
}

static bool
has(struct span line, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= line.len; i++) {
		if (memcmp(line.at + i, word, len) == 0)
			return true;
	}
	return false;
}

static void
on_told(struct job *j, struct span line)
{
	struct box *b = j->owner;

	console_line(&b->console, line);
	/* What it has not said through its log, or as an error there. */
	if (!b->sup.safe && (!has(line, "level=") || has(line, "level=error")))
		remember(b, line);
}

static void
take_word(struct box *b, struct span line)
{
	unsigned bits;

	if (span_is(line, "READY=1") || span_is(line, "WATCHDOG=1")) {
		sup_beat(&b->sup, b->loop.now);
	} else if (span_starts(line, "X_GATE=") && !b->sup.safe) {
		bits = gate_parse((struct span){ line.at + 7, line.len - 7 });
		/* Slow networks look like a wrong clock; time servers know. */
		if (b->facts.clock == CLOCK_NTP)
			bits |= GATE_CLOCK;
		gate_hear(&b->gate, b->loop.now, bits);
	}
}

static void
on_notify(struct watch *w, unsigned got)
{
	struct box *b = w->owner;
	char text[DATAGRAM_MAX];

	(void)got;
	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		ssize_t n = recv(w->fd, text, sizeof(text), 0);
		struct span rest, line;

		if (n <= 0)
			return;
		rest = (struct span){ text, (size_t)n };
		while ((line = span_word(&rest, "\n")).at != NULL)
			take_word(b, line);
	}
}

void
mpedge_open(struct box *b)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	out_init(&b->recent, b->recent_text, sizeof(b->recent_text));
	memcpy(a.sun_path, NOTIFY, sizeof(NOTIFY));
	(void)unlink(NOTIFY);
	b->notify.fd = fd;
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0)
		return;
	/* mpedge need not be root. */
	(void)chmod(NOTIFY, 0666);
	b->notify.want = LOOP_READ;
	b->notify.ready = on_notify;
	b->notify.owner = b;
	loop_watch(&b->loop, &b->notify);
}

/* --- how it is started ---------------------------------------------------- */

struct variables {
	struct out text;
	unsigned count;
	const char *at[VARIABLES_MAX + 1];
	char bytes[VARIABLE_BYTES];
};

static void
add(struct variables *v, const char *name, const char *value)
{
	if (v->count == VARIABLES_MAX)
		return;
	v->at[v->count++] = v->bytes + v->text.len;
	out_text(&v->text, name);
	out_char(&v->text, '=');
	out_text(&v->text, value);
	out_char(&v->text, '\0');
	v->at[v->count] = NULL;
}

static void
fill_variables(const struct box *b, struct variables *v)
{
	const struct settings *s = &b->settings;
	bool on_disk = !span_starts(span_of(b->facts.data), "ram");
	char usec[24];
	struct out o;

	v->count = 0;
	out_init(&v->text, v->bytes, sizeof(v->bytes));
	out_init(&o, usec, sizeof(usec));
	out_u64(&o, (uint64_t)SUP_BEAT_MS * 1000);
	out_cstr(&o);
	add(v, "PATH", "/bin:/sbin:/usr/bin:/usr/sbin");
	add(v, "NOTIFY_SOCKET", NOTIFY);
	add(v, "WATCHDOG_USEC", usec);
	add(v, "MPEDGE_BOX_FACTS", FACTS_FILE);
	if (!s->has_name && b->facts.name[0] != '\0')
		add(v, "MPEDGE_BOX_NAME", b->facts.name);
	if (!s->has_user && person_of_mpedge().uid != 0)
		add(v, "MPEDGE_BOX_USER", "mpedge");
	if (!s->has_journal && on_disk)
		add(v, "MPEDGE_JOURNAL_PATH", DATA_FOLDER "/mpedge/journal");
	if (!s->has_state && on_disk)
		add(v, "MPEDGE_BOX_STATE_PATH", DATA_FOLDER "/mpedge/state");
	if (!s->has_listen)
		add(v, "MPEDGE_HTTP_LISTEN", "0.0.0.0:8080");
	if (!s->has_update)
		add(v, "MPEDGE_UPDATE_FOLDER", DATA_FOLDER "/update");
}

/* What safe mode shows. */
static void
write_reason(struct box *b)
{
	char text[RECENT_MAX + SUP_REASON_MAX + 8];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_text(&o, b->sup.safe_reason);
	out_char(&o, '\n');
	out_bytes(&o, b->recent.at, b->recent.len);
	(void)file_replace(REASON, out_done(&o), 0644);
}

static void
on_ended(struct job *j, int status)
{
	struct box *b = j->owner;
	bool was_safe = b->sup.safe;
	struct log_line l;

	sup_ended(&b->sup, b->loop.now, status);
	log_open(&l, LOG_WARN, "init", "mpedge_ended");
	log_text(&l, "safe_mode", was_safe ? "true" : "false");
	if (status >= 0 && WIFSIGNALED(status))
		log_int(&l, "signal", WTERMSIG(status));
	else if (status >= 0)
		log_int(&l, "status", WEXITSTATUS(status));
	log_int(&l, "restarts", (int64_t)b->sup.restarts);
	log_send(&l);
	if (b->sup.safe && !was_safe) {
		write_reason(b);
		mpedge_describe_safe(b);
		log_open(&l, LOG_ERROR, "init", "safe_mode");
		log_text(&l, "reason", b->sup.safe_reason);
		log_send(&l);
		boot_banner(b);
	}
}

static void
start(struct box *b, bool safe)
{
	const char *const usual[] = { PROGRAM, CONFIG_FILE, NULL };
	const char *const small[] = { PROGRAM, "--safe-mode", REASON,
		CONFIG_FILE, NULL };
	struct variables v;
	struct log_line l;

	fill_variables(b, &v);
	if (!safe)
		out_reset(&b->recent);
	b->mpedge.loop = &b->loop;
	b->mpedge.owner = b;
	b->mpedge.name = "mpedge";
	/* Names in mp.ini without a folder are beneath this one. */
	b->mpedge.folder = DATA_FOLDER "/mpedge";
	b->mpedge.line = on_told;
	b->mpedge.told = on_told;
	b->mpedge.done = on_ended;
	sup_started(&b->sup, b->loop.now);
	mpedge_facts(b);
	if (job_start(&b->jobs, &b->mpedge, safe ? small : usual, v.at,
		JOB_EVER) != ERR_OK) {
		log_open(&l, LOG_ERROR, "init", "not_started");
		log_text(&l, "program", PROGRAM);
		log_text(&l, "why", strerror(errno));
		log_send(&l);
		sup_ended(&b->sup, b->loop.now, NOT_STARTED);
		return;
	}
	log_open(&l, LOG_INFO, "init", "mpedge_started");
	log_int(&l, "pid", b->mpedge.pid);
	log_text(&l, "safe_mode", safe ? "true" : "false");
	log_send(&l);
}

/* Settings and data first; time and network while there is time for them. */
static bool
may_start(struct box *b)
{
	int64_t ms = mono_ms_between(b->booted, b->loop.now);

	if (b->mpedge_may_start)
		return true;
	if (!b->knows_config || !b->knows_data)
		return false;
	if (!network_is_up(b) && ms < NETWORK_WAIT_MS)
		return false;
	if (!clock_may_start(b))
		return false;
	if (b->facts.clock == CLOCK_UNSET)
		b->facts.clock = b->clock_behind ? CLOCK_FLOOR : CLOCK_RTC;
	b->mpedge_may_start = true;
	return true;
}

void
mpedge_tick(struct box *b)
{
	if (!may_start(b) && !b->leaving)
		return;
	switch (sup_tick(&b->sup, b->loop.now)) {
	case SUP_NOTHING:
		break;
	case SUP_START:
		start(b, false);
		break;
	case SUP_START_SAFE:
		start(b, true);
		break;
	case SUP_TERM:
		job_kill(&b->mpedge, SIGTERM);
		break;
	case SUP_KILL:
		job_kill(&b->mpedge, SIGKILL);
		break;
	}
}

/* --- what it is told of the box ------------------------------------------- */

/* Of a line of the log what it gives as the reason. */
static struct span
why_of(struct span line)
{
	for (size_t i = 0; i + 5 < line.len; i++) {
		if (memcmp(line.at + i, " why=", 5) == 0)
			return (
			    struct span){ line.at + i + 5, line.len - i - 5 };
	}
	return line;
}

void
mpedge_describe_safe(struct box *b)
{
	char text[FACTS_VALUE_MAX];
	struct span lines = out_done(&b->recent);
	struct span line = SPAN_NULL;
	struct out o;

	if (!b->sup.safe) {
		b->facts.safe_mode[0] = '\0';
		return;
	}
	if (lines.len > 0)
		line = why_of(span_word(&lines, "\n"));
	out_init(&o, text, sizeof(text) - 1);
	out_text(&o, b->sup.safe_reason);
	if (line.at != NULL) {
		OUT_LITERAL(&o, "; ");
		if (line.len > o.size - o.len)
			line.len = o.size - o.len;
		out_span(&o, line);
	}
	FACTS_SET(b->facts.safe_mode, out_done(&o));
}

void
mpedge_facts(struct box *b)
{
	char text[FACTS_BYTES];
	struct out o;

	b->facts.restarts = b->sup.restarts;
	FACTS_SET(b->facts.restart_reason, span_of(b->sup.reason));
	mpedge_describe_safe(b);
	out_init(&o, text, sizeof(text));
	facts_write(&b->facts, &o);
	if (o.full ||
	    span_eq(out_done(&o), (struct span){ b->facts_text, b->facts_len }))
		return;
	if (file_replace(FACTS_FILE, out_done(&o), 0644) != ERR_OK)
		return;
	memcpy(b->facts_text, text, o.len);
	b->facts_len = o.len;
}
