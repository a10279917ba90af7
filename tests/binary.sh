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
	check "binary $target has a list of what is in it" tests/sbom.sh $target
done
exit $bad
