#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Network managers beside clatctl: with the files of ctl/coexistence/ none touches a clat device, though told to have every
# interface; without them, they do.
# runs-in: uml
# only-all: uml
# timeout: 200
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/daemon/bus.sh"

FILES=$SELFTESTS/../ctl/coexistence

# device_state: everything of clat0 that a manager could change, without what counts or ages
device_state()
{
	ip -n phone -j address show dev clat0 | jq -S 'map(del(.ifindex, .link_index, .addr_info[]?.valid_life_time, .addr_info[]?.preferred_life_time))'
	ip -n phone route show dev clat0
	ip -n phone -6 route show dev clat0
	in_ns phone sysctl net.ipv6.conf.clat0.disable_ipv6 net.ipv6.conf.clat0.addr_gen_mode net.ipv4.conf.clat0.rp_filter
}

# untouched: clat0 is as it was, and IPv4 goes through
untouched()
{
	device_state | diff -u "$LIB_TMP/state" - && works
}

# greedy_networkd: started with a file for every interface
greedy_networkd()
{
	mkdir -p /run/systemd/netif/links /run/systemd/netif/leases
	cat >/run/systemd/network/50-all.network <<-CONF
		[Match]
		Name=clat*
		[Network]
		LinkLocalAddressing=ipv6
	CONF
	chown -R systemd-network: /run/systemd/netif
	# Where it cannot write to /sys it does not wait for udev, which is not here.
	manager_start org.freedesktop.network1 sh -c "mount -o remount,bind,ro /sys && exec /lib/systemd/systemd-networkd"
}

# networkd_says STATE: of clat0
networkd_says()
{
	says=$(in_ns phone networkctl --no-legend --no-pager list clat0 | awk '{ print $5 }')
	[ "$says" = "$1" ] || { echo "networkd says $says, wanted $1"; return 1; }
}

# networkd_takes: clat0 has got that file
networkd_takes()
{
	in_ns phone networkctl --no-pager status clat0 | grep 'Network File: .*50-all'
}

test_networkd()
{
	mkdir -p /run/systemd/network
	cp "$FILES/10-clat.network" /run/systemd/network/
	greedy_networkd || bail "no networkd: $(cat "$NET_RUN/manager.log")"
	check "networkd: the device is unmanaged" wait_for 20 networkd_says unmanaged
	check "networkd: it is as it was" untouched
	ctl down wwan0 >/dev/null && ctl up wwan0 >/dev/null
	check "networkd: a new one is unmanaged, too" wait_for 20 networkd_says unmanaged
	check "networkd: and the new one is as clatctl made it" wait_for 20 untouched
	manager_stop
	rm /run/systemd/network/10-clat.network
	greedy_networkd || bail "no networkd: $(cat "$NET_RUN/manager.log")"
	check "networkd: without the file it takes the device" wait_for 20 networkd_takes
	manager_stop
}

# greedy_networkmanager: told to have every interface; conf.d stands for
# /usr/lib/NetworkManager/conf.d
greedy_networkmanager()
{
	mkdir -p "$NET_RUN/conf.d"
	cat >"$NET_RUN/conf.d/00-all.conf" <<-CONF
		[device-all]
		match-device=*
		managed=1
	CONF
	cat >"$NET_RUN/networkmanager.conf" <<-CONF
		[main]
		plugins=keyfile
		no-auto-default=*
		rc-manager=unmanaged
		auth-polkit=false
		[keyfile]
		unmanaged-devices=interface-name:wwan0
	CONF
	manager_start org.freedesktop.NetworkManager sh -c "mount -o remount,bind,ro /sys && exec NetworkManager --debug \
		--config=$NET_RUN/networkmanager.conf --system-config-dir=$NET_RUN/conf.d --config-dir=$NET_RUN/none"
}

# networkmanager_says PATTERN: of clat0
networkmanager_says()
{
	says=$(in_ns phone nmcli -g DEVICE,STATE device | sed -n 's/^clat0://p')
	# shellcheck disable=SC2254 # a pattern
	case $says in $1) ;; *) echo "NetworkManager says $says, wanted $1"; return 1 ;; esac
}

test_networkmanager()
{
	mkdir -p "$NET_RUN/conf.d"
	cp "$FILES/clat.conf" "$NET_RUN/conf.d/"
	greedy_networkmanager || bail "no NetworkManager: $(cat "$NET_RUN/manager.log")"
	check "NetworkManager: the device is unmanaged" wait_for 20 networkmanager_says unmanaged
	ctl down wwan0 >/dev/null && ctl up wwan0 >/dev/null
	check "NetworkManager: a new one is unmanaged, too" wait_for 20 networkmanager_says unmanaged
	check "NetworkManager: and the new one is as clatctl made it" wait_for 20 untouched
	manager_stop
	rm "$NET_RUN/conf.d/clat.conf"
	greedy_networkmanager || bail "no NetworkManager: $(cat "$NET_RUN/manager.log")"
	check "NetworkManager: without the file it takes the device" wait_for 20 networkmanager_says 'connected*'
	manager_stop
}

connman_says_nothing()
{
	says=$(in_ns phone connmanctl services) || return
	case $says in *clat*) echo "$says"; return 1 ;; esac
}

# ConnMan has no folder for such files, and does not look after devices of this kind.
test_connman()
{
	cat >"$NET_RUN/connman.conf" <<-CONF
		[General]
		NetworkInterfaceBlacklist=lo,wwan0
		AllowHostnameUpdates=false
		EnableOnlineCheck=false
	CONF
	manager_start net.connman connmand -n -r --config="$NET_RUN/connman.conf" ||
		bail "no ConnMan: $(cat "$NET_RUN/manager.log")"
	ctl down wwan0 >/dev/null && ctl up wwan0 >/dev/null
	check "ConnMan: a device that comes is as it was" wait_for 20 untouched
	check "ConnMan: it makes no service of it" connman_says_nothing
	manager_stop
}

tap_plan 13
rm -rf /etc/clat
pair_up || bail "the network does not come up"
module_load
resolver "53=good"
bus_folders || bail "no folders for the bus"
daemon_start
check "it is up" wait_for 30 works
device_state >"$LIB_TMP/state"
bus_start || bail "no bus: $(cat "$NET_RUN/bus.log")"
test_networkd
test_networkmanager
test_connman
daemon_kill TERM
ctl down --all >/dev/null
bus_stop
check "the kernel has nothing to complain about" not kernel_faults
finish
