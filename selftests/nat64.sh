#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Real programs through CLAT and a real NAT64, both ways: traceroute, tracepath, path MTU discovery wherever the narrow
# link is, large datagrams, datagrams without a checksum, ping with options.
# runs-in: qemu
# cpus: 2
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"

CLAT=clat0
DUMMY4=192.0.0.8
BIB_PORT=33434

# route_of WHO COMMAND...: the addresses that answer, hop by hop
route_of()
{
	in_ns "$@" >"$LIB_TMP/route" || return
	awk '$1 + 0 > 0 { print $2 }' "$LIB_TMP/route" | xargs
}

# pmtu_of WHO [OPTION...] DST: what tracepath finds
pmtu_of()
{
	PMTU_WHO=$1
	shift
	in_ns "$PMTU_WHO" tracepath -n -m 10 "$@" >"$LIB_TMP/tracepath" || return
	sed -n 's/.*Resume: pmtu \([0-9]*\) hops.*/\1/p' "$LIB_TMP/tracepath"
}

forget()
{
	for NS in $NET_NAMES; do
		ip -n "$NS" route flush cache
		ip -n "$NS" -6 route flush cache 2>/dev/null
	done
}

# narrow MTU NAME LINK NAME LINK: both ends of a link
narrow()
{
	ip -n "$2" link set "$3" mtu "$1" && ip -n "$4" link set "$5" mtu "$1" && forget
}

# loads WHO: a file from the Internet, compared by its checksum
loads()
{
	in_ns "$1" curl -sS -m 60 -o "$LIB_TMP/file" "http://$NET_INET4/file" &&
		cmp "$LIB_TMP/file" "$NET_RUN/www/file"
}

# sends WHO: a file to the Internet, compared there
sends()
{
	rm -f "$LIB_TMP/sent"
	in_ns "$1" python3 "$SELFTESTS/net/ends.py" send "$NET_INET4" 9001 "$NET_RUN/www/file" &&
		cmp "$LIB_TMP/sent" "$NET_RUN/www/file"
}

# datagrams WHO OCTETS [nocheck]
datagrams()
{
	DATAGRAMS_WHO=$1
	shift
	in_ns "$DATAGRAMS_WHO" python3 "$SELFTESTS/net/ends.py" ask "$NET_INET4" 9001 "$@"
}

# at PLACE PMTU: what tracepath finds, and files both ways
at()
{
	for WHO in phone client; do
		check_equal "$1: tracepath from the $WHO finds the MTU" "$2" "$(pmtu_of "$WHO" "$NET_INET4")" ||
			diag "$(cat "$LIB_TMP/tracepath")"
		forget
		check "$1: the $WHO sends a file" sends "$WHO"
		forget
		check "$1: the $WHO loads a file" loads "$WHO"
		forget
		check "$1: a datagram of 60 KB of the $WHO comes back" datagrams "$WHO" 60000
	done
}

tap_plan 48
module_load
net_up 64:ff9b::/96 || bail "the network does not come up"
hotspot_up "$CLAT" || bail "the hotspot does not come up"
in_ns phone "$CLATCTL" up wwan0 >"$LIB_TMP/up" 2>&1 || bail "clatctl up: $(cat "$LIB_TMP/up")"
hotspot_clat "$CLAT"
# The host answers every probe: limits of its own are not what is tried.
in_ns inet sysctl -qw net.ipv4.icmp_ratelimit=0
CLAT6=$(ip -n phone -o -6 address show dev wwan0 | sed -n 's|.* inet6 \([^ ]*\)/128 .*deprecated.*|\1|p')
head -c 1048576 /dev/urandom >"$NET_RUN/www/file"
net_daemon inet ends python3 "$SELFTESTS/net/ends.py" serve "$NET_INET4" 9001 "$LIB_TMP/sent"
wait_for 20 in_ns inet sh -c 'ss -Hlun "( sport = :9001 )" | grep -q .' || bail "the server does not start"

