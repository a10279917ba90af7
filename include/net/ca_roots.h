/*
 * The certificate authorities trusted when no CA file is set: those of
 * Debian's ca-certificates package, compiled in.  The table is written by
 * toolchain/ca-roots.sh at build time.
 *
 * All is constant data and nothing is parsed beforehand: a verifier compares
 * an issuer's name with `subject`, byte for byte, and reads the one or two
 * certificates that have it.  Names may repeat; the key then decides.
 */
#ifndef MPEDGE_NET_CA_ROOTS_H
#define MPEDGE_NET_CA_ROOTS_H

/* One root: its certificate, and the span inside it that is its name.
 * Numbers are a third of what pointers would be. */
struct ca_root {
	/* X.509 certificate, DER (RFC 5280 section 4.1), with an empty
	 * signature, since that a root signs itself proves nothing, and no
	 * issuer or serial number of its own; begins in ca_root_bytes here. */
	unsigned at;
	unsigned short der_len;
	/* The subject, a DER Name with its tag and length: where in der. */
	unsigned short subject;
	unsigned short subject_len;
};

extern const unsigned char ca_root_bytes[];

/* Sorted by the name of the file in the package. */
extern const struct ca_root ca_roots[];
extern const unsigned ca_roots_count;

#endif
