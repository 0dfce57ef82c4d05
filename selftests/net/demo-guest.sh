#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The main job, inside the test kernel: demo-guest.sh PREFIX/LEN
# Lays out the mobile network, shows that IPv4 does not work in it, starts `clatctl daemon`, shows that it does, on the
# hotspot with NAT44 and without, and prints one table of all, with native IPv6 by the same phone beside it. Called by
# demo.sh, which has built the module and clatctl in this tree.
# Environment: VM_START  seconds since the epoch when the person started to wait

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
TOP=$(cd "$SELFTESTS/.." && pwd)
. "$SELFTESTS/lib.sh"

CLAT=clat0
# A fixed amount, not a fixed time: on a slow machine TCP's small beginnings would be most of what is averaged.
IPERF_BYTES=24M
NET_RADIO=alone
# A /64 for the hotspot alone, so that native IPv6 can be measured
HOTSPOT64=3fff:fff:0:1a
PATH=$TOP/ctl:$PATH
RESULTS=$LIB_TMP/results
CHECKS=$LIB_TMP/checks
FAILED=$LIB_TMP/failed
touch "$RESULTS" "$CHECKS" "$FAILED"
: "${VM_START:=$(date +%s)}"

step()
{
	printf '[%4d s] %s\n' $(($(date +%s) - VM_START)) "$*"
}

# give_up TEXT: the rest of the demo makes no sense
give_up()
{
	printf '\nFAILED: %s\n' "$*"
	net_logs
	exit 1
}

# --- probes: each prints its figure, and fails if what it tries does not work --------------------------------------

probe_ping()
{
	PING=$(in_ns "$1" ping -n -c 1 -W "$PATIENCE" "$HOST") || return
	echo "$PING" | sed -n 's/.*time=\([0-9.]*\) ms.*/\1 ms/p'
}

# A resolver of the IPv4 Internet, asked by its address: UDP
probe_dns()
{
	[ "$(in_ns "$1" dig +short +tries=1 "+time=$PATIENCE" "@$HOST" A "$NET_NAME")" = "$NET_INET4" ] && echo answered
}

# A program that only knows one IP, and a name: the phone's own resolver, then TCP
probe_name()
{
	in_ns "$1" curl "$FAMILY" -sS -m 10 --connect-timeout "$PATIENCE" "http://$NET_NAME/" | grep -q 'only IPv4' && echo loads
}

probe_file()
{
	FILE_RATE=$(in_ns "$1" curl -g -sS -m 60 --connect-timeout "$PATIENCE" -o "$LIB_TMP/file.$1" -w '%{speed_download}' \
		"http://$HOST_URL/10MB") || return
	[ "$(sha256sum <"$LIB_TMP/file.$1")" = "$(sha256sum <"$NET_RUN/www/10MB")" ] || { echo "differs"; return 1; }
	echo "$FILE_RATE" | awk '{ printf "%.1f MB/s", $1 / 1e6 }'
}

# by_ipv4, by_ipv6: how the probes reach the host of the Internet
by_ipv4()
{
	FAMILY=-4 HOST=$NET_INET4 HOST_URL=$NET_INET4
}

by_ipv6()
{
	HOST=$(in_ns phone dig +short AAAA "$NET_NAME" | head -n 1)
	FAMILY=-6 HOST_URL="[$HOST]"
}

# probe_iperf up|down WHO: bytes for each skb on the clat device go to the file perskb
probe_iperf()
{
	IPERF_REVERSE=
	[ "$1" = up ] || IPERF_REVERSE=-R
	clat_counters "$1" >"$LIB_TMP/counters.$2"
	# iperf3 puts its errors into the JSON, and may end with 0 after one.
	# shellcheck disable=SC2086 # empty or an option
	in_ns "$2" iperf3 -J -c "$HOST" --connect-timeout "${PATIENCE}000" -n "$IPERF_BYTES" $IPERF_REVERSE \
		>"$LIB_TMP/iperf.$2"
	clat_counters "$1" | awk -v who="$ROW_PHASE" -v dir="$1" '
		NR == FNR { bytes = $1; packets = $2; next }
		$2 > packets { printf "%s %s %d\n", who, dir, ($1 - bytes) / ($2 - packets) }
	' "$LIB_TMP/counters.$2" - >>"$LIB_TMP/perskb"
	awk '
		/"error":/ { sub(/^[ \t]*"error":[ \t]*/, ""); print "iperf3: " $0 >"/dev/stderr"; exit }
		/"sum_received":/ { sum = 1 }
		sum && /"bits_per_second":/ { rate = $2 + 0; exit }
		END { if (rate <= 0) exit 1; printf "%d Mbit/s", rate / 1e6 }
	' "$LIB_TMP/iperf.$2"
}

