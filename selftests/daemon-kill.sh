#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: killed in every state that an uplink can be in, and started again, while a connection goes on.
# runs-in: uml qemu
# only-all: uml
# only-named: qemu
# timeout: 800
# apart: uml qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# The router has all the addresses under the prefix, and so the server that stands for the IPv4 Internet.
iperf_start()
{
	net_daemon ran iperf3 iperf3 -s
	wait_for 30 sh -c 'ip netns exec ran ss -Hltn "( sport = :5201 )" | grep -q .' || bail "no iperf3: $(net_logs)"
	iperf_client -b 400k -l 1000
}

# kill_in STATE [changes]: ended there by force, the daemon leaves the kernel as it is; its next start finds the same
# state, and changes nothing unless said so
kill_in()
{
	daemon_kill KILL
	pair_state >"$LIB_TMP/left"
	daemon_start "${SCALE:-1}"
	check "killed while $1: the next start is there as well" wait_for 30 state_is "$1"
	[ "${2-}" = changes ] ||
		check_equal "killed while $1: nothing is changed by it" "" "$(pair_state | diff "$LIB_TMP/left" -)"
}

# back NAME: active again, with the same addresses, and the connection goes on
back()
{
	check "$1" wait_for 60 state_is active
	check_equal "$1: the same addresses" "$first" "$(pair_of)"
	flows "$1: the connection goes on"
}

# Nothing of the uplink's own is needed for what is there to go on.
test_running()
{
	kill_in active
	flows "killed while active: the connection goes on"
	daemon_kill KILL
	flows "without a daemon the connection goes on"
	daemon_start
	check "a start while it flows" wait_for 30 state_is active
	native4
	check "native IPv4 comes" wait_for 5 state_is native-ipv4
	flows "beside native IPv4 the connection goes on"
	kill_in native-ipv4
	flows "killed while native-ipv4: the connection goes on"
	native4_gone
	back "native IPv4 goes"
}

test_network()
{
	ip -n phone -6 route del default dev wwan0
	check "the IPv6 default route goes" wait_for 5 state_is no-ipv6
	kill_in no-ipv6
	ip -n phone -6 route add default via fe80::1 dev wwan0
	back "the IPv6 default route is back"
	ip -n phone address del "$PAIR_PHONE/64" dev wwan0
	ip -n phone address add "$PAIR_PHONE/128" dev wwan0 nodad
	check "an uplink with a /128 alone is refused" wait_for 5 state_is no-address
	check_equal "and the CLAT's address is none that programs could pick" "" "$(clat_v6)"
	kill_in no-address
	ip -n phone address del "$PAIR_PHONE/128" dev wwan0
	ip -n phone address add "$PAIR_PHONE/64" dev wwan0 nodad
	back "it has a /64 again"
}

# Without the device that a run before has left, since that is adopted with its prefix.
test_discovery()
{
	resolver "53=silent"
	daemon_kill KILL
	ctl down --all >/dev/null
	daemon_start
	check "nothing is known, and DNS is silent" wait_for 10 state_is searching
	kill_in searching
	: >/etc/netns/phone/resolv.conf
	check "no DNS server at all" wait_for 10 state_is no-dns
	kill_in no-dns
	resolver "53=nxdomain"
	echo "nameserver $PAIR_RAN" >/etc/netns/phone/resolv.conf
	check "denied" wait_for 10 state_is no-nat64
	kill_in no-nat64
	resolver "53=good"
	check "known again, and asked for" ctl up wwan0
	check_equal "the same addresses" "$first" "$(pair_of)"
}

# Duplicate address detection takes seconds here: long enough to be killed in it.
test_addresses()
{
	daemon_kill KILL
	ctl down --all >/dev/null
	in_ns phone sysctl -qw net.ipv6.neigh.wwan0.retrans_time_ms=20000
	daemon_start
	check "the address waits for duplicate address detection" wait_for 10 state_is tentative
	kill_in tentative changes
	check "then it is up" wait_for 60 state_is active
	check_equal "with the same addresses" "$first" "$(pair_of)"
	in_ns phone sysctl -qw net.ipv6.neigh.wwan0.retrans_time_ms=300
}

# is_settled: the address is there, and nothing is waited for
is_settled()
{
	has_v6 && state_is active
}

# back_after_removals: each time that a manager takes the address away
back_after_removals()
{
	for removal in 1 2 3 4 5; do
		ip -n phone address del "$(clat_v6)" dev wwan0
		wait_for 60 is_settled || return
	done
}

# fight SECONDS: a manager takes the address away as soon as it sees it; prints how often
fight()
{
	now_cs
	fight_end=$((NOW_CS + $1 * 100)) fight_count=0
	while now_cs && [ "$NOW_CS" -lt "$fight_end" ]; do
		fight_v6=$(clat_v6)
		[ -z "$fight_v6" ] || ! ip -n phone address del "$fight_v6" dev wwan0 || fight_count=$((fight_count + 1))
		sleep 0.1
	done
	echo "$fight_count"
}

