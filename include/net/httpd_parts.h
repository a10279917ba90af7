/*
 * httpd_parts.h -- what the files of httpd share: httpd.c has the places and
 * who gets one, httpd_client.c moves bytes, httpd_answer.c judges requests and
 * composes answers, and httpd_upload.c takes bodies.  Nobody else includes it.
 */
#ifndef MPEDGE_NET_HTTPD_PARTS_H
#define MPEDGE_NET_HTTPD_PARTS_H

#include "net/httpd.h"

enum {
	HTTPD_NO_BODY = -1,
	/* Room in front of a slice for its length, and behind it for its end.
	 */
	HTTPD_FRONT = 16,
	HTTPD_BEHIND = 16,
};

enum httpd_phase {
	/* The TLS handshake is under way. */
	HTTPD_SHAKING,
	/* A request head is coming in. */
	HTTPD_READING,
	/* It is whole, or a slice has left: the client waits for its turn. */
	HTTPD_WAITING,
	/* The answer is going out, or the word that a body may come. */
	HTTPD_SENDING,
	/* A body is coming in. */
	HTTPD_TAKING,
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
	/* Requests answered. */
	unsigned served;
	/* Of HTTPD_WAITING. */
	uint64_t ticket;
	char head[HTTPD_HEAD_MAX];
	size_t head_len;
	/* What came behind the head: the next request. */
	size_t behind;
	char answer[HTTPD_ANSWER_MAX];
	size_t answer_len;
	/* Of answer and body together. */
	size_t sent;
	/* Index of the body buffer, or HTTPD_NO_BODY. */
	int body;
	const char *body_at;
	size_t body_len;
	bool chunked;
	bool (*more)(struct httpd *h, uint64_t *places, struct out *slice);
	uint64_t places[HTTPD_PLACES];
	/* A body was accepted and is not whole: bytes of it to come, and when
	 * it is too late for them. */
	bool uploads;
	uint64_t upload_left;
	struct mono upload_end;
	struct tls tls;
};

/* --- httpd.c --- */

void httpd_close(struct httpd_client *c);
void httpd_give_back(struct httpd_client *c);
void httpd_deadline(struct httpd_client *c, int64_t ms);

/* --- httpd_pace.c --- */

void httpd_pace_init(struct httpd *h);

/* May an answer be rendered now?  Else those who wait are woken when it may. */
bool httpd_may_render(struct httpd *h);
void httpd_charge(struct httpd *h, size_t bytes);
/* How long that took. */
void httpd_charge_time(struct httpd *h, int64_t ns);
/* 0: a client may be accepted; else ms to wait.  And that one was. */
int64_t httpd_accept_wait(struct httpd *h);
void httpd_accepted(struct httpd *h);

/* --- httpd_client.c --- */

/* Bytes of the client, decrypted. */
enum err httpd_take(
    struct httpd_client *c, void *buf, size_t size, size_t *len) MUST_USE;

/* Begin to read what it says.  FULL when TLS has no memory left. */
enum err httpd_client_start(struct httpd_client *c) MUST_USE;

/* --- httpd_answer.c --- */

/* The head of a request is whole: compose the answer to it. */
void httpd_judge(struct httpd_client *c);

/* Render the next slice. */
void httpd_continue(struct httpd_client *c);

/* Take a body buffer and begin an answer in it; false: there is none. */
bool httpd_begin(struct httpd_client *c, struct httpd_answer *a);
/* The same again, in the buffer that was taken. */
void httpd_again(const struct httpd_client *c, struct httpd_answer *a);
/* Send it; refused: and hang up. */
void httpd_finish(struct httpd_client *c, struct httpd_answer *a,
    const struct http_request *r, bool refused);

/* Answer without a body buffer; hang up after it when `refused`. */
void httpd_refuse(
    struct httpd_client *c, int status, bool refused, bool head_only);

/* --- httpd_upload.c --- */

/* A POST. */
void httpd_upload(struct httpd_client *c, const struct http_request *r);
/* The word that it may come has left. */
void httpd_upload_begin(struct httpd_client *c);
/* Some of it may be there. */
void httpd_upload_take(struct httpd_client *c);

#endif
