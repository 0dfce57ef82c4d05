#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon in the emulated mobile network: BIND with a TTL of seconds, two NAT64s, and programs that are talking
# while the network changes under them.
# runs-in: qemu
# only-all: qemu
# cpus: 2
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# The daemon's half minutes, which it waits at least between two queries, are three seconds.
SCALE=10
FIRST=64:ff9b::/96
SECOND=3fff:64:64::/48
SECOND_POOL4=203.0.113.2

# A second NAT64, with another prefix and another pool, beside the first:  ran ── core1 core0 ── plat2 ── wan0 eth1 ── inet
second_nat64()
{
	ip -batch - <<-LINKS &&
		link add core1 netns ran type veth peer name core0 netns plat2
		link add wan0 netns plat2 type veth peer name eth1 netns inet
	LINKS
	in_ns plat2 sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 &&
	ip -n ran -batch - <<-RAN &&
		address add 3fff:fff:0:2::1/64 dev core1
		link set core1 up
		route add $SECOND via 3fff:fff:0:2::2
	RAN
	ip -n plat2 -batch - <<-PLAT &&
		address add 3fff:fff:0:2::2/64 dev core0 nodad
		address add 192.0.2.1/24 dev wan0
		link set core0 up
		link set wan0 up
		route add default via 3fff:fff:0:2::1
		route add $NET_INET4/32 via 192.0.2.10
	PLAT
	ip -n inet -batch - <<-INET &&
		address add 192.0.2.10/24 dev eth1
		link set eth1 up
		route add $SECOND_POOL4/32 via 192.0.2.1
	INET
	in_ns plat2 jool instance add plat2 --netfilter --pool6 "$SECOND" &&
	for proto in tcp udp icmp; do
		in_ns plat2 jool -i plat2 pool4 add "--$proto" "$SECOND_POOL4" 1024-65535 || return
	done
}

# BIND reads only when it starts that it should log queries.
query_log()
{
	sed -i 's|^options {|&\nquerylog yes;|' "$NET_RUN/named.conf"
	kill "$(pidof named)"
	wait_for 20 not pidof named && net_daemon ran named named -g -n 1 -c "$NET_RUN/named.conf" &&
		wait_for 20 net_resolver_answers
}

