#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Random packets in skbs of every shape, thrown at both entries of a clat device in many configurations (skbfuzz/).
# runs-in: uml
# timeout: 300
#
# Usage: skbfuzz.sh [SKBS [SEED]]
#        skbfuzz.sh 2 SEED CONFIGURATION PACKET     again one that a finding names, in the configuration of that number
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"

FUZZ_SKBS=${1:-200000}
FUZZ_SEED=${2:-1}
FUZZ_ONLY=${3:-}
FUZZ_FIRST=${4:-0}
FUZZ_DIR=/sys/kernel/debug/skbfuzz
FUZZ_KO=$SELFTESTS/skbfuzz/skbfuzz.ko

PHONE=192.0.0.1=2001:db8:1:2::c1a7
LAN=192.168.43.0/24=2001:db8:1:2::c1a7:0/120


# configurations: a line each: kind of uplink, its MTU, its segmentation (on or off), what clatctl sets; the addresses of the
# last add up to nothing in a checksum
configurations()
{
	sed -n "${FUZZ_ONLY:-1,\$}p" <<-END
	skbfuzz 1500 on plat 64:ff9b::/96 map $PHONE
	skbfuzz 1500 off plat 2001:db8:122:344::/96 map $PHONE,$LAN
	skbfuzzraw 1280 on plat 2001:db8::/32 map $LAN
	skbfuzz 9000 off plat 2001:db8:100::/40 map $LAN lowest-ipv6-mtu 9000
	skbfuzz 1500 on plat 2001:db8:122::/48,64:ff9b::/96 map $PHONE,$LAN lowest-ipv6-mtu 1500
	skbfuzzraw 1500 off plat 2001:db8:122:300::/56 map $PHONE,198.18.0.0/31=2001:db8:1:2::8/127 tos 184
	skbfuzz 1400 on plat 2001:db8:122:344::/64,2001:db8:123::/48,2001:db8:200::/40 map $PHONE,$LAN
	skbfuzz 65535 on plat 64:ff9b::/96 map $LAN lowest-ipv6-mtu 65535 wkp-strict on
	skbfuzz 1500 off plat 2001:db8:1::d245:0:0/96 map 192.0.0.1=2001:db8:1:2::9245
	END
}

# configure KIND MTU SEGMENTATION ATTRIBUTE...: links anew; lan0 is where the stack finds mapped addresses
configure()
{
	CONFIGURE_VIA='via fe80::1'
	[ "$1" = skbfuzz ] || CONFIGURE_VIA=
	ip -batch - <<-END || return 1
	link add up0 type $1
	link set up0 mtu $2 up
	addr add 2001:db8:1:2::2/64 dev up0 nodad
	route add ::/0 $CONFIGURE_VIA dev up0
	link add lan0 type skbfuzz
	addr add 192.168.43.1/24 dev lan0
	link set lan0 up
	END
	ethtool -K up0 tx "$3" sg "$3" tso "$3" tx-udp-segmentation "$3" >/dev/null || return 1
	shift 3
	"$CLATCTL" add clat0 uplink up0 "$@" || return 1
	ip -batch - <<-END
	link set clat0 up
	addr add 192.0.0.1/32 dev clat0
	route add 192.88.99.1 dev clat0
	END
}

unconfigure()
{
	ip -batch - <<-END
	link del clat0
	link del up0
	link del lan0
	END
}

# results: the numbers of the last run are added up, and shown
results()
{
	RESULTS=
	while read -r NAME VALUE; do
		RESULTS="$RESULTS $NAME $VALUE"
		case $NAME in
		thrown) THROWN=$((THROWN + VALUE)) ;;
		translated46) TRANSLATED46=$((TRANSLATED46 + VALUE)) ;;
		translated64) TRANSLATED64=$((TRANSLATED64 + VALUE)) ;;
		findings) FINDINGS=$VALUE ;;
		esac
	done <"$FUZZ_DIR/result"
	echo "#$RESULTS"
}

# routes_gone: a leak leaves one for each configuration, since all packets take the default route
routes_gone()
{
	[ "$(sed -n 's/^routes //p' "$FUZZ_DIR/result")" -le 2 ]
}

# Grace periods of RCU are most of what it takes to set up and to take down.
[ ! -w /sys/kernel/rcu_expedited ] || echo 1 >/sys/kernel/rcu_expedited
module_load
insmod "$FUZZ_KO" || bail "insmod $FUZZ_KO: $(dmesg | tail -n 3)"
sysctl -qe -w net.ipv4.ip_forward=1 net.ipv4.ipfrag_low_thresh=0 net.ipv4.ipfrag_high_thresh=0 net.ipv6.conf.all.forwarding=1

configurations >"$LIB_TMP/configurations"
tap_plan $(($(wc -l <"$LIB_TMP/configurations") + 5))
FUZZ_EACH=$((FUZZ_SKBS / 2 / $(wc -l <"$LIB_TMP/configurations") + 1))
TOLD=0 THROWN=0 TRANSLATED46=0 TRANSLATED64=0
while read -r CONFIGURATION; do
	# shellcheck disable=SC2086 # several words
	configure $CONFIGURATION || bail "cannot set up: $CONFIGURATION"
	RUN="clat0 $FUZZ_SEED $FUZZ_FIRST $FUZZ_EACH"
	if ! echo "$RUN" >"$FUZZ_DIR/run"; then
		bail "the run \"$RUN\" does not start: $(dmesg | tail -n 3)"
	fi
	results
	if ! check_equal "$CONFIGURATION" 0 "$FINDINGS"; then
		diag "$(dmesg -t | grep '^skbfuzz' | tail -n "+$((TOLD + 1))")"
		TOLD=$(dmesg -t | grep -c '^skbfuzz')
	fi
	FUZZ_FIRST=$((FUZZ_FIRST + FUZZ_EACH))
	echo "# $("$CLATCTL" -j stats clat0)"
	unconfigure || bail "the links do not go away"
done <"$LIB_TMP/configurations"
diag "$THROWN thrown, $TRANSLATED46 translated to IPv6, $TRANSLATED64 to IPv4"
check "at least $FUZZ_SKBS skbs were thrown" [ "$THROWN" -ge "$FUZZ_SKBS" ]
check "at least 30 in 100 were translated" [ $(((TRANSLATED46 + TRANSLATED64) * 100)) -ge $((THROWN * 30)) ]
check "both ways" [ $((TRANSLATED46 * 10)) -ge "$THROWN" -a $((TRANSLATED64 * 10)) -ge "$THROWN" ]
check "routes do not stay" wait_for 20 routes_gone
rmmod skbfuzz && rmmod clat || bail "the modules do not unload"
[ ! -w /sys/kernel/rcu_expedited ] || echo 0 >/sys/kernel/rcu_expedited
check "the kernel has nothing to complain about" not kernel_faults
finish
