/*
 * yaml.h -- the part of YAML that settings are written in, strictly.
 *
 *   struct yaml y;
 *   yaml_init(&y, on_scalar, owner);
 *   e = yaml_read(&y, text);          y.line and y.why after an error
 *
 * Read are: maps and lists by indentation, lists in brackets on one line, plain
 * and quoted scalars, comments, one document (YAML 1.2.2, chapters 7.3, 7.4.1
 * and 8.2).  Each scalar is told with the path to it:
 *
 *   nats:                   nats.url         nats://a:4222
 *     url: nats://a:4222
 *   symbols: [A, B]         symbols[]        A, then B
 *   venues:
 *     - name: x             venues[].name    x
 *
 * Nothing, ~ and null are told as SPAN_NULL, and so are {} and [].  UNSUPPORTED
 * is what YAML has besides: anchors and aliases, tags, block scalars, maps in
 * braces, merge keys, a second document, lists in lists.  SYNTAX is no YAML, a
 * tab for indentation, or a control character (a file in UTF-16).  FULL: deeper
 * than YAML_DEPTH_MAX, a path or a scalar too long.
 *
 * Paths and values are good until the callback returns; an error of its own
 * ends the reading.
 */
#ifndef MPEDGE_CODEC_YAML_H
#define MPEDGE_CODEC_YAML_H

#include "core/out.h"
#include "core/span.h"

enum {
	YAML_DEPTH_MAX = 16,
	YAML_PATH_MAX = 256,
	YAML_SCALAR_MAX = 1024,
};

struct yaml_frame {
	size_t indent;
	bool list;
	/* Bytes of the path that lead here. */
	size_t path;
};

struct yaml {
	enum err (*scalar)(
	    void *owner, struct span path, struct span value, unsigned line);
	void *owner;
	/* After an error. */
	unsigned line;
	const char *why;
	/* The module's own. */
	struct yaml_frame frames[YAML_DEPTH_MAX];
	unsigned depth;
	/* A key whose value is still to come, at path. */
	bool pending;
	bool ended;
	size_t path_len;
	char path[YAML_PATH_MAX];
	char text[YAML_SCALAR_MAX];
};

void yaml_init(struct yaml *y,
    enum err (*scalar)(
	void *owner, struct span path, struct span value, unsigned line),
    void *owner);
enum err yaml_read(struct yaml *y, struct span text) MUST_USE;

#endif