# clat_counters up|down: bytes and packets so far in that direction; nothing if there is no device
clat_counters()
{
	CLAT_SIDE=TX:
	[ "$1" = up ] || CLAT_SIDE=RX:
	ip -n phone -s link show "$CLAT" 2>/dev/null | awk -v side="$CLAT_SIDE" '$1 == side { getline; print $1, $2 }'
}

# --- rows ----------------------------------------------------------------------------------------------------------

# row PHASE WHO NAME PROBE...: tries it and keeps the result; before, a row passes if it fails
row()
{
	ROW_PHASE=$1
	ROW_WHO=$2
	ROW_NAME=$3
	shift 3
	if ROW_FIGURE=$("$@" "$ROW_WHO" 2>"$LIB_TMP/row.$ROW_WHO"); then
		ROW_WORKS=yes
	else
		ROW_WORKS=no
		ROW_FIGURE=fails
	fi
	printf '%s|%s|%s|%s\n' "$ROW_PHASE" "$ROW_WHO" "$ROW_NAME" "$ROW_FIGURE" >>"$RESULTS"
	step "  $ROW_WHO: $ROW_NAME: $ROW_FIGURE"
	case $ROW_PHASE$ROW_WORKS in
	beforeyes) echo "$ROW_NAME ($ROW_WHO) works without CLAT: this network shows nothing" >>"$FAILED" ;;
	beforeno) ;;
	*no)
		echo "$ROW_NAME ($ROW_WHO, $ROW_PHASE) fails" >>"$FAILED"
		sed 's/^/            /' "$LIB_TMP/row.$ROW_WHO"
		;;
	esac
}

rows_of()
{
	row "$1" "$2" "ping $NET_INET4" probe_ping
	row "$1" "$2" "DNS query to $NET_INET4" probe_dns
	row "$1" "$2" "http://$NET_NAME/" probe_name
	row "$1" "$2" "http://$NET_INET4/10MB" probe_file
	row "$1" "$2" "iperf3 up" probe_iperf up
	row "$1" "$2" "iperf3 down" probe_iperf down
}

# What is known to fail is not waited for longer than needed, and on both at once.
rows_before()
{
	PATIENCE=1
	rows_of before client &
	rows_of before phone
	wait $!
}

# native IPv6: the hotspot's clients have a /64, and the phone forwards it
native_on()
{
	in_ns client sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0 &&
	ip -n phone address add $HOTSPOT64::1/64 dev wlan0 nodad &&
	ip -n client address add $HOTSPOT64::2/64 dev eth0 nodad &&
	ip -n client -6 route add default via $HOTSPOT64::1 &&
	ip -n ran -6 route add $HOTSPOT64::/64 via "$(phone_link_local)" dev cell0 &&
	in_ns phone clatctl tether on wlan0 --nat44 no --ipv6 >/dev/null
}

phone_link_local()
{
	ip -n phone -6 -o address show dev wwan0 scope link | sed -n 's|.*inet6 \([^/]*\)/.*|\1|p'
}

native_off()
{
	ip -n phone address del $HOTSPOT64::1/64 dev wlan0
	in_ns client sysctl -qw net.ipv6.conf.all.disable_ipv6=1
}

# claim TEXT COMMAND...: a line below the table; COMMAND's output is the figure
claim()
{
	CLAIM=$1
	shift
	if CLAIM_FIGURE=$("$@" 2>&1); then
		CLAIM_MARK=ok
	else
		CLAIM_MARK=FAIL
		echo "$CLAIM: $CLAIM_FIGURE" >>"$FAILED"
	fi
	printf '%s|%s|%s\n' "$CLAIM_MARK" "$CLAIM" "$CLAIM_FIGURE" >>"$CHECKS"
	step "  $CLAIM: $CLAIM_FIGURE"
}

