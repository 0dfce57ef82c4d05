#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl diag: each fault is named, alone, with its remedy, and nothing where all works; the archive, and its pseudonyms;
# the daemon's log and its level.
# runs-in: uml
# only-all: uml
# timeout: 600
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/daemon/bus.sh"
. "$SELFTESTS/net/hotspot.sh"

# named CODE WHAT...: this is broken, with a remedy, and nothing else
named()
{
	named_wanted=$1 named_rc=0
	shift
	ctl -j diag >"$LIB_TMP/diag.json" || named_rc=$?
	named_now=$(jq -r '[.findings[] | select(.verdict == "broken" and .hint != null) |
		"\(.on // "system") \(.what)"] | join(",")' "$LIB_TMP/diag.json")
	[ "$named_rc $named_now" = "$named_wanted $*" ] || { echo "status $named_rc"; jq -c '.findings[]' "$LIB_TMP/diag.json"
		return 1; }
}

# well: nothing is broken
well()
{
	named 0 && jq -e '.broken == null' "$LIB_TMP/diag.json"
}

# text_has WORDS: of the last diag
text_has()
{
	jq -r '.findings[].text' "$LIB_TMP/diag.json" >"$LIB_TMP/texts"
	grep -qF -- "$1" "$LIB_TMP/texts" || { cat "$LIB_TMP/texts"; return 1; }
}

# fault NAME CODE WHAT: it is named once the kernel and the daemon have it
fault()
{
	fault_name=$1
	shift
	check "$fault_name is named" wait_for 20 named "$@"
}

# works_again NAME
works_again()
{
	check "$1: nothing is broken any more" wait_for 20 well
}

default6()
{
	ip -n phone route "$1" default via fe80::1 dev wwan0
}

# --- without a daemon ------------------------------------------------------------------------------------------------

test_without()
{
	module_none
	fault "a module that is not loaded" 8 system module
	module_load
	resolver "53=silent"
	fault "DNS that is silent" 4 wwan0 dns
	resolver "53=nxdomain"
	fault "a network without NAT64" 11 wwan0 prefix
	resolver "53=good"
	fault "no CLAT yet" 3 wwan0 device
	check "the prefix is told, and who said so" text_has "64:ff9b::/96, says $PAIR_RAN"
	default6 del
	fault "no IPv6 default route on any interface" 6 system uplink
	check "the interface that is up without one is told" text_has wwan0
	default6 add
	ctl up wwan0 >/dev/null
	works_again "a one shot"
	ctl down wwan0 >/dev/null
}

# --- with a daemon ---------------------------------------------------------------------------------------------------

configure()
{
	mkdir -p /etc/clat
	printf '[clat]\ndns = %s\n[tether tether]\nnat44 = yes\n' "$PAIR_RAN" >/etc/clat/clat.conf
}

test_network()
{
	default6 del
	fault "an IPv6 default route that is missing" 6 wwan0 ipv6-route
	default6 add
	wait_for 20 state_is active
	works_again "the route is back"
	native4
	fault "native IPv4" 5 wwan0 native-ipv4
	native4_gone
	wait_for 20 state_is active
	ip -n phone -batch - <<-FOREIGN
		tuntap add clat mode tun
		address add 192.0.0.4/29 dev clat
		link set clat up
	FOREIGN
	fault "another CLAT at work" 2 wwan0 foreign-clat
	check "it is told which" text_has "clat (tun)"
	ip -n phone link del clat
	wait_for 20 state_is active
	works_again "the other CLAT is gone"
	echo "[clat]
mode = sometimes" >/etc/clat/clat.conf
	fault "a bad line of the configuration" 9 system configuration
	configure
	ctl down wwan0 >/dev/null
	fault "a CLAT that somebody has switched off" 3 wwan0 wanted
	ctl up wwan0 >/dev/null
	works_again "it is on again"
}

# take ADDR: the router has the phone's address, and says so when asked
take()
{
	ip -n ran address add "$1/128" dev cell0 nodad
}

# next_taken: whatever address the daemon chooses, somebody has it
next_taken()
{
	taken="$taken $(pair_of)"
	take "$(pair_of | sed 's/.*=//')"
	ctl down wwan0 >/dev/null
	ctl up wwan0 >/dev/null
}

