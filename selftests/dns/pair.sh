# SPDX-License-Identifier: GPL-2.0
# The least network that clatctl can be tried on: a phone, and a router that is all the rest of the world. For tests of
# what clatctl does with a network's faults, where the real parts of net/network.sh would only take their time.
# Sourced after lib.sh; pair_up makes it, and net_down takes it away when the test ends.
#
#    phone ── wwan0 ────── cell0 ── ran
#
# Addresses are fixed, with no duplicate address detection, so that two states of the phone can be compared word by
# word; what clatctl adds is subject to it. The router answers, for a NAT64 and its IPv4 Internet, the echo requests
# to $PAIR_PLAT, and has the DNS servers of resolver.py.

: "${SELFTESTS:?source lib.sh first}"

PAIR_RAN=3fff:fff:1:2::1
PAIR_PHONE=3fff:fff:1:2::10
PAIR_PLAT=64:ff9b::/96

pair_up()
{
	# shellcheck disable=SC2034 # read by lib.sh: from here on there is something to take away
	NET_IS_UP=1
	mkdir -p "$NET_RUN" /etc/netns/phone /etc/netns/ran || return
	echo "nameserver $PAIR_RAN" >/etc/netns/phone/resolv.conf
	[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
	ip -batch - <<-PAIR || return
		netns add phone
		netns add ran
		link add wwan0 netns phone type veth peer name cell0 netns ran
	PAIR
	ip -n ran -batch - <<-RAN || return
		link set lo up
		link set cell0 addrgenmode none
		link set cell0 up
		address add fe80::1/64 dev cell0 nodad
		address add $PAIR_RAN/64 dev cell0 nodad
		route add local $PAIR_PLAT dev lo
	RAN
	# Duplicates are looked for as ever, but with shorter pauses.
	in_ns phone sysctl -qw net.ipv6.conf.wwan0.router_solicitation_delay=0 \
		net.ipv6.neigh.wwan0.retrans_time_ms=300 || return
	pair_wwan
}

# pair_wwan: addresses and routes of the phone's wwan0, which is down and bare
pair_wwan()
{
	ip -n phone -batch - <<-PHONE || return
		link set lo up
		link set wwan0 addrgenmode none
		link set wwan0 up
		address add fe80::2/64 dev wwan0 nodad
		address add $PAIR_PHONE/64 dev wwan0 nodad
		route add default via fe80::1 dev wwan0
	PHONE
	wait_for 10 pair_wwan_runs
}

# The kernel tells a while later that the carrier is there.
pair_wwan_runs()
{
	[ "$(in_ns phone cat /sys/class/net/wwan0/operstate)" = up ]
}

# pair_resolver PORT=BEHAVIOUR[,PREFIX/LEN...]...: see resolver.py; the queries that came are in $NET_RUN/resolver.log
pair_resolver()
{
	net_daemon ran resolver python3 "$SELFTESTS/dns/resolver.py" "$PAIR_RAN" "$@" &&
	wait_for 30 grep -q '^ready$' "$NET_RUN/resolver.log"
}

# pair_state: all that clatctl could change on the phone
pair_state()
{
	ip -n phone -batch - <<-STATE
		link show
		address show
		route show table all
		rule show
	STATE
	ip -n phone -6 route show table all
}
