#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Inside a test machine: run test scripts one after another, each in namespaces of its own.
#
# Usage: runner.sh SCRIPT...       (in the top folder of the tree)
# Their TAP goes to stdout, between lines for check.sh:
#   #clat start SCRIPT · #clat kernel TEXT (what the kernel complained about) · #clat end STATUS SECONDS
# A script's header may hold `# timeout: SECONDS`, default 300; CLAT_PATIENCE times as long is waited.
set -u
. selftests/vm/reports.sh

# header SCRIPT KEY DEFAULT
header()
{
	value=$(sed -n "2,40s/^# $2: *//p" "$1" | head -n 1)
	echo "${value:-$3}"
}

run_script()
{
	dmesg -C
	start=$(date +%s)
	echo "#clat start $1"
	# Processes that a test forgets end with its PID namespace. SIGKILL, since unshare holds back SIGTERM.
	timeout -s KILL "$(($(header "$1" timeout 300) * ${CLAT_PATIENCE:-1}))" \
		unshare --net --mount --pid --fork --kill-child --mount-proc sh -c '
			ip link set lo up
			mount -t sysfs sysfs /sys
			mount -t debugfs debugfs /sys/kernel/debug
			exec "$0"' "./$1" </dev/null 2>&1
	status=$?
	echo
	dmesg -t | grep -nE -m1 "$KERNEL_REPORTS" >/run/clat-report &&
		dmesg -t | tail -n "+$(cut -d: -f1 /run/clat-report)" | head -n 60 | sed 's/^/#clat kernel /'
	echo "#clat end $status $(($(date +%s) - start))"
}

for script in "$@"; do
	run_script "$script"
done
exit 0
