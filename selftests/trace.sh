#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Traceroute and path MTU discovery through routers of real stacks (xlat/cases_trace.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: trace.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far mid server" cases_trace.py "$@"
