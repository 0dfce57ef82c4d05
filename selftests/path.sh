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
[ -c /dev/net/tun ] || modprobe tun || bail "no tun devices: modprobe tun fails"
cases_run "client phone far" cases_path.py "$@"
