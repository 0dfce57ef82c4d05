#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The hotspot beside the real ufw, and beside rules as Docker makes them: let through by one shot and by the daemon, nothing
# opened to the network, and off without a trace; also after kills, and what a user has allowed stays allowed.
# runs-in: qemu
# only-named: qemu
# timeout: 1500
# apart: qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/net/hotspot.sh"
. "$SELFTESTS/net/walls.sh"

BEFORE=$LIB_TMP/before
RULES=/etc/ufw/user.rules
TUPLE="route:allow any any 0.0.0.0/0 any 0.0.0.0/0 in_tether!out_clat0"

ufw()
{
	in_ns phone ufw "$@" >"$LIB_TMP/ufw" 2>&1 || { cat "$LIB_TMP/ufw"; return 1; }
}

# tuples: how many rules let clients through to the CLAT
tuples()
{
	grep -c "^### tuple ### $TUPLE" "$RULES"
}

ufw_state()
{
	cat "$RULES" /etc/ufw/user6.rules
	in_ns phone ufw status
	in_ns phone iptables-save | sed '/^#/d; s/ *\[.*\]$//'
	in_ns phone ip6tables-save | sed '/^#/d; s/ *\[.*\]$//'
	in_ns phone sh -c 'grep -H . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv[46]/conf/*/forwarding'
	! rules
}

ufw_same()
{
	ufw_state 2>&1 | diff "$BEFORE" -
}

tuples_are()
{
	[ "$(tuples)" = "$1" ] || { cat "$RULES"; return 1; }
}

test_one_shot()
{
	ctl tether on tether >/dev/null
	check "without ufw a client gets a page" wait_for 5 web
	ufw --force enable || bail "ufw is not enabled"
	check "ufw is enabled: it stops the clients" no_web
	check "and its chain is named" named "ip filter FORWARD"
	check_equal "with the remedy" "ufw route allow in on tether out on clat0" "$(remedy)"
	ctl tether on tether >/dev/null
	check "on again: a client gets a page" wait_for 5 web
	check "nothing is missing but a DHCP server" misses tether dhcp
	check "ufw tells of the rule, of IPv4 alone, and whose it is" told
	check "the network does not reach the phone" kept_out "$(clat_v6)"
	check "nor a client" kept_out_client
	ctl tether on tether >/dev/null
	check "on twice, the rule is there once" tuples_are 1
	check "off" ctl tether off tether
	check "off leaves no trace" ufw_same
}

told()
{
	ufw status && [ "$(grep -c clat "$LIB_TMP/ufw")" = 1 ] &&
		grep -q 'Anywhere on clat0 *ALLOW FWD *Anywhere on tether *# clat' "$LIB_TMP/ufw" || { cat "$LIB_TMP/ufw"; return 1; }
}

test_dhcp()
{
	ctl tether on tether >/dev/null
	dhcp_server || bail "nobody listens for DHCP"
	check "a DHCP server that clients do not reach is told" named "ip filter INPUT"
	check "what status says against it can be pasted" in_ns phone sh -c "$(remedy)"
	check "and then it is active" tether_is tether active
	kill "$DHCP_PID"
	ctl tether off tether >/dev/null
}

# What the user has allowed is not ours to take back.
test_user()
{
	ufw route allow in on tether out on clat0
	ufw_state >"$BEFORE" 2>&1
	ctl tether on tether >/dev/null
	check "a rule of the user's is enough" web
	check "and no other is made" tuples_are 1
	ctl tether off tether >/dev/null
	check "off, it stays" ufw_same
	ufw route delete allow in on tether out on clat0
}

