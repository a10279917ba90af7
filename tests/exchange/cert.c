#define _GNU_SOURCE
#include "cert.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pem.h>
#include <mbedtls/x509.h>

enum { PEM_MAX = 4096, PATH_BYTES = 512 };

#define CA_NAME "CN=Exchange simulator CA,O=mpedge tests"

struct issue {
	const char *subject;
	const char *issuer;
	mbedtls_pk_context *subject_key;
	mbedtls_pk_context *issuer_key;
	bool is_ca;
	enum cert_fault fault;
	int serial;
};

static void
check(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "exchange-sim: %s: -0x%04x\n", what, -result);
	exit(1);
}

static void
make_key(mbedtls_pk_context *key, mbedtls_ctr_drbg_context *random)
{
	mbedtls_pk_init(key);
	check(
	    mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)),
	    "key");
	check(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
		  mbedtls_ctr_drbg_random, random),
	    "key");
}

/* GeneralizedTime without the Z, days from now. */
static void
day_text(char text[16], int days)
{
	time_t t = time(NULL) + (time_t)days * 86400;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, 16, "%Y%m%d%H%M%S", &tm);
}

static void
set_names(mbedtls_x509write_cert *w, enum cert_fault fault)
{
	static unsigned char loopback[4] = { 127, 0, 0, 1 };
	/* The host as a virtual machine of QEMU sees it. */
	static unsigned char host_of_guest[4] = { 10, 0, 2, 2 };
	static char localhost[] = "localhost";
	static char elsewhere[] = "elsewhere.example";
	mbedtls_x509_san_list guest;
	mbedtls_x509_san_list address;
	mbedtls_x509_san_list host;

	memset(&guest, 0, sizeof(guest));
	memset(&address, 0, sizeof(address));
	memset(&host, 0, sizeof(host));
	host.node.type = MBEDTLS_X509_SAN_DNS_NAME;
	host.node.san.unstructured_name.p =
	    (unsigned char *)(fault == CERT_HOST ? elsewhere : localhost);
	host.node.san.unstructured_name.len =
	    strlen((char *)host.node.san.unstructured_name.p);
	address.node.type = MBEDTLS_X509_SAN_IP_ADDRESS;
	address.node.san.unstructured_name.p = loopback;
	address.node.san.unstructured_name.len = sizeof(loopback);
	address.next = &guest;
	guest.node.type = MBEDTLS_X509_SAN_IP_ADDRESS;
	guest.node.san.unstructured_name.p = host_of_guest;
	guest.node.san.unstructured_name.len = sizeof(host_of_guest);
	host.next = fault == CERT_HOST ? NULL : &address;
	check(mbedtls_x509write_crt_set_subject_alternative_name(w, &host),
	    "names");
}

static void
write_cert(
    const struct issue *i, char pem[PEM_MAX], mbedtls_ctr_drbg_context *random)
{
	mbedtls_x509write_cert w;
	unsigned char serial[8] = { 1 };
	char from[16], to[16];

	mbedtls_x509write_crt_init(&w);
	mbedtls_x509write_crt_set_version(&w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&w, i->subject_key);
	mbedtls_x509write_crt_set_issuer_key(&w, i->issuer_key);
	check(
	    mbedtls_x509write_crt_set_subject_name(&w, i->subject), "subject");
	check(mbedtls_x509write_crt_set_issuer_name(&w, i->issuer), "issuer");
	serial[7] = (unsigned char)i->serial;
	check(mbedtls_x509write_crt_set_serial_raw(&w, serial, sizeof(serial)),
	    "serial");
	day_text(from, -2);
	day_text(to, i->fault == CERT_EXPIRED ? -1 : 3650);
	check(mbedtls_x509write_crt_set_validity(&w, from, to), "validity");
	check(mbedtls_x509write_crt_set_basic_constraints(
		  &w, i->is_ca, i->is_ca ? 0 : -1),
	    "constraints");
	if (!i->is_ca)
		set_names(&w, i->fault);
	else
		check(mbedtls_x509write_crt_set_key_usage(
			  &w, MBEDTLS_X509_KU_KEY_CERT_SIGN |
				  MBEDTLS_X509_KU_CRL_SIGN),
		    "usage");
	check(mbedtls_x509write_crt_pem(&w, (unsigned char *)pem, PEM_MAX,
		  mbedtls_ctr_drbg_random, random),
	    "certificate");
	mbedtls_x509write_crt_free(&w);
}

static void
save(const char *dir, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static bool
load_ca(
    const char *dir, mbedtls_pk_context *key, mbedtls_ctr_drbg_context *random)
{
	char path[PATH_BYTES];
	FILE *f;

	snprintf(path, sizeof(path), "%s/ca.pem", dir);
	f = fopen(path, "r");
	if (!f)
		return false;
	fclose(f);
	snprintf(path, sizeof(path), "%s/ca.key", dir);
	mbedtls_pk_init(key);
	return mbedtls_pk_parse_keyfile(
		   key, path, NULL, mbedtls_ctr_drbg_random, random) == 0;
}

static void
make_ca(const char *dir, mbedtls_pk_context *key, bool keep,
    mbedtls_ctr_drbg_context *random)
{
	char pem[PEM_MAX];
	struct issue self = { CA_NAME, CA_NAME, key, key, true, CERT_RIGHT, 1 };

	make_key(key, random);
	if (!keep)
		return;
	write_cert(&self, pem, random);
	save(dir, "ca.pem", pem);
	check(mbedtls_pk_write_key_pem(key, (unsigned char *)pem, sizeof(pem)),
	    "key");
	save(dir, "ca.key", pem);
}

void
cert_make(struct cert *c, const char *dir, enum cert_fault fault,
    mbedtls_ctr_drbg_context *random)
{
	mbedtls_pk_context ca, stranger;
	char pem[PEM_MAX];
	struct issue server = { "CN=localhost,O=mpedge tests", CA_NAME, &c->key,
		&ca, false, fault, 2 };

	if (!load_ca(dir, &ca, random))
		make_ca(dir, &ca, true, random);
	make_ca(dir, &stranger, false, random);
	if (fault == CERT_CA)
		server.issuer_key = &stranger;
	make_key(&c->key, random);
	write_cert(&server, pem, random);
	mbedtls_x509_crt_init(&c->chain);
	check(mbedtls_x509_crt_parse(
		  &c->chain, (unsigned char *)pem, strlen(pem) + 1),
	    "certificate");
	mbedtls_pk_free(&ca);
	mbedtls_pk_free(&stranger);
}
