#!/bin/sh
# usage: test-servers.sh OUT
# The servers of the end-to-end tests besides nats-server, unpacked into the
# folder OUT and not installed, so that no service starts on the machine:
#
#   redis-server         what Debian's package is: a name for a program of
#                        redis-tools
#   clickhouse-server    18.16, in bookworm only; its library is installed
#   promtool             checks alert rules; of Debian's prometheus
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
	(cd build/fetch && rm -f clickhouse-server_*.deb &&
		apt-get download clickhouse-server)
}

. /etc/os-release
if [ "$VERSION_CODENAME" = bookworm ]; then
	work=build/src/clickhouse-server
	quiet clickhouse-server download ||
		fail "no clickhouse-server, see build/src/clickhouse-server.log"
	rm -rf $work && dpkg-deb -x build/fetch/clickhouse-server_*.deb $work &&
		cp $work/usr/sbin/clickhouse-server "$out/" && rm -rf $work ||
		exit 1
fi

download_prometheus() {
	(cd build/fetch && rm -f prometheus_*.deb &&
		apt-get download prometheus)
}

if [ ! -x "$out/promtool" ]; then
	echo "fetch   promtool"
	work=build/src/prometheus
	quiet prometheus download_prometheus ||
		fail "no prometheus, see build/src/prometheus.log"
	rm -rf $work && dpkg-deb -x build/fetch/prometheus_*.deb $work &&
		cp $work/usr/bin/promtool "$out/" && rm -rf $work \
		build/fetch/prometheus_*.deb || exit 1
fi

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
