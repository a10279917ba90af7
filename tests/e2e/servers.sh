# servers.sh -- the servers of the other sinks.  Source it after lib.sh, in a
# script of bash:
#
#	. tests/e2e/lib.sh
#	. tests/e2e/servers.sh
#	begin redis
#	start_redis --maxmemory 1mb	# $redis_pid, $redis_port
#	start_clickhouse		# $clickhouse_pid, $clickhouse_url (18.16)
#	start_chdb			# $chdb_pid, $chdb_url (the engine of today)
#	redis GET key
#	sql "$chdb_url" 'SELECT count() FROM t'
#	pause_server $redis_pid; resume_server $redis_pid
#	stop "$chdb_pid" KILL; start_chdb	# same port, same tables
#	start_proxy redis $redis_port	# ${proxy_port[redis]} leads there
#	proxy_ctl redis latency 50	# cut, stall, hole, half, refuse, clear
#
# Each waits until its server answers; started again, a server has its port and
# its data.  Several at once: set redis_port= (clickhouse_url=, chdb_url=) empty
# and redis_dir (clickhouse_dir, chdb_dir) to another folder before the second.
# `make ready` brings them (toolchain/test-servers.sh).
#
# What 18.16 does not have: DateTime64 (code 50), insert_deduplication_token
# (an unknown setting is code 115 and nothing is inserted), LowCardinality
# without allow_experimental_low_cardinality_type=1 (44), and the header
# X-ClickHouse-Exception-Code: the code is in the text, "Code: 60, e.display...".

servers=${SERVERS:-build/deps/tools}

pause_server() { kill -STOP "$1"; }
resume_server() { kill -CONT "$1"; }

# --- redis -----------------------------------------------------------------

# redis COMMAND...: the reply is on stdout
redis() { timeout 10 redis-cli -h 127.0.0.1 -p "$redis_port" "$@"; }

redis_ready() { [ "$(redis PING)" = PONG ]; }

# start_redis [OPTION...]: keeps what it had only with --appendonly yes (or
# --save); by default a restart is empty, as a cache may be
start_redis() {
	redis_port=${redis_port:-$(free_port)}
	redis_dir=${redis_dir:-$work/redis}
	mkdir -p "$redis_dir"
	"$servers/redis-server" --bind 127.0.0.1 --port "$redis_port" \
		--dir "$redis_dir" --save '' --daemonize no "$@" \
		>>"$work/redis.log" 2>&1 &
	redis_pid=$!
	started $redis_pid
	wait_for 20 redis_ready || {
		not_ok "redis-server starts"
		tail -n 5 "$work/redis.log" | sed 's/^/# /'
		return 1
	}
}

# --- ClickHouse ------------------------------------------------------------

