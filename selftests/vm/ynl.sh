#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Unpack the kernel's netlink code generator and schemas, and print their folder: ynl.sh
# They come from linux-source-6.12, the first whose generator does per-op policies as we need them.
# The folder lies in the root `source` and goes with it.
set -eu
VM_DIR=$(cd "$(dirname "$0")" && pwd)
. "$VM_DIR/lib.sh"

vm_host_setup "$@"
source=$(sh "$VM_DIR/root.sh" source)
ynl=$source/srv/ynl
if [ ! -d "$ynl" ]; then
	guest=$(sh "$VM_DIR/root.sh" guest)
	exec 9>"$CLAT_CACHE/root/.ynl.lock"
	flock 9
	say "netlink code generator: unpacking it from linux-source-6.12"
	rm -rf "$ynl.new"
	mkdir -p "$ynl.new"
	vm_chroot "$guest" -b "$source:/srv/source" -d /srv/source/srv/ynl.new -- \
		tar -xf /srv/source/usr/src/linux-source-6.12.tar.xz --strip-components=1 --wildcards \
		'linux-source-6.12/tools/net/ynl' 'linux-source-6.12/Documentation/netlink' \
		'linux-source-6.12/MAINTAINERS' 9>&- || die "could not unpack the generator from $source"
	mv "$ynl.new" "$ynl"
fi
echo "$ynl"
