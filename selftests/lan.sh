#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The LAN shortcut: which packets of mapped clients take it, and which the way through the stack (xlat/cases_lan.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: lan.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_lan.py "$@"
