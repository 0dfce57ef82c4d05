#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl tether with nat44 = no: clients have IPv6 addresses of their own at the NAT64, of the phone's own /64; what of it
# is closed, who defends it, when there is NAT44 all the same, and that nothing of it stays.
# runs-in: uml
# only-all: uml
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"

BEFORE=$LIB_TMP/before
SUBNET=192.168.43.0/24
OUTSIDE=64:ff9b::c633:640a
OTHER64=3fff:fff:1:3
SOURCES="add table inet seen
add set inet seen clients { type ipv6_addr; flags dynamic; size 16; }
add chain inet seen in { type filter hook prerouting priority 0; }
add rule inet seen in iifname cell0 ip6 daddr $PAIR_PLAT add @clients { ip6 saddr }"
TRACK="table ip watch {
	chain in {
		type filter hook prerouting priority 0
		ct state invalid counter
	}
}"

# link_of KIND: the radio link becomes one where nobody else is, as mobile networks have it, or an Ethernet
link_of()
{
	link_arp=off link_mac2=02:00:00:00:00:02
	[ "$1" = cellular ] || link_arp=on link_mac2=02:00:00:00:00:01
	ip -n phone link set wwan0 down
	ip -n ran link set cell0 down
	ip -n phone link set wwan0 address 02:00:00:00:00:02 arp $link_arp
	ip -n ran link set cell0 address $link_mac2 arp $link_arp
	ip -n ran link set cell0 up
	ip -n ran -batch - <<-RAN
		address replace fe80::1/64 dev cell0 nodad
		address replace $PAIR_RAN/64 dev cell0 nodad
	RAN
	in_ns phone sysctl -qw net.ipv6.neigh.wwan0.retrans_time_ms=300
	pair_wwan
}

on()
{
	ctl tether on tether --nat44 no "$@" >"$LIB_TMP/on" 2>&1 || { cat "$LIB_TMP/on"; return 1; }
}

# is_mapped: and the rules are those of it
is_mapped()
{
	SLICE=$(slice)
	[ -n "$SLICE" ] && nat44_is no && rules | grep -q notrack
}

both_at_once()
{
	loads client2 3000000 &
	both_pid=$!
	loads client 3000000 && wait "$both_pid"
}

# --- what works ------------------------------------------------------------------------------------------------------

# sources: the addresses that packets to the NAT64 come from while both clients ping
sources()
{
	in_ns ran nft "$SOURCES" && reaches client >/dev/null && reaches client2 >/dev/null || return
	in_ns ran nft -j list set inet seen clients | jq -r '.nftables[] | .set.elem? // empty | map(.elem?.val? // .) | sort | join(" ")'
	in_ns ran nft delete table inet seen
}

entries()
{
	in_ns phone conntrack -L 2>/dev/null | grep -c 192.168.43.
	in_ns phone cat /proc/sys/net/netfilter/nf_conntrack_count
}

test_traffic()
{
	check "$1: both clients load at once" both_at_once
	check "$1: a datagram comes back" asks client 1000
	check "$1: a datagram of 60 KB comes back" asks client2 60000
	check_equal "$1: they come from two addresses of the slice" "${SLICE}64 ${SLICE}65" "$(sources)"
}

test_on()
{
	ip -n phone link set wwan0 down && link_of cellular
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null || bail "no CLAT"
	in_ns phone nft "$TRACK"
	hotspot_state >"$BEFORE"
	check "on without NAT44" on
	check "the subnet is mapped to addresses of the uplink's /64" in_the_64
	check "status says that there is no NAT44" nat44_is no
	test_traffic "cellular"
	check_equal "conntrack has no entry" "0 0" "$(entries | xargs)"
	check "while what the phone itself does is tracked" tracked
	check "MSS is clamped" clamped
	test_inbound
	test_unreachable
	check "up again keeps the slice" same_slice ctl up wwan0 --plat "$PAIR_PLAT"
	check "off" ctl tether off tether
	check "off leaves no trace" wait_for 5 hotspot_same "$BEFORE"
	check "with NAT44 there are entries" nat44_tracks
}

in_the_64()
{
	is_mapped && case $SLICE in 3fff:fff:1:2:*) ;; *) echo "$SLICE"; return 1 ;; esac
}

tracked()
{
	works >/dev/null && in_ns phone conntrack -L -p icmp 2>/dev/null | grep -q "dst=$HOST4"
}

