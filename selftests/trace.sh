#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Traceroute and path MTU discovery through routers of real stacks (xlat/cases_trace.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: trace.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
python3 "$SELFTESTS/xlat/cases_trace.py" "$@"
STATUS=$?
for NAME in client phone far mid server; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
