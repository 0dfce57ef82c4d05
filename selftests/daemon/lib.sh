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

# daemon_anon: kilobytes of memory of its own
daemon_anon()
{
	awk '/^RssAnon/ { print $2 }' "/proc/$DAEMON/status"
}

daemon_descriptors()
{
	find "/proc/$DAEMON/fd" -type l | wc -l
}

# at_most BOUND NUMBER
at_most()
{
	[ "$2" -le "$1" ] || { echo "$2, wanted at most $1"; return 1; }
}

# daemon_measure: from here on is compared
daemon_measure()
{
	anon_before=$(daemon_anon) fds_before=$(daemon_descriptors)
	diag "RssAnon $anon_before kB, $fds_before descriptors"
}

daemon_same_descriptors()
{
	[ "$(daemon_descriptors)" = "$fds_before" ] || { ls -l "/proc/$DAEMON/fd"; return 1; }
}

# daemon_steady KB COMMAND...: it has grown by no more since it was measured, or does so in one of two more runs of what it
# has been through. An allocator finds its shape late now and then, but what is lost each time is lost each time.
daemon_steady()
{
	steady_bound=$1
	shift
	for steady_run in 1 2 3; do
		! at_most $((anon_before + steady_bound)) "$(daemon_anon)" || return 0
		[ "$steady_run" = 3 ] || { daemon_measure && "$@"; } || return 1
	done
	return 1
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

# iperf_client OPTION...: a connection to $HOST4 that goes on until it is ended
iperf_client()
{
	net_daemon phone iperf3-client iperf3 -c "$HOST4" -t 3600 "$@"
	IPERF_PID=$!
	wait_for 30 iperf_goes || bail "iperf3 does not come through: $(net_logs)"
}

# iperf_port: of the phone's data connection, not of the one that controls it; empty if there is none
iperf_port()
{
	in_ns phone ss -HtniO state established "( dport = :5201 )" |
		sed -n 's/.* [^ ]*:\([0-9]*\) *[^ ]*:5201 .*bytes_acked:\([0-9]*\).*/\2 \1/p' | sort -n | sed -n '$s/.* //p'
}

# iperf_acked: octets that the server has acknowledged
iperf_acked()
{
	in_ns phone ss -Htni state established "( dport = :5201 and sport = :$IPERF_PORT )" |
		sed -n 's/.*bytes_acked:\([0-9]*\).*/\1/p'
}

iperf_goes()
{
	IPERF_PORT=$(iperf_port)
	[ -n "$IPERF_PORT" ] && acked=$(iperf_acked) && [ "${acked:-0}" -gt 10000 ]
}

# acked_more: since $acked_before
acked_more()
{
	acked_now=$(iperf_acked)
	[ "${acked_now:-0}" -gt $((acked_before + 10000)) ] ||
		{ echo "acknowledged: $acked_before before, ${acked_now:-connection lost} now"; return 1; }
}

# flows NAME: the connection that was begun first goes on
flows()
{
	acked_before=$(iperf_acked)
	check "$1" wait_for 20 acked_more
}
