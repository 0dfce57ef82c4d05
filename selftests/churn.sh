#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Lives of a clat device under traffic: load, create, move, delete, unload in any order (churn/churn.c). A thousand of
# them where CLAT_LONG says that there is time, else one hundred.
# runs-in: uml qemu
# cpus: 2
# timeout: 600
# apart: qemu
#
# Usage: churn.sh [CYCLES]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"

# Grace periods of RCU are most of a cycle; what waits for them does not care how they come about.
[ ! -w /sys/kernel/rcu_expedited ] || echo 1 >/sys/kernel/rcu_expedited

# Loads what the module and the test's links need, and shows that the module goes as it came.
module_load
ip link add type veth && ip link del veth0
rmmod clat || bail "the module does not unload"

# Debug information is most of what would be read a thousand times.
strip -g -o "$LIB_TMP/clat.ko" "$CLAT_KO" || bail "strip $CLAT_KO"

cycles=100
[ -z "${CLAT_LONG-}" ] || cycles=1000
"$SELFTESTS/churn/churn" "$LIB_TMP/clat.ko" "${1:-$cycles}"
CHURN_STATUS=$?

[ ! -w /sys/kernel/rcu_expedited ] || echo 0 >/sys/kernel/rcu_expedited
if kernel_faults >"$LIB_TMP/faults"; then
	echo "not ok 3 - the kernel has nothing to complain about"
	diag "$(head -n 20 "$LIB_TMP/faults")"
	exit 1
fi
[ "$CHURN_STATUS" -eq 0 ] || exit "$CHURN_STATUS"
echo "ok 3 - the kernel has nothing to complain about"
