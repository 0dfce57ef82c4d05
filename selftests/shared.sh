#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A CLAT that shares the uplink's own address (xlat/cases_shared.py): native IPv6 to hosts under the PLAT prefix beside it.
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: shared.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_shared.py "$@"
