#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clat-tayga: files and calls of ConnMan's CLAT plugin, by a parent that does as the plugin does; configurations of other
# people's; and that the daemon stays off.
# runs-in: uml
# only-all: uml
# timeout: 400
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"
. "$SELFTESTS/connman/lib.sh"

BASE="tun-device clat
prefix $PAIR_PLAT
map 192.0.0.1 $CLAT6"
# HOST4, in a prefix of each length
PREFIXES="2001:db8::/32=2001:db8:c633:640a::
2001:db8:100::/40=2001:db8:1c6:3364:a::
2001:db8:122::/48=2001:db8:122:c633:64:a00::
2001:db8:122:300::/56=2001:db8:122:3c6:33:640a::
2001:db8:122:344::/64=2001:db8:122:344:c6:3364:a00::
64:ff9b::/96=64:ff9b::c633:640a"

# --- the command line and the file -----------------------------------------------------------------------------------

no_device()
{
	not ip -n phone link show clat
}

test_without_module()
{
	tayga_conf "$BASE"
	check "without the module it says so" refused 8 "the kernel module clat is not loaded" \
		--config "$LIB_TMP/tayga.conf" --mktun
}

# refuses NAME STATUS WORDS LINE...: behind lines that are good
refuses()
{
	refuses_name=$1 refuses_status=$2 refuses_words=$3
	shift 3
	tayga_conf "$BASE" "$@"
	check "refused: $refuses_name" refused "$refuses_status" "$refuses_words" -c "$LIB_TMP/tayga.conf" --mktun
}

test_refusals()
{
	refuses "a directive that nobody knows" 9 "tayga.conf:4: unknown directive 'tun-ip'" "tun-ip 192.0.0.1/29"
	refuses "UDP without checksum" 9 "udp-cksum-mode 'fwd' cannot be had" "udp-cksum-mode fwd"
	refuses "a log of packets" 9 "see clatctl stats" "log drop"
	refuses "what the kernel refuses, before anything is built on it" 2 "(attribute map" "map 192.0.0.1 2001:db8::1"
	tayga_conf "tun-device clat" "dynamic-pool 192.168.0.0/24" "prefix $PAIR_PLAT"
	check "refused: a NAT64 by dynamic-pool alone" refused 9 "no map" -c "$LIB_TMP/tayga.conf" -d
	check "refused: no file" refused 9 "cannot read $LIB_TMP/none" -c "$LIB_TMP/none" --mktun
	tayga_conf "$BASE"
	check "refused: to detach" refused 1 "cannot detach" -c "$LIB_TMP/tayga.conf"
	check "refused: an option that nobody knows" refused 1 "unknown option '--fast'" -c "$LIB_TMP/tayga.conf" --fast
	check "refusals leave no device" no_device
}

mktun()
{
	tayga --config "$LIB_TMP/tayga.conf" --mktun
}

rmtun()
{
	tayga --config "$LIB_TMP/tayga.conf" --rmtun
}

ifindex()
{
	in_ns phone cat /sys/class/net/clat/ifindex
}

# busy COMMAND...: fails, and its last line is the one that makes ConnMan take the device away
busy()
{
	"$@" >"$LIB_TMP/out" 2>&1 && return 1
	tail -n 1 "$LIB_TMP/out" | grep -q 'aborting: Device or resource busy$' || { cat "$LIB_TMP/out"; return 1; }
}

test_device()
{
	pair_state >"$LIB_TMP/before"
	tayga_conf "$BASE"
	check "--mktun makes the device" mktun
	check_equal "of kind clat, and nobody else's" "clat clat-tayga" \
		"$(ip -n phone -j -d link show clat | jq -r '.[0] | "\(.linkinfo.info_kind) \(.ifalias)"')"
	ip -n phone link set clat up
	check_equal "with IPv6, without an address of its own" "0 none" \
		"$(in_ns phone cat /proc/sys/net/ipv6/conf/clat/disable_ipv6) \
$(ip -n phone -j -d link show clat | jq -r '.[0].inet6_addr_gen_mode')"
	check_equal "also when it is up" "" "$(ip -n phone -6 -o address show dev clat)"
	test_device_before=$(ifindex)
	check "--mktun again" mktun
	check_equal "leaves it as it is" "$test_device_before" "$(ifindex)"
	check "up stays off, where it serves the uplink" up_stays_off
	check "--rmtun deletes it" rmtun
	check "--rmtun without a device is fine" rmtun
	pair_state >"$LIB_TMP/after"
	check "and nothing is left" cmp "$LIB_TMP/before" "$LIB_TMP/after"
}

