#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# ICMP errors both ways with the packets they quote, octet by octet (xlat/cases_error.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: errors.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
python3 "$SELFTESTS/xlat/cases_error.py" "$@"
STATUS=$?
for NAME in client phone far; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
