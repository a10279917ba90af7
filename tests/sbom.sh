#!/bin/sh
# usage: sbom.sh TARGET
# The list of components of a binary against the map of its link: each archive
# and start file that gave an object is in it, and nothing else; each component
# has its notice; the program tells the SHA-256 of that list, and it is SPDX.

cd "$(dirname "$0")/.." || exit 2
folder=build/$1-release
sbom=$folder/mpedge.spdx.json
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0
fail() { echo "$sbom: $*"; bad=1; }

jq -e . "$sbom" >/dev/null || exit 1
# As the linker tells it, of the link that made the program.
tr -s ' \t' '\n\n' <$folder/mpedge.map |
	grep -E '\.a\(|(^|/)(rcrt1|crt[a-zA-Z]*)\.o' |
	sed 's/(.*//; s/:.*//; s,.*/,,' | grep -v '^libmpedge\.a$' |
	sort -u >"$work/linked"
[ "$(wc -l <"$work/linked")" -ge 12 ] || fail "the map shows too little"
# Two have no file of their own: they are compiled into ours.
printf 'ca_roots.o\njson.o\n' | sort -u - "$work/linked" >"$work/wanted"
jq -r '.packages[].comment // empty | ltrimstr("linked in: ") | split(" ")[]' \
	"$sbom" | sort >"$work/listed"
diff "$work/wanted" "$work/listed" >"$work/diff" ||
	fail "$(sed -n 's/^</not listed:/p; s/^>/not linked in:/p' "$work/diff")"

# What SPDX 2.3 requires.
jq -e '.spdxVersion == "SPDX-2.3" and .dataLicense == "CC0-1.0" and
	.SPDXID == "SPDXRef-DOCUMENT" and (.name | length > 0) and
	(.documentNamespace | test("^https://[^#]+$")) and
	(.creationInfo.created | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$")) and
	(.creationInfo.creators | length > 0) and
	([.packages[].SPDXID] | unique | length) == (.packages | length) and
	all(.packages[]; (.SPDXID | test("^SPDXRef-[A-Za-z0-9.-]+$")) and
		(.name | length > 0) and (.versionInfo | length > 0) and
		(.downloadLocation | length > 0) and .filesAnalyzed == false and
		(.licenseDeclared | test("^[A-Za-z0-9. -]+$")) and
		(.checksums == null or all(.checksums[]; .algorithm == "SHA256" and
			(.checksumValue | test("^[0-9a-f]{64}$")))))' \
	"$sbom" >/dev/null || fail "is not as SPDX 2.3 has it"
jq -e '([.packages[].SPDXID] + ["SPDXRef-DOCUMENT"]) as $ids |
	all(.relationships[]; [.spdxElementId, .relatedSpdxElement] - $ids == [])
	and any(.relationships[]; .relationshipType == "DESCRIBES") and
	([.relationships[] | select(.relationshipType == "STATIC_LINK")] | length)
		== (.packages | length) - 1' "$sbom" >/dev/null ||
	fail "relations do not fit the packages"
# Versions and sums are those of what was fetched.
jq -r '.packages[] | select(.checksums) |
	.packageFileName + " " + .checksums[0].checksumValue' "$sbom" |
	while read -r file sum; do
		grep -qF " $file $sum" toolchain/versions.txt || echo "$file"
	done >"$work/strange"
[ ! -s "$work/strange" ] || fail "not in versions.txt: $(cat "$work/strange")"

for name in $(jq -r '.packages[] | select(.name != "mpedge").name' "$sbom"); do
	title=$(awk -v n="$name" '$2 == n { $1 = $2 = $3 = ""; sub(/^ */, ""); print; exit }' \
		toolchain/components.txt)
	[ -n "$title" ] && grep -q "^## $title" docs/reference/notices.md ||
		fail "$name has no section in docs/reference/notices.md"
done

grep -aqF "$(sha256sum <"$sbom" | cut -d ' ' -f 1)" $folder/mpedge ||
	fail "the program does not tell its SHA-256"
exit $bad