up_stays_off()
{
	ctl set clat uplink wwan0 &&
	not ctl up wwan0 --plat "$PAIR_PLAT" 2>"$LIB_TMP/out" &&
	grep -q 'another CLAT is at work on wwan0: clat,' "$LIB_TMP/out"
}

test_taken()
{
	in_ns phone ip tuntap add clat mode tun || bail "no tun device"
	check "a device that TAYGA has left makes ConnMan take it away" busy mktun
	check "--rmtun takes it away too" rmtun
	check "then it is gone" no_device
	ctl add clat uplink wwan0 plat "$PAIR_PLAT" map "192.0.0.1=$CLAT6"
	check "a clat device of somebody else's is refused" refused 2 "somebody else has set up" \
		-c "$LIB_TMP/tayga.conf" --mktun
	check "and not deleted" not rmtun
	check_equal "it is as it was" wwan0 "$(device .uplink)"
	ctl del clat
}

# runs_by_hand OPTION...: until it is on the uplink
runs_by_hand()
{
	net_daemon phone by-hand "$TAYGA" -c "$LIB_TMP/tayga.conf" "$@"
	BY_HAND=$!
	wait_for 20 uplink_is wwan0
}

test_options()
{
	tayga_conf "$BASE" "wkpf-strict yes" "offlink-mtu 1400" "udp-cksum-mode calc" "data-dir /var/spool/tayga"
	check "without --mktun it makes the device itself" runs_by_hand -n -u nobody -g nogroup -r -p "$LIB_TMP/pid"
	check_equal "options of the file are the device's" "true 1400" \
		"$(device '"\(."wkp-strict") \(."lowest-ipv6-mtu")"')"
	check_equal "the pid file" "$BY_HAND" "$(cat "$LIB_TMP/pid")"
	check_equal "options that are ignored are told" 3 "$(grep -c 'warning: .* ignored' "$NET_RUN/by-hand.log")"
	kill "$BY_HAND"
	wait "$BY_HAND"
	check_equal "SIGTERM: it ends with 0" 0 "$?"
	check "the pid file is gone" not test -e "$LIB_TMP/pid"
	check "and so is the device" no_device
}

# --- as ConnMan runs it ----------------------------------------------------------------------------------------------

# reaches_as ADDRESS: IPv4 goes through, and what comes to the router goes from the CLAT's address to that one
reaches_as()
{
	count_from "$CLAT6" "$1" && works && [ "$(counted)" = 1 ]
}

# neighbour: the router has resolved the CLAT's address to the phone's wwan0, and no interface has it
neighbour()
{
	ip -n ran neigh show "$CLAT6" dev cell0 | grep -q "lladdr $(in_ns phone cat /sys/class/net/wwan0/address)" &&
		[ -z "$(ip -n phone -6 -o address show to "$CLAT6")" ]
}

test_connman()
{
	check "ConnMan's file and calls: it is on the uplink" parent_start "$PAIR_PLAT" 192.168.43.0
	check "IPv4 goes through" wait_for 10 works
	check "the neighbour is answered by proxy NDP" neighbour
	check_equal "the device is as in the file" "192.0.0.1=$CLAT6 64:ff9b::/96 ingress 1500" \
		"$(device '"\(.map[0].v4)=\(.map[0].v6) \(.plat[0].prefix)/\(.plat[0].len) \(.path) \(."lowest-ipv6-mtu")"')"
	check_equal "no address is added to the uplink" "$PAIR_PHONE/64 fe80::2/64" \
		"$(ip -n phone -6 -o address show dev wwan0 | awk '{ print $4 }' | xargs)"
	check_equal "and none to the device" 192.0.0.1/29 \
		"$(ip -n phone -o address show dev clat | awk '{ print $4 }' | xargs)"
	check "the hotspot's subnet is accepted with a warning" told "says .*dynamic-pool 192.168.43.0/24 is ignored"
	check "so is strict-frag-hdr" told "says .*strict-frag-hdr on is ignored"
	test_again
	check "while nothing changes, nothing wakes it" asleep
	parent_stop
	check "SIGTERM: it ends with 0 within 2 s" awk '/^exit 0 after / && $4 < 2 { ok = 1 } END { exit !ok }' "$PARENT_LOG"
	pair_state >"$LIB_TMP/after"
	check "then nothing is left" cmp "$LIB_TMP/before" "$LIB_TMP/after"
}

