#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# All tests, from nothing: builds, static checks, KUnit, unit tests, and the test scripts in emulated machines.
#
# Usage: check.sh [--all] [TEST...]
#   --all  as CI: run every test wherever it runs, and build the module for arm64, the oldest and the newest kernel too
#   TEST   run only these scripts of this folder (tests.sh or tests), after the builds that they need
#
# Every script in this folder but demo.sh, check.sh and lib*.sh is a test. Its header says where it runs:
#   # runs-in: uml qemu     UML: sanitized kernel with lockdep; QEMU: stock Debian kernel
#   # only-all: qemu        there only with --all, or if the script is named: what passes in the sanitized kernel seldom
#                           fails in the other one, and some tests of the daemon take minutes anywhere
#   # only-named: qemu      there only if the script is named: it takes many minutes
#   # cpus: 2               processors it needs in QEMU (default 1)
#   # timeout: 300          seconds on an idle machine (default 300); three times as long is waited
#   # apart: uml qemu       there, in a second machine beside that of the others, since it takes long
# Needs root or sudo, and installs mmdebstrap. Guest roots and the test kernel are kept in $CLAT_CACHE
# (default /var/cache/clat), logs of the last run in $CLAT_CACHE/logs. The last line is
# `N passed, N failed[, N skipped]`; the exit status is 0 only if something ran and nothing failed.
set -eu
VM_DIR=$(cd "$(dirname "$0")/vm" && pwd)
. "$VM_DIR/lib.sh"
. "$VM_DIR/tap.sh"
. "$VM_DIR/check-build.sh"
. "$VM_DIR/check-fuzz.sh"
. "$VM_DIR/check-run.sh"

all='' only=''
for arg in "$@"; do
	case $arg in
	--all) all=1 ;;
	-*) sed -n '/^# Usage/,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	*) only="$only $(basename "$arg" .sh)" ;;
	esac
done

vm_host_setup "$@"
TAP_LOGS=$CLAT_CACHE/logs
rm -rf "$TAP_LOGS"
mkdir -p "$TAP_LOGS"
TAP_RESULTS=$TAP_LOGS/results TAP_STARTED=$TAP_LOGS/started
: >"$TAP_RESULTS"
tree=/srv/check.$$
guest='' uml=''
trap '[ -z "$guest" ] || rm -rf "$guest$tree"' EXIT
trap 'exit 130' INT TERM HUP

if check_roots; then
	check_trees
	check_build
	check_dkms
	check_run
	[ -n "$only" ] || tap_step conformance "each row of Documentation/conformance.rst is proven" \
		sh "$VM_DIR/../conformance/check.sh" "$TAP_RESULTS" "$TAP_LOGS/left" || :
fi
say "logs: $TAP_LOGS"
tap_finish
