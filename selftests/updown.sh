#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl up, down and status: what they make, keep, repair and take away, and that a failure leaves no trace.
# runs-in: uml qemu
# only-all: qemu
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"

HOST4=198.51.100.10
HOST6=64:ff9b::c633:640a
DENY=$PAIR_RAN@5301
SILENT=$PAIR_RAN@5302
BROKEN=$PAIR_RAN@5303

ctl()
{
	"$CLATCTL" -n phone "$@"
}

# as_nobody COMMAND...: in the phone's namespace, without a capability in it
as_nobody()
{
	in_ns phone setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# refused NAME STATUS WORDS COMMAND...: COMMAND says WORDS on stderr and nothing on stdout, ends with STATUS, and
# leaves the phone as it was
refused()
{
	refused_name=$1 refused_status=$2 refused_words=$3
	shift 3
	pair_state >"$LIB_TMP/before"
	refused_rc=0
	"$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err" || refused_rc=$?
	pair_state >"$LIB_TMP/after"
	if [ "$refused_rc" = "$refused_status" ] && grep -qF "$refused_words" "$LIB_TMP/err" && [ ! -s "$LIB_TMP/out" ] &&
	   cmp -s "$LIB_TMP/before" "$LIB_TMP/after"; then
		ok "$refused_name"
	else
		not_ok "$refused_name" "status $refused_rc, wanted $refused_status with: $refused_words
$(cat "$LIB_TMP/out" "$LIB_TMP/err")
$(diff "$LIB_TMP/before" "$LIB_TMP/after")"
	fi
}

# same_as FILE: the phone is as it was when FILE was written
same_as()
{
	pair_state | diff "$1" -
}

# clat_v6: the address on wwan0 that is the CLAT's, from its flags; empty if there is none
clat_v6()
{
	ip -n phone -o -6 address show dev wwan0 |
		sed -n 's|.* inet6 \([^ ]*\)/128 scope global deprecated noprefixroute .* preferred_lft 0sec.*|\1|p'
}

# neutral V4 V6 PREFIX: the one's complement sums of both sides of a packet's addresses are equal
neutral()
{
	python3 -c '
import ipaddress, sys
v4, v6, plat = (int(ipaddress.ip_address(a)) for a in sys.argv[1:])
sys.exit((v6 + plat - v4) % 0xffff != 0)' "$@"
}

mtu()
{
	ip -n phone -o link show dev "$1" | sed -n 's/.* mtu \([0-9]*\) .*/\1/p'
}

mtu_is()
{
	[ "$(mtu "$1")" = "$2" ] || { echo "$1 has $(mtu "$1"), wanted $2"; return 1; }
}

# up_makes NAME V4: nothing but what up makes, on a clat0 over wwan0
up_makes()
{
	up_v6=$(clat_v6)
	check_equal "$1: the IPv4 address" "$2/32" "$(ip -n phone -o -4 address show dev clat0 | awk '{ print $4 }')"
	check_equal "$1: the route" "default dev clat0 proto static scope link src $2 metric 2048" \
		"$(ip -n phone -4 route show table all default | sed 's/ *$//')"
	check_equal "$1: the pair" "$2=$up_v6" "$(ctl -j show clat0 | jq -r '.instances[0].map[] | "\(.v4)=\(.v6)"')"
}

test_without_module()
{
	module_none
	refused "up without the module" 8 "modprobe clat" ctl up wwan0 --plat "$PAIR_PLAT"
	refused "down without the module" 8 "modprobe clat" ctl down
	refused "status without the module" 8 "modprobe clat" ctl status
}

# test_foreign_admin NAME: clatctl sees a capability, and only the kernel knows that it is good for nothing here
test_foreign_admin()
{
	if as_nobody unshare -Ur true 2>"$LIB_TMP/err"; then
		refused "$1" 7 "wwan0: Operation not permitted" \
			as_nobody unshare -Ur "$CLATCTL" up wwan0 --plat "$PAIR_PLAT"
	else
		skip "$1" "no user namespace to be had here: $(cat "$LIB_TMP/err")"
	fi
}

test_refusals()
{
	refused "down when nothing is up" 3 "nothing to take down" ctl down wwan0
	refused "status when nothing is up" 3 "CLAT is not up" ctl status
	refused "up on no such uplink" 10 "wwan7" ctl up wwan7 --plat "$PAIR_PLAT"
	refused "down on no such uplink" 10 "wwan7" ctl down wwan7
	refused "up without an uplink" 1 "no UPLINK" ctl up
	refused "up as nobody" 7 "CAP_NET_ADMIN" as_nobody "$CLATCTL" up wwan0 --plat "$PAIR_PLAT"
	test_foreign_admin "up with CAP_NET_ADMIN of another user namespace"
	refused "up where DNS denies NAT64" 11 "no NAT64 prefix here" ctl up wwan0 --server "$DENY"
	refused "up where DNS is silent" 4 "in 1 s: $SILENT does not answer" ctl up wwan0 --server "$SILENT" --timeout 1
	refused "up where DNS fails" 4 "answers SERVFAIL" ctl up wwan0 --server "$BROKEN" --timeout 1
	refused "up on an interface that IPv6 does not leave by" 6 "lo has no IPv6 default route" \
		ctl up lo --plat "$PAIR_PLAT"
	ip -n phone link add taken0 type dummy
	refused "up with a name that is taken" 2 "(attribute ifname)" ctl up wwan0 --plat "$PAIR_PLAT" --dev taken0
	ip -n phone link del taken0
}

test_native()
{
	ip -n phone -batch - <<-NATIVE
		address add 10.0.0.2/24 dev wwan0
		route add default via 10.0.0.1 dev wwan0
	NATIVE
	refused "up where there is native IPv4" 5 "IPv4 default route of its own" ctl up wwan0 --plat "$PAIR_PLAT"
	pair_state >"$LIB_TMP/native"
	check "up --force goes beside it" ctl up wwan0 --plat "$PAIR_PLAT" --force
	ctl down wwan0 >/dev/null
	check "down leaves native IPv4 alone" same_as "$LIB_TMP/native"
	ip -n phone address del 10.0.0.2/24 dev wwan0
}

# watches: the second sheet and those after it have the echo requests that were sent meanwhile
watches()
{
	in_ns phone ping -q -c20 -i0.1 -W5 "$HOST4" >"$LIB_TMP/ping" &
	timeout --preserve-status -s INT 2.5 "$CLATCTL" -j -n phone status wwan0 --watch >"$LIB_TMP/out" || return
	wait $! || return
	jq -es 'length >= 2 and .[0].instances[0].rates == null and
		.[1].instances[0].rates.packets46 >= 5 and .[1].instances[0].rates.bits46 >= 5 * 84 * 8' "$LIB_TMP/out" >/dev/null || {
		cat "$LIB_TMP/out"
		return 1
	}
}

