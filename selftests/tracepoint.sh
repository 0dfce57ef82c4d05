#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The tracepoint clat:clat_drop: each dropped packet with its reason and lengths (xlat/cases_tracepointpoint.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 120
#
# Usage: tracepoint.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_tracepoint.py "$@"
