#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl discover: the NAT64 prefix as BIND's DNS64 tells it, and servers that fail, lie or say nothing.
# runs-in: uml qemu
# only-all: qemu
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"

# One BIND with a view for each of these, at an address of its own: its last group, the prefixes, the TTL. Group 7 knows
# no DNS64, 8 no ipv4only.arpa either, 9 is asked about what it does not serve.
VIEWS='1 3fff:1::/32 132
2 3fff:1:200::/40 140
3 3fff:1:203::/48 148
4 3fff:1:203:400::/56 156
5 3fff:1:203:405::/64 164
6 64:ff9b::/96 196
10 3fff:1::/32,3fff:2:3::/48,64:ff9b::/96 0
11 3fff:a::/64,3fff:b::/64,3fff:c::/64,3fff:d::/64,3fff:e::/64,3fff:f::/64,3fff:10::/64,3fff:11::/64,3fff:12::/64 60'

# The servers of resolver.py that no answer can be had from: name, the words that clatctl must find for them
USELESS='silent does not answer
servfail answers SERVFAIL
refused answers REFUSED
garbage sent
cut cannot be read
overcount cannot be read
loop cannot be read
wrong_id sent what is no answer to the query
wrong_question sent what is no answer to the query
other_port does not answer
truncated_refused TCP failed: Connection refused
truncated_silent did not answer by TCP
truncated_closed TCP failed: connection closed
truncated_twice truncated its answer even by TCP'
DENYING='nxdomain nodata plain cname_loop'
GOOD='good truncated large cname spoofed_first ttl_huge ttl_mixed'

ctl()
{
	"$CLATCTL" -n phone "$@"
}

# port NAME: of that behaviour
port()
{
	port_n=5300
	for port_name in $(echo "$USELESS" | cut -d' ' -f1) $DENYING $GOOD; do
		port_n=$((port_n + 1))
		[ "$port_name" != "$1" ] || { echo "$port_n"; return; }
	done
	echo "no server $1" >&2
	return 1
}

server()
{
	echo "$PAIR_RAN@$(port "$1")"
}

# zone NAME TTL RECORDS: a zone file of BIND's
zone()
{
	printf '$TTL %s\n@ SOA ns hostmaster 1 3600 600 86400 %s\n@ NS ns\nns AAAA %s\n%s\n' "$2" "$2" "$PAIR_RAN" "$3" \
		>"$NET_RUN/$1.zone"
}

# view GROUP PREFIXES TTL: in named.conf
view()
{
	zone "only-$1" "$3" "@ A 192.0.0.170
@ A 192.0.0.171"
	echo "view v$1 { match-destinations { 3fff:fff:53::$1; };"
	echo "  zone ipv4only.arpa { type primary; file \"only-$1.zone\"; };"
	for view_prefix in $(echo "$2" | tr ',' ' '); do
		echo "  dns64 $view_prefix { clients { any; }; };"
	done
	echo "};"
}

named_conf()
{
	cat <<-NAMED
		options {
			directory "$NET_RUN"; pid-file none; session-keyfile none; lock-file none;
			listen-on { none; }; listen-on-v6 { any; };
			recursion no; allow-query { any; }; dnssec-validation no; ipv4only-enable no;
		};
		controls { };
	NAMED
	echo "$VIEWS" | while read -r group prefixes ttl; do
		view "$group" "$prefixes" "$ttl"
	done
	view 7 "" 600
	zone arpa 600 ""
	echo 'view v8 { match-destinations { 3fff:fff:53::8; }; zone arpa { type primary; file "arpa.zone"; }; };'
	echo 'view v9 { match-destinations { 3fff:fff:53::9; }; zone example { type primary; file "arpa.zone"; }; };'
}

bind_up()
{
	for group in 1 2 3 4 5 6 7 8 9 10 11; do
		echo "address add 3fff:fff:53::$group/128 dev lo"
	done | ip -n ran -batch - || return
	named_conf >"$NET_RUN/named.conf" && net_daemon ran named named -g -n 1 -c "$NET_RUN/named.conf" &&
	wait_for 30 bind_listens
}

bind_listens()
{
	[ "$(in_ns ran ss -Hlnu "sport = :53" | grep -c '3fff:fff:53::')" -eq 11 ]
}

