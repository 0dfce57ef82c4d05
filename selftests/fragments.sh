#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fragments both ways, octet by octet, and datagrams of 60 KB between real stacks (xlat/cases_frag.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: fragments.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_frag.py "$@"
