#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Count the instructions that a packet costs, in an emulated arm64 machine: `make bench`.
#
# Usage: run.sh [-j|-s] [ROW...]
#        run.sh -c ROW
#   -j    JSON instead of a table
#   -s    a bar chart as SVG
#   -c    instructions of one row by function
#   ROW   only rows whose name begins so; native IPv6 is always there, it is what others are compared with
# The machine executes one instruction a nanosecond of its own clock (QEMU's icount), so its clock counts
# instructions; two runs differ by less than 0.4 %. Needs root or sudo.
set -eu
BENCH_DIR=$(cd "$(dirname "$0")" && pwd)
VM_DIR=$BENCH_DIR/../vm
. "$VM_DIR/lib.sh"
. "$VM_DIR/run-lib.sh"
# Single-threaded emulation with a counter is slow.
RUN_BOOT_SECONDS=600

usage()
{
	sed -n '/^# Usage/,/^# The machine/s/^# \{0,1\}//p' "$0" | sed '$d' >&2
	exit 2
}

# build ROOT: our modules for the guest's kernel, in $work/tree.
build()
{
	build_headers=/usr/src/linux-headers-$kver
	[ -d "$1$build_headers" ] ||
		die "the headers in $1 are not for kernel $kver: make both anew with selftests/vm/root.sh -f arm64 and -f bench"
	for build_dir in kernel selftests/bench; do
		vm_chroot "$1" -b "$work:/srv/bench" -d "/srv/bench/tree/$build_dir" -- \
			make -s "-j$(nproc)" -C "$build_headers" ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
			M="/srv/bench/tree/$build_dir" modules >"$work/build.log" 2>&1 || {
			cat "$work/build.log" >&2
			die "the module in $build_dir could not be built: see above"
		}
	done
}

# make_initrd HOST GUEST: what mounts the guest's root by 9p. The guest's packages are only extracted: what
# installing them would have done is done here.
make_initrd()
{
	for initrd_dir in proc sys dev run root tmp; do
		mkdir -p "$2/$initrd_dir"
	done
	vm_chroot "$1" -b "$2:/srv/guest" -b "$work:/srv/bench" -d /srv/bench -- sh -eu -c '
		mkdir -p initrd/bin initrd/modules initrd/proc initrd/sys initrd/dev initrd/lower initrd/rw initrd/root
		cp /srv/guest/bin/busybox initrd/bin/
		cp tree/selftests/vm/initrd-init initrd/init
		chmod 755 initrd/init
		[ -e "/srv/guest/lib/modules/$1/modules.dep" ] || depmod -b /srv/guest "$1"
		for module in virtio_pci 9pnet_virtio 9p overlay virtio_console virtio_rng; do
			modprobe -d /srv/guest -S "$1" --show-depends "$module"
		done | sed -n "s/^insmod \([^ ]*\).*/\1/p" | awk "!seen[\$0]++" | while read -r file; do
			cp "$file" initrd/modules/
			basename "$file" >>initrd/modules/order
		done
		cd initrd
		find . | cpio -o -H newc --quiet >../initrd.cpio' sh "$kver"
}

# build_plugin COMPILERS HOST: what counts by function, for the emulator.
build_plugin()
{
	vm_chroot "$1" -b "$work:/srv/bench" -d /srv/bench -- \
		gcc -O2 -Wall -Wextra -fPIC -shared -o count.so tree/selftests/bench/count.c
}

form='' plugin=''
while getopts cjs option; do
	case $option in
	c) form=-c plugin="-plugin /srv/guest/srv/bench.$$/count.so,out=/srv/guest/srv/bench.$$/counts" ;;
	j | s) form=-$option ;;
	*) usage ;;
	esac
done
vm_host_setup "$@"
shift $((OPTIND - 1))

compilers=$(sh "$VM_DIR/root.sh" arm64)
host=$(sh "$VM_DIR/root.sh" benchhost)
rootname=bench dir=/ secs=900
run_prepare sh -c 'exec python3 -B "$0/tree/selftests/bench/guest.py" "$@"' "/srv/bench.$$" $form "$@"
work=$root/srv/bench.$$
trap 'run_stop; rm -rf "$here" "$work"' EXIT
vm_copy_tree "$work/tree"
kver=$(vm_kernel "$root")
build "$compilers"
make_initrd "$host" "$root"
[ -z "$plugin" ] || build_plugin "$compilers"

append="console=ttyAMA0 quiet panic=-1 mitigations=off init_on_alloc=0 nokaslr nowatchdog"
append="$append net.ifnames=0 clat_run=$run clat_out=/dev/clat-out clat_ctl=/dev/clat-ctl"
machine()
{
	run_machine "$host" -b "$root:/srv/guest" -- timeout -k 5 "$secs" \
		qemu-system-aarch64 -M virt,gic-version=3,dtb-randomness=off -cpu cortex-a76 -smp 1 -m 1024 \
		$plugin -accel tcg,thread=single -icount shift=0,sleep=off -rtc base=2026-01-01,clock=vm \
		-nodefaults -display none -no-reboot \
		-kernel "/srv/guest/boot/vmlinuz-$kver" -initrd "/srv/guest/srv/bench.$$/initrd.cpio" -append "$append" \
		-chardev "file,id=log,path=/srv/guest$run/log" -serial chardev:log \
		-device virtio-serial-pci \
		-chardev "file,id=out,path=/srv/guest$run/out" -device virtserialport,chardev=out,name=clat-out \
		-chardev "file,id=ctl,path=/srv/guest$run/ctl" -device virtserialport,chardev=ctl,name=clat-ctl \
		-virtfs local,path=/srv/guest,mount_tag=host,security_model=none,readonly=on,multidevs=remap
}

if [ -z "$plugin" ]; then
	machine
else
	(machine) >"$work/out" || { cat "$work/out"; exit 1; }
	sh "$BENCH_DIR/count.sh" "$work/out" "$work/counts"
fi
