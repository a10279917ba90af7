#!/bin/sh
# usage: build.sh VERSION OUT.tar ARCH=BINARY...
# An OCI archive (image-spec 1.0: a layout in a tar file) of one image for each
# ARCH (amd64, arm64, arm), made from scratch: the program, its settings, a user
# and its folder.  It needs no daemon and no root, and the same input gives the
# same bytes: times are SOURCE_DATE_EPOCH, or that of the last commit.
#
#   skopeo copy oci-archive:OUT.tar docker-daemon:mpedge:VERSION
#   skopeo copy --all oci-archive:OUT.tar docker://REGISTRY/mpedge:VERSION
#   podman load -i OUT.tar

cd "$(dirname "$0")/../.." || exit 2
[ $# -ge 3 ] || { sed -n 2p "$0" >&2; exit 64; }
version=$1 out=$2
shift 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
blobs=$work/oci/blobs/sha256
umask 022
set -e
mkdir -p "$blobs"

# pack FOLDER: a tar file on stdout that tells nothing of this machine.
# Everything belongs to root but what is under var/lib/mpedge.
pack() {
	tar -C "$1" --format=ustar --sort=name --mtime="@$epoch" \
		--owner=0 --group=0 --numeric-owner --mode=go-w -cf - .
}

# blob FILE: puts it among the blobs; stdout: its digest and size
blob() {
	sum=$(sha256sum <"$1" | cut -d ' ' -f 1)
	size=$(wc -c <"$1")
	mv "$1" "$blobs/$sum"
	echo "sha256:$sum $size"
}

# layer ARCH BINARY: $work/layer.tar
layer() {
	root=$work/$1
	image/container/rootfs.sh "$2" "$root"
	(
		cd "$root"
		tar --format=ustar --sort=name --mtime="@$epoch" --numeric-owner \
			--owner=0 --group=0 --exclude=./var/lib/mpedge -cf - .
	) >"$work/root.tar"
	(
		cd "$root"
		tar --format=ustar --mtime="@$epoch" --numeric-owner \
			--owner=65532 --group=65532 -cf - ./var/lib/mpedge
	) >"$work/state.tar"
	tar --concatenate -f "$work/root.tar" "$work/state.tar"
	mv "$work/root.tar" "$work/layer.tar"
}

config() {
	cat <<-END
		{"created":"$created","architecture":"$1","os":"linux",$2
		"config":{"User":"65532:65532","WorkingDir":"/var/lib/mpedge",
		"Entrypoint":["/usr/bin/mpedge"],"Cmd":["/etc/mp.ini"],
		"ExposedPorts":{"8080/tcp":{}},"Volumes":{"/var/lib/mpedge":{}},
		"StopSignal":"SIGTERM","Env":["PATH=/usr/bin"],
		"Labels":{"org.opencontainers.image.title":"mpedge",
		"org.opencontainers.image.version":"$version",
		"org.opencontainers.image.licenses":"Apache-2.0"}},
		"rootfs":{"type":"layers","diff_ids":["$3"]},
		"history":[{"created":"$created","created_by":"image/container/build.sh"}]}
	END
}

type=application/vnd.oci.image
manifests=
for each; do
	arch=${each%%=*}
	case $arch in
	amd64) variant= ;;
	arm64) variant=',"variant":"v8"' ;;
	arm) variant=',"variant":"v7"' ;;
	*) echo "build.sh: $arch: amd64, arm64 or arm" >&2; exit 64 ;;
	esac
	layer "$arch" "${each#*=}"
	diff=sha256:$(sha256sum <"$work/layer.tar" | cut -d ' ' -f 1)
	gzip -9n <"$work/layer.tar" >"$work/layer.gz"
	set_layer=$(blob "$work/layer.gz")
	config "$arch" "${variant#,}${variant:+,}" "$diff" | tr -d '\n' >"$work/config"
	set_config=$(blob "$work/config")
	printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%s},"layers":[{"mediaType":"%s","digest":"%s","size":%s}]}' \
		$type.manifest.v1+json \
		$type.config.v1+json $set_config \
		$type.layer.v1.tar+gzip $set_layer >"$work/manifest"
	set_manifest=$(blob "$work/manifest")
	manifests="$manifests${manifests:+,}$(printf '{"mediaType":"%s","digest":"%s","size":%s,"platform":{"architecture":"%s","os":"linux"%s},"annotations":{"org.opencontainers.image.ref.name":"mpedge:%s"}}' \
		$type.manifest.v1+json $set_manifest "$arch" "$variant" "$version")"
done
# Several platforms are one image: the index names an index of them.
if [ $# -gt 1 ]; then
	printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' \
		$type.index.v1+json "$manifests" >"$work/index"
	set_index=$(blob "$work/index")
	manifests=$(printf '{"mediaType":"%s","digest":"%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"mpedge:%s"}}' \
		$type.index.v1+json $set_index "$version")
fi
printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}' \
	$type.index.v1+json "$manifests" >"$work/oci/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
mkdir -p "$(dirname "$out")"
pack "$work/oci" >"$out"
echo "$out"
