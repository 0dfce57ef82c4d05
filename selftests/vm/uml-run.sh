#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run a command in the sanitized User-Mode-Linux kernel, over the files of the guest root.
#
# Usage: uml-run.sh [-c CPUS] [-m MB] [-t SECONDS] [-r ROOT] [-d DIR] -- COMMAND [ARGUMENT...]
# Same options, output and exit statuses as run.sh (there is one processor, whatever -c says). Its clock skips the time in
# which nothing computes: seconds are shorter here than outside, never longer. -t counts those outside.
# The kernel is made by uml.sh where it is missing. Environment: CLAT_APPEND  more kernel parameters.
set -eu
VM_DIR=$(cd "$(dirname "$0")" && pwd)
. "$VM_DIR/lib.sh"
. "$VM_DIR/run-lib.sh"

run_options "$@"
vm_host_setup "$@"
shift "$run_shift"
[ $# -gt 0 ] || run_usage
uml=$(sh "$VM_DIR/uml.sh")
exec 5<"$uml"
flock -s 5
run_prepare "$@"
cp "$VM_DIR/uml-init" "$here/uml-init"
chmod 755 "$here/uml-init"

# kmemleak costs a fifth of the time and, in UML, names two hundred objects that are in use; it stays
# off unless asked for (CLAT_APPEND=kmemleak=on).
# shellcheck disable=SC2086 # CLAT_APPEND is several words
# Output and control go out by serial lines on the descriptors 3 and 4, the console to the log.
run_machine "$root" -b "$uml:/srv/uml" -- sh -c '
	log=$1; shift; exec timeout -k 5 "$@" >>"$log" 2>&1' sh "$run/log" "$secs" \
	/srv/uml/linux mem="${mem}M" rootfstype=hostfs rootflags=/ ro init="$run/uml-init" \
	bonding.max_bonds=0 dummy.numdummies=0 ifb.numifbs=0 \
	con=null con0=null,fd:1 ssl=null ssl0=null,fd:3 ssl1=null,fd:4 quiet panic=-1 kmemleak=off time-travel \
	clat_run="$run" clat_out=/dev/ttyS0 clat_ctl=/dev/ttyS1 ${CLAT_APPEND-}