test_duplicates()
{
	taken=
	next_taken
	next_taken
	next_taken
	fault "duplicates of each address" 6 wwan0 address
	for pair in $taken; do
		ip -n ran address del "${pair#*=}/128" dev cell0
	done
	ctl up wwan0 >/dev/null
	works_again "nobody else has the address"
}

# A new start without a CLAT asks anew.
test_discovery()
{
	ctl down --all >/dev/null
	daemon_kill TERM
	resolver "53=silent"
	daemon_start
	fault "DNS that is silent, to the daemon," 4 wwan0 dns
	check "the server is told" text_has "$PAIR_RAN"
	resolver "53=nodata"
	fault "NAT64 denied, to the daemon," 11 wwan0 prefix
	resolver "53=good"
	wait_for 60 state_is active
	works_again "DNS tells of a NAT64"
}

# What the daemon would repair at once is broken while it is stopped.
test_stopped()
{
	daemon_kill TERM
	works_again "a daemon that is stopped"
	check "that none runs is told" text_has "none runs"
	default4 >"$LIB_TMP/route"
	ip -n phone route del default dev clat0
	fault "a route that is removed" 3 wwan0 route
	ctl diag >"$LIB_TMP/diag.txt"
	check_equal "people read it in the last lines" "broken: wwan0: route: no IPv4 default route leads to clat0,  remedy: \
clatctl up UPLINK sets it up again; the daemon does so by itself: systemctl start clat" \
		"$(tail -n2 "$LIB_TMP/diag.txt" | paste -sd,)"
	# shellcheck disable=SC2046 # words of a route
	ip -n phone route add $(cat "$LIB_TMP/route")
	ip -n phone rule del priority 4641
	fault "a rule that is removed" 3 wwan0 rules
	ip -n phone rule add priority 4641 from 192.0.0.1 lookup 46401
	clat_now=$(clat_v6)
	ip -n phone address del "$clat_now/128" dev wwan0
	fault "an IPv6 address that is removed" 6 wwan0 address
	ip -n phone address add "$clat_now/128" dev wwan0 preferred_lft 0 noprefixroute nodad
	# As a router lowers it: the module itself follows the link's MTU alone.
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.mtu=1400
	fault "a path that takes less than the MTU" 3 wwan0 mtu
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.mtu=1500
	works_again "all is back"
}

test_hotspot()
{
	in_ns phone sysctl -qw net.ipv4.conf.tether.forwarding=0
	fault "forwarding that is off on the hotspot" 3 tether forwarding
	in_ns phone sysctl -qw net.ipv4.conf.tether.forwarding=1 net.ipv4.conf.clat0.forwarding=0
	fault "forwarding that is off on the CLAT" 3 tether forwarding
	in_ns phone sysctl -qw net.ipv4.conf.clat0.forwarding=1
	in_ns phone nft delete table ip clat
	fault "a NAT table that is flushed" 3 tether nat
	ctl tether on tether >/dev/null
	in_ns phone nft "add table inet guard; add chain inet guard gate { type filter hook forward priority 5; policy drop; }"
	fault "a chain that drops" 3 tether dropped
	check "the chain is told" text_has "inet guard gate"
	in_ns phone nft delete table inet guard
	kill "$DHCP_PID"
	fault "a hotspot without DHCP" 3 tether dhcp
	dhcp_server
	ip -n phone address del $HOTSPOT4/24 dev tether
	fault "a hotspot without an address" 3 tether address
	ip -n phone address add $HOTSPOT4/24 dev tether
	works_again "the hotspot"
	check "and a client is served" wait_for 5 reaches client
}

# Shaping of what comes in, as routers do it.
test_ifb()
{
	ip -n phone link add ifb7 type ifb
	ip -n phone link set ifb7 up
	in_ns phone tc qdisc add dev wwan0 handle ffff: ingress
	in_ns phone tc filter add dev wwan0 parent ffff: protocol all prio 10 u32 match u32 0 0 \
		action mirred egress redirect dev ifb7
	check "with the uplink's ingress redirected nothing comes through" not works
	fault "a redirect before the module" 3 wwan0 ingress
	check "where to is told" text_has "to ifb7"
	in_ns phone tc filter add dev wwan0 parent ffff: protocol ipv6 prio 1 u32 match ip6 src "$PAIR_PLAT" action pass
	check "its remedy helps" works
	works_again "what the NAT64 sends passes"
	in_ns phone tc qdisc del dev wwan0 ingress
	ip -n phone link del ifb7
}

