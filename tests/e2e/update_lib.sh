# update_lib.sh -- a box to be updated, and bundles for it; behind lib.sh and begin.

root=$work/root

sum_of() { sha256sum "$1" | cut -d ' ' -f 1; }

mkdir -p "$root/etc/mpedge" "$root/run/mpedge" "$root/data/update"
head -c 5000000 /dev/urandom >"$work/old"
head -c 6000123 /dev/urandom >"$work/new"
head -c 9000000 /dev/zero >"$work/large"
printf 'board = x86_64-generic\nversion = 1.0\nbuilt = 1000\nsbom = 00\n' \
	>"$root/etc/mpedge/slot.conf"
image/appliance/update-key.sh "$work/keys" >"$work/check.log"
image/appliance/update-key.sh "$work/other" >"$work/check.log"
cp "$work/keys/update.pem" "$root/etc/mpedge/update.pem"

# bundle NAME [KEY BOARD VERSION BUILT IMAGE ALLOW]
bundle() {
	image/appliance/bundle.sh "${2:-$work/keys/update-key.pem}" \
		"${3:-x86_64-generic}" "${4:-1.1}" "${5:-2000}" \
		"$work/${6:-new}" "$work/$1" "${7:-no}"
}

bundle good
bundle unsigned none
bundle wrong_key "$work/other/update-key.pem"
bundle board '' arm64-generic
bundle older '' '' 0.9 999
bundle same '' '' 1.0 1000
bundle downgrade '' '' 0.9 999 new yes
bundle large '' '' '' '' large
head -c -1 "$work/good" >"$work/truncated"
{ cat "$work/good"; echo; } >"$work/longer"
head -c 100 "$work/good" >"$work/stump"
: >"$work/empty"
head=$(($(wc -c <"$work/good") - 6000123))

# changed NAME OFFSET: another byte there
changed() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$work/good")
	cp "$work/good" "$work/$1"
	printf "\\$(printf %03o $((byte ^ 1)))" |
		dd of="$work/$1" bs=1 seek="$2" conv=notrunc status=none
}

