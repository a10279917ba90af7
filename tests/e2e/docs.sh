#!/bin/bash
# usage: docs.sh
# Every command of README.md and docs/migration is run.  A block says by its first
# line what is to be done with it:
#
#	```sh run               it has to succeed
#	```sh run=background    it is started and goes on until the page ends, or
#	```sh run=replace       until another one takes its place
#	```sh run=running       as `run`, and a mpedge has to be there
#	```sh skip=REASON
#
# In tables whose last column is headed "shown by", what stands there in backticks
# has to succeed as well, with a mpedge running.  Venues are simulators, servers are
# real ones, ports are those that are free: 127.0.0.1:8080/ and the like stand for them.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
result=0
begin docs
repository=$PWD
place=$work/place
work=$repository/$work
unset MAKEFLAGS MFLAGS MAKELEVEL

# --- the pages: blocks to $work/blocks/PAGE.LINE, their kinds to $work/list

# Lines of the list: PAGE LINE KIND [REASON]
extract() {
	awk -v page="$2" -v to="$work/blocks" '
	function put(kind) {
		file = to "/" page "." NR
		print page, NR, kind
	}
	/^```sh/ { put(NF > 1 ? substr($0, 7) : "none"); inside = 1; next }
	/^```/ { if (inside) close(file); inside = 0; next }
	inside { print >file; next }
	/\| shown by \|/ { table = 1; next }
	!/^\|/ { table = 0 }
	table && match($0, /\| `.*` \|$/) {
		command = substr($0, RSTART + 3, RLENGTH - 6)
		while (match(command, /.*\| `/))
			command = substr(command, RLENGTH + 1)
		gsub(/\\\|/, "|", command)
		put("shown")
		print command >file
		close(file)
	}' "$1"
}

mkdir -p "$work/blocks" "$place/bin"
for page in config steps features monitoring deployment performance \
	README architecture; do
	extract "docs/migration/$page.md" "$page"
done >"$work/list"
extract README.md FRONT >>"$work/list"
check "there are pages with commands" test "$(wc -l <"$work/list")" -gt 60
check "every block says whether it is run" eval '! grep " none$" "$work/list"'
check "a block that is not run has a reason" eval \
	'! grep -E " skip(=?)$" "$work/list"'
# What stands in the folder and is no page here would be read by nobody.
check "every page is read" test "$(ls docs/migration | sed 's/\.md$//' | sort |
	xargs)" = "$(awk '$1 != "FRONT" { print $1 } END { print "README"
	print "architecture" }' "$work/list" | sort -u | xargs)"

# --- a place like the repository, where files may be left

for name in build tests image docs config.ini LICENSE; do
	ln -s "$repository/$name" "$place/$name"
done
printf '#!/bin/sh\nexec /usr/bin/make -C %s "$@"\n' "$repository" >"$place/bin/make"
start_redis
printf '#!/bin/sh\nexec /usr/bin/redis-cli -p %s "$@"\n' "$redis_port" \
	>"$place/bin/redis-cli"
chmod +x "$place"/bin/*
for venue in binance binance_usdm okx deribit; do
	start_sim_of $venue --rate 100
done
monitor_port=$(free_port)
start_nats -m "$monitor_port" -a 127.0.0.1
http_port=$(free_port)
settings=(MPEDGE_TLS_CA_FILE="$sim_ca" MPEDGE_REDIS_PORT="$redis_port"
	MPEDGE_HTTP_LISTEN="127.0.0.1:$http_port")
for venue in "${!sim_of[@]}"; do
	settings+=("MPEDGE_${venue^^}_WS_HOST=localhost"
		"MPEDGE_${venue^^}_WS_PORT=$(sim_port "$venue" ws)"
		"MPEDGE_${venue^^}_REST_HOST=localhost"
		"MPEDGE_${venue^^}_REST_PORT=$(sim_port "$venue" rest)")
done

# script PAGE.LINE: with ports that are free
script() {
	sed -e "s|127\.0\.0\.1:808[01]/|127.0.0.1:$http_port/|g" \
		-e "s|127\.0\.0\.1:4222|127.0.0.1:$nats_port|g" \
		-e "s|127\.0\.0\.1:8222|127.0.0.1:$monitor_port|g" "$work/blocks/$1"
}

# in_place FILE [VARIABLE...]: as a reader would, in a shell of his own
in_place() {
	local file=$1
	shift
	(cd "$place" && exec env -i PATH="$PWD/bin:$PATH" HOME="$HOME" \
		DEMO_SECONDS=3 COMPARE_SECONDS=3 LANG=C.UTF-8 "$@" \
		timeout 300 bash -eo pipefail "$file")
}

# --- what is done with a block

background=
halt() {
	# The shell that reads the block is its parent.
	[ -z "$background" ] || pkill -TERM -P "$background" 2>/dev/null
	[ -z "$background" ] || stop "$background"
	background=
}
launch() {
	(cd "$place" && exec env -i PATH="$PWD/bin:$PATH" "${settings[@]}" \
		bash -c "exec $(cat "$1")") >>"$work/mpedge.log" 2>&1 &
	background=$!
	started $background
	wait_for 40 connected
}

have_running() {
	[ -n "$background" ] && running "$background" && return
	echo "build/mpedge mp.ini 2>mpedge.log" >"$work/usual"
	launch "$work/usual"
}

# Of blocks that take a tool which is not everywhere.
missing_tool() {
	local tool
	for tool in skopeo systemd-analyze; do
		grep -q "^$tool" "$1" && ! command -v $tool >/dev/null && echo $tool
	done
}

perform() {
	local page=$1 line=$2 kind=$3 name file tool
	name="$page.md:$line"
	file=$work/blocks/$page.$line.sh
	case $kind in
	skip=*) echo "skip $suite: $name: ${*:3}" | sed 's/: skip=/: /'; return ;;
	esac
	script "$page.$line" >"$file"
	tool=$(missing_tool "$file")
	[ -z "$tool" ] || { echo "skip $suite: $name: no $tool"; return; }
	case $kind in
	run) check "$name" in_place "$file" ;;
	run=running) have_running; check "$name" wait_for 60 in_place "$file" ;;
	shown) have_running; check "$name" wait_for 60 in_place "$file" ;;
	run=background | run=replace) halt; check "$name" launch "$file" ;;
	*) not_ok "$name: $kind is not known" ;;
	esac
}

last=
while read -r page line kind; do
	[ "$page" = "$last" ] || halt
	last=$page
	perform "$page" "$line" $kind
done <"$work/list" 
halt
finish || result=1
exit $result
