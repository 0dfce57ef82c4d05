# SPDX-License-Identifier: GPL-2.0
# The module under test and what it counts. Sourced after lib.sh.

: "${SELFTESTS:?source lib.sh first}"
. "$SELFTESTS/vm/reports.sh"

CLAT_KO=$SELFTESTS/../kernel/clat.ko
CLATCTL=$SELFTESTS/../ctl/clatctl

# module_load: the one that was built from this tree, and no other
module_load()
{
	[ -r "$CLAT_KO" ] || bail "no module at $CLAT_KO: build it for this kernel first"
	module_none
	for MODULE_DEP in $(modinfo -F depends "$CLAT_KO" | tr ',' ' '); do
		modprobe "$MODULE_DEP" || bail "modprobe $MODULE_DEP, which clat.ko needs"
	done
	insmod "$CLAT_KO" || bail "insmod $CLAT_KO: $(dmesg | tail -n 3)"
}

# cases_run "NAMESPACE..." FILE [PART OF A CASE'S NAME...]: the module with the cases of xlat/FILE, which make these namespaces.
# They go before the module does, with its hooks still there: what deletes them must not wait for those. Exits.
cases_run()
{
	CASES_NAMESPACES=$1 CASES_FILE=$2
	shift 2
	module_load
	CASES_STATUS=0
	python3 "$SELFTESTS/xlat/$CASES_FILE" "$@" || CASES_STATUS=$?
	for CASES_NAMESPACE in $CASES_NAMESPACES; do
		ip netns del "$CASES_NAMESPACE"
	done
	rmmod clat || exit 1
	exit "$CASES_STATUS"
}

# module_none: whatever is loaded goes away
module_none()
{
	! module_loaded || rmmod clat || bail "a module clat is loaded and does not go away"
}

module_loaded()
{
	grep -q '^clat ' /proc/modules
}

# kernel_faults: prints what the kernel complained about since boot, or since the runner emptied its log
kernel_faults()
{
	dmesg -t | grep -E "$KERNEL_REPORTS"
}
