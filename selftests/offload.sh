#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# GRO for UDP that is forwarded: switched on at the uplink by up and by the daemon, and as it was when the CLAT is gone.
# runs-in: uml qemu
# only-all: qemu
# timeout: 200
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

FEATURE=rx-udp-gro-forwarding

# features: all of wwan0's, as ethtool tells them
features()
{
	in_ns phone ethtool -k wwan0
}

forwarding_gro()
{
	features | sed -n "s/^$FEATURE: //p"
}

is_forwarding_gro()
{
	[ "$(forwarding_gro)" = "$1" ]
}

restored()
{
	features | diff "$LIB_TMP/features" -
}

# remembered: the devices that a later run would switch back
remembered()
{
	for remembered_file in /run/clat/*.gro-*; do
		[ ! -e "$remembered_file" ] || echo "$remembered_file"
	done
}

test_one_shot()
{
	check_equal "it is off" off "$(forwarding_gro)"
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	check_equal "up switches it on" on "$(forwarding_gro)"
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	ctl down wwan0 >/dev/null
	check "down after two ups: all features are as they were" restored
	check_equal "nothing is remembered" "" "$(remembered)"
	in_ns phone ethtool -K wwan0 $FEATURE on
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	ctl down wwan0 >/dev/null
	check_equal "on before up, on after down" on "$(forwarding_gro)"
	in_ns phone ethtool -K wwan0 $FEATURE off
}

# Where nothing can be remembered nothing is changed, and CLAT works without it.
test_no_place()
{
	rm -rf /run/clat
	echo "in the way" >/run/clat
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null 2>"$LIB_TMP/err"
	check "no place to remember it: up says so" grep -q "cannot switch on $FEATURE" "$LIB_TMP/err"
	check "and works" works
	check "and changes no feature" restored
	rm /run/clat
	ctl down wwan0 >/dev/null 2>&1
}

test_daemon()
{
	daemon_start
	wait_for 60 state_is active || bail "it does not come up: $(cat "$LOG")"
	check "the daemon switches it on" wait_for 5 is_forwarding_gro on
	daemon_kill KILL
	daemon_start
	check "killed and started again" wait_for 30 state_is active
	check_equal "it stays on" on "$(forwarding_gro)"
	ctl down wwan0 >/dev/null
	check "down by the daemon: all features are as they were" restored
	ctl up wwan0 >/dev/null
	check "up again: on" wait_for 5 is_forwarding_gro on
	printf '[clat]\nmode = off\n' >/etc/clat/clat.conf
	ctl reload >/dev/null
	check "switched off by configuration: all features are as they were" wait_for 10 restored
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	check "and on again" wait_for 30 is_forwarding_gro on
	daemon_kill KILL
	ip -n phone link del clat0
	ctl down --all >/dev/null 2>&1
	check "killed, the device gone, down --all: all features are as they were" restored
	check_equal "nothing is remembered of it" "" "$(remembered)"
}

tap_plan 19
rm -rf /etc/clat /run/clat
mkdir /etc/clat
pair_up || bail "the network does not come up"
module_load
resolver "53=good"
features >"$LIB_TMP/features"
test_one_shot
test_no_place
test_daemon
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
