#!/bin/bash
# usage: container.sh
# The container image: made twice it is the same bytes, the format is right to the
# last digest, and the program runs on what is in it and nothing else.  The files
# for docker are checked as far as that goes without its daemon.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
begin container
image=$work/image.tar
layout=$work/layout


build() { image/container/build.sh 1.0 "$work/$1" amd64="$mpedge" >/dev/null; }
check "builds" build image.tar
TZ=Asia/Tokyo check "again elsewhere" build again.tar
check "the same bytes" cmp "$image" "$work/again.tar"

# --- the format: every descriptor is followed, and its blob compared

mkdir -p "$layout"
tar -C "$layout" -xf "$image"
blob() { echo "$layout/blobs/sha256/${1#sha256:}"; }
# Descriptors on stdin, DIGEST SIZE a line.
match() {
	local digest size n=0
	while read -r digest size; do
		n=$((n + 1))
		[ "sha256:$(sha256sum <"$(blob "$digest")" | cut -d ' ' -f 1)" = \
			"$digest" ] || return 1
		[ "$(wc -c <"$(blob "$digest")")" = "$size" ] || return 1
	done
	[ $n -gt 0 ]
}
descriptors() { jq -r "$1 | \"\\(.digest) \\(.size)\"" "$2"; }
manifest=$(blob "$(jq -r '.manifests[0].digest' "$layout/index.json")")
config=$(blob "$(jq -r .config.digest "$manifest")")
layer=$(blob "$(jq -r '.layers[0].digest' "$manifest")")
check "oci-layout" jq -e '.imageLayoutVersion == "1.0.0"' "$layout/oci-layout"
check "the index's blobs" match < <(descriptors '.manifests[]' "$layout/index.json")
check "the manifest's blobs" match < <(descriptors '.config, .layers[]' "$manifest")
check "no others" test "$(ls "$layout/blobs/sha256" | wc -l)" = 3
diff_id=sha256:$(gzip -dc "$layer" | sha256sum | cut -d ' ' -f 1)
check "the config's layer is that one" jq -e --arg id "$diff_id" \
	'.rootfs.diff_ids == [$id] and .architecture == "amd64" and .os == "linux"' "$config"
check "it does not run as root" jq -e '.config.User == "65532:65532"' "$config"
several() {
	image/container/build.sh 1.0 "$work/several.tar" amd64="$mpedge" \
		arm64="$mpedge" arm="$mpedge" >/dev/null
}
check "three platforms in one" several
check "which the index tells apart" test "$(tar -xOf "$work/several.tar" \
	"./blobs/sha256/$(tar -xOf "$work/several.tar" ./index.json |
		jq -r '.manifests[0].digest[7:]')" |
	jq -r '[.manifests[].platform | .architecture + (.variant // "")] | join(" ")')" \
	= "amd64 arm64v8 armv7"
check "a platform that is none is refused" eval \
	'! image/container/build.sh 1.0 "$work/none.tar" i386="$mpedge"'
if command -v skopeo >/dev/null; then
	check "skopeo reads it" eval \
		"skopeo inspect 'oci-archive:$image' | jq -e '.Os == \"linux\"'"
	check "and copies it" skopeo --insecure-policy copy -q "oci-archive:$image" \
		"dir:$work/copy"
else
	skip "no skopeo"
fi

# --- docker's files

# In the image's config and in the Dockerfile the same is said.
said() { sed -n "s/^$1 //p" image/container/Dockerfile; }
configured() { jq -c "$1" "$config"; }
check "Dockerfile: ENTRYPOINT" test "$(configured .config.Entrypoint)" = "$(said ENTRYPOINT)"
check "Dockerfile: CMD" test "$(configured .config.Cmd)" = "$(said CMD)"
check "Dockerfile: USER" test "$(configured .config.User)" = "\"$(said USER)\""
check "Dockerfile: WORKDIR" test "$(configured .config.WorkingDir)" = "\"$(said WORKDIR)\""
check "Dockerfile: EXPOSE" test "$(configured '.config.ExposedPorts | keys[0]')" = "\"$(said EXPOSE)\""
check "Dockerfile: VOLUME" test "$(configured '.config.Volumes | keys[0]')" = "\"$(said VOLUME)\""
if command -v buildah >/dev/null && [ "$(id -u)" -eq 0 ]; then
	image/container/rootfs.sh "$mpedge" "$work/rootfs"
	dockerfile() {
		buildah --root "$PWD/$work/store" --runroot "$PWD/$work/run" \
			--storage-driver vfs bud --isolation chroot -q \
			-f image/container/Dockerfile -t mpedge "$work/rootfs"
	}
	check "Dockerfile builds" dockerfile
