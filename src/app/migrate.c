#include "app/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"

bool
migrate_load(struct migrate *m, const char *path, struct span *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && len < sizeof(m->file_text)) {
		n = read(fd, m->file_text + len, sizeof(m->file_text) - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	if (fd < 0 || n != 0) {
		fprintf(stderr, "mpedge: %s: %s\n", path,
		    fd < 0 || n < 0 ? strerror(errno) : "is too long");
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	*text = (struct span){ m->file_text, len };
	return true;
}

/* --- notes ---------------------------------------------------------------- */

void
migrate_note(struct migrate *m, struct span name,
    const struct config_origin *at, const char *why)
{
	struct out *o = &m->notes;

	OUT_LITERAL(o, "; ");
	out_span(o, name);
	OUT_LITERAL(o, " (");
	out_text(o, m->origins.files[at->file]);
	out_char(o, ':');
	out_i64(o, at->line);
	OUT_LITERAL(o, "): ");
	out_text(o, why);
	out_char(o, '\n');
	m->untwinned++;
}

/* Words that are there already are not added again. */
static bool
has_word(const char *list, struct span word)
{
	struct span rest = span_of(list);
	struct span known;

	while ((known = span_word(&rest, " ,\t")).at != NULL) {
		if (span_eq(known, word))
			return true;
	}
	return false;
}

/* The venue has not all data types. */
static bool
has_channel(const struct migrate *m, struct span word)
{
	if (m->venue == VENUE_COUNT)
		return true;
	for (enum channel c = 0; c < CHANNEL_TYPES; c++) {
		if (span_is(word, channel_name(c)))
			return venues[m->venue]->channels[c].how != OFFER_NONE;
	}
	return false;
}

static void
add_words(struct migrate *m, const struct rename *row, size_t option,
    struct span words, const struct config_origin *at)
{
	struct option_desc d = option_at(option);
	const char *list = (const char *)&m->options + d.offset;
	struct span word;

	while ((word = span_word(&words, " ,\t")).at != NULL) {
		const struct config_origin *was = &m->origins.of[option];
		char text[CONFIG_PATH_MAX];
		struct out o;

		if (row->conversion == CONVERT_CHANNELS &&
		    !has_channel(m, word)) {
			migrate_note(m, word, at, "the venue has no such data");
			continue;
		}
		if (was->source == CONFIG_FILE && has_word(list, word))
			continue;
		out_init(&o, text, sizeof(text));
		out_span(&o, word);
		out_cstr(&o);
		if (o.full || !config_set(&m->reader, option, text, at,
				  was->source == CONFIG_FILE))
			m->unusable++;
	}
}

static const char *
section_of(const struct migrate *m, const struct rename *row)
{
	if (row->section == NULL || row->section[0] != '\0')
		return row->section;
	return m->venue == VENUE_COUNT ? NULL : venue_descs[m->venue].name;
}

/* ${NAME:-value} is a value for others, too. */
static struct span
without_variable(struct span value)
{
	if (!span_starts(value, "${") || value.at[value.len - 1] != '}')
		return value;
	for (size_t i = 2; i + 2 < value.len; i++) {
		if (memcmp(value.at + i, ":-", 2) == 0)
			return (
			    struct span){ value.at + i + 2, value.len - i - 3 };
	}
	return value;
}

/* Words that come one after the other, and not a part of an address. */
static bool
is_words(const struct rename *row, size_t option)
{
	return option_at(option).type == OPTION_TYPE_LIST &&
	       (row->conversion == CONVERT_PLAIN ||
		   row->conversion == CONVERT_DASHED ||
		   row->conversion == CONVERT_CHANNELS);
}

static void
set_value(struct migrate *m, const struct rename *row, const char *section,
    struct span value, const struct config_origin *at)
{
	int option = config_find(span_of(section), span_of(row->key));
	struct rename here = *row;
	char text[YAML_SCALAR_MAX], converted[2 * YAML_SCALAR_MAX];
	struct out o, to;

	out_init(&o, text, sizeof(text));
	out_span(&o, value);
	out_cstr(&o);
	here.section = section;
	if (option < 0 || o.full) {
		migrate_note(m, span_of(row->name), at, "is too long");
		return;
	}
	out_init(&to, converted, sizeof(converted));
	if (is_words(row, (size_t)option)) {
		if (convert(row->conversion, value, SPAN_NULL, &to) == ERR_OK)
			add_words(m, row, (size_t)option, out_done(&to), at);
		else
			migrate_note(m, span_of(row->name), at,
			    convert_rule(row->conversion) + 1);
	} else if (!config_set_renamed(&m->reader, &here, text, at)) {
		m->unusable++;
	}
}

void
migrate_set(struct migrate *m, const struct rename *row, struct span value,
    const struct config_origin *at)
{
	const char *section = section_of(m, row);

	if (section == NULL) {
		migrate_note(m, span_of(row->name), at,
		    row->meaning[0] != '\0' ? row->meaning
					    : "of which venue is not said");
		return;
	}
	value = without_variable(value);
	if (value.len > 0)
		set_value(m, row, section, value, at);
}

/* --- what is written ------------------------------------------------------ */

/* A key of venue v that has to follow another one, with that one's origin. */
static void
follow(struct migrate *m, enum venue_id v, const char *key, const char *leader)
{
	struct span section = span_of(venue_descs[v].name);
	int to = config_find(section, span_of(key));
	int from = config_find(section, span_of(leader));

	m->origins.of[to] = m->origins.of[from];
}

static void
settle_venue(struct migrate *m, enum venue_id v)
{
	struct opt_venue *o = &m->options.venue[v];

	if (o->backoff_min_ms > o->backoff_max_ms) {
		o->backoff_max_ms = o->backoff_min_ms;
		follow(m, v, "backoff_max_ms", "backoff_min_ms");
	}
	if (!venues[v]->books_in_stream && o->book_publish > o->book_limit) {
		o->book_limit = o->book_publish;
		follow(m, v, "book_limit", "book_publish");
	}
}

/* Services that publish write no file. */
static void
settle(struct migrate *m)
{
	int file = config_find(SPAN("file"), SPAN("enabled"));
	int nats = config_find(SPAN("nats"), SPAN("enabled"));
	struct config_origin at = m->origins.of[nats];

	for (enum venue_id v = 0; v < VENUE_COUNT; v++)
		settle_venue(m, v);
	if (m->options.nats.enabled &&
	    m->origins.of[file].source == CONFIG_DEFAULT)
		must(config_set(&m->reader, (size_t)file, "false", &at, false));
}

static void
write_file(struct migrate *m, struct out *to)
{
	const char *section = NULL, *opened = NULL;

	OUT_LITERAL(
	    to, "; made by mpedge migrate; what is not here has its default\n");
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		section = d.section;
		if (d.key == NULL || m->origins.of[i].source == CONFIG_DEFAULT)
			continue;
		if (opened == NULL || strcmp(opened, section) != 0) {
			OUT_LITERAL(to, "\n[");
			out_text(to, section);
			OUT_LITERAL(to, "]\n");
		}
		opened = section;
		OUT_LITERAL(to, "; from ");
		config_origin_text(&m->origins, i, to);
		out_char(to, '\n');
		config_write_key(&m->options, &d, true, to);
		out_char(to, '\n');
		m->set++;
	}
	if (m->notes.len > 0)
		OUT_LITERAL(to, "\n; --- without a twin here ---\n");
	out_span(to, out_done(&m->notes));
}

/* Does what was written say what was meant? */
static bool
is_right(struct migrate *m, struct out *text)
{
	if (config_text("config.ini", out_cstr(text), &m->again, &m->errors) !=
	    ERR_OK)
		return false;
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (!config_is_changed(&d, &m->options, &m->again))
			continue;
		m->reader.failed = true;
		out_text(&m->errors, d.section);
		out_char(&m->errors, '.');
		out_text(&m->errors, d.key);
		OUT_LITERAL(&m->errors,
		    ": its value cannot stand in a file; use a variable\n");
		return false;
	}
	return true;
}

