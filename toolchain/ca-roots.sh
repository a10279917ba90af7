#!/bin/sh
# usage: ca-roots.sh OUT.c
# Writes the roots of Debian's ca-certificates as a C table; see
# include/net/ca_roots.h.  Sorted by file name, so that the same package
# always gives the same bytes.
#
# What a root says of itself is believed because it is in the package: nobody
# looks at its signature of itself (RFC 5280 section 6.1.1 d), and its issuer is
# itself.  So what is kept is what a chain is judged by (section 6.1.1 d and
# 6.1.4): name, key, times, what it may be used for, and all that is critical.
# Serial number, issuer and signature are the shortest there are; the other
# extensions (identifiers, policies, where lists of revoked ones are) are left out.

cd "$(dirname "$0")/.." || exit 2
out=$1
LC_ALL=C
export LC_ALL
toolchain/fetch.sh ca-roots || exit 1
work=build/src/ca-roots
rm -rf "$work" && mkdir -p "$work" "$(dirname "$out")" || exit 1
trap 'rm -rf "$work"' EXIT
file=$(awk '$1 == "ca-roots" { print $7 }' toolchain/versions.txt)
dpkg-deb -x "build/fetch/$file" "$work" || exit 1

# A certificate as decimal bytes on stdin.  stdout: offset and length of the subject
# on one line, then the certificate with nothing but what is said above.
short_form() {
	awk '
	{ for (i = 1; i <= NF; i++) b[n++] = $i + 0 }
	# The element at i: its tag, where its value begins, and where it ends.
	function open(i,   bytes) {
		tag = b[i]
		len = b[i + 1]
		value = i + 2
		if (len > 128) {
			bytes = len - 128
			for (len = 0; bytes > 0; bytes--)
				len = len * 256 + b[value++]
		}
		end = value + len
	}
	function copy(from, to,   text) {
		while (from < to)
			text = text b[from++] " "
		return text
	}
	function count(text) { return split(text, unused, " ") }
	function element(tag, text,   len) {
		len = count(text)
		if (len >= 256)
			return tag " 130 " int(len / 256) " " len % 256 " " text
		return tag (len >= 128 ? " 129 " : " ") len " " text
	}
	# basicConstraints, keyUsage, extKeyUsage, nameConstraints (2.5.29.N),
	# and what has "critical", a BOOLEAN.
	function is_kept(at,   id) {
		open(at)
		id = copy(value, end)
		return b[end] == 1 || id ~ /^85 29 (19|15|37|30) $/
	}
	function extensions(at, stop,   kept, next_at) {
		for (; at < stop; at = next_at) {
			open(at)
			next_at = end
			if (is_kept(value))
				kept = kept copy(at, next_at)
		}
		return kept == "" ? "" : element(163, element(48, kept))
	}
	END {
		# ecdsa-with-SHA256 is the shortest name of one; a common name "-".
		signing = "48 10 6 8 42 134 72 206 61 4 3 2 "
		issuer = "48 12 49 10 48 8 6 3 85 4 3 12 1 45 "
		open(0)
		open(value)
		stop = end
		member = b[value] == 160 ? 0 : 1
		for (at = value; at < stop; at = next_at) {
			open(at)
			next_at = end
			if (member == 1)
				text = text "2 1 1 "
			else if (member == 2)
				text = text signing
			else if (member == 3)
				text = text issuer
			else if (tag == 163) {
				open(value)
				text = text extensions(value, end)
			} else {
				if (member == 5) {
					before = count(text)
					subject = next_at - at
				}
				text = text copy(at, next_at)
			}
			member++
		}
		signed = element(48, text)
		whole = element(48, signed signing "3 2 0 0 ")
		before += count(signed) - count(text)
		before += count(whole) - count(signed signing "3 2 0 0 ")
		print before, subject
		print whole
	}'
}
# stdin: decimal bytes.  stdout: the bytes
to_bytes() {
	printf "$(awk '{ for (i = 1; i <= NF; i++) printf "\\%03o", $i }')"
}

# What openssl makes of the certificate in FILE that must be in both forms.
facts_of() {
	openssl x509 -inform DER -in "$1" -noout -subject -subject_hash -dates \
		-pubkey -ext basicConstraints,keyUsage,extendedKeyUsage,nameConstraints \
		2>&1
}

{
	echo '#include "net/ca_roots.h"'
	echo 'const unsigned char ca_root_bytes[] = {'
	: >"$work/table"
	count=0
	at=0
	for file in "$work"/usr/share/ca-certificates/mozilla/*.crt; do
		openssl x509 -in "$file" -outform DER -out "$work/whole" &&
			od -An -v -tu1 "$work/whole" | short_form >"$work/short" &&
			tail -n 1 "$work/short" | to_bytes >"$work/der" &&
			[ -n "$(facts_of "$work/der")" ] &&
			[ "$(facts_of "$work/whole")" = "$(facts_of "$work/der")" ] ||
			exit 1
		set -- $(head -n 1 "$work/short")
		[ $# -eq 2 ] || exit 1
		size=$(wc -c <"$work/der")
		printf '\n/* %s */\n' "$(basename "$file" .crt |
			tr -cd 'A-Za-z0-9_.,:() -')"
		tail -n 1 "$work/short" | fmt -w 76 | sed 's/  */,/g; s/$/,/'
		echo "	{ $at, $size, $1, $2 }," >>"$work/table"
		count=$((count + 1))
		at=$((at + size))
	done
	echo "};"
	[ $count -gt 50 ] || exit 1
	printf '\nconst unsigned ca_roots_count = %s;\n' "$count"
	printf '\nconst struct ca_root ca_roots[] = {\n'
	cat "$work/table"
	echo "};"
} >"$work/out.c" || {
	echo "toolchain: cannot read the CA certificates" >&2
	exit 1
}
mv "$work/out.c" "$out"