else
	skip "no buildah, or not root: the Dockerfile is not built"
fi
# What the services get from the files here must be there.
mounted() {
	local path n=0
	for path in $(sed -n 's|^ *- \(\.\./[^:]*\):.*|\1|p' image/compose/compose.yaml); do
		n=$((n + 1))
		[ -s "image/compose/$path" ] || return 1
	done
	[ $n -gt 0 ]
}
check "compose: files that are mounted are there" mounted
# Its variables are settings.
sed -n 's/^ *\(MPEDGE_[A-Z_]*\): *\(.*\)/\1=\2/p' image/compose/compose.yaml |
	sed -e 's/\${[A-Z_]*:-\([^}]*\)}/\1/' -e 's/="\(.*\)"$/=\1/' >"$work/variables"
check "compose: there are variables" test "$(wc -l <"$work/variables")" -gt 5
compose_config() {
	local variables
	mapfile -t variables <"$work/variables"
	env -i "${variables[@]}" "$mpedge" --check-config config.ini
}
check "compose: they are settings" compose_config
if command -v docker-compose >/dev/null; then
	check "docker-compose reads it" docker-compose \
		-f image/compose/compose.yaml config -q
else
	skip "no docker-compose"
fi

# --- it runs: as its user, on its own files

if [ "$(id -u)" -ne 0 ]; then
	skip "running it needs root"
	finish || result=1
	exit $result
fi
root=$work/root
mkdir -p "$root"
tar -C "$root" -xzpf "$layer"
check "all that is in it" test "$(cd "$root" && find . -type f | sort | xargs)" = \
	"./etc/group ./etc/mp.ini ./etc/passwd ./usr/bin/mpedge ./usr/share/doc/mpedge/copyright"
check "only its folder is its own" test "$(cd "$root" && find . -user 65532)" = \
	./var/lib/mpedge
in_it() { chroot --userspec=65532:65532 --groups= "$root" "$@"; }
check "--version" in_it /usr/bin/mpedge --version
check "its settings are right" in_it /usr/bin/mpedge --check-config /etc/mp.ini
in_it /usr/bin/mpedge /etc/mp.ini >"$work/said" 2>&1
check "without /dev/random it says so" grep -q "is there no /dev/random" "$work/said"
mkdir "$root/dev" && mknod -m 666 "$root/dev/random" c 1 8
start_sim --rate 200 --symbols BTCUSDT,ETHUSDT
# What an engine provides: names and devices; and the authority of the simulator.
cp "$sim_ca" "$root/etc/ca.pem"
chmod 644 "$root/etc/ca.pem"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
http_port=$(free_port)
env -i PATH="$PATH" MPEDGE_HTTP_LISTEN=127.0.0.1:"$http_port" MPEDGE_TLS_CA_FILE=/etc/ca.pem \
	MPEDGE_BINANCE_WS_HOST=localhost MPEDGE_BINANCE_WS_PORT="$sim_ws" \
	MPEDGE_BINANCE_REST_HOST=localhost MPEDGE_BINANCE_REST_PORT="$sim_rest" \
	MPEDGE_FILE_PATH=/var/lib/mpedge/records.jsonl \
	chroot --userspec=65532:65532 --groups= "$root" /usr/bin/mpedge /etc/mp.ini \
	2>>"$work/mpedge.log" >>"$work/mpedge.out" &
mpedge_pid=$!
started $mpedge_pid
check "collects" wait_for 30 connected
check "writes into its volume" wait_for 20 test -s \
	"$root/var/lib/mpedge/records.jsonl" -a -s "$root/var/lib/mpedge/journal"
stop "$mpedge_pid"
check "SIGTERM ends with 0" test "$status" = 0
finish || result=1
exit $result
