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
	timeout -s KILL 300 unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
		ip link set lo up
		mount -t sysfs sysfs /sys
		mount -t debugfs debugfs /sys/kernel/debug
		exec sh "$@"' sh "$@" </dev/null 2>&1
}

for number in "$@"; do
	mutant=mutants/$number
	rm -f kernel/tests/*.ko kernel/clat.ko
	for module in "$mutant"/*.ko; do
		case $module in
		*/clat.ko) cp "$module" kernel/ ;;
		*) cp "$module" kernel/tests/ ;;
		esac
	done
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
		in_namespaces "$path" "$@"
		echo
		! grep -q '^clat ' /proc/modules || rmmod clat
	done
done
echo "#end"
