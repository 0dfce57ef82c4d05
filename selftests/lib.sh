# SPDX-License-Identifier: GPL-2.0
# What every test script starts from: TAP output, waiting on conditions, clean-up on exit.
#
# A test sources it first; the emulated mobile network (net/network.sh) comes with it:
#
#	#!/bin/sh
#	# runs-in: qemu
#	. "$(dirname "$0")/lib.sh"
#	tap_plan 2
#	net_up 64:ff9b::/96 || bail "the network does not come up"
#	check "the resolver answers a ping" in_ns phone ping -c1 -W2 "$NET_RESOLVER"
#	check "there is no IPv4" not in_ns phone ping -c1 -W1 "$NET_INET4"
#	finish
#
# It is POSIX sh and runs as root inside a test kernel (QEMU or UML), never on a machine somebody uses.
# A script in a subfolder sets SELFTESTS to this folder before.

: "${SELFTESTS:=$(dirname "$0")}"

TAP_PLANNED=0
TAP_RUN=0
TAP_FAILED=0
TAP_FINISHED=
LIB_TMP=$(mktemp -d "${TMPDIR:-/tmp}/clat-test.XXXXXX") || exit 1

lib_exit()
{
	LIB_RC=$?
	trap - EXIT INT TERM
	[ -z "$NET_IS_UP" ] || net_down
	rm -rf "$LIB_TMP"
	if [ "$TAP_PLANNED" -gt 0 ] && [ -z "$TAP_FINISHED" ]; then
		echo "Bail out! ${0##*/} ended before finish (status $LIB_RC)"
		[ "$LIB_RC" -ne 0 ] || LIB_RC=1
	fi
	exit "$LIB_RC"
}
trap lib_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- TAP -----------------------------------------------------------------------------------------------------------

# tap_plan N: N results will follow
tap_plan()
{
	TAP_PLANNED=$1
	echo "TAP version 13"
	echo "1..$1"
}

ok()
{
	TAP_RUN=$((TAP_RUN + 1))
	echo "ok $TAP_RUN - $*"
}

# not_ok NAME [DIAGNOSIS...]
not_ok()
{
	TAP_RUN=$((TAP_RUN + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_RUN - $1"
	shift
	[ $# -eq 0 ] || diag "$@"
}

# skip NAME REASON: counts as passed in TAP, and the runner shows the reason
skip()
{
	TAP_RUN=$((TAP_RUN + 1))
	echo "ok $TAP_RUN - $1 # SKIP $2"
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

# check NAME COMMAND...: ok if COMMAND succeeds; what it printed is shown only if it does not
check()
{
	CHECK_NAME=$1
	shift
	if "$@" >"$LIB_TMP/check" 2>&1; then
		ok "$CHECK_NAME"
	else
		not_ok "$CHECK_NAME" "status $?: $*
$(tail -n 20 "$LIB_TMP/check")"
		return 1
	fi
}

# check_equal NAME WANTED GOT
check_equal()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $2
got:    $3"
		return 1
	fi
}

# not COMMAND...: succeeds if COMMAND fails
not()
{
	! "$@"
}

# bail TEXT: nothing that follows could be judged
bail()
{
	TAP_FINISHED=1
	echo "Bail out! $*"
	exit 1
}

# finish: ends the script; a result too few or too many is a failure of the script
finish()
{
	TAP_FINISHED=1
	if [ "$TAP_RUN" -ne "$TAP_PLANNED" ]; then
		diag "planned $TAP_PLANNED results, got $TAP_RUN"
		exit 1
	fi
	[ "$TAP_FAILED" -eq 0 ] || exit 1
	exit 0
}

# --- waiting -------------------------------------------------------------------------------------------------------

# now_cs: NOW_CS is the hundredths of a second since boot
now_cs()
{
	read -r NOW_UP _ </proc/uptime
	NOW_CS=$((${NOW_UP%.*} * 100 + 1${NOW_UP#*.} - 100))
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds; its last output is shown if it never does
wait_for()
{
	WAIT_SECONDS=$1
	now_cs
	WAIT_END=$((NOW_CS + $1 * 100))
	shift
	until "$@" >"$LIB_TMP/wait" 2>&1; do
		now_cs
		if [ "$NOW_CS" -ge "$WAIT_END" ]; then
			diag "waited $WAIT_SECONDS s in vain for: $*
$(tail -n 5 "$LIB_TMP/wait")" >&2
			return 1
		fi
		sleep 0.1
	done
}

# random_hex BYTES
random_hex()
{
	od -An -vtx1 -N"$1" /dev/urandom | tr -d ' \n'
}

. "$SELFTESTS/net/network.sh"