static bool
is_variables(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name);

	return strncmp(name, ".env", 4) == 0 ||
	       (len > 4 && strcmp(name + len - 4, ".env") == 0);
}

static void
begin(struct migrate *m)
{
	out_init(&m->errors, m->errors_text, sizeof(m->errors_text));
	out_init(&m->notes, m->notes_text, sizeof(m->notes_text));
	config_defaults(&m->options);
	m->reader = (struct config_reader){ .options = &m->options,
		.origins = &m->origins,
		.errors = &m->errors };
	m->venue = VENUE_COUNT;
}

int
migrate_main(int argc, char **argv, struct migrate *m, struct out *text)
{
	bool right;

	if (argc < 1 || argv[0][0] == '-') {
		fprintf(stderr, "usage: mpedge migrate FILE...\n");
		return COMMAND_USAGE;
	}
	begin(m);
	for (int i = 0; i < argc; i++) {
		if (!(is_variables(argv[i]) ? migrate_variables(m, argv[i])
					    : migrate_yaml(m, argv[i])))
			return COMMAND_FAILED;
	}
	settle(m);
	write_file(m, text);
	right = is_right(m, text);
	fwrite(m->errors.at, 1, m->errors.len, stderr);
	fprintf(stderr,
	    "mpedge: %u keys set, %u without a twin, %u not usable\n", m->set,
	    m->untwinned, m->unusable);
	if (!right)
		return COMMAND_FAILED;
	if (fwrite(text->at, 1, text->len, stdout) != text->len ||
	    fflush(stdout) != 0)
		return COMMAND_FAILED;
	return 0;
}
