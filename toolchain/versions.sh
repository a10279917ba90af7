#!/bin/sh
# Writes versions.txt: the newest version of everything in wants.txt that the
# mirror serves now, with the SHA-256 of each file.  Run by `make versions`.
# apt checks the signatures; the record makes sure that two builds of one
# commit start from the same bytes.

cd "$(dirname "$0")/.." || exit 2
. toolchain/apt.sh
mkdir -p build/fetch build/apt || exit 1
new=build/apt/versions.new
grep -v '^#' toolchain/wants.txt | awk '{ print $5, $5 == "-" ? "-" : $4 }' |
	sort -u | while read -r what suite; do
	apt_update "$what" "$suite" now || exit 1
done || exit 1
echo "# Written by 'make versions'." >"$new"
echo "# name kind package version suite architecture file sha256" >>"$new"

grep -v '^#' toolchain/wants.txt | while read -r name kind package suite arch; do
	apt_setup "$arch" "$suite" || exit 1
	[ $kind != meta ] || package=$(apt-cache show "$package" |
		sed -n 's/^Depends: \([^ ]*\).*/\1/p;T;q') kind=deb
	dir=$apt_dir/new
	rm -rf "$dir" && mkdir -p "$dir" || exit 1
	case $kind in
	source) get="source --download-only --only-source $package/$suite" ;;
	tar) get="source --tar-only --only-source $package/$suite" ;;
	deb) get="download $package/$suite" ;;
	esac
	(cd "$dir" && apt-get -q $get) >"$dir.log" 2>&1 || {
		echo "toolchain: cannot fetch $name, see $dir.log" >&2
		exit 1
	}
	case $kind in
	source | tar)
		version=$(sed -n "s/^Selected version '\([^']*\)'.*/\1/p" \
			"$dir.log")
		;;
	deb) version=$(dpkg-deb -f "$dir"/*.deb Version) ;;
	esac
	for file in "$dir"/*.tar.[bgx]z* "$dir"/*.deb; do
		[ -f "$file" ] && [ "${file%.asc}" = "$file" ] || continue
		sum=$(sha256sum <"$file" | cut -d ' ' -f 1)
		echo "$name $kind $package $version $suite $arch" \
			"${file##*/} $sum" >>"$new"
		mv "$file" build/fetch/
	done
done || exit 1
[ -f toolchain/versions.txt ] && diff toolchain/versions.txt "$new"
mv "$new" toolchain/versions.txt
