#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What clatctl -j prints, in each state that a test can bring about, is what Documentation/clatctl.schema.json says.
# runs-in: uml
# timeout: 120
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"

SCHEMA=$SELFTESTS/../Documentation/clatctl.schema.json

# valid NAME FILTER ARGUMENT...: clatctl prints what the schema allows, and what the jq FILTER is true of, whatever its exit code
valid()
{
	valid_name=$1 valid_filter=$2
	shift 2
	ctl -j "$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err"
	check "$valid_name" is_valid "$valid_filter"
}

is_valid()
{
	python3 "$SELFTESTS/json/validate.py" "$SCHEMA" "$LIB_TMP/out" || return
	jq -es ".[-1] | $1" "$LIB_TMP/out" >/dev/null || { echo "not: $1"; cat "$LIB_TMP/out"; return 1; }
}

test_module()
{
	valid "no module" '.error.code == 8 and .error.hint' show
	module_load
	valid "no device" '.instances == []' show
	valid "no command of that name" '.error.code == 1' nonsense
	valid "add" '.instances[0].state == "down"' add c0
	valid "set, all attributes" '.instances[0].lan == ["lo0"]' set c0 uplink wwan0 plat 2001:db8::/32,64:ff9b::/96 \
		map 192.0.0.1=2001:db8:1::1,192.168.43.0/24=2001:db8:2::/120 lowest-ipv6-mtu 1500 fwmark 0xffffffff wkp-strict on \
		tos 255 lan lo0
	valid "set, what is refused" '.error.attribute == "plat.prefix"' set c0 plat 2001:db8::/33
	valid "show" '.instances[0].tos == 255' show c0
	valid "stats" '.instances[0].counters.drops | length > 30' stats
	valid "status of a device that is down" '.instances[0].state == "down"' status
	valid "del" '.instances == []' del c0
}

test_one_shot()
{
	valid "discover" '.instances[0].ttl > 0' discover wwan0 --server "$PAIR_RAN"
	valid "discover where nobody answers" '.error.code == 4' discover wwan0 --server 3fff:fff:1:2::99 --timeout 1
	valid "up" '.instances[0].metric == 2048' up wwan0 --server "$PAIR_RAN"
	valid "status" '.instances[0].counters' status
	valid "status of nothing" '.error.code == 3' status wwan1
	valid "tether on" '.tethers[0].missing != []' tether on tether
	valid "tether status" '.tethers[0].clat == ["clat0"]' tether status
	valid "tether off" '.tethers[0].state == "off"' tether off tether
	valid "diag" '.findings | length > 10' diag
	valid "down" '.instances[0].mtu == null' down wwan0
	valid "diag of what is broken" '.broken.verdict == "broken"' diag
}

# printed WORD: by the command in the background, which is ended then
printed()
{
	wait_for 20 grep -q "$1" "$LIB_TMP/out"
	kill -INT "$background"
	wait "$background"
}

# in_background ARGUMENT...: of clatctl
in_background()
{
	ip netns exec phone "$CLATCTL" -j "$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err" &
	background=$!
}

test_daemon()
{
	daemon_start
	wait_for 30 state_is active
	valid "daemon: status" '.instances[0].dns[0].server' status
	valid "daemon: log-level" '."log-level" == "debug"' log-level debug
	in_background status --watch
	printed rates
	check "daemon: status --watch" is_valid '.instances[0].rates.bits46 != null'
	in_background -v monitor
	wait_for 20 grep -q listening "$LIB_TMP/err"
	ctl add c1
	ctl del c1
	printed deleted
	check "monitor" is_valid '.event == "deleted"'
	valid "daemon: tether on" '.tethers[0].fallback' tether on tether --nat44 no --ping
	valid "daemon: up" '.instances[0].metric' up wwan0
	ip -n phone link set wwan0 down
	wait_for 10 state_is no-ipv6
	valid "daemon: status of an uplink without a CLAT" '.instances[0].reason' status
	valid "daemon: diag" '.broken' diag
	valid "daemon: down" '.instances' down wwan0
	daemon_kill TERM
}

tap_plan 32
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
ip -n phone link add lo0 type dummy
resolver "53=good"
test_module
test_one_shot
test_daemon
ctl down --all >/dev/null
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
