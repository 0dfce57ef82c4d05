#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make a root bootable: setup-boot.sh ROOT
# Run by root.sh once the packages are in: writes /boot/clat-initrd, which mounts the root over 9p,
# and makes sure that Jool was built for the kernel that will boot.
set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)

kver=$(find "$root/lib/modules" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' | sort -V | tail -n 1)
tree=$root/tmp/initrd
mkdir -p "$tree/bin" "$tree/modules" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/lower" "$tree/rw" "$tree/root"
cp "$root/bin/busybox" "$tree/bin/busybox"
cp "$here/initrd-init" "$tree/init"
chmod 755 "$tree/init"

# In the order in which they must be loaded; a module that is built in has no line here.
for module in virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng; do
	chroot "$root" modprobe -S "$kver" --show-depends "$module"
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
	base=$(basename "$file")
	case $file in
	*.xz) base=${base%.xz}; chroot "$root" xz -dc "$file" >"$tree/modules/$base" ;;
	*) cp "$root$file" "$tree/modules/$base" ;;
	esac
	echo "$base" >>"$tree/modules/order"
done

chroot "$root" sh -c 'cd /tmp/initrd && find . | cpio -o -H newc --quiet | gzip -1 >/boot/clat-initrd'
rm -rf "$tree"

# systemd-resolved has made it a link into /run, where nothing is until it runs.
rm -f "$root/etc/resolv.conf"
: >"$root/etc/resolv.conf"

[ -n "$(find "$root/lib/modules/$kver/updates" -name 'jool.ko*')" ] || {
	echo "setup-boot.sh: dkms did not build jool for $kver" >&2
	exit 1
}
