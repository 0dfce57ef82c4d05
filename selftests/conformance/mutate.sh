#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Break the code of each row of Documentation/conformance.rst, and show that a test of that row notices.
#
# Usage: mutate.sh [ROW...]        (make mutate IDS="ROW...")
# Every line of the file "mutations" makes a mutant: a module or a clatctl with one change. The row's tests run with it:
# its unit tests where clatctl is changed and it has some, by chroot; else in the sanitized kernel its KUnit tests, where
# KUnit suites are built with the changed file, and the scripts otherwise. It is killed if one of them fails, and survives
# if none does. One that cannot be judged, for it changes nothing, does not compile, or lets no test come to a result, is
# an error. Before that all of these tests must pass with nothing changed.
# The last line is `N killed, N survived, N errors`; the exit status is 0 only if all were killed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
VM_DIR=$here/../vm
. "$VM_DIR/lib.sh"

vm_host_setup "$@"
guest=$(sh "$VM_DIR/root.sh" guest)
uml=$(sh "$VM_DIR/uml.sh")
# Nobody replaces the root or the test kernel while they are used here.
exec 5<"$uml" 6<"$guest"
flock -s 5
flock -s 6
tree=/srv/mutate.$$
top=$guest$tree
work=$(mktemp -d)
trap 'rm -rf "$top" "$work"' EXIT
trap 'exit 130' INT TERM HUP
: >"$work/results"

# plan ROW...: number, row, file and expression of each mutant to $work/plan, the rows' tests in UML and its unit tests
# to $work/tests
plan()
{
	grep -vE '^(#|$)' "$here/mutations" | awk -v rows=" $* " '
		rows == "  " || index(rows, " " $1 " ") { print ++n, $0 }' >"$work/plan"
	awk -f "$here/rows.awk" "$here/../../Documentation/conformance.rst" | awk -F '\t' '
		(" " $2 " ") ~ / uml / || ($2 == "host" && $3 == "unit") { print $1 "\t" $3 "\t" $4 }' >"$work/tests"
	for plan_row in "$@"; do
		grep -q "^[0-9]* $plan_row " "$work/plan" || die "$plan_row: no line in $here/mutations begins so"
	done
	[ -s "$work/plan" ] || die "$here/mutations has no line"
}

# result NUMBER STATUS TEXT
result()
{
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$work/results"
	say "$2: $(row_of "$1")${3:+: $3}"
}

row_of()
{
	[ "$1" != 0 ] || echo "nothing changed"
	awk -v number="$1" '$1 == number { print $2 }' "$work/plan"
}

in_tree()
{
	vm_chroot "$guest" -b "$uml:/srv/uml" -d "$tree" -- "$@" >"$work/build" 2>&1
}

build_module()
{
	in_tree make "-j$(nproc)" KDIR=/srv/uml ARCH=um module
}

build_kunit()
{
	in_tree make "-j$(nproc)" -k -C /srv/uml ARCH=um M="$tree/kernel/tests" modules
}

build_unchanged()
{
	say "building it with nothing changed"
	vm_copy_tree "$top"
	mkdir -p "$top/mutants/0"
	if ! build_module || ! build_kunit || ! in_tree make "-j$(nproc)" ctl; then
		tail -n 40 "$work/build" >&2
		die "the tree does not build"
	fi
	cp "$top/kernel/clat.ko" "$top/kernel/tests/clat_test.ko" "$top/ctl/clatctl" "$top/ctl/clat-tayga" \
		"$top/mutants/0/"
}

# units_unchanged: unit tests that fail anyhow show nothing
units_unchanged()
{
	grep -q '	unit	' "$work/tests" || return 0
	in_tree make "-j$(nproc)" -C selftests/unit check || { tail -n 40 "$work/build" >&2; die "the unit tests fail unchanged"; }
}

# change NUMBER FILE EXPRESSION TO: write the changed file, or give an error
change()
{
	[ -e "$top/$2" ] || { result "$1" error "there is no $2"; return 1; }
	sed -z "$3" "$top/$2" >"$4" 2>"$work/sed" || { result "$1" error "$(cat "$work/sed")"; return 1; }
	! cmp -s "$top/$2" "$4" || { result "$1" error "changes nothing in $2: $3"; return 1; }
}

