#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The hotspot beside the real firewalld: told of the CLAT by one shot and by the daemon, told again when it has forgotten,
# nothing opened to the network, and off without a trace.
# runs-in: qemu
# only-named: qemu
# timeout: 1500
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"
. "$SELFTESTS/net/walls.sh"

BEFORE=$LIB_TMP/before
CHAIN="inet firewalld filter_FORWARD"

# zone METHOD ARGUMENT...: a question to it, by a program that starts faster than firewall-cmd
zone()
{
	in_ns phone busctl call org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.zone "$@"
}

# in_zone DEV ZONE: "" for none
in_zone()
{
	zone_now=$(zone getZoneOfInterface s "$1")
	[ "$zone_now" = "s \"$2\"" ] || { echo "$1 is in $zone_now, wanted $2"; return 1; }
}

firewalld_answers()
{
	zone getZoneOfInterface s lo
}

firewalld_start()
{
	net_daemon phone firewalld firewalld --nofork --nopid --log-target console
	FIREWALLD=$!
	wait_for 200 firewalld_answers
}

firewalld_stop()
{
	kill "$FIREWALLD"
	wait "$FIREWALLD" 2>/dev/null
}

cmd()
{
	in_ns phone firewall-cmd "$@" >"$LIB_TMP/cmd" 2>&1 || { cat "$LIB_TMP/cmd"; return 1; }
}

# reload: a machine that is slow takes longer than firewall-cmd waits
reload()
{
	cmd --reload || wait_for 200 firewalld_answers
}

fw_state()
{
	hotspot_state
	in_ns phone firewall-cmd --list-all-zones
}

fw_same()
{
	fw_state | diff "$BEFORE" -
}

bus_up()
{
	mkdir -p /run/dbus && mount -t tmpfs tmpfs /run/dbus &&
	net_daemon phone dbus dbus-daemon --system --nofork --nopidfile &&
	wait_for 30 test -S /run/dbus/system_bus_socket
}

test_one_shot()
{
	ctl tether on tether >/dev/null
	check "without firewalld a client gets a page" wait_for 5 web
	firewalld_start || bail "firewalld does not come up: $(net_logs)"
	check "firewalld is started: it stops the clients" no_web
	check "and its chain is named" named "$CHAIN"
	ctl tether on tether >/dev/null
	check "on again: a client gets a page" wait_for 5 web
	check "nothing is missing but a DHCP server" misses tether dhcp
	check "the CLAT is in the default zone" in_zone clat0 public
	check "the hotspot's interface is where it was" in_zone tether ""
	check "the network does not reach the phone" kept_out "$(clat_v6)"
	check "nor a client" kept_out_client
	check "off" ctl tether off tether
	check "off leaves no trace" fw_same
}

# A DHCP server that firewalld keeps from its clients
test_dhcp()
{
	ctl tether on tether >/dev/null
	dhcp_server || bail "nobody listens for DHCP"
	check "a DHCP server that clients do not reach is told" named "inet firewalld filter_INPUT"
	check "what status says against it can be pasted" in_ns phone sh -c "$(remedy)"
	check "and then it is active" tether_is tether active
	check "and clients get pages" web
	kill "$DHCP_PID"
	ctl tether off tether >/dev/null
	cmd --zone=nm-shared --remove-interface=tether
}

# Forwarding is on for all interfaces, so that our own rules leave open what was open before.
test_chosen_zone()
{
	in_ns phone sysctl -qw net.ipv4.ip_forward=1
	cmd --zone=internal --add-interface=tether && cmd --zone=internal --add-port=8080/tcp
	fw_state >"$BEFORE"
	ctl tether on tether >/dev/null
	check "a hotspot in a zone of the user's: a client gets a page" wait_for 5 web client2
	check "the CLAT has come into it" in_zone clat0 internal
	check "clients reach what the zone lets them" asks_phone
	check "the network does not reach that" kept_out "$(clat_v6)"
	check "nor a client, in that zone" kept_out_client
	ctl tether off tether >/dev/null
	check "off leaves the user's zone as it was" fw_same
	cmd --zone=internal --remove-forward
	ctl tether on tether >/dev/null 2>"$LIB_TMP/err"
	check "a zone that forwards nothing is told" grep -q "the zone internal of tether forwards nothing" "$LIB_TMP/err"
	check "and its chain is named, too" named "$CHAIN"
	check "that remedy can be pasted" in_ns phone sh -c "$(remedy)"
	check "and helps" web
	ctl tether off tether >/dev/null
	check "a zone that was chosen meanwhile stays" in_zone tether nm-shared
	in_ns phone sysctl -qw net.ipv4.ip_forward=0
	reload
}

configure()
{
	mkdir -p /etc/clat
	printf '[clat]\nplat = %s\n[tether tether]\n' "$PAIR_PLAT" >/etc/clat/clat.conf
}

test_daemon()
{
	fw_state >"$BEFORE"
	configure
	daemon_start 1 || bail "the daemon does not come up: $(cat "$LOG")"
	check "by the daemon: a client gets a page" wait_for 60 web
	reload
	check "a reload is made good" wait_for 60 web
	check_equal "with one thing told" 1 "$(in_ns phone nft list chain inet firewalld filter_FWD_public_allow | grep -c clat0)"
	firewalld_stop
	check "without firewalld clients are served" web
	firewalld_start || bail "firewalld does not come up again: $(net_logs)"
	check "started again, it is told again" wait_for 60 web
	zone changeZoneOfInterface ss drop clat0 >/dev/null
	check "a CLAT that the user moves stays there" not wait_for 3 web
	check "and the log says what drops its packets" wait_for 20 grep -q "warning: .*$CHAIN drops" "$LOG"
	zone removeInterface ss drop clat0 >/dev/null
	check "and back, it serves again" wait_for 60 web
	daemon_kill KILL
	check "off by one shot after a kill" ctl down --all
	check "down --all leaves no trace" wait_for 10 fw_same
	daemon_start 1
	check "on by the daemon, once more" wait_for 60 web
	check "down --all by the daemon" ctl down --all
	check "leaves no trace of firewalld when it has answered" in_zone clat0 ""
	check "and none of all the rest" wait_for 10 fw_same
	daemon_kill TERM
	rm -rf /etc/clat
}

tap_plan 45
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
walls_up || bail "the web servers do not start: $(net_logs)"
bus_up || bail "no system bus: $(net_logs)"
module_load
firewalld_start || bail "firewalld does not come up: $(net_logs)"
ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null || bail "no CLAT"
fw_state >"$BEFORE"
firewalld_stop
test_one_shot
test_dhcp
test_chosen_zone
ctl down --all >/dev/null
test_daemon
firewalld_stop
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
