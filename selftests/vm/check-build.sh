# SPDX-License-Identifier: GPL-2.0
# The part of check.sh that needs no test machine: roots, builds, static checks, unit tests.
# Everything is compiled inside guest roots by chroot, from copies of the tree.

# check_roots: sets guest, uml, ynl (and makes the root qemu); without them nothing can run.
check_roots()
{
	for check_what in guest qemu uml ynl; do
		check_t0=$(date +%s)
		case $check_what in
		guest | qemu) check_path=$(sh "$VM_DIR/root.sh" "$check_what") ;;
		*) check_path=$(sh "$VM_DIR/$check_what.sh") ;;
		esac || {
			tap_result FAIL host roots "$check_what is made" $(($(date +%s) - check_t0))
			return 1
		}
		eval "$check_what=\$check_path"
	done
	# Nobody replaces the root or the test kernel while they are used here.
	exec 5<"$uml" 6<"$guest"
	flock -s 5
	flock -s 6
	kver=$(vm_kernel "$guest")
	# What a run left that was killed: nothing runs for a day.
	find "$guest/srv" -mindepth 1 -maxdepth 1 -name '*.[0-9]*' -mmin +1440 -exec rm -rf {} +
	tap_result ok host roots "guest roots, test kernel and generator are there" $(($(date +%s) - check_t0))
}

# One copy for each kernel: objects for two kernels do not fit into one tree.
check_trees()
{
	vm_copy_tree "$guest$tree/stock"
	vm_copy_tree "$guest$tree/uml"
}

# in_tree DIR COMMAND...: run it in the copy DIR inside the guest root.
in_tree()
{
	in_dir=$1
	shift
	vm_chroot "$guest" -b "$uml:/srv/uml" -b "$ynl:/srv/ynl" -d "$tree/$in_dir" -- "$@"
}

# quiet_build COMMAND...: a build passes only without a warning.
quiet_build()
{
	build_out=$(mktemp)
	build_rc=0
	"$@" >"$build_out" 2>&1 || build_rc=$?
	cat "$build_out"
	if [ "$build_rc" = 0 ] && grep -q 'warning:' "$build_out"; then
		echo "the build gave warnings"
		build_rc=1
	fi
	rm -f "$build_out"
	return "$build_rc"
}

check_build()
{
	check_jobs=-j$(nproc)
	tap_step build "module for Debian's $kver, W=1, no warning" \
		quiet_build in_tree stock make "$check_jobs" W=1 "KDIR=/lib/modules/$kver/build" module || :
	tap_step build "module for the sanitized test kernel, no warning" \
		quiet_build in_tree uml make "$check_jobs" KDIR=/srv/uml ARCH=um module || :
	tap_step build "KUnit modules for the sanitized test kernel, no warning" \
		quiet_build in_tree uml make "$check_jobs" -C /srv/uml ARCH=um M="$tree/uml/kernel/tests" modules || :
	tap_step build "packet fuzzer for the sanitized test kernel, no warning" \
		quiet_build in_tree uml make "$check_jobs" -C /srv/uml ARCH=um W=1 M="$tree/uml/selftests/skbfuzz" modules || :
	tap_step build "clatctl, no warning" quiet_build in_tree stock make "$check_jobs" ctl || :
	check_test_programs
	# The test machines of both kinds run over the same root: one clatctl serves them. With all it was made from, so
	# that "make install" in a machine does not make it again.
	cp -a "$guest$tree/stock/ctl/." "$guest$tree/uml/ctl/"
}

