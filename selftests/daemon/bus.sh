# SPDX-License-Identifier: GPL-2.0
# The system bus of a test machine, and the network managers on it, which look after the phone of dns/pair.sh. Sourced
# after daemon/lib.sh.

BUS_SOCKET=/run/dbus/system_bus_socket
MANAGER_PID=

# bus_folders: what the bus and the managers write is gone with the test
bus_folders()
{
	for folder in /run/dbus /run/systemd /run/NetworkManager /run/connman /var/lib/NetworkManager /var/lib/connman; do
		mkdir -p "$folder"
		mountpoint -q "$folder" || mount -t tmpfs tmpfs "$folder" || return
	done
}

# bus_start: anybody may have any name on it, and a question for systemd-resolved could start a program
bus_start()
{
	bus_folders || return
	mkdir -p "$NET_RUN/services"
	cat >"$NET_RUN/services/org.freedesktop.resolve1.service" <<-SERVICE
		[D-BUS Service]
		Name=org.freedesktop.resolve1
		Exec=/usr/bin/touch $NET_RUN/activated
		User=root
	SERVICE
	cat >"$NET_RUN/bus.conf" <<-CONF
		<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
			"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig>
			<type>system</type>
			<listen>unix:path=$BUS_SOCKET</listen>
			<servicedir>$NET_RUN/services</servicedir>
			<policy context="default">
				<allow user="*"/>
				<allow own="*"/>
				<allow send_type="method_call"/>
				<allow send_type="signal"/>
				<allow send_type="method_return"/>
				<allow send_type="error"/>
				<allow receive_type="method_call"/>
				<allow receive_type="method_return"/>
				<allow receive_type="error"/>
				<allow receive_type="signal"/>
			</policy>
		</busconfig>
	CONF
	rm -f "$BUS_SOCKET"
	dbus-daemon --config-file="$NET_RUN/bus.conf" --nofork --nopidfile >>"$NET_RUN/bus.log" 2>&1 </dev/null &
	BUS_PID=$!
	wait_for 20 test -S "$BUS_SOCKET"
}

bus_stop()
{
	kill "$BUS_PID"
	wait "$BUS_PID" 2>/dev/null
}

# on_bus NAME: somebody has the name
on_bus()
{
	busctl --system --no-pager call org.freedesktop.DBus / org.freedesktop.DBus NameHasOwner s "$1" | grep -q true
}

# manager_start NAME COMMAND...: in the phone, until it has the name
manager_start()
{
	manager_name=$1
	shift
	ip netns exec phone "$@" >>"$NET_RUN/manager.log" 2>&1 </dev/null &
	MANAGER_PID=$!
	wait_for 60 on_bus "$manager_name"
}

# manager_stop [SIGNAL]
manager_stop()
{
	kill "-${1:-TERM}" "$MANAGER_PID"
	wait "$MANAGER_PID" 2>/dev/null
	MANAGER_PID=
}

resolved_start()
{
	mkdir -p /run/systemd/resolve
	chown systemd-resolve: /run/systemd/resolve
	manager_start org.freedesktop.resolve1 /lib/systemd/systemd-resolved
}

# networkmanager_start SERVER: it has the phone's own addresses for wwan0, and leaves all else alone
networkmanager_start()
{
	mkdir -p "$NET_RUN/connections"
	cat >"$NET_RUN/networkmanager.conf" <<-CONF
		[main]
		plugins=keyfile
		no-auto-default=*
		rc-manager=unmanaged
		auth-polkit=false
		[keyfile]
		path=$NET_RUN/connections
		unmanaged-devices=*,except:interface-name:wwan0
	CONF
	cat >"$NET_RUN/connections/wwan0.nmconnection" <<-CONNECTION
		[connection]
		id=wwan0
		type=ethernet
		interface-name=wwan0
		[ipv4]
		method=disabled
		[ipv6]
		method=manual
		address1=$PAIR_PHONE/64,fe80::1
		dns=$1
	CONNECTION
	chmod 600 "$NET_RUN/connections/wwan0.nmconnection"
	# Where it cannot write to /sys it does not wait for udev, which is not here.
	manager_start org.freedesktop.NetworkManager sh -c "mount -o remount,bind,ro /sys &&
		exec NetworkManager --debug --config=$NET_RUN/networkmanager.conf --config-dir=$NET_RUN/none" &&
	in_ns phone nmcli -w 60 connection up wwan0
}

# connman_start SERVER: the same by ConnMan
connman_start()
{
	cat >"$NET_RUN/connman.conf" <<-CONF
		[General]
		NetworkInterfaceBlacklist=lo
		AllowHostnameUpdates=false
		EnableOnlineCheck=false
	CONF
	cat >/var/lib/connman/phone.config <<-SERVICE
		[service_wwan0]
		Type=ethernet
		IPv4=off
		IPv6=$PAIR_PHONE/64/fe80::1
		Nameservers=$1
	SERVICE
	manager_start net.connman connmand -n -r -i wwan0 --config="$NET_RUN/connman.conf"
}

# link_dns SERVER...: of wwan0, by resolvectl
link_dns()
{
	in_ns phone resolvectl dns wwan0 "$@"
}
