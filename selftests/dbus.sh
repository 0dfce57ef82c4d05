#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl with D-Bus: which DNS servers an uplink has, told by systemd-resolved, NetworkManager and ConnMan themselves; a
# bus and managers that come, go, change their mind and lie.
# runs-in: uml
# only-all: uml
# timeout: 500
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/daemon/bus.sh"

# Each of these servers tells another prefix, and the phone's routes to them lead astray: only a query that is bound to
# the uplink arrives.
SERVER1=3fff:fff:1:2::51
SERVER2=3fff:fff:1:2::52
SERVER3=3fff:fff:1:2::53
SERVER4=3fff:fff:1:2::54
PLAT1=64:ff9b:1:1::/96
PLAT2=64:ff9b:1:2::/96
PLAT3=64:ff9b:1:3::/96
PLAT4=64:ff9b:1:4::/96

servers_up()
{
	ip -n phone link add astray type dummy
	ip -n phone link set astray up
	for n in 1 2 3 4; do
		eval "server=\$SERVER$n plat=\$PLAT$n"
		ip -n ran address add "$server/64" dev cell0 nodad
		ip -n ran route add local "$plat" dev lo
		ip -n phone route add "$server/128" dev astray
		net_daemon ran "server$n" python3 "$SELFTESTS/dns/resolver.py" "$server" "53=good,$plat"
	done
	for n in 1 2 3 4; do
		wait_for 60 grep -q '^ready$' "$NET_RUN/server$n.log" || return
	done
}

# queries N: that came to server N
queries()
{
	grep -c udp "$NET_RUN/server$1.log"
}

# dns_is "SERVER SOURCE, ...": whom the daemon asks about wwan0
dns_is()
{
	dns_now=$(status '[.dns[] | "\(.server) \(.source)" + if .local then " local" else "" end] | join(", ")')
	[ "$dns_now" = "$1" ] || { echo "asked are $dns_now, wanted $1"; return 1; }
}

# told_by "SERVER SOURCE"
told_by()
{
	told_now=$(status '"\(.server) \(."server-source")"')
	[ "$told_now" = "$1" ] || { echo "told by $told_now, wanted $1"; return 1; }
}

# asked_at_once N: server N within a second of now, as the times of its log say, and what it tells is used
asked_at_once()
{
	at_once_from=$(date +%s.%N)
	eval "wait_for 10 sends_to \$PLAT$1" || return
	stat -c %.Y "$NET_RUN/server$1.log" | awk -v from="$at_once_from" '{ print $1 - from " s"; exit $1 - from > 1 }'
}

# connected: to the bus, N times by now
connected()
{
	[ "$(grep -c 'connected to the system bus' "$LOG")" -ge "$1" ]
}

test_late()
{
	check "no bus: the server of resolv.conf" wait_for 60 told_by "$PAIR_RAN resolv.conf"
	bus_start || bail "no bus: $(cat "$NET_RUN/bus.log")"
	check "a bus comes, and the daemon is on it" wait_for 5 connected 1
	ctl discover wwan0 >/dev/null
	check "nobody is started to be asked" not grep -q Activating "$NET_RUN/bus.log"
}

test_resolved()
{
	resolved_start || bail "no systemd-resolved: $(cat "$NET_RUN/manager.log")"
	link_dns "$SERVER1" || bail "resolvectl does not work"
	check "resolvectl sets a server: asked within a second" asked_at_once 1
	check_equal "by the uplink, at the first attempt" 1 "$(queries 1)"
	check "status says whose server it is" told_by "$SERVER1 resolved"
	check "in words too" sh -c "$IN_PHONE status wwan0 | grep -qx '  dns: $SERVER1 (resolved)'"
	check "it goes before resolv.conf" dns_is "$SERVER1 resolved, $PAIR_RAN resolv.conf"
	check "IPv4 goes through" works_by "$PLAT1"
	link_dns "$SERVER2"
	check "another one: asked within a second" asked_at_once 2
	link_dns 127.0.0.1 "$SERVER2" ::1
	echo "nameserver 127.0.0.53" >/etc/netns/phone/resolv.conf
	check "servers on this machine do not count; the one of resolv.conf is last, and marked" \
		wait_for 5 dns_is "$SERVER2 resolved, 127.0.0.53 resolv.conf local"
	echo "nameserver $PAIR_RAN" >/etc/netns/phone/resolv.conf
	ra "rdnss=$SERVER1,1800"
	check "servers of routers go before those of managers" \
		wait_for 5 dns_is "$SERVER1 ra, $SERVER2 resolved, $PAIR_RAN resolv.conf"
	ra "rdnss=$SERVER1,0"
	check "and go again" wait_for 5 dns_is "$SERVER2 resolved, $PAIR_RAN resolv.conf"
}