is_silent()
{
	in_ns phone ping -c1 -W1 "$HOST4" >/dev/null
	ctl -j show clat0 | jq -e '.instances[0].silent' >/dev/null
}

test_silent()
{
	in_ns ran nft "add table ip6 mute; add chain ip6 mute in { type filter hook prerouting priority 0; }; add rule ip6 mute \
		in ip6 daddr $PAIR_PLAT drop"
	wait_for 60 is_silent
	fault "a NAT64 that does not answer" 4 wwan0 answers
	in_ns ran nft delete table ip6 mute
	check "it answers again" works
	works_again "the NAT64"
}

# --- log level, and who may see what ---------------------------------------------------------------------------------

# level CODE LEVEL
level()
{
	level_rc=0
	ctl log-level "$2" >"$LIB_TMP/out" 2>&1 || level_rc=$?
	[ "$level_rc" = "$1" ] || { echo "status $level_rc: $(cat "$LIB_TMP/out")"; return 1; }
}

log_grows()
{
	ctl up wwan0 >/dev/null
	[ "$(wc -c <"$LOG")" -gt "$log_size" ]
}

test_level()
{
	check "without a daemon there is no log level" level 3 debug
	daemon_start
	wait_for 30 state_is active
	check "no such log level" level 1 loud
	check "the log level at run time" level 0 error
	check_equal "status tells it" error "$(ctl -j status | jq -r '."log-level"')"
	log_size=$(wc -c <"$LOG")
	: >"$NET_RUN/resolver.log"
	ctl up wwan0 >/dev/null
	wait_for 20 test -s "$NET_RUN/resolver.log"
	check_equal "the daemon is as silent as it was told" "$log_size" "$(wc -c <"$LOG")"
	check "and debug" level 0 debug
	check "it tells more" wait_for 20 log_grows
	check "nobody may not change it" not as_nobody "$CLATCTL" log-level error
}

as_nobody_diag()
{
	as_nobody "$CLATCTL" -j diag >"$LIB_TMP/diag.json"
}

test_nobody()
{
	check "nobody finds nothing broken where nothing is" as_nobody_diag
	check "and is told what only root sees" text_has "only root may see the rules"
}

# --- the archive -----------------------------------------------------------------------------------------------------

USER_NAME=janedoe
APN=internet.operator.example
ALIAS="Janes modem"
HOST_NAME=pinephone7

modem_start()
{
	bus_start && net_daemon phone modem python3 "$SELFTESTS/daemon/modem.py" "$APN" "$USER_NAME" &&
	wait_for 30 grep -q '^ready$' "$NET_RUN/modem.log"
}

# secrets: what the phone must not tell, a line each: its addresses, its neighbours', and what was planted; but for what
# everybody has, such as fe80::1
secrets()
{
	in_ns phone sh -c 'ip -o address; ip neigh; ip -o link' |
		grep -Eo '([0-9a-f]{2}:){5}[0-9a-f]{2}|[0-9a-f]*:[0-9a-f:]+|[0-9]+(\.[0-9]+){3}' | sort -u |
		grep -Ev '^(::1?|127\.0\.0\.1|192\.0\.0\.[0-7]|00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|fe80::[12]|ff02::.*|33:33:.*)$' |
		grep -E '\.|.*:.*:.*'
	printf '%s\n' "$USER_NAME" "$APN" "$ALIAS" "$HOST_NAME" home.example Doe 3fff:fff:1:2
}

# tells ARCHIVE SECRET: some file of it has it
tells()
{
	tar -xOf "$1" | grep -qiwF -- "$2"
}

# how_many ARCHIVE: of the secrets it tells
how_many()
{
	how_told=0
	tar -xOf "$1" >"$LIB_TMP/archive.txt"
	while read -r secret; do
		! grep -qiwF -- "$secret" "$LIB_TMP/archive.txt" || { how_told=$((how_told + 1)); echo "tells $secret" >&2; }
	done <"$LIB_TMP/secrets"
	echo "$how_told"
}

