#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon and a NAT64 that is silent: whom it asks whether the NAT64 works, and what it tries then.
# runs-in: uml
# only-all: uml
# timeout: 900
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# The daemon's 5 minutes are half a minute here. The module looks each 5 s, and a check takes its seconds: both in real
# time.
SCALE=10
# The host that DNS names, and one that the configuration names
NAMED4=198.51.100.53
NAMED=64:ff9b::c633:6435
CONFIGURED4=198.51.100.54
CONFIGURED=64:ff9b::c633:6436
FIXED=3fff:fff:1:2::c1a7

# talk: packets to a host, as long as nobody ends it
talk()
{
	ip netns exec phone ping -q -i0.3 "$HOST4" >/dev/null 2>&1 &
	talk_pid=$!
}

talk_ends()
{
	kill "$talk_pid"
	wait "$talk_pid" 2>/dev/null
}

# nat64_dies [ADDRESS]: but for that one host
nat64_dies()
{
	ip -n ran route del local "$PAIR_PLAT" dev lo
	ip -n ran route add blackhole "$PAIR_PLAT"
	[ $# -eq 0 ] || ip -n ran route add local "$1/128" dev lo
}

nat64_lives()
{
	ip -n ran route del local "${1:-::1}/128" dev lo 2>/dev/null
	ip -n ran route del blackhole "$PAIR_PLAT"
	ip -n ran route add local "$PAIR_PLAT" dev lo
}

# watch_checks: the router counts the echo requests that no ping of ours sends; and can drop what an address sends
watch_checks()
{
	in_ns ran nft -f - <<-NFT
		table ip6 watch {
			counter well_known { }
			counter named { }
			counter configured { }
			set dropped { type ipv6_addr; }
			chain input {
				type filter hook prerouting priority raw;
				ip6 daddr { 64:ff9b::c000:aa, 64:ff9b::c000:ab } counter name well_known
				ip6 daddr $NAMED icmpv6 type echo-request counter name named
				ip6 daddr $CONFIGURED icmpv6 type echo-request counter name configured
				ip6 daddr $PAIR_PLAT ip6 saddr @dropped drop
			}
			chain single {
				type filter hook prerouting priority raw;
			}
		}
	NFT
}

# seen COUNTER: packets
seen()
{
	in_ns ran nft -j list counter ip6 watch "$1" | jq '.nftables[] | select(.counter) | .counter.packets'
}

# reason_has TEXT
reason_has()
{
	reason_now=$(status .reason)
	case $reason_now in *"$1"*) ;; *) echo "the reason is $reason_now, wanted $1"; return 1 ;; esac
}

# queries: that the resolver has seen
queries()
{
	grep -c udp "$NET_RUN/resolver.log"
}

# tried: what was changed so far
tried()
{
	grep -c 'silence: trying' "$LOG"
}

tried_more()
{
	[ "$(tried)" -gt "$tried_before" ]
}

# still_stalled SECONDS: all the time
still_stalled()
{
	now_cs
	still_end=$((NOW_CS + $1 * 100))
	while now_cs && [ "$NOW_CS" -lt "$still_end" ]; do
		state_is stalled || return
		sleep 2
	done
}

# other_pair: than $first
other_pair()
{
	[ "$(pair_of)" != "$first" ] && [ -n "$(pair_of)" ]
}

# The check is not answered, and the network has another prefix: it does not take minutes.
test_prefix()
{
	ra pref64=$PAIR_PLAT,65528 pref64=$OTHER,65528
	check "two prefixes" wait_for 5 plat_is "$PAIR_PLAT ra,$OTHER ra"
	ip -n ran route add local "$OTHER" dev lo
	nat64_dies
	check "the first is dead: the second is used within 25 s" wait_for 25 sends_to "$OTHER"
	check "since a check was not answered either" grep -q "silence: no answer to a check ($NAMED4) either" "$LOG"
	check "three times was the host asked that DNS names" test "$(seen named)" -eq 3
	check "and the traffic is back" wait_for 20 state_is active
	check_equal "the addresses are the same" "$first" "$(pair_of)"
	nat64_lives
	ra pref64=$PAIR_PLAT,0 pref64=$OTHER,0
	ip -n ran route del local "$OTHER" dev lo
	check "the first prefix again" wait_for 30 works_by "$PAIR_PLAT"
}

# Only the hosts that anybody talks to are silent.
test_answered()
{
	tried_before=$(tried)
	nat64_dies "$NAMED"
	check "the NAT64 answers a check" wait_for 40 reason_has \
		"the NAT64 answers a check ($NAMED4); the hosts that are talked to do not"
	check "it stays stalled, whatever the check has brought" still_stalled 60
	check_equal "in JSON too" "answered $NAMED4 0 0" \
		"$(status '.silence | "\(.check) \(.host) \(.prefixes) \(.addresses)"')"
	check_equal "nothing is tried: the addresses are the same" "$first" "$(pair_of)"
	check_equal "and no other prefix" "$tried_before" "$(tried)"
	nat64_lives "$NAMED"
	check "traffic is back: so is the state" wait_for 30 state_is active
	check_equal "and says nothing of silence" null "$(status .silence)"
}

