#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run a command inside a guest root: chroot.sh ROOT [-o] [-b HOSTDIR:DIR]... [-d DIR] -- COMMAND...
# Called by vm_chroot of lib.sh in new mount and PID namespaces; -b makes a folder of the host
# visible at DIR, -d is the folder to start in, -o forgets all that the command writes to the root.
set -eu
die() { echo "chroot.sh: $*" >&2; exit 125; }

root=$1 dir=/ binds='' forget='' base=''
shift
while [ $# -gt 0 ]; do
	case $1 in
	-b) binds="$binds $2"; shift 2 ;;
	-d) dir=$2; shift 2 ;;
	-o) forget=1; shift ;;
	--) shift; break ;;
	*) break ;;
	esac
done
[ -d "$root" ] || die "no such root: $root"

# Whoever removes old roots asks for this lock first.
exec 8<"$root"
flock -s 8

mounted=
try_mount()
{
	for target; do :; done
	mount "$@" || die "cannot mount on $target (in a container? it must be allowed to mount)"
	mounted="$target $mounted"
}

# Inside a plain chroot "/" is no mount point and cannot be made private; then the mounts
# below may show outside, and the explicit umount at the end takes them away.
mount --make-rprivate / 2>/dev/null || :
trap 'for m in $mounted; do umount -l "$m" 2>/dev/null || :; done; [ -z "$base" ] || rmdir "$base"' EXIT

if [ -n "$forget" ]; then
	# On a tmpfs, since not every file system can be the upper side of an overlay.
	base=$(mktemp -d)
	try_mount -t tmpfs tmpfs "$base"
	mkdir "$base/upper" "$base/work" "$base/root"
	try_mount -t overlay -o "lowerdir=$root,upperdir=$base/upper,workdir=$base/work" overlay "$base/root"
	root=$base/root
fi

try_mount -t proc proc "$root/proc"
try_mount -t tmpfs -o mode=755 dev "$root/dev"
# The few device nodes are the host's: the cache may lie on a file system mounted nodev.
for node in null zero full random urandom tty kvm; do
	[ -c "/dev/$node" ] || continue
	: >"$root/dev/$node"
	try_mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/shm"
chmod 1777 "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
for bind in $binds; do
	mkdir -p "$root${bind#*:}"
	try_mount --bind "${bind%%:*}" "$root${bind#*:}"
done

rc=0
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
	TERM="${TERM:-dumb}" VM_START="${VM_START:-}" \
	chroot "$root" sh -c 'cd "$0" && exec "$@"' "$dir" "$@" 8<&- || rc=$?
exit "$rc"
