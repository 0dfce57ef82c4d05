#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A PLAT that does not answer: the device tells, and tells when it answers again (xlat/cases_watch.py).
# runs-in: uml
# timeout: 180
#
# Usage: watch.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
python3 "$SELFTESTS/xlat/cases_watch.py" "$@"
STATUS=$?
for NAME in client phone far; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
