# SPDX-License-Identifier: GPL-2.0
# Shell functions of every host-side script: messages, root rights, host packages, chroot, copy of the tree.
#
# Use:  VM_DIR=$(cd "$(dirname "$0")" && pwd) && . "$VM_DIR/lib.sh"      (VM_DIR is selftests/vm)
#       vm_host_setup "$@"
#
# Environment: CLAT_CACHE  where guest roots and test kernels are kept (default /var/cache/clat)

: "${VM_DIR:?set it to the path of selftests/vm before sourcing lib.sh}"
CLAT_CACHE=${CLAT_CACHE:-/var/cache/clat}
VM_TOP=$(cd "$VM_DIR/../.." && pwd)
# Scripts call each other: the first one's start is everybody's, so that the times on screen are one clock.
VM_START=${VM_START:-$(date +%s)}
export CLAT_CACHE VM_DIR VM_START

# say TEXT: a progress line with the seconds since the start.
say()
{
	printf '[%4d s] %s\n' $(($(date +%s) - VM_START)) "$*" >&2
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# vm_quote WORD...: the words as one line that a shell reads back unchanged.
vm_quote()
{
	for vm_word in "$@"; do
		printf "'%s' " "$(printf '%s' "$vm_word" | sed "s/'/'\\\\''/g")"
	done
}

# vm_host_setup "$@": come back as root, with the host's few packages installed.
vm_host_setup()
{
	vm_need_root "$@"
	mkdir -p "$CLAT_CACHE" || die "cannot make the cache folder $CLAT_CACHE; set CLAT_CACHE to a folder that can be written"
	vm_need mmdebstrap mmdebstrap
	vm_need unshare util-linux
	vm_need mount mount
}

vm_need_root()
{
	[ "$(id -u)" != 0 ] || return 0
	command -v sudo >/dev/null ||
		die "needs root (guest roots are made with chroot and mounts) and sudo is not installed: run it as root"
	say "needs root: starting again with sudo"
	exec sudo env CLAT_CACHE="$CLAT_CACHE" VM_START="$VM_START" sh "$0" "$@"
}

# vm_need COMMAND PACKAGE: install the Debian package if the command is not there.
vm_need()
{
	! command -v "$1" >/dev/null || return 0
	command -v apt-get >/dev/null ||
		die "$1 is missing and this system has no apt-get: install $1 (Debian package $2) and start again"
	say "installing the package $2 on this machine"
	vm_aptlog=$(mktemp)
	# A fresh system has no package lists yet, and old lists name packages that are gone.
	if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive \
	       apt-get -qy install --no-install-recommends "$2"; } </dev/null >"$vm_aptlog" 2>&1; then
		tail -n 20 "$vm_aptlog" >&2
		rm -f "$vm_aptlog"
		die "apt-get could not install $2: see above; is the network there?"
	fi
	rm -f "$vm_aptlog"
}

# vm_chroot ROOT [-o] [-b HOSTDIR:DIR]... [-d DIR] -- COMMAND...: run it inside a root, its mounts and
# processes in namespaces of their own, so that nothing is left behind however it ends; with -o what
# it writes to the root (not to HOSTDIRs) is forgotten.
vm_chroot()
{
	(vm_chroot_exec "$@")
}

# vm_chroot_exec: the same, in place of this shell; killing it (SIGKILL) ends all that runs inside.
vm_chroot_exec()
{
	exec unshare --mount --pid --fork --kill-child --propagation unchanged sh "$VM_DIR/chroot.sh" "$@"
}

# vm_kernel ROOT: version of the newest Debian kernel in a root.
vm_kernel()
{
	vm_kver=$(find "$1/lib/modules" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -V | tail -n 1)
	[ -n "$vm_kver" ] || die "no kernel in $1: remove that folder and start again"
	echo "$vm_kver"
}

# vm_copy_tree DIR: copy our sources, without build products, into the new folder DIR.
vm_copy_tree()
{
	mkdir -p "$1" || die "cannot make $1"
	# A tree that belongs to the user who called sudo is safe to read: git must not refuse it.
	if (cd "$VM_TOP" && git -c safe.directory='*' ls-files -z -co --exclude-standard) >"$1/.files" 2>/dev/null; then
		# Files that git knows but that were deleted are no part of the tree any more.
		(cd "$VM_TOP" && xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh) \
			<"$1/.files" >"$1/.present" || die "cannot list the files of $VM_TOP"
		(cd "$VM_TOP" && tar -c --null -T "$1/.present") | tar -xo -C "$1" || die "cannot copy $VM_TOP to $1"
		rm -f "$1/.present"
	else
		# No git here, or no repository: copy everything.
		(cd "$VM_TOP" && tar -c --exclude=./.git .) | tar -xo -C "$1" || die "cannot copy $VM_TOP to $1"
	fi
	# A program built for another system looks up to date to make.
	sh "$VM_DIR/distclean.sh" "$1"
	rm -f "$1/.files"
}