clamped()
{
	rules | grep -A1 'chain mapped' | grep -q 'maxseg size set rt mtu'
}

# same_slice COMMAND...
same_slice()
{
	same_before=$SLICE
	"$@" >"$LIB_TMP/same" 2>&1 || { cat "$LIB_TMP/same"; return 1; }
	is_mapped && [ "$SLICE" = "$same_before" ] || { echo "$same_before, then $SLICE"; return 1; }
}

nat44_tracks()
{
	ctl tether on tether >/dev/null && asks client 100 >/dev/null && [ "$(entries | head -n 1)" -gt 0 ] && ctl tether off tether
}

# --- what is closed --------------------------------------------------------------------------------------------------

# knock KIND [HOST]
knock()
{
	in_ns ran python3 "$SELFTESTS/net/talk.py" knock "${SLICE}${2:-64}" 9001 "$1" "$OUTSIDE"
}

asks_phone()
{
	in_ns client python3 "$SELFTESTS/net/talk.py" udp $HOTSPOT4 9001 100
}

pinged()
{
	in_ns ran ping -6 -n -c1 -W2 -I "$OUTSIDE" "${SLICE}64"
}

# arrived COMMAND...: packets that the client gets of what is sent meanwhile and fails
arrived()
{
	in_ns client nft "add table ip seen; add chain ip seen in { type filter hook prerouting priority 0; }; \
		add rule ip seen in ip saddr $HOST4 counter"
	"$@" >/dev/null 2>&1 && echo "it is answered"
	in_ns client nft list table ip seen | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'
	in_ns client nft delete table ip seen
}

test_inbound()
{
	check_equal "TCP from outside begins no connection with a client" 0 "$(arrived knock tcp)"
	check_equal "a client cannot be pinged from outside" 0 "$(arrived pinged)"
	check "a datagram from outside passes" knock udp
	net_daemon phone talk-phone python3 "$SELFTESTS/net/talk.py" serve $HOTSPOT4 9001
	phone_pid=$!
	check "what the phone has for clients is theirs" wait_for 10 asks_phone
	check "and not for those outside" not knock udp 01
	kill "$phone_pid"
	check "if it is allowed, pings pass" on --ping
	check "and are answered" pinged
	check_equal "TCP from outside still begins nothing" 0 "$(arrived knock tcp)"
	on
}

# test_unreachable: the phone forwards IPv6, and the operator sends it what is not the NAT64's
test_unreachable()
{
	on --ipv6
	ip -n phone -6 route show type unreachable >"$LIB_TMP/routes"
	check_equal "the slice has an unreachable route" "unreachable $(mapped_to $SUBNET)/120" \
		"$(sed -n 's/^\(unreachable [^ ]*\) .* metric 1 .*/\1/p' "$LIB_TMP/routes")"
	in_ns phone nft "add table ip6 seen; add chain ip6 seen out { type filter hook forward priority 0; }; \
		add rule ip6 seen out ip6 daddr ${SLICE}c8 counter"
	check "what is not the NAT64's gets an error" unreachable
	check_equal "and is not sent back" 0 \
		"$(in_ns phone nft list table ip6 seen | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p')"
	in_ns phone nft delete table ip6 seen
	on
}

unreachable()
{
	in_ns ran ping -6 -n -c1 -W2 "${SLICE}c8" >"$LIB_TMP/ping" 2>&1 && return 1
	grep -qi unreachable "$LIB_TMP/ping" || { cat "$LIB_TMP/ping"; return 1; }
}

# --- who defends it --------------------------------------------------------------------------------------------------

# claims NAMESPACE DEV ADDRESS: fails if it finds out that somebody has it
claims()
{
	ip -n "$1" address add "$3/128" dev "$2"
	wait_for 10 judged "$1" "$2" "$3"
	claims_failed=$(ip -n "$1" -6 address show dev "$2" dadfailed to "$3")
	ip -n "$1" address del "$3/128" dev "$2"
	[ -z "$claims_failed" ]
}

judged()
{
	[ -z "$(ip -n "$1" -6 address show dev "$2" tentative to "$3" | grep -v dadfailed | grep inet6)" ]
}

proxies()
{
	ip -n phone -6 neigh show proxy dev "$1" | grep -c "^$SLICE"
}

