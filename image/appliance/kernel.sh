#!/bin/sh
# usage: kernel.sh BOARD FOLDER
# The kernel of a board as FOLDER/vmlinuz, its device trees as FOLDER/dtbs and
# the modules that board/BOARD/modules.txt and board/modules.txt name, with all
# that these need, as FOLDER/lib/modules/VERSION.  Does nothing when they are
# there already.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
board=$1 out=$2
lists="board/modules.txt board/$board/modules.txt"
name=$(value_of kernel "board/$board/board.conf") || exit 1
stamp=$(cat "$0" image/appliance/lib.sh $lists "board/$board/board.conf" - <<-END | sha256sum
	$(grep "^$name " toolchain/versions.txt)
END
)
[ "$(cat "$out/stamp" 2>/dev/null)" = "$stamp" ] && exit 0
toolchain/fetch.sh "$name" || exit 1
echo "kernel  $board"
rm -rf "$out" && mkdir -p "$out" || exit 1
work=$(mktemp -d "$PWD/$out/work.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
set -e
dpkg-deb -x "build/fetch/$(files_of "$name")" "$work"
version=$(basename "$work"/usr/lib/modules/*)
all=$work/usr/lib/modules/$version
ln -s usr/lib "$work/lib"
depmod -b "$work" "$version"

# Names of modules and of what is built in, as file names without .ko: they may
# have - and _ alike.
plain() { sed 's|.*/||; s/\.ko.*//; s/-/_/g'; }
plain <"$all/modules.builtin" | sort -u >"$work/builtin"
sed 's/#.*//' $lists | tr -s ' \t' '\n\n' | grep . | sort -u >"$work/wanted"
awk -v board="$board" -v builtin="$work/builtin" '
function plain(path) {
	sub(/.*\//, "", path)
	sub(/\.ko.*/, "", path)
	gsub(/-/, "_", path)
	return path
}
BEGIN {
	while ((getline line <builtin) > 0)
		within[line] = 1
}
FNR == NR {
	path = $1
	sub(/:$/, "", path)
	file[plain(path)] = path
	for (i = 2; i <= NF; i++)
		deps[path] = deps[path] " " $i
	next
}
{
	optional = sub(/^\?/, "")
	name = plain($1)
	if (name in within)
		next
	if (!(name in file)) {
		if (optional)
			next
		print board ": the kernel has no module " $1 >"/dev/stderr"
		bad = 1
		next
	}
	print file[name]
	n = split(deps[file[name]], needed, " ")
	for (i = 1; i <= n; i++)
		print needed[i]
}
END { exit bad }' "$all/modules.dep" "$work/wanted" >"$work/chosen"
sort -u "$work/chosen" | while read -r path; do
	to=$out/lib/modules/$version/${path%.xz}
	mkdir -p "${to%/*}"
	case $path in
	*.xz) xz -dc "$all/$path" >"$to" ;;
	*) cp "$all/$path" "$to" ;;
	esac
done
for list in modules.builtin modules.builtin.modinfo modules.order; do
	cp "$all/$list" "$out/lib/modules/$version/"
done
depmod -b "$PWD/$out" "$version"
# Text is enough for the tools here; of these only the binary forms are left.
(cd "$out/lib/modules/$version" && rm -f ./*.bin modules.builtin.modinfo \
	modules.order modules.symbols modules.devname modules.softdep)
# That of 64-bit ARM is no program that unpacks itself; GRUB unpacks it.
case $(value_of target "board/$board/board.conf") in
aarch64) gzip -9n <"$(echo "$work"/boot/vmlinuz-*)" >"$out/vmlinuz" ;;
*) cp "$work"/boot/vmlinuz-* "$out/vmlinuz" ;;
esac
for tree in $(value_of dtbs "board/$board/board.conf"); do
	for file in "$work"/usr/lib/linux-image-*/$tree; do
		mkdir -p "$out/dtbs/$(dirname "$tree")"
		cp "$file" "$out/dtbs/$(dirname "$tree")/"
	done
done
cp "$work"/usr/share/doc/linux-image-*/copyright "$out/copyright"
echo "$stamp" >"$out/stamp"