# make_mutants: a folder for each, with its tests; those for KUnit are built all at once
make_mutants()
{
	: >"$work/kunit"
	while read -r number row file expression; do
		mkdir "$top/mutants/$number"
		case $file in ctl/*)
			ctl_mutant "$number" "$row" "$file" "$expression"
			continue ;;
		esac
		name=$(basename "$file")
		if ! grep -q "^$row	kunit.sh	" "$work/tests"; then
			name=
		elif [ -e "$top/kernel/tests/${name%.c}.o" ]; then
			tests_of "$number" "$row" == || continue
			change "$number" "$file" "$expression" "$top/kernel/tests/m${number}_$name" || continue
			kunit_rule "$number" "${name%.c}.o" "m${number}_${name%.c}.o" >>"$work/kunit"
		elif [ "$name" != "${name%.h}" ]; then
			tests_of "$number" "$row" == || continue
			change "$number" "$file" "$expression" "$work/changed" || continue
			one_kunit "$number" "$file"
		else
			name=
		fi
		if [ -z "$name" ]; then
			tests_of "$number" "$row" '!=' || continue
			change "$number" "$file" "$expression" "$work/changed" || continue
			one_module "$number" "$file"
		fi
	done <"$work/plan"
	[ ! -s "$work/kunit" ] || all_kunit
}

# ctl_mutant NUMBER ROW FILE EXPRESSION
ctl_mutant()
{
	change "$1" "$3" "$4" "$work/changed" || return 0
	if grep -q "^$2	unit	" "$work/tests"; then
		unit_tests "$1" "$2" "$3"
	elif tests_of "$1" "$2" '!='; then
		one_program "$1" "$3"
	fi
}

# tests_of NUMBER ROW OPERATOR: its tests, those of kunit.sh (==) or all others (!=)
tests_of()
{
	awk -F '\t' -v row="$2" "\$1 == row && \$2 != \"unit\" && \$2 $3 \"kunit.sh\" { print \$2 \"\\t\" \$3 }" "$work/tests" \
		>"$top/mutants/$1/tests"
	[ -s "$top/mutants/$1/tests" ] || { result "$1" error "its row has no test in UML that could notice"; return 1; }
	cat "$top/mutants/$1/tests" >>"$top/mutants/0/tests"
}

# kunit_rule NUMBER [OBJECT CHANGED]: a module of the suites that are asked, with CHANGED for OBJECT. Suite clat-NAME is
# NAME_test.o; frag.o comes with its suite alone, which has what it calls.
kunit_rule()
{
	suites=$(sed -n 's/^kunit.sh\tclat-\([a-z0-9]*\): .*/\1_test.o/p' "$top/mutants/$1/tests" | sort -u | tr '\n' ' ')
	case " $suites" in *" frag_test.o "*) [ "${2-}" = frag.o ] || suites="$suites frag.o" ;; esac
	echo "$1 obj-m += m$1.o"
	echo "$1 m$1-y := \$(filter-out ${2-} frag.o %_test.o,\$(clat_test-y)) ${3-} $suites"
}

all_kunit()
{
	say "building $(grep -c obj-m "$work/kunit") modules of KUnit suites"
	cp "$top/kernel/tests/Kbuild" "$work/Kbuild"
	kunit_build_rest && return
	# Without those that do not compile
	for number in $(cut -d ' ' -f 1 "$work/kunit" | sort -un); do
		set -- "$top/kernel/tests/m${number}_"*.o
		[ ! -e "$1" ] || continue
		result "$number" error "does not compile: $(grep -m 1 "m${number}_.*error:" "$work/build")"
		sed -i "/^$number /d" "$work/kunit"
	done
	kunit_build_rest && return
	tail -n 40 "$work/build" >&2
	die "the modules of KUnit suites do not build"
}

kunit_build_rest()
{
	{
		cat "$work/Kbuild"
		echo "ccflags-y += -I\$(src)/../core"
		cut -d ' ' -f 2- "$work/kunit"
	} >"$top/kernel/tests/Kbuild"
	build_kunit || return 1
	for module in "$top/kernel/tests"/m*.ko; do
		number=$(basename "$module" .ko)
		mv "$module" "$top/mutants/${number#m}/"
	done
}

# one_kunit NUMBER HEADER: the module of the suites that are asked, which all include the header
one_kunit()
{
	cp "$top/$2" "$work/original"
	cp "$work/changed" "$top/$2"
	cp "$top/kernel/tests/Kbuild" "$work/Kbuild"
	kunit_rule "$1" | cut -d ' ' -f 2- | sed 's/^obj-m +=/obj-m :=/' >>"$top/kernel/tests/Kbuild"
	if build_kunit; then
		mv "$top/kernel/tests/m$1.ko" "$top/mutants/$1/"
		say "built: $(row_of "$1")"
	else
		result "$1" error "does not compile: $(grep -m 1 'error:' "$work/build")"
	fi
	# Not their old times: make would keep the changed objects.
	cp "$work/original" "$top/$2"
	cp "$work/Kbuild" "$top/kernel/tests/Kbuild"
}

# one_module NUMBER FILE
one_module()
{
	cp -p "$top/$2" "$work/original"
	cp "$work/changed" "$top/$2"
	if build_module; then
		mv "$top/kernel/clat.ko" "$top/mutants/$1/"
		say "built: $(row_of "$1")"
	else
		result "$1" error "does not compile: $(grep -m 1 'error:' "$work/build")"
	fi
	# Not its old time: make would keep the changed object.
	cp "$work/original" "$top/$2"
}

# one_program NUMBER FILE
one_program()
{
	cp -p "$top/$2" "$work/original"
	cp "$work/changed" "$top/$2"
	if in_tree make "-j$(nproc)" ctl; then
		cp "$top/ctl/clatctl" "$top/ctl/clat-tayga" "$top/kernel/clat.ko" "$top/mutants/$1/"
		say "built: $(row_of "$1")"
	else
		result "$1" error "does not compile: $(grep -m 1 'error:' "$work/build")"
	fi
	cp "$work/original" "$top/$2"
}

