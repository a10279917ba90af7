# nats_lib.sh -- what the tests of the nats sink alone share.  Source it from sh
# in the root of the project, after $pump and $server; $work is an empty folder.

work=$(mktemp -d) || exit 2
pids=
failed=0
trap 'for p in $pids; do kill -9 $p; done 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

result() { # NAME STATUS
	if [ "$2" = 0 ]; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed "s/^/# /" "$work/out" "$work/log" 2>/dev/null | tail -n 12
		failed=1
	fi
}

# line FILE PATTERN SECONDS: waits until the file has such a line
line() {
	tries=$(($3 * 20))
	until grep -q -- "$2" "$1" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# serve NAME PORT CONFIG-LINES: starts a server, sets $pid and $port
serve() {
	dir=$work/$1
	mkdir -p "$dir"
	printf 'listen: "127.0.0.1:%s"\nports_file_dir: "%s"\n%s\n' \
		"$2" "$dir" "$3" >"$dir/conf"
	rm -f "$dir"/*.ports
	"$server" -c "$dir/conf" >>"$dir/log" 2>&1 &
	pid=$!
	pids="$pids $pid"
	line "$dir/log" "Server is ready" 10
	line "$dir/nats-server_$pid.ports" nats 10
	port=$(sed -n 's/.*"\(nats\|tls\):\/\/127.0.0.1:\([0-9]*\)".*/\2/p' \
		"$dir/nats-server_$pid.ports")
	url=nats://127.0.0.1:$port
}

again() { # the same server, on the port it had
	: >"$dir/log"
	"$server" -c "$dir/conf" -p "$port" >>"$dir/log" 2>&1 &
	pid=$!
	pids="$pids $pid"
}

end() { # SIGNAL
	kill -"${1:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

js() {
	printf 'jetstream { store_dir: "%s" }' "$work/$1/js"
}

send() {
	"$pump" send "$@" >"$work/out" 2>"$work/log"
}

send_behind() {
	: >"$work/out"
	"$pump" send "$@" >"$work/out" 2>"$work/log" &
	sender=$!
	pids="$pids $sender"
}

check() { # COUNT
	"$pump" check "$1" "$url" MARKET_DATA market >"$work/check" 2>&1 ||
		{ sed 's/^/# check: /' "$work/check"; return 1; }
}

has() {
	grep -q -- "$1" "$work/out"
}

log_has() {
	grep -q -- "$1" "$work/log"
}

# --- certificates ---

# certificate NAME SUBJECT-ALT-NAME CA
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=$1" &&
		printf 'subjectAltName=%s\n' "$2" >"$work/$1.ext" &&
		openssl x509 -req -in "$work/$1.csr" -CA "$work/$3.pem" \
			-CAkey "$work/$3.key" -CAcreateserial -days 2 \
			-extfile "$work/$1.ext" -out "$work/$1.pem"
}

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/$1.key" -out "$work/$1.pem" -days 2 \
		-subj "/CN=$1"
}

tls() { # CERTIFICATE MORE
	printf 'tls { cert_file: "%s/%s.pem", key_file: "%s/%s.key" %s }' \
		"$work" "$1" "$work" "$1" "$2"
}
