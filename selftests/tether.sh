#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl tether: the hotspot by one shot and by the daemon, in any order; what it opens, what it leaves closed, and that
# nothing of it stays.
# runs-in: uml qemu
# only-all: qemu
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"
. "$SELFTESTS/net/walls.sh"

BEFORE=$LIB_TMP/before
OTHER4=192.0.2.1
BEHIND4=192.0.2.2
COUNT_SYN="add table inet seen
add chain inet seen in { type filter hook prerouting priority 0; }
add rule inet seen in tcp flags & syn == syn tcp option maxseg size 1440 counter
add rule inet seen in tcp flags & syn == syn tcp option maxseg size > 1440 counter"

# seen NAME: packets that began connections with segments of 1440 octets, and with longer ones
seen()
{
	in_ns "$1" nft list table inet seen | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
}

# fits NAME WHO: connections of WHO's begin with segments that fit the path
fits()
{
	in_ns "$1" nft "$COUNT_SYN" && loads "$2" 100000 || return
	fits_seen=$(seen "$1")
	in_ns "$1" nft delete table inet seen
	case $fits_seen in 0\ *) ;; *\ 0) return ;; esac
	echo "segments of 1440, and longer ones: $fits_seen"
	return 1
}

same_port()
{
	same_one=$(asks client 100 40000) && same_two=$(HOST4=$HOST4B asks client 100 40000) || return
	[ "$same_one $same_two" = "40000 40000" ] || { echo "seen from $same_one and $same_two"; return 1; }
}

both_at_once()
{
	loads client2 3000000 &
	both_pid=$!
	loads client 3000000 && wait "$both_pid"
}

# From here on there are a CLAT and a hotspot.
test_traffic()
{
	check "$1: a client pings" wait_for 5 reaches client
	check "$1: both clients load at once" both_at_once
	check "$1: a datagram comes back" asks client 1000
	check "$1: a datagram of 60 KB comes back" asks client2 60000
	check "$1: the port stays the same, whoever is asked" same_port
	check "$1: MSS is clamped from client to network" fits ran client
	check "$1: MSS is clamped from network to client" fits client client
}

# --- one shot --------------------------------------------------------------------------------------------------------

test_refused()
{
	hotspot_state >"$BEFORE"
	check "no such interface is refused" refused_with 10 "no interface 'wlan7'" tether on wlan7
	check "no interface named is refused" refused_with 1 "no DEV" tether on
	check "the loopback is refused" refused_with 2 "can be no hotspot" tether on lo
	check "off where nothing is on" refused_with 3 "nothing to switch off" tether off tether
	check "status where nothing is on" refused_with 3 "no hotspot is on" tether status
	check "as nobody it is refused" not as_nobody "$CLATCTL" tether on tether
	check "refusals leave no trace" hotspot_same "$BEFORE"
}

# refused_with STATUS WORDS COMMAND...
refused_with()
{
	refused_status=$1 refused_words=$2 refused_rc=0
	shift 2
	ctl "$@" >"$LIB_TMP/out" 2>&1 || refused_rc=$?
	[ "$refused_rc" = "$refused_status" ] && grep -qF "$refused_words" "$LIB_TMP/out" ||
		{ echo "status $refused_rc: $(cat "$LIB_TMP/out")"; return 1; }
}

test_one_shot()
{
	hotspot_state >"$BEFORE"
	ctl tether on tether >"$LIB_TMP/out" 2>&1
	check_equal "on before there is a CLAT" 0 "$?" || diag "$(cat "$LIB_TMP/out")"
	check "status says that there is no CLAT, and no DHCP server" misses tether dhcp,clat
	check "up brings the hotspot with it" ctl up wwan0 --plat "$PAIR_PLAT"
	check "a DHCP server was all that was missing" misses tether dhcp
	dhcp_server || bail "nobody listens for DHCP"
	check "with one, the hotspot is active" tether_is tether active
	kill "$DHCP_PID"
	check_equal "forwarding is on at the bridge and the clat device, and nowhere else" "clat0 tether" "$(forwarding)"
	check_equal "the switch for all interfaces stays off" 0 "$(in_ns phone cat /proc/sys/net/ipv4/ip_forward)"
	check "there is a flowtable between both" grep_rules 'devices = {.*clat0.*tether.*}'
	check_equal "forwarded UDP is merged at the bridge" "rx-udp-gro-forwarding: on" \
		"$(in_ns phone ethtool -k tether | grep rx-udp-gro-forwarding)"
	test_traffic "NAT44"
	check "connections of clients take the fast way" offloaded
	check "other networks of the phone are not opened to clients" closed
	check "without NAT44, rules for it are not there" system_nat
	check "on again brings them back" ctl tether on tether
	test_dropping
	ctl down wwan0 >/dev/null
	check "down leaves the hotspot on" misses tether dhcp,clat
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	check "and up serves it again" wait_for 5 reaches client2
	ctl down wwan0 >/dev/null
	check "off" ctl tether off tether
	check "off leaves no trace" hotspot_same "$BEFORE"
}