# The first time it is back at once, then after pauses that double: the last one is long enough to be met.
test_removed()
{
	check "a manager takes the address away, five times: it comes back" back_after_removals
	ip -n phone address del "$(clat_v6)" dev wwan0
	check "once more: it waits a while" wait_for 5 state_is removed
	daemon_kill KILL
	check_equal "killed while removed: all but the address stays" "1 1 0" \
		"$(ip -n phone -o link show type clat | wc -l) $(default4 | grep -c clat) $(clat_v6 | wc -l)"
	daemon_start
	back "killed while removed: the next start sets it up again"
	check "taken away whenever it is there, for 20 s: no storm" at_most 6 "$(fight 20)"
	check "nobody fights any more: it stays" wait_for 60 is_settled
}

# An address that the phone has itself cannot be the CLAT's as well.
test_failed()
{
	printf '[clat]\naddress = %s\n' "$PAIR_PHONE" >/etc/clat/clat.conf
	ctl reload >/dev/null
	check "something fails" wait_for 20 state_is failed
	kill_in failed
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	back "what made it fail is gone"
}

test_others()
{
	ip -n phone link add foreign type dummy
	ip -n phone address add 192.0.0.4/29 dev foreign
	ip -n phone link set foreign up
	check "another CLAT" wait_for 5 state_is foreign-clat
	kill_in foreign-clat
	ip -n phone link del foreign
	check "it is gone" wait_for 20 state_is active
	ctl down wwan0 >/dev/null
	check "switched off by hand" wait_for 5 state_is off
	daemon_kill KILL
	daemon_start
	check "a start forgets that" wait_for 20 state_is active
	check_equal "and has the same addresses" "$first" "$(pair_of)"
	printf '[clat]\nmode = off\n' >/etc/clat/clat.conf
	ctl reload >/dev/null
	check "switched off by configuration" wait_for 5 state_is off
	kill_in off
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	check "and on again" wait_for 20 state_is active
}

test_duplicate()
{
	ip -n ran address add 3fff:fff:1:2::77/128 dev cell0 nodad
	printf '[clat]\naddress = 3fff:fff:1:2::77\n' >/etc/clat/clat.conf
	ctl reload >/dev/null
	check "another host has the address that is configured" wait_for 20 state_is duplicate
	kill_in duplicate changes
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	check "another address" wait_for 60 state_is active
	check_equal "is the first" "$first" "$(pair_of)"
	ip -n ran address del 3fff:fff:1:2::77/128 dev cell0
}

# From nothing to all, killed a little later each time: each start goes on where the one before was cut off.
test_moments()
{
	daemon_kill KILL
	ctl down --all >/dev/null
	for moment in 0.1 0.2 0.3 0.4 0.5 0.7 0.9 1.2 1.5 2; do
		ip netns exec phone "$CLATCTL" -v daemon >>"$LOG" 2>&1 </dev/null &
		DAEMON=$!
		sleep "$moment"
		daemon_kill KILL
	done
	daemon_start
	check "killed at ten moments on its way" wait_for 20 state_is active
	check_equal "the same addresses" "$first" "$(pair_of)"
	check_equal "and nothing twice" "1 1 1 2" \
		"$(ip -n phone -o link show type clat | wc -l) $(clat_v6 | wc -l) $(default4 | grep -c clat) $(
			ip -n phone rule show | grep -c 192.0.0)"
}

# Between making the device and telling it what for there is no time to be killed in, but by chance.
test_unfinished()
{
	daemon_kill KILL
	ctl down --all >/dev/null
	ctl add clat0 >/dev/null
	daemon_start
	check "killed right after the device was made: it is set up" wait_for 20 state_is active
	check_equal "killed right after the device was made: there is no other" clat0 \
		"$(ip -n phone -o link show type clat | sed 's/^[0-9]*: \([^:]*\):.*/\1/' | paste -sd' ')"
}

# The module looks every 5 s at what has gone out and come in.
test_stalled()
{
	ip netns exec phone ping -q -i0.3 "$HOST4" >/dev/null 2>&1 &
	ping_pid=$!
	ip -n ran route del local "$PAIR_PLAT" dev lo
	ip -n ran route add blackhole "$PAIR_PLAT"
	check "the NAT64 is silent" wait_for 60 state_is stalled
	kill_in stalled
	ip -n ran route del blackhole "$PAIR_PLAT"
	ip -n ran route add local "$PAIR_PLAT" dev lo
	check "it answers again" wait_for 60 state_is active
	check_equal "the same addresses all the time" "$first" "$(pair_of)"
	kill "$ping_pid"
}

run_all()
{
	resolver "53=good"
	daemon_start
	wait_for 60 state_is active || bail "it does not come up: $(cat "$LOG")"
	first=$(pair_of)
	iperf_start
	test_running
	test_network
	test_stalled
	test_removed
	test_failed
	flows "through all of this, the connection that was begun first"
	test_discovery
	test_addresses
	test_others
	test_duplicate
	test_moments
	test_unfinished
	daemon_kill TERM
	ctl down --all >/dev/null
}

tap_plan 84
rm -rf /etc/clat
mkdir /etc/clat
pair_up || bail "the network does not come up"
module_load
run_all
check "nothing is left on the phone" nothing_left
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
