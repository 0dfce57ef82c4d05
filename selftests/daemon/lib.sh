# SPDX-License-Identifier: GPL-2.0
# The daemon on the phone of dns/pair.sh: started, killed, asked; and the faults of the network around it. Sourced after
# lib.sh, lib-module.sh and dns/pair.sh.

: "${PAIR_RAN:?source dns/pair.sh first}"

IN_PHONE="ip netns exec phone $CLATCTL"
HOST4=198.51.100.10
OTHER=64:ff9b:1::/96
LOG=$NET_RUN/daemon.log

ctl()
{
	in_ns phone "$CLATCTL" "$@"
}

# as_nobody COMMAND...: without a capability
as_nobody()
{
	in_ns phone setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

ra()
{
	in_ns ran python3 "$SELFTESTS/daemon/ra.py" cell0 "$@"
}

# daemon_start [SCALE [VARIABLE=VALUE]...]: in the background, its clock that much faster, its messages in $LOG
daemon_start()
{
	daemon_scale=${1:-1}
	[ $# -eq 0 ] || shift
	env "CLAT_TIME_SCALE=$daemon_scale" "$@" ip netns exec phone "$CLATCTL" -v daemon >>"$LOG" 2>&1 </dev/null &
	DAEMON=$!
	wait_for 30 daemon_answers
}

# daemon_answers: whatever it says, it is the daemon
daemon_answers()
{
	ctl reload
}

# daemon_kill SIGNAL
daemon_kill()
{
	kill "-$1" "$DAEMON"
	daemon_rc=0
	wait "$DAEMON" 2>/dev/null || daemon_rc=$?
}

# status FILTER: of wwan0, by jq; empty if it is not looked after
status()
{
	ctl -j status wwan0 | jq -r ".instances[0] | $1"
}

# state_is STATE
state_is()
{
	state_now=$(status .state)
	[ "$state_now" = "$1" ] || { echo "the state is $state_now, wanted $1: $(status .reason)"; return 1; }
}

# plat_is "PREFIX SOURCE,..."
plat_is()
{
	plat_now=$(status '[.plat[] | "\(.prefix)/\(.len) \(.source)"] | join(",")')
	[ "$plat_now" = "$1" ] || { echo "prefixes are $plat_now, wanted $1"; return 1; }
}

# plat_begins "PREFIX SOURCE,..."
plat_begins()
{
	plat_now=$(status '[.plat[] | "\(.prefix)/\(.len) \(.source)"] | join(",")')
	case $plat_now in "$1"*) ;; *) echo "prefixes are $plat_now, wanted $1 first"; return 1 ;; esac
}

# kernel_plat "PREFIX,...": what the device has, the first is sent to
kernel_plat()
{
	kernel_now=$(ctl -j show | jq -r '[.instances[0].plat[] | "\(.prefix)/\(.len)"] | join(",")')
	[ "$kernel_now" = "$1" ] || { echo "the device has $kernel_now, wanted $1"; return 1; }
}

default4()
{
	ip -n phone -4 route show default
}

has_route()
{
	default4 | grep -q 'dev clat0 proto static scope link src 192.0.0.1 metric 2048'
}

has_no_route()
{
	! default4 | grep -q clat
}

pair_of()
{
	ctl -j show clat0 | jq -r '.instances[0].map[] | "\(.v4)=\(.v6)"'
}

# clat_v6: the CLAT's address on wwan0; empty if there is none
clat_v6()
{
	ip -n phone -o -6 address show dev wwan0 |
		sed -n 's|.* inet6 \([^ ]*\)/128 scope global deprecated noprefixroute .* preferred_lft 0sec.*|\1|p'
}

has_v6()
{
	[ -n "$(clat_v6)" ]
}

works()
{
	in_ns phone ping -c1 -W2 "$HOST4"
}

# sends_to PREFIX/LEN
sends_to()
{
	[ "$(ctl -j show | jq -r '.instances[0].plat[0] | "\(.prefix)/\(.len)"')" = "$1" ]
}

# works_by PREFIX/LEN: it is sent to, and answers
works_by()
{
	sends_to "$1" && works
}

# resolver PORT=BEHAVIOUR...: in place of the one before; RESOLVER is its address, the router's by default
resolver()
{
	[ -z "$RESOLVER_PID" ] || { kill "$RESOLVER_PID"; wait "$RESOLVER_PID" 2>/dev/null; }
	ip netns exec ran python3 "$SELFTESTS/dns/resolver.py" "${RESOLVER:-$PAIR_RAN}" "$@" \
		>"$NET_RUN/resolver.log" 2>&1 </dev/null &
	RESOLVER_PID=$!
	wait_for 60 grep -q '^ready$' "$NET_RUN/resolver.log"
}
RESOLVER_PID=

native4()
{
	ip -n phone -batch - <<-NATIVE
		address add 10.0.0.2/24 dev wwan0
		route add default via 10.0.0.1 dev wwan0
	NATIVE
}

native4_gone()
{
	ip -n phone address del 10.0.0.2/24 dev wwan0
}

# nothing_left: of any CLAT on the phone
nothing_left()
{
	left=$(clat_v6; ip -n phone -o link show type clat; ip -n phone rule show | grep 192.0.0; default4)
	[ -z "$left" ] || { echo "$left"; return 1; }
}