# The network drops what comes from the CLAT's address, and from no other.
test_address()
{
	in_ns ran nft add element ip6 watch dropped "{ ${first#*=} }"
	check "the network drops our address: another one is used" wait_for 40 other_pair
	check "IPv4 goes through by it" wait_for 20 works
	check "and the state says so" wait_for 20 state_is active
	check_equal "the IPv4 address is the same" "${first%=*}" "$(pair_of | sed 's/=.*//')"
	check_equal "the old address has gone from the uplink" "$(pair_of | sed 's/.*=//')" "$(clat_v6)"
	first=$(pair_of)
	daemon_kill KILL
	daemon_start $SCALE
	check "killed and started again" wait_for 20 state_is active
	check_equal "the address that works stays" "$first" "$(pair_of)"
}

# shared: the CLAT's address is that of the uplink
shared()
{
	[ "$(pair_of)" = "${first%=*}=$PAIR_PHONE" ] && [ "$(ctl -j show clat0 | jq '.instances[0].shared')" = true ]
}

own_again()
{
	[ "$(ctl -j show clat0 | jq '.instances[0].shared')" = false ] && [ "$(pair_of)" != "${first%=*}=$PAIR_PHONE" ]
}

# The network takes what comes from the address that the phone had first, and nothing else.
test_shared()
{
	in_ns ran nft add rule ip6 watch single ip6 daddr "$PAIR_PLAT" ip6 saddr != "$PAIR_PHONE" drop
	check "a network that takes one address only: after another one" wait_for 40 reason_has "tried 1 other address"
	check "the CLAT shares that one" wait_for 60 shared
	check "IPv4 goes through by that" wait_for 20 works
	check "and the state says that" wait_for 20 state_is active
	check_equal "the uplink has no other" "$PAIR_PHONE" "$(ip -n phone -j -6 address show dev wwan0 scope global |
		jq -r '[.[].addr_info[]?.local] | join(" ")')"
	nat64_dies
	check "all is dead: an address of its own again" wait_for 90 own_again
	nat64_lives
	in_ns ran nft flush chain ip6 watch single
	check "and it works" wait_for 40 state_is active
	first=$(pair_of)
}

# One after another for ever, until the traffic is back.
test_never_ends()
{
	nat64_dies
	check "all is dead: one address" wait_for 40 reason_has "tried 1 other address"
	check "after another" wait_for 60 reason_has "tried 2 other addresses"
	check_equal "it is stalled all the time" stalled "$(status .state)"
	nat64_lives
	check "the traffic is back: at once" wait_for 8 state_is active
	first=$(pair_of)
}

# configure LINE...: in the uplink's section
configure()
{
	printf '%s\n' '[uplink wwan0]' "$@" >/etc/clat/clat.conf
	ctl reload >/dev/null
}

test_configured()
{
	configure "check = $CONFIGURED4" "address = $FIXED"
	check "an address that is configured" wait_for 20 works
	check_equal "is used" "192.0.0.1=$FIXED" "$(pair_of)"
	before=$(seen named)
	queries_before=$(queries)
	nat64_dies
	check "the host is asked that is configured" wait_for 40 reason_has "no answer to a check ($CONFIGURED4) either"
	check "and DNS for the prefix, anew" test "$(queries)" -gt "$queries_before"
	check "the router saw that" test "$(seen configured)" -ge 3
	check_equal "and nobody else was asked" "$before" "$(seen named)"
	check "it is stalled" still_stalled 60
	check_equal "and the address was not changed" "192.0.0.1=$FIXED" "$(pair_of)"
	nat64_lives
	check "active again" wait_for 20 state_is active
	configure "check = auto"
	check "and without all this" wait_for 20 works
}

# Nobody has named a host.
test_nobody()
{
	resolver "53=good"
	first=$(pair_of)
	tried_before=$(tried)
	before=$(($(seen named) + $(seen configured)))
	nat64_dies
	check "nobody names a host: nobody is asked" wait_for 40 reason_has "no host to check it with"
	check_equal "the router saw nothing" "$before" "$(($(seen named) + $(seen configured)))"
	talk_ends
	check "who talks no more loses no address" still_stalled 120
	check_equal "nothing is tried" "$tried_before" "$(tried)"
	talk
	check "somebody talks again: another address is tried" wait_for 120 tried_more
	nat64_lives
	check "IPv4 goes through" wait_for 20 works
	check "active" wait_for 20 state_is active
}

run_all()
{
	# 192.0.0.170 is among them.
	resolver "53=named,$PAIR_PLAT,192.0.0.170,$NAMED4"
	daemon_start $SCALE
	wait_for 60 state_is active || bail "it does not come up: $(cat "$LOG")"
	first=$(pair_of)
	talk
	test_prefix
	test_answered
	test_address
	test_shared
	test_never_ends
	test_configured
	test_nobody
	talk_ends
	check_equal "192.0.0.170 and 192.0.0.171 were never asked" 0 "$(seen well_known)"
	daemon_kill TERM
	ctl down --all >/dev/null
}

tap_plan 52
rm -rf /etc/clat
mkdir /etc/clat
pair_up || bail "the network does not come up"
watch_checks || bail "nft does not work on the router"
module_load
run_all
check "nothing is left on the phone" nothing_left
check "the kernel has nothing to complain about" not kernel_faults
finish
