#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: what it finds, keeps right and adopts on an uplink whose network changes under it.
# runs-in: uml qemu
# only-named: qemu
# timeout: 600
# apart: uml qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# status_is CODE
status_is()
{
	status_rc=0
	ctl status || status_rc=$?
	[ "$status_rc" = "$1" ]
}

test_start()
{
	daemon_start
	check "without the module it says so, and waits" wait_for 5 status_is 8
	module_load
	check "it finds the prefix by itself, and is up" wait_for 60 state_is active
	check "IPv4 goes through" works
	first=$(pair_of)
	check_equal "the pair" "192.0.0.1=$(clat_v6)" "$first"
	check_equal "the rules for what leaves from the address" \
		"4640: lookup main suppress_prefixlength 0,4641: lookup 46401" \
		"$(ip -n phone rule show from 192.0.0.1 | sed 's/\t*from 192.0.0.1//' | paste -sd,)"
	check_equal "and the table that they lead to" "default dev clat0 proto static scope link src 192.0.0.1" \
		"$(ip -n phone route show table 46401 | sed 's/ *$//')"
	check_equal "rp_filter" 1 "$(in_ns phone sysctl -n net.ipv4.conf.clat0.rp_filter)"
	check_equal "prefix and source" "64:ff9b::/96 dns $PAIR_RAN" \
		"$(status '"\(.plat[0].prefix)/\(.plat[0].len) \(.plat[0].source) \(.server)"')"
}

test_alone()
{
	check_equal "a second daemon finds the first at work" "2 a daemon looks after this network already" \
		"$(alone_rc=0; ctl daemon >"$LIB_TMP/out" 2>&1 || alone_rc=$?
		   echo "$alone_rc $(grep -o 'a daemon .* already' "$LIB_TMP/out")")"
}

test_native()
{
	native4
	check "native IPv4 comes: the route goes within 1 s" wait_for 1 has_no_route
	check "the state says why" wait_for 2 state_is native-ipv4
	check_equal "device, address and rules stay" "$first 2" \
		"$(pair_of) $(ip -n phone rule show from 192.0.0.1 | wc -l)"
	native4_gone
	check "native IPv4 goes: the route is back within 1 s" wait_for 1 has_route
	check "IPv4 goes through again" works
	mkdir -p /etc/clat
	printf '[clat]\nmode = force\n' >/etc/clat/clat.conf
	ctl reload >/dev/null
	native4
	check "mode=force: beside native IPv4, with a loose rp_filter" wait_for 3 \
		sh -c '[ "$(ip netns exec phone sysctl -n net.ipv4.conf.clat0.rp_filter)" = 2 ]'
	check_equal "both routes are there" "dev clat0,dev wwan0" \
		"$(default4 | grep -o 'dev [a-z0-9]*' | sort | paste -sd,)"
	native4_gone
	rm /etc/clat/clat.conf
	ctl reload >/dev/null
	check "and strict again without" wait_for 3 \
		sh -c '[ "$(ip netns exec phone sysctl -n net.ipv4.conf.clat0.rp_filter)" = 1 ]'
}

test_ra()
{
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.accept_ra=0
	ra pref64=$OTHER,1800
	check "a prefix of a router beats that of DNS" wait_for 2 plat_is "$OTHER ra,$PAIR_PLAT old"
	check "the kernel has both, the new one first" wait_for 2 kernel_plat "$OTHER,$PAIR_PLAT"
	check_equal "the local address stays" "$first" "$(pair_of)"
	check_equal "the kernel itself heard no router" 0 "$(in_ns phone sysctl -n net.ipv6.conf.wwan0.accept_ra)"
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.accept_ra=1
	ra pref64=64:ff9b:2::/96,1800 hops=64
	ra pref64=64:ff9b:2::/96,1800 from=$PAIR_RAN
	ra pref64=64:ff9b:2::/96,1800 raw=2600
	ra pref64=64:ff9b:3::/96,1800
	check "what no router on the link has sent is not heard" wait_for 2 \
		plat_is "$OTHER ra,64:ff9b:3::/96 ra,$PAIR_PLAT old"
	ra pref64=64:ff9b:3::/96,0 pref64=$OTHER,0
	check "lifetime 0: DNS is asked, and used" wait_for 5 kernel_plat "$PAIR_PLAT,$OTHER,64:ff9b:3::/96"
	check "IPv4 goes through" works
}

