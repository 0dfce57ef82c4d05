#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: what it does in minutes and hours, with its clock run faster.
# runs-in: uml qemu
# only-named: qemu
# timeout: 400
# apart: uml qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# The daemon's minutes are seconds here.
SCALE=60

test_five_minutes()
{
	daemon_start $SCALE
	check "it is up" wait_for 30 state_is active
	first=$(pair_of)
	native4
	check "native IPv4 is there for 5 minutes: all goes" wait_for 20 nothing_left_but_native
	native4_gone
	check "and comes back when it is needed again" wait_for 20 state_is active
	check_equal "with the same addresses" "$first" "$(pair_of)"
	ip -n phone link set wwan0 down
	check "the uplink is down for 5 minutes: all goes" wait_for 20 nothing_left
	pair_wwan
	check "and comes back with it" wait_for 20 state_is active
	check_equal "the addresses are the same" "$first" "$(pair_of)"
}

nothing_left_but_native()
{
	! ip -n phone link show clat0 2>/dev/null && [ -z "$(clat_v6)" ] && ! ip -n phone rule show | grep 192.0.0
}

test_ra()
{
	ra pref64=$OTHER,600
	check "a router's prefix" wait_for 3 kernel_plat "$OTHER,$PAIR_PLAT"
	check "after 5 minutes what was before is not accepted any more" wait_for 20 kernel_plat "$OTHER"
	check "at the end of its lifetime DNS is asked" wait_for 30 kernel_plat "$PAIR_PLAT,$OTHER"
	check "IPv4 goes through" works
}

# Queries that have come so far
queries()
{
	grep -c udp "$NET_RUN/resolver.log"
}

asked_again()
{
	[ "$(queries)" -gt "$queries_before" ]
}

test_silence()
{
	resolver "53=silent"
	queries_before=0
	check "DNS is asked again before its TTL ends" wait_for 30 asked_again
	resolver "53=servfail"
	queries_before=6
	check "errors: asked again and again" wait_for 60 asked_again
	check_equal "the last good prefix stays in use" "active $PAIR_PLAT" \
		"$(status '"\(.state) \(.plat[0].prefix)/\(.plat[0].len)"')"
	check "IPv4 goes through" works
	check_equal "the trouble is told" "$PAIR_RAN answers SERVFAIL" "$(status .last_error)"
	resolver "53=garbage"
	queries_before=3
	check "garbage: asked again and again" wait_for 60 asked_again
	check "and nothing is taken away" works
	resolver "53=good,$OTHER"
	check "an answer ends it" wait_for 30 kernel_plat "$OTHER,$PAIR_PLAT"
}

test_denial()
{
	resolver "53=nxdomain"
	check "one denial is not believed, the second is" wait_for 60 state_is no-nat64
	check "two queries it took" test "$(queries)" -ge 2
	check "without NAT64 there is no route" has_no_route
	queries_before=$(($(queries) + 2))
	check "asked again at each negative TTL" wait_for 30 asked_again
	resolver "53=good"
	check "NAT64 is back" wait_for 60 works
	printf '[clat]\nfallback = %s\n' "$OTHER" >/etc/clat/clat.conf
	ctl reload >/dev/null
	resolver "53=nodata"
	check "denied, but a fallback is configured" wait_for 60 plat_is "$OTHER fallback"
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	check "it is not any more" wait_for 10 state_is no-nat64
	resolver "53=good"
	check "back" wait_for 60 works
}

# talk: packets to a host that answers whoever reaches it, as long as the test runs
talk()
{
	ip netns exec phone ping -q -i0.3 "$HOST4" >/dev/null 2>&1 &
	talk_pid=$!
}

# The module looks every 5 s at what has gone out and come in, in real time.
test_stalled()
{
	talk
	ip -n ran route del local "$PAIR_PLAT" dev lo
	ip -n ran route add blackhole "$PAIR_PLAT"
	check "the NAT64 does not answer any more" wait_for 60 state_is stalled
	check_equal "the device stays as it is" "$first" "$(pair_of)"
	ip -n ran route add local "$OTHER" dev lo
	ra pref64=$PAIR_PLAT,65528 pref64=$OTHER,65528
	check "there is another prefix: it is tried" wait_for 60 sends_to "$OTHER"
	check "and answers" wait_for 60 state_is active
	ra pref64=$PAIR_PLAT,0 pref64=$OTHER,0
	ip -n ran route del blackhole "$PAIR_PLAT"
	ip -n ran route add local "$PAIR_PLAT" dev lo
	check "the first again" wait_for 60 works_by "$PAIR_PLAT"
	kill "$talk_pid"
}

test_orphan()
{
	ip -n ran link del cell0
	check "the uplink does not come back for 5 minutes: its device goes" wait_for 20 nothing_left
}

wakeups()
{
	awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$DAEMON/status"
}

# Nothing is waited for here but time itself: 10 minutes of it.
test_quiet()
{
	ra pref64=$PAIR_PLAT,65528
	check "a prefix that holds for long" wait_for 3 plat_is "$PAIR_PLAT ra"
	check "what was before is forgotten" wait_for 20 kernel_plat "$PAIR_PLAT"
	quiet_before=$(wakeups)
	sleep 10
	check_equal "10 minutes of quiet: no wake-up" 0 "$(($(wakeups) - quiet_before))"
	ra pref64=$PAIR_PLAT,0
	check "DNS again" wait_for 5 plat_is "$PAIR_PLAT dns"
}

run_all()
{
	module_load
	resolver "53=good"
	test_five_minutes
	test_quiet
	test_ra
	test_silence
	test_denial
	test_stalled
	test_orphan
	daemon_kill TERM
}

tap_plan 39
rm -rf /etc/clat
mkdir /etc/clat
pair_up || bail "the network does not come up"
run_all
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
