/* The settings of the [nats] section as options of libnats. */
#include "sinks/nats_link.h"

#include <nats/nats.h>

#include <string.h>

enum {
	IO_BYTES = 32768,
	CONNECT_MS = 5000,
};

enum err
nats_options_servers(struct nats_link *l)
{
	const char *list[NATS_URLS_MAX];

	for (int i = 0; i < l->url_count; i++)
		list[i] = l->urls[(l->first + i) % l->url_count];
	return natsOptions_SetServers(l->options, list, l->url_count) == NATS_OK
		   ? ERR_OK
		   : ERR_FULL;
}

static enum err
set_servers(struct nats_link *l, const char *urls, struct out *why)
{
	struct out o;
	struct span rest = span_of(urls);
	struct span url;
	bool tls = false;

	out_init(&o, l->addresses, sizeof(l->addresses));
	while ((url = span_word(&rest, " ,\t")).at != NULL) {
		if (!span_starts(url, "nats://") &&
		    !span_starts(url, "tls://")) {
			OUT_LITERAL(why, "url: each address starts with "
					 "nats:// or tls://");
			return ERR_CONFIG;
		}
		if (l->url_count == NATS_URLS_MAX) {
			OUT_LITERAL(why, "url: at most 16 addresses");
			return ERR_CONFIG;
		}
		tls = tls || span_starts(url, "tls://");
		l->urls[l->url_count++] = l->addresses + o.len;
		out_span(&o, url);
		out_char(&o, '\0');
	}
	if (l->url_count == 0) {
		OUT_LITERAL(why, "url: no address");
		return ERR_CONFIG;
	}
	if (o.full ||
	    (tls && natsOptions_SetSecure(l->options, true) != NATS_OK))
		return ERR_FULL;
	return nats_options_servers(l);
}

static enum err
refuse(struct out *why, const char *key)
{
	out_text(why, key);
	OUT_LITERAL(why, ": ");
	out_text(why, nats_GetLastError(NULL));
	return ERR_CONFIG;
}

static enum err
set_tls(struct nats_link *l, const struct opt_nats *o, struct out *why)
{
	if ((o->cert_file[0] != '\0') != (o->key_file[0] != '\0')) {
		OUT_LITERAL(
		    why, "cert_file and key_file: one without the other");
		return ERR_CONFIG;
	}
	if (o->ca_file[0] != '\0' && natsOptions_LoadCATrustedCertificates(
					 l->options, o->ca_file) != NATS_OK)
		return refuse(why, "ca_file");
	if (o->cert_file[0] != '\0' &&
	    natsOptions_LoadCertificatesChain(
		l->options, o->cert_file, o->key_file) != NATS_OK)
		return refuse(why, "cert_file, key_file");
	if (!o->verify &&
	    natsOptions_SkipServerVerification(l->options, true) != NATS_OK)
		return refuse(why, "verify");
	if (o->tls_first &&
	    natsOptions_TLSHandshakeFirst(l->options) != NATS_OK)
		return refuse(why, "tls_first");
	return ERR_OK;
}

static enum err
set_keys(struct nats_link *l, const struct opt_nats *o, struct out *why)
{
	char public_key[NKEY_PUBLIC_TEXT + 1];
	enum err e = ERR_OK;

	if (o->credentials[0] != '\0') {
		e = nats_key_check_creds(o->credentials, why);
		if (e == ERR_OK &&
		    natsOptions_SetUserCredentialsFromFiles(
			l->options, o->credentials, NULL) != NATS_OK)
			e = refuse(why, "credentials");
	}
	if (e == ERR_OK && o->nkey_seed_file[0] != '\0') {
		e = nats_key_public(o->nkey_seed_file, public_key, why);
		if (e == ERR_OK &&
		    natsOptions_SetNKeyFromSeed(
			l->options, public_key, o->nkey_seed_file) != NATS_OK)
			e = refuse(why, "nkey_seed_file");
	}
	return e;
}

static enum err
set_credentials(struct nats_link *l, const struct opt_nats *o, struct out *why)
{
	int ways = (o->credentials[0] != '\0') + (o->user[0] != '\0') +
		   (o->nkey_seed_file[0] != '\0') + (o->token[0] != '\0');

	if (ways > 1) {
		OUT_LITERAL(why, "credentials, nkey_seed_file, user, token: "
				 "only one of them");
		return ERR_CONFIG;
	}
	if (o->user[0] != '\0' && natsOptions_SetUserInfo(l->options, o->user,
				      o->password) != NATS_OK)
		return refuse(why, "user");
	if (o->token[0] != '\0' &&
	    natsOptions_SetToken(l->options, o->token) != NATS_OK)
		return refuse(why, "token");
	return set_keys(l, o, why);
}

/* "mpedge/fra1": whose connection it is, in the server's list of them. */
static natsStatus
set_name(natsOptions *options, const char *box)
{
	char name[sizeof(((struct opt_box *)0)->name) + 8];
	struct out o;

	out_init(&o, name, sizeof(name));
	OUT_LITERAL(&o, "mpedge/");
	out_text(&o, box);
	return natsOptions_SetName(options, out_cstr(&o));
}

static enum err
set_behaviour(struct nats_link *l, const char *name)
{
	natsOptions *o = l->options;
	natsStatus s = set_name(o, name);

	if (s == NATS_OK)
		s = natsOptions_SetNoRandomize(o, true);
	if (s == NATS_OK)
		s = natsOptions_SetTimeout(o, CONNECT_MS);
	if (s == NATS_OK)
		s = natsOptions_SetPingInterval(o, 0);
	if (s == NATS_OK)
		s = natsOptions_SetAllowReconnect(o, false);
	if (s == NATS_OK)
		s = natsOptions_SetIOBufSize(o, IO_BYTES);
	if (s == NATS_OK)
		s = natsOptions_SetSendAsap(o, true);
	return s == NATS_OK ? nats_thread_listen(l) : ERR_FULL;
}

static enum err
make_inbox(struct nats_link *l)
{
	natsInbox *inbox = NULL;

	if (natsInbox_Create(&inbox) != NATS_OK)
		return ERR_FULL;
	l->inbox_len = strlen(inbox);
	if (l->inbox_len < sizeof(l->inbox))
		memcpy(l->inbox, inbox, l->inbox_len + 1);
	natsInbox_Destroy(inbox);
	return l->inbox_len < sizeof(l->inbox) ? ERR_OK : ERR_FULL;
}

static enum err
configure(struct nats_link *l, const struct opt_nats *o, const char *name,
    struct out *why)
{
	natsOptions *options = NULL;
	enum err e;

	if (natsOptions_Create(&options) != NATS_OK)
		return ERR_FULL;
	l->options = options;
	e = set_servers(l, o->url, why);
	if (e == ERR_OK)
		e = set_credentials(l, o, why);
	if (e == ERR_OK)
		e = set_tls(l, o, why);
	if (e == ERR_OK)
		e = set_behaviour(l, name);
	if (e == ERR_OK)
		e = make_inbox(l);
	return e;
}

enum err
nats_options_make(struct nats_link *l, const struct opt_nats *o,
    const char *name, struct out *why)
{
	enum err e = configure(l, o, name, why);

	if (e == ERR_FULL)
		OUT_LITERAL(why, "libnats is out of memory");
	if (e != ERR_OK) {
		natsOptions_Destroy(l->options);
		l->options = NULL;
	}
	return e;
}