test_ethernet()
{
	ctl down wwan0 >/dev/null
	link_of ethernet
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.accept_ra=1
	hotspot_state >"$BEFORE"
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null || bail "no CLAT"
	check "on where others can be on the uplink's link" on
	check "there is NAT44" nat44_is yes
	check "and it is said why" grep -q "NAT44 at clat0, although none is wanted: others can be on the link of wwan0" "$LIB_TMP/on"
	check "also by status" says "others can be on the link of wwan0, and use its /64"
	check "clients are served" reaches client
	check "on where the configuration says that the /64 is ours" on --own-prefix wwan0
	check "there is none" is_mapped
	check_equal "all of the slice is answered for at the uplink" 256 "$(proxies wwan0)"
	check_equal "which takes router advertisements all the same" 2 "$(in_ns phone cat /proc/sys/net/ipv6/conf/wwan0/accept_ra)"
	check_equal "and forwards nothing by that" 0 "$(in_ns phone cat /proc/sys/net/ipv6/conf/all/forwarding)"
	test_traffic "Ethernet"
	check "another host that claims an address of the slice fails" not claims ran cell0 "${SLICE}64"
	check "and one that no client has" not claims ran cell0 "${SLICE}f0"
	check "and the CLAT's own" not claims ran cell0 "$(clat_v6)"
	check "but not one beside it" claims ran cell0 3fff:fff:1:2::77
	check "a neighbour that asks again is answered" asks_again
	test_shared
	ctl tether off tether >/dev/null
	ctl down wwan0 >/dev/null
	check "off leaves no trace of the defence" wait_for 5 hotspot_same "$BEFORE"
}

asks_again()
{
	ip -n ran neigh flush dev cell0 && asks client 100 && asks client2 100
}

# test_shared: clients have addresses of the /64 themselves
test_shared()
{
	ip -n phone address add 3fff:fff:1:2::1:1/64 dev tether nodad
	in_ns client sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0
	check "on with IPv6 for clients" on --own-prefix wwan0 --ipv6
	check_equal "all of the slice is answered for at the hotspot" 256 "$(proxies tether)"
	check "a client that claims an address of the slice fails" not claims client eth0 "${SLICE}64"
	check "and one that claims the CLAT's" not claims client eth0 "$(clat_v6)"
	check "but not another one" claims client eth0 3fff:fff:1:2::78
	ctl tether on tether --ipv6 >/dev/null 2>&1
	check "also with NAT44 nobody may claim the CLAT's" not claims client eth0 "$(clat_v6)"
	in_ns client sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.eth0.disable_ipv6=1
	ip -n phone address del 3fff:fff:1:2::1:1/64 dev tether
}

# says WORDS: as the reason for NAT44
says()
{
	ctl tether status tether | grep -F "nat44: yes (fallback: " | grep -F "$1" || { ctl tether status tether; return 1; }
}

# --- the daemon ------------------------------------------------------------------------------------------------------

configure()
{
	mkdir -p /etc/clat
	printf '[clat]\nplat = %s\n[tether tether]\nnat44 = no\n' "$PAIR_PLAT" >/etc/clat/clat.conf
}

test_daemon()
{
	link_of cellular
	hotspot_state >"$BEFORE"
	configure
	daemon_start 1 || bail "the daemon does not come up: $(cat "$LOG")"
	check "the daemon maps what is configured" wait_for 20 is_mapped
	check "a client is served" wait_for 5 reaches client
	in_ns phone ip -6 route flush type unreachable
	check "a route that somebody takes away comes back" wait_for 5 has_unreachable
	daemon_kill KILL
	check "a daemon that is killed leaves it on" reaches client2
	daemon_start 1
	check "the next one adopts it" same_slice wait_for 10 is_mapped
	check_equal "and tracks nothing" "0 0" "$(entries | xargs)"
	test_moves
	test_fallback
	ctl down --all >/dev/null
	ip -n phone address del $PAIR_PHONE/64 dev wwan0
	ip -n phone address add $PAIR_PHONE/64 dev wwan0 nodad
	check "down --all takes it away" wait_for 5 hotspot_same "$BEFORE"
	daemon_kill TERM
}

has_unreachable()
{
	ip -n phone -6 route show type unreachable | grep -q 'proto 64 metric 1'
}