test_again()
{
	check "a second one on the same device ends at once" busy tayga --config "$CONNMAN_CONF" --nodetach
	check "and the first goes on" works
}

# asleep: five seconds of packets, and the process has not run
asleep()
{
	asleep_before=$(switches)
	in_ns phone ping -n -c6 -W2 "$HOST4" || return
	asleep_now=$(switches)
	[ "$asleep_now" = "$asleep_before" ] || { echo "it ran: $asleep_before switches before, $asleep_now now"; return 1; }
}

switches()
{
	sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$(tayga_pid)/status"
}

test_prefixes()
{
	for pair in $PREFIXES; do
		ip -n ran route replace local "${pair%=*}" dev lo
		parent_start "${pair%=*}" 192.168.43.0 off || diag "$(cat "$PARENT_LOG")"
		check "prefix of ${pair%=*}" wait_for 10 reaches_as "${pair#*=}"
		parent_stop
	done
}

test_ends()
{
	parent_start "$PAIR_PLAT"
	ip -n phone link del clat
	check "somebody deletes the device: ConnMan is asked to begin anew" wait_for 20 told_times runs 2
	check "and does" wait_for 20 works
	check "by the line that it knows" told "says .*File descriptor in bad state$"
	kill -9 "$(tayga_pid)"
	check "killed, it counts as ended, and ConnMan takes the CLAT away" wait_for 20 told stopped
	wait "$PARENT"
	check "the device is gone" no_device
}

# --- the uplink ------------------------------------------------------------------------------------------------------

# What ConnMan does for an uplink that is new
proxied()
{
	in_ns phone sysctl -qw "net.ipv6.conf.$1.proxy_ndp=1" && ip -n phone -6 neigh add proxy "$CLAT6" dev "$1"
}

wwan_again()
{
	ip link add wwan0 netns phone type veth peer name cell0 netns ran &&
	ip -n ran -batch - <<-RAN && pair_wwan
		link set cell0 addrgenmode none
		link set cell0 up
		address add fe80::1/64 dev cell0 nodad
		address add $PAIR_RAN/64 dev cell0 nodad
	RAN
}

second_uplink()
{
	ip link add wwan1 netns phone type veth peer name cell1 netns ran &&
	ip -n ran -batch - <<-RAN && ip -n phone -batch - <<-PHONE && proxied wwan1
		link set cell1 addrgenmode none
		link set cell1 up
		address add fe80::1/64 dev cell1 nodad
		route add $CLAT6/128 dev cell1
	RAN
		link set wwan1 addrgenmode none
		link set wwan1 mtu 1400
		link set wwan1 up
		address add fe80::2/64 dev wwan1 nodad
		route add $PAIR_PLAT via fe80::1 dev wwan1
	PHONE
}

test_uplink()
{
	parent_start "$PAIR_PLAT"
	test_uplink_pid=$(tayga_pid)
	ip -n phone link set wwan0 down
	check "no route: it waits for one" wait_for 5 told "says .*no route to $PAIR_PLAT"
	check "and the uplink stays as it was" uplink_is wwan0
	pair_wwan && proxied wwan0 || bail "wwan0 does not come up"
	check "the uplink is up again" wait_for 10 works
	second_uplink || bail "no second uplink"
	check "the route moves to another uplink" wait_for 5 uplink_is wwan1
	check "IPv4 goes by that one" wait_for 10 works
	check_equal "and its MTU counts" "1400 1380" \
		"$(device '."lowest-ipv6-mtu"') $(in_ns phone cat /sys/class/net/clat/mtu)"
	ip -n phone link del wwan1
	check "it goes, and the route moves back" wait_for 5 uplink_is wwan0
	check "IPv4 goes by the first again" wait_for 10 works
	ip -n phone link del wwan0
	check "the uplink is gone" wait_for 5 uplink_is null
	wwan_again && proxied wwan0 || bail "wwan0 does not come back"
	check "a new one of its name is taken" wait_for 5 uplink_is wwan0
	check "IPv4 goes through" wait_for 10 works
	check_equal "all by one process" "$test_uplink_pid" "$(tayga_pid)"
	parent_stop
}

# --- hotspot, other people's configurations --------------------------------------------------------------------------

