#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/app.h"
#include "core/log.h"

struct span
app_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return SPAN_NULL;
	n = read(fd, text, size);
	close(fd);
	return n > 0 ? (struct span){ text, (size_t)n } : SPAN_NULL;
}

/* The first two numbers of /proc/self/statm are pages: all, and resident. */
static void
read_memory(struct standard_metrics *p)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t all = 0, resident = 0;
	char text[128];
	struct span rest = app_read("/proc/self/statm", text, sizeof(text));

	if (span_u64(span_word(&rest, " \n"), &all) != ERR_OK ||
	    span_u64(span_word(&rest, " \n"), &resident) != ERR_OK)
		return;
	p->virtual_memory = all * page;
	p->resident_memory = resident * page;
}

/* One call says of every number that select could take whether it is open. */
static uint64_t
open_files(void)
{
	struct pollfd fds[FD_SETSIZE];
	uint64_t count = 0;

	for (int i = 0; i < FD_SETSIZE; i++)
		fds[i] = (struct pollfd){ .fd = i };
	if (poll(fds, FD_SETSIZE, 0) < 0)
		return 0;
	for (int i = 0; i < FD_SETSIZE; i++)
		count += (fds[i].revents & POLLNVAL) == 0;
	return count;
}

static uint64_t
ms_of(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * 1000 + (uint64_t)t->tv_usec / 1000;
}

/* Asks only.  What a container may not ask stays 0. */
static void
read_clock_state(struct clock_metrics *c)
{
	struct timex t;

	memset(&t, 0, sizeof(t));
	if (adjtimex(&t) < 0)
		return;
	clock_state(c, (t.status & STA_UNSYNC) != 0, t.maxerror, t.esterror);
}

void
process_refresh(void *owner)
{
	struct mpedge *m = owner;
	struct process_metrics *p = &m->process;
	struct standard_metrics *s = &m->standard;
	struct rlimit files;
	struct rusage u;

	read_memory(s);
	s->open_fds = open_files();
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		s->max_fds = files.rlim_cur;
	if (getrusage(RUSAGE_SELF, &u) == 0)
		s->cpu = ms_of(&u.ru_utime) + ms_of(&u.ru_stime);
	read_clock_state(&m->clock);
	m->counts.tls.heap_used = tls_heap_used(&m->tls);
	m->counts.tls.heap_size = (uint64_t)m->options->tls.heap_bytes;
	s->start_time = p->start_time;
	p->cpu = s->cpu;
	p->resident = s->resident_memory;
	p->uptime = (uint64_t)mono_ms_between(m->started, m->loop.now);
	p->arena = m->arena.used;
	p->tls_heap_peak = tls_heap_peak(&m->tls);
	p->loop_turns = m->loop.turns;
	p->log_lines_lost = log_lost();
	p->syslog_sent = m->syslog.sent;
	p->syslog_lost = m->syslog.lost;
}

/* Pools of one name (each venue has some) are one; i is the first of them. */
static unsigned
first_of_name(const struct arena *a, unsigned i)
{
	unsigned first = 0;

	while (strcmp(a->pools[first].name, a->pools[i].name) != 0)
		first++;
	return first;
}

void
process_register_pools(struct mpedge *m)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	for (unsigned i = 0; i < m->arena.pool_count; i++) {
		const struct arena_pool *p = &m->arena.pools[i];
		unsigned first = first_of_name(&m->arena, i);

		m->pools[first].pool_items += p->count;
		m->pools[first].pool += p->count * p->each_bytes;
		if (first != i)
			continue;
		out_init(&o, text, sizeof(text));
		metrics_label(&o, "pool", p->name);
		metrics_add(
		    &m->metrics, METRICS_memory, &m->pools[i], out_cstr(&o));
	}
}

static void
register_build(struct mpedge *m)
{
	struct utsname machine;
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(&o, "version", app_version());
	metrics_label(
	    &o, "target", uname(&machine) == 0 ? machine.machine : "");
	metrics_add(&m->metrics, METRICS_build, &m->build, out_cstr(&o));
}

void
process_register(struct mpedge *m)
{
	register_build(m);
	metrics_add(&m->metrics, METRICS_clock, &m->clock, "");
	metrics_add(&m->metrics, METRICS_net, &m->counts.net, "");
	metrics_add(&m->metrics, METRICS_tls, &m->counts.tls, "");
	metrics_add(&m->metrics, METRICS_dns, &m->dns.metrics, "");
	metrics_add(&m->metrics, METRICS_process, &m->process, "");
	metrics_add(&m->metrics, METRICS_standard, &m->standard, "");
}
