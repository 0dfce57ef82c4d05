#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl where the CLAT shares the uplink's own address: an uplink that DHCPv6 gives one address and no /64; the daemon,
# killed and adopted, and one shot.
# runs-in: uml qemu
# only-all: qemu
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

HOST6=64:ff9b::c633:640a

# conf TEXT: all of the configuration, read anew
conf()
{
	mkdir -p /etc/clat
	printf '%b' "$1" >/etc/clat/clat.conf
	ctl reload >/dev/null
}

# single: as DHCPv6 gives addresses, without a prefix on the link
single()
{
	ip -n phone -batch - <<-SINGLE
		address del $PAIR_PHONE/64 dev wwan0
		address add $PAIR_PHONE/128 dev wwan0 nodad
	SINGLE
	ip -n ran route add "$PAIR_PHONE/128" via fe80::2 dev cell0
}

# addresses: of wwan0
addresses()
{
	ip -n phone -o -6 address show dev wwan0 scope global | sed 's/.*inet6 \([^ ]*\).*/\1/' | sort | paste -sd,
}

pair_is()
{
	pair_now="$(pair_of) $(ctl -j show clat0 | jq -r '.instances[0].shared')"
	[ "$pair_now" = "$1" ] || { echo "the pair is $pair_now, wanted $1"; return 1; }
}

native_works()
{
	in_ns phone ping -6 -c1 -W2 "$HOST6"
}

# both_work: while each goes on
both_work()
{
	works && native_works
}

# talk ADDR: a TCP connection to the echo server, which is asked fifty times
talk()
{
	in_ns phone python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 7), 20) as sock:
    for number in range(50):
        sock.sendall(b"%d" % number)
        if sock.recv(100) != b"%d" % number:
            sys.exit("another answer")' "$1"
}

talk_both()
{
	talk "$HOST4" &
	talk_pid=$!
	talk "$HOST6" || return
	wait "$talk_pid"
}

echo_server()
{
	net_daemon ran echo python3 -c '
import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(100):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    address_family = 10
    allow_reuse_address = daemon_threads = True
server = Server(("::", 7), Echo)
print("ready", flush=True)
server.serve_forever()'
	wait_for 30 grep -q ready "$NET_RUN/echo.log"
}

test_refusal()
{
	single
	check_equal "up on an uplink without a /64: what to say" \
		"6 wwan0 has $PAIR_PHONE, but no /64 to choose the CLAT's IPv6 address from; to share the one that it has: --address shared" \
		"$(up_rc=0; ctl -j up wwan0 --plat "$PAIR_PLAT" >"$LIB_TMP/out" 2>/dev/null || up_rc=$?
		   echo "$up_rc $(jq -r '.error | "\(.message); \(.hint)"' "$LIB_TMP/out")")"
	daemon_start
	check "the daemon stays off" wait_for 10 state_is no-address
	check_equal "and says what to set" \
		"the uplink has no preferred IPv6 address in a /64: it has $PAIR_PHONE, which can be used by address = shared" \
		"$(status .reason)"
}

test_shared()
{
	conf '[clat]\naddress = shared\n'
	check "address = shared: it is up" wait_for 30 state_is active
	check "by the uplink's own address" pair_is "192.0.0.1=$PAIR_PHONE true"
	check_equal "and no other" "$PAIR_PHONE/128" "$(addresses)"
	check_equal "status says so" "  shared: the IPv6 address is one of the uplink itself" \
		"$(ctl status wwan0 | grep shared)"
	check "IPv4 goes through, and IPv6 to the same host" wait_for 10 both_work
	check "TCP as well, at the same time" talk_both
}

