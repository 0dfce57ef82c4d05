#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run a command in a stock Debian kernel, booted in QEMU.
#
# Usage: run.sh [-c CPUS] [-m MB] [-t SECONDS] [-r ROOT] [-d DIR] -- COMMAND [ARGUMENT...]
#   -c CPUS     processors (1)
#   -m MB       memory (2048)
#   -t SECONDS  give up after this long, boot included (300)
#   -r ROOT     guest root to boot, a name in the file `roots` (guest)
#   -d DIR      folder inside the root to start in (/)
# COMMAND runs as root over the root's files; what it writes is gone afterwards. Its output comes
# to stdout while it runs, and its exit status is ours. Otherwise: 121 the kernel reported a fault,
# 122 the machine went away, 124 the time was up, 125 it never came up; the log's end is shown.
# Environment: CLAT_ACCEL=kvm  use KVM. Not by default: emulation runs the same everywhere, and a KVM
# that is there but broken (nested, say) hangs or aborts QEMU. CLAT_APPEND  more kernel parameters.
set -eu
VM_DIR=$(cd "$(dirname "$0")" && pwd)
. "$VM_DIR/lib.sh"
. "$VM_DIR/run-lib.sh"

run_options "$@"
vm_host_setup "$@"
shift "$run_shift"
[ $# -gt 0 ] || run_usage
emulator=$(sh "$VM_DIR/root.sh" qemu)
run_prepare "$@"

kver=$(vm_kernel "$root")
append="console=ttyS0 quiet panic=-1 mitigations=off nowatchdog rcupdate.rcu_cpu_stall_timeout=120"
append="$append net.ifnames=0 clat_run=$run clat_out=/dev/clat-out clat_ctl=/dev/clat-ctl ${CLAT_APPEND-}"

run_machine "$emulator" -b "$root:/srv/guest" -- timeout -k 5 "$secs" \
	qemu-system-x86_64 -accel "${CLAT_ACCEL:-tcg}" -cpu max,la57=off -smp "$cpus" -m "$mem" \
	-nodefaults -display none -no-reboot \
	-kernel "/srv/guest/boot/vmlinuz-$kver" -initrd /srv/guest/boot/clat-initrd -append "$append" \
	-chardev "file,id=log,path=/srv/guest$run/log" -serial chardev:log \
	-device virtio-rng-pci -device virtio-serial-pci \
	-chardev "file,id=out,path=/srv/guest$run/out" -device virtserialport,chardev=out,name=clat-out \
	-chardev "file,id=ctl,path=/srv/guest$run/ctl" -device virtserialport,chardev=ctl,name=clat-ctl \
	-virtfs local,path=/srv/guest,mount_tag=host,security_model=none,readonly=on,multidevs=remap
