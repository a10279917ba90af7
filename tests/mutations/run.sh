#!/bin/sh
# usage: run.sh [--check | NUMBER...]
# Takes away what mpedge does against each case of tests/cases.def, and runs the
# test that is named there: it must fail.  A test that does not is none.
#
# The rows are in *.txt beside this script:
#
#	case NUMBER | FILE [PART] | NAME [| what it prints]
#	in src/book/sync.c
#	 	a line that stays,
#	-	one that goes, and
#	+	what is there instead.
#
# Lines are found by their text, which must be there once; an empty line ends
# the stretch, and several are possible.  FILE is below tests/, NAME as in
# cases.def.  PART, and NAME=VALUE for the environment, are for a script of e2e.
# What it prints is the check that fails, where that is not NAME as it stands; it
# may have * in it.
#
#	none NUMBER | FILE | NAME | why nothing can be taken away
#
# --check only looks whether the rows fit the source and cases.def: quick, part
# of lint.  Otherwise a copy of the tree below build/ is built, what each test
# needs and no more (e2e: after `make ready`); NUMBER... are the cases, all
# without one.  The environment narrows that down:
#
#	KIND=unit	only tests whose file begins so (unit, e2e, e2e/venue)
#	MATCH=text	only tests whose name has this in it
#	COPY=dir	where the copy is, for two at the same time

cd "$(dirname "$0")/../.." || exit 2
rows="tests/mutations/*.txt"
base=${COPY:-build/mutations}
tree=$base/tree
# With CI warnings are errors, and half of what is taken away leaves one.
unset CI

# --- the rows --------------------------------------------------------------

# A line each: index, verb, number, file and parts, name, what is printed.
list_rows() {
	awk '/^(case|none) / {
		verb = substr($0, 1, 4)
		n = split(substr($0, 6), field, / *[|] */)
		print ++rows "\t" verb "\t" field[1] "\t" field[2] "\t" \
		    field[3] "\t" (n > 3 ? field[4] : field[3])
	}' $rows
}

check() {
	awk -v root= -f tests/mutations/mutate.awk $rows
	list_rows | awk -F '\t' '
	FILENAME == "tests/cases.def" {
		if (/^#/ || !NF || /none yet/)
			next
		split($0, field, / *[|] */)
		if (field[1] != "+")
			number = field[1]
		wanted[number "|" field[3] "|" field[4]]
		next
	}
	{
		file = $4
		sub(/ .*/, "", file)
		key = $3 "|" file "|" $5
		if (!(key in wanted))
			print "tests/mutations: cases.def has no " key
		seen[key]
		if ($2 == "none" && $6 == $5)
			print "tests/mutations: no reason: " key
	}
	END {
		for (key in wanted)
			if (!(key in seen))
				print "tests/mutations: no row for " key
	}' tests/cases.def -
}

[ "${1:-}" != --check ] || {
	check | awk '{ print } END { exit NR > 0 }'
	exit
}

# --- the copy --------------------------------------------------------------

# The copy is as the source is; a file that differs gets a new time, so that
# what was made of it is made again.
copy_tree() {
	mkdir -p $tree/build $tree/tests
	for name in deps apt fetch gen; do
		[ ! -e build/$name ] || [ -e $tree/build/$name ] ||
			ln -s "$PWD/build/$name" $tree/build/$name
	done
	for name in host-asan x86_64-release; do
		[ ! -e build/$name ] || [ -e $tree/build/$name ] ||
			cp -Rp build/$name $tree/build/$name
	done
	for name in Makefile src include toolchain tests/unit tests/proto \
		tests/captures tests/venues; do
		[ -e $tree/$name ] || cp -Rp $name $tree/$name
		LC_ALL=C diff -rq $name $tree/$name | awk '
			/^Files / { print "cp " $2 " " $4 }
			/^Only in / {
				sub(/:$/, "", $3)
				from = $3 "/" $4
				if (sub("^'$tree'/", "", $3))
					print "rm -rf '$tree'/" $3 "/" $4
				else
					print "cp -R " from " '$tree'/" from
			}' | sh -e
	done
}

# make_in_tree TARGET [NAME=VALUE...]: with the flags of here, in which the
# folder is, so that objects of here are good there
make_in_tree() {
	make --no-print-directory -C $tree CURDIR="$PWD" "$@" \
		>$base/make.log 2>&1
}

revert() {
	[ -s $base/changed ] || return 0
	while read -r name; do
		cp "$name" "$tree/$name"
	done <$base/changed
	: >$base/changed
}

# With the script that is running, if one is, and its servers.
leave() {
	[ -z "$pid" ] || {
		kill -TERM $pid 2>/dev/null
		wait $pid 2>/dev/null
	}
	revert
}

# --- the tests -------------------------------------------------------------

# A program that ends within the test has failed it too.
unit_failed() {
	binary=${1#unit/}
	binary=${binary%.c}
	make_in_tree TARGET=host MODE=asan "build/host-asan/tests/$binary" ||
		return 2
	tests/unit/run.sh '' "$tree/build/host-asan/tests/$binary" \
		>$base/test.log 2>&1
	grep -qxF "not ok $binary $2" $base/test.log && return
	grep -qxF "ok $binary $2" $base/test.log && return 1
	grep -q "^not ok $binary (exit" $base/test.log
}

# has_failed TEXT: does the log of a script say `not ok SUITE: TEXT`?
has_failed() {
	while IFS= read -r line; do
		case $line in
		"not ok "*": "$1) return 0 ;;
		esac
	done <$base/test.log
	return 1
}

# Where it has failed the rest of the script is of no interest.
e2e_failed() {
	text=$2
	set -- $1
	script=tests/$1
	shift
	parts=
	settings=
	for word; do
		case $word in
		*=*) settings="$settings $word" ;;
		*) parts="$parts $word" ;;
		esac
	done
	make_in_tree build/mpedge || return 2
	: >$base/test.log
	env $settings MPEDGE=$tree/build/mpedge WORK=$base/e2e \
		bash $script $parts >$base/test.log 2>&1 </dev/null &
	pid=$!
	while kill -0 $pid 2>/dev/null; do
		has_failed "$text" && break
		sleep 0.2
	done
	kill -TERM $pid 2>/dev/null
	wait $pid 2>/dev/null
	pid=
	has_failed "$text"
}

