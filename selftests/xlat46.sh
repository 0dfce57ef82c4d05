#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# IPv4 to IPv6, packet by packet and octet by octet (xlat/cases46.py): what is translated, and what is dropped and counted.
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: xlat46.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases46.py "$@"