test_up()
{
	check "up finds all by itself" ctl up wwan0
	up_makes "up" 192.0.0.1
	up_first=$up_v6
	check "its IPv6 address is checksum-neutral" neutral 192.0.0.1 "$up_first" "${PAIR_PLAT%/*}"
	check_equal "its MTU is the uplink's less 20" 1480 "$(mtu clat0)"
	# Echo requests of 128 octets are 148 on the other side. Nothing there has another way to the router's counter.
	in_ns ran nft "add table ip6 seen; add chain ip6 seen in { type filter hook input priority 0; };
		add rule ip6 seen in ip6 saddr $up_first ip6 daddr $HOST6 ip6 length 108 icmpv6 type echo-request counter"
	check "IPv4 goes through" in_ns phone ping -c3 -i0.2 -W5 -s100 "$HOST4"
	check_equal "the router saw the packets from that address" "packets 3 bytes 444" \
		"$(in_ns ran nft list table ip6 seen | grep -o 'packets [0-9]* bytes [0-9]*')"
	check_equal "status counts them" "active 3 384 3 384 0" "$(ctl -j status wwan0 | jq -r '.instances[0] | "\(.state) " +
		(.counters | "\(.packets46) \(.bytes46) \(.packets64) \(.bytes64) \([.drops[]] | add)")')"
	check "status says so to people" sh -c '"$1" -n phone status | grep -q "sent (IPv4 to IPv6): 3 packets"' sh "$CLATCTL"
	check "status --watch tells what flows now, until it is interrupted" watches
	check "and so to people" sh -c 'timeout --preserve-status -s INT 2.5 "$1" -n phone status --watch |
		grep "received (IPv6 to IPv4): .*; now 0 packets/s, 0 bit/s"' sh "$CLATCTL"
	refused "status --watch wants seconds" 1 "from 1 to 3600, not '0'" ctl status --watch=0
}

