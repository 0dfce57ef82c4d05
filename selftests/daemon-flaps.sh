#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: ten thousand random flaps of its uplink, and it is as it was: no memory, no descriptor more.
# runs-in: uml
# only-all: uml
# timeout: 900
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

SEED=64

# flaps FROM TO: commands for ip -batch, the same for the same numbers
flaps()
{
	awk -v seed="$SEED" -v from="$1" -v to="$2" -v addr="$PAIR_PHONE" '
		function down_up() {
			print "link set wwan0 down\nlink set wwan0 up\naddress add fe80::2/64 dev wwan0 nodad"
			print "address add " addr "/64 dev wwan0 nodad\nroute add default via fe80::1 dev wwan0"
		}
		BEGIN {
			srand(seed + from)
			for (i = from; i < to; i++) {
				kind = int(rand() * 50)
				if (kind < 5)
					down_up()
				else if (kind < 25)
					print "-6 route del default dev wwan0\nroute add default via fe80::1 dev wwan0"
				else if (kind < 40)
					print "address add 10.0.0.2/24 dev wwan0\nroute add default via 10.0.0.1 dev wwan0\n" \
						"address del 10.0.0.2/24 dev wwan0"
				else if (kind < 49)
					print "link set wwan0 mtu " 1280 + int(rand() * 220) "\nlink set wwan0 mtu 1500"
				else
					print "link set wwan0 name modem0\nlink set modem0 name wwan0"
			}
		}'
}

# flap FROM TO: some of them do not find what they take away, since one before took it
flap()
{
	flaps "$1" "$2" | ip -n phone -force -batch - >"$LIB_TMP/flaps" 2>&1
	ip -n phone link set wwan0 down
	pair_wwan
	wait_for 60 state_is active
}

tap_plan 9
rm -rf /etc/clat
pair_up || bail "the network does not come up"
module_load
resolver "53=good"
daemon_start
check "it is up" wait_for 30 state_is active
first=$(pair_of)
check "1000 flaps" flap 0 1000
daemon_measure
check "9000 more" flap 1000 10000
diag "RssAnon $(daemon_anon) kB"
check "it has grown by a few octets a flap at most" daemon_steady 32 flap 1000 10000
check "as many descriptors" wait_for 10 daemon_same_descriptors
check_equal "the same addresses" "$first" "$(pair_of)"
check "IPv4 goes through" works
daemon_kill TERM
ctl down --all >/dev/null
check "nothing is left on the phone" nothing_left
check "the kernel has nothing to complain about" not kernel_faults
finish
