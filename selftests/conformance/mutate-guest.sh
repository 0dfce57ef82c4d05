#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Inside a test machine: run the tests of mutants one after another.
#
# Usage: mutate-guest.sh MUTANT...       (in the top folder of the tree)
# A mutant is a folder mutants/NUMBER: modules, and a file "tests" with a line "script, tab, case" for each. Prints the
# scripts' TAP, after a line "#mutant NUMBER", and "#end" behind the last.
set -u

# in_namespaces SCRIPT CASE...: as runner.sh runs it
in_namespaces()
{
	secs=$(sed -n '2,40s/^# timeout: *//p' "$1" | head -n 1)
	timeout -s KILL "${secs:-300}" unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
		ip link set lo up
		mount -t sysfs sysfs /sys
		mount -t debugfs debugfs /sys/kernel/debug
		exec sh "$@"' sh "$@" </dev/null 2>&1
}

# until_noticed: TAP goes through. That of a daemon's test, which takes minutes, ends where one of the cases has failed:
# the mutant is killed then, and so is the test, with its next word.
until_noticed()
{
	case $script in
	daemon*) ;;
	*) cat; return ;;
	esac
	awk -F '\t' '
		FILENAME != "-" { wanted[$2] = 1; next }
		{ print; fflush() }
		/^not ok/ { name = $0; sub(/^not ok *[0-9]* *(- )?/, "", name); if (name in wanted) exit }' "$mutant/tests" -
}

# run_scripts: with the modules of mutant $number
run_scripts()
{
	mutant=mutants/$number
	rm -f kernel/tests/*.ko kernel/clat.ko
	cp "$mutant/clat.ko" kernel/
	for program in clatctl clat-tayga; do
		cp "mutants/0/$program" "ctl/$program"
		[ ! -e "$mutant/$program" ] || cp "$mutant/$program" "ctl/$program"
	done
	[ ! -e "$mutant/clat_test.ko" ] || cp "$mutant/clat_test.ko" kernel/tests/
	echo "#mutant $number"
	for script in $(cut -f 1 "$mutant/tests" | sort -u); do
		path=selftests/$script
		[ -e "$path" ] || path=selftests/vm/$script
		set -f
		oldifs=$IFS
		IFS='
'
		# shellcheck disable=SC2046 # a case in each line
		set -- $(awk -F '\t' -v script="$script" '$1 == script { print $2 }' "$mutant/tests")
		IFS=$oldifs
		set +f
		# All cases of the suites there are; its arguments are modules.
		[ "$script" != kunit.sh ] || set --
		in_namespaces "$path" "$@" | until_noticed
		echo
		! grep -q '^clat ' /proc/modules || rmmod clat
		# Names of namespaces that a script which was ended has left.
		rm -f /run/netns/*
	done
}

# What thousands of failed packets say is not for the console.
echo 1 >/proc/sys/kernel/printk
suites=''
for number in "$@"; do
	if [ -e "mutants/$number/m$number.ko" ]; then
		suites="$suites mutants/$number/m$number.ko"
	else
		run_scripts
	fi
done
# shellcheck disable=SC2086 # a list of modules
[ -z "$suites" ] || sh selftests/vm/kunit.sh $suites | sed -u 's/^# m\([0-9]*\)$/#mutant \1/'
echo "#end"
