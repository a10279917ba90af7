#include "app/box_facts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/config_parts.h"
#include "core/log.h"

enum {
	PERIOD_MS = 1000,
};

/* --- the file ------------------------------------------------------------- */

/* The bytes of a regular file, one more than may be at most; IO. */
static enum err
read_file(const char *path, char *text, size_t size, size_t *len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat s;
	ssize_t n = -1;

	if (fd < 0)
		return ERR_IO;
	errno = EINVAL;
	if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode))
		n = read(fd, text, size);
	*len = n < 0 ? 0 : (size_t)n;
	close(fd);
	return n < 0 ? ERR_IO : ERR_OK;
}

static enum err
read_facts(struct box_facts *b, struct out *why)
{
	char text[FACTS_BYTES_MAX + 1];
	const char *words;
	unsigned line;
	size_t len = 0;
	enum err e = read_file(b->path, text, sizeof(text), &len);

	if (e != ERR_OK) {
		out_text(why,
		    errno == EINVAL ? "not a regular file" : strerror(errno));
		return e;
	}
	e = appliance_read(
	    (struct span){ text, len }, &b->facts, &line, &words);
	if (e == ERR_OK)
		return e;
	if (line > 0) {
		OUT_LITERAL(why, "line ");
		out_u64(why, line);
		OUT_LITERAL(why, ": ");
	}
	out_text(why, words);
	return e;
}

static void
tell(const struct box_facts *b)
{
	bool good = b->why[0] == '\0';
	struct log_line l;

	log_open(&l, good ? LOG_INFO : LOG_WARN, "facts",
	    good ? "read" : "unusable");
	log_text(&l, "file", b->path);
	if (!good)
		log_text(&l, "why", b->why);
	log_send(&l);
}

static void
relabel(struct mpedge *m)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	appliance_labels(&m->box_facts.facts, &o);
	out_cstr(&o);
	metrics_relabel(&m->metrics, &m->box_facts.info, o.full ? "" : text);
}

static void
look(struct mpedge *m, bool first)
{
	struct box_facts *b = &m->box_facts;
	char why[sizeof(b->why)];
	struct out o;
	enum err e;

	out_init(&o, why, sizeof(why) - 1);
	e = read_facts(b, &o);
	o.size++;
	o.full = false;
	out_cstr(&o);
	b->metrics.unusable += e != ERR_OK;
	appliance_metrics(&b->facts, &b->metrics);
	relabel(m);
	if (!first && strcmp(why, b->why) == 0)
		return;
	memcpy(b->why, why, sizeof(why));
	tell(b);
}

static void
on_timer(struct timer *t)
{
	struct mpedge *m = t->owner;

	look(m, false);
	timer_start(&m->loop, t, mono_after_ms(m->loop.now, PERIOD_MS));
}

/* --- what is shown -------------------------------------------------------- */

void
box_facts_json(const struct box_facts *b, struct out *o)
{
	out_char(o, '{');
	if (b->why[0] != '\0')
		out_member_text(o, "error", span_of(b->why));
	appliance_json(&b->facts, o);
	o->len -= o->len > 0 && o->at[o->len - 1] == ',';
	out_char(o, '}');
}

static void
json(void *owner, struct out *o)
{
	box_facts_json(owner, o);
}

static void
health(void *owner, struct health_check *h)
{
	const struct box_facts *b = owner;
	struct out o;

	appliance_judge(&b->facts, h);
	if (b->why[0] == '\0')
		return;
	h->level = HEALTH_WARN;
	out_init(&o, h->why, sizeof(h->why) - 1);
	out_text(&o, b->path);
	OUT_LITERAL(&o, " says nothing of the box: ");
	out_text(&o, b->why);
	h->why[o.len] = '\0';
}

void
box_facts_metadata(const struct box_facts *b, struct out *o)
{
	static const struct {
		const char *name;
		enum fact fact;
	} shown[] = { { "board", FACT_board }, { "slot", FACT_slot },
		{ "identity", FACT_identity }, { "image", FACT_image_version },
		{ "clock", FACT_clock } };

	if (b->path == NULL)
		return;
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		out_member_text(
		    o, shown[i].name, span_of(b->facts.text[shown[i].fact]));
}

void
box_facts_start(struct mpedge *m)
{
	struct box_facts *b = &m->box_facts;
	struct span path =
	    environment_find(m->reload.environment, "MPEDGE_BOX_FACTS");
	struct panel panel = { "appliance", b, json, health, NULL };

	if (path.len == 0)
		return;
	b->path = path.at;
	metrics_add(&m->metrics, METRICS_box_info, &b->info, "");
	metrics_add(&m->metrics, METRICS_box, &b->metrics, "");
	metrics_panel(&m->metrics, &panel);
	b->timer = (struct timer){ .fire = on_timer, .owner = m };
	look(m, true);
	timer_start(&m->loop, &b->timer, mono_after_ms(m->loop.now, PERIOD_MS));
}
