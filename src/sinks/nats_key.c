/* Files with NKEYs and JWTs: looked at before libnats has them. */
#include "sinks/nats_link.h"

#include <fcntl.h>
#include <unistd.h>

#include <sodium/crypto_sign.h>

#include "codec/nkey.h"

enum {
	/* A user's JWT is one or two kB; many permissions make it longer. */
	FILE_BYTES = 65536,
};

/* A volatile pointer, so that the compiler does not see that nobody reads. */
static void
wipe(void *at, size_t len)
{
	volatile char *p = at;

	while (len-- > 0)
		*p++ = 0;
}

static enum err
say(struct out *why, const char *key, const char *path, const char *what)
{
	out_text(why, key);
	OUT_LITERAL(why, ": ");
	out_text(why, path);
	out_text(why, what);
	return ERR_CONFIG;
}

/* The file, in buf. */
static enum err
load(const char *key, const char *path, char *buf, struct span *text,
    struct out *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	*text = (struct span){ buf, 0 };
	if (fd < 0)
		return say(why, key, path, " cannot be opened");
	do {
		got = read(fd, buf + text->len, FILE_BYTES - text->len);
		text->len += got > 0 ? (size_t)got : 0;
	} while (got > 0 && text->len < FILE_BYTES);
	close(fd);
	if (got < 0)
		return say(why, key, path, " cannot be read");
	return text->len < FILE_BYTES
		   ? ERR_OK
		   : say(why, key, path, " is longer than such files are");
}

static enum err
read_seed(const char *key, const char *path, struct span text, uint8_t *seed,
    struct out *why)
{
	uint8_t kind = 0;
	enum err e = nkey_seed_read(text, &kind, seed);

	if (e == ERR_CORRUPT)
		return say(why, key, path,
		    ": the checksum of the NKEY seed is wrong: a character of "
		    "it has changed");
	if (e != ERR_OK)
		return say(why, key, path,
		    " has no NKEY seed: 58 characters that begin with SU");
	return kind == NKEY_USER
		   ? ERR_OK
		   : say(why, key, path,
			 " has the seed of an account or operator;"
			 " a user's begins with SU");
}

enum err
nats_key_check_creds(const char *path, struct out *why)
{
	static const char key[] = "credentials";
	char buf[FILE_BYTES];
	uint8_t seed[NKEY_BYTES];
	struct span text;
	enum err e = load(key, path, buf, &text, why);

	if (e == ERR_OK && nkey_block(text, "NATS USER JWT").len == 0)
		e = say(why, key, path,
		    " has no -----BEGIN NATS USER JWT----- with a line after "
		    "it");
	if (e == ERR_OK)
		e = read_seed(
		    key, path, nkey_block(text, "USER NKEY SEED"), seed, why);
	wipe(seed, sizeof(seed));
	wipe(buf, sizeof(buf));
	return e;
}

int64_t
nats_key_creds_end(const char *path)
{
	char buf[FILE_BYTES];
	char text[1];
	struct span all, jwt;
	struct out why;
	int64_t end_s = 0;

	out_init(&why, text, sizeof(text));
	if (load("", path, buf, &all, &why) == ERR_OK) {
		jwt = nkey_block(all, "NATS USER JWT");
		if (jwt.at != NULL)
			end_s = nkey_jwt_end(buf + (jwt.at - buf), jwt.len);
	}
	wipe(buf, sizeof(buf));
	return end_s;
}

enum err
nats_key_public(const char *path, char *public_key, struct out *why)
{
	static const char key[] = "nkey_seed_file";
	char buf[FILE_BYTES];
	uint8_t seed[NKEY_BYTES];
	uint8_t pair[crypto_sign_SECRETKEYBYTES];
	uint8_t number[NKEY_BYTES];
	struct span text;
	struct span line;
	struct out o;
	enum err e = load(key, path, buf, &text, why);

	line = nkey_block(text, "USER NKEY SEED");
	if (line.len == 0)
		line = span_word(&text, " \t\r\n");
	if (e == ERR_OK)
		e = read_seed(key, path, line, seed, why);
	if (e == ERR_OK) {
		crypto_sign_seed_keypair(number, pair, seed);
		out_init(&o, public_key, NKEY_PUBLIC_TEXT + 1);
		nkey_public_write(&o, NKEY_USER, number);
		out_cstr(&o);
	}
	wipe(pair, sizeof(pair));
	wipe(seed, sizeof(seed));
	wipe(buf, sizeof(buf));
	return e;
}