# mutation INDEX NUMBER WHAT NAME TEXT
mutation() {
	label="mutation $2: ${3%% *}: $4"
	awk -v root=$tree/ -v at="$1" -v list=$base/changed \
		-f tests/mutations/mutate.awk $base/rows.txt >$base/apply.log || {
		echo "not ok $label: does not apply"
		sed 's/^/# /' $base/apply.log
		return 1
	}
	case $3 in
	unit/*) unit_failed "$3" "$4" ;;
	*) e2e_failed "$3" "$5" ;;
	esac
	result=$?
	revert
	case $result in
	0) echo "ok $label: fails without it" ;;
	2)
		echo "not ok $label: does not compile"
		grep 'error:' $base/make.log | sed 's/^/# /'
		;;
	*)
		echo "not ok $label: passed without its handling"
		grep '^not ok' $base/test.log | sed 's/^/# /'
		;;
	esac
	return $result
}

is_wanted() {
	case $2 in
	"${KIND:-}"*) ;;
	*) return 1 ;;
	esac
	case $3 in
	*"${MATCH:-}"*) ;;
	*) return 1 ;;
	esac
	[ -n "$numbers" ] || return 0
	case " $numbers " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

numbers=$*
mkdir -p $base
check >$base/check.log
[ ! -s $base/check.log ] || {
	echo "not ok mutations: rows that do not fit"
	sed 's/^/# /' $base/check.log
}
copy_tree
: >$base/changed
pid=
trap leave EXIT
trap 'exit 130' INT TERM
list_rows >$base/rows
cat $rows >$base/rows.txt
bad=0
tab=$(printf '\t')
while IFS=$tab read -r index verb number what name text; do
	is_wanted "$number" "$what" "$name" || continue
	if [ "$verb" = none ]; then
		echo "# mutation $number: $what: $name: none: $text"
	else
		mutation "$index" "$number" "$what" "$name" "$text" || bad=1
	fi
done <$base/rows
[ ! -s $base/check.log ] || bad=1
exit $bad
