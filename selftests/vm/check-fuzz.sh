# SPDX-License-Identifier: GPL-2.0
# The part of check.sh that fuzzes: the corpora of selftests/fuzz/ and some mutations, the same in every run.
# selftests/fuzz/run.sh does it for hours.

# in_fuzz COMMAND...: run it in the copy of selftests/fuzz/ inside the guest root.
in_fuzz()
{
	vm_chroot "$fuzz" -b "$uml:/srv/uml" -d "$tree/selftests/fuzz" -- "$@"
}

check_fuzz()
{
	fuzz_t0=$(date +%s)
	if ! fuzz=$(sh "$VM_DIR/root.sh" fuzz); then
		tap_result FAIL host fuzz "root is made" $(($(date +%s) - fuzz_t0))
		return 0
	fi
	# What a run left that was killed
	find "$fuzz/srv" -mindepth 1 -maxdepth 1 -name '*.[0-9]*' -mmin +1440 -exec rm -rf {} +
	vm_copy_tree "$fuzz$tree"
	if tap_step fuzz "fuzzers build, no warning" quiet_build in_fuzz make "-j$(nproc)" UML=/srv/uml; then
		for fuzz_target in $(in_fuzz make -s targets); do
			tap_step fuzz "$fuzz_target: no finding" in_fuzz sh inside.sh short "$fuzz_target" || :
		done
		tap_step fuzz "the corpora execute 95 % of the lines of kernel/core/" in_fuzz sh inside.sh lines 95 || :
	fi
	rm -rf "$fuzz$tree"
}
