/*
 * json_split.h -- the elements of one long list in a JSON document, as a
 * stream.
 *
 * Instrument lists are tens of megabytes and nothing here grows, so they are
 * never seen as a whole: bytes go in as they come, and each object of one array
 * comes out as a complete text, to be read with json.h.  The array is the root,
 * or a member of it ({"symbols":[..]}), or a member of a member
 * ({"result":{"trades":[..]}}).  Everything else is skipped by its structure.
 *
 *   struct json_split s;
 *   static const char *const path[] = { "symbols" };
 *
 *   json_split_init(&s, path, 1, buf, JSON_SPLIT_ELEMENT, on_element, owner);
 *   e = json_split_feed(&s, bytes, len);      as often as bytes come
 *   e = json_split_end(&s);                   SHORT when the document was cut
 *
 * What small members of the root say (code, msg, error) is kept when asked for,
 * so that a refusal with status 200 is seen.
 *
 * The document must be RFC 8259, as strictly as json_parse takes it (also the
 * parts that are skipped), and nest at most JSON_DEPTH_MAX deep.  Names are
 * compared as written, with escapes untouched.  Of members with the same name
 * the first counts, as in json_member.  There is no recursion; a document may
 * be cut anywhere; memory is the caller's alone.
 */
#ifndef MPEDGE_CODEC_JSON_SPLIT_H
#define MPEDGE_CODEC_JSON_SPLIT_H

#include "codec/json.h"
#include "core/out.h"

enum {
	JSON_SPLIT_PATH_MAX = 2,
	/* Longest name of a path or of a kept member. */
	JSON_SPLIT_NAME_MAX = 31,
	/* Usual room for one element, for a kept text, for a kept object. */
	JSON_SPLIT_ELEMENT = 64 * 1024,
	JSON_SPLIT_TEXT = 256,
	JSON_SPLIT_OBJECT = 1024,
};

/* A member of the root that is kept; json_kept_init before each document. */
struct json_kept {
	const char *name;
	/* As written; of a string what is between the quotes.  full when it was
	 * longer: then it is cut. */
	struct out text;
	/* JSON_ABSENT until it came as a whole. */
	enum json_type type;
};

struct json_split {
	/* To be read: objects handed over, objects that were longer than the
	 * room for one, elements that are no objects. */
	uint64_t elements;
	uint64_t too_long;
	uint64_t others;
	/* Bytes that were fine. */
	uint64_t offset;
	/* The array has begun.  A refusal usually has none. */
	bool found;
	/* The caller may set these two after json_split_init. */
	struct json_kept *kept;
	size_t kept_count;
	/* The module's own. */
	const char *const *path;
	unsigned path_len;
	enum err (*element)(void *owner, struct span text);
	void *owner;
	enum err error;
	uint8_t expect;
	/* Of a number, a word, an escape, the byte order mark. */
	uint8_t number;
	uint8_t hex;
	uint8_t mark;
	const char *word;
	/* Containers that are open; bit n: the n-th is an array. */
	unsigned depth;
	uint64_t arrays;
	/* How many of them, from the root, are on the path; bit n: the name
	 * after n of them has come. */
	unsigned on;
	uint8_t met;
	bool entering;
	/* The last key, while it matters. */
	bool in_key;
	bool noting;
	char key[JSON_SPLIT_NAME_MAX + 1];
	size_t key_len;
	/* What is being copied, since which depth, and from where in this
	 * piece on. */
	struct out *copy;
	unsigned copy_depth;
	const char *from;
	struct json_kept *keeping;
	struct out room;
};

/*
 * path_len is 0 (the root is the array) to JSON_SPLIT_PATH_MAX; path and
 * room[0..size) are borrowed until the end.  element gets the text of each
 * element, good until it returns; what it returns, if not OK, ends the reading.
 */
void json_split_init(struct json_split *s, const char *const *path,
    unsigned path_len, char *room, size_t size,
    enum err (*element)(void *owner, struct span text), void *owner);

/*
 * The next bytes of the document.  SYNTAX for what cannot be JSON, or what
 * element returned; the same again for all bytes after it.
 */
enum err json_split_feed(
    struct json_split *s, const char *bytes, size_t len) MUST_USE;

/* OK when the document was complete, SHORT when it was not, or its error. */
enum err json_split_end(const struct json_split *s) MUST_USE;

/* Keep the member `name` in memory[0..size). */
void json_kept_init(
    struct json_kept *k, const char *name, char *memory, size_t size);

/* What was kept, at == NULL when it did not come. */
struct span json_kept_text(const struct json_kept *k);

#endif
