#!/bin/sh
# Builds the commit in two folders of different names and compares the
# binaries.  The dependencies are shared unless DEPS=1, which fetches nothing
# but builds them twice too (some minutes).

cd "$(dirname "$0")/.." || exit 2
here=$PWD
work=$here/build/repro
rm -rf "$work"
for folder in one another/folder; do
	tree=$work/$folder
	mkdir -p "$tree/build" || exit 2
	git ls-files -z --cached | tar -c --null -T - | tar -x -C "$tree" ||
		exit 2
	ln -s "$here/build/fetch" "$tree/build/fetch"
	[ -n "$DEPS" ] || ln -s "$here/build/deps" "$tree/build/deps"
	# The commit is asked of git, which must look at the same checkout.
	GIT_DIR=$(git rev-parse --absolute-git-dir) GIT_WORK_TREE=$here \
		make --no-print-directory -C "$tree" -j "$(nproc)" all \
		>"$work/log" 2>&1 || {
		echo "not ok repro (cannot build in $folder, see $work/log)"
		exit 1
	}
done
if cmp "$work/one/build/mpedge" "$work/another/folder/build/mpedge" &&
	cmp "$work/one/build/mpedge" build/mpedge; then
	echo "ok repro two builds in two folders"
	rm -rf "$work"
else
	echo "not ok repro two builds in two folders"
	exit 1
fi
