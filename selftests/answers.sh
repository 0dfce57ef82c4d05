#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the translator does besides translating: the errors that it sends itself, and that it keeps nothing (xlat/cases_answer.py).
# runs-in: uml qemu
# only-all: qemu
# timeout: 240
#
# Usage: answers.sh [PART OF A CASE'S NAME...]
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
cases_run "client phone far" cases_answer.py "$@"
