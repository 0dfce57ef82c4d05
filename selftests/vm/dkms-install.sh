#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Install the tree as a user does, with `make install`, for a kernel that is not running, and save what that
# put into the system: dkms-install.sh KERNEL TARFILE
# Runs in the guest root by chroot, all but the tar file forgotten afterwards.
set -eu
kver=$1 tar=$2
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
die() { echo "dkms-install.sh: $*"; exit 1; }

installed()
{
	dkms status -m clat -v "$version" -k "$kver" | grep installed &&
		modinfo -k "$kver" -F filename clat | grep "^/lib/modules/$kver/updates/dkms/clat.ko"
}

! installed || die "clat is in the guest root already: make it anew with root.sh -f guest"
make install PREFIX=/usr KVER="$kver"
installed || die "make install did not install the module"

# What happens at a new kernel: dkms builds and installs by itself whatever says AUTOINSTALL.
dkms remove -m clat -v "$version" -k "$kver"
dkms add -m clat -v "$version"
! installed || die "dkms remove left the module"
dkms autoinstall -k "$kver"
installed || die "dkms autoinstall did not install the module"

tar -cf "$tar" -C / "usr/src/clat-$version" var/lib/dkms/clat "lib/modules/$kver/updates" \
	"lib/modules/$kver/modules.dep" "lib/modules/$kver/modules.dep.bin" \
	"lib/modules/$kver/modules.alias" "lib/modules/$kver/modules.alias.bin" \
	usr/sbin/clatctl usr/share/man/man8/clatctl.8
