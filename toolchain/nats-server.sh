#!/bin/sh
# usage: nats-server.sh OUT
# The server for the end-to-end tests, unpacked from its package, not
# installed: it is one static program.

cd "$(dirname "$0")/.." || exit 2
toolchain/fetch.sh nats-server || exit 1
work=build/src/nats-server
rm -rf "$work" && mkdir -p "$work" "$(dirname "$1")" &&
	file=$(awk '$1 == "nats-server" { print $7 }' toolchain/versions.txt)
	dpkg-deb -x "build/fetch/$file" "$work" &&
	mv "$work/usr/sbin/nats-server" "$1" && touch "$1" && rm -rf "$work"
