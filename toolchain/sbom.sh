#!/bin/sh
# usage: sbom.sh --name NAME --version VERSION --created SECONDS
#	[--map LINK.map --target TARGET --cc CC [--mpedge VERSION]]
#	[--components FILE]... >OUT.spdx.json
# The list of components (SPDX 2.3, JSON) of the program or of an image with it.
#
# --map: the package mpedge, and what its link map shows to be linked into it:
# every archive and start file must be in components.txt, and versions.txt says
# what it is.  When NAME is another one it contains mpedge, of the version
# --mpedge, and everything of each FILE, which has a component a line, with tabs
# between: NAME, VERSION, LICENCE (an expression of SPDX), SUPPLIER, FILENAME and
# SHA256 of what was fetched (- when there is none).
#
# The same input gives the same bytes.  SECONDS are those of SOURCE_DATE_EPOCH or
# of the commit.

cd "$(dirname "$0")/.." || exit 2
fail() { echo "sbom.sh: $*" >&2; exit 1; }
name= version= created= map= target= cc= mpedge=
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
: >"$work/rows"
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || fail "$1: a value is missing"
	case $1 in
	--name) name=$2 ;;
	--version) version=$2 ;;
	--created) created=$2 ;;
	--map) map=$2 ;;
	--target) target=$2 ;;
	--cc) cc=$2 ;;
	--mpedge) mpedge=$2 ;;
	--components) cat "$2" >>"$work/rows" || fail "$2: cannot be read" ;;
	*) fail "$1: not known" ;;
	esac
	shift 2
done
[ -n "$name" ] && [ -n "$version" ] || fail "--name and --version are missing"
mpedge=${mpedge:-$version}
stamp=$(date -u -d "@${created:-0}" +%Y-%m-%dT%H:%M:%SZ) || exit 1

# The files of the map, of either linker: members of archives, and objects that
# are none of ours.
files() {
	grep -oE '[^ /():]+\.a\([^)]+\)' "$map" |
		sed 's/(/ /; s/)$//' | sort -u |
		awk '{ print $1 } $1 == "libmpedge.a" { print $2 }'
	grep -oE '(^| )[^ ():]+/[^ ():]+\.o' "$map" | grep -v 'build/[^/]*/\(src\|gen\)/' |
		sed 's,.*/,,'
}

# linked: rows of what is linked in, as those of --components, and the files
# that show it
linked() {
	files | sort -u >"$work/files"
	case $target in armv7) arch=arm ;; *) arch=$target ;; esac
	gcc=$($cc --version | sed -n '1s/.*(Debian \([^)]*\)).*/\1/p')
	gcc=${gcc:-$($cc -dumpfullversion)}
	awk -v arch="$arch" -v gcc="$gcc" '
	FILENAME ~ /components.txt$/ && !/^#/ {
		component[$1] = $2
		licence[$2] = $3
		gsub(/_/, " ", licence[$2])
	}
	FILENAME ~ /versions.txt$/ && !/^#/ {
		sub("^nats-" arch "$", "nats", $1)
		# The source as its authors made it comes after what Debian added.
		if (($1 in version) && file[$1] !~ /[.]debian[.]tar/)
			next
		# It comes in the package of another program.
		version[$1] = ($3 == "aria2" ? "of-aria2-" : "") $4
		file[$1] = $7
		sum[$1] = $8
		purl[$1] = $3 "@" $4
	}
	FILENAME ~ /files$/ {
		if (!($1 in component)) {
			if ($1 ~ /[.]a$/ && $1 != "libmpedge.a" || $1 ~ /^crt|crt1/)
				print "sbom.sh: " $1 " is not in toolchain/components.txt" >"/dev/stderr"
			else
				next
			bad = 1
			next
		}
		name = component[$1]
		files[name] = files[name] (files[name] ? " " : "") $1
	}
	END {
		version["gcc"] = gcc
		file["gcc"] = sum["gcc"] = "-"
		purl["gcc"] = "gcc-" gcc + 0 "@" gcc
		for (name in files) {
			if (version[name] == "") {
				print "sbom.sh: " name " is not in toolchain/versions.txt" >"/dev/stderr"
				bad = 1
			}
			printf "%s\t%s\t%s\tOrganization: Debian\t%s\t%s\t%s\tlinked\t%s\n",
				name, version[name], licence[name],
				file[name], sum[name], files[name], purl[name]
		}
		exit bad
	}' toolchain/components.txt toolchain/versions.txt "$work/files"
}

