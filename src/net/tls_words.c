#include "net/tls_parts.h"

#include <string.h>

#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>

enum {
	NAMES_SHOWN = 4,
	DN_MAX = 160,
	/* GeneralName tags (RFC 5280 section 4.2.1.6). */
	TAG_DNS = 2,
	TAG_BITS = 31,
	/* From 0000-03-01 to 1970-01-01. */
	DAYS_BEFORE_1970 = 719468,
	DAYS_PER_YEAR = 365,
	S_PER_DAY = 86400,
};

/* The peer chose these bytes: only what is plain is shown. */
static void
out_plain(struct out *o, const unsigned char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out_char(o, p[i] > ' ' && p[i] <= '~' ? (char)p[i] : '?');
}

static void
out_names(struct out *o, const mbedtls_x509_crt *crt)
{
	const mbedtls_x509_sequence *s = &crt->subject_alt_names;
	int shown = 0;

	for (; s && s->buf.p && shown < NAMES_SHOWN; s = s->next) {
		if ((s->buf.tag & TAG_BITS) != TAG_DNS)
			continue;
		out_text(o, shown ? ", " : ", but for ");
		out_plain(o, s->buf.p, s->buf.len);
		shown++;
	}
	if (s && s->buf.p && shown == NAMES_SHOWN)
		OUT_LITERAL(o, " and others");
}

static void
out_issuer(struct out *o, const mbedtls_x509_crt *crt)
{
	char name[DN_MAX];

	if (mbedtls_x509_dn_gets(name, sizeof(name), &crt->issuer) < 0)
		return;
	OUT_LITERAL(o, " (");
	out_text(o, name);
	OUT_LITERAL(o, ")");
}

static void
out_date(struct out *o, const mbedtls_x509_time *t)
{
	out_pad(o, (uint64_t)t->year, 4);
	out_char(o, '-');
	out_pad(o, (uint64_t)t->mon, 2);
	out_char(o, '-');
	out_pad(o, (uint64_t)t->day, 2);
}

static bool
is_self_signed(const mbedtls_x509_crt *crt)
{
	return crt->issuer_raw.len == crt->subject_raw.len &&
	       memcmp(crt->issuer_raw.p, crt->subject_raw.p,
		   crt->issuer_raw.len) == 0;
}

static void
out_trust(struct out *o, const mbedtls_x509_crt *crt, int depth)
{
	if (depth == 0 && is_self_signed(crt)) {
		OUT_LITERAL(o, "the certificate is self-signed");
		return;
	}
	OUT_LITERAL(o, "the issuer is not known here");
	out_issuer(o, crt);
}

static void
out_reasons(struct out *o, const struct tls_state *s,
    const mbedtls_x509_crt *crt, int depth, uint32_t flags)
{
	const char *which =
	    depth == 0 ? "the certificate" : "a certificate of the issuer";

	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
		out_trust(o, crt, depth);
	} else if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
		out_text(o, which);
		OUT_LITERAL(o, " expired on ");
		out_date(o, &crt->valid_to);
	} else if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
		out_text(o, which);
		OUT_LITERAL(o, " is not valid before ");
		out_date(o, &crt->valid_from);
		OUT_LITERAL(o, ": is the clock of this machine right?");
	} else if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
		OUT_LITERAL(o, "the certificate is not valid for ");
		out_text(o, s->peer->host);
		out_names(o, crt);
	} else {
		out_text(o, which);
		OUT_LITERAL(o, " is too weak or not made for a server (flags ");
		out_u64(o, flags);
		OUT_LITERAL(o, ")");
	}
}

/* Years begin in March, so that the leap day is their last; the months from
 * there on have 153 days in five. */
int64_t
tls_seconds(const mbedtls_x509_time *t)
{
	int64_t year = t->mon > 2 ? t->year : t->year - 1;
	int64_t month = t->mon > 2 ? t->mon - 3 : t->mon + 9;
	int64_t days = DAYS_PER_YEAR * year + year / 4 - year / 100 +
		       year / 400 + (153 * month + 2) / 5 + t->day - 1 -
		       DAYS_BEFORE_1970;

	return days * S_PER_DAY + t->hour * 3600 + t->min * 60 + t->sec;
}

int64_t
tls_file_ends(const char *path)
{
	mbedtls_x509_crt crt;
	int64_t ends_s = 0;

	mbedtls_x509_crt_init(&crt);
	if (mbedtls_x509_crt_parse_file(&crt, path) >= 0 && crt.raw.p)
		ends_s = tls_seconds(&crt.valid_to);
	mbedtls_x509_crt_free(&crt);
	return ends_s;
}

/* libnats has no place for it between a handshake and its caller. */
static _Thread_local int64_t thread_ends;

void
tls_thread_saw(const void *certificate)
{
	const mbedtls_x509_crt *crt = certificate;

	thread_ends = tls_seconds(&crt->valid_to);
}

int64_t
tls_thread_ends(void)
{
	return thread_ends;
}

int
tls_words_verify(void *state, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct tls_state *s = state;

	s->saw_certificate = true;
	if (depth == 0)
		s->peer->ends_s = tls_seconds(&crt->valid_to);
	if (*flags == 0)
		return 0;
	if (s->why.len > 0)
		OUT_LITERAL(&s->why, "; ");
	out_reasons(&s->why, s, crt, depth, *flags);
	return 0;
}

/* RFC 8446 section 6; those that a server sends to a client. */
static const struct alert {
	unsigned char code;
	const char *name;
} alerts[] = {
	{ 20, "bad record" },
	{ 40, "handshake failure" },
	{ 42, "bad certificate" },
	{ 47, "illegal parameter" },
	{ 48, "unknown CA" },
	{ 50, "decode error" },
	{ 51, "decrypt error" },
	{ 70, "protocol version" },
	{ 71, "insufficient security" },
	{ 80, "internal error" },
	{ 112, "unrecognized name" },
	{ 116, "certificate required" },
};

static void
out_alert(const struct tls_state *s, struct out *o)
{
	const unsigned char *message = s->ssl.MBEDTLS_PRIVATE(in_msg);
	unsigned char code = message ? message[1] : 0;

	OUT_LITERAL(o, "the server refused: alert ");
	out_u64(o, code);
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
		if (alerts[i].code != code)
			continue;
		OUT_LITERAL(o, ", ");
		out_text(o, alerts[i].name);
	}
}

void
tls_words_failure(const struct tls_state *s, struct out *o)
{
	const char *words;

	switch (s->failure) {
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
		out_alert(s, o);
		return;
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
		OUT_LITERAL(o, "the server speaks neither TLS 1.2 nor 1.3");
		return;
	case MBEDTLS_ERR_SSL_INVALID_RECORD:
	case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
		OUT_LITERAL(o, "what came is not TLS");
		return;
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
	case MBEDTLS_ERR_X509_ALLOC_FAILED:
		OUT_LITERAL(o, "the memory for TLS is used up");
		return;
	case MBEDTLS_ERR_SSL_CONN_EOF:
		OUT_LITERAL(o, "the stream ended without a close notice");
		return;
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
		OUT_LITERAL(o, "closed by the server");
		return;
	case MBEDTLS_ERR_NET_CONN_RESET:
		OUT_LITERAL(o, "connection reset");
		return;
	}
	words = mbedtls_high_level_strerr(s->failure);
	if (!words)
		words = mbedtls_low_level_strerr(s->failure);
	out_text(o, words ? words : "TLS failed");
}