test_gone()
{
	manager_stop KILL
	check "systemd-resolved is gone: resolv.conf" wait_for 5 dns_is "$PAIR_RAN resolv.conf"
	resolved_start
	link_dns "$SERVER1"
	check "it is back: its server is asked" wait_for 5 told_by "$SERVER1 resolved"
	bus_stop
	check "the bus is gone: resolv.conf" wait_for 5 dns_is "$PAIR_RAN resolv.conf"
	check "IPv4 goes through" works
	bus_start
	check "it comes back, and the daemon with it" wait_for 10 connected 2
	manager_stop
	resolved_start
	link_dns "$SERVER2"
	check "and with it the server" wait_for 5 told_by "$SERVER2 resolved"
	manager_stop
}

test_networkmanager()
{
	networkmanager_start "$SERVER3" || bail "no NetworkManager: $(tail -n 30 "$NET_RUN/manager.log")"
	check "NetworkManager brings a server: it is asked" wait_for 10 told_by "$SERVER3 networkmanager"
	check "and comes before resolv.conf" dns_is "$SERVER3 networkmanager, $PAIR_RAN resolv.conf"
	check "IPv4 goes through" wait_for 10 works_by "$PLAT3"
	in_ns phone nmcli device modify wwan0 ipv6.dns "$SERVER4"
	check "nmcli sets another one: asked at once" wait_for 5 sends_to "$PLAT4"
	manager_stop
	check "NetworkManager ends: resolv.conf" wait_for 5 dns_is "$PAIR_RAN resolv.conf"
	check "IPv4 goes through all the same" wait_for 10 works
}

test_connman()
{
	connman_start "$SERVER1" || bail "no ConnMan: $(tail -n 30 "$NET_RUN/manager.log")"
	check "ConnMan brings a server: it is asked" wait_for 20 told_by "$SERVER1 connman"
	check "and comes before resolv.conf" dns_is "$SERVER1 connman, $PAIR_RAN resolv.conf"
	check "IPv4 goes through" wait_for 10 works_by "$PLAT1"
	sed -i "s/^Nameservers=.*/Nameservers=$SERVER2/" /var/lib/connman/phone.config
	check "its file names another one: asked too" wait_for 10 sends_to "$PLAT2"
	# It takes with it what it has brought.
	manager_stop
	ip -n phone address flush dev wwan0
	pair_wwan
	check "ConnMan ends: resolv.conf" wait_for 10 dns_is "$PAIR_RAN resolv.conf"
}

LIES="number nothing types keys texts huge many deep refusal silence vast"

# In NetworkManager's place; after the lies it tells the truth, with a thousand signals to whoever asks.
test_lies()
{
	# As in the service
	limit=$(sed -n 's/^LimitDATA=\([0-9]*\)M$/\1/p' "$SELFTESTS/../ctl/systemd/clat.service")
	prlimit --pid "$DAEMON" "--data=$((limit << 20))" || bail "no limit"
	now_cs
	before=$NOW_CS
	# shellcheck disable=SC2086 # a list
	ip netns exec phone python3 "$SELFTESTS/daemon/manager.py" "$SERVER1" $LIES flood \
		>"$NET_RUN/liar.log" 2>&1 </dev/null &
	liar=$!
	check "answers of wrong types and sizes, refusal and silence: the right one after them is used" \
		wait_for 90 told_by "$SERVER1 networkmanager"
	now_cs
	check "and a flood of signals brings few questions" \
		at_most $(((NOW_CS - before) / 20 + 2)) "$(wc -l <"$NET_RUN/liar.log")"
	check_equal "each of them was given" "ready $LIES flood" "$(uniq "$NET_RUN/liar.log" | paste -sd' ')"
	check "it is the same process, of less than 2 MiB" at_most 2047 "$(daemon_anon)"
	check "IPv4 goes through" works_by "$PLAT1"
	kill "$liar"
	wait "$liar" 2>/dev/null
	check "and it goes: resolv.conf" wait_for 10 dns_is "$PAIR_RAN resolv.conf"
}

# One-shot: nobody runs who would have been told before.
test_command()
{
	resolved_start
	link_dns "$SERVER3"
	check_equal "clatctl discover asks them too" "$PLAT3 ttl 600 server $SERVER3" "$(ctl discover wwan0)"
	kill -STOP "$MANAGER_PID"
	now_cs
	before=$NOW_CS
	check "one that does not answer: the next" sh -c "$IN_PHONE discover wwan0 | grep -q 'server $PAIR_RAN'"
	now_cs
	check "within a few seconds" test $((NOW_CS - before)) -lt 500
	kill -CONT "$MANAGER_PID"
	check "in another network namespace nobody is asked" \
		sh -c "$CLATCTL -n phone discover wwan0 | grep -q 'server $PAIR_RAN'"
	manager_stop
}

tap_plan 41
rm -rf /etc/clat
pair_up || bail "the network does not come up"
servers_up || bail "no DNS: $(net_logs)"
module_load
resolver "53=good"
# Before the daemon, which has mounts of its own.
bus_folders || bail "no folders for the bus"
daemon_start
test_late
test_resolved
test_gone
test_networkmanager
test_connman
test_lies
test_command
daemon_kill TERM
ctl down --all >/dev/null
bus_stop
check "the kernel has nothing to complain about" not kernel_faults
finish