# test_moves: the uplink gets another /64, then the hotspot another subnet
test_moves()
{
	ip -n ran route add $OTHER64::/64 dev cell0
	ctl -j -v monitor >"$LIB_TMP/events" 2>"$LIB_TMP/listening" &
	moves_pid=$!
	wait_for 10 grep -q listening "$LIB_TMP/listening"
	ip -n phone address add $OTHER64::10/64 dev wwan0 nodad
	ip -n phone address del $PAIR_PHONE/64 dev wwan0
	check "another /64, and the slice is in it" wait_for 10 moved
	check "a client is served by it" wait_for 5 reaches client
	kill "$moves_pid"
	wait "$moves_pid" 2>/dev/null
	check "both came in one step" one_step
	ip -n phone address add 192.168.44.1/24 dev tether
	ip -n phone address del $HOTSPOT4/24 dev tether
	check "another subnet, and it is mapped in its place" wait_for 10 moved_subnet
	ip -n phone address add $HOTSPOT4/24 dev tether
	ip -n phone address del 192.168.44.1/24 dev tether
	check "and back" wait_for 10 is_mapped
	check_equal "there is one unreachable route" 1 "$(ip -n phone -6 route show type unreachable | grep -c 'proto 64')"
	ip -n phone address add $PAIR_PHONE/64 dev wwan0 nodad
	ip -n phone address del $OTHER64::10/64 dev wwan0
	check "the old /64 again" wait_for 10 in_the_64
	ip -n ran route del $OTHER64::/64 dev cell0
}

moved()
{
	SLICE=$(slice)
	case $SLICE in $OTHER64:*) ;; *) echo "$SLICE"; return 1 ;; esac
}

moved_subnet()
{
	[ -z "$(mapped_to $SUBNET)" ] && [ -n "$(mapped_to 192.168.44.0/24)" ] && nat44_is no
}

# one_step: no event tells of a map that has one of them only
one_step()
{
	grep -q "$OTHER64" "$LIB_TMP/events" && ! jq '.instances[0].map | length' "$LIB_TMP/events" | grep -qv '^2$' ||
		{ cat "$LIB_TMP/events"; return 1; }
}

test_fallback()
{
	in_ns phone nft "add table ip nm-shared-tether; add chain ip nm-shared-tether nat_postrouting { type nat hook postrouting \
		priority 100; }; add rule ip nm-shared-tether nat_postrouting ip saddr $SUBNET ip daddr != $SUBNET masquerade"
	check "NAT44 where somebody masquerades the subnet" wait_for 10 says "a rule in the chain ip nm-shared-tether nat_postrouting"
	check "the log says so" grep -qF "NAT44 at clat0, although none is wanted: a rule in the chain ip nm-shared-tether" "$LOG"
	check "clients are served meanwhile" wait_for 5 reaches client
	in_ns phone nft delete table ip nm-shared-tether
	check "that rule gone, there is none" wait_for 10 is_mapped
	ip -n phone address add 10.0.0.1/8 dev tether
	check "NAT44 for a subnet that is too large" wait_for 10 says "the subnet 10.0.0.0/8 is larger than a /16"
	check "clients are served meanwhile, too" wait_for 5 reaches client2
	ip -n phone address del 10.0.0.1/8 dev tether
	ip -n phone address del $HOTSPOT4/24 dev tether
	check "without a subnet there is nothing to map" wait_for 10 says "tether has no IPv4 subnet"
	ip -n phone address add $HOTSPOT4/24 dev tether
	check "it comes back, and is mapped" wait_for 10 is_mapped
	ip -n phone link add usb0 type dummy
	ip -n phone link set usb0 up
	ip -n phone address add 192.168.43.129/25 dev usb0
	ctl tether on usb0 --nat44 no >/dev/null 2>&1
	check "one of two that overlap has NAT44" wait_for 10 one_of_two
	ctl tether off usb0 >/dev/null
	ip -n phone link del usb0
}

one_of_two()
{
	[ "$(ctl -j tether status | jq -r '[.tethers[].nat44] | sort | join(" ")')" = "no yes" ] &&
		ctl tether status | grep -F "does not map its subnet"
}

tap_plan 76
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
# The host of the Internet that begins something itself.
ip -n ran address add $OUTSIDE/128 dev lo nodad
net_daemon client talk-client python3 "$SELFTESTS/net/talk.py" serve 0.0.0.0 9001 || bail "no program on the client"
module_load
test_on
test_ethernet
test_daemon
rm -rf /etc/clat
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
