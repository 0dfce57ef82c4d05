#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl tether in the emulated mobile network: two clients at once behind a bridge, by real programs, through the CLAT and
# a real NAT64, with NAT44 and without.
# runs-in: qemu
# cpus: 2
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"

DUMMY4=192.0.0.8
CLIENTS="client client2"

# second_client: the network has links for one; both are ports of a bridge
second_client()
{
	ip link add port2 netns phone type veth peer name eth0 netns client2 &&
	in_ns client2 sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
	ip -n client2 link set lo up && ip -n client2 link set eth0 up && ip -n client link set eth0 up &&
	ip -n phone -batch - <<-BRIDGE
		link add tether type bridge
		link set tether up
		address add $NET_HOTSPOT4/24 dev tether
		link set wlan0 master tether
		link set port2 master tether
		link set wlan0 up
		link set port2 up
	BRIDGE
}

dnsmasq_tether()
{
	net_daemon phone dnsmasq-phone dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --interface=tether \
		--bind-interfaces --no-hosts --no-ping --dhcp-authoritative --dhcp-leasefile=/dev/null \
		--dhcp-range=192.168.43.100,192.168.43.200,1h
}

lease()
{
	in_ns "$1" busybox udhcpc -i eth0 -n -q -f -t 3 -T 1 -s "$SELFTESTS/net/udhcpc.sh"
}

# at_once COMMAND CLIENT...: on every client at the same time
at_once()
{
	at_once_pids='' at_once_rc=0
	for at_once_who in $CLIENTS; do
		"$@" "$at_once_who" >"$LIB_TMP/once.$at_once_who" 2>&1 &
		at_once_pids="$at_once_pids $!"
	done
	for at_once_pid in $at_once_pids; do
		wait "$at_once_pid" || at_once_rc=1
	done
	[ "$at_once_rc" = 0 ] || cat "$LIB_TMP"/once.*
	return "$at_once_rc"
}

web()
{
	in_ns "$1" curl -4 -sS -m 20 "http://$NET_NAME/" | grep -q 'only IPv4'
}

file()
{
	in_ns "$1" curl -sS -m 60 -o "$LIB_TMP/file.$1" "http://$NET_INET4/10MB" && cmp "$LIB_TMP/file.$1" "$NET_RUN/www/10MB"
}

large_tls()
{
	in_ns "$1" curl -sS -m 60 --cacert "$NET_RUN/cert.pem" -o "$LIB_TMP/tls.$1" "https://$NET_INET4/10MB" &&
		cmp "$LIB_TMP/tls.$1" "$NET_RUN/www/10MB"
}

dns()
{
	[ "$(in_ns "$1" dig +short +tries=2 +time=5 "@$NET_INET4" A "$NET_NAME")" = "$NET_INET4" ]
}

datagram()
{
	in_ns "$1" python3 "$SELFTESTS/net/talk.py" udp "$NET_INET4" 9001 1000
}

large_datagram()
{
	in_ns "$1" python3 "$SELFTESTS/net/talk.py" udp "$NET_INET4" 9001 60000
}

quic()
{
	in_ns "$1" python3 "$SELFTESTS/net/talk.py" stream "$NET_INET4" 9001 1000
}

iperf_udp()
{
	in_ns client iperf3 -u -b 5M -t 2 -c "$NET_INET4" "$@" >"$LIB_TMP/iperf" 2>&1 &&
		grep -q 'receiver' "$LIB_TMP/iperf" || { cat "$LIB_TMP/iperf"; return 1; }
}

pings()
{
	in_ns "$1" ping -n -c 2 -W 5 "$NET_INET4"
}

trace()
{
	in_ns "$1" traceroute -n -q 1 -N 1 -m 10 "$NET_INET4" >"$LIB_TMP/route.$1" || return
	[ "$(awk '$1 + 0 > 0 { print $2 }' "$LIB_TMP/route.$1" | xargs)" = "$NET_HOTSPOT4 $DUMMY4 $DUMMY4 $NET_INET4" ] ||
		{ cat "$LIB_TMP/route.$1"; return 1; }
}

pmtu()
{
	in_ns "$1" tracepath -n -m 10 "$NET_INET4" >"$LIB_TMP/path.$1"
	grep -q 'Resume: pmtu 1480 hops' "$LIB_TMP/path.$1" || { cat "$LIB_TMP/path.$1"; return 1; }
}

# mapped: what two hosts of the Internet see of one socket's port, and it is the one at the CLAT
mapped()
{
	mapped_one=$(in_ns client python3 "$SELFTESTS/net/talk.py" udp "$NET_INET4" 9001 100 40000) &&
	mapped_two=$(in_ns client python3 "$SELFTESTS/net/talk.py" udp "$HOST4B" 9001 100 40000) || return
	[ "$mapped_one" = "$mapped_two" ] && in_ns phone conntrack -L -p udp 2>/dev/null | grep -q 'dst=192.0.0.1 .*dport=40000' ||
		{ echo "seen from $mapped_one and $mapped_two"; in_ns phone conntrack -L -p udp; return 1; }
}

# 1280 octets on the radio link, from end to end
# uplink_of OCTETS
uplink_of()
{
	ip -n phone link set wwan0 mtu "$1" && ip -n ran link set cell0 mtu "$1" && wait_for 10 mtu_is $(($1 - 20))
}

# clients_at_plat PREFIX: addresses that begin so and that the NAT64 knows clients by
clients_at_plat()
{
	in_ns plat jool -i plat session display --tcp --numeric --csv --no-headers | cut -d , -f 2 | sort -u | grep -c "^$1"
}

mtu_is()
{
	[ "$(ip -n phone -o link show clat0 | sed -n 's/.* mtu \([0-9]*\) .*/\1/p')" = "$1" ]
}