# sql URL QUERY [PARAMETER=VALUE...]: stdin is not read; fails with the text of
# the exception on stdout
sql() {
	local url=$1 query=$2 parameters=
	shift 2
	[ $# -eq 0 ] || parameters=$(printf '&%s' "$@")
	curl -sS --fail-with-body --max-time 30 --data-binary "$query" \
		"$url/?${parameters#&}"
}

# sql_rows URL TABLE COLUMNS FILE [PARAMETER=VALUE...]: RowBinary
sql_rows() {
	local url=$1 table=$2 columns=$3 file=$4 parameters=
	shift 4
	[ $# -eq 0 ] || parameters=$(printf '&%s' "$@")
	curl -sS --fail-with-body --max-time 30 --data-binary "@$file" \
		"$url/?query=INSERT+INTO+$table+(${columns// /})+FORMAT+RowBinary$parameters"
}

clickhouse_ready() {
	[ "$(curl -sS --max-time 5 "$1/ping" 2>/dev/null)" = Ok. ]
}

# Is the old server there?  Debian has it in bookworm only.
have_clickhouse() { [ -x "$servers/clickhouse-server" ]; }

clickhouse_config() {
	local dir=$1 http=$2 tcp=$3
	cat >"$dir/config.xml" <<-END
		<yandex>
		<logger><level>information</level><console>1</console></logger>
		<listen_host>127.0.0.1</listen_host>
		<http_port>$http</http_port>
		<tcp_port>$tcp</tcp_port>
		<path>$dir/data/</path>
		<tmp_path>$dir/tmp/</tmp_path>
		<users_config>$dir/users.xml</users_config>
		<default_profile>default</default_profile>
		<default_database>default</default_database>
		<timezone>UTC</timezone>
		<mark_cache_size>5368709</mark_cache_size>
		<max_connections>256</max_connections>
		<keep_alive_timeout>${clickhouse_keep_alive_s:-3}</keep_alive_timeout>
		<interserver_http_port>0</interserver_http_port>
		<shutdown_wait_unfinished>1</shutdown_wait_unfinished>
		</yandex>
	END
	cat >"$dir/users.xml" <<-END
		<yandex>
		<profiles><default/></profiles>
		<quotas><default/></quotas>
		<users><${clickhouse_user:-default}>
		<password>${clickhouse_password:-}</password>
		<networks><ip>127.0.0.1</ip></networks>
		<profile>default</profile>
		<quota>default</quota>
		</${clickhouse_user:-default}></users>
		</yandex>
	END
}

# start_clickhouse: $clickhouse_user and $clickhouse_password, when set, are
# the one user that there is
start_clickhouse() {
	local dir=${clickhouse_dir:=$work/clickhouse}
	clickhouse_url=${clickhouse_url:-http://127.0.0.1:$(free_port)}
	mkdir -p "$dir/data" "$dir/tmp"
	dir=$(cd "$dir" && pwd)
	[ -s "$dir/config.xml" ] ||
		clickhouse_config "$dir" "${clickhouse_url##*:}" "$(free_port)"
	"$servers/clickhouse-server" --config-file="$dir/config.xml" \
		>>"$work/clickhouse.log" 2>&1 &
	clickhouse_pid=$!
	started $clickhouse_pid
	wait_for 30 clickhouse_ready "$clickhouse_url" || {
		not_ok "clickhouse-server starts"
		tail -n 5 "$work/clickhouse.log" | sed 's/^/# /'
		return 1
	}
}

# start_chdb: $chdb_user and $chdb_password, when set, are the one user
start_chdb() {
	chdb_url=${chdb_url:-http://127.0.0.1:$(free_port)}
	chdb_dir=${chdb_dir:-$work/chdb}
	mkdir -p "$chdb_dir"
	node tests/tools/chdb_front.js "$servers/chdb" "$chdb_dir" \
		"${chdb_url##*:}" \
		${chdb_user:+"$chdb_user" "${chdb_password:-}"} \
		>>"$work/chdb.log" 2>&1 &
	chdb_pid=$!
	started $chdb_pid
	wait_for 60 clickhouse_ready "$chdb_url" || {
		not_ok "chdb starts"
		tail -n 5 "$work/chdb.log" | sed 's/^/# /'
		return 1
	}
}

# --- the network between ---------------------------------------------------

declare -A proxy_port=() proxy_control=() proxy_pid=()

# start_proxy NAME TARGET-PORT: ${proxy_port[NAME]} leads there, until told
# otherwise by proxy_ctl (tests/tools/proxy.c says what it can be told)
start_proxy() {
	proxy_port[$1]=$(free_port)
	proxy_control[$1]=$(free_port)
	"$tools/proxy" "${proxy_port[$1]}" "$2" "${proxy_control[$1]}" \
		2>>"$work/proxy.log" &
	proxy_pid[$1]=$!
	started ${proxy_pid[$1]}
	wait_for 10 proxy_ctl "$1" stats || not_ok "the proxy $1 starts"
}

# proxy_ctl NAME COMMAND [NUMBER]: $answer has its counts
proxy_ctl() {
	local name=$1
	shift
	answer=$("$tools/ctl" "${proxy_control[$name]}" "$@")
}

# proxy_stat NAME accepted|open|up|down
proxy_stat() {
	proxy_ctl "$1" stats
	sed -n "s/.*\"$2\":\([0-9]*\).*/\1/p" <<<"$answer"
}
