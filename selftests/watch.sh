#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A PLAT that does not answer: the device tells, and tells when it answers again (xlat/cases_watch.py).
# runs-in: uml
# timeout: 180
#
# Usage: watch.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_watch.py "$@"
