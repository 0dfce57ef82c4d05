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
cases_run "client phone far" cases_error.py "$@"
