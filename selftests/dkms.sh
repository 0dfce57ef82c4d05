#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# runs-in: qemu
# cpus: 2
# timeout: 400
# Installation on a Debian system: `make install` builds by dkms for the running kernel, the module loads by name
# and by link kind, dkms brings it back by itself, `make uninstall` leaves nothing.
. "$(dirname "$0")/lib.sh"

cd "$(dirname "$0")/.." || exit 1
kver=$(uname -r)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

installed()
{
	dkms status -m clat -v "$version" -k "$kver" | grep -q installed
}

module_file()
{
	modinfo -k "$kver" -F filename clat
}

loaded()
{
	[ -d /sys/module/clat ]
}

add_by_kind()
{
	ip link add clat0 type clat && loaded && ip -d link show clat0 | grep -q ' clat '
}

no_trace()
{
	! modinfo -k "$kver" clat >/dev/null 2>&1 && [ -z "$(dkms status -m clat)" ] && [ ! -e "/usr/src/clat-$version" ]
}

tap_plan 11
check "clat is not there before" no_trace
check "make install" make install PREFIX=/usr
check "dkms says installed for $kver" installed
check "the module lies in updates/dkms" sh -c "$(command -v modinfo) -k $kver -F filename clat | grep /updates/dkms/clat.ko"
check "its version is the package's" test "$(modinfo -k "$kver" -F version clat)" = "$version"
check "modprobe clat" modprobe clat
check "clatctl finds it by the installed name" sh -c '/usr/sbin/clatctl show'
rmmod clat
check "ip link add type clat loads it by itself" add_by_kind
ip link del clat0
rmmod clat
dkms uninstall -m clat -v "$version" -k "$kver" >/dev/null
check "dkms autoinstall, as at a new kernel, installs it" sh -c 'dkms autoinstall -k "$1" && modinfo -k "$1" clat' sh "$kver"
check "make uninstall" make uninstall PREFIX=/usr
check "nothing is left" no_trace
finish