test_hotspot()
{
	parent_start "$PAIR_PLAT" 192.168.43.0
	in_ns phone sysctl -qw net.ipv4.ip_forward=1
	in_ns phone nft -f - <<-NFT
		table ip connman {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				ip saddr 192.168.43.0/24 oifname clat masquerade
			}
		}
	NFT
	check "the hotspot's subnet goes by ConnMan's NAT44" wait_for 10 reaches client
	count_from "$CLAT6" "$PAIR_PLAT"
	check "by TCP too" loads client 300000
	check "all from the CLAT's address" test "$(counted)" -ge 4
	in_ns phone nft delete table ip connman
	in_ns phone sysctl -qw net.ipv4.ip_forward=0
	parent_stop
}

# A translator for two subnets of hosts that have IPv4 alone, without state
test_stateless()
{
	tayga_conf "tun-device siit" "ipv4-addr 10.255.0.1" "ipv6-addr 3fff:fff:5::1" "prefix $PAIR_PLAT" \
		"map 192.168.43.100 3fff:fff:5::a" "map 192.168.43.101/32 3fff:fff:5::b/128" \
		"map 192.168.44.0/24 3fff:fff:5:1::/120"
	ip -n ran route add 3fff:fff:5::/48 via fe80::2 dev cell0
	net_daemon phone siit "$TAYGA" -c "$LIB_TMP/tayga.conf" --nodetach
	test_stateless_pid=$!
	wait_for 10 siit_up
	in_ns phone sysctl -qw net.ipv4.ip_forward=1
	ip -n phone address add 192.168.44.1/32 dev lo
	count_from 3fff:fff:5::a "64:ff9b::c633:640a"
	check "a stateless translator: the first host" wait_for 10 reaches client
	check "has its own IPv6 address" test "$(counted)" -ge 1
	count_from 3fff:fff:5::b "64:ff9b::c633:640a"
	check "the second host" wait_for 10 reaches client2
	check "has another" test "$(counted)" -ge 1
	count_from 3fff:fff:5:1::1 "64:ff9b::c633:640a"
	check "a subnet" wait_for 10 in_ns phone ping -n -c1 -W2 -I 192.168.44.1 "$HOST4"
	check "is mapped as a whole" test "$(counted)" -ge 1
	ip -n phone address del 192.168.44.1/32 dev lo
	in_ns phone sysctl -qw net.ipv4.ip_forward=0
	ip -n ran route del 3fff:fff:5::/48
	kill "$test_stateless_pid"
	wait "$test_stateless_pid"
}

siit_up()
{
	ip -n phone link set siit up && ip -n phone route replace default dev siit
}

# --- beside the daemon -----------------------------------------------------------------------------------------------

test_daemon()
{
	mkdir -p /etc/clat
	printf '[clat]\nplat = %s\n' "$PAIR_PLAT" >/etc/clat/clat.conf
	parent_start "$PAIR_PLAT"
	daemon_start
	check "the daemon stays off the uplink" wait_for 10 state_is foreign-clat
	check "and says whose CLAT it is" sh -c 'echo "$1" | grep "clat, which was set up by clat-tayga"' sh "$(status .reason)"
	check "IPv4 goes through" works
	check_equal "the device and its routes are as they were" "192.0.0.1=$CLAT6 default dev clat scope link metric 2000" \
		"$(device '"\(.map[0].v4)=\(.map[0].v6)"') $(default4 | sed 's/ *$//')"
	parent_stop
	check "ConnMan's CLAT ends: the daemon takes over" wait_for 20 state_is active
	parent_start "$PAIR_PLAT"
	check "it begins: the daemon gives way" wait_for 10 state_is foreign-clat
	check "its device is gone, and ConnMan's is left" wait_for 10 alone
	check "IPv4 goes through once more" wait_for 10 works
	daemon_kill TERM
	parent_stop
	rm -r /etc/clat
}

alone()
{
	alone_now=$(ctl -j show | jq -r '.instances[].ifname' | xargs)
	[ "$alone_now" = clat ] || { echo "devices: $alone_now"; return 1; }
}

tap_plan 88
[ -c /dev/net/tun ] || modprobe tun || bail "no tun devices: modprobe tun fails"
pair_up || bail "the pair does not come up: $(net_logs)"
test_without_module
module_load
test_refusals
test_device
test_taken
test_options
test_connman
test_prefixes
test_ends
test_uplink
hotspot_pair_up || bail "the hotspot does not come up: $(net_logs)"
test_hotspot
test_stateless
test_daemon
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
