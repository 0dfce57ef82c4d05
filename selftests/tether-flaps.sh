#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon with a hotspot, first with NAT44 and then without: ten thousand random flaps of the uplink, the bridge, its
# ports, forwarding, the ruleset and of the hotspot itself, and then all is where it began: ruleset, sysctls, addresses,
# routes, rules, neighbours, memory.
# runs-in: uml
# only-all: uml
# timeout: 1200
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"

SEED=464
ROUND=100
HOW=

# flaps FROM TO: commands for ip -batch, the same for the same numbers
flaps()
{
	awk -v seed="$SEED" -v from="$1" -v to="$2" -v phone="$PAIR_PHONE" -v hotspot="$HOTSPOT4" '
		function bridge_again() {
			print "link del tether\nlink add tether type bridge\nlink set tether addrgenmode none\nlink set tether up"
			print "address add " hotspot "/24 dev tether\nlink set port1 master tether\nlink set port2 master tether"
		}
		function uplink_again() {
			print "link set wwan0 down\nlink set wwan0 up\naddress add fe80::2/64 dev wwan0 nodad"
			print "address add " phone "/64 dev wwan0 nodad\nroute add default via fe80::1 dev wwan0"
		}
		BEGIN {
			srand(seed + from)
			for (i = from; i < to; i++) {
				kind = int(rand() * 60)
				if (kind < 4)
					bridge_again()
				else if (kind < 8)
					uplink_again()
				else if (kind < 20)
					print "link set tether down\nlink set tether up"
				else if (kind < 30)
					print "link set port1 nomaster\nlink set port1 master tether"
				else if (kind < 40)
					print "-6 route del default dev wwan0\nroute add default via fe80::1 dev wwan0"
				else if (kind < 48)
					print "address add 10.0.0.2/24 dev wwan0\nroute add default via 10.0.0.1 dev wwan0\n" \
						"address del 10.0.0.2/24 dev wwan0"
				else if (kind < 56)
					print "address del " hotspot "/24 dev tether\naddress add " hotspot "/24 dev tether"
				else
					print "link set tether down\nlink set tether name other0\nlink set other0 name tether\n" \
						"link set tether up"
			}
		}'
}

# round NUMBER: a hundred of them, and one each of what ip does not do; some find what they take away gone already
round()
{
	flaps $(($1 * ROUND)) $((($1 + 1) * ROUND)) | ip -n phone -force -batch - >"$LIB_TMP/flaps" 2>&1
	case $(($1 % 5)) in
	0) in_ns phone nft flush ruleset ;;
	1) in_ns phone sysctl -qw net.ipv4.conf.tether.forwarding=0 ;;
	2) ctl tether off tether >/dev/null; on_again ;;
	3) ctl down wwan0 >/dev/null; ctl up wwan0 >/dev/null 2>&1 & ;;
	4) in_ns phone nft delete table ip clat 2>/dev/null ;;
	esac
}

# rounds FROM TO: then the network is put in order, and everything works
rounds()
{
	rounds_now=$1
	while [ "$rounds_now" -lt "$2" ]; do
		round "$rounds_now"
		rounds_now=$((rounds_now + 1))
	done
	wait_for 60 not pgrep_up
	ip -n phone link set wwan0 down
	ip -n phone link del tether
	hotspot_make && pair_wwan && wait_for 60 state_is active && wait_for 30 reaches client && wait_for 30 reaches client2
}

pgrep_up()
{
	pgrep -f 'clatctl up wwan0'
}

on_again()
{
	# shellcheck disable=SC2086 # options
	ctl tether on tether $HOW >/dev/null 2>&1
}

# without_nat44: from here on
without_nat44()
{
	HOW="--nat44 no --own-prefix wwan0"
	on_again && nat44_is no
}

tap_plan 16
rm -rf /etc/clat
mkdir -p /etc/clat
printf '[clat]\nplat = %s\n[tether tether]\n' "$PAIR_PLAT" >/etc/clat/clat.conf
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
module_load
hotspot_state >"$LIB_TMP/before"
# What glibc caches of each small size comes to 230 kB once all sizes were used, and says nothing of what is kept.
daemon_start 1 GLIBC_TUNABLES=glibc.malloc.tcache_count=0
check "the hotspot is on" wait_for 30 reaches client
check "1000 flaps, and both clients are served" rounds 0 10
daemon_measure
check "4000 more, and both clients are served" rounds 10 50
check "it has grown by less than eight octets a flap" daemon_steady 32 rounds 10 50
check "as many descriptors" wait_for 10 daemon_same_descriptors
check "without NAT44" without_nat44
check "1000 flaps of that, and both clients are served" rounds 50 60
daemon_measure
check "4000 more of that, and both clients are served" rounds 60 100
check "without NAT44 still" nat44_is no
check "it has grown by less than eight octets a flap there" daemon_steady 32 rounds 60 100
check "as many descriptors there" wait_for 10 daemon_same_descriptors
check "less than 2 MiB of its own" at_most 2048 "$(daemon_anon)"
ctl down --all >/dev/null
check "down --all: ruleset, sysctls, addresses, routes, rules are where they began" wait_for 5 hotspot_same "$LIB_TMP/before"
daemon_kill TERM
check "no value is left written down" not ls /run/clat/netns-*.tether
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
rm -rf /etc/clat
finish