# dns64 [PREFIX/LEN]: what the resolver makes its answers of from now on
dns64()
{
	sed -i '/^ *dns64 /d; /^ *rrset-order/d' "$NET_RUN/named.conf"
	[ $# -eq 0 ] || sed -i "s|^options {|&\ndns64 $1 { clients { any; }; };|" "$NET_RUN/named.conf"
	kill -HUP "$(pidof named)"
}

# rotating PREFIX...: records for these prefixes of 96 bits, in an order that changes with each answer
rotating()
{
	records=
	for p in "$@"; do
		records="$records
@ AAAA ${p%/*}192.0.0.170
@ AAAA ${p%/*}192.0.0.171"
	done
	net_zone ipv4only.arpa "$records"
	dns64
	sed -i 's|^options {|&\nrrset-order { order random; };|' "$NET_RUN/named.conf"
	kill -HUP "$(pidof named)"
}

page()
{
	in_ns phone curl -sS --connect-timeout "${1:-5}" -m 10 "http://$NET_INET4/" | grep -q 'only IPv4'
}

# drops: packets that the device has dropped, for whatever reason
drops()
{
	ctl -j stats clat0 | jq '[.instances[0].counters.drops[]] | add'
}

second_packets()
{
	in_ns plat2 jool -i plat2 stats display --csv --no-headers | awk -F, '$1 == "JSTAT_SUCCESS" { n = $2 } END { print n + 0 }'
}

test_bind()
{
	daemon_start $SCALE
	check "BIND tells the prefix, and IPv4 goes through" wait_for 60 page
	check "its source is DNS" plat_is "$FIRST dns"
	first=$(pair_of)
	check_equal "as the daemon says: asked whom" "$NET_RESOLVER false" "$(status '"\(.server) \(."server-local")"')"
	check "asked again when its TTL of seconds has gone, not before half a minute" \
		test "$(status .next_query_s)" -le 30
}

# Full speed, while the daemon is ended by force and started anew.
test_kill()
{
	iperf_client
	daemon_kill KILL
	flows "kill -9: iperf3 runs on"
	daemon_start $SCALE
	check "started again" wait_for 30 state_is active
	flows "iperf3 runs on"
	check_equal "with the same addresses" "$first" "$(pair_of)"
}

test_native()
{
	native4
	check "native IPv4 comes" wait_for 5 state_is native-ipv4
	check "new connections would go by it" has_no_route
	flows "the connection that is open stays with CLAT"
	native4_gone
	check "native IPv4 goes" wait_for 5 state_is active
	flows "the connection is still the same"
	kill "$IPERF_PID"
}

silent_since()
{
	[ "$(status .last_error)" = "$NET_RESOLVER does not answer" ]
}

# Five minutes of the daemon's
test_silence()
{
	kill -STOP "$(pidof named)"
	check "BIND does not answer any more" wait_for 20 silent_since
	now_cs
	silence_end=$((NOW_CS + 30000 / SCALE))
	broken=0
	while now_cs && [ "$NOW_CS" -lt "$silence_end" ]; do
		works >/dev/null && state_is active >/dev/null || broken=$((broken + 1))
	done
	check_equal "no answer for 5 minutes: IPv4 goes through all the time" 0 "$broken"
	kill -CONT "$(pidof named)"
	check "it answers again: that is noticed within a minute" wait_for $((70 / SCALE + 3)) \
		sh -c "[ \$($IN_PHONE -j status wwan0 | jq -r '.instances[0].last_error') = null ]"
	check "and nothing has changed" test "$(pair_of)" = "$first"
}

# listen PORT: the phone prints what comes to it from the Internet
listen()
{
	in_ns phone timeout 60 python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
print(s.recv(100).decode(), flush=True)' "$1"
}

# tell ADDRESS PORT TEXT: a datagram from the Internet
tell()
{
	in_ns inet python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(sys.argv[3].encode(), (sys.argv[1], int(sys.argv[2])))' "$1" "$2" "$3"
}

test_move()
{
	v6=${first#*=}
	in_ns plat jool -i plat bib add --udp "$NET_POOL4#40000" "$v6#40000"
	listen 40000 >"$NET_RUN/heard" 2>&1 </dev/null &
	check "somebody listens" wait_for 20 grep -q ready "$NET_RUN/heard"
	before=$(drops)
	dns64 "$SECOND"
	check "the prefix moves to another NAT64" wait_for 20 kernel_plat "$SECOND,$FIRST"
	check "new connections work within 1 s" page 1
	check "by the second NAT64" test "$(second_packets)" -gt 0
	check_equal "the local address stays" "$first" "$(pair_of)"
	tell "$NET_POOL4" 40000 "under way"
	check "what is under way by the first is taken" wait_for 5 grep -q 'under way' "$NET_RUN/heard"
	check_equal "we drop nothing" "$before" "$(drops)"
	dns64 "$FIRST"
	check "and back" wait_for 20 kernel_plat "$FIRST,$SECOND"
	check "new connections work within 1 s again" page 1
}

# orders: how many records came first in twenty answers
orders()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		in_ns phone dig +short +time=2 AAAA ipv4only.arpa | head -n 1 | sed 's/c000:.*//'
	done | sort -u | wc -l
}

queries()
{
	grep -c "query: ipv4only.arpa IN AAAA" "$NET_RUN/named.log"
}

more_queries()
{
	[ "$(queries)" -ge "$queries_wanted" ]
}

test_rotation()
{
	rotating "64:ff9b::/96" "64:ff9b:1::/96"
	check_equal "BIND rotates its answers" 2 "$(orders)"
	check "both prefixes are known, the one in use stays first" wait_for 20 plat_begins "$FIRST dns,$OTHER dns"
	queries_wanted=$(($(queries) + 8))
	changed=0
	now_cs
	rotation_end=$((NOW_CS + 6000))
	until more_queries || { now_cs; [ "$NOW_CS" -ge "$rotation_end" ]; }; do
		sends_to "$FIRST" || changed=$((changed + 1))
	done
	check "eight answers later" more_queries
	check_equal "it never was another" 0 "$changed"
	check "IPv4 goes through" page
}

tap_plan 35
rm -rf /etc/clat
NET_NAMES="$NET_NAMES plat2"
NET_TTL=5
module_load
net_up "$FIRST" || bail "the network does not come up: $(net_logs)"
query_log || bail "BIND does not start again: $(net_logs)"
second_nat64 || bail "the second NAT64 does not come up"
dns64 "$FIRST"
test_bind
test_kill
test_native
test_silence
test_move
test_rotation
check "nothing of it has cost memory: less than 2 MiB" at_most 2047 "$(daemon_anon)"
daemon_kill TERM
ctl down --all >/dev/null
check "nothing is left on the phone" nothing_left
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
