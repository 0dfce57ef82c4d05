# SPDX-License-Identifier: GPL-2.0
# An IPv6-only mobile network in network namespaces, made of real parts: net_up, hotspot_up, net_down.
#
#    client ───────── phone ────────── ran ──────────── plat ───────── inet
#         eth0   wlan0    wwan0    cell0   core0    core0   wan0    eth0
#
#    client  a laptop on the hotspot; DHCP and DNS from the phone, IPv4 only
#    phone   SLAAC on wwan0, IPv6 only; IPv6 conntrack is at work (a firewall asks for it), IPv6 forwarding is off
#    ran     the operator's router: router advertisements (radvd) and the DNS64 resolver (BIND)
#    plat    the operator's NAT64 (Jool, stateful)
#    inet    a host that has IPv4 only: web server (lighttpd), iperf3, DNS (dnsmasq)
#
# The two radio links carry packets of the MTU's size with their checksums filled in, as real ones do: superframes exist
# on the phone only where its own GRO or its own sockets make them, and a wrong checksum is seen by the receiver.
#
# Addresses are from documentation space. The infrastructure lives in 3fff:fff::/32, so that any other prefix can be
# the NAT64's. Names are the same in every run: one network at a time in a kernel, as many after one another as wanted.

NET_RUN=/run/clat-net
NET_NAMES="client phone ran plat inet"
NET_RESOLVER=3fff:fff:0:53::53
NET_INET4=198.51.100.10
NET_POOL4=203.0.113.1
NET_NAME=www.v4only.example
NET_HOTSPOT4=192.168.43.1
NET_IS_UP=
# TCP makes its superframes as large as fits a millisecond of its rate: tiny ones on an emulated processor that has
# little time. This keeps senders to bursts as a fast machine's are.
NET_BURSTS=net.ipv4.tcp_min_tso_segs=32
# Nanoseconds that GRO waits for more of a stream: packets from a modem or Wi-Fi come in batches, those of a veth pair one
# by one whenever the other end's processor happens to run at the same time.
NET_COALESCE=500000

# in_ns NAME COMMAND...
in_ns()
{
	ip netns exec "$@"
}

# net_up PREFIX/LEN: PREFIX/LEN is the NAT64's, one of the lengths of RFC 6052.
# Before the call may be set: NET_DNS64, what DNS64 answers with (several prefixes, default the NAT64's, "none" for a
# resolver without DNS64); NET_TTL, of the resolver's answers (default 600); NET_LAN64, the phone's /64 (its first four
# groups; default drawn at random); NET_RADIO=alone for a radio link without neighbours, as mobile networks have it
# (default an Ethernet); NET_NAT64=none for a plat that translates nothing, where the kernel has no Jool.
net_up()
{
	[ -z "$NET_IS_UP" ] || { echo "net_up: the network is up already: net_down first" >&2; return 1; }
	NET_PLAT=$1
	: "${NET_TTL:=600}"
	NET_CELL=${NET_LAN64:-3fff:fff:$(random_hex 2):$(random_hex 2)}
	NET_IS_UP=1
	mkdir -p "$NET_RUN" || return
	net_namespaces && net_links && net_plat && net_inet && net_ran && net_phone && net_ready
}

# net_down: every process in the namespaces ends, then the namespaces go
net_down()
{
	NET_IS_UP=
	for NET_NS in $NET_NAMES; do
		NET_PIDS=$(ip netns pids "$NET_NS" 2>/dev/null) && [ -n "$NET_PIDS" ] || continue
		# shellcheck disable=SC2086 # a list
		kill $NET_PIDS 2>/dev/null
	done
	wait_for 10 net_processes_gone || net_kill
	for NET_NS in $NET_NAMES; do
		ip netns del "$NET_NS" 2>/dev/null
		rm -rf "/etc/netns/$NET_NS"
	done
	rm -rf "$NET_RUN"
	return 0
}

net_processes_gone()
{
	for NET_NS in $NET_NAMES; do
		[ -z "$(ip netns pids "$NET_NS" 2>/dev/null)" ] || return 1
	done
}

net_kill()
{
	for NET_NS in $NET_NAMES; do
		for NET_PID in $(ip netns pids "$NET_NS" 2>/dev/null); do
			echo "net_down: $NET_NS: killing $(cat "/proc/$NET_PID/comm" 2>/dev/null) by force" >&2
			kill -9 "$NET_PID" 2>/dev/null
		done
	done
}

# net_daemon NAMESPACE NAME COMMAND...: in the background, its output in $NET_RUN/NAME.log
net_daemon()
{
	NET_DAEMON=$2
	NET_DAEMON_NS=$1
	shift 2
	command -v "$1" >/dev/null || { echo "net_up: $1 is not installed" >&2; return 1; }
	ip netns exec "$NET_DAEMON_NS" "$@" >"$NET_RUN/$NET_DAEMON.log" 2>&1 </dev/null &
}

# net_logs: the daemons' last words, for a failure report
net_logs()
{
	for NET_LOG in "$NET_RUN"/*.log; do
		[ -s "$NET_LOG" ] || continue
		echo "--- ${NET_LOG##*/}"
		tail -n 8 "$NET_LOG"
	done
}

