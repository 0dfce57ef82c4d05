#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the translator does besides translating: the errors that it sends itself, and that it keeps nothing (xlat/cases_answer.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: answers.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
python3 "$SELFTESTS/xlat/cases_answer.py" "$@"
STATUS=$?
for NAME in client phone far; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