# What it has changed is gone with it, and its name is all that is left.
test_gone()
{
	ctl tether on tether >/dev/null 2>&1
	ip -n phone link del tether
	ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null
	ctl down wwan0 >/dev/null
	check "an interface that is gone can be switched off" ctl tether off tether
	check "and is off then" refused_with 3 "no hotspot is on" tether status
	hotspot_make
}

# closed: what a client sends to a host of another network of the phone does not get there
closed()
{
	closed_before=$(in_ns phone cat /sys/class/net/private0/statistics/tx_packets)
	in_ns client ping -n -c1 -W1 $BEHIND4 && return 1
	[ "$(in_ns phone cat /sys/class/net/private0/statistics/tx_packets)" = "$closed_before" ]
}

forwarding()
{
	in_ns phone sh -c 'grep -l 1 /proc/sys/net/ipv4/conf/*/forwarding' | cut -d / -f 7 | xargs
}

grep_rules()
{
	rules >"$LIB_TMP/rules" && grep -q "$1" "$LIB_TMP/rules" || { cat "$LIB_TMP/rules"; return 1; }
}

offloaded()
{
	in_ns client python3 "$SELFTESTS/net/talk.py" tcp "$HOST4" 9001 10000000 &
	offloaded_pid=$!
	wait_for 10 has_offload
	offloaded_rc=$?
	wait "$offloaded_pid" && return "$offloaded_rc"
}

has_offload()
{
	in_ns phone conntrack -L 2>/dev/null | grep -q OFFLOAD
}

system_nat()
{
	ctl tether on tether --nat44 system && ! rules | grep -q masquerade && rules | grep -q maxseg
}

test_dropping()
{
	in_ns phone nft "add table inet guard; add chain inet guard gate { type filter hook forward priority 5; policy drop; }"
	check "a chain that drops is named" named "inet guard gate"
	in_ns phone nft flush ruleset
	ctl tether on tether >/dev/null
	in_ns phone nft "add table ip guard; add chain ip guard gate { type filter hook forward priority 5; }; add rule ip guard \
		gate counter drop"
	check "a chain that ends in a drop is named" named "ip guard gate"
	check "what status says against it can be pasted" in_ns phone sh -c "$(remedy)"
	check "and helps" reaches client
	check "and is seen" misses tether dhcp
	in_ns phone nft delete table ip guard
	docker_chains
	check "Docker's chain is named" named "ip filter FORWARD"
	check_equal "with the one that is meant for users' rules" "iptables -I DOCKER-USER" "$(remedy | cut -d ' ' -f 1-3)"
	in_ns phone nft insert rule ip filter DOCKER-USER iifname tether oifname clat0 accept
	check "and not when it lets clients through" misses tether dhcp
	in_ns phone nft delete table ip filter
}

# docker_chains: what Docker makes of the forward hook
docker_chains()
{
	in_ns phone nft -f - <<-DOCKER
		table ip filter {
			chain DOCKER-USER {
				return
			}
			chain FORWARD {
				type filter hook forward priority filter; policy drop;
				jump DOCKER-USER
				oifname "docker0" ct state established,related accept
				iifname "docker0" oifname != "docker0" accept
			}
		}
	DOCKER
}

test_ipv6()
{
	in_ns phone sysctl -qw net.ipv6.conf.port1.accept_ra=0 net.ipv6.conf.port2.forwarding=1
	ip -n phone -6 route add 3fff:fff:9::/64 via fe80::1 dev wwan0 proto ra
	hotspot_state >"$BEFORE"
	check "IPv6 is forwarded if asked for" ctl tether on tether --ipv6
	check_equal "accept_ra is 2 where it was 1, and 0 where it was 0" "2 0 2" \
		"$(in_ns phone sh -c 'cd /proc/sys/net/ipv6/conf && cat wwan0/accept_ra port1/accept_ra default/accept_ra' | xargs)"
	check_equal "IPv6 forwarding is on" 1 "$(in_ns phone cat /proc/sys/net/ipv6/conf/all/forwarding)"
	check "routes of router advertisements stay" ra_route
	ip -n phone link add later0 type dummy
	check_equal "an interface that comes later takes them too" 2 \
		"$(in_ns phone cat /proc/sys/net/ipv6/conf/later0/accept_ra)"
	ip -n phone link del later0
	check "off, IPv6" ctl tether off tether
	check "off restores all of IPv6" hotspot_same "$BEFORE"
	ip -n phone -6 route del 3fff:fff:9::/64
	in_ns phone sysctl -qw net.ipv6.conf.port2.forwarding=0
}