plant()
{
	old_name=$(hostname)
	hostname "$HOST_NAME"
	echo "$USER_NAME:x:1234:1234:Jane Doe,,,:/home/$USER_NAME:/bin/sh" >>/etc/passwd
	ip -n phone link set lo alias "$ALIAS"
	printf '[clat]\n# by Jane Doe (%s), for %s\ndns = %s\n[tether tether]\nnat44 = yes\n' "$USER_NAME" "$HOST_NAME" \
		"$PAIR_RAN" >/etc/clat/clat.conf
	printf 'nameserver %s\nsearch home.example\n' "$PAIR_RAN" >/etc/netns/phone/resolv.conf
	ctl up wwan0 >/dev/null
	works
	reaches client
	secrets >"$LIB_TMP/secrets"
}

# in_archive ARCHIVE FILE WORDS
in_archive()
{
	tar -xOf "$1" "clat-diag/$2" >"$LIB_TMP/part" && grep -qE -- "$3" "$LIB_TMP/part" || { cat "$LIB_TMP/part"; return 1; }
}

test_archive()
{
	plain=$LIB_TMP/plain.tar masked=$LIB_TMP/masked.tar
	modem_start || bail "no modem on the bus: $(net_logs)"
	plant
	check "an archive" ctl diag -o "$plain"
	check_equal "for its owner alone" 600 "$(stat -c %a "$plain")"
	check "a file that is there is not written over" not ctl diag -o "$plain"
	check_equal "its files" "addresses.txt clat.conf devices.json diag.json diag.txt discovery.txt links.txt log.txt modem.txt \
neighbours.txt nftables.txt proc-net-dev.txt proc-net-netstat.txt proc-net-snmp.txt proc-net-snmp6.txt qdiscs.txt resolv.conf \
routes.txt rules.txt status.json sysctls.txt tether.json versions.txt" "$(tar -tf "$plain" | sed 's|.*/||' | sort | xargs)"
	for part in "addresses.txt $PAIR_PHONE/64" "routes.txt table 0xb541" "rules.txt 4641" "neighbours.txt lladdr" \
		"nftables.txt masquerade" "sysctls.txt net/ipv4/conf/tether/forwarding = 1" "devices.json packets46" \
		"versions.txt module clat [0-9.]+, srcversion [0-9A-F]+" "status.json next_query_s" "tether.json flowtable" \
		"diag.txt nothing is broken" "discovery.txt discovery: asks $PAIR_RAN for ipv4only.arpa" \
		"discovery.txt discovery: $PAIR_RAN answers 64:ff9b::/96, ttl 600" "log.txt debug: wwan0" \
		"modem.txt ofono /ril_0/context1: active, type internet, apn $APN, protocol ipv6" \
		"modem.txt modemmanager .*: connected, interface wwan0, apn $APN, ip-type ipv6"; do
		check "${part%% *} has ${part#* }" in_archive "$plain" "${part%% *}" "${part#* }"
	done
	check_equal "every secret is in it" "$(wc -l <"$LIB_TMP/secrets")" "$(how_many "$plain" 2>/dev/null)"
	check "no password is" not tells "$plain" secret
	check "an archive with pseudonyms" ctl diag -o "$masked" --redact
	check_equal "no secret is in it" 0 "$(how_many "$masked" 2>"$LIB_TMP/told")" || diag "$(cat "$LIB_TMP/told")"
	check "the well-known prefix is" in_archive "$masked" status.json '64:ff9b::'
	check "the CLAT's pseudonym is the same everywhere" in_archive "$masked" addresses.txt \
		"^$(tar -xOf "$masked" clat-diag/devices.json | jq -r '.instances[0].map[0].v6') inet6"
	hostname "$old_name"
	sed -i "/^$USER_NAME:/d" /etc/passwd
	bus_stop
}

tap_plan 87
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
test_without
configure
dhcp_server || bail "nobody listens for DHCP"
daemon_start
wait_for 60 state_is active || bail "no CLAT: $(cat "$LOG")"
works_again "daemon and hotspot"
test_network
test_duplicates
test_discovery
test_stopped
test_hotspot
test_ifb
test_silent
test_level
test_nobody
test_archive
ctl down --all >/dev/null
daemon_kill TERM
rm -rf /etc/clat
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