test_again()
{
	pair_state >"$LIB_TMP/up"
	check "up again" ctl up wwan0
	check "up again changes nothing" same_as "$LIB_TMP/up"
	refused "up with another name for the same uplink" 2 "has a CLAT already, clat0" ctl up wwan0 --dev other0
	refused "down as nobody" 7 "permi" as_nobody "$CLATCTL" down wwan0
	ip -n phone -batch - <<-BREAK
		route del default dev clat0
		address del $up_first/128 dev wwan0
		address del 192.0.0.1/32 dev clat0
		link set clat0 mtu 1300
		link set clat0 down
	BREAK
	check "up repairs what somebody broke" ctl up wwan0
	check "all is as before" same_as "$LIB_TMP/up"
	ip -n phone link set wwan0 mtu 1400
	check "the MTU follows the uplink down" wait_for 5 mtu_is clat0 1380
	ip -n phone link set wwan0 mtu 1280
	check "not below 1260" wait_for 5 mtu_is clat0 1260
	ip -n phone link set wwan0 mtu 1500
	check "and up again" wait_for 5 mtu_is clat0 1480
	check "down" ctl down wwan0
	check "down leaves nothing" same_as "$LIB_TMP/plain"
}

test_taken4()
{
	ip -n phone link add other0 type dummy
	ip -n phone address add 192.0.0.1/29 dev other0
	check "up where another interface has 192.0.0.1" ctl up wwan0 --plat "$PAIR_PLAT"
	up_makes "192.0.0.1 is taken" 192.0.0.2
	check "that address is checksum-neutral too" neutral 192.0.0.2 "$up_v6" "${PAIR_PLAT%/*}"
	ctl down wwan0 >/dev/null
	for last in 2 3 4 5 6; do
		echo "address add 192.0.0.$last/29 dev other0"
	done | ip -n phone -batch -
	refused "up where all of 192.0.0.0/29 is taken" 6 "192.0.0.0/29 are taken" ctl up wwan0 --plat "$PAIR_PLAT"
	ip -n phone link del other0
}

# taken_by_ran ADDR: the router has the phone's address, and says so when asked
taken_by_ran()
{
	ip -n ran address add "$1/128" dev cell0 nodad
}

test_duplicates()
{
	taken_by_ran "$up_first"
	refused "up with an address that another host has" 6 "$up_first is used by another host" \
		ctl up wwan0 --plat "$PAIR_PLAT" --address "$up_first"
	check "up where the first choice is a duplicate" ctl up wwan0 --plat "$PAIR_PLAT"
	up_makes "the second choice" 192.0.0.1
	up_second=$up_v6
	check "it is another address" test "$up_second" != "$up_first"
	ctl down wwan0 >/dev/null
	taken_by_ran "$up_second"
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	up_third=$(clat_v6)
	ctl down wwan0 >/dev/null
	taken_by_ran "$up_third"
	refused "up where three choices are duplicates" 6 "3 IPv6 addresses tried" ctl up wwan0 --plat "$PAIR_PLAT"
}

