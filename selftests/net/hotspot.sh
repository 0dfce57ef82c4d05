# SPDX-License-Identifier: GPL-2.0
# A hotspot on the phone of dns/pair.sh: two clients behind a bridge, and programs of the router that they talk to as
# hosts of the IPv4 Internet. Sourced after lib.sh, lib-module.sh, dns/pair.sh and daemon/lib.sh.
#
#    client  ── eth0 ─┐
#                     tether ── phone ── wwan0 ─── cell0 ── ran
#    client2 ── eth0 ─┘

HOTSPOT4=192.168.43.1
HOST4B=198.51.100.11
NET_NAMES="$NET_NAMES client2"

# hotspot_make: the bridge and its ports, as a connection manager makes them
hotspot_make()
{
	ip -n phone -batch - <<-BRIDGE || return
		link add tether type bridge
		link set tether addrgenmode none
		link set tether up
		address add $HOTSPOT4/24 dev tether
		link set port1 master tether
		link set port2 master tether
		link set port1 up
		link set port2 up
	BRIDGE
}

# hotspot_clients: namespaces with an address each, by hand
hotspot_clients()
{
	ip -batch - <<-CLIENTS || return
		netns add client
		netns add client2
		link add port1 netns phone type veth peer name eth0 netns client
		link add port2 netns phone type veth peer name eth0 netns client2
	CLIENTS
	ip -n phone link set port1 addrgenmode none && ip -n phone link set port2 addrgenmode none || return
	hotspot_client client 192.168.43.100 && hotspot_client client2 192.168.43.101
}

# hotspot_client NAME ADDRESS
hotspot_client()
{
	mkdir -p "/etc/netns/$1"
	in_ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 || return
	ip -n "$1" -batch - <<-CLIENT
		link set lo up
		address add $2/24 dev eth0
		link set eth0 up
		route add default via $HOTSPOT4
	CLIENT
}

# hotspot_pair_up: clients, bridge, and the programs of the Internet
hotspot_pair_up()
{
	hotspot_clients && hotspot_make &&
	net_daemon ran talk python3 "$SELFTESTS/net/talk.py" serve :: 9001 &&
	wait_for 60 hotspot_talks
}

hotspot_talks()
{
	[ "$(in_ns ran ss -Hlntu "( sport = :9001 )" | wc -l)" = 2 ]
}

# hotspot_state: all that clatctl could change on the phone. Routes of equal rank stand in the order of their making, the
# bridge has another number each time it is made, and that an interface works the kernel tells a while later: none of this
# is what is compared.
hotspot_state()
{
	pair_state | sed 's/^[0-9]*: tether:/tether:/; s/ state [A-Z]* / /' | sort
	in_ns phone nft list ruleset
	in_ns phone sh -c 'grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv[46]/conf/*/forwarding \
		/proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv4/conf/*/rp_filter'
	ip -n phone -6 neigh show proxy | sort
	in_ns phone sh -c 'cd /proc/sys/net/ipv6 && grep -H . conf/*/proxy_ndp neigh/*/proxy_delay'
	in_ns phone ethtool -k tether
}

# hotspot_same FILE: the phone is as it was when FILE was written
hotspot_same()
{
	hotspot_state | diff "$1" -
}

# reaches CLIENT
reaches()
{
	in_ns "$1" ping -n -c1 -W2 "$HOST4"
}

# asks CLIENT OCTETS [PORT]: a datagram comes back; prints the port it was seen from
asks()
{
	asks_who=$1
	shift
	in_ns "$asks_who" python3 "$SELFTESTS/net/talk.py" udp "$HOST4" 9001 "$@"
}

# loads CLIENT OCTETS: by TCP, compared
loads()
{
	in_ns "$1" python3 "$SELFTESTS/net/talk.py" tcp "$HOST4" 9001 "$2"
}

# mapped_to SUBNET: the first of the addresses that it is mapped to; empty if it is not
mapped_to()
{
	ctl -j show clat0 | jq -r --arg net "$1" '.instances[0].map[] | select("\(.v4)/\(."v4-len")" == $net) | .v6'
}

# slice: what the addresses of 192.168.43.0/24 begin with; two digits follow
slice()
{
	mapped_to 192.168.43.0/24 | sed 's/00$//; s/:0$/:/'
}

# nat44_is YES|NO|SYSTEM: of the bridge, as it is done
nat44_is()
{
	nat44_now=$(ctl -j tether status tether | jq -r '.tethers[0].nat44')
	[ "$nat44_now" = "$1" ] || { echo "NAT44 is $nat44_now, wanted $1"; ctl tether status tether; return 1; }
}

# tether_is DEV STATE
tether_is()
{
	tether_now=$(ctl -j tether status "$1" | jq -r '.tethers[0].state')
	[ "$tether_now" = "$2" ] || { echo "the hotspot is $tether_now, wanted $2"; ctl tether status "$1"; return 1; }
}

# misses DEV WHAT,...: exactly this is missing
misses()
{
	misses_now=$(ctl -j tether status "$1" | jq -r '[.tethers[0].missing[].what] | join(",")')
	[ "$misses_now" = "$2" ] || { echo "missing is $misses_now, wanted $2"; return 1; }
}

rules()
{
	in_ns phone nft list table ip clat
}

forwards()
{
	[ "$(in_ns phone cat "/proc/sys/net/ipv4/conf/$1/forwarding")" = 1 ]
}

# dhcp_server: somebody listens as one
dhcp_server()
{
	net_daemon phone dhcp python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 67))
time.sleep(3600)'
	DHCP_PID=$!
	wait_for 60 dhcp_listens
}

dhcp_listens()
{
	in_ns phone ss -Hlnu "( sport = :67 )" | grep -q .
}
