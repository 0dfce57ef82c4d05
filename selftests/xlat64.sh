#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# IPv6 to IPv4, packet by packet and octet by octet (xlat/cases64.py): what is translated, and what is dropped and counted.
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: xlat64.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
python3 "$SELFTESTS/xlat/cases64.py" "$@"
STATUS=$?
for NAME in client phone far; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
