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
cases_run "client phone far" cases64.py "$@"