ra_route()
{
	ip -n phone -6 route show | grep -q 3fff:fff:9::/64
}

# --- the daemon ------------------------------------------------------------------------------------------------------

bridge_again()
{
	ip -n phone link del tether && hotspot_make
}

uplink_again()
{
	ip -n phone link set wwan0 down && wait_for 10 not state_is active && pair_wwan
}

gone()
{
	! rules >/dev/null 2>&1
}

# configure: the hotspot is in the daemon's configuration
configure()
{
	mkdir -p /etc/clat
	printf '[clat]\nplat = %s\n[tether tether]\nnat44 = yes\n' "$PAIR_PLAT" >/etc/clat/clat.conf
}

test_daemon()
{
	hotspot_state >"$BEFORE"
	daemon_start 1 || bail "the daemon does not come up: $(cat "$LOG")"
	wait_for 30 state_is active || bail "no CLAT: $(cat "$LOG")"
	check "the daemon switches on what is configured" wait_for 5 reaches client
	test_traffic "daemon"
	in_ns phone nft flush ruleset
	check "rules that somebody flushed come back" wait_for 5 grep_rules masquerade
	in_ns phone sysctl -qw net.ipv4.conf.tether.forwarding=0
	check "forwarding that somebody switched off comes back" wait_for 5 forwards tether
	ip -n phone link set tether down && ip -n phone link set tether name other0
	check "renamed, it is a hotspot no more" wait_for 5 gone
	check_equal "and its forwarding is as it was" 0 "$(in_ns phone cat /proc/sys/net/ipv4/conf/other0/forwarding)"
	ip -n phone link set other0 name tether && ip -n phone link set tether up
	check "its name back, it serves again" wait_for 10 reaches client
	check "the bridge goes and comes back" bridge_again
	check "and serves again" wait_for 10 reaches client
	check "the uplink goes and comes back" uplink_again
	check "and the hotspot serves again" wait_for 20 reaches client
	ctl down wwan0 >/dev/null
	check "without a CLAT the hotspot stays on" misses tether dhcp,clat
	ctl up wwan0 >/dev/null
	check "the CLAT back, it serves again" wait_for 10 reaches client
	check "everybody may ask for its status" as_nobody_status
	check "nobody may not switch it off" not as_nobody "$CLATCTL" tether off tether
}

as_nobody_status()
{
	as_nobody "$CLATCTL" -j tether status tether | jq -e '.tethers[0].clat == ["clat0"] and .tethers[0].flowtable' >/dev/null
}

test_kill()
{
	daemon_kill KILL
	check "a daemon that is killed leaves it on" reaches client
	daemon_start 1
	check "the next one adopts it" wait_for 10 tether_on
	check "and it goes on" reaches client2
	check "off by the daemon" ctl tether off tether
	check "stays off" gone
	check "on by the daemon" ctl tether on tether
	check "serves again" wait_for 5 reaches client
	ctl down --all >/dev/null
	check "down --all takes it away" wait_for 5 hotspot_same "$BEFORE"
	daemon_kill TERM
	daemon_start 1
	check "a new start switches on what is configured" wait_for 20 reaches client
	daemon_kill KILL
	check "down --all succeeds without a daemon" ctl down --all
	check "down --all without a daemon takes it away as well" wait_for 5 hotspot_same "$BEFORE"
}

tether_on()
{
	[ "$(ctl -j tether status tether | jq -r '.tethers[0].state')" = incomplete ]
}

test_later()
{
	daemon_start 1
	ip -n phone link del tether
	check "on for an interface that is not there yet" ctl tether on tether
	check "status says so" misses tether device
	hotspot_make
	check "it comes, and serves" wait_for 20 reaches client
	ctl down --all >/dev/null
	daemon_kill TERM
}

tap_plan 85
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
ip -n phone link add private0 type dummy
# What clients send is counted on it, so the kernel itself sends nothing.
in_ns phone sysctl -qw net.ipv6.conf.private0.disable_ipv6=1
ip -n phone link set private0 up
ip -n phone address add $OTHER4/24 dev private0
module_load
test_refused
test_one_shot
test_gone
test_ipv6
configure
test_daemon
test_kill
rm -rf /etc/clat
mkdir -p /etc/clat
printf '[clat]\nplat = %s\n' "$PAIR_PLAT" >/etc/clat/clat.conf
test_later
rm -rf /etc/clat
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