# Infrastructure addresses are usable at once (no DAD); the phone keeps DAD, as it has it in real life.
net_namespaces()
{
	for NET_NS in $NET_NAMES; do
		mkdir -p "/etc/netns/$NET_NS" || return
		: >"/etc/netns/$NET_NS/resolv.conf"
		ip netns add "$NET_NS" || return
		ip -n "$NET_NS" link set lo up || return
	done
	[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
	echo "nameserver $NET_RESOLVER" >/etc/netns/phone/resolv.conf
	in_ns ran sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.forwarding=1 &&
	in_ns plat sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 &&
	in_ns inet sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 $NET_BURSTS &&
	in_ns client sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 $NET_BURSTS &&
	in_ns phone sysctl -qw $NET_BURSTS
}

net_links()
{
	ip -batch - <<-LINKS || return
		link add wlan0 netns phone type veth peer name eth0 netns client
		link add wwan0 netns phone type veth peer name cell0 netns ran
		link add core0 netns ran type veth peer name core0 netns plat
		link add wan0 netns plat type veth peer name eth0 netns inet
	LINKS
	ip -n ran -batch - <<-RAN || return
		address add $NET_RESOLVER/128 dev lo
		link set cell0 addrgenmode none
		address add fe80::1/64 dev cell0 nodad
		address add $NET_CELL::1/64 dev cell0
		address add 3fff:fff::1/64 dev core0
		link set core0 up
		link set cell0 up
		route add $NET_PLAT via 3fff:fff::2
	RAN
	ip -n plat -batch - <<-PLAT || return
		address add 3fff:fff::2/64 dev core0
		address add 198.51.100.1/24 dev wan0
		link set core0 up
		link set wan0 up
		route add default via 3fff:fff::1
	PLAT
	ip -n inet -batch - <<-INET || return
		address add $NET_INET4/24 dev eth0
		link set eth0 up
		route add $NET_POOL4/32 via 198.51.100.1
	INET
	[ "${NET_RADIO-}" != alone ] || net_alone || return
	in_ns ran ethtool -K cell0 tx off gro on >/dev/null &&
	in_ns phone ethtool -K wwan0 tx off gro on >/dev/null &&
	in_ns phone ethtool -K wlan0 tx off gro on >/dev/null &&
	in_ns client ethtool -K eth0 tx off gro on >/dev/null &&
	in_ns phone sh -c "echo $NET_COALESCE >/sys/class/net/wwan0/gro_flush_timeout &&
		echo $NET_COALESCE >/sys/class/net/wlan0/gro_flush_timeout"
}

# net_alone: whatever one end sends is for the other one
net_alone()
{
	ip -n ran link set cell0 address 02:00:00:00:00:01 arp off && ip -n phone link set wwan0 address 02:00:00:00:00:01 arp off
}

net_plat()
{
	[ "${NET_NAT64:-jool}" = jool ] || return 0
	modprobe jool || { echo "net_up: no NAT64: modprobe jool failed on $(uname -r)" >&2; return 1; }
	in_ns plat jool instance add plat --netfilter --pool6 "$NET_PLAT" || return
	for NET_PROTO in tcp udp icmp; do
		in_ns plat jool -i plat pool4 add "--$NET_PROTO" "$NET_POOL4" 1024-65535 || return
	done
}

# net_plat_packets: packets that the NAT64 has translated so far, both directions
net_plat_packets()
{
	in_ns plat jool -i plat stats display --csv --no-headers |
		awk -F, '$1 == "JSTAT_SUCCESS" { n = $2 } END { print n + 0 }'
}

net_inet()
{
	mkdir -p "$NET_RUN/www" || return
	echo "This page is on a host that has only IPv4." >"$NET_RUN/www/index.html"
	cat >"$NET_RUN/lighttpd.conf" <<-LIGHTTPD
		server.document-root = "$NET_RUN/www"
		server.bind = "$NET_INET4"
		server.port = 80
		index-file.names = ( "index.html" )
	LIGHTTPD
	net_daemon inet lighttpd lighttpd -D -f "$NET_RUN/lighttpd.conf" &&
	net_daemon inet iperf3 iperf3 -s -B "$NET_INET4" &&
	net_daemon inet dnsmasq-inet dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --no-resolv --no-hosts \
		--listen-address="$NET_INET4" --bind-interfaces "--address=/$NET_NAME/$NET_INET4"
}

net_inet_ready()
{
	[ "$(in_ns inet ss -Hltnu "( sport = :80 or sport = :5201 or sport = :53 )" | wc -l)" -ge 4 ]
}

# net_zone NAME RECORDS: a zone file
net_zone()
{
	printf '$TTL %s\n@ SOA ns hostmaster 1 3600 600 86400 %s\n@ NS ns\nns AAAA %s\n%s\n' \
		"$NET_TTL" "$NET_TTL" "$NET_RESOLVER" "$2" >"$NET_RUN/$1.zone"
}

# The resolver has the IPv4 world in zones of its own: there is no Internet here to ask.
net_ran()
{
	net_zone ipv4only.arpa "@ A 192.0.0.170
@ A 192.0.0.171"
	net_zone v4only.example "@ A $NET_INET4
www A $NET_INET4"
	NET_DNS64_OPTIONS=
	for NET_P in ${NET_DNS64:-$NET_PLAT}; do
		[ "$NET_P" = none ] || NET_DNS64_OPTIONS="$NET_DNS64_OPTIONS dns64 $NET_P { clients { any; }; };"
	done
	cat >"$NET_RUN/named.conf" <<-NAMED
		options {
			directory "$NET_RUN";
			pid-file none;
			session-keyfile none;
			lock-file none;
			listen-on { none; };
			listen-on-v6 { $NET_RESOLVER; };
			recursion no;
			allow-query { any; };
			dnssec-validation no;
			ipv4only-enable no;
			$NET_DNS64_OPTIONS
		};
		controls { };
		zone "ipv4only.arpa" { type primary; file "ipv4only.arpa.zone"; };
		zone "v4only.example" { type primary; file "v4only.example.zone"; };
	NAMED
	cat >"$NET_RUN/radvd.conf" <<-RADVD
		interface cell0 {
			AdvSendAdvert on;
			MinRtrAdvInterval 3;
			MaxRtrAdvInterval 600;
			AdvDefaultLifetime 1800;
			prefix $NET_CELL::/64 { };
			RDNSS $NET_RESOLVER { };
		};
	RADVD
	net_daemon ran named named -g -n 1 -c "$NET_RUN/named.conf" &&
	net_daemon ran radvd radvd -n -m stderr -p "$NET_RUN/radvd.pid" -C "$NET_RUN/radvd.conf"
}

net_ran_ready()
{
	[ "$(in_ns ran ss -Hlnuw "( sport = :53 or sport = :58 )" | wc -l)" -ge 2 ]
}

# The firewall's only rules: one that makes the kernel track IPv6 connections, so that "not tracked" can be seen, and
# one that spares the phone's own DNS queries, so that what is tracked comes from elsewhere.
net_phone()
{
	wait_for 60 net_ran_ready || return
	in_ns phone nft -f - <<-NFT || return
		table ip6 firewall {
			chain untracked-in {
				type filter hook prerouting priority raw;
				ip6 saddr $NET_RESOLVER udp sport 53 notrack
			}
			chain untracked-out {
				type filter hook output priority raw;
				ip6 daddr $NET_RESOLVER udp dport 53 notrack
			}
			chain input {
				type filter hook input priority filter;
				ct state invalid drop
			}
		}
	NFT
	ip -n phone link set wwan0 up
}

net_phone_online()
{
	ip -n phone -6 route show default | grep -q 'dev wwan0' &&
	[ -n "$(ip -n phone -6 addr show dev wwan0 scope global -tentative to "$NET_CELL::/64")" ]
}

net_ready()
{
	wait_for 60 net_phone_online && wait_for 60 net_inet_ready &&
	wait_for 60 net_resolver_answers
}

net_resolver_answers()
{
	in_ns phone dig +short +time=1 +tries=1 A ipv4only.arpa | grep -q 192.0.0.170
}

# hotspot_up CLATDEV: wlan0 serves the client; NAT44 towards CLATDEV, which need not exist yet. IPv4 is forwarded
# between these two alone.
hotspot_up()
{
	hotspot_nat "$1" && hotspot_serve
}

# hotspot_nat CLATDEV: by hand, what "clatctl tether" does
hotspot_nat()
{
	in_ns phone sysctl -qw net.ipv4.conf.wlan0.forwarding=1 || return
	in_ns phone nft -f - <<-NFT || return
		table ip hotspot {
			chain forward {
				type filter hook forward priority filter;
				tcp flags syn tcp option maxseg size set rt mtu
			}
			chain postrouting {
				type nat hook postrouting priority srcnat;
				oifname "$1" ip saddr $NET_HOTSPOT4/24 masquerade
			}
		}
	NFT
}

# hotspot_serve: what a hotspot is without us: an address, DHCP and DNS, and a client that has them
hotspot_serve()
{
	ip -n phone -batch - <<-WLAN || return
		address add $NET_HOTSPOT4/24 dev wlan0
		link set wlan0 up
	WLAN
	ip -n client link set eth0 up || return
	net_daemon phone dnsmasq-phone dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --interface=wlan0 \
		--bind-interfaces --no-hosts --no-ping --dhcp-authoritative --dhcp-leasefile=/dev/null \
		--dhcp-range=192.168.43.100,192.168.43.200,1h || return
	wait_for 60 hotspot_dhcp
}

# hotspot_clat CLATDEV: once the device is there, it forwards IPv4 as well
hotspot_clat()
{
	in_ns phone sysctl -qw "net.ipv4.conf.$1.forwarding=1"
}

hotspot_dhcp()
{
	in_ns client busybox udhcpc -i eth0 -n -q -f -t 3 -T 1 -s "$SELFTESTS/net/udhcpc.sh"
}
