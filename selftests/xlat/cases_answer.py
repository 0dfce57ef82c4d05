# SPDX-License-Identifier: GPL-2.0
"""What the translator does besides translating: the errors that it sends itself, and that it keeps nothing."""
import fcntl
import struct

from expect import W, u46, u64
from pkt import FRAGMENT, ICMP, ICMP6, UDP, ext, frag6, icmp4, icmp6, ip4, ip6, udp
from tap import case, equal, run, true
from world import CLIENT4, NEAR4, NEAR6, PLAT, SERVER4, forget_mtu, ip, sysctl, wait

NEVER4 = "192.0.0.5"
# Nobody has answered it yet.
OTHER4 = "198.51.100.77"
MANY = 30


def routed(next_header, payload, src=SERVER4):
    """Behind a routing header with a segment left"""
    return ip6(W.embed(src), NEAR6, 43, ext(next_header, b"\2\1" + bytes(20)) + payload)


def routed_udp(src=SERVER4):
    return routed(UDP, udp(W.embed(src), NEAR6, b"data"), src)


# --- never about an error, and not too often ---------------------------------------------------------------------------

@case("6 to 4: an ICMPv6 error that is dropped is never answered")
def no_answer64():
    W.configure()
    far6 = W.embed(SERVER4)
    before = W.quiet()
    quote = ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"what was sent"))
    W.from_far(routed(ICMP6, icmp6(far6, NEAR6, 1, 4, bytes(4), quote)))
    packet = routed_udp()
    W.from_far(packet)
    got = W.far.take()
    true(got is not None, "no parameter problem came about the packet that is no error")
    want = icmp6(NEAR6, far6, 4, 0, rest=struct.pack("!I", 43), data=packet)
    equal(got[4:], ip6(NEAR6, far6, ICMP6, want)[4:], "the first answer")
    equal(W.moved(before), {"routing64": 2}, "counters")


def answered(tap, sysctl_path, counter, send):
    """Many drops are answered a few times, while the stack allows a host one answer a minute (in IPv6 16, by its route)."""
    W.configure()
    before = W.quiet()
    sysctl("phone", sysctl_path, 60000)
    try:
        for _ in range(MANY):
            send()
        wait(lambda: W.moved(before).get(counter) == MANY, f"{MANY} drops")
    finally:
        sysctl("phone", sysctl_path, 0)
    answers = 0
    while tap.take(0.2 if answers else 20) is not None:
        answers += 1
    true(0 < answers < MANY // 2, f"{answers} answers to {MANY} packets")


@case("4 to 6: errors are limited by the stack's icmp_ratelimit")
def limited46():
    answered(W.client, "ipv4/icmp_ratelimit", "dest46", lambda: W.from_client(u46(src=CLIENT4, dst=NEVER4, ttl=65)))


@case("6 to 4: errors are limited by the stack's icmp/ratelimit")
def limited64():
    answered(W.far, "ipv6/icmp/ratelimit", "routing64", lambda: W.from_far(routed_udp(OTHER4)))


# --- sizes ---------------------------------------------------------------------------------------------------------------

@case("4 to 6: a fragment with DF that is too large: 3/4 with an MTU that has room for the Fragment header")
def fragment_mtu():
    W.configure()
    ip("-n", "phone", "route", "add", PLAT, "via", "fe80::1", "dev", "wwan0", "mtu", "1300")
    try:
        before = W.quiet()
        # Errors are about the first fragment only: RFC 1122, section 3.2.2
        for flags, offset in ((3, 100), (2, 100), (3, 0)):
            W.from_client(ip4(CLIENT4, SERVER4, UDP, udp(CLIENT4, SERVER4, bytes(1252)), flags=flags, offset=offset, ttl=65))
        got = W.client.take()
        true(got is not None, "no ICMP error came")
        equal((got[20], got[21], struct.unpack("!H", got[26:28])[0]), (3, 4, 1272), "type, code and MTU")
        equal(struct.unpack("!H", got[34:36])[0], 0x6000, "flags and offset of the packet that it quotes")
        equal(W.moved(before), {"too-big46": 3}, "counters")
        # One that goes by what it was told, passes.
        W.from_client(ip4(CLIENT4, SERVER4, UDP, bytes(1248), flags=3, offset=100, ttl=65))
        got = W.far.take()
        equal(got and (len(got), got[40]), (40 + 8 + 1248, UDP), "length and protocol on the uplink")
    finally:
        ip("-n", "phone", "route", "del", PLAT)
        forget_mtu()


@case("6 to 4, dropped: a fragment whose datagram IPv4 has no length for, and packet too big says what it has")
def too_big64():
    W.configure()
    far6 = W.embed(SERVER4)
    before = W.quiet()
    packet = ip6(far6, NEAR6, FRAGMENT, frag6(UDP, 9, 65528) + bytes(range(16)))
    W.from_far(packet)
    got = W.far.take()
    true(got is not None, "no packet too big came")
    want = icmp6(NEAR6, far6, 2, 0, rest=struct.pack("!I", 65535 + 20), data=packet)
    equal(got[4:], ip6(NEAR6, far6, ICMP6, want)[4:], "packet too big")
    equal(W.moved(before), {"too-big64": 1}, "counters")


# --- memory --------------------------------------------------------------------------------------------------------------

def held(tap):
    """Octets of packets that a socket has sent and that nobody has freed (SIOCOUTQ)."""
    return struct.unpack("i", fcntl.ioctl(tap.sock, 0x5411, bytes(4)))[0]


@case("every packet is freed, whatever became of it")
def freed():
    W.configure()
    far6 = W.embed(SERVER4)
    quote4 = ip4(SERVER4, NEAR4, UDP, udp(SERVER4, NEAR4, b"quoted"))
    quote6 = ip6(NEAR6, far6, UDP, udp(NEAR6, far6, b"quoted"))
    native = "2001:db8:1::1"
    for what, packet in (("translated", u46()), ("split", u46(bytes(1400), flags=0)), ("dropped", u46(dst=NEVER4)), ("malformed", u46()[:19]),
                         ("an error", ip4(NEAR4, SERVER4, ICMP, icmp4(3, 3, bytes(4), quote4))),
                         ("an error, dropped", ip4(NEAR4, SERVER4, ICMP, icmp4(3, 14, bytes(4), quote4)))):
        W.dev.send(packet)
        wait(lambda: not held(W.dev), f"4 to 6, {what}: freed")
    for what, packet in (("translated", u64()), ("dropped", u64(src=W.embed("127.0.0.1"))), ("cut off", ip6(far6, NEAR6, UDP, b"\0")),
                         ("an error", ip6(native, NEAR6, ICMP6, icmp6(native, NEAR6, 1, 4, bytes(4), quote6))),
                         ("an error, dropped", ip6(native, NEAR6, ICMP6, icmp6(native, NEAR6, 1, 4, bytes(4), quote6)[:-1]))):
        W.from_far(packet)
        wait(lambda: not held(W.far), f"6 to 4, {what}: freed")


if __name__ == "__main__":
    run()