# unit_tests NUMBER ROW FILE: of the row, with the changed FILE, judged at once
unit_tests()
{
	awk -F '\t' -v row="$2" '$1 == row && $2 == "unit" { print $3 }' "$work/tests" | sort -u >"$work/wanted"
	cp -p "$top/$3" "$work/original"
	cp "$work/changed" "$top/$3"
	unit_programs=$(cd "$top/selftests/unit" && while read -r case; do grep -lw "$case" test-*.c; done <"$work/wanted" |
		sed 's/\.c$//' | sort -u)
	# shellcheck disable=SC2086 # a list of programs
	if ! in_tree make "-j$(nproc)" -C selftests/unit $unit_programs; then
		result "$1" error "does not compile: $(grep -m 1 'error:' "$work/build")"
	else
		for program in $unit_programs; do
			in_tree timeout 120 env CMOCKA_MESSAGE_OUTPUT=TAP "selftests/unit/$program" || :
			cat "$work/build"
		done >"$work/tap"
		tap_names 'not ok' >"$work/failed"
		tap_names ok >"$work/passed"
		judged "$1"
	fi
	cp "$work/original" "$top/$3"
}

# judged NUMBER: by the cases of its row, in $work/failed and $work/passed
judged()
{
	if [ -s "$work/failed" ]; then
		result "$1" killed "$(head -n 1 "$work/failed")"
	elif cmp -s "$work/wanted" "$work/passed"; then
		result "$1" SURVIVED "$(sed -n "${1}s/^[0-9]* [^ ]* //p" "$work/plan")"
	else
		result "$1" error "no result of: $(comm -23 "$work/wanted" "$work/passed" | head -n 1): $(tail -n 1 "$work/tap")"
	fi
}

# ready: the mutants that have a module and no result yet, in order
ready()
{
	for ready_mutant in "$top/mutants"/*/*.ko; do
		basename "$(dirname "$ready_mutant")"
	done | sort -un | while read -r number; do
		grep -q "^$number	" "$work/results" || echo "$number"
	done
}

# judge: results from the output of mutate-guest.sh
judge()
{
	number=''
	while IFS= read -r line; do
		case $line in
		'#mutant '*) verdict; number=${line#\#mutant }; : >"$work/tap" ;;
		'#end') verdict; number='' ;;
		*) echo "$line" >>"$work/tap" ;;
		esac
	done
	# The machine died of it.
	[ -z "$number" ] || result "$number" error "the test machine ended: $(tail -n 1 "$work/tap")"
}

verdict()
{
	[ -n "$number" ] || return 0
	cut -f 2- "$top/mutants/$number/tests" | sort -u >"$work/wanted"
	tap_names 'not ok' >"$work/failed"
	tap_names ok >"$work/passed"
	if [ "$number" = 0 ]; then
		if [ -s "$work/failed" ] || ! cmp -s "$work/wanted" "$work/passed"; then
			cat "$work/tap" >&2
			result 0 error "these tests must pass before anything is broken: $(comm -23 "$work/wanted" "$work/passed" | tr '\n' ';')"
		else
			result 0 passed "all $(grep -c . "$work/wanted") tests"
		fi
	else
		judged "$number"
	fi
}

# tap_names STATUS: the wanted cases that have it
tap_names()
{
	sed -nE "s/^$1 *[0-9]* *(- )?//p" "$work/tap" | sort -u | comm -12 - "$work/wanted"
}

run_all()
{
	[ -e "$top/mutants/0/tests" ] || return 0
	sort -u "$top/mutants/0/tests" -o "$top/mutants/0/tests"
	run_machine 0
	grep -q '^0	passed' "$work/results" || die "nothing can be shown: see above"
	# One that its mutant ends is started again for the rest.
	while left=$(ready) && [ -n "$left" ]; do
		say "running $(echo "$left" | wc -l) mutants"
		# shellcheck disable=SC2086 # a list of numbers
		run_machine $left
		[ "$left" != "$(ready)" ] || { cat "$work/machine" >&2; die "no mutant could be run"; }
	done
}

# run_machine NUMBER...: run these mutants in one test machine. KASAN judges each of them, and there is room
# for all that a failed suite says.
run_machine()
{
	CLAT_APPEND="kasan_multi_shot log_buf_len=128M" sh "$VM_DIR/uml-run.sh" -t 7200 -d "$tree" -- \
		sh selftests/conformance/mutate-guest.sh "$@" 2>"$work/machine" | judge
}

# report: a line for each that was not killed, and the sums; fails if there is one
report()
{
	awk -F '\t' '
		NR == FNR { split($0, word, " "); row[word[1]] = word[2]; next }
		$1 { count[$2]++ }
		$1 && $2 != "killed" { printf "%s: %s: %s\n", $2, row[$1], $3 }
		END {
			printf "%d killed, %d survived, %d errors\n", count["killed"], count["SURVIVED"], count["error"]
			exit !(count["killed"] && !count["SURVIVED"] && !count["error"])
		}' "$work/plan" "$work/results"
}

plan "$@"
build_unchanged
units_unchanged
make_mutants
run_all
report
