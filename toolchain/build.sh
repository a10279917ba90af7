#!/bin/sh
# usage: TARGET=... CC=... AR=... DEPFLAGS=... build.sh NAME
# Builds one dependency for one target by running deps/NAME.sh, and leaves
# headers and libraries in build/deps/$TARGET.  What it did is in
# build/deps/$TARGET/NAME.log.  Run by the Makefile, which sets the variables.

cd "$(dirname "$0")/.." || exit 2
name=$1
root=$PWD
deps=$root/build/deps/$TARGET
log=$deps/$name.log
src=$root/build/src/$TARGET/$name

# unpack PREFIX: the archive recorded under PREFIX, patched as Debian does,
# becomes the current directory.
unpack() {
	rm -rf "$src" && mkdir -p "$src" || return 1
	for file in $(awk -v n="$1" '$1 == n { print $7 }' \
		"$root/toolchain/versions.txt"); do
		case $file in
		*.orig.tar.*) tar -xf "$root/build/fetch/$file" -C "$src" \
			--strip-components=1 || return 1 ;;
		*.debian.tar.*) tar -xf "$root/build/fetch/$file" -C "$src" \
			--exclude=debian/tests || return 1 ;;
		*.deb) dpkg-deb -x "$root/build/fetch/$file" "$src" ||
			return 1 ;;
		esac
	done
	cd "$src" || return 1
	[ ! -f debian/patches/series ] || [ "$2" = unpatched ] ||
		sed 's/#.*//' debian/patches/series | while read -r patch _; do
			[ -z "$patch" ] || patch -f -p1 -i "debian/patches/$patch" ||
				exit 1
		done
}

# archive LIB FLAGS... -- FILES...: compiles the files into lib/LIB
archive() {
	lib=$1
	shift
	flags=
	while [ "$1" != -- ]; do
		flags="$flags $1"
		shift
	done
	shift
	map=-ffile-prefix-map=$src=$name
	for file; do
		echo "$file"
	done | xargs -P "$(nproc)" -I '{}' sh -c '
		object=$(basename "$1" .c).o
		shift
		exec "$@" -o "$object"' sh '{}' \
		$CC $DEPFLAGS $flags "$map" -c '{}' || return 1
	objects=
	for file; do
		objects="$objects $(basename "$file" .c).o"
	done
	rm -f "$deps/lib/$lib"
	$AR rcsD "$deps/lib/$lib" $objects
}

# What is prebuilt is recorded under NAME-ARCHITECTURE.
want=$name
grep -q "^$name-$TARGET_ARCH " toolchain/versions.txt &&
	want=$name-$TARGET_ARCH
toolchain/fetch.sh "$want" || exit 1
mkdir -p "$deps/include" "$deps/lib" || exit 1
exec 9>"$deps/lock"
flock 9
printf 'build   %s for %s\n' "$name" "$TARGET"
(
	set -ex
	. "$root/toolchain/deps/$name.sh"
) >"$log" 2>&1 || {
	echo "toolchain: building $name for $TARGET failed, see $log" >&2
	tail -n 5 "$log" >&2
	exit 1
}
rm -rf "$src"