test_repair()
{
	ip -n phone address del "$(clat_v6)/128" dev wwan0
	check "an address that somebody removes is back within 1 s" wait_for 1 has_v6
	check "and in use" wait_for 5 state_is active
	ip -n phone route del default dev clat0
	check "a route that somebody removes comes back" wait_for 5 has_route
	ip -n phone link del clat0
	check "so does the device" wait_for 10 works
	check_equal "with the same addresses" "$first" "$(pair_of)"
}

test_flap()
{
	ip -n phone link set wwan0 down
	check "the uplink goes down: the route goes within 1 s" wait_for 1 has_no_route
	check_equal "the device stays" clat0 "$(ctl -j show | jq -r '.instances[].ifname')"
	pair_wwan
	check "the uplink is up again" wait_for 10 state_is active
	check_equal "with the same addresses as before" "$first" "$(pair_of)"
	ip -n phone link set wwan0 down
	ip -n phone link set wwan0 name modem0
	ip -n phone link set modem0 name wwan0
	pair_wwan
	check "another name and back" wait_for 10 works
}

# Router Solicitations that have come to the router, which hears what is sent to all of them
solicits()
{
	in_ns ran awk '$1 == "Icmp6InRouterSolicits" { print $2 }' /proc/net/snmp6
}

solicited()
{
	[ "$(solicits)" -gt "$solicits_before" ]
}

test_kill()
{
	pair_state >"$LIB_TMP/running"
	daemon_kill KILL
	check "after kill -9 IPv4 goes through" works
	ip -n ran address add ff02::2/64 dev cell0 autojoin
	solicits_before=$(solicits)
	daemon_start
	check "a start asks the routers" wait_for 10 solicited
	check "a new start adopts what is there" wait_for 10 state_is active
	check_equal "nothing is changed by it" "" "$(pair_state | diff "$LIB_TMP/running" -)"
	daemon_kill TERM
	check_equal "SIGTERM ends it with 0" 0 "$daemon_rc"
	check "the log says that connections stay" grep -q 'stopping: devices, addresses and routes stay' "$LOG"
	check_equal "and changes nothing" "" "$(pair_state | diff "$LIB_TMP/running" -)"
	resolver "53=silent"
	daemon_start
	check "where DNS is silent, what was in use stays in use" wait_for 10 state_is active
	check_equal "as adopted" "64:ff9b::/96 adopted" "$(status '.plat[0] | "\(.prefix)/\(.len) \(.source)"')"
	resolver "53=good,$OTHER"
	check "DNS tells of another prefix" wait_for 60 sends_to "$OTHER"
	check_equal "the local address stays" "$first" "$(pair_of)"
	resolver "53=good"
	daemon_kill KILL
	daemon_start
	check "and of the first again" wait_for 60 sends_to "$PAIR_PLAT"
}

# one_step: no event tells of a device without an address, or without an uplink
one_step()
{
	grep -q 3fff:fff:1:3: "$LIB_TMP/events" &&
		! jq '.instances[0] | (.map | length == 1) and .uplink == "wwan0"' "$LIB_TMP/events" | grep -v true ||
		{ cat "$LIB_TMP/events"; return 1; }
}

test_network_change()
{
	ctl -j -v monitor >"$LIB_TMP/events" 2>"$LIB_TMP/listening" &
	events_pid=$!
	wait_for 10 grep -q listening "$LIB_TMP/listening"
	ip -n phone -batch - <<-NEW
		address add 3fff:fff:1:3::10/64 dev wwan0 nodad
		address change $PAIR_PHONE/64 dev wwan0 preferred_lft 0 nodad
	NEW
	ip -n ran address add 3fff:fff:1:3::1/64 dev cell0 nodad
	check "another /64: an address in it" wait_for 10 sh -c "$IN_PHONE -j show | grep -q 3fff:fff:1:3:"
	kill "$events_pid"
	wait "$events_pid" 2>/dev/null
	check "the kernel took it in one step" one_step
	check "the old one is gone" wait_for 5 sh -c '! ip -n phone -6 address show dev wwan0 | grep -q "1:2:.*/128"'
	check "IPv4 goes through" wait_for 5 works
	ip -n phone -batch - <<-OLD
		address change $PAIR_PHONE/64 dev wwan0 preferred_lft forever nodad
		address del 3fff:fff:1:3::10/64 dev wwan0
	OLD
	check "and back: the address that it had there" wait_for 10 sh -c "$IN_PHONE -j show | grep -q ${first#*=}"
}

