#!/bin/sh
# usage: fetch.sh NAME...
# Brings the files that versions.txt records under NAME into build/fetch,
# checked by apt's signatures and by the recorded SHA-256.  Does nothing when
# they are there already.

cd "$(dirname "$0")/.." || exit 2
. toolchain/apt.sh
mkdir -p build/fetch build/apt || exit 1

# stdout: the rows of $1, one file a row
rows() {
	awk -v name="$1" '$1 == name' toolchain/versions.txt
}

is_good() {
	[ -f "$1" ] && echo "$2  $1" | sha256sum --check --status
}

have() {
	rows "$1" | {
		count=0
		while read -r _ _ _ _ _ _ file sum; do
			is_good "build/fetch/$file" "$sum" || exit 1
			count=$((count + 1))
		done
		[ $count -gt 0 ]
	}
}

refuse() {
	echo "toolchain: $1" >&2
	echo "toolchain: 'make versions' records what the mirror serves now" >&2
	exit 1
}

# place ARCHITECTURE SUITE PACKAGE: where the mirror keeps it
place() {
	case $1 in
	-) show=showsrc field=Directory: ;;
	*) show=show field=Filename: ;;
	esac
	apt_update "$1" "$2" >&2 && apt-cache $show "$3" 2>/dev/null |
		awk -v f=$field '$1 == f { sub("/[^/]*[.]deb$", "", $2)
			print $2; exit }'
}

# by_sum NAME SUITE ARCHITECTURE: the recorded files from the place where the
# mirror keeps this package, whatever version its index names now or whether an
# index of one architecture is half written.  What they must be is the SHA-256
# that was recorded when signatures were checked.
by_sum() {
	# The package as it is wished for: that of a kernel has its version in
	# its name.
	wish=$(awk -v name="$1" '$1 == name { print $3 }' toolchain/wants.txt)
	place=$(place "$3" "$2" "$wish")
	[ -n "$place" ] || [ "$3" = - ] || place=$(place amd64 "$2" "$wish")
	uri=$(unset APT_CONFIG; mirror)
	[ -n "$place" ] || return 1
	rows "$1" | while read -r _ _ _ _ _ _ file sum; do
		/usr/lib/apt/apt-helper -q download-file \
			"${uri%/}/$place/$file" "$PWD/build/fetch/$file" \
			"SHA256:$sum" >build/apt/by_sum.log 2>&1 &&
			is_good "build/fetch/$file" "$sum" || exit 1
	done
}

# by_index NAME KIND PACKAGE VERSION SUITE ARCHITECTURE: through apt's own
# commands
by_index() {
	apt_update "$6" "$5" || return 1
	dir=$apt_dir/get-$1
	log=$dir.log
	rm -rf "$dir" && mkdir -p "$dir" || return 1
	case $2 in
	source) get="source --download-only --only-source $3=$4" ;;
	tar) get="source --tar-only --only-source $3=$4" ;;
	deb) get="download $3=$4" ;;
	esac
	(cd "$dir" && apt-get -q $get) >"$log" 2>&1 || return 1
	rows "$1" | while read -r _ _ _ _ _ _ file sum; do
		is_good "$dir/$file" "$sum" ||
			refuse "$file from the mirror is not what versions.txt records"
		mv "$dir/$file" build/fetch/
	done || exit 1
	rm -rf "$dir" "$log"
}

fetch() {
	set -- $(rows "$1" | head -n 1)
	[ $# -gt 1 ] || refuse "a name is not in toolchain/versions.txt"
	by_index "$1" "$2" "$3" "$4" "$5" "$6" && return
	echo "fetch   $1 by its recorded SHA-256: the index has no $3 $4"
	by_sum "$1" "$5" "$6" && return
	refuse "cannot fetch $3 $4 from the mirror, see build/apt/by_sum.log"
}

for name; do
	have "$name" && continue
	(
		flock 9
		have "$name" || { echo "fetch   $name" && fetch "$name"; }
	) 9>build/apt/lock || exit 1
done
