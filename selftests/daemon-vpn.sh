#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: a full-tunnel VPN to an IPv4 literal, which only CLAT reaches, comes and goes.
# runs-in: uml qemu
# only-all: uml
# only-named: qemu
# timeout: 600
# apart: uml qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

VPN_MARK=0xca6c
# Not in the /64 of the uplink: only the default route leads there.
SERVER=3fff:fff:53::53

# vpn_up NUMBER: a full tunnel to an IPv4 literal. Even numbers as wg-quick does it, by a mark; odd ones as others do, by
# a route to the other end and a default route in the main table.
vpn_up()
{
	ip -n phone link add wg0 type wireguard &&
	in_ns phone wg set wg0 private-key "$LIB_TMP/phone.key" fwmark "$VPN_MARK" peer "$(wg pubkey <"$LIB_TMP/ran.key")" \
		endpoint "$HOST4:51820" allowed-ips 0.0.0.0/0,::/0 &&
	ip -n phone -batch - <<-WG || return
		address add 10.9.0.2/32 dev wg0
		link set wg0 up
	WG
	if [ $(($1 % 2)) = 0 ]; then
		for family in -4 -6; do
			ip -n phone "$family" route add default dev wg0 table 51820 &&
			ip -n phone "$family" rule add not fwmark "$VPN_MARK" table 51820 &&
			ip -n phone "$family" rule add table main suppress_prefixlength 0 || return
		done
	else
		ip -n phone route add "$HOST4/32" dev clat0 src 192.0.0.1 &&
		ip -n phone route add default dev wg0 metric 50
	fi
}

vpn_down()
{
	ip -n phone link del wg0
	if [ $(($1 % 2)) = 0 ]; then
		for family in -4 -6; do
			ip -n phone "$family" rule del not fwmark "$VPN_MARK" table 51820
			ip -n phone "$family" rule del table main suppress_prefixlength 0
		done
	else
		ip -n phone route del "$HOST4/32" dev clat0
	fi
}

by_tunnel()
{
	in_ns phone ping -c1 -W2 10.9.0.1
}

queries()
{
	grep -c udp "$NET_RUN/resolver.log"
}

# dns_is_asked: at once, since somebody asks for the uplink
dns_is_asked()
{
	queries_before=$(queries)
	ctl up wwan0 && wait_for 3 sh -c '[ "$(grep -c udp "$0")" -gt "$1" ]' "$NET_RUN/resolver.log" "$queries_before"
}

# still_active: the daemon has looked again, and still finds that CLAT is needed
still_active()
{
	ctl reload && state_is active && has_route && [ "$(pair_of)" = "$first" ]
}

# vpn NUMBER
vpn()
{
	vpn_up "$1" || { echo "it cannot be set up"; return 1; }
	wait_for 15 by_tunnel || { echo "it does not work"; wg_state; return 1; }
	still_active || { echo "CLAT does not stay: $(status .reason)"; return 1; }
	dns_is_asked || { echo "DNS is not asked any more: $(status .last_error)"; return 1; }
	by_tunnel || { echo "it does not work any more"; return 1; }
}

wg_state()
{
	in_ns phone wg show
	ip -n phone rule
	ip -n phone -6 rule
	in_ns phone ip route get "$HOST4" mark "$VPN_MARK"
	in_ns ran wg show
	ctl stats
}

vpn_goes()
{
	vpn_down "$1"
	wait_for 5 works && still_active
}

tap_plan 24
command -v wg >/dev/null || bail "wg is not installed"
ip link add wg-try type wireguard || bail "the kernel has no WireGuard"
ip link del wg-try
rm -rf /etc/clat
pair_up || bail "the network does not come up"
ip -n ran address add "$SERVER/128" dev lo
echo "nameserver $SERVER" >/etc/netns/phone/resolv.conf
(umask 077 && wg genkey >"$LIB_TMP/phone.key" && wg genkey >"$LIB_TMP/ran.key")
ip -n ran link add wg0 type wireguard
in_ns ran wg set wg0 private-key "$LIB_TMP/ran.key" listen-port 51820 peer "$(wg pubkey <"$LIB_TMP/phone.key")" \
	allowed-ips 10.9.0.2/32
ip -n ran -batch - <<-WG
	address add 10.9.0.1/24 dev wg0
	link set wg0 up
WG
module_load
RESOLVER=$SERVER resolver "53=good"
daemon_start
wait_for 60 state_is active || bail "it does not come up: $(cat "$LOG")"
first=$(pair_of)
for number in 1 2 3 4 5 6 7 8 9 10; do
	how="by a mark"
	[ $((number % 2)) = 0 ] || how="by the main table"
	check "$number: a full tunnel $how, CLAT and DNS beside it" vpn "$number"
	check "$number: it goes, CLAT stays" vpn_goes "$number"
done
daemon_kill TERM
ctl down --all >/dev/null
check "nothing is left on the phone" nothing_left
check "nor of rules" test "$(ip -n phone rule | wc -l)" = 3
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
