#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the path does to translated traffic: sizes, errors, superframes, other links (xlat/cases_path.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: path.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
module_load
[ -c /dev/net/tun ] || modprobe tun || bail "no tun devices: modprobe tun fails"
python3 "$SELFTESTS/xlat/cases_path.py" "$@"
STATUS=$?
for NAME in client phone far; do
	ip netns del "$NAME"
done
rmmod clat || exit 1
exit "$STATUS"
