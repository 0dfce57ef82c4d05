#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make the User-Mode-Linux kernel with sanitizers and KUnit if it is not there yet, and print the path
# of its build tree: uml.sh
# The tree holds the program `linux` and is what modules for it are
# built against: make -C TREE ARCH=um M=FOLDER. It lies in $CLAT_CACHE/uml, one folder for each kernel
# source and configuration; progress goes to stderr. Takes 5 to 10 minutes on two processors.
set -eu
VM_DIR=$(cd "$(dirname "$0")" && pwd)
. "$VM_DIR/lib.sh"

# Runs inside the guest root: /srv/source is the root `source`, /srv/uml the new tree.
build='
	set -eu
	cd /srv/uml
	tar -xf /srv/source/usr/src/linux-source-6.1.tar.xz --strip-components=1
	cat clat-*.patch | patch -p1
	make ARCH=um x86_64_defconfig
	ARCH=um KCONFIG_CONFIG=.config scripts/kconfig/merge_config.sh -m .config clat.config
	make ARCH=um olddefconfig
	missing=$(grep "^CONFIG" clat.config | grep -vxFf .config || :)
	[ -z "$missing" ] || { echo "the kernel does not take: $missing"; exit 1; }
	make ARCH=um -j"$(nproc)"
	# Modules are built against headers, scripts and Module.symvers, not against objects.
	find . -name "*.o" ! -path "./scripts/*" -delete
'

make_uml()
{
	[ "$(df -Pm "$CLAT_CACHE" | awk 'NR == 2 { print $4 }')" -ge 3000 ] ||
		die "the test kernel needs 3000 MB below $CLAT_CACHE: make room, or set CLAT_CACHE to another disk"
	new=$umls/.new log=$umls/build.log
	rm -rf "$new"
	mkdir -p "$new"
	cp "$VM_DIR/uml.config" "$new/clat.config"
	for patch in "$VM_DIR"/uml-*.patch; do
		cp "$patch" "$new/clat-${patch##*/uml-}"
	done
	say "test kernel (UML, KASAN, lockdep, KUnit): building, 5 to 10 minutes on 2 processors; log: $log"
	if ! vm_chroot "$guest" -b "$source:/srv/source" -b "$new:/srv/uml" -- nice sh -c "$build" \
	     </dev/null >"$log" 2>&1; then
		tail -n 30 "$log" >&2
		die "the test kernel could not be built: see above and $log"
	fi
	mv "$new" "$uml"
	say "test kernel: made"
}

vm_host_setup "$@"
[ $# = 0 ] || die "usage: uml.sh"
guest=$(sh "$VM_DIR/root.sh" guest)
umls=$CLAT_CACHE/uml
source=$(sh "$VM_DIR/root.sh" source)
# Size and time of the source stand for its version.
tarball=$source/usr/src/linux-source-6.1.tar.xz
key=$({ stat -c '%s %Y' "$tarball"; cat "$VM_DIR/uml.config" "$VM_DIR"/uml-*.patch; } | sha256sum | cut -c1-12)
uml=$umls/6.1-$key
if [ ! -d "$uml" ]; then
	mkdir -p "$umls"
	exec 9>"$umls/.lock"
	flock -n 9 || { say "test kernel: another program builds it, waiting"; flock 9; }
	[ -d "$uml" ] || make_uml
	for old in "$umls"/6.1-*; do
		[ "$old" = "$uml" ] || flock -n "$old" rm -rf "$old" || say "test kernel: the old $old is in use and stays"
	done
fi
echo "$uml"
