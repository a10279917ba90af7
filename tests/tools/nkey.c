/*
 * nkey -- keys and tokens of decentralized NATS authentication, for
 * tests/e2e/nats_auth.sh.
 *
 *   nkey make operator|account|user NUMBER
 *       The seed and the public key that follow from the number.
 *   nkey jwt operator|account|system|user ISSUER-SEED SUBJECT NAME [SECONDS]
 *       A token (JWT version 2) about the subject, a public key, signed by the
 *       issuer; one of an operator names the subject as its system account, and
 *       SECONDS is how long it is good.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium/crypto_sign.h>

#include "codec/nkey.h"
#include "codec/wskey.h"

struct kind {
	const char *name;
	uint8_t kind;
	const char *claims;
};

static const struct kind kinds[] = {
	{ "operator", NKEY_OPERATOR, "\"system_account\":\"%s\"" },
	{ "account", NKEY_ACCOUNT,
	    "\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,"
	    "\"exports\":-1,\"wildcards\":true,\"conn\":-1,\"leaf\":-1,"
	    "\"mem_storage\":-1,\"disk_storage\":-1,\"streams\":-1,"
	    "\"consumer\":-1}" },
	/* The system account may not have JetStream. */
	{ "system", NKEY_ACCOUNT,
	    "\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,\"imports\":-1,"
	    "\"exports\":-1,\"wildcards\":true,\"conn\":-1,\"leaf\":-1}" },
	{ "user", NKEY_USER,
	    "\"pub\":{},\"sub\":{},\"subs\":-1,\"data\":-1,\"payload\":-1" },
};

static const struct kind *
kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	exit(2);
}

static void
pair_of(const uint8_t *seed, uint8_t *public_key, uint8_t *pair)
{
	crypto_sign_seed_keypair(public_key, pair, seed);
}

static int
make(const struct kind *k, const char *number)
{
	uint8_t seed[NKEY_BYTES] = "a seed for tests and for nothing";
	uint8_t public_key[NKEY_BYTES];
	uint8_t pair[crypto_sign_SECRETKEYBYTES];
	char text[256];
	struct out o;

	seed[0] = (uint8_t)atoi(number);
	pair_of(seed, public_key, pair);
	out_init(&o, text, sizeof(text));
	nkey_seed_write(&o, k->kind, seed);
	out_char(&o, ' ');
	nkey_public_write(&o, k->kind, public_key);
	puts(out_cstr(&o));
	return 0;
}

/* Base64 of RFC 4648 section 5, without padding. */
static void
url_base64(struct out *o, const void *bytes, size_t len)
{
	size_t from = o->len;

	base64_encode(o, bytes, len);
	while (o->len > from && o->at[o->len - 1] == '=')
		o->len--;
	for (size_t i = from; i < o->len; i++)
		if (o->at[i] == '+')
			o->at[i] = '-';
		else if (o->at[i] == '/')
			o->at[i] = '_';
}

static const char *
type_of(const struct kind *k)
{
	return k->kind == NKEY_ACCOUNT ? "account" : k->name;
}

static int
jwt(const struct kind *k, char **arg, int count)
{
	static const char head[] = "{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}";
	uint8_t seed[NKEY_BYTES];
	uint8_t public_key[NKEY_BYTES];
	uint8_t pair[crypto_sign_SECRETKEYBYTES];
	uint8_t signature[crypto_sign_BYTES];
	char issuer[NKEY_PUBLIC_TEXT + 1];
	char claims[1024];
	char body[2048];
	char token[4096];
	char end[64] = "";
	uint8_t kind;
	struct out o;
	time_t now = time(NULL);

	if (nkey_seed_read(span_of(arg[0]), &kind, seed) != ERR_OK)
		return 2;
	pair_of(seed, public_key, pair);
	out_init(&o, issuer, sizeof(issuer));
	nkey_public_write(&o, kind, public_key);
	out_cstr(&o);
	if (count > 3)
		snprintf(end, sizeof(end), "\"exp\":%lld,",
		    (long long)now + atoi(arg[3]));
	snprintf(claims, sizeof(claims), k->claims, arg[1]);
	snprintf(body, sizeof(body),
	    "{\"jti\":\"%s\",\"iat\":%lld,%s\"iss\":\"%s\",\"name\":\"%s\","
	    "\"sub\":\"%s\",\"nats\":{%s,\"type\":\"%s\",\"version\":2}}",
	    arg[2], (long long)now, end, issuer, arg[2],
	    k->kind == NKEY_OPERATOR ? issuer : arg[1], claims, type_of(k));
	out_init(&o, token, sizeof(token));
	url_base64(&o, head, strlen(head));
	out_char(&o, '.');
	url_base64(&o, body, strlen(body));
	crypto_sign_detached(
	    signature, NULL, (const uint8_t *)o.at, o.len, pair);
	out_char(&o, '.');
	url_base64(&o, signature, sizeof(signature));
	puts(out_cstr(&o));
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make(kind_of(argv[2]), argv[3]);
	if (argc >= 6 && strcmp(argv[1], "jwt") == 0)
		return jwt(kind_of(argv[2]), argv + 3, argc - 3);
	fprintf(stderr, "usage: see the top of nkey.c\n");
	return 2;
}
