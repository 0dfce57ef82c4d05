#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# runs-in: qemu
# timeout: 300
# apart: qemu
# The installed module in a booted Debian: it loads by name and by link kind, and `make uninstall` leaves nothing.
# check.sh has run `make install` and `dkms autoinstall` in this system before (vm/dkms-install.sh) and saved
# what they put there in dkms.tar: a compiler takes minutes in an emulated processor.
. "$(dirname "$0")/lib.sh"

cd "$(dirname "$0")/.." || exit 1
KVER=$(uname -r)
VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

module_file()
{
	[ "$(modinfo -F filename clat)" = "/lib/modules/$KVER/updates/dkms/clat.ko" ]
}

loaded()
{
	[ -d /sys/module/clat ]
}

loads_by_name()
{
	modprobe clat && loaded && rmmod clat
}

loads_by_kind()
{
	ip link add clat0 type clat && loaded && ip -d link show clat0 | grep -qw clat
}

lists_it()
{
	/usr/sbin/clatctl show | grep clat0
}

no_trace()
{
	! modinfo clat >/dev/null 2>&1 && [ -z "$(dkms status -m clat)" ] && [ ! -e "/usr/src/clat-$VERSION" ] &&
		[ ! -e /usr/sbin/clatctl ] && [ ! -e /usr/share/man/man8/clatctl.8 ]
}

tap_plan 9
[ -r dkms.tar ] || bail "there is no dkms.tar: run this test by check.sh, which installs first"
check "nothing of it is there before" no_trace
tar -xf dkms.tar -C / || bail "dkms.tar cannot be unpacked"
check "dkms says installed for $KVER" sh -c 'dkms status -m clat -v "$1" -k "$2" | grep installed' sh "$VERSION" "$KVER"
check "the module is the one in updates/dkms" module_file
check_equal "its version is the package's" "$VERSION" "$(modinfo -F version clat)"
check "modprobe clat" loads_by_name
check "ip link add type clat loads it by itself" loads_by_kind
check "the installed clatctl shows the device" lists_it
ip link del clat0
rmmod clat
check "make uninstall" make uninstall PREFIX=/usr
check "nothing is left" no_trace
finish