test_reload()
{
	mkdir -p /etc/clat/conf.d
	echo "[clat]
mode = sometimes" >/etc/clat/conf.d/bad.conf
	check_equal "reload with a bad file: where the error is" "9 /etc/clat/conf.d/bad.conf:2: mode 'sometimes'" \
		"$(reload_rc=0; ctl reload >"$LIB_TMP/out" 2>&1 || reload_rc=$?
		   echo "$reload_rc $(grep -o "/etc/clat/.*'sometimes'" "$LIB_TMP/out")")"
	check "nothing has changed" state_is active
	printf '[clat]\nmetric = 3000\n[uplink wwan*]\nplat = %s\n' "$OTHER" >/etc/clat/conf.d/bad.conf
	check "check-config likes it" ctl check-config
	check "reload" ctl reload
	check "a configured prefix beats all" wait_for 5 plat_begins "$OTHER configured,$PAIR_PLAT old"
	check "the route's metric" wait_for 5 sh -c 'ip -n phone -4 route show default | grep -q "dev clat0 .* metric 3000"'
	rm /etc/clat/conf.d/bad.conf
	kill -HUP "$DAEMON"
	check "SIGHUP reads it anew" wait_for 10 has_route
	check "and DNS is asked again" wait_for 5 plat_begins "$PAIR_PLAT dns,$OTHER old"
}

test_commands()
{
	check "down takes it away" ctl down wwan0
	check "and it stays so" wait_for 2 state_is off
	check_equal "nothing is left" "" "$(clat_v6)$(ip -n phone link show type clat)$(ip -n phone rule show from 192.0.0.1)"
	check "up brings it back" ctl up wwan0
	check "IPv4 goes through" works
	check_equal "up with options says where they belong" 1 \
		"$(up_rc=0; ctl up wwan0 --metric 1 2>/dev/null || up_rc=$?; echo $up_rc)"
	check_equal "nobody may ask for the status, and for no more" "0 7" \
		"$(a=0 b=0; as_nobody "$CLATCTL" status >/dev/null 2>&1 || a=$?
		   as_nobody "$CLATCTL" down --all >/dev/null 2>&1 || b=$?; echo "$a $b")"
	check_equal "from another namespace it is not asked" 3 \
		"$(a=0; in_ns ran "$CLATCTL" status >/dev/null 2>&1 || a=$?; echo $a)"
}

test_foreign()
{
	ip -n phone -batch - <<-FOREIGN
		tuntap add clat mode tun
		address add 192.0.0.4/29 dev clat
		link set clat up
	FOREIGN
	check "another CLAT: we stay off" wait_for 5 state_is foreign-clat
	check_equal "its name" "another CLAT is at work: clat (tun)" "$(status .reason)"
	ip -n phone link del clat
	check "it is gone, we are back" wait_for 10 state_is active
}

# take ADDR: the router has the phone's address, and says so when asked
take()
{
	ip -n ran address add "$1/128" dev cell0 nodad
}

test_duplicates()
{
	take "${first#*=}"
	ctl down wwan0 >/dev/null
	check "up where another host has the address" ctl up wwan0
	second=$(pair_of)
	check "takes another one" test "$second" != "$first"
	check "IPv4 goes through" works
	take "${second#*=}"
	ctl down wwan0 >/dev/null
	ctl up wwan0 >/dev/null
	third=$(pair_of)
	take "${third#*=}"
	ctl down wwan0 >/dev/null
	check_equal "up where three choices are duplicates" 6 \
		"$(up_rc=0; ctl up wwan0 >/dev/null 2>&1 || up_rc=$?; echo $up_rc)"
	for pair in "$first" "$second" "$third"; do
		ip -n ran address del "${pair#*=}/128" dev cell0
	done
	check "they are free: it tries again by itself" wait_for 90 state_is active
	check_equal "and has the first" "$first" "$(pair_of)"
}

