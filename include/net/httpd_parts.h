/*
 * httpd_parts.h -- what the files of httpd share: httpd.c moves bytes, and
 * httpd_answer.c judges requests and composes answers.  Nobody else includes
 * it.
 */
#ifndef MPEDGE_NET_HTTPD_PARTS_H
#define MPEDGE_NET_HTTPD_PARTS_H

#include "net/httpd.h"

enum {
	HTTPD_NO_BODY = -1,
};

enum httpd_phase {
	/* A request head is coming in. */
	HTTPD_READING,
	/* The answer is going out. */
	HTTPD_SENDING,
	/* Refused: what still comes is thrown away, so that the refusal is not
	 * lost in a reset (RFC 9112 section 9.6). */
	HTTPD_LINGERING,
};

struct httpd_client {
	struct httpd *server;
	struct watch watch;
	struct timer deadline;
	bool used;
	enum httpd_phase phase;
	bool keep;
	bool refused;
	char head[HTTPD_HEAD_MAX];
	size_t head_len;
	/* What came behind the head: the next request. */
	size_t behind;
	char answer[HTTPD_ANSWER_MAX];
	size_t answer_len;
	size_t sent;
	/* Index of the body buffer, or HTTPD_NO_BODY. */
	int body;
	size_t body_len;
};

/* The head of a request is whole: compose the answer to it. */
void httpd_judge(struct httpd_client *c);

/* Answer without a body buffer; hang up after it when `refused`. */
void httpd_refuse(
    struct httpd_client *c, int status, bool refused, bool head_only);

void httpd_give_back(struct httpd_client *c);
void httpd_deadline(struct httpd_client *c, int64_t ms);

#endif
