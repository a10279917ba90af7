#!/bin/sh
# What the issue of a binary promises: for each target one static,
# position-independent, hardened file under 1.5 MiB, with no OpenSSL in it.

cd "$(dirname "$0")/.." || exit 2
bad=0

# check NAME COMMAND...: one line of result
check() {
	name=$1
	shift
	if "$@" >/dev/null 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		bad=1
	fi
}

small() {
	[ "$(wc -c <"$1")" -lt $((1536 * 1024)) ]
}

# Neither another program to start it nor a library beside it.
alone() {
	! readelf -lW "$1" | grep -q INTERP && ! readelf -dW "$1" | grep -q NEEDED
}

relro() {
	readelf -lW "$1" | grep -q GNU_RELRO &&
		readelf -dW "$1" | grep -Eq 'BIND_NOW|FLAGS.*NOW'
}

stack() {
	readelf -lW "$1" | grep GNU_STACK | grep -qv 'RWE'
}

protected() {
	nm "$1.debug" | grep -q __stack_chk_fail
}

no_openssl() {
	! grep -aq 'OpenSSL [0-9]' "$1"
}

pie() {
	readelf -hW "$1" | grep -q 'Type: *DYN' &&
		readelf -dW "$1" | grep -q 'FLAGS_1.*PIE'
}

# The numbers of tables/syscalls.def are those of the C library, which calls some
# of them by another name where there is a newer one with longer times.
numbers() {
	awk -v target="$1" '
	BEGIN { column = target == "x86_64" ? 2 : target == "aarch64" ? 3 : 4 }
	/^#define __NR_/ { number[substr($2, 6)] = $3; next }
	/^CALL\(/ {
		split(substr($0, 6), p, /, */)
		name = p[1]
		if (!(name in number) && (name "_time32") in number)
			name = name "_time32"
		if (!(name in number) && name ~ /^clock_/ && (name "32") in number)
			name = name "32"
		want = name in number ? number[name] : -1
		if (p[column] != want) {
			print p[1] ": " p[column] ", not " want
			bad = 1
		}
		rows++
	}
	END { exit bad || rows < 100 }' \
		build/deps/"$1"/musl/include/bits/syscall.h \
		include/tables/syscalls.def
}

for target in x86_64 aarch64 armv7; do
	file=build/$target-release/mpedge
	check "binary $target exists" test -x $file
	check "binary $target is position-independent" pie $file
	check "binary $target is static" alone $file
	check "binary $target is under 1.5 MiB" small $file
	check "binary $target has full RELRO" relro $file
	check "binary $target has no executable stack" stack $file
	check "binary $target has a stack protector" protected $file
	check "binary $target has no OpenSSL" no_openssl $file
	check "calls of $target have the numbers of its C library" numbers $target
	check "binary $target has a list of what is in it" tests/sbom.sh $target
done
exit $bad
