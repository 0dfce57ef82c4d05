#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fuzz kernel/core/ and the netlink requests for long, two targets at a time:
#   run.sh [-t SECONDS] [-o DIR] [TARGET...]
#   -t  for each target (default 3600)
#   -o  where everything is kept (default $CLAT_CACHE/fuzz)
# Without a TARGET, all of them. Ends with a table; the status is 0 only without a finding. Inputs that reached
# something new are merged into DIR/corpus/TARGET.hex: copy that to selftests/fuzz/corpus/ to keep them.
# A finding is kept as DIR/TARGET/finding-*, its report at the end of DIR/TARGET/log.
set -eu
FUZZ_DIR=$(cd "$(dirname "$0")" && pwd)
VM_DIR=$FUZZ_DIR/../vm
. "$VM_DIR/lib.sh"

vm_host_setup "$@"
seconds=3600 out=$CLAT_CACHE/fuzz
while getopts t:o: option; do
	case $option in
	t) seconds=$OPTARG ;;
	o) out=$OPTARG ;;
	*) die "usage: run.sh [-t SECONDS] [-o DIR] [TARGET...]" ;;
	esac
done
shift $((OPTIND - 1))
case $seconds in
'' | *[!0-9]* | 0) die "-t needs a number of seconds, not '$seconds'" ;;
esac
for arg in "$@"; do
	[ -e "$FUZZ_DIR/corpus/$arg.hex" ] || die "no target $arg: it has no corpus/$arg.hex"
done

fuzz=$(sh "$VM_DIR/root.sh" fuzz)
uml=$(sh "$VM_DIR/uml.sh")
mkdir -p "$out"
out=$(cd "$out" && pwd)
tree=/srv/fuzz.$$
trap 'rm -rf "$fuzz$tree"' EXIT
trap 'exit 130' INT TERM HUP
vm_copy_tree "$fuzz$tree"

in_root()
{
	vm_chroot "$fuzz" -b "$uml:/srv/uml" -b "$out:/srv/out" -d "$tree/selftests/fuzz" -- "$@"
}

say "building the fuzzers"
in_root make -s "-j$(nproc)" UML=/srv/uml || die "they do not build: see above"
say "fuzzing, $seconds s a target, two at a time; logs: $out/TARGET/log"
in_root sh inside.sh long "$seconds" /srv/out "$@" || die "there is a finding: see above"
say "corpora with what was new: $out/corpus/"
