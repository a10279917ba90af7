#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/update.h"

/* clang-format off */
const struct update_end_desc update_ends[UPDATE_ENDS] = {
#define UPDATE(name, exit, http, meaning) { #name, exit, http, meaning },
#include "tables/updates.def"
#undef UPDATE
};
/* clang-format on */

void
update_sentence(enum update_end end, struct span more, struct out *o)
{
	out_text(o, update_ends[end].name);
	OUT_LITERAL(o, ": ");
	out_text(o, update_ends[end].meaning);
	if (more.len > 0) {
		OUT_LITERAL(o, " (");
		out_span(o, more);
		out_char(o, ')');
	}
}

struct span
update_value(struct span text, const char *key)
{
	struct span line;

	while ((line = span_word(&text, "\r\n")).at != NULL) {
		const char *mark = memchr(line.at, '=', line.len);
		struct span name, value;

		if (mark == NULL)
			continue;
		name = (struct span){ line.at, (size_t)(mark - line.at) };
		value = (struct span){ mark + 1, line.len - name.len - 1 };
		if (span_is(span_trim(name), key))
			return span_trim(value);
	}
	return SPAN_NULL;
}

static enum update_end
read_file(const char *path, char *text, size_t size, struct out *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;
	int error = errno;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && (size_t)n < size - 1)
		return UPDATE_done;
	out_text(why, path);
	OUT_LITERAL(why, ": ");
	out_text(why, n < 0    ? strerror(error)
		      : n == 0 ? "is empty"
			       : "is too long");
	return UPDATE_no_box;
}

/* A name of the file, with NUL; false: it is none. */
static bool
keep(struct span value, char *to, size_t max)
{
	if (!bundle_is_name(value, max))
		return false;
	memcpy(to, value.at, value.len);
	to[value.len] = '\0';
	return true;
}

enum update_end
update_box_read(struct update_box *b, const char *slot_file,
    const char *key_file, struct out *why)
{
	char text[2048];
	enum update_end end = read_file(slot_file, text, sizeof(text), why);
	struct span all = span_of(text);

	memset(b, 0, sizeof(*b));
	if (end != UPDATE_done)
		return end;
	if (!keep(update_value(all, "board"), b->board, BUNDLE_BOARD_MAX) ||
	    !keep(
		update_value(all, "version"), b->version, BUNDLE_VERSION_MAX) ||
	    span_u64(update_value(all, "built"), &b->built) != ERR_OK) {
		out_text(why, slot_file);
		OUT_LITERAL(why, ": has no board, version and built");
		return UPDATE_no_box;
	}
	return read_file(key_file, b->key, sizeof(b->key), why);
}

static enum update_end
check_signature(
    const struct update_box *b, const struct bundle *m, struct out *why)
{
	enum err e =
	    tls_signed(b->key, m->text, m->signature, m->signature_len);

	if (e == ERR_OK)
		return UPDATE_done;
	if (e == ERR_AUTH)
		return UPDATE_signature;
	out_text(why, e == ERR_CERT
			  ? "the key of this box is no public key on P-256"
			  : err_text(e));
	return UPDATE_no_box;
}

/* Both versions, for whoever wonders. */
static void
say_versions(
    const struct update_box *b, const struct bundle *m, struct out *why)
{
	OUT_LITERAL(why, "the bundle has ");
	out_span(why, m->version);
	OUT_LITERAL(why, ", built ");
	out_u64(why, m->built);
	OUT_LITERAL(why, "; this box runs ");
	out_text(why, b->version);
	OUT_LITERAL(why, ", built ");
	out_u64(why, b->built);
}

enum update_end
update_judge(const struct update_box *b, struct span head, struct bundle *m,
    struct out *why)
{
	unsigned line;
	enum err e = bundle_read(head, m, &line);
	enum update_end end;

	if (e == ERR_MISSING)
		return UPDATE_unsigned;
	if (e != ERR_OK) {
		OUT_LITERAL(why, "line ");
		out_u64(why, line);
		OUT_LITERAL(why, " of its head");
		return UPDATE_malformed;
	}
	/* Before anything it says is believed. */
	end = check_signature(b, m, why);
	if (end != UPDATE_done)
		return end;
	if (!span_is(m->board, b->board)) {
		OUT_LITERAL(why, "for ");
		out_span(why, m->board);
		OUT_LITERAL(why, "; this box is ");
		out_text(why, b->board);
		return UPDATE_board;
	}
	if (m->built <= b->built && !m->allow_downgrade) {
		say_versions(b, m, why);
		return UPDATE_older;
	}
	return UPDATE_done;
}
