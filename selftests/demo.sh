#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The main job, from nothing: IPv4 for a phone and its hotspot over an IPv6-only mobile network.
#
# Usage: demo.sh [PREFIX/LEN]
#   PREFIX/LEN  the operator's NAT64 prefix, of 32, 40, 48, 56, 64 or 96 bits; without it one is drawn at random
#
# Makes a cached Debian system to boot (the first time), builds the module and clatctl in it, boots Debian's own kernel
# in QEMU and runs net/demo-guest.sh there. On this machine it changes nothing but its cache folder, and installs the
# few packages that it names while it does so. Needs root or sudo. Ends with a table; the exit status is 0 only if every
# row is as it should be.
# Environment: CLAT_CACHE  folder of the cache (default /var/cache/clat)
set -eu
VM_DIR=$(cd "$(dirname "$0")/vm" && pwd)
. "$VM_DIR/lib.sh"

GUEST_SECONDS=600
GUEST_CPUS=2

usage()
{
	sed -n '/^# Usage/,/^#$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# group [MASK]: a random group of an IPv6 address, as one writes it, without leading zeros
group()
{
	printf '%x' $(($(od -An -tu2 -N2 /dev/urandom) & ${1:-0xffff}))
}

# draw_prefix: one of the six lengths of RFC 6052, in documentation space (3fff::/20, RFC 9637) below the part that
# the emulated network uses for itself (3fff:fff::/32); bits 64 to 71 are zero, as they must be.
draw_prefix()
{
	start=$(printf '3fff:%x' $(($(od -An -tu2 -N2 /dev/urandom) % 0xfff)))
	case $(($(od -An -tu1 -N1 /dev/urandom) % 6)) in
	0) echo "$start::/32" ;;
	1) echo "$start:$(group 0xff00)::/40" ;;
	2) echo "$start:$(group)::/48" ;;
	3) echo "$start:$(group):$(group 0xff00)::/56" ;;
	4) echo "$start:$(group):$(group)::/64" ;;
	5) echo "$start:$(group):$(group):$(group 0xff):$(group)::/96" ;;
	esac
}

# build: module for the guest's kernel and clatctl, from a copy of this tree inside the root. The last build is kept
# there, named by a hash of what it was made from.
build()
{
	vm_copy_tree "$root$tree"
	key=$(cd "$root$tree" && find kernel ctl uapi -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16)
	built=$root/srv/built-$key
	if [ -d "$built" ]; then
		say "the module and clatctl are built already, from the same sources"
	else
		make_both
		rm -rf "$root"/srv/built-*
		mkdir "$root$tree/built"
		cp "$root$tree/kernel/clat.ko" "$root$tree/ctl/clatctl" "$root$tree/built"
		# Two of us at once: the first one's build is as good.
		mv -T "$root$tree/built" "$built" 2>/dev/null || [ -d "$built" ] || die "cannot keep the build in $built"
	fi
	cp "$built/clat.ko" "$root$tree/kernel/clat.ko"
	cp "$built/clatctl" "$root$tree/ctl/clatctl"
}

make_both()
{
	kernel=$(vm_kernel "$root")
	say "building the module for $kernel and clatctl"
	# shellcheck disable=SC2016 # expanded in the root
	if ! vm_chroot "$root" -d "$tree" -- sh -c '
		make -j"$(nproc)" -C "/lib/modules/$1/build" M="$PWD/kernel" modules && make -j"$(nproc)" -C ctl' \
		sh "$kernel" >"$root$tree/build.log" 2>&1; then
		tail -n 30 "$root$tree/build.log" >&2
		die "the build failed: see above"
	fi
}

case ${1-} in
-*) usage ;;
*/32 | */40 | */48 | */56 | */64 | */96) prefix=$1 ;;
'') prefix=$(draw_prefix) ;;
*) usage ;;
esac
[ $# -le 1 ] || usage

vm_host_setup "$@"
root=$(sh "$VM_DIR/root.sh" guest)
tree=/srv/demo.$$
trap 'rm -rf "$root$tree"' EXIT
trap 'exit 130' INT TERM HUP
build
say "booting Debian's kernel $(vm_kernel "$root") in QEMU"
rc=0
sh "$VM_DIR/run.sh" -c "$GUEST_CPUS" -t "$GUEST_SECONDS" -d "$tree" -- \
	env VM_START="$VM_START" sh selftests/net/demo-guest.sh "$prefix" || rc=$?
[ "$rc" = 0 ] || say "demo.sh: failed (status $rc); the same prefix again: $0 $prefix"
exit "$rc"