# configure [HOTSPOT]: the daemon's prefix, and its hotspot
configure()
{
	mkdir -p /etc/clat
	printf '[clat]\nplat = %s\n' "$PAIR_PLAT" >/etc/clat/clat.conf
	[ $# -eq 0 ] || printf '[tether %s]\n' "$1" >>/etc/clat/clat.conf
}

# machine_restarts: of the hotspot nothing is left but what is on the disk
machine_restarts()
{
	rm /run/clat/*.tether
	in_ns phone nft delete table ip clat
	in_ns phone sysctl -qw net.ipv4.conf.tether.forwarding=0 net.ipv4.conf.clat0.forwarding=0
}

test_daemon()
{
	ufw_state >"$BEFORE" 2>&1
	configure tether
	daemon_start 1 || bail "the daemon does not come up: $(cat "$LOG")"
	check "by the daemon: a client gets a page" wait_for 60 web
	ufw reload
	check "after a reload as well" wait_for 20 web
	daemon_kill KILL
	check "off by one shot after a kill" ctl down --all
	check "down --all leaves no trace" ufw_same
	daemon_start 1
	wait_for 60 tuples_are 1 || bail "no rule"
	daemon_kill KILL
	configure
	machine_restarts
	daemon_start 1
	check "a rule that has outlived the machine's run is taken back" wait_for 60 tuples_are 0
	check "on by a command" ctl tether on tether
	check "it is there when the command is done" tuples_are 1
	ufw disable
	check "without ufw clients are served" web
	check "off while ufw is disabled" ctl tether off tether
	check "takes the rule back all the same" tuples_are 0
	ctl tether on tether >/dev/null
	ufw --force enable
	check "ufw is enabled again: it is told" wait_for 60 web
	ctl tether off tether >/dev/null
	ctl down --all >/dev/null
	daemon_kill TERM
	check "and in the end there is no trace" wait_for 10 ufw_same
}

# Killed at any moment, ufw at work or not: whoever comes next ends with one rule, or none.
test_kill()
{
	configure tether
	for kill_after in 0.2 0.6 1.2; do
		daemon_start 1
		sleep "$kill_after"
		daemon_kill KILL
	done
	daemon_start 1
	check "after three kills a client gets a page" wait_for 60 web
	check "by one rule" tuples_are 1
	ctl down --all >/dev/null
	daemon_kill TERM
	check "and off leaves no trace" wait_for 10 ufw_same
	rm -rf /etc/clat
}

# Docker's own chains: forwarding is dropped, and what users allow stands in DOCKER-USER.
test_docker()
{
	ufw disable
	in_ns phone iptables -N DOCKER-USER
	in_ns phone iptables -A DOCKER-USER -j RETURN
	in_ns phone iptables -A FORWARD -j DOCKER-USER
	in_ns phone iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	in_ns phone iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
	in_ns phone iptables -P FORWARD DROP
	ctl tether on tether >/dev/null
	check "Docker's rules stop the clients" no_web
	check "and are named" named "ip filter FORWARD"
	check_equal "with the chain that is meant for it" "iptables -I DOCKER-USER" "$(remedy | cut -d ' ' -f 1-3)"
	check "that can be pasted" in_ns phone sh -c "$(remedy)"
	check "a client gets a page" web
	check "and nothing is missing any more" misses tether dhcp
	check "the network does not reach a client" kept_out_client
	ctl tether off tether >/dev/null
}

tap_plan 47
rm -rf /etc/clat
pair_up || bail "the network does not come up"
hotspot_pair_up || bail "the hotspot's clients do not come up: $(net_logs)"
walls_up || bail "the web servers do not start: $(net_logs)"
module_load
ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null || bail "no CLAT"
# From here on its files are as it writes them, and its rules are those of the files.
ufw --force enable && ufw allow 8081/tcp && ufw reload || bail "ufw does not start"
ufw_state >"$BEFORE" 2>&1
ufw disable
test_one_shot
test_dhcp
test_user
ctl down --all >/dev/null
test_daemon
test_kill
ctl up wwan0 --plat "$PAIR_PLAT" >/dev/null || bail "no CLAT"
test_docker
ctl down --all >/dev/null
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