# The interface is another one then, with another index.
test_recreated()
{
	ip -n ran link del cell0
	check "the uplink is deleted: its route goes within 1 s" wait_for 1 has_no_route
	ip link add wwan0 netns phone type veth peer name cell0 netns ran
	ip -n ran -batch - <<-RAN
		link set cell0 addrgenmode none
		link set cell0 up
		address add fe80::1/64 dev cell0 nodad
		address add $PAIR_RAN/64 dev cell0 nodad
	RAN
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.router_solicitation_delay=0 \
		net.ipv6.neigh.wwan0.retrans_time_ms=300
	pair_wwan
	check "it is there again" wait_for 10 works
	check_equal "the device and its addresses are as before" "clat0 $first" \
		"$(ctl -j show | jq -r '[.instances[].ifname] | join(",")') $(pair_of)"
}

test_lengths()
{
	for prefix in 3fff:1::/32 3fff:1:200::/40 3fff:1:203::/48 3fff:1:203:400::/56 3fff:1:203:405::/64 3fff:1:2::/96; do
		ip -n ran route add local "$prefix" dev lo
		ra "pref64=$prefix,1800"
		check "a prefix of ${prefix#*/} bits" wait_for 2 works_by "$prefix"
		ra "pref64=$prefix,0"
	done
	check "then DNS again" wait_for 10 works_by "$PAIR_PLAT"
}

# server_is "SERVER true|false": that told the prefix, and whether it is on this machine
server_is()
{
	server_now=$(status '"\(.server) \(."server-local")"')
	[ "$server_now" = "$1" ] || { echo "$server_now, wanted $1"; return 1; }
}

test_resolvers()
{
	resolver "53=good,$OTHER"
	# In place: it is mounted over /etc/resolv.conf.
	printf 'nameserver %s\nnameserver ::1\n' "$PAIR_RAN" >/etc/netns/phone/resolv.conf
	check "another resolv.conf: asked at once" wait_for 5 sends_to "$OTHER"
	: >/etc/netns/phone/resolv.conf
	RESOLVER=:: resolver "53=good"
	ra rdnss=fe80::1,1800
	check "a resolver that a router names, link-local" wait_for 5 works_by "$PAIR_PLAT"
	check "is told" server_is "fe80::1 false"
	ra rdnss=fe80::1,0
	resolver "53=truncated,$OTHER"
	echo "nameserver $PAIR_RAN" >/etc/netns/phone/resolv.conf
	check "an answer that needs TCP" wait_for 20 sends_to "$OTHER"
	resolver "53=good"
	printf 'nameserver %s\nnameserver ::1\n' "$PAIR_RAN" >/etc/netns/phone/resolv.conf
	check "and back" wait_for 20 works_by "$PAIR_PLAT"
	mkdir -p /run/systemd/resolve
	echo "nameserver $PAIR_RAN" >/run/systemd/resolve/resolv.conf
	echo "nameserver ::1" >/etc/netns/phone/resolv.conf
	check "a program on this machine: the server behind it is asked" wait_for 5 server_is "$PAIR_RAN false"
	rm -r /run/systemd
	ip netns exec phone python3 "$SELFTESTS/dns/resolver.py" ::1 53=good >"$NET_RUN/local.log" 2>&1 </dev/null &
	local_pid=$!
	echo "nameserver  ::1" >/etc/netns/phone/resolv.conf
	check "or the program, which is marked" wait_for 60 server_is "::1 true"
	kill "$local_pid"
	echo "nameserver $PAIR_RAN" >/etc/netns/phone/resolv.conf
	check "back again" wait_for 20 server_is "$PAIR_RAN false"
}

mtu_is()
{
	mtu_now=$(ctl -j show clat0 | jq -r '.instances[0] | "\(.mtu) \(."lowest-ipv6-mtu")"')
	[ "$mtu_now" = "$1" ] || { echo "MTU and lowest-ipv6-mtu are $mtu_now"; return 1; }
}

test_mtu()
{
	check "the MTU" mtu_is "1480 1500"
	ra mtu=1280
	check "as a router lowers it" wait_for 3 mtu_is "1260 1280"
	ra mtu=1500
	check "and raises it" wait_for 3 mtu_is "1480 1500"
	ip -n phone link set wwan0 mtu 1400
	check "as somebody sets it" wait_for 3 mtu_is "1380 1400"
	ip -n phone link set wwan0 mtu 1500
	check "and back" wait_for 3 mtu_is "1480 1500"
}

both_active()
{
	[ "$(ctl -j status | jq -r '[.instances[].state] | join(",")')" = active,active ]
}