test_bind()
{
	echo "$VIEWS" >"$LIB_TMP/views"
	while read -r group prefixes ttl; do
		[ "$group" -lt 10 ] || continue
		check_equal "BIND with $prefixes" "$prefixes ttl $ttl server 3fff:fff:53::$group" \
			"$(ctl discover --server "3fff:fff:53::$group" 2>&1)"
	done <"$LIB_TMP/views"
	check_equal "by the uplink, in JSON" 'wwan0 64:ff9b::/96 dns 196 3fff:fff:53::6' \
		"$(ctl -j discover wwan0 --server 3fff:fff:53::6 |
			jq -r '.instances[0] | "\(.uplink) \(.plat[0] | "\(.prefix)/\(.len) \(.source) \(.expires_s)") \(.server)"')"
	check_equal "BIND with three prefixes, lengths mixed, TTL 0" "3fff:1::/32 3fff:2:3::/48 64:ff9b::/96 ttl 0" \
		"$(several 3fff:fff:53::10)"
	check_equal "of more than eight prefixes eight are told" 8 "$(ctl discover --server 3fff:fff:53::11 | wc -l)"
	echo 'nameserver 3fff:fff:53::4' >/etc/netns/phone/resolv.conf
	check_equal "resolv.conf names the server" "3fff:1:203:400::/56 ttl 156 server 3fff:fff:53::4" "$(ctl discover wwan0)"
	: >/etc/netns/phone/resolv.conf
	fails "no server is named" 9 "names no DNS server" discover
	fails "BIND without DNS64: NODATA" 11 "3fff:fff:53::7 knows no AAAA" discover --server 3fff:fff:53::7
	fails "BIND without ipv4only.arpa: NXDOMAIN" 11 "3fff:fff:53::8 knows no AAAA" discover --server 3fff:fff:53::8
	fails "BIND that serves something else: REFUSED" 4 "3fff:fff:53::9 answers REFUSED" \
		discover --server 3fff:fff:53::9 --timeout 1
}

# several SERVER: the prefixes, sorted since BIND shuffles its answers, and the TTL if it is one for all
several()
{
	ctl discover --server "$1" >"$LIB_TMP/several"
	echo "$(cut -d' ' -f1 "$LIB_TMP/several" | sort | tr '\n' ' ')$(cut -d' ' -f2,3 "$LIB_TMP/several" | sort -u)"
}

# fails NAME STATUS WORDS ARGUMENT...: text on stderr alone
fails()
{
	fails_name=$1 fails_status=$2 fails_words=$3
	shift 3
	fails_rc=0
	ctl "$@" >"$LIB_TMP/out" 2>"$LIB_TMP/err" || fails_rc=$?
	if [ "$fails_rc" = "$fails_status" ] && [ ! -s "$LIB_TMP/out" ] && grep -qF "$fails_words" "$LIB_TMP/err"; then
		ok "$fails_name"
	else
		not_ok "$fails_name" "status $fails_rc, wanted $fails_status with: $fails_words
$(cat "$LIB_TMP/out" "$LIB_TMP/err")"
	fi
}

# timed NAME: discover in the background, given 2 s; result, status and time it took in files
timed()
{
	(
		now_cs
		timed_start=$NOW_CS timed_rc=0
		ctl -j discover --server "$(server "$1")" --timeout 2 >"$LIB_TMP/$1.json" 2>"$LIB_TMP/$1.err" || timed_rc=$?
		now_cs
		echo "$timed_rc $((NOW_CS - timed_start))" >"$LIB_TMP/$1.end"
	) &
	timed_pids="$timed_pids $!"
}

# Those that must take their time do so side by side, four at once: more would wait for the processor. With them runs
# one that is answered at once: what it takes is what starting and ending a program costs on this machine just now.
test_useless()
{
	echo "$USELESS" >"$LIB_TMP/useless"
	useless_batch=''
	# shellcheck disable=SC2086 # lists
	while read -r name _; do
		useless_batch="$useless_batch $name"
		case $useless_batch in
		*' '*' '*' '*' '*) batch $useless_batch; useless_batch='' ;;
		esac
	done <"$LIB_TMP/useless"
	# shellcheck disable=SC2086 # a list
	[ -z "$useless_batch" ] || batch $useless_batch
}