[ -z "$map" ] || linked >"$work/unsorted" || exit 1
[ -z "$map" ] || LC_ALL=C sort "$work/unsorted" >"$work/linked"
[ -z "$map" ] || awk 'END { exit NR == 0 }' "$work/linked" ||
	fail "$map: shows nothing that is linked in"

# Packages and relations, without the head.
{
	if [ -n "$map" ]; then
		printf 'mpedge\t%s\tApache-2.0\tNOASSERTION\t-\t-\t\tapplication\n' "$mpedge"
		cat "$work/linked"
	fi
	[ "$name" = mpedge ] ||
		printf '%s\t%s\tNOASSERTION\tNOASSERTION\t-\t-\t\troot\n' "$name" "$version"
	LC_ALL=C sort -u "$work/rows" | awk -F '\t' -v OFS='\t' '
		NF == 0 || /^#/ { next }
		NF < 6 { print "sbom.sh: not six members: " $0 >"/dev/stderr"; exit 1 }
		{ print $1, $2, $3, $4, $5, $6, "", "part" }' || exit 1
} >"$work/all" || exit 1
! grep -q '["\\]' "$work/all" || fail "a quote or backslash in a component"
awk -F '\t' '
function id(text) {
	gsub(/[^A-Za-z0-9.-]/, "-", text)
	return "SPDXRef-" text
}
function encode(text) {
	gsub(/%/, "%25", text)
	gsub(/:/, "%3A", text)
	gsub(/[+]/, "%2B", text)
	gsub(/~/, "%7E", text)
	gsub(/ /, "%20", text)
	return text
}
function relation(a, kind, b) {
	relations = relations sprintf("%s\n{\"spdxElementId\":\"%s\",\"relationshipType\":\"%s\",\"relatedSpdxElement\":\"%s\"}",
		(relations ? "," : ""), a, kind, b)
}
BEGIN { printf "\"packages\":[" }
{
	mine = id($1 ($8 == "part" ? "-" $2 : ""))
	printf "%s\n{\"SPDXID\":\"%s\",\"name\":\"%s\",\"versionInfo\":\"%s\",", (NR > 1 ? "," : ""), mine, $1, $2
	printf "\"supplier\":\"%s\",\"downloadLocation\":\"NOASSERTION\",\"filesAnalyzed\":false,", $4
	printf "\"licenseConcluded\":\"%s\",\"licenseDeclared\":\"%s\",\"copyrightText\":\"NOASSERTION\"", $3, $3
	if ($5 != "-" && $5 != "")
		printf ",\"packageFileName\":\"%s\"", $5
	if ($6 != "-" && $6 != "")
		printf ",\"checksums\":[{\"algorithm\":\"SHA256\",\"checksumValue\":\"%s\"}]", $6
	if ($7 != "")
		printf ",\"comment\":\"linked in: %s\"", $7
	if ($4 ~ /Debian/)
		printf ",\"externalRefs\":[{\"referenceCategory\":\"PACKAGE-MANAGER\",\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:deb/debian/%s\"}]", encode($9 != "" ? $9 : $1 "@" $2)
	printf ",\"primaryPackagePurpose\":\"%s\"}", ($8 == "application" ? "APPLICATION" : $8 == "root" ? "OPERATING-SYSTEM" : $8 == "linked" ? "LIBRARY" : "OTHER")
	all[NR] = mine
	kind[NR] = $8
}
END {
	for (i = 1; i <= NR; i++)
		if (kind[i] == "root")
			root = all[i]
	relation("SPDXRef-DOCUMENT", "DESCRIBES", root ? root : "SPDXRef-mpedge")
	for (i = 1; i <= NR; i++) {
		if (kind[i] == "linked")
			relation("SPDXRef-mpedge", "STATIC_LINK", all[i])
		else if (root && kind[i] != "root")
			relation(root, "CONTAINS", all[i])
	}
	printf "\n],\n\"relationships\":[%s\n]}\n", relations
}' "$work/all" >"$work/body" || exit 1

sum=$(sha256sum <"$work/body" | cut -c 1-32)
cat <<END
{"spdxVersion":"SPDX-2.3","dataLicense":"CC0-1.0","SPDXID":"SPDXRef-DOCUMENT",
"name":"$name-$version","documentNamespace":"https://spdx.org/spdxdocs/$name-$version-$sum",
"creationInfo":{"created":"$stamp","creators":["Tool: mpedge-toolchain-sbom.sh"]},
END
cat "$work/body"