# A second network beside the first: no more than an interface with an IPv6 default route.
test_two_uplinks()
{
	printf '[uplink wlan*]\nplat = %s\nmetric = 4096\n' "$OTHER" >/etc/clat/conf.d/wlan.conf
	ctl reload >/dev/null
	ip -n phone -batch - <<-WLAN
		link add wlan0 type dummy
		link set wlan0 addrgenmode none up
		address add 3fff:fff:1:3::10/64 dev wlan0 nodad
		route add default via fe80::1 dev wlan0 metric 4096
	WLAN
	check "a second uplink" wait_for 10 sh -c "$IN_PHONE status | grep -q 'clat: clat1'"
	check "is up" wait_for 10 both_active
	check_equal "each has its own" "clat0 wwan0 192.0.0.1 $PAIR_PLAT,clat1 wlan0 192.0.0.2 $OTHER" \
		"$(ctl -j status | jq -r '[.instances[] |
			"\(.ifname) \(.uplink) \(.map[0].v4) \(.plat[0].prefix)/\(.plat[0].len)"] | join(",")')"
	check_equal "what leaves from an address takes its own device" "dev clat0,dev clat1" \
		"$(for last in 1 2; do
			ip -n phone route get "$HOST4" from 192.0.0.$last | grep -o 'dev [^ ]*'; done | paste -sd,)"
	check "rp_filter is loose on both" wait_for 3 \
		sh -c '[ "$(ip netns exec phone sysctl -n net.ipv4.conf.clat0.rp_filter net.ipv4.conf.clat1.rp_filter |
			paste -sd,)" = 2,2 ]'
	check "the first goes on" works
	ip -n phone link del wlan0
	check "the second's uplink is gone: its route goes" wait_for 3 sh -c '! ip -n phone route | grep -q clat1'
	check "its device is taken away when asked" ctl down clat1
	check_equal "nothing of it is left" "" "$(ip -n phone rule show from 192.0.0.2)"
	check "rp_filter is strict again" wait_for 3 \
		sh -c '[ "$(ip netns exec phone sysctl -n net.ipv4.conf.clat0.rp_filter)" = 1 ]'
	rm /etc/clat/conf.d/wlan.conf
	ctl reload >/dev/null
}

# Resident memory that is its own: the code is shared, and is not counted.
test_memory()
{
	check_equal "less than 2 MiB of its own" yes \
		"$(awk '/^RssAnon/ { print ($2 < 2048) ? "yes" : $2 " kB" }' "/proc/$DAEMON/status")"
	diag "$(grep RssAnon "/proc/$DAEMON/status")"
}

# What systemd is told, and how often.
test_notify()
{
	python3 -c '
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
while True:
    print(s.recv(4096).decode().split("\n")[0], flush=True)' "$NET_RUN/notify" >"$NET_RUN/notify.log" 2>&1 &
	notify_pid=$!
	wait_for 20 grep -q ready "$NET_RUN/notify.log"
	daemon_start 1 "NOTIFY_SOCKET=$NET_RUN/notify" WATCHDOG_USEC=400000
	check "systemd learns that it is ready" wait_for 5 grep -q 'READY=1' "$NET_RUN/notify.log"
	check "and alive" wait_for 5 sh -c '[ "$(grep -c WATCHDOG=1 "$0")" -ge 5 ]' "$NET_RUN/notify.log"
	kill -HUP "$DAEMON"
	check "that it reads its configuration" wait_for 5 grep -q 'RELOADING=1' "$NET_RUN/notify.log"
	daemon_kill TERM
	check "and that it stops" wait_for 5 grep -q 'STOPPING=1' "$NET_RUN/notify.log"
	kill "$notify_pid"
}

run_all()
{
	resolver "53=good"
	test_start
	test_alone
	test_native
	test_ra
	test_repair
	test_flap
	test_kill
	test_network_change
	test_reload
	test_commands
	test_foreign
	test_duplicates
	test_resolvers
	test_lengths
	test_mtu
	test_two_uplinks
	test_recreated
	test_memory
	daemon_kill TERM
	test_notify
	check "down without a daemon takes all away" ctl down --all
}

[ -c /dev/net/tun ] || modprobe tun || bail "no tun devices: modprobe tun fails"
tap_plan 118
rm -rf /etc/clat
pair_up || bail "the network does not come up"
run_all
check "nothing is left on the phone" nothing_left
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