# Both the operator's router and the NAT64 answer from IPv6 addresses that IPv4 has no name for.
# By UDP to ports that nobody serves, or by ping.
for HOW in UDP ping; do
	OPTION=
	[ "$HOW" = UDP ] || OPTION=-I
	check_equal "traceroute by $HOW from the phone" "$DUMMY4 $DUMMY4 $NET_INET4" \
		"$(route_of phone traceroute $OPTION -n -q 1 -N 1 -m 10 "$NET_INET4")"
	check_equal "traceroute by $HOW from a client" "$NET_HOTSPOT4 $DUMMY4 $DUMMY4 $NET_INET4" \
		"$(route_of client traceroute $OPTION -n -q 1 -N 1 -m 10 "$NET_INET4")"
done

# From the Internet: the NAT64 and the phone lead some ports to us.
CLIENT4=$(ip -n client -o -4 address show dev eth0 | sed 's|.* inet \([0-9.]*\)/.*|\1|')
for PORT in $(seq $BIB_PORT $((BIB_PORT + 15))); do
	in_ns plat jool -i plat bib add --udp "$NET_POOL4#$PORT" "$CLAT6#$PORT"
done
TO_PHONE=$(route_of inet traceroute -U -n -q 1 -N 1 -m 10 -p $BIB_PORT "$NET_POOL4")
check_equal "traceroute from the Internet to the phone ends there" "198.51.100.1 $NET_POOL4" \
	"$(echo "$TO_PHONE" | awk '{ print $1, $NF }')" || diag "$TO_PHONE"
check_equal "it is three hops" 3 "$(echo "$TO_PHONE" | wc -w)"
check_equal "tracepath from the Internet to the phone finds the MTU" 1480 "$(pmtu_of inet -p $BIB_PORT "$NET_POOL4")" ||
	diag "$(cat "$LIB_TMP/tracepath")"
in_ns phone nft add chain ip hotspot inward '{ type nat hook prerouting priority dstnat; }'
in_ns phone nft add rule ip hotspot inward iifname "$CLAT" udp dport "$BIB_PORT-$((BIB_PORT + 15))" dnat to "$CLIENT4"
in_ns phone conntrack -D -p udp >/dev/null 2>&1
TO_CLIENT=$(route_of inet traceroute -U -n -q 1 -N 1 -m 10 -p $BIB_PORT "$NET_POOL4")
check_equal "traceroute from the Internet to a client ends there, four hops away" "198.51.100.1 $NET_POOL4 4" \
	"$(echo "$TO_CLIENT" | awk '{ print $1, $NF, NF }')" || diag "$TO_CLIENT"
check_equal "tracepath from the Internet to a client finds the MTU" 1480 "$(pmtu_of inet -p $BIB_PORT "$NET_POOL4")" ||
	diag "$(cat "$LIB_TMP/tracepath")"
in_ns phone nft delete chain ip hotspot inward
forget

at "no narrow link" 1480
narrow 1400 ran core0 plat core0
at "a narrow link before the NAT64" 1380
narrow 1500 ran core0 plat core0
narrow 1400 plat wan0 inet eth0
at "a narrow link behind the NAT64" 1400
narrow 1500 plat wan0 inet eth0
narrow 1280 phone wwan0 ran cell0
at "a narrow uplink" 1260
narrow 1500 phone wwan0 ran cell0

for WHO in phone client; do
	check "a datagram without a checksum of the $WHO comes back" datagrams "$WHO" 1000 nocheck
	check "ping with the option record route from the $WHO" in_ns "$WHO" ping -n -c 1 -W 5 -R "$NET_INET4"
	check "ping with the option timestamp from the $WHO" in_ns "$WHO" ping -n -c 1 -W 5 -T tsonly "$NET_INET4"
done
check "down" in_ns phone "$CLATCTL" down wwan0
finish
