#!/bin/sh
# usage: test-servers.sh OUT
# The servers of the end-to-end tests besides nats-server, unpacked into the
# folder OUT and not installed, so that no service starts on the machine:
#
#   redis-server         what Debian's package is: a name for a program of
#                        redis-tools
#   clickhouse-server    18.16, in bookworm only; its library is installed
#   prometheus, promtool to scrape and to judge what is scraped
#   chdb/                the engine of today's ClickHouse as a module of Node;
#                        toolchain/chdb pins its version and SHA-512

cd "$(dirname "$0")/.." || exit 2
out=$1
mkdir -p "$out" build/src build/fetch || exit 1

fail() {
	echo "toolchain: $1" >&2
	exit 1
}

# quiet LOG COMMAND...: a second try, because mirrors have bad moments
quiet() {
	log=build/src/$1.log
	shift
	"$@" >"$log" 2>&1 || "$@" >"$log" 2>&1
}

redis=$(command -v redis-check-rdb) || fail "redis-tools is not installed"
ln -sf "$redis" "$out/redis-server"

download() {
	(cd build/fetch && rm -f "$1"_*.deb && apt-get download "$1")
}

# fetch PACKAGE PROGRAM...: unpacks programs of its usr/bin or usr/sbin
fetch() {
	package=$1
	work=build/src/$1
	quiet "$1" download "$1" ||
		fail "no $1, see build/src/$1.log"
	rm -rf "$work" && dpkg-deb -x build/fetch/"$1"_*.deb "$work" || exit 1
	shift
	for program; do
		cp "$work"/usr/*bin/"$program" "$out/" || exit 1
	done
	rm -rf "$work" build/fetch/"$package"_*.deb
}

. /etc/os-release
if [ "$VERSION_CODENAME" = bookworm ]; then
	fetch clickhouse-server clickhouse-server
fi
fetch prometheus prometheus promtool

npm_ci() {
	(cd "$out/chdb" &&
		npm ci --ignore-scripts --no-audit --no-fund)
}

if ! cmp -s toolchain/chdb/package-lock.json "$out/chdb/installed"; then
	echo "fetch   chdb"
	rm -rf "$out/chdb" && mkdir -p "$out/chdb" &&
		cp toolchain/chdb/*.json "$out/chdb/" || exit 1
	quiet chdb npm_ci || fail "npm ci failed, see build/src/chdb.log"
	cp toolchain/chdb/package-lock.json "$out/chdb/installed"
fi
touch "$out/servers.stamp"