# Programs that tests run: every folder of selftests/ with a Makefile, but the unit tests and the fuzzers.
check_test_programs()
{
	for check_dir in "$VM_TOP"/selftests/*/Makefile; do
		check_dir=$(basename "$(dirname "$check_dir")")
		case $check_dir in unit | fuzz | '*') continue ;; esac
		tap_step build "selftests/$check_dir, no warning" \
			quiet_build in_tree stock make "$check_jobs" -C "selftests/$check_dir" || :
		cp -r "$guest$tree/stock/selftests/$check_dir/." "$guest$tree/uml/selftests/$check_dir/"
	done
}

# Installation: done here, since a compiler under emulation takes minutes; selftests/dkms.sh boots the result.
check_dkms()
{
	tap_step dkms "make install, dkms autoinstall, for Debian's $kver" vm_chroot "$guest" -o \
		-b "$guest$tree/stock:/srv/out" -d "$tree/stock" -- \
		sh selftests/vm/dkms-install.sh "$kver" /srv/out/dkms.tar || :
}

check_static()
{
	tap_step static "sparse with endian checks" check_sparse || :
	tap_step static "checkpatch on kernel/ and uapi/" check_patch || :
	tap_step static "netlink code is what the spec generates" check_generated || :
	tap_step static "shell scripts parse" check_shell || :
	tap_step static "manual pages are well-formed" check_man || :
	tap_step build "clatctl without libsystemd, and its unit tests, no warning" quiet_build check_without_bus || :
}

check_without_bus()
{
	vm_copy_tree "$guest$tree/without-bus"
	in_tree without-bus sh -c 'make -C ctl WITHOUT_SYSTEMD=1 && make -C selftests/unit WITHOUT_SYSTEMD=1 check &&
		! ldd ctl/clatctl | grep libsystemd'
}

# Sparse also reads the kernel's headers; only what it says of our files counts.
check_sparse()
{
	sparse_out=$(mktemp)
	sparse_rc=0
	in_tree stock make sparse "KDIR=/lib/modules/$kver/build" >"$sparse_out" 2>&1 || sparse_rc=$?
	cat "$sparse_out"
	grep -q '  CHECK  ' "$sparse_out" || { echo "sparse did not run"; sparse_rc=1; }
	! grep -E "$tree/stock/.*: (warning|error):" "$sparse_out" || sparse_rc=1
	rm -f "$sparse_out"
	return "$sparse_rc"
}

# Not asked of an out-of-tree module: MAINTAINERS, and the kernel's own opinion on new typedef-like names.
# A trace header is made of macros, which are neither statements nor expressions.
check_patch()
{
	in_tree stock sh -c '
		find kernel uapi -name "*.[ch]" ! -name "*.mod.c" ! -name "netlink-gen.*" ! -path "kernel/compat/*" \
			! -path uapi/linux/clat.h ! -path kernel/trace.h | sort | xargs -r \
		perl /srv/uml/scripts/checkpatch.pl --no-tree --strict --terse --summary-file --show-types --file \
			--max-line-length=120 --ignore LINUX_VERSION_CODE,FILE_PATH_CHANGES'
}

check_generated()
{
	in_tree stock sh -eu -c '
		rm -rf /tmp/ynl && cp -r /srv/ynl /tmp/ynl
		specs=/tmp/ynl/Documentation/netlink/specs
		cp Documentation/netlink/specs/clat.yaml $specs/clat.yaml
		generate() { committed=$1 new=/tmp/ynl/$(basename "$1"); shift
			(cd /tmp/ynl && timeout 60 python3 tools/net/ynl/ynl-gen-c.py --spec $specs/clat.yaml "$@" -o $new)
			diff -u "$committed" $new; }
		generate uapi/linux/clat.h --mode uapi --header
		generate kernel/netlink-gen.h --mode kernel --header
		generate kernel/netlink-gen.c --mode kernel --source
		rm -rf /tmp/ynl'
}

check_shell()
{
	in_tree stock sh -c 'rc=0
		for file in $(grep -rlE "^#!/bin/sh" .ci selftests; find selftests -name "*.sh"); do
			dash -n "$file" || rc=1
		done
		exit $rc'
}

check_man()
{
	in_tree stock sh -c '
		set -- $(find Documentation -name "*.[1-8]")
		[ $# -gt 0 ] || { echo "there is no manual page in Documentation/"; exit 1; }
		mandoc -T lint -W warning "$@"'
}

# ctl's unit tests need no kernel: they run in the guest root by chroot, with cmocka's TAP.
check_unit()
{
	{
		echo "#clat start selftests/unit"
		unit_t0=$(date +%s) unit_rc=0
		in_tree stock env CMOCKA_MESSAGE_OUTPUT=TAP make -s -C selftests/unit check 2>&1 </dev/null || unit_rc=$?
		echo "#clat end $unit_rc $(($(date +%s) - unit_t0))"
	} | tap_read host
}

# check_elsewhere: the module compiles for other machines and kernels.
check_elsewhere()
{
	compile_in arm64 "module for arm64, no warning" \
		ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- KDIR=/usr/src/linux-arm64
	compile_in oldest "module for the oldest kernel (Debian 11), no warning"
	compile_in newest "module for the newest kernel (Debian sid), no warning"
}

# compile_in ROOT CASE [VARIABLE=VALUE...]: without a KDIR, for the newest headers in that root.
compile_in()
{
	elsewhere_root=$1 elsewhere_case=$2
	shift 2
	elsewhere_t0=$(date +%s)
	if ! elsewhere=$(sh "$VM_DIR/root.sh" "$elsewhere_root"); then
		# Suites that move (sid) or age (bullseye) may not be had today, which says nothing about the module.
		elsewhere_status=skip
		[ "$elsewhere_root" != arm64 ] || elsewhere_status=FAIL
		tap_result "$elsewhere_status" host build "$elsewhere_case" $(($(date +%s) - elsewhere_t0)) \
			"its root could not be made, see above"
		return 0
	fi
	[ $# -gt 0 ] || set -- "KDIR=/lib/modules/$(vm_kernel "$elsewhere")/build"
	vm_copy_tree "$elsewhere$tree"
	tap_step build "$elsewhere_case" quiet_build \
		vm_chroot "$elsewhere" -d "$tree" -- make "-j$(nproc)" "$@" module || :
	rm -rf "$elsewhere$tree"
}