test_follow()
{
	ip -n phone address add 3fff:fff:1:2::11/128 dev wwan0 nodad
	ip -n ran route add 3fff:fff:1:2::11/128 via fe80::2 dev cell0
	check "another address: the one in use stays" pair_is "192.0.0.1=$PAIR_PHONE true"
	ip -n phone address del "$PAIR_PHONE/128" dev wwan0
	check "it goes: the other takes its place" wait_for 2 pair_is "192.0.0.1=3fff:fff:1:2::11 true"
	check "and both work" wait_for 10 both_work
	ip -n phone address add "$PAIR_PHONE/128" dev wwan0 nodad
	ip -n phone address change 3fff:fff:1:2::11/128 dev wwan0 preferred_lft 0
	check "one that is deprecated goes too" wait_for 2 pair_is "192.0.0.1=$PAIR_PHONE true"
	ip -n phone address del 3fff:fff:1:2::11/128 dev wwan0
	check "both work again" wait_for 10 both_work
}

test_kill()
{
	pair_state >"$LIB_TMP/running"
	daemon_kill KILL
	check "after kill -9 both work" both_work
	daemon_start
	check "a new start adopts it" wait_for 10 state_is active
	check_equal "and changes nothing" "" "$(pair_state | diff "$LIB_TMP/running" -)"
	daemon_kill TERM
	rm /etc/clat/clat.conf
	daemon_start
	check "without a word on the address it stays shared" wait_for 10 state_is active
	check_equal "and nothing is changed" "" "$(pair_state | diff "$LIB_TMP/running" -)"
	conf '[clat]\naddress = stable\n'
	check "unless the configuration says stable" wait_for 10 state_is no-address
	check_equal "the uplink's address is left alone" "$PAIR_PHONE/128" "$(addresses)"
}

# own: the CLAT has an address of its own
own()
{
	[ -n "$(clat_v6)" ] && pair_is "192.0.0.1=$(clat_v6) false"
}

test_change()
{
	ip -n phone -batch - <<-BACK
		address del $PAIR_PHONE/128 dev wwan0
		address add $PAIR_PHONE/64 dev wwan0 nodad
	BACK
	ip -n ran route del "$PAIR_PHONE/128"
	check "with a /64, an address of its own" wait_for 20 own
	check "which works" wait_for 10 both_work
	conf '[clat]\naddress = shared\n'
	check "shared again: that one goes" wait_for 5 sh -c '[ -z "$(ip -n phone -6 address show dev wwan0 deprecated)" ]'
	check "and the uplink's is used" pair_is "192.0.0.1=$PAIR_PHONE true"
	check "both work all the while" both_work
	check "down" ctl down wwan0
	check_equal "leaves the uplink's address alone" "$PAIR_PHONE/64" "$(addresses)"
	check_equal "and nothing else" "" "$(nothing_left)"
	daemon_kill TERM
	rm /etc/clat/clat.conf
}

test_one_shot()
{
	check "up --address shared, in one shot" ctl up wwan0 --plat "$PAIR_PLAT" --address shared
	check "by the uplink's own address" pair_is "192.0.0.1=$PAIR_PHONE true"
	check "both work" both_work
	check "up once more, with an address of its own" ctl up wwan0 --plat "$PAIR_PLAT"
	check "which is there" own
	check "and shared again" ctl up wwan0 --plat "$PAIR_PLAT" --address shared
	check_equal "without the other" "$PAIR_PHONE/64" "$(addresses)"
	check "an address of the uplink's own is refused by name" not ctl up wwan0 --plat "$PAIR_PLAT" --address "$PAIR_PHONE"
	check "down" ctl down wwan0
	check_equal "leaves the uplink's address alone" "$PAIR_PHONE/64" "$(addresses)"
	single
	ctl up wwan0 --plat "$PAIR_PLAT" --address shared >/dev/null
	ip -n phone address change "$PAIR_PHONE/128" dev wwan0 preferred_lft 0
	check "down, where the address is not preferred any more" ctl down wwan0
	check_equal "leaves it alone as well" "$PAIR_PHONE/128" "$(addresses)"
}

tap_plan 43
rm -rf /etc/clat
module_load
pair_up || bail "the network does not come up"
resolver "53=good"
echo_server || bail "no echo server: $(net_logs)"
test_refusal
test_shared
test_follow
test_kill
test_change
test_one_shot
check "the module unloads" rmmod clat
check "the kernel has nothing to complain about" not kernel_faults
finish