# waits_for_dad: clatctl is in the middle of it
waits_for_dad()
{
	ip -n phone -6 -o address show dev wwan0 tentative | grep -q /128
}

test_interrupted()
{
	in_ns phone sysctl -qw net.ipv6.neigh.wwan0.retrans_time_ms=5000
	"$CLATCTL" -n phone up wwan0 --plat "$PAIR_PLAT" --address "3fff:fff:1:2::c1a7" >"$LIB_TMP/out" 2>"$LIB_TMP/err" &
	up_pid=$!
	check "up adds its address" wait_for 5 waits_for_dad
	kill "$up_pid"
	up_rc=0
	wait "$up_pid" 2>/dev/null || up_rc=$?
	check_equal "up that is told to stop says so, and dies of it" "143: interrupted" "$up_rc: $(grep -o interrupted "$LIB_TMP/err")"
	check "and takes its address back" same_as "$LIB_TMP/plain"
	in_ns phone sysctl -qw net.ipv6.neigh.wwan0.retrans_time_ms=300
}

# A second network beside the first: no more than an interface with an IPv6 default route.
test_two_uplinks()
{
	ip -n phone -batch - <<-WLAN
		link add wlan0 type dummy
		link set wlan0 addrgenmode none up
		address add 3fff:fff:1:3::10/64 dev wlan0 nodad
		route add default via fe80::1 dev wlan0 metric 4096
	WLAN
	pair_state >"$LIB_TMP/two"
	check "up on one uplink" ctl up wwan0 --plat "$PAIR_PLAT"
	check "up on another" ctl up wlan0 --plat "$PAIR_PLAT" --metric 4096
	check_equal "each has a device and an IPv4 address of its own" "clat0 wwan0 192.0.0.1,clat1 wlan0 192.0.0.2" \
		"$(ctl -j status | jq -r '[.instances[] | "\(.ifname) \(.uplink) \(.map[0].v4)"] | join(",")')"
	refused "down does not guess which" 1 "name an UPLINK, or say --all" ctl down
	ctl down wlan0 >/dev/null
	check_equal "down takes the one that is named" "clat0" "$(ctl -j status | jq -r '.instances[].ifname')"
	ctl up wlan0 --plat "$PAIR_PLAT" --metric 4096 >/dev/null
	check "down --all" ctl down --all
	check "nothing is left of either" same_as "$LIB_TMP/two"
	ip -n phone link del wlan0
}

test_unwind()
{
	ip -n phone link add br0 type bridge
	ip -n phone link set wwan0 master br0
	refused "up on a bridge port: device and address are undone" 2 "(attribute uplink)" \
		ctl up wwan0 --plat "$PAIR_PLAT" --address "3fff:fff:1:2::c1a7"
	ip -n phone link set wwan0 nomaster
	ip -n phone link del br0
}

# Without its uplink the device stays, for another up or for down.
test_uplink_gone()
{
	ctl up wwan0 --plat "$PAIR_PLAT" --address "3fff:fff:1:2::c1a7" >/dev/null
	ip -n ran link del cell0
	check_equal "status of a CLAT whose uplink is gone" "3 no-uplink gone" \
		"$(ctl -j status >"$LIB_TMP/out"; echo $? "$(jq -r '.instances[0] | "\(.state) \(.detach)"' "$LIB_TMP/out")")"
	check "down takes the rest away" ctl down clat0
	check_equal "no device is left" "" "$(ip -n phone -o link show type clat)"
}

run_all()
{
	test_without_module
	module_load
	test_refusals
	test_native
	test_up
	test_again
	test_taken4
	test_interrupted
	test_two_uplinks
	test_unwind
	test_duplicates
	test_uplink_gone
}

tap_plan 71
pair_up || bail "the network does not come up"
pair_resolver "53=good" "5301=nxdomain" "5302=silent" "5303=servfail" || bail "no DNS: $(net_logs)"
pair_state >"$LIB_TMP/plain"
run_all
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