batch()
{
	timed_pids=''
	for batch_name in good "$@"; do
		timed "$batch_name"
	done
	# shellcheck disable=SC2086 # a list
	wait $timed_pids
	read -r _ batch_cost <"$LIB_TMP/good.end"
	for batch_name; do
		judge "$batch_name" "$(sed -n "s/^$batch_name //p" "$LIB_TMP/useless")"
	done
}

# judge NAME WORDS: what timed left: the message names server and trouble; not before the 2 s are over, nor much after
judge()
{
	read -r judge_rc judge_cs <"$LIB_TMP/$1.end"
	judge_message=$(jq -r '.error | "\(.code) \(.message)"' "$LIB_TMP/$1.json")
	case $judge_message in
	"4 no usable answer from DNS in 2 s: $(server "$1") "*"$2"*) judge_said=1 ;;
	*) judge_said= ;;
	esac
	if [ "$judge_rc" = 4 ] && [ -n "$judge_said" ] && [ "$judge_cs" -ge 195 ] &&
	   [ "$judge_cs" -le $((300 + 4 * batch_cost)) ]; then
		ok "$1: timed out, and says why"
	else
		not_ok "$1: timed out, and says why" "status $judge_rc after $judge_cs hundredths of a second, wanted 4 after 2 s
(a quick one took $batch_cost) with: $2
$judge_message
$(cat "$LIB_TMP/$1.err")"
	fi
}

test_denying()
{
	for name in $DENYING; do
		fails "$name: denied" 11 "no NAT64 prefix here: $(server "$name")" discover --server "$(server "$name")"
	done
}

# found NAME SERVER [TTL]
found()
{
	check_equal "$1" "64:ff9b::/96 ttl ${3-600} server $(server "$2")" \
		"$(ctl discover --server "$(server "$2")" 2>&1)"
}

asked()
{
	grep -c "^$(port "$1") $2\$" "$NET_RUN/resolver.log"
}

test_good()
{
	found "an answer by TCP where UDP's is truncated" truncated
	check_equal "it was asked by UDP, then by TCP" "1 1" "$(asked truncated udp) $(asked truncated tcp)"
	found "an answer of 14 KB by TCP" large
	found "an alias" cname 50
	found "a spoofed answer before the true one" spoofed_first
	found "a TTL with the top bit set is 0" ttl_huge 0
	found "of several TTLs the least" ttl_mixed 800
	check_equal "a silent server, and a good one" "64:ff9b::/96 ttl 600 server $(server good)" \
		"$(ctl discover --server "$(server silent)" --server "$(server good)" --timeout 3 2>&1)"
	check_equal "a server that denies, and one that knows better" "64:ff9b::/96 ttl 600 server $(server good)" \
		"$(ctl discover --server "$(server nxdomain)" --server "$(server good)" --timeout 3 2>&1)"
	fails "two servers: both are told of" 4 "; $(server servfail) answers SERVFAIL" \
		discover --server "$(server silent)" --server "$(server servfail)" --timeout 1
	fails "nobody listens" 4 "$PAIR_RAN@5299 cannot be reached: Connection refused" \
		discover --server "$PAIR_RAN@5299" --timeout 1
	fails "no such uplink" 10 "no interface 'wwan7'" discover wwan7
	fails "a server that is no address" 1 "'dns.example' is no ADDR" discover --server dns.example
	fails "a time-out that is none" 1 "'0' is no number of seconds" discover --timeout 0
}

resolvers()
{
	for name in $(echo "$USELESS" | cut -d' ' -f1) $DENYING $GOOD; do
		echo "$(port "$name")=$name"
	done
}

tap_plan 47
pair_up || bail "the network does not come up"
ip -n phone -6 route add 3fff:fff:53::/64 via "$PAIR_RAN" || bail "no route to BIND"
bind_up || bail "BIND does not start: $(net_logs)"
# shellcheck disable=SC2046 # a list
pair_resolver $(resolvers) || bail "no DNS: $(net_logs)"
pair_state >"$LIB_TMP/plain"
test_bind
test_useless
test_denying
test_good
check "discover changes nothing" test "$(cat "$LIB_TMP/plain")" = "$(pair_state)"
finish
