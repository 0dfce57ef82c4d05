#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The long run of the packet fuzzer, with the line coverage of kernel/core/ that it reaches: `make fuzz-packets`.
#
# Usage: long.sh [SKBS [SEED]]      default: ten million, seed 1
# Needs root or sudo, as check.sh does, and uses the same guest root and test kernel. The module is built with gcov in a
# copy of the tree. Ends with 0 if there was no finding, no report of the kernel, and the coverage suffices.
set -eu
VM_DIR=$(cd "$(dirname "$0")/../vm" && pwd)
. "$VM_DIR/lib.sh"

vm_host_setup "$@"
guest=$(sh "$VM_DIR/root.sh" guest)
uml=$(sh "$VM_DIR/uml.sh")
exec 5<"$uml" 6<"$guest"
flock -s 5
flock -s 6
tree=/srv/fuzz-packets.$$
trap 'rm -rf "$guest$tree"' EXIT
trap 'exit 130' INT TERM HUP

say "building the module with gcov, the fuzzer, and clatctl"
vm_copy_tree "$guest$tree"
log=$CLAT_CACHE/fuzz-packets.log
vm_chroot "$guest" -b "$uml:/srv/uml" -d "$tree" -- nice sh -ec '
	make -j"$(nproc)" KDIR=/srv/uml ARCH=um GCOV_PROFILE=y module
	make -j"$(nproc)" -C /srv/uml ARCH=um M="$PWD/selftests/skbfuzz" modules
	make -j"$(nproc)" ctl' >"$log" 2>&1 || {
	tail -n 30 "$log" >&2
	die "it does not build: see above and $log"
}

# Five milliseconds a packet are a hundred times what it takes on an idle machine.
skbs=${1:-10000000}
say "throwing $skbs packets"
nice sh "$VM_DIR/uml-run.sh" -t $((skbs / 200 + 600)) -d "$tree" -- \
	sh selftests/skbfuzz/coverage.sh "$skbs" "${2:-1}"
