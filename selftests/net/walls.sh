# SPDX-License-Identifier: GPL-2.0
# What tests of firewalls have in common: a web server on the Internet, and the network's side of the CLAT. Sourced after
# net/hotspot.sh.

# The client as the NAT64 would send to it if the CLAT had a pair for it, and a host of the Internet as it is seen.
WALLS_CLIENT=3fff:fff:1:2::c100
WALLS_HOST=64:ff9b::c633:640a

# walls_up: web servers on the Internet, on the phone and on a client
walls_up()
{
	echo "end to end" >"$NET_RUN/index.html"
	in_ns ran sysctl -qw net.ipv6.ip_nonlocal_bind=1 &&
	walls_web ran :: 80 && walls_web phone 0.0.0.0 8080 && walls_web client 0.0.0.0 8080
}

# walls_web NAME ADDRESS PORT
walls_web()
{
	net_daemon "$1" "web-$1" python3 -m http.server --directory "$NET_RUN" --bind "$2" "$3" &&
	wait_for 60 walls_listens "$1" "$3"
}

walls_listens()
{
	in_ns "$1" ss -Hlnt "( sport = :$2 )" | grep -q .
}

# web [CLIENT]: end to end
web()
{
	in_ns "${1:-client}" curl -sS -m 5 "http://$HOST4/index.html" | grep -q 'end to end'
}

# no_web: not only for a moment
no_web()
{
	! web
}

# asks_phone ADDRESS: a client reaches a service of the phone
asks_phone()
{
	in_ns client curl -sS -m 5 "http://$HOTSPOT4:8080/index.html" | grep -q 'end to end'
}

clat_packets()
{
	in_ns phone cat /sys/class/net/clat0/statistics/rx_packets
}

# unasked ADDRESS: a connection from the network to ADDRESS, which the CLAT translates
unasked()
{
	in_ns ran curl -sS -m 3 -g --interface "$WALLS_HOST" "http://[$1]:8080/index.html" | grep -q 'end to end'
}

# kept_out ADDRESS: what the network sends there unasked comes to the CLAT, and no further
kept_out()
{
	kept_before=$(clat_packets)
	! unasked "$1" || { echo "it is answered"; return 1; }
	kept_now=$(clat_packets)
	[ "$kept_now" -gt "$kept_before" ] || { echo "nothing came to the CLAT"; return 1; }
}

# kept_out_client: the same of a client, which the CLAT gets a pair for meanwhile
kept_out_client()
{
	kept_pair=$(pair_of)
	ctl set clat0 map "$kept_pair,192.168.43.100=$WALLS_CLIENT" &&
	ip -n ran neigh replace "$WALLS_CLIENT" dev cell0 lladdr "$(in_ns phone cat /sys/class/net/wwan0/address)" ||
		return
	kept_rc=0
	kept_out "$WALLS_CLIENT" || kept_rc=1
	ctl set clat0 map "$kept_pair" && return "$kept_rc"
}

# remedy: what status says against chains that drop
remedy()
{
	ctl -j tether status tether | jq -r '[.tethers[0].missing[] | select(.what == "dropped") | .hint] | join("; ")'
}

# named CHAIN: status names it as one that drops, and none besides
named()
{
	named_now=$(ctl -j tether status tether | jq -r '[.tethers[0].missing[] | select(.what == "dropped") | .text] | join(",")')
	case $named_now in
	*,*) ;;
	"the chain $1 drops"*) return 0 ;;
	esac
	echo "named: $named_now, wanted $1"
	return 1
}