claim_native()
{
	[ "$(in_ns phone curl -6 -sS -m 10 "http://$NET_NAME/")" = "$(cat "$NET_RUN/www/index.html")" ] && echo yes
}

claim_nat64()
{
	NAT64_NOW=$(net_plat_packets)
	NAT64_TCP=$(in_ns plat jool -i plat session display --tcp --numeric --csv --no-headers | wc -l)
	echo "$((NAT64_NOW - NAT64_BEFORE)) packets, $NAT64_TCP TCP connections in its table"
	[ "$NAT64_NOW" -gt "$NAT64_BEFORE" ] && [ "$NAT64_TCP" -gt 0 ]
}

claim_forwarding()
{
	FORWARDING=$(in_ns phone sh -c 'grep -H . /proc/sys/net/ipv6/conf/*/forwarding')
	echo "$(echo "$FORWARDING" | grep -c ':0$') interfaces off, $(echo "$FORWARDING" | grep -vc ':0$') on"
	! echo "$FORWARDING" | grep -qv ':0$' && echo "$FORWARDING" | grep -q "/$CLAT/"
}

ipv6_connections()
{
	in_ns phone conntrack -L -f ipv6 2>/dev/null
}

# An empty table means something only where connections are tracked at all: the native one before was.
claim_conntrack()
{
	ipv6_connections | awk -v was="$CONNTRACK_BEFORE" '
		END {
			printf "%s (a native connection before made %d)", (NR ? NR " entries" : "no entry"), was
			exit (NR > 0 || was == 0)
		}'
}

# claim_superframes DIRECTION: on average 20 KB an skb or more, phone and client, with NAT44 and without
claim_superframes()
{
	awk -v dir="$1" '
		$2 == dir { n++; printf "%s%s %.1f KB", (n > 1) ? ", " : "", ($1 == "after") ? "phone" : $1, $3 / 1000; if ($3 < 20480) small++ }
		END { exit (n != 3 || small > 0) }' "$LIB_TMP/perskb"
}

# What the phone's network consists of, without what changes by itself
phone_state()
{
	ip -n phone -o link show | sed 's/ state .*//' | sort
	ip -n phone -o addr show | sed 's/ valid_lft.*//' | sort
	ip -n phone -4 route show table all | sort
	ip -n phone -6 route show table all | sed 's/ expires.*//' | sort
	ip -n phone rule
	in_ns phone sh -c 'grep -H . /proc/sys/net/ipv[46]/conf/*/forwarding /proc/sys/net/ipv6/conf/wwan0/mtu' | sort
	in_ns phone ethtool -k wwan0
	in_ns phone ethtool -k wlan0
	in_ns phone nft list ruleset
}

# When it asks next is what only a daemon knows: nobody has said "up".
daemon_works()
{
	in_ns phone clatctl -j status wwan0 >"$LIB_TMP/status.json" 2>&1 &&
		jq -e '.instances[0] | .state == "active" and .next_query_s' "$LIB_TMP/status.json"
}

claim_down()
{
	in_ns phone clatctl down --all >"$LIB_TMP/down" 2>&1 || { cat "$LIB_TMP/down"; return 1; }
	kill "$DAEMON" && wait_for 10 not grep -q clatctl "/proc/$DAEMON/cmdline" || return
	phone_state >"$LIB_TMP/state.after"
	if ! diff "$LIB_TMP/state.before" "$LIB_TMP/state.after"; then
		return 1
	fi
	echo "device, addresses, routes, hotspot are gone"
	rmmod clat
}

# --- the job -------------------------------------------------------------------------------------------------------

load_module()
{
	for MODULE in $(modinfo -F depends "$TOP/kernel/clat.ko" | tr ',' ' '); do
		modprobe "$MODULE" || return
	done
	insmod "$TOP/kernel/clat.ko"
}

print_table()
{
	printf '\n'
	awk -F'|' '
		{ key = $3; cell[$1, $2, key] = $4 }
		$1 == "after" && $2 == "phone" { order[++n] = key }
		function line(a, b, c, d, e, f, g) { printf "  %-31s %-7s %-13s  %-7s %-13s %-13s %s\n", a, b, c, d, e, f, g }
		END {
			line("", "phone", "", "laptop on the hotspot", "", "", "")
			line("tried", "before", "with CLAT", "before", "NAT44 + CLAT", "NAT-free CLAT", "native IPv6")
			rule = sprintf("%100s", "")
			gsub(/ /, "-", rule)
			printf "  %s\n", rule
			for (i = 1; i <= n; i++) {
				key = order[i]
				line(key, cell["before", "phone", key], cell["after", "phone", key], cell["before", "client", key],
				     cell["NAT44", "client", key], cell["NAT-free", "client", key], cell["native", "client", key])
			}
		}' "$RESULTS"
	printf '\n'
	awk -F'|' '{ printf "  %-5s %s: %s\n", $1, $2, $3 }' "$CHECKS"
	printf '\n  clatctl status, while it was up\n\n'
	sed 's/^/    /' "$LIB_TMP/status"
}

# tether_on OPTION...
tether_on()
{
	step "clatctl tether on wlan0 $*"
	in_ns phone clatctl tether on wlan0 "$@" >"$LIB_TMP/tether" 2>&1 || give_up "clatctl tether on: $(cat "$LIB_TMP/tether")"
	sed 's/^/            /' "$LIB_TMP/tether"
}

client_entries()
{
	in_ns phone conntrack -L -f ipv4 2>/dev/null | grep -c "src=192.168.43.[0-9]* dst=$NET_INET4"
}

# Where there are entries with NAT44, none without it means something.
claim_untracked()
{
	UNTRACKED_NOW=$(client_entries)
	echo "$UNTRACKED_NOW entries of its packets ($TRACKED with NAT44)"
	[ "$UNTRACKED_NOW" = 0 ] && [ "$TRACKED" -gt 0 ]
}

# claim_own_address: the NAT64 knows the laptop by another address than the phone
claim_own_address()
{
	OWN_PAIRS=$(in_ns phone clatctl -j show "$CLAT" | jq -r '.instances[0].map[] | select(."v4-len" < 32) | .v6 | sub(":0$"; ":") |
		sub("00$"; "")')
	OWN_SEEN=$(in_ns plat jool -i plat session display --tcp --numeric --csv --no-headers | cut -d , -f 2 | sort -u |
		grep "^$OWN_PAIRS") && echo "$OWN_SEEN"
}

PREFIX=$1
[ -n "$PREFIX" ] || { echo "usage: demo-guest.sh PREFIX/LEN" >&2; exit 2; }

step "kernel $(uname -r): laying out the network: client - phone - ran - plat - inet; NAT64 prefix $PREFIX"
net_up "$PREFIX" || give_up "the emulated network does not come up"
hotspot_serve || give_up "the hotspot does not come up"
head -c 10485760 /dev/urandom >"$NET_RUN/www/10MB"
: >"$LIB_TMP/perskb"

by_ipv4
step "before: the phone has IPv6 only"
claim "native IPv6 reaches the host by DNS64 and NAT64" claim_native
CONNTRACK_BEFORE=$(ipv6_connections | wc -l)
in_ns phone conntrack -D -f ipv6 >/dev/null 2>&1
rows_before
phone_state >"$LIB_TMP/state.before"
NAT64_BEFORE=$(net_plat_packets)

load_module || give_up "insmod clat.ko failed: $(dmesg | tail -n 3)"
step "clatctl daemon   (it is told nothing, not even the uplink; resolv.conf names the DNS64 resolver)"
net_daemon phone clatctl clatctl daemon || give_up "clatctl daemon does not start"
DAEMON=$!
wait_for 60 daemon_works || give_up "clatctl daemon does not bring up CLAT: $(cat "$LIB_TMP/status.json")"
sed 's/^/            /' "$NET_RUN/clatctl.log"
PATIENCE=5
step "with CLAT, one at a time, so that figures are comparable"
rows_of after phone
tether_on
rows_of NAT44 client
TRACKED=$(client_entries)
in_ns phone conntrack -D -f ipv4 >/dev/null 2>&1
tether_on --nat44 no
rows_of NAT-free client
claim "the NAT64 (Jool) has translated" claim_nat64
claim "the laptop without NAT44 has an address of its own there" claim_own_address
claim "connection tracking of the laptop without NAT44" claim_untracked
claim "IPv6 forwarding on the phone" claim_forwarding
claim "IPv6 connection tracking on the phone" claim_conntrack
claim "bytes for each skb on $CLAT, up" claim_superframes up
claim "bytes for each skb on $CLAT, down" claim_superframes down
step "native IPv6 of the laptop by the same phone, to the same host by the same NAT64"
native_on || give_up "no IPv6 for the laptop"
by_ipv6
rows_of native client
native_off
in_ns phone clatctl status >"$LIB_TMP/status" 2>&1 || echo "clatctl status: status $?" >>"$FAILED"
claim "clatctl down --all" claim_down

print_table
printf '\n'
if [ -s "$FAILED" ]; then
	sed 's/^/  FAILED: /' "$FAILED"
	exit 1
fi
echo "  everything works: $(grep -vc '^before' "$RESULTS") rows, $(wc -l <"$CHECKS") checks," \
	"$(($(date +%s) - VM_START)) s"