# tls_server: one of an authority that the clients trust
tls_server()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj "/CN=$NET_INET4" -addext "subjectAltName=IP:$NET_INET4" \
		-keyout "$NET_RUN/key.pem" -out "$NET_RUN/cert.pem" 2>/dev/null &&
	net_daemon inet tls python3 -c '
import http.server, os, ssl, sys
os.chdir(sys.argv[1] + "/www")
server = http.server.ThreadingHTTPServer((sys.argv[2], 443), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1] + "/cert.pem", sys.argv[1] + "/key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()' "$NET_RUN" "$NET_INET4"
}

serve()
{
	ip -n inet address add $HOST4B/24 dev eth0 && tls_server &&
	net_daemon inet talk1 python3 "$SELFTESTS/net/talk.py" serve "$NET_INET4" 9001 &&
	net_daemon inet talk2 python3 "$SELFTESTS/net/talk.py" serve $HOST4B 9001 &&
	wait_for 30 serves
}

serves()
{
	[ "$(in_ns inet ss -Hlntu "( sport = :9001 or sport = :443 )" | wc -l)" = 5 ]
}

state()
{
	in_ns phone nft list ruleset
	in_ns phone sh -c 'grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv[46]/conf/*/forwarding \
		/proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/proxy_ndp' | sort
	ip -n phone -4 route show table all
	ip -n phone -6 route show type unreachable
	ip -n phone -6 neigh show proxy
	ip -n phone rule
}

# test_mode NAME: whatever the hotspot does with the addresses of its clients
test_mode()
{
	check "$1: both clients ping" at_once pings
	check "$1: both clients load a page by its name" at_once web
	check "$1: both clients load 10 MB" at_once file
	check "$1: both clients load 10 MB by TLS" at_once large_tls
	check "$1: both clients ask a DNS server of the Internet" at_once dns
	check "$1: datagrams of both clients come back" at_once datagram
	check "$1: datagrams of 60 KB come back" at_once large_datagram
	check "$1: streams of datagrams go both ways, as QUIC's do" at_once quic
	check "$1: a stream of datagrams goes out" iperf_udp
	check "$1: a stream of datagrams comes in" iperf_udp -R
	check "$1: traceroute" at_once trace
	check "$1: tracepath finds the MTU" at_once pmtu
	check "$1: with an uplink of 1280 octets the CLAT has 1260" uplink_of 1280
	check "$1: and both clients load 10 MB" at_once file
	check "$1: and datagrams of 60 KB come back" at_once large_datagram
	uplink_of 1500 && wait_for 10 state_is active && forget
}

# forget: what everybody has learned of the path
forget()
{
	for forget_who in $NET_NAMES; do
		ip -n "$forget_who" route flush cache
		ip -n "$forget_who" -6 route flush cache
	done
}

# without_nat: by the configuration, which says that the radio link is ours alone
without_nat()
{
	printf '[tether tether]\nnat44 = no\nown_prefix = wwan0\n' >/etc/clat/clat.conf
	ctl reload && wait_for 20 nat44_is no && in_ns phone conntrack -F
}

untracked()
{
	[ -z "$(in_ns phone conntrack -L 2>/dev/null | grep "src=192.168.43.1[0-9][0-9] dst=$NET_INET4")" ] ||
		{ in_ns phone conntrack -L; return 1; }
}

iptables_masquerades()
{
	in_ns phone iptables-nft -t nat -A POSTROUTING -s 192.168.43.0/24 -j MASQUERADE && wait_for 10 nat44_is yes
}

iptables_gone()
{
	in_ns phone iptables-nft -t nat -D POSTROUTING -s 192.168.43.0/24 -j MASQUERADE && wait_for 10 nat44_is no
	iptables_gone_rc=$?
	in_ns phone nft delete table ip nat
	return $iptables_gone_rc
}

tap_plan 44
rm -rf /etc/clat
mkdir -p /etc/clat
printf '[tether tether]\n' >/etc/clat/clat.conf
net_up 64:ff9b::/96 || bail "the network does not come up: $(net_logs)"
second_client || bail "no second client"
head -c 10485760 /dev/urandom >"$NET_RUN/www/10MB"
serve || bail "the servers do not start: $(net_logs)"
dnsmasq_tether || bail "no dnsmasq"
module_load
state >"$LIB_TMP/before"
daemon_start 1 || bail "the daemon does not come up: $(cat "$LOG")"
wait_for 30 state_is active || bail "no CLAT: $(cat "$LOG")"
check "both clients get a lease" at_once lease
check "the hotspot has all it needs" wait_for 10 tether_is tether active
test_mode "NAT44"
check_equal "NAT44: the NAT64 knows one client" 1 "$(clients_at_plat "")"
check "NAT44: one port for one socket, whoever is asked (STUN)" mapped
check "the configuration says that there is no NAT44, and so it is" without_nat
check "the hotspot still has all it needs" wait_for 10 tether_is tether active
test_mode "no NAT44"
check_equal "no NAT44: the NAT64 knows two clients" 2 "$(clients_at_plat "$(slice)")"
check "no NAT44: none of it was tracked" untracked
check "a rule of iptables that masquerades brings NAT44 back" iptables_masquerades
check "and ends it when it goes" iptables_gone
ctl down --all >/dev/null
state >"$LIB_TMP/after"
check "down --all leaves the ruleset, sysctls, routes and rules as they were" diff "$LIB_TMP/before" "$LIB_TMP/after"
daemon_kill TERM
check_equal "the daemon was not troubled" "" "$(grep warning "$LOG" | grep -v 'a rule in the chain ip nat POSTROUTING')"
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
