# Sourced by the scripts of this folder, in the root of the project.

# value_of KEY FILE: of lines `key = value`
value_of() {
	sed -n "s/^$1 *= *//p" "$2" | head -n 1
}

# files_of NAME: the files that toolchain/versions.txt records under NAME
files_of() {
	awk -v name="$1" '$1 == name { print $7 }' toolchain/versions.txt
}

# Seconds since 1970: every time in an image.
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH="$epoch" TZ=UTC LC_ALL=C
umask 022
