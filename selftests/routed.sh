#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Routed mode: IPv6 packets that pass the ingress hook by are routed to the device (xlat/cases_routed.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 120
#
# Usage: routed.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_routed.py "$@"
